//! `/account/sessions`: the browsers in which a person is signed in.

use axum::response::Response;
use xwms_core::account::sessions::{self, OpenSession};
use xwms_core::error::Error;

use super::browser;
use crate::desk::{AccountDesk, Place};
use crate::page::form::Form;
use crate::page::html::{Html, Look};
use crate::page::table::{Column, Table};
use crate::page::values::Values;
use crate::posted::Posted;

const PATH: &str = "/account/sessions";

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let found = sessions::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let columns = [
        Column::of(shell.say("sessions_browser")),
        Column::of(shell.say("sessions_address")),
        Column::of(shell.say("sessions_signed_in")),
        Column::of(shell.say("sessions_ends")),
        Column::actions(shell.say("sessions_action")),
    ];
    let table = Table::new(shell.say("sessions_caption"), columns);
    let table = table.rows(found.iter().map(|session| row(&desk, session)));
    let page = desk.page(shell.say("section_account-sessions")).purpose(shell.say("sessions_purpose"));
    let page = page.part(&table.html());
    if found.len() < 2 {
        return Ok(page.respond());
    }
    let values = Values::default();
    let others = Form::new(shell, &values, PATH, shell.say("sessions_end_others")).hidden("do", "end-others").quiet();
    Ok(page.part(&others.html()).respond())
}

fn row(desk: &AccountDesk, session: &OpenSession) -> [Html; 5] {
    let shell = desk.shell();
    let words = shell.tell(browser::in_words(&session.user_agent));
    let is_this = session.id == desk.signed_in().session.id;
    let this = Html::badge(Look::Good, shell.say("sessions_this"));
    let (name, action) = if is_this {
        (Html::text(&words).and(&Html::text(" ")).and(&this), Html::link("/logout", shell.say("shell_log_out")))
    } else {
        let values = Values::default();
        let form = Form::new(shell, &values, PATH, shell.say("sessions_end")).about(&words);
        let form = form.hidden("do", "end").hidden("session", session.id.to_string()).quiet();
        (Html::text(&words), form.html())
    };
    [
        name,
        Html::code(&session.address),
        Html::time(shell, session.authenticated_at),
        Html::time(shell, session.expires_at),
        action,
    ]
}

/// `do`: `end` with `session`, `end-others`.
pub(crate) async fn end(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["do", "session"]).map_err(|why| desk.fail(why))?;
    let (core, caller) = (desk.core(), desk.caller());
    let (ended, word) = match (sent.fields.text("do"), sent.fields.text("session").parse()) {
        ("end", Ok(session)) => (sessions::end(core, caller, session).await, "ended"),
        ("end", Err(_)) => (Err(Error::NotFound("session")), "ended"),
        ("end-others", _) => (sessions::end_others(core, caller, desk.signed_in().session.key).await, "elsewhere"),
        _ => return Err(desk.signed_in().visit.forged()),
    };
    ended.map_err(|why| desk.fail(why))?;
    Ok(desk.done(PATH, word))
}
