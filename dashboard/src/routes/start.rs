//! `/`.

use axum::response::Response;
use http::StatusCode;

use crate::layout::render_page;
use crate::public::Account;
use crate::public::start::StartPage;
use crate::visit::{Visit, display_name};

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let account = visit.account().await?;
    let name = account.as_ref().map(display_name).unwrap_or_default();
    let shown = account.as_ref().map(|account| Account { name: &name, email: &account.email });
    let response = render_page(StatusCode::OK, &StartPage::new(&visit.shell(), shown));
    Ok(visit.answer(response))
}
