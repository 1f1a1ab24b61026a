//! The queue of verifications, and one of them with all that its decision rests on.

use std::time::Duration;

use axum::response::Response;
use xwms_core::clock::Timestamp;
use xwms_core::contract::staff::StaffVerificationView;
use xwms_core::contract::verification::VerificationItem;
use xwms_core::error::Error;
use xwms_core::id::VerificationId;
use xwms_core::model::verification::{ItemStatus, VerificationState};
use xwms_core::staff::facts::{self, ClientFacts};
use xwms_core::staff::verifications;
use xwms_core::text;

use super::{decision, known};
use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::preview::Preview;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::public::Partner;
use crate::public::consent::ShareLine;
use crate::section::StaffSection;

const PATH: &str = StaffSection::Verifications.href();
/// What waits longer than this is said to.
const LONG: Duration = Duration::from_secs(5 * 86_400);

pub(super) type OneVerification = StaffDesk<VerificationId>;

/// The page of an application.
pub(super) fn item_path(id: VerificationId) -> String {
    format!("{PATH}/{id}")
}

/// What a state is called.
pub(super) fn state(shell: &Shell, state: VerificationState) -> String {
    match state {
        VerificationState::Pending => shell.say("staff_state-pending"),
        VerificationState::Approved => shell.say("staff_state-approved"),
        VerificationState::Rejected => shell.say("staff_state-rejected"),
        VerificationState::Withdrawn => shell.say("staff_state-withdrawn"),
        VerificationState::Revoked => shell.say("staff_state-revoked"),
    }
}

pub(super) async fn queue(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<VerificationId>::of(&desk, PATH, &["status", "q"])?;
    let query = &desk.signed_in().visit.query;
    let found = match wanted(query.get("status")) {
        Ok(state) => {
            let about = (state, query.get("q"));
            verifications::list(desk.core(), &desk.caller(), about, asked.after, asked.look_for()).await
        }
        Err(why) => Err(why),
    };
    let mut filters = Filters::of(&desk, PATH, &["status", "q"]);
    let found = filters.found(&desk, found)?;
    let (found, pages) = asked.cut(shell, found, |found| found.verification.id.to_string());
    let filters = fields(shell, filters);
    let page = desk
        .page(shell.say("staff_queue-title"))
        .purpose(shell.say("staff_queue-purpose"))
        .refused(filters.values(), |_| shell.say("shell_status"))
        .part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&filters.empty(shell.say("staff_queue-none"))).respond());
    }
    Ok(page.part(&table(&desk, &found).html()).part(&pages).respond())
}

/// The applications that are asked for: those that wait, when nothing is said.
fn wanted(status: Option<&str>) -> Result<VerificationState, Error> {
    let Some(status) = status else { return Ok(VerificationState::Pending) };
    let choices = VerificationState::ALL.iter().map(|state| state.as_str()).collect::<Vec<_>>().join(", ");
    let unknown = || Error::Invalid(vec![text!("unknown_value", choices = choices).at("status")]);
    VerificationState::parse(status).ok_or_else(unknown)
}

fn fields<'f>(shell: &Shell, filters: Filters<'f>) -> Filters<'f> {
    let choice = |one: &VerificationState| Choice::new(one.as_str(), Html::text(state(shell, *one)));
    let find = Control::input("q", shell.say("staff_find_client"), "search", "off");
    filters
        .field(Control::select("status", shell.say("shell_status"), VerificationState::ALL.iter().map(choice)))
        .field(find.hint(shell.say("staff_find_client-hint")))
}

fn table(desk: &StaffDesk, found: &[StaffVerificationView]) -> Table {
    let shell = desk.shell();
    let columns = [
        Column::of(shell.say("staff_waiting_since")),
        Column::of(shell.say("staff_client")),
        Column::of(shell.say("section_domains")),
        Column::of(shell.say("staff_scopes")),
        Column::of(shell.say("staff_kind")),
        Column::of(shell.say("staff_owner")),
    ];
    let now = desk.core().clock.now();
    let rows = found.iter().map(|one| {
        let id = one.verification.id;
        let since = Html::link_around(item_path(id), &Html::time(shell, id.made_at()));
        let mut roots: Vec<&str> = one.verification.items.iter().map(|item| item.root_domain.as_str()).collect();
        roots.dedup();
        [
            since.and(&waits_long(shell, one, now)),
            names(shell, one),
            Html::words(roots.join(", ")),
            Html::joined(one.verification.scopes.iter().map(Html::code), ", "),
            Html::text(kind(shell, one)),
            Html::words(&one.owner),
        ]
    });
    Table::new(shell.say("staff_queue-caption"), columns).rows(rows)
}

