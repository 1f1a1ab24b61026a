//! `/account/security/totp/…` and `/account/security/recovery-codes`: what an account asks for beside the password.

use axum::response::Response;
use xwms_core::account::password;
use xwms_core::account::second_factors::{self, RecoveryCodes};
use xwms_core::crypto::recovery_code::CODES;
use xwms_core::crypto::totp::TotpKey;
use xwms_core::error::Error;
use xwms_core::manage::runner::Done;
use xwms_core::secret::Secret;
use xwms_core::text;

use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::Page;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::qr;
use crate::page::values::Values;
use crate::posted::{Posted, Sent};

const SECURITY: &str = "/account/security";
const NEW_APP: &str = "/account/security/totp/new";
const DELETE_APP: &str = "/account/security/totp/delete";
const CODES_PATH: &str = "/account/security/recovery-codes";

pub(crate) async fn new_app(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    draw_app(&desk, &Values::default()).await
}

/// `code`, of the app that is added.
pub(crate) async fn add_app(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let session = &desk.signed_in().session;
    if session.second_factor && !password::may_send(desk.core(), session) {
        // The code here is that of the new app: who they are is asked on a page of its own.
        desk.recent()?;
    }
    let added = match allowed(&desk, &sent, &["code", "password"]).await {
        Ok(()) => {
            let caller = sent.caller(desk.signed_in());
            second_factors::add_app(desk.core(), caller, session, sent.fields.text("code")).await
        }
        Err(why) => Err(why),
    };
    match added {
        Ok(Done::Now(added)) => match added.codes {
            Some(codes) => Ok(draw_codes(&desk, &codes)),
            None => Ok(desk.done(SECURITY, "authenticator")),
        },
        Ok(Done::Before(kept)) if kept.body["codes"].is_null() => Ok(desk.done(SECURITY, "authenticator")),
        Ok(Done::Before(_)) => Ok(draw_shown_before(&desk)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_app(&desk, &values).await
        }
    }
}

/// Goes on with these fields, and only when the person said a while ago at the most who they are.
pub(super) async fn allowed(desk: &AccountDesk, sent: &Sent, fields: &[&str]) -> Result<(), Error> {
    sent.only(fields)?;
    sent.recent(desk.signed_in()).await
}

async fn draw_app(desk: &AccountDesk, values: &Values) -> Result<Response, Response> {
    let (core, session) = (desk.core(), &desk.signed_in().session);
    let key = second_factors::offered_key(core, session).await.map_err(|why| desk.fail(why))?;
    let has = second_factors::get(core, &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let picture = qr::svg(&address(&desk.signed_in().person.email, &key), &shell.say("security_app-picture"));
    let key = Html::copy(shell, "key", groups(&key).expose());
    let line = |text: String| Html::paragraph(&Html::text(text));
    let scan = line(shell.say("security_app-scan"))
        .and(&picture)
        .and(&line(shell.say("security_app-type")))
        .and(&Html::paragraph(&key));
    let code = Control::input("code", label_of(shell, "code"), "text", "one-time-code");
    let form = Form::new(shell, values, NEW_APP, shell.say("security_app-confirm"))
        .once()
        .field(code.hint(shell.say("security_app-code_hint")))
        .password_if_asked()
        .cancel(SECURITY);
    let page = page(desk, shell.say("security_app-add"))
        .refused(values, |name| label_of(shell, name))
        .notice("info", &text!("security_app-ends"));
    let page = if has.app_since.is_some() { page.notice("info", &text!("security_app-replaces")) } else { page };
    Ok(page.part(&Html::card(&scan.and(&form.html()))).respond())
}

/// What authenticator apps read (Key URI Format): whose account it is, and the key.
fn address(email: &str, key: &TotpKey) -> String {
    let account: String = url::form_urlencoded::byte_serialize(email.as_bytes()).collect();
    let account = account.replace('+', "%20");
    format!("otpauth://totp/XWMS:{account}?secret={}&issuer=XWMS", key.base32().expose())
}

/// The key in groups of four, as people type it.
fn groups(key: &TotpKey) -> Secret<String> {
    let characters: Vec<char> = key.base32().expose().chars().collect();
    Secret::new(characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" "))
}

pub(crate) async fn ask_app_deletion(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    draw_app_deletion(&desk, &Values::default()).await
}

