//! `/forgot` and `/reset`.

use axum::response::Response;
use http::StatusCode;
use xwms_core::account::recovery::{forgot, peek, reset};
use xwms_core::error::Error;
use xwms_core::secret::Secret;

use crate::layout::render_page;
use crate::public::note::NotePage;
use crate::public::recovery::{ForgotPage, ResetPage};
use crate::public::registration::CheckMailPage;
use crate::visit::{Form, Visit, field_errors};

pub(crate) async fn get(visit: Visit) -> Response {
    let response = render_page(StatusCode::OK, &ForgotPage::new(&visit.csrf(), "", &[]));
    visit.answer(response)
}

pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["email", "csrf"])?;
    let Form { visit, fields } = form;
    let email = fields.text("email");
    let response = match forgot(&visit.core, email, visit.address).await {
        Ok(()) => render_page(StatusCode::OK, &CheckMailPage::forgot(email)),
        Err(why) => {
            let errors = field_errors(&visit, why)?;
            render_page(StatusCode::UNPROCESSABLE_ENTITY, &ForgotPage::new(&visit.csrf(), email, &errors))
        }
    };
    Ok(visit.answer(response))
}

pub(crate) async fn get_reset(visit: Visit) -> Result<Response, Response> {
    let token = visit.query.get("token").unwrap_or_default();
    let sent_to = peek(&visit.core, token).await.map_err(|why| visit.failed(why))?;
    let response = match sent_to {
        Some(sent_to) => render_page(StatusCode::OK, &ResetPage::new(&visit.csrf(), token, &sent_to.email, &[])),
        None => render_page(StatusCode::NOT_FOUND, &NotePage::reset_link_gone()),
    };
    Ok(visit.answer(response))
}

pub(crate) async fn post_reset(form: Form) -> Result<Response, Response> {
    // A password manager may send the address that the page shows; what counts is whom the link was sent to.
    form.only(&["token", "email", "password", "csrf"])?;
    let Form { visit, fields } = form;
    let token = fields.text("token");
    let sent_to = peek(&visit.core, token).await.map_err(|why| visit.failed(why))?;
    let password = Secret::new(fields.text("password").to_owned());
    let response = match reset(&visit.core, token, password, visit.address).await {
        Ok(()) => render_page(StatusCode::OK, &NotePage::password_set()),
        Err(Error::NotFound(_)) => render_page(StatusCode::NOT_FOUND, &NotePage::reset_link_gone()),
        Err(why) => {
            let errors = field_errors(&visit, why)?;
            let email = sent_to.map(|sent_to| sent_to.email).unwrap_or_default();
            let csrf = visit.csrf();
            let page = ResetPage::new(&csrf, token, &email, &errors);
            render_page(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    };
    Ok(visit.answer(response))
}
