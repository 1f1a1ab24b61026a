//! The overview of a client: what programs need to know of it, how far it is set up, and what was refused and changed
//! lately.

use axum::response::Response;
use xwms_core::contract::attempt::AttemptView;
use xwms_core::contract::audit::EntryView;
use xwms_core::contract::setup::SetupView;
use xwms_core::contract::stats::StatsView;
use xwms_core::gate::permission::Permission;
use xwms_core::gate::setup::Advice;
use xwms_core::id::ClientId;
use xwms_core::manage::attempts::{self, AttemptFields};
use xwms_core::manage::audit_log::{self, Filter};
use xwms_core::manage::setup;
use xwms_core::manage::stats::{self, StatsFields};
use xwms_core::text;
use xwms_core::text::Text;

use super::stats::chart_of_logins;
use super::{attention, audit, denials};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::Page;
use crate::page::html::{Html, Look};
use crate::page::table::{Column, Table, Terms};
use crate::section::ClientSection;
use crate::setup_steps::{href_of, name_of};

/// How many refused attempts and changes are shown.
const LATELY: i64 = 5;

type Desk = ClientDesk<ClientId>;

pub(crate) async fn get(desk: Desk) -> Result<Response, Response> {
    let shell = desk.shell();
    let name = desk.context()?.client.settings.name.as_str().to_owned();
    let steps = setup::get(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))?;
    let is_set_up = steps.steps.iter().all(|step| step.done);
    let page = Page::new(shell, desk.frame(), name).crumb("/clients", shell.say("section_my_clients"));
    let mut page = page.part(&facts(&desk));
    if !is_set_up || desk.signed_in().visit.query.get("setup").is_some() {
        page = page.part(&checklist(&desk, &steps).await?);
    } else {
        let link = Html::link(format!("/clients/{}?setup=1", desk.client()), shell.say("overview_checklist"));
        page = page.part(&Html::paragraph(&link));
    }
    // What is missing while a client is set up, the checklist says.
    if is_set_up {
        page = page.part(&attention::card(&desk).await?);
    }
    if desk.may(Permission::StatsRead) {
        let found = stats::get(desk.core(), &desk.caller(), desk.client(), &StatsFields::default()).await;
        page = page.part(&logins(&desk, &found.map_err(|why| desk.fail(why))?));
    }
    if desk.may(Permission::AttemptsRead) {
        let found =
            attempts::list(desk.core(), &desk.caller(), (desk.client(), AttemptFields::default()), None, LATELY).await;
        page = page.part(&refused(&desk, &found.map_err(|why| desk.fail(why))?));
    }
    if desk.may(Permission::AuditRead) {
        let of_client = Filter { client: Some(desk.client()), ..Filter::default() };
        let found = audit_log::page(desk.core(), &desk.caller(), &of_client, None, LATELY).await;
        page = page.part(&changes(&desk, &found.map_err(|why| desk.fail(why))?).await?);
    }
    Ok(page.respond())
}

fn facts(desk: &Desk) -> Html {
    let shell = desk.shell();
    let issuer = desk.core().config.server.issuer();
    let role = desk.frame().client().map(|context| Html::words(&context.role));
    let terms = Terms::new([
        (shell.say("overview_client_id"), Html::copy(shell, "client-id", desk.client())),
        (shell.say("overview_issuer"), Html::copy(shell, "issuer", issuer)),
        (shell.say("overview_role"), role.unwrap_or_default()),
    ]);
    Html::card(&terms.html())
}

/// The steps, each with a link to where it is done; below them what is good to have.
async fn checklist(desk: &Desk, setup: &SetupView) -> Result<Html, Response> {
    let shell = desk.shell();
    let done = setup.steps.iter().filter(|step| step.done).count();
    let heading = shell.tell(text!("overview_setup", done = done, all = setup.steps.len()));
    let lines = setup.steps.iter().map(|step| {
        let link = Html::link(href_of(desk.client(), setup, step.step), shell.tell(name_of(step.step)));
        line(shell, step.done, &link)
    });
    let steps = steps(lines);
    let advice = setup::advice(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))?;
    let lines = advice.into_iter().map(|(advice, done)| {
        let (href, words) = advised(desk.client(), advice);
        line(shell, done, &Html::link(href, shell.tell(words)))
    });
    let before = Html::folded(shell.say("overview_before"), &self::steps(lines));
    Ok(Html::card(&Html::heading(heading).and(&steps).and(&before)))
}