pub(crate) async fn delete_app(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let removed = match allowed(&desk, &sent, &["password", "code"]).await {
        Ok(()) => second_factors::remove_app(desk.core(), desk.caller(), &desk.signed_in().session).await,
        Err(why) => Err(why),
    };
    match removed {
        Ok(()) => Ok(desk.done(SECURITY, "appless")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_app_deletion(&desk, &values).await
        }
    }
}

async fn draw_app_deletion(desk: &AccountDesk, values: &Values) -> Result<Response, Response> {
    let has = second_factors::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    if has.app_since.is_none() {
        return Err(desk.fail(Error::NotFound("second factor")));
    }
    let shell = desk.shell();
    let form = Form::new(shell, values, DELETE_APP, shell.say("shell_delete"))
        .about(shell.say("security_app"))
        .danger()
        .proof_if_asked()
        .cancel(SECURITY);
    let page = page(desk, shell.say("security_app-remove_title"))
        .refused(values, |name| label_of(shell, name))
        .notice("info", &text!("security_app-ends"));
    let page = if has.passkeys == 0 { page.notice("care", &text!("security_app-last")) } else { page };
    Ok(page.part(&Html::card(&form.html())).respond())
}

pub(crate) async fn ask_codes(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    draw_codes_form(&desk, &Values::default()).await
}

pub(crate) async fn make_codes(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match allowed(&desk, &sent, &["password", "code"]).await {
        Ok(()) => {
            let caller = sent.caller(desk.signed_in());
            second_factors::new_codes(desk.core(), caller, &desk.signed_in().session).await
        }
        Err(why) => Err(why),
    };
    match made {
        Ok(Done::Now(codes)) => Ok(draw_codes(&desk, &codes)),
        Ok(Done::Before(_)) => Ok(draw_shown_before(&desk)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_codes_form(&desk, &values).await
        }
    }
}

async fn draw_codes_form(desk: &AccountDesk, values: &Values) -> Result<Response, Response> {
    let has = second_factors::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let page = page(desk, shell.say("security_codes"))
        .purpose(shell.say("security_codes-purpose"))
        .refused(values, |name| label_of(shell, name));
    if !has.any() {
        let none = Html::paragraph(&Html::text(shell.say("security_codes-none")));
        let add = Html::paragraph(&Html::button(NEW_APP, shell.say("security_app-add")));
        return Ok(page.part(&Html::card(&none.and(&add))).respond());
    }
    let left = shell.tell(text!("security_codes-left", left = has.codes_left, all = CODES));
    let form =
        Form::new(shell, values, CODES_PATH, shell.say("security_codes-make")).once().proof_if_asked().cancel(SECURITY);
    let card = Html::paragraph(&Html::text(left)).and(&form.html());
    Ok(page.notice("info", &text!("security_codes-ends")).part(&Html::card(&card)).respond())
}

/// The page that shows recovery codes, the one time.
pub(super) fn draw_codes(desk: &AccountDesk, codes: &RecoveryCodes) -> Response {
    let shell = desk.shell();
    let lines: Vec<&str> = codes.codes.iter().map(|code| code.expose().as_str()).collect();
    let lines = lines.join("\n");
    let file = Html::download("xwms-recovery-codes.txt", &lines, shell.say("security_codes-download"));
    let line = |text: String| Html::paragraph(&Html::text(text));
    let card = Html::program(shell, "codes", &shell.say("security_codes"), &lines)
        .and(&Html::paragraph(&file))
        .and(&line(shell.say("shell_only_time")))
        .and(&line(shell.say("security_codes-purpose")))
        .and(&line(shell.say("security_codes-store")));
    let stored = Html::paragraph(&Html::button(SECURITY, shell.say("shell_stored")));
    page(desk, shell.say("security_codes-title")).part(&Html::card(&card)).part(&stored).respond_created(CODES_PATH)
}

pub(super) fn draw_shown_before(desk: &AccountDesk) -> Response {
    let shell = desk.shell();
    let card = Html::paragraph(&Html::text(shell.say("security_codes-shown")))
        .and(&Html::paragraph(&Html::quiet_button(CODES_PATH, shell.say("security_codes-make"))));
    page(desk, shell.say("security_codes-title")).part(&Html::card(&card)).respond()
}

fn page(desk: &AccountDesk, heading: String) -> Page<'_> {
    desk.page(heading).crumb(SECURITY, desk.shell().say("section_account-security"))
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "code" => shell.say("security_app-code"),
        "password" => shell.say("field_password"),
        other => other.to_owned(),
    }
}
