//! `/`: what XWMS is, and who is signed in.

use askama::Template;

use super::Account;
use crate::layout::{Page, Shell};

/// The start page.
#[derive(Template)]
#[template(path = "public/start.html")]
pub struct StartPage<'a> {
    shell: &'a Shell,
    account: Option<Account<'a>>,
}

impl Page for StartPage<'_> {}

impl<'a> StartPage<'a> {
    /// `account`: who is signed in.
    pub const fn new(shell: &'a Shell, account: Option<Account<'a>>) -> Self {
        Self { shell, account }
    }
}
