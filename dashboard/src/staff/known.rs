//! What is known of a client beside what it says itself, as the staff's pages draw it.

use xwms_core::contract::audit::EntryView;
use xwms_core::contract::verification::{VerificationItem, VerificationView};
use xwms_core::id::{ClientId, VerificationId};
use xwms_core::model::account::Plan;
use xwms_core::model::verification::ItemStatus;
use xwms_core::staff::facts::{ClientFacts, DomainFacts, Payer};
use xwms_core::text;
use xwms_core::text::Text;

use super::audit;
use super::verifications::{item_path, state};
use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::html::{Html, Look};
use crate::page::table::{Column, Table, Terms};
use crate::section::StaffSection;

/// The facts of a client: its numbers, its people, its domains.
pub(super) fn of_client<P>(desk: &StaffDesk<P>, id: ClientId, known: &ClientFacts) -> Html
where
    StaffDesk<P>: Place,
{
    let shell = desk.shell();
    let payer = known.payer.as_ref().map_or_else(|| Html::soft(shell.say("staff_none")), |payer| paid(desk, payer));
    let verified = if known.is_verified {
        Html::badge(Look::Good, shell.say("page_consent-verified"))
    } else {
        Html::soft(shell.say("staff_no"))
    };
    let terms = Terms::new([
        (shell.say("staff_client"), desk.link(StaffSection::Clients, id, id)),
        (shell.say("staff_made"), Html::time(shell, known.made_at)),
        (shell.say("staff_verified"), verified),
        (shell.say("staff_people"), Html::text(known.usage.people)),
        (shell.say("shell_logins_30"), Html::text(known.usage.logins)),
        (shell.say("staff_refused"), Html::text(known.usage.refused)),
        (shell.say("staff_payer"), payer),
        (shell.say("staff_owners"), Html::words(known.owners.join(", "))),
        (shell.say("staff_members"), Html::text(known.members)),
        (shell.say("staff_leaked"), Html::text(known.leaked)),
    ]);
    Html::card(&terms.html()).and(&domains(desk, known).html())
}

fn paid<P>(desk: &StaffDesk<P>, payer: &Payer) -> Html
where
    StaffDesk<P>: Place,
{
    let shell = desk.shell();
    let who = desk.link(StaffSection::Users, payer.sub, &payer.email);
    let until =
        payer.until.map(|end| Html::text(shell.say("staff_until")).and(&Html::text(" ")).and(&Html::time(shell, end)));
    Html::joined([who, Html::text(plan(shell, payer.plan))].into_iter().chain(until), " · ")
}

/// What a plan is called.
pub(super) fn plan(shell: &Shell, of: Plan) -> String {
    match of {
        Plan::Free => shell.say("staff_plan-free"),
        Plan::Paid => shell.say("staff_plan-paid"),
    }
}

fn domains<P>(desk: &StaffDesk<P>, known: &ClientFacts) -> Table
where
    StaffDesk<P>: Place,
{
    let shell = desk.shell();
    let columns = [
        Column::of(shell.say("staff_domain")),
        Column::of(shell.say("staff_ownership")),
        Column::of(shell.say("staff_mode")),
        Column::of(shell.say("staff_elsewhere")),
    ];
    let rows = known.domains.iter().map(|domain| {
        [Html::words(&domain.root_domain), ownership(shell, domain), mode(shell, domain), elsewhere(desk, domain)]
    });
    Table::new(shell.say("staff_domains-caption"), columns).rows(rows)
}

fn ownership(shell: &Shell, domain: &DomainFacts) -> Html {
    let state = if domain.is_proven {
        Html::badge(Look::Good, shell.say("staff_proven"))
    } else {
        Html::badge(Look::Care, shell.say("staff_unproven"))
    };
    match domain.checked_at {
        Some(at) => state.and(&Html::text(" ")).and(&Html::time(shell, at)),
        None => state,
    }
}

fn mode(shell: &Shell, domain: &DomainFacts) -> Html {
    match (domain.active, domain.test_mode) {
        (false, _) => Html::badge(Look::Off, shell.say("state_off")),
        (true, true) => Html::badge(Look::Test, shell.say("state_test_mode")),
        (true, false) => Html::badge(Look::Good, shell.say("state_live")),
    }
}

/// Other clients that name the same root domain.
fn elsewhere<P>(desk: &StaffDesk<P>, domain: &DomainFacts) -> Html
where
    StaffDesk<P>: Place,
{
    let shell = desk.shell();
    if domain.elsewhere.is_empty() {
        return Html::soft(shell.say("staff_no"));
    }
    let others = domain.elsewhere.iter().map(|(client, is_proven)| {
        let link = desk.link(StaffSection::Clients, client, client);
        let word = if *is_proven { shell.say("staff_proven") } else { shell.say("staff_unproven") };
        link.and(&Html::text(" ")).and(&Html::soft(word))
    });
    Html::joined(others, ", ")
}

/// The applications of a client but for the one that is looked at, with the reasons of their decisions.
pub(super) fn applications(shell: &Shell, known: &ClientFacts, this: Option<VerificationId>) -> Html {
    let others: Vec<&VerificationView> = known.applications.iter().filter(|one| Some(one.id) != this).collect();
    if others.is_empty() {
        return Html::default();
    }
    let columns = [
        Column::of(shell.say("staff_made")),
        Column::of(shell.say("staff_scopes")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("staff_reasons")),
    ];
    let rows = others.into_iter().map(|one| {
        [
            Html::link_around(item_path(one.id), &Html::time(shell, one.id.made_at())),
            Html::joined(one.scopes.iter().map(Html::code), ", "),
            Html::text(state(shell, one.status)),
            reasons(shell, one),
        ]
    });
    Table::new(shell.say("staff_applications-caption"), columns).rows(rows).html()
}

fn reasons(shell: &Shell, one: &VerificationView) -> Html {
    let item = |item: &VerificationItem| {
        let reason = item.reason.as_deref().filter(|_| item.status == ItemStatus::Rejected)?;
        let (scope, root) = (item.scope.as_str(), item.root_domain.as_str());
        let said = text!("staff_item-reason", scope = scope, root = root, reason = reason);
        Some(Html::text(shell.tell(said)))
    };
    let whole = one.reason.as_ref().map(|reason| Html::words(shell.tell(reason)));
    Html::joined(one.items.iter().filter_map(item).chain(whole), "; ")
}

/// The last lines of the audit log.
pub(super) fn entries<P>(desk: &StaffDesk<P>, entries: &[EntryView]) -> Html
where
    StaffDesk<P>: Place,
{
    if entries.is_empty() {
        return Html::default();
    }
    audit::table(desk, desk.shell().say("staff_entries-caption"), entries).html()
}

/// Why this person decides nothing, in place of the form.
pub(super) fn conflict(shell: &Shell, why: &Text) -> Html {
    Html::drawn(format!("<div class=\"notice care\"><p>{}</p></div>", Html::text(shell.tell(why))))
}
