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
    email: Field<'a>,
    password: Field<'a>,
}

impl Page for LoginPage<'_> {
    const FORMS: Forms = Forms::MayLeave;
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
        Self { shell, flow, back: None, partner, error: error.map(LoginError::text), email, password }
    }

    /// Whoever signs in goes on to this page of ours.
    pub fn back_to(self, back: Option<&'a str>) -> Self {
        Self { back, ..self }
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
