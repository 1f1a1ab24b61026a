//! `/logout` and `/signed-out`.

use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use xwms_core::login::logout::{LogoutRequest, agreed, peek};
use xwms_core::login::session;
use xwms_core::model::host::Host;
use xwms_core::request::cookies;

use crate::layout::{Shell, render_page};
use crate::public::Account;
use crate::public::logout::LogoutPage;
use crate::public::note::NotePage;
use crate::visit::{Form, Visit, display_name, preferred_language};

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let Some(account) = visit.account().await? else { return Ok(visit.go("/signed-out")) };
    let flow = visit.query.get("flow");
    let request = match flow {
        Some(id) => {
            let asked = peek(&visit.core, id, visit.cookie(cookies::BROWSER)).await;
            asked.map_err(|refused| visit.flow_refused(refused))?
        }
        None => LogoutRequest::default(),
    };
    let host = request.destination.as_deref().and_then(Host::of_url).map(|host| host.to_string());
    let name = display_name(&account);
    let shown = Account { name: &name, email: &account.email };
    let shell = visit.shell();
    let id = flow.and_then(|flow| flow.parse().ok());
    let response = render_page(StatusCode::OK, &LogoutPage::new(&shell, id, shown, host.as_deref()));
    Ok(visit.answer(response))
}

pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "csrf"])?;
    let Form { mut visit, fields } = form;
    let request = match fields.get("flow") {
        Some(id) => {
            let asked = agreed(&visit.core, id, visit.cookie(cookies::BROWSER)).await;
            asked.map_err(|refused| visit.flow_refused(refused))?
        }
        None => LogoutRequest::default(),
    };
    if let Some(session) = &visit.session {
        session::end(&visit.core, session).await.map_err(|why| visit.failed(why))?;
    }
    visit.set_cookie(cookies::SESSION, "", Some(0));
    let leaves = request.destination.is_some();
    let mut response = visit.go(request.destination.as_deref().unwrap_or("/signed-out"));
    if leaves {
        response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    Ok(response)
}

/// Nobody is signed in here, so no session is looked for.
pub(crate) async fn signed_out(headers: HeaderMap) -> Response {
    let shell = Shell::without_forms(preferred_language(&headers));
    render_page(StatusCode::OK, &NotePage::signed_out(&shell))
}
