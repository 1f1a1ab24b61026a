//! `/account/security/passkeys`: the list, a new one, and the end of one.

use axum::extract::Path;
use axum::response::Response;
use xwms_core::account::passkeys::{self, OwnPasskey};
use xwms_core::account::second_factors;
use xwms_core::error::Error;
use xwms_core::manage::runner::Done;
use xwms_core::text;

use super::factors::{allowed, draw_codes, draw_shown_before};
use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::table::{Column, Empty, Table};
use crate::page::values::Values;
use crate::posted::Posted;

const SECURITY: &str = "/account/security";
const PATH: &str = "/account/security/passkeys";
const NEW: &str = "/account/security/passkeys/new";

pub(crate) async fn list(desk: AccountDesk) -> Result<Response, Response> {
    let found = passkeys::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let is_last = is_last(&desk, &found).await?;
    let shell = desk.shell();
    let page = desk
        .page(shell.say("passkeys_title"))
        .crumb(SECURITY, shell.say("section_account-security"))
        .purpose(shell.say("passkeys_purpose"));
    let add = Html::button(NEW, shell.say("passkeys_new"));
    if found.is_empty() {
        return Ok(page.part(&Empty::new(shell.say("passkeys_none")).action(Some(add)).html()).respond());
    }
    let columns = [
        Column::of(shell.say("field_label")),
        Column::of(shell.say("passkeys_made")),
        Column::of(shell.say("passkeys_used")),
        Column::actions(shell.say("passkeys_action")),
    ];
    let rows = found.iter().map(|passkey| {
        let mark = Html::badge(Look::Care, shell.say("passkeys_last"));
        let label = Html::words(&passkey.label);
        [
            if is_last { Html::joined([label, mark], " ") } else { label },
            Html::time(shell, passkey.created_at),
            Html::time_or(shell, passkey.last_used_at, shell.say("shell_never")),
            Html::action(format!("{PATH}/{}/delete", passkey.id), shell.say("shell_delete"), &passkey.label),
        ]
    });
    let table = Table::new(shell.say("passkeys_caption"), columns).rows(rows);
    Ok(page.primary(add).part(&table.html()).respond())
}

/// Whether there is one passkey, and no other second factor.
async fn is_last(desk: &AccountDesk, found: &[OwnPasskey]) -> Result<bool, Response> {
    let factors = second_factors::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    Ok(found.len() == 1 && factors.app_since.is_none())
}

pub(crate) async fn new(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    draw_new(&desk, &Values::default()).await
}

/// `label`, and `credential`: what the browser answered.
pub(crate) async fn add(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let added = match allowed(&desk, &sent, &["label", "credential", "password", "code"]).await {
        Ok(()) => {
            let (caller, session) = (sent.caller(desk.signed_in()), &desk.signed_in().session);
            let given = (sent.fields.text("label"), sent.fields.text("credential"));
            passkeys::add(desk.core(), caller, session, given).await
        }
        Err(why) => Err(why),
    };
    match added {
        Ok(Done::Now(added)) => match added.codes {
            Some(codes) => Ok(draw_codes(&desk, &codes)),
            None => Ok(desk.done(PATH, "passkey")),
        },
        Ok(Done::Before(kept)) if kept.body["codes"].is_null() => Ok(desk.done(PATH, "passkey")),
        Ok(Done::Before(_)) => Ok(draw_shown_before(&desk)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values).await
        }
    }
}

async fn draw_new(desk: &AccountDesk, values: &Values) -> Result<Response, Response> {
    let person = &desk.signed_in().person;
    let asked = passkeys::offer(desk.core(), &desk.caller(), (&person.name, &person.email)).await;
    let asked = asked.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let page = desk
        .page(shell.say("passkeys_new"))
        .crumb(SECURITY, shell.say("section_account-security"))
        .crumb(PATH, shell.say("passkeys_title"))
        .purpose(shell.say("passkeys_purpose"))
        .refused(values, |name| label_of(shell, name));
    let app = Html::paragraph(&Html::link("/account/security/totp/new", shell.say("security_app-add")));
    let Some(asked) = asked else {
        let nowhere = Html::paragraph(&Html::text(shell.say("passkeys_nowhere")));
        return Ok(page.part(&Html::card(&nowhere.and(&app))).respond());
    };
    let form = Form::new(shell, values, NEW, shell.say("passkeys_new"))
        .once()
        .field(Control::line("label", shell.say("field_label")).hint(shell.say("passkeys_label-hint")))
        .passkey(asked)
        .proof_if_asked()
        .cancel(PATH);
    let instead = Html::without_passkeys(&Html::paragraph(&Html::text(shell.say("passkeys_script"))).and(&app));
    // What the browser answered is no field that people see.
    let wrong = values.error("credential").map(|error| Html::error(shell.tell(&error.text)));
    Ok(page
        .notice("info", &text!("security_app-ends"))
        .part(&wrong.unwrap_or_default())
        .part(&Html::card(&form.html().and(&instead)))
        .respond())
}

pub(crate) async fn ask_deletion(desk: AccountDesk, Path(id): Path<String>) -> Result<Response, Response> {
    desk.recent()?;
    draw_deletion(&desk, &id, &Values::default()).await
}

pub(crate) async fn delete(Path(id): Path<String>, form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let removed = match (id.parse(), allowed(&desk, &sent, &["password", "code"]).await) {
        (Ok(passkey), Ok(())) => passkeys::remove(desk.core(), desk.caller(), &desk.signed_in().session, passkey).await,
        (Err(_), _) => Err(Error::NotFound("passkey")),
        (_, Err(why)) => Err(why),
    };
    match removed {
        Ok(()) => Ok(desk.done(PATH, "keyless")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_deletion(&desk, &id, &values).await
        }
    }
}

async fn draw_deletion(desk: &AccountDesk, id: &str, values: &Values) -> Result<Response, Response> {
    let found = passkeys::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let passkey = found.iter().find(|passkey| passkey.id.to_string() == id);
    let passkey = passkey.ok_or_else(|| desk.fail(Error::NotFound("passkey")))?;
    let is_last = is_last(desk, &found).await?;
    let shell = desk.shell();
    let form = Form::new(shell, values, format!("{PATH}/{id}/delete"), shell.say("shell_delete"))
        .about(&passkey.label)
        .danger()
        .proof_if_asked()
        .cancel(PATH);
    let page = desk
        .page(shell.tell(text!("passkeys_delete", label = passkey.label.as_str())))
        .crumb(SECURITY, shell.say("section_account-security"))
        .crumb(PATH, shell.say("passkeys_title"))
        .refused(values, |name| label_of(shell, name));
    let page = if is_last { page.notice("care", &text!("passkeys_delete-last")) } else { page };
    let hint = Html::paragraph(&Html::text(shell.say("passkeys_delete-hint")));
    Ok(page.notice("info", &text!("security_app-ends")).part(&Html::card(&hint.and(&form.html()))).respond())
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "label" => shell.say("field_label"),
        "credential" => shell.say("passkeys_title"),
        "password" => shell.say("field_password"),
        "code" => shell.say("field_code"),
        other => other.to_owned(),
    }
}
