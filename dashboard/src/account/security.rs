//! `/account/security`: what keeps an account its person's.

use axum::response::Response;
use xwms_core::account::second_factors::{self, SecondFactors};
use xwms_core::account::{general, sessions};
use xwms_core::crypto::recovery_code::CODES;
use xwms_core::text;

use super::general::address;
use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::html::Html;
use crate::page::table::Terms;

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let account = general::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let open = sessions::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let factors = second_factors::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let terms = Terms::new([
        (shell.say("field_password"), Html::link("/account/security/password", shell.say("security_password-title"))),
        (shell.say("passkeys_title"), passkeys(shell, factors)),
        (shell.say("security_app"), app(shell, factors)),
        (shell.say("security_codes"), codes(shell, factors)),
        (shell.say("field_email"), address(shell, &account)),
        (
            shell.say("section_account-sessions"),
            Html::link("/account/sessions", shell.tell(text!("sessions_count", count = open.len()))),
        ),
        (shell.say("section_account-tokens"), Html::link("/account/tokens", shell.say("security_tokens"))),
    ]);
    let page = desk.page(shell.say("section_account-security")).purpose(shell.say("security_purpose"));
    Ok(page.part(&Html::card(&terms.html())).respond())
}

fn passkeys(shell: &Shell, factors: SecondFactors) -> Html {
    let count = shell.tell(text!("passkeys_count", count = factors.passkeys));
    Html::link("/account/security/passkeys", count)
}

fn app(shell: &Shell, factors: SecondFactors) -> Html {
    let app = shell.say("security_app");
    match factors.app_since {
        Some(since) => Html::joined(
            [
                Html::text(shell.tell(text!("security_app-since", day = Html::day(shell, since)))),
                Html::action("/account/security/totp/new", shell.say("security_app-replace"), &app),
                Html::action("/account/security/totp/delete", shell.say("security_app-remove"), &app),
            ],
            " · ",
        ),
        None => Html::text(shell.say("security_app-none"))
            .and(&Html::text(" "))
            .and(&Html::link("/account/security/totp/new", shell.say("security_app-add"))),
    }
}

fn codes(shell: &Shell, factors: SecondFactors) -> Html {
    if !factors.any() {
        return Html::soft(shell.say("security_codes-none"));
    }
    let left = shell.tell(text!("security_codes-left", left = factors.codes_left, all = CODES));
    let make = Html::link("/account/security/recovery-codes", shell.say("security_codes-make"));
    Html::joined([Html::text(left), make], " · ")
}
