//! `xwms openapi`: prints the OpenAPI document of the management API.

use crate::output;
use crate::wire::StartError;

/// Prints the document.
///
/// # Errors
/// When it can't be written.
pub fn run() -> Result<(), StartError> {
    output::result(&text())
}

/// The document as it stands in `docs/openapi.json`.
pub fn text() -> String {
    format!("{:#}", xwms_admin_api::openapi())
}
