//! `/account/plan`: what the plan holds, and what hangs on it.

use axum::response::Response;
use xwms_core::account::plan::{self, Holding, Plan};
use xwms_core::text;

use crate::desk::{AccountDesk, Place};
use crate::frame::client_path;
use crate::layout::Shell;
use crate::page::html::{Html, Look};
use crate::page::table::Terms;

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let held = plan::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let clients = held.clients.iter().map(|(id, name)| Html::link(client_path(*id), name));
    let clients =
        if held.clients.is_empty() { Html::soft(shell.say("plan_clients-none")) } else { Html::joined(clients, ", ") };
    let stats =
        if held.entitlements.advanced_stats { shell.say("plan_stats-advanced") } else { shell.say("plan_stats-basic") };
    let terms = Terms::new([
        (shell.say("plan_name"), name(shell, &held)),
        (shell.say("plan_until"), Html::time_or(shell, held.valid_until, shell.say("plan_until-for_good"))),
        (shell.say("plan_count"), Html::text(count(shell, &held))),
        (shell.say("plan_clients"), clients),
        (shell.say("plan_stats"), Html::text(stats)),
    ]);
    let page = desk.page(shell.say("section_account-plan")).purpose(shell.say("plan_purpose"));
    let page = if held.has_lapsed { page.notice("care", &text!("plan_lapsed")) } else { page };
    let how = Html::paragraph(&Html::text(shell.say("plan_change")));
    Ok(page.part(&Html::card(&terms.html())).part(&how).respond())
}

/// What the plan is called, and whether it has ended.
pub(super) fn name(shell: &Shell, held: &Holding) -> Html {
    let name = match held.plan {
        Plan::Free => shell.say("plan_name-free"),
        Plan::Paid => shell.say("plan_name-paid"),
    };
    let ended = Html::text(" ").and(&Html::badge(Look::Care, shell.say("state_expired")));
    if held.has_lapsed { Html::text(name).and(&ended) } else { Html::text(name) }
}

/// How many clients hang on it, of how many.
pub(crate) fn count(shell: &Shell, held: &Holding) -> String {
    if held.entitlements.clients {
        let (count, most) = (held.clients.len(), held.entitlements.max_clients);
        shell.tell(text!("plan_count-of", count = count, most = most))
    } else {
        shell.say("plan_count-none")
    }
}
