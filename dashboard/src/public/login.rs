//! `/login`: email address and password on one page, or the account that is signed in already.

use std::time::Duration;

use askama::Template;
use xwms_core::id::FlowId;
use xwms_core::text;
use xwms_core::text::Text;

use super::{Account, Partner};
use crate::error::wait;
use crate::form::{Field, focus_first};
use crate::layout::{Forms, Page, Shell};

/// Why nobody was signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginError {
    /// One answer for a wrong address and a wrong password.
    WrongPassword,
    /// What a passkey answered does not count.
    WrongPasskey,
    /// Too many wrong ones came before.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// Too many wrong codes came before.
    TooManyCodes {
        /// When another one is looked at.
        retry_after: Duration,
    },
    /// Too many people sign in at this moment.
    Busy,
}

impl LoginError {
    /// What the person is told.
    pub fn text(self) -> Text {
        match self {
            Self::WrongPassword => text!("page_login-wrong"),
            Self::WrongPasskey => text!("page_login-wrong_passkey"),
            Self::TooMany { retry_after } => text!("page_login-too_many", wait = wait(retry_after)),
            Self::TooManyCodes { retry_after } => text!("page_login-too_many_codes", wait = wait(retry_after)),
            Self::Busy => text!("page_login-busy"),
        }
    }
}

/// Asks for email address and password. Sends `email`, `password`, `flow`, `return`, `csrf` to `POST /login`.
#[derive(Template)]
#[template(path = "public/login.html")]
pub struct LoginPage<'a> {
    shell: &'a Shell,
    flow: Option<FlowId>,
    back: Option<&'a str>,
    partner: Option<Partner<'a>>,
    error: Option<Text>,
    /// What the browser is to ask a passkey for, where passkeys can be had.
    passkey: Option<String>,
    email: Field<'a>,
    password: Field<'a>,
}

impl Page for LoginPage<'_> {
    const FORMS: Forms = Forms::MayLeave;

    fn asks_for_passkey(&self) -> bool {
        self.passkey.is_some()
    }
}

impl<'a> LoginPage<'a> {
    /// `flow` and `partner`: the login to go on with, and whose it is; `email`: a hint, or what was typed before.
    pub fn new(
        shell: &'a Shell,
        flow: Option<FlowId>,
        partner: Option<Partner<'a>>,
        email: &'a str,
        error: Option<LoginError>,
    ) -> Self {
        let wrong = error == Some(LoginError::WrongPassword);
        let [email, password] = focus_first([
            Field::email(shell, email).refused_if(wrong),
            Field::current_password(shell).refused_if(wrong),
        ]);
        Self { shell, flow, back: None, partner, error: error.map(LoginError::text), passkey: None, email, password }
    }

    /// Whoever signs in goes on to this page of ours.
    pub fn back_to(self, back: Option<&'a str>) -> Self {
        Self { back, ..self }
    }

    /// A passkey signs in too: what the browser is to ask it for.
    pub fn or_by_passkey(self, asked: Option<String>) -> Self {
        let email = if asked.is_some() { self.email.or_passkey() } else { self.email };
        Self { passkey: asked, email, ..self }
    }
}

/// Asks whether to go on as the person who is signed in. Sends `flow`, `csrf` to `POST /login/continue`; the way to
/// another account is `GET /login?flow=…&other=1`.
#[derive(Template)]
#[template(path = "public/continue.html")]
pub struct ContinuePage<'a> {
    shell: &'a Shell,
    flow: FlowId,
    partner: Partner<'a>,
    account: Account<'a>,
}

impl Page for ContinuePage<'_> {
    const FORMS: Forms = Forms::MayLeave;
}

impl<'a> ContinuePage<'a> {
    /// `shell`: of the session.
    pub const fn new(shell: &'a Shell, flow: FlowId, partner: Partner<'a>, account: Account<'a>) -> Self {
        Self { shell, flow, partner, account }
    }
}
