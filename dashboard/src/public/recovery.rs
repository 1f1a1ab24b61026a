//! `/forgot` and `/reset`: a link by mail, and a new password with it.

use askama::Template;
use xwms_core::error::FieldError;
use xwms_core::text;

use crate::form::{Field, focus_first};
use crate::layout::{Page, Shell};

/// Asks for the address. Sends `email`, `csrf` to `POST /forgot`.
#[derive(Template)]
#[template(path = "public/forgot.html")]
pub struct ForgotPage<'a> {
    shell: &'a Shell,
    has_errors: bool,
    email: Field<'a>,
}

impl Page for ForgotPage<'_> {}

impl<'a> ForgotPage<'a> {
    /// `email`: what was typed before; `errors`: what was wrong with it.
    pub fn new(shell: &'a Shell, email: &'a str, errors: &'a [FieldError]) -> Self {
        Self {
            shell,
            has_errors: !errors.is_empty(),
            email: Field::email(shell, email).with_errors(errors).focus_if(true),
        }
    }
}

/// Asks for the new password. Sends `token`, `password`, `csrf` to `POST /reset`.
#[derive(Template)]
#[template(path = "public/reset.html")]
pub struct ResetPage<'a> {
    shell: &'a Shell,
    token: &'a str,
    has_errors: bool,
    email: Field<'a>,
    password: Field<'a>,
}

impl Page for ResetPage<'_> {}

impl<'a> ResetPage<'a> {
    /// `email`: whom the link was sent to, so that a password manager knows whose password it keeps.
    pub fn new(shell: &'a Shell, token: &'a str, email: &'a str, errors: &'a [FieldError]) -> Self {
        let [email, password] = focus_first([
            Field::email(shell, email).read_only(),
            Field::new_password(shell, text!("field_new_password")).with_errors(errors),
        ]);
        Self { shell, token, has_errors: !errors.is_empty(), email, password }
    }
}
