//! `/logout`: a logout that asks first.

use askama::Template;
use xwms_core::id::FlowId;

use super::Account;
use crate::layout::{Forms, Page, Shell};

/// Asks before it logs out. Sends `flow`, `csrf` to `POST /logout`.
#[derive(Template)]
#[template(path = "public/logout.html")]
pub struct LogoutPage<'a> {
    shell: &'a Shell,
    flow: Option<FlowId>,
    account: Account<'a>,
    destination: Option<&'a str>,
}

impl Page for LogoutPage<'_> {
    const FORMS: Forms = Forms::MayLeave;
}

impl<'a> LogoutPage<'a> {
    /// `flow`: the logout that a site asked for; `destination`: the host that it leads to afterwards.
    pub const fn new(
        shell: &'a Shell,
        flow: Option<FlowId>,
        account: Account<'a>,
        destination: Option<&'a str>,
    ) -> Self {
        Self { shell, flow, account, destination }
    }
}
