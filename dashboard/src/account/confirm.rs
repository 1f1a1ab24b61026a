//! `/login/confirm`: who is signed in says once more who they are, before something grave.

use axum::response::Response;
use xwms_core::account::{passkeys, password};
use xwms_core::request::cookies;

use crate::desk::{AccountDesk, Place};
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::way_back::is_own_page;

const PATH: &str = "/login/confirm";
/// Where somebody goes on who came from nowhere in particular.
const NOWHERE: &str = "/account";

pub(crate) async fn ask(desk: AccountDesk) -> Response {
    let back = desk.signed_in().visit.query.get("return").filter(|path| is_own_page(path)).unwrap_or(NOWHERE);
    draw(&desk, &Values::default(), back)
}

/// `password`, and `code` where the account has a second factor, or `credential` of a passkey; and `return`.
pub(crate) async fn confirm(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let back = sent.fields.get("return").filter(|path| is_own_page(path)).unwrap_or(NOWHERE).to_owned();
    let confirmed = match sent.only(&["password", "code", "credential", "return"]) {
        Ok(()) => match sent.fields.get("credential") {
            Some(answer) => {
                let signed_in = desk.signed_in();
                let browser = signed_in.visit.browser();
                passkeys::sign_in_again(desk.core(), &signed_in.session, browser, answer).await
            }
            None => password::sign_in_again(desk.core(), sent.current(desk.signed_in())).await,
        },
        Err(why) => Err(why),
    };
    match confirmed {
        Ok(cookie) => {
            let signed_in = desk.into_signed_in();
            let left = signed_in.session.expires_at.since(signed_in.core().clock.now()).as_secs();
            let mut visit = signed_in.visit;
            visit.set_cookie(cookies::SESSION, cookie.expose(), Some(left));
            Ok(visit.go(&back))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw(&desk, &values, &back))
        }
    }
}

fn draw(desk: &AccountDesk, values: &Values, back: &str) -> Response {
    let shell = desk.shell();
    let password = Control::input("password", shell.say("field_password"), "password", "current-password");
    let form = Form::new(shell, values, PATH, shell.say("confirm_go_on")).hidden("return", back).field(password);
    let (form, purpose) = match desk.signed_in().session.second_factor {
        true => (form.field(Control::code(shell)), shell.say("confirm_purpose-code")),
        false => (form, shell.say("confirm_purpose")),
    };
    let asked = desk.signed_in().visit.passkey_request().filter(|_| desk.signed_in().session.second_factor);
    let by_passkey = asked.map(|asked| {
        let form = Form::new(shell, values, PATH, shell.say("confirm_passkey")).hidden("return", back);
        form.quiet().passkey(asked).html()
    });
    desk.page(shell.say("confirm_title"))
        .purpose(purpose)
        .refused(values, |name| match name {
            "code" => shell.say("field_code"),
            "credential" => shell.say("passkeys_title"),
            _ => shell.say("field_password"),
        })
        .part(&Html::card(&form.html().and(&by_passkey.unwrap_or_default())))
        .respond()
}
