//! What somebody sees who sent a form after they were signed out: what they typed, to copy, and the way to sign in.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use xwms_core::request::params::Params;

use crate::layout::{Page, Shell, render_page};
use crate::visit::Visit;

/// Fields that are not shown again: they are no words of a person, or none to show.
const HIDDEN: [&str; 8] = ["csrf", "once", "if_match", "password", "new_password", "secret", "value", "code"];

#[derive(Template)]
#[template(path = "page/signed_out.html")]
struct SignedOutPage<'p> {
    shell: &'p Shell,
    fields: Vec<(&'p str, &'p str)>,
    sign_in: String,
}

impl Page for SignedOutPage<'_> {}

/// 403, with every field that was sent. `path`: of the form.
pub(crate) fn page(visit: &Visit, fields: &Params, path: &str) -> Response {
    let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let shown = fields.pairs().filter(|(name, value)| !HIDDEN.contains(name) && !value.is_empty());
    let shell = visit.plain_shell();
    let page = SignedOutPage { shell: &shell, fields: shown.collect(), sign_in: format!("/login?return={back}") };
    render_page(StatusCode::FORBIDDEN, &page)
}