fn steps(lines: impl Iterator<Item = Html>) -> Html {
    let lines: Html = lines.collect();
    Html::drawn(format!("<ol class=\"steps\">{lines}</ol>"))
}

/// A step with its mark.
fn line(shell: &Shell, done: bool, link: &Html) -> Html {
    let mark = if done {
        Html::badge(Look::Good, shell.say("overview_done"))
    } else {
        Html::badge(Look::Off, shell.say("overview_to_do"))
    };
    Html::drawn(format!("<li>{mark} <span>{link}</span></li>"))
}

/// Where advice is followed, and what it says.
fn advised(client: ClientId, advice: Advice) -> (String, Text) {
    let (section, text) = match advice {
        Advice::Live => (ClientSection::Domains, text!("overview_advice-live")),
        Advice::ServerIps => (ClientSection::Domains, text!("overview_advice-server_ips")),
        Advice::Ownership => (ClientSection::Domains, text!("overview_advice-ownership")),
        Advice::Presentation => (ClientSection::Settings, text!("overview_advice-presentation")),
        Advice::SecondOwner => (ClientSection::Members, text!("overview_advice-second_owner")),
        Advice::Webhook => (ClientSection::Domains, text!("overview_advice-webhook")),
        Advice::Verification => (ClientSection::Verifications, text!("overview_advice-verification")),
    };
    (section.href(client), text)
}

/// The numbers of the last 30 days, as bars and in total.
fn logins(desk: &Desk, stats: &StatsView) -> Html {
    let shell = desk.shell();
    let recent: i64 = stats.data.iter().map(|line| line.counted.logins).sum();
    let terms = Terms::new([
        (shell.say("overview_logins-recent"), Html::text(recent)),
        (shell.say("overview_logins-all"), Html::text(stats.total.logins)),
        (shell.say("overview_users"), Html::text(stats.total.users)),
    ]);
    let heading = Html::heading(shell.say("overview_logins"));
    let chart = if recent == 0 { Html::default() } else { chart_of_logins(desk, stats) };
    heading.and(&Html::card(&terms.html())).and(&chart)
}

fn refused(desk: &Desk, attempts: &[AttemptView]) -> Html {
    let shell = desk.shell();
    let heading = Html::heading(shell.say("overview_refused"));
    if attempts.is_empty() {
        return heading.and(&Html::paragraph(&Html::soft(shell.say("overview_refused-none"))));
    }
    let columns = [
        Column::of(shell.say("overview_time")),
        Column::of(shell.say("overview_reason")),
        Column::of(shell.say("overview_fix")),
    ];
    let rows = attempts.iter().map(|attempt| {
        let fix = denials::fix(shell, (&attempt.reason, attempt.detail.as_deref()), desk.client(), attempt.domain);
        [Html::time(shell, attempt.at), denials::reason(shell, &attempt.reason), fix]
    });
    heading.and(&Table::new(shell.say("overview_refused-caption"), columns).rows(rows).html())
}

async fn changes(desk: &Desk, entries: &[EntryView]) -> Result<Html, Response> {
    let shell = desk.shell();
    let people = audit::people(desk).await?;
    let columns = [
        Column::of(shell.say("overview_time")),
        Column::of(shell.say("audit_who")),
        Column::of(shell.say("overview_what")),
        Column::of(shell.say("overview_object")),
    ];
    let rows = entries.iter().map(|entry| {
        let who = audit::who(desk, &people, &entry.actor);
        [Html::time(shell, entry.at), who, audit::what(shell, &entry.action), audit::object(desk, entry)]
    });
    let table = Table::new(shell.say("overview_changes-caption"), columns).rows(rows);
    Ok(Html::heading(shell.say("overview_changes")).and(&table.html()))
}
