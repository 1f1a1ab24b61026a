//! `/login/second`.

use axum::response::Response;
use http::StatusCode;
use xwms_core::login::second_step::{self, SecondStep, StepRefused};
use xwms_core::request::cookies;

use super::login;
use super::partner::Login;
use crate::layout::render_page;
use crate::public::login::LoginError;
use crate::public::second::SecondPage;
use crate::visit::{Form, Visit};
use crate::way_back::is_own_page;

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let login = Login::of(&visit, visit.query.get("flow")).await?;
    let back = visit.query.get("return").filter(|path| is_own_page(path));
    let waits = second_step::waits(&visit.core, visit.cookie(cookies::SECOND)).await;
    if !waits.map_err(|why| visit.failed(why))? {
        let anew = path("/login", visit.query.get("flow"), back);
        return Ok(visit.go(&anew));
    }
    let response = page(&visit, login.as_ref(), back, false);
    Ok(visit.answer(response))
}

/// `code`, with `flow` and `return` as at `/login`.
pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "return", "code", "csrf"])?;
    let Form { mut visit, fields } = form;
    let back = fields.get("return").filter(|path| is_own_page(path));
    let login = Login::of(&visit, fields.get("flow")).await?;
    let from =
        SecondStep { step: visit.cookie(cookies::SECOND), code: fields.text("code"), browser: visit.signing_in() };
    match second_step::take(&visit.core, from).await {
        Ok(signed_in) => login::begin(&mut visit, signed_in),
        Err(StepRefused::Failed(why)) => return Err(visit.failed(why)),
        Err(StepRefused::Wrong) => {
            let response = page(&visit, login.as_ref(), back, true);
            return Ok(visit.answer(response));
        }
        Err(StepRefused::Gone) => {
            visit.set_cookie(cookies::SECOND, "", Some(0));
            let anew = path("/login", fields.get("flow"), back);
            return Ok(visit.go(&anew));
        }
        Err(StepRefused::TooMany { retry_after }) => {
            visit.set_cookie(cookies::SECOND, "", Some(0));
            let error = (StatusCode::TOO_MANY_REQUESTS, LoginError::TooManyCodes { retry_after });
            let response = login::page(&visit, login.as_ref(), back, "", Some(error));
            return Ok(visit.answer(response));
        }
    }
    login::go_on_with(visit, login, back).await
}

/// A step of signing in, with what it goes on to.
pub(super) fn path(step: &str, flow: Option<&str>, back: Option<&str>) -> String {
    let parts = [("flow", flow), ("return", back)].into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish();
    if query.is_empty() { step.to_owned() } else { format!("{step}?{query}") }
}

fn page(visit: &Visit, login: Option<&Login>, back: Option<&str>, wrong: bool) -> Response {
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (flow, partner) = (login.and_then(|login| login.flow.id), login.map(Login::partner));
    render_page(
        status,
        &SecondPage::new(&visit.shell(), flow, partner, wrong).back_to(back).or_by_passkey(visit.passkey_request()),
    )
}
