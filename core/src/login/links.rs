//! The pages that mails of registration and recovery lead to.

use crate::id::FlowId;
use crate::secret::Secret;
use crate::state::Core;

/// The page that an address is verified on; it takes `token`, and `flow` to go on with afterwards.
pub const VERIFY_EMAIL_PATH: &str = "/verify-email";
/// The page that a new password is set on; it takes `token`.
pub const RESET_PASSWORD_PATH: &str = "/reset";
/// The page to sign in on; it takes `flow`.
pub const LOGIN_PATH: &str = "/login";
/// The page that a forgotten password is reported on.
pub const FORGOT_PATH: &str = "/forgot";

/// The address of a page of ours, with what it takes.
pub(crate) fn link(core: &Core, path: &str, token: Option<&Secret<String>>, flow: Option<FlowId>) -> String {
    let token = token.map(|token| format!("token={}", token.expose()));
    let flow = flow.map(|flow| format!("flow={flow}"));
    let query = token.into_iter().chain(flow).collect::<Vec<_>>().join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}{path}{mark}{query}", core.config.server.issuer())
}