/// How many days it has waited, once those are many.
fn waits_long(shell: &Shell, one: &StaffVerificationView, now: Timestamp) -> Html {
    let waited = now.since(one.verification.id.made_at());
    if one.verification.status != VerificationState::Pending || waited <= LONG {
        return Html::default();
    }
    let days = waited.as_secs() / 86_400;
    Html::text(" ").and(&Html::badge(Look::Care, shell.tell(text!("staff_waits_long", days = days))))
}

/// The name that is asked for, and the one that is shown until then.
fn names(shell: &Shell, one: &StaffVerificationView) -> Html {
    let asked = Html::words(&one.client_name);
    if one.shown_name == one.client_name {
        return asked;
    }
    asked.and(&Html::text(" ")).and(&now_shown(shell, &one.shown_name))
}

fn now_shown(shell: &Shell, shown: &str) -> Html {
    Html::drawn(shell.html(text!("staff_now_shown", name = shown)).to_string())
}

/// What the application is made of.
fn kind(shell: &Shell, one: &StaffVerificationView) -> String {
    match (one.verification.automatic, one.reviewed_name.is_some(), one.verified) {
        (true, true, _) => shell.say("staff_kind-name"),
        (true, false, _) => shell.say("staff_kind-logo"),
        (false, _, true) => shell.say("staff_kind-renewal"),
        (false, _, false) => shell.say("staff_kind-new"),
    }
}

pub(super) async fn read(desk: OneVerification) -> Result<Response, Response> {
    let one = get(&desk).await?;
    draw(&desk, &one, &Values::default()).await
}

/// The address takes a decision; it is made on the application's page.
pub(super) async fn back(desk: OneVerification) -> Response {
    let path = item_path(desk.ids);
    desk.into_signed_in().visit.go(&path)
}

pub(super) async fn get(desk: &OneVerification) -> Result<StaffVerificationView, Response> {
    verifications::get(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))
}

pub(super) async fn facts_of(desk: &OneVerification, one: &StaffVerificationView) -> Result<ClientFacts, Response> {
    facts::of_client(desk.core(), &desk.caller(), one.client).await.map_err(|why| desk.fail(why))
}

/// One application. `values`: those of the decision.
pub(super) async fn draw(
    desk: &OneVerification,
    one: &StaffVerificationView,
    values: &Values,
) -> Result<Response, Response> {
    let shell = desk.shell();
    let known = facts_of(desk, one).await?;
    let made = Html::time(shell, one.verification.id.made_at());
    let next = next(desk).await?;
    let page = desk
        .page(one.client_name.clone())
        .crumb(PATH, shell.say("staff_queue-title"))
        .badges(badge(shell, one.verification.status))
        .refused(values, |name| decision::label_of(shell, name))
        .part(&Html::heading(shell.say("staff_they_say")))
        .part(&Html::card(&said(shell, one, made)))
        .part(&Html::heading(shell.say("staff_we_know")))
        .part(&known::of_client(desk, one.client, &known))
        .part(&known::applications(shell, &known, Some(one.verification.id)))
        .part(&known::entries(desk, &known.entries))
        .part(&Html::heading(shell.say("staff_as_seen")))
        .part(&preview(shell, one, &known))
        .part(&Html::heading(shell.say("staff_decision")));
    let page = match (&known.conflict, one.verification.status) {
        (_, VerificationState::Pending) if known.conflict.is_none() => {
            page.part(&Html::card(&decision::form(shell, one, &known, values)))
        }
        (Some(why), VerificationState::Pending) => page.part(&known::conflict(shell, why)),
        _ => page.part(&items(shell, one).html()).part(&after(shell, one, known.conflict.is_none(), &next)),
    };
    Ok(page.respond())
}

/// Where to go on: the application that has waited longest, else the queue.
async fn next(desk: &OneVerification) -> Result<String, Response> {
    let waiting = (VerificationState::Pending, None);
    let found = verifications::list(desk.core(), &desk.caller(), waiting, None, 1).await;
    let found = found.map_err(|why| desk.fail(why))?;
    Ok(found.first().map_or_else(|| PATH.to_owned(), |first| item_path(first.verification.id)))
}

fn badge(shell: &Shell, of: VerificationState) -> Html {
    let look = match of {
        VerificationState::Pending => Look::Care,
        VerificationState::Approved => Look::Good,
        VerificationState::Rejected | VerificationState::Revoked => Look::Bad,
        VerificationState::Withdrawn => Look::Off,
    };
    Html::badge(look, state(shell, of))
}

