//! `/account/security/password`: a new password.

use axum::response::Response;
use xwms_core::account::password;
use xwms_core::secret::Secret;
use xwms_core::text;

use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::values::Values;
use crate::posted::Posted;

const PATH: &str = "/account/security/password";
const SECURITY: &str = "/account/security";

pub(crate) async fn ask(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    Ok(draw(&desk, &Values::default()))
}

/// `password`, the one that stands, and `new_password`.
pub(crate) async fn change(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.only(&["password", "new_password", "code"]) {
        Ok(()) => {
            let new = Secret::new(sent.fields.text("new_password").to_owned());
            password::change(desk.core(), desk.caller(), sent.current(desk.signed_in()), new).await
        }
        Err(why) => Err(why),
    };
    match changed {
        Ok(()) => Ok(desk.done(SECURITY, "password")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw(&desk, &values))
        }
    }
}

fn draw(desk: &AccountDesk, values: &Values) -> Response {
    let shell = desk.shell();
    let current = Control::input("password", label_of(shell, "password"), "password", "current-password");
    let new = Control::input("new_password", label_of(shell, "new_password"), "password", "new-password");
    let form = Form::new(shell, values, PATH, shell.say("security_password-title"))
        .field(current)
        .field(new.hint(shell.say("field_new_password-hint")));
    let form = if values.error("code").is_some() { form.field(Control::code(shell)) } else { form }.cancel(SECURITY);
    desk.page(shell.say("security_password-title"))
        .crumb(SECURITY, shell.say("section_account-security"))
        .refused(values, |name| label_of(shell, name))
        .notice("info", &text!("security_password-ends"))
        .part(&Html::card(&form.html()))
        .respond()
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "password" => shell.say("security_password-now"),
        "new_password" => shell.say("field_new_password"),
        "code" => shell.say("field_code"),
        other => other.to_owned(),
    }
}
