//! `/`: what XWMS is, and who is signed in.

use askama::Template;

use super::Account;
use crate::csrf::Csrf;
use crate::layout::Page;

/// The start page.
#[derive(Template)]
#[template(path = "public/start.html")]
pub struct StartPage<'a> {
    csrf: &'a Csrf,
    account: Option<Account<'a>>,
}

impl Page for StartPage<'_> {}

impl<'a> StartPage<'a> {
    /// `account`: who is signed in.
    pub const fn new(csrf: &'a Csrf, account: Option<Account<'a>>) -> Self {
        Self { csrf, account }
    }
}
