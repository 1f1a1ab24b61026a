//! `/login/second`: the second step of a login.

use askama::Template;
use xwms_core::id::FlowId;
use xwms_core::text;
use xwms_core::text::Text;

use super::Partner;
use crate::form::Field;
use crate::layout::{Forms, Page, Shell};

/// Asks for a code. Sends `code`, `flow`, `return`, `csrf` to `POST /login/second`.
#[derive(Template)]
#[template(path = "public/second.html")]
pub struct SecondPage<'a> {
    shell: &'a Shell,
    flow: Option<FlowId>,
    back: Option<&'a str>,
    partner: Option<Partner<'a>>,
    error: Option<Text>,
    /// What the browser is to ask a passkey for, where passkeys can be had.
    passkey: Option<String>,
    code: Field<'a>,
}

impl Page for SecondPage<'_> {
    const FORMS: Forms = Forms::MayLeave;

    fn asks_for_passkey(&self) -> bool {
        self.passkey.is_some()
    }
}

impl<'a> SecondPage<'a> {
    /// `flow` and `partner`: the login to go on with, and whose it is; `wrong`: the code before was.
    pub fn new(shell: &'a Shell, flow: Option<FlowId>, partner: Option<Partner<'a>>, wrong: bool) -> Self {
        let code = Field::code(shell).refused_if(wrong).focus_if(true);
        Self { shell, flow, back: None, partner, error: wrong.then(|| text!("page_second-wrong")), passkey: None, code }
    }

    /// Whoever signs in goes on to this page of ours.
    pub fn back_to(self, back: Option<&'a str>) -> Self {
        Self { back, ..self }
    }

    /// A passkey signs in too: what the browser is to ask it for.
    pub fn or_by_passkey(self, asked: Option<String>) -> Self {
        Self { passkey: asked, ..self }
    }
}
