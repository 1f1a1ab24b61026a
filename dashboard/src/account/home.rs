//! `/account`: what waits, how the account stands, and the way to everything.

use axum::response::Response;
use xwms_core::account::apps::App;
use xwms_core::account::plan::Holding;
use xwms_core::account::sessions::OpenSession;
use xwms_core::account::{apps, invitations, plan, requests, sessions};
use xwms_core::contract::client::ClientView;
use xwms_core::error::Error;
use xwms_core::manage::clients;
use xwms_core::text;

use super::plan::{count, name};
use crate::desk::{AccountDesk, Place};
use crate::frame::client_path;
use crate::layout::Shell;
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::section::AccountSection;

/// So many clients are named here.
const CLIENTS: i64 = 3;

/// What stands on the page.
struct Overview {
    invitations: usize,
    requests: usize,
    sessions: Vec<OpenSession>,
    apps: Vec<App>,
    plan: Holding,
    clients: Vec<ClientView>,
}

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let all = gather(&desk).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let page = desk.page(shell.say("section_account-dashboard"));
    Ok(page.part(&waiting(&desk, &all)).part(&standing(&desk, &all)).part(&my_clients(shell, &all)).respond())
}

async fn gather(desk: &AccountDesk) -> Result<Overview, Error> {
    let (core, caller) = (desk.core(), desk.caller());
    Ok(Overview {
        invitations: invitations::list(core, caller.user).await?.len(),
        requests: requests::overview(core, caller.user).await?.waiting.len(),
        sessions: sessions::list(core, &caller).await?,
        apps: apps::list(core, caller.user).await?.0,
        plan: plan::get(core, &caller).await?,
        clients: clients::list(core, &caller, None, CLIENTS).await?,
    })
}

/// What waits for the person.
fn waiting(desk: &AccountDesk, all: &Overview) -> Html {
    let shell = desk.shell();
    let line = |count: usize, href: &str, text: String| {
        if count == 0 { Html::default() } else { Html::paragraph(&Html::link(href, text)) }
    };
    let unread = desk.signed_in().person.unread;
    let lines = line(
        all.invitations,
        "/account/notifications",
        shell.tell(text!("home_waits-invitations", count = all.invitations)),
    )
    .and(&line(all.requests, "/account/requests", shell.tell(text!("home_waits-requests", count = all.requests))))
    .and(&line(unread, "/account/notifications", shell.tell(text!("home_waits-unread", count = unread))));
    let nothing = Html::paragraph(&Html::soft(shell.say("home_waits-nothing")));
    let lines = if lines.is_empty() { nothing } else { lines };
    Html::card(&Html::heading(shell.say("home_waits")).and(&lines))
}

/// How the account stands.
fn standing(desk: &AccountDesk, all: &Overview) -> Html {
    let shell = desk.shell();
    let link = |section: AccountSection, text: String| (shell.tell(section.name()), Html::link(section.href(), text));
    let terms = Terms::new([
        (shell.say("field_email"), Html::words(&desk.signed_in().person.email)),
        (shell.say("home_signed_in"), Html::time(shell, desk.signed_in().session.authenticated_at)),
        link(AccountSection::Sessions, shell.tell(text!("sessions_count", count = all.sessions.len()))),
        link(AccountSection::Apps, shell.tell(text!("home_apps", count = all.apps.len()))),
        (
            shell.tell(AccountSection::Plan.name()),
            name(shell, &all.plan).and(&Html::text(" · ")).and(&Html::link("/account/plan", count(shell, &all.plan))),
        ),
    ]);
    Html::card(&Html::heading(shell.say("home_standing")).and(&terms.html()))
}

/// The way to what they do as a partner.
fn my_clients(shell: &Shell, all: &Overview) -> Html {
    let names = all.clients.iter().map(|client| Html::link(client_path(client.id), client.settings.name.as_str()));
    let names =
        if all.clients.is_empty() { Html::soft(shell.say("clients_list-none")) } else { Html::joined(names, ", ") };
    let way = if all.clients.is_empty() {
        Html::button("/clients/new", shell.say("clients_list-first"))
    } else {
        Html::quiet_button("/clients", shell.say("shell_all_clients"))
    };
    let card = Html::heading(shell.say("section_my_clients")).and(&Html::paragraph(&names));
    Html::card(&card.and(&Html::paragraph(&way)))
}
