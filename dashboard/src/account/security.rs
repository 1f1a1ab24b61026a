//! `/account/security`: what keeps an account its person's.

use axum::response::Response;
use xwms_core::account::{general, sessions};

use super::general::address;
use crate::desk::{AccountDesk, Place};
use crate::page::html::Html;
use crate::page::table::Terms;

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let account = general::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let open = sessions::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let terms = Terms::new([
        (shell.say("field_password"), Html::link("/account/security/password", shell.say("security_password-title"))),
        (shell.say("field_email"), address(shell, &account)),
        (
            shell.say("section_account-sessions"),
            Html::link("/account/sessions", shell.tell(xwms_core::text!("sessions_count", count = open.len()))),
        ),
        (shell.say("section_account-tokens"), Html::link("/account/tokens", shell.say("security_tokens"))),
    ]);
    let page = desk.page(shell.say("section_account-security")).purpose(shell.say("security_purpose"));
    Ok(page.part(&Html::card(&terms.html())).respond())
}
