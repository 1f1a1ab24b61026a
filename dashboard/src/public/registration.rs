//! `/register` and `/verify-email`: a new account, and the proof of its address.

use askama::Template;
use xwms_core::error::FieldError;
use xwms_core::id::FlowId;
use xwms_core::text;
use xwms_core::text::Text;

use super::login::LoginError;
use super::{Account, Partner};
use crate::form::{Field, focus_first};
use crate::layout::{Forms, Link, Page, Shell};

/// What was typed into the registration form, to be shown again when something was wrong; never the password.
#[derive(Clone, Copy, Debug, Default)]
pub struct Typed<'a> {
    /// Given name.
    pub given_name: &'a str,
    /// Family name.
    pub family_name: &'a str,
    /// Email address.
    pub email: &'a str,
}

/// Asks for all that an account needs. Sends `given_name`, `family_name`, `email`, `password`, `flow`, `csrf` to
/// `POST /register`.
#[derive(Template)]
#[template(path = "public/register.html")]
pub struct RegisterPage<'a> {
    shell: &'a Shell,
    flow: Option<FlowId>,
    partner: Option<Partner<'a>>,
    has_errors: bool,
    given_name: Field<'a>,
    family_name: Field<'a>,
    email: Field<'a>,
    password: Field<'a>,
}

impl Page for RegisterPage<'_> {}

impl<'a> RegisterPage<'a> {
    /// `errors`: what was wrong with the fields, by their names.
    pub fn new(
        shell: &'a Shell,
        flow: Option<FlowId>,
        partner: Option<Partner<'a>>,
        typed: Typed<'a>,
        errors: &'a [FieldError],
    ) -> Self {
        let [given_name, family_name, email, password] = focus_first([
            Field::text(shell, "given_name", text!("field_given_name"), "given-name", typed.given_name)
                .with_errors(errors),
            Field::text(shell, "family_name", text!("field_family_name"), "family-name", typed.family_name)
                .optional()
                .with_errors(errors),
            Field::email(shell, typed.email).with_errors(errors),
            Field::new_password(shell, text!("field_password")).with_errors(errors),
        ]);
        Self { shell, flow, partner, has_errors: !errors.is_empty(), given_name, family_name, email, password }
    }
}

/// Says that a mail was sent: after registration and after a forgotten password. It says the same whether or not the
/// address has an account.
#[derive(Template)]
#[template(path = "public/check_mail.html")]
pub struct CheckMailPage<'a> {
    shell: &'a Shell,
    sent: Text,
    again: Link<'static>,
}

impl Page for CheckMailPage<'_> {}

impl<'a> CheckMailPage<'a> {
    /// After registration with this address, as typed.
    pub fn registered(shell: &'a Shell, email: &str) -> Self {
        let again = Link { href: "/register", text: text!("page_check_mail-register_again") };
        Self { shell, sent: text!("page_check_mail-registered", email = email), again }
    }

    /// After a forgotten password was reported for this address, as typed.
    pub fn forgot(shell: &'a Shell, email: &str) -> Self {
        let again = Link { href: "/forgot", text: text!("page_check_mail-forgot_again") };
        Self { shell, sent: text!("page_check_mail-forgot", email = email), again }
    }
}

/// Asks the person who followed a link to confirm. Sends `token`, `flow`, `csrf` to `POST /verify-email`, and, when
/// nobody or another person is signed in, `email` and `password` too.
#[derive(Template)]
#[template(path = "public/verify_email.html")]
pub struct VerifyEmailPage<'a> {
    shell: &'a Shell,
    token: &'a str,
    flow: Option<FlowId>,
    email: &'a str,
    sign_in: Option<(Field<'a>, Field<'a>)>,
    error: Option<Text>,
}

impl Page for VerifyEmailPage<'_> {
    const FORMS: Forms = Forms::MayLeave;
}

impl<'a> VerifyEmailPage<'a> {
    /// For the person whose link it is, signed in. `email`: whom the link was sent to.
    pub const fn confirm(shell: &'a Shell, token: &'a str, flow: Option<FlowId>, email: &'a str) -> Self {
        Self { shell, token, flow, email, sign_in: None, error: None }
    }

    /// For anybody else: the password is asked with it. `error`: why it was refused before.
    pub fn sign_in(
        shell: &'a Shell,
        token: &'a str,
        flow: Option<FlowId>,
        email: &'a str,
        error: Option<LoginError>,
    ) -> Self {
        let wrong = error == Some(LoginError::WrongPassword);
        let password = Field::current_password(shell).refused_if(wrong).focus_if(true);
        let sign_in = Some((Field::email(shell, email).read_only(), password));
        Self { shell, token, flow, email, sign_in, error: error.map(LoginError::text) }
    }
}

/// Stops a login until the address is confirmed. Sends `flow`, `csrf` to `POST /verify-email/resend`.
#[derive(Template)]
#[template(path = "public/mail_needed.html")]
pub struct MailNeededPage<'a> {
    shell: &'a Shell,
    flow: FlowId,
    partner: Partner<'a>,
    account: Account<'a>,
    resent: bool,
}

impl Page for MailNeededPage<'_> {}

impl<'a> MailNeededPage<'a> {
    /// `resent`: another mail was just asked for.
    pub const fn new(shell: &'a Shell, flow: FlowId, partner: Partner<'a>, account: Account<'a>, resent: bool) -> Self {
        Self { shell, flow, partner, account, resent }
    }
}