/// What the partner says, and beside it what people see now where that differs.
fn said(shell: &Shell, one: &StaffVerificationView, made: Html) -> Html {
    let none = || Html::soft(shell.say("staff_none"));
    let link = |url: &Option<String>| url.as_ref().map_or_else(none, |url| Html::outside(shell, url));
    let words = |text: &Option<String>| text.as_ref().map_or_else(none, Html::words);
    Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", one.verification.id)),
        (shell.say("staff_made"), made),
        (shell.say("staff_kind"), Html::text(kind(shell, one))),
        (shell.say("field_client_name"), names(shell, one)),
        (shell.say("staff_logo"), logos(shell, one)),
        (shell.say("staff_homepage"), link(&one.homepage_url)),
        (shell.say("staff_privacy"), link(&one.privacy_url)),
        (shell.say("staff_terms"), link(&one.terms_url)),
        (shell.say("staff_contact"), words(&one.contact_email)),
        (shell.say("staff_notes"), words(&one.verification.notes.as_ref().map(|notes| shell.tell(notes)))),
    ])
    .html()
}

/// The logo as the consent page has it, on light and on dark; and the one that people see now.
fn logos(shell: &Shell, one: &StaffVerificationView) -> Html {
    let on = |ground: &str, url: &str| {
        let url = Html::text(url);
        Html::drawn(format!(
            "<span class=\"ground {ground}\"><img class=\"logo\" src=\"{url}\" alt=\"\" width=\"56\" height=\"56\"></span>"
        ))
    };
    let both =
        |url: &String| Html::drawn(format!("<div class=\"grounds\">{}{}</div>", on("light", url), on("dark", url)));
    let asked = one.logo_url.as_ref().map_or_else(|| Html::soft(shell.say("staff_none")), both);
    match &one.shown_logo_url {
        shown if *shown == one.logo_url => asked,
        Some(shown) => asked.and(&Html::soft(shell.say("staff_logo-now"))).and(&both(shown)),
        None => asked.and(&Html::soft(shell.say("staff_logo-none_now"))),
    }
}

/// What people would read, with the badge.
fn preview(shell: &Shell, one: &StaffVerificationView, known: &ClientFacts) -> Html {
    let wanted = known.catalog.iter().filter(|scope| one.verification.scopes.contains(&scope.name));
    let shares: Vec<ShareLine> = wanted.map(ShareLine::of).collect();
    let host = one.verification.items.first().map(|item| item.root_domain.as_str()).unwrap_or_default();
    let partner = Partner { name: &one.client_name, host, verified: true, logo: one.logo_url.as_deref() };
    Preview { shell, partner, shares: &shares }.html()
}

/// What was decided, item by item.
fn items(shell: &Shell, one: &StaffVerificationView) -> Table {
    let columns = [
        Column::of(shell.say("staff_domain")),
        Column::of(shell.say("staff_scope")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("staff_reason")),
    ];
    let reason = |item: &VerificationItem| item.reason.as_ref().map_or_else(Html::default, Html::words);
    let rows = one.verification.items.iter().map(|item| {
        [Html::words(&item.root_domain), Html::code(&item.scope), item_state(shell, item.status), reason(item)]
    });
    Table::new(shell.say("staff_items-caption"), columns).rows(rows)
}

fn item_state(shell: &Shell, status: ItemStatus) -> Html {
    match status {
        ItemStatus::Pending => Html::badge(Look::Care, shell.say("staff_state-pending")),
        ItemStatus::Approved => Html::badge(Look::Good, shell.say("staff_state-approved")),
        ItemStatus::Rejected => Html::badge(Look::Bad, shell.say("staff_state-rejected")),
    }
}

/// What can be done once it is decided, and where to go on.
fn after(shell: &Shell, one: &StaffVerificationView, may: bool, next: &str) -> Html {
    let verification = &one.verification;
    let said = verification.reason.as_ref().map(|reason| {
        Html::paragraph(&Html::drawn(shell.html(text!("staff_revoked_because", reason = reason.clone())).to_string()))
    });
    let until = verification.expires_at.map(|end| {
        Html::paragraph(&Html::text(shell.say("staff_until")).and(&Html::text(" ")).and(&Html::time(shell, end)))
    });
    let revoke = (may && verification.status == VerificationState::Approved)
        .then(|| Html::quiet_button(format!("{}/revoke", item_path(verification.id)), shell.say("staff_revoke")));
    let next = Html::button(next, shell.say("staff_queue-next"));
    let buttons = Html::paragraph(&Html::joined(revoke.into_iter().chain([next]), " "));
    said.into_iter().chain(until).chain([buttons]).collect()
}
