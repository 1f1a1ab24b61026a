//! The Verification Center: what is verified, the applications, a new one, one and its withdrawal.

use std::collections::BTreeSet;

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::domain::DomainView;
use xwms_core::contract::verification::{NewVerification, VerificationItem, VerificationView};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::gate::standing::is_renewable;
use xwms_core::id::{ClientId, VerificationId};
use xwms_core::manage::runner::Done;
use xwms_core::manage::{domains, scopes, verifications};
use xwms_core::model::domain::Ownership;
use xwms_core::model::scope::Tier;
use xwms_core::model::verification::{ItemStatus, VerificationState};
use xwms_core::text;

use super::scopes::title;
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// So many domains are offered at the most: as many as one application may have.
const CHOICES: i64 = 100;

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Verifications.href(desk.client());
    let asks = ListRequest::<VerificationId>::of(&desk, &path, &[])?;
    let found = verifications::list(desk.core(), &desk.caller(), desk.client(), asks.after, asks.look_for()).await;
    let (found, pages) = asks.cut(shell, found.map_err(|why| desk.fail(why))?, |one| one.id.to_string());
    let waiting = found.iter().find(|one| one.status == VerificationState::Pending && !one.automatic);
    let new = format!("{path}/new");
    let primary = match waiting {
        Some(one) => Html::quiet_button(format!("{path}/{}", one.id), shell.say("verifications_waiting")),
        None => desk.primary(Permission::VerificationsCreate, &new, shell.say("verifications_new-title")),
    };
    let page = desk.page(shell.say("section_verifications")).primary(primary);
    let page = page.purpose(shell.say("verifications_list-purpose")).part(&standing(&desk, &found));
    if found.is_empty() && asks.is_first() {
        let action = Html::button(new, shell.say("verifications_new-title"));
        let action = desk.may_now(Permission::VerificationsCreate).then_some(action);
        return Ok(page.part(&Empty::new(shell.say("verifications_list-none")).action(action).html()).respond());
    }
    let columns = [
        Column::of(shell.say("team_made")),
        Column::of(shell.say("section_domains")),
        Column::of(shell.say("field_scopes")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("verifications_decided")),
        Column::of(shell.say("verifications_until")),
    ];
    let rows = found.iter().map(|one| {
        let made = Html::time(shell, one.id.made_at());
        [
            Html::drawn(format!("<a href=\"{path}/{}\">{made}</a>", one.id)),
            Html::joined(roots(one).into_iter().map(Html::text), ", "),
            Html::joined(one.scopes.iter().map(Html::code), " "),
            state(shell, one.status).and(&automatic(shell, one)),
            one.decided_at.map_or_else(Html::default, |at| Html::time(shell, at)),
            one.expires_at.map_or_else(Html::default, |end| Html::time(shell, end)),
        ]
    });
    let table = Table::new(shell.say("verifications_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

/// Whether the client is a Verified Partner, for how much and until when.
fn standing(desk: &ClientDesk<ClientId>, found: &[VerificationView]) -> Html {
    let (shell, now) = (desk.shell(), desk.core().clock.now());
    let stands = |one: &&VerificationView| {
        one.status == VerificationState::Approved && one.expires_at.is_none_or(|end| now < end)
    };
    let approved: Vec<&VerificationView> = found.iter().filter(stands).collect();
    let items = approved.iter().flat_map(|one| &one.items).filter(|item| item.status == ItemStatus::Approved);
    let domains: BTreeSet<_> = items.map(|item| item.domain).collect();
    if domains.is_empty() {
        return Html::paragraph(&Html::badge(Look::Off, shell.say("verifications_not_verified")));
    }
    let words = shell.tell(text!("verifications_verified", count = domains.len()));
    let until = approved.iter().filter_map(|one| one.expires_at).min();
    let until = until.map(|end| {
        let words = Html::text(format!(" {} ", shell.say("verifications_verified-until")));
        words.and(&Html::time(shell, end))
    });
    Html::paragraph(&Html::badge(Look::Good, words).and(&until.unwrap_or_default()))
}

/// The root domains that an application is for.
fn roots(one: &VerificationView) -> BTreeSet<&str> {
    one.items.iter().map(|item| item.root_domain.as_str()).collect()
}

fn automatic(shell: &Shell, one: &VerificationView) -> Html {
    if !one.automatic {
        return Html::default();
    }
    Html::text(" ").and(&Html::soft(shell.say("verifications_automatic")))
}

fn state(shell: &Shell, state: VerificationState) -> Html {
    match state {
        VerificationState::Pending => Html::badge(Look::Care, shell.say("verifications_pending")),
        VerificationState::Approved => Html::badge(Look::Good, shell.say("verifications_approved")),
        VerificationState::Rejected => Html::badge(Look::Bad, shell.say("verifications_rejected")),
        VerificationState::Withdrawn => Html::badge(Look::Off, shell.say("verifications_withdrawn")),
        VerificationState::Revoked => Html::badge(Look::Bad, shell.say("verifications_revoked")),
    }
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::VerificationsCreate)?;
    let Some(before) = desk.signed_in().visit.query.get("again") else {
        return draw_new(&desk, &Values::default()).await;
    };
    let id: VerificationId = before.parse().map_err(|_| desk.fail(Error::NotFound("verification")))?;
    let before = verifications::get(desk.core(), &desk.caller(), desk.client(), id).await;
    let before = before.map_err(|why| desk.fail(why))?;
    // What was refused is asked again; an application of which nothing was, as a whole.
    let refused = before.items.iter().filter(|item| item.status == ItemStatus::Rejected);
    let refused: Vec<&VerificationItem> = refused.collect();
    let items: Vec<&VerificationItem> = if refused.is_empty() { before.items.iter().collect() } else { refused };
    let domains: BTreeSet<String> = items.iter().map(|item| item.domain.to_string()).collect();
    let scopes: BTreeSet<&str> = items.iter().map(|item| item.scope.as_str()).collect();
    let beginning = [("domains", json!(domains)), ("scopes", json!(scopes)), ("notes", json!(before.notes))];
    draw_new(&desk, &Values::beginning(beginning)).await
}

async fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Verifications.href(desk.client());
    let (core, caller, client) = (desk.core(), desk.caller(), desk.client());
    let domains = domains::list(core, &caller, client, None, CHOICES).await.map_err(|why| desk.fail(why))?;
    let scopes = scopes::list(core, &caller, client, None, i64::MAX).await.map_err(|why| desk.fail(why))?;
    let offered: Vec<Choice> = domains.iter().map(|domain| domain_choice(desk, domain)).collect();
    let reserved = scopes.iter().map(|active| &active.scope).filter(|scope| scope.tier == Tier::Verified);
    let reserved: Vec<Choice> = reserved
        .map(|scope| Choice::new(scope.name.as_str(), title(shell, scope)).hint(Html::text(&scope.opens)))
        .collect();
    let none = |choices: &[Choice], words: String| if choices.is_empty() { words } else { String::new() };
    let (no_domains, no_scopes) =
        (none(&offered, shell.say("verifications_no_domains")), none(&reserved, shell.say("verifications_no_scopes")));
    let hinted = |control: Control, hint: String| if hint.is_empty() { control } else { control.hint(hint) };
    let notes = Control::area("notes", label_of(shell, "notes")).hint(shell.say("field_notes-hint"));
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_create"))
        .once()
        .field(hinted(Control::checks("domains", label_of(shell, "domains"), offered), no_domains))
        .field(hinted(Control::checks("scopes", label_of(shell, "scopes"), reserved), no_scopes))
        .field(notes.optional(shell));
    Ok(desk
        .page(shell.say("verifications_new-title"))
        .crumb(path.clone(), shell.say("section_verifications"))
        .purpose(shell.say("verifications_new-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&looked_at(desk)?)
        .part(&form.cancel(path).html())
        .respond())
}

/// A domain to apply for. One that is not proven is text with the way to prove it.
fn domain_choice(desk: &ClientDesk<ClientId>, domain: &DomainView) -> Choice {
    let shell = desk.shell();
    let choice = Choice::new(domain.id.to_string(), Html::words(domain.settings.root_domain.as_str()));
    if domain.ownership == Ownership::Unproven {
        let prove = format!("{}/{}/ownership", ClientSection::Domains.href(desk.client()), domain.id);
        let prove = Html::link(prove, shell.say("verifications_prove"));
        return choice.fixed(Some(shell.say("verifications_unproven"))).hint(prove);
    }
    if domain.settings.test_mode {
        return choice.hint(Html::text(shell.say("verifications_test_mode")));
    }
    choice
}

/// What the staff look at, and what of it is missing.
fn looked_at(desk: &ClientDesk<ClientId>) -> Result<Html, Response> {
    let shell = desk.shell();
    let settings = &desk.context()?.client.settings;
    let missing = || Html::soft(shell.say("verifications_missing"));
    let link = |link: Option<&str>| link.map_or_else(missing, Html::words);
    let terms = Terms::new([
        (shell.say("field_client_name"), Html::words(settings.name.as_str())),
        (shell.say("field_contact_email"), link(settings.contact_email.as_ref().map(|email| email.address()))),
        (shell.say("field_homepage_url"), link(settings.homepage_url.as_ref().map(|url| url.as_str()))),
        (shell.say("field_privacy_url"), link(settings.privacy_url.as_ref().map(|url| url.as_str()))),
        (shell.say("field_terms_url"), link(settings.terms_url.as_ref().map(|url| url.as_str()))),
    ]);
    let change = Html::link(ClientSection::Settings.href(desk.client()), shell.say("section_settings"));
    let heading = Html::heading(shell.say("verifications_looked_at"));
    Ok(Html::card(&heading.and(&terms.html()).and(&Html::paragraph(&change))))
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "domains" => shell.say("section_domains"),
        "scopes" => shell.say("field_scopes"),
        "notes" => shell.say("field_notes"),
        other => other.to_owned(),
    }
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<NewVerification>(&[]) {
        Ok(new) => verifications::apply(desk.core(), sent.caller(desk.signed_in()), desk.client(), new).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => {
            let id = match done {
                Done::Now(one) => one.id.to_string(),
                Done::Before(kept) => kept.body["id"].as_str().unwrap_or_default().to_owned(),
            };
            let path = format!("{}/{id}", ClientSection::Verifications.href(desk.client()));
            Ok(desk.done(&path, "applied"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values).await
        }
    }
}

type OneVerification = ClientDesk<(ClientId, VerificationId)>;

pub(crate) async fn read(desk: OneVerification) -> Result<Response, Response> {
    let one = get(&desk).await?;
    let shell = desk.shell();
    let path = ClientSection::Verifications.href(desk.client());
    let terms = [
        (shell.say("shell_id"), Html::copy(shell, "id", one.id)),
        (shell.say("team_made"), Html::time(shell, one.id.made_at())),
        (shell.say("verifications_until"), one.expires_at.map(|end| Html::time(shell, end)).unwrap_or_default()),
        (shell.say("field_notes"), one.notes.as_ref().map(Html::words).unwrap_or_default()),
        (shell.say("verifications_reason"), one.reason.as_ref().map(Html::words).unwrap_or_default()),
    ];
    let terms = Terms::new(terms.into_iter().filter(|(_, what)| !what.is_empty()));
    Ok(desk
        .page(shell.say("verifications_one-title"))
        .badges(state(shell, one.status))
        .crumb(path, shell.say("section_verifications"))
        .purpose(shell.say("verifications_one-purpose"))
        .part(&steps(shell, &one))
        .part(&Html::card(&terms.html()))
        .part(&grid(shell, &one))
        .part(&actions(&desk, &one))
        .part(&Html::paragraph(&desk.history(one.id)))
        .respond())
}

async fn get(desk: &OneVerification) -> Result<VerificationView, Response> {
    let (client, one) = desk.ids;
    verifications::get(desk.core(), &desk.caller(), client, one).await.map_err(|why| desk.fail(why))
}

/// How far it has come.
fn steps(shell: &Shell, one: &VerificationView) -> Html {
    let pending = one.status == VerificationState::Pending;
    let (done, now) = (shell.say("team_step-done"), shell.say("team_step-now"));
    let last = if pending { shell.say("team_step-to_do") } else { done.clone() };
    let step = |ear: &str, words: String, current: bool| {
        let current = if current { " aria-current=\"step\"" } else { "" };
        let (ear, words) = (Html::text(ear), Html::text(words));
        format!("<li{current}><span class=\"soft\">{ear}</span> {words}</li>")
    };
    let all = [
        step(&done, shell.say("verifications_step-applied"), false),
        step(if pending { &now } else { &done }, shell.say("verifications_step-review"), pending),
        step(&last, shell.say("verifications_step-decided"), !pending),
    ];
    Html::drawn(format!("<ol class=\"steps\">{}</ol>", all.concat()))
}

/// What is decided about each scope on each domain.
fn grid(shell: &Shell, one: &VerificationView) -> Html {
    let columns = [
        Column::of(shell.say("verifications_domain")),
        Column::of(shell.say("verifications_scope")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("verifications_reason")),
    ];
    let rows = one.items.iter().map(|item| {
        let state = match item.status {
            ItemStatus::Pending => Html::badge(Look::Care, shell.say("verifications_item-waiting")),
            ItemStatus::Approved => Html::badge(Look::Good, shell.say("verifications_item-approved")),
            ItemStatus::Rejected => Html::badge(Look::Bad, shell.say("verifications_item-rejected")),
        };
        let reason = item.reason.as_ref().map(Html::words).unwrap_or_default();
        [Html::words(item.root_domain.as_str()), Html::code(&item.scope), state, reason]
    });
    if one.items.is_empty() {
        return Html::default();
    }
    Table::new(shell.say("verifications_grid"), columns).rows(rows).html()
}

fn actions(desk: &OneVerification, one: &VerificationView) -> Html {
    let (shell, path) = (desk.shell(), ClientSection::Verifications.href(desk.client()));
    if one.status == VerificationState::Pending {
        let withdraw = Html::quiet_button(format!("{path}/{}/delete", one.id), shell.say("team_withdraw"));
        return if desk.may_now(Permission::VerificationsDelete) {
            Html::paragraph(&withdraw)
        } else {
            Html::default()
        };
    }
    if !desk.may_now(Permission::VerificationsCreate) || one.automatic {
        return Html::default();
    }
    // An approval that has long to go needs no other.
    let ends_soon = is_renewable(one.expires_at, desk.core().clock.now());
    if one.status == VerificationState::Approved && !ends_soon {
        return Html::default();
    }
    let again = format!("{path}/new?again={}", one.id);
    let words = match one.status {
        VerificationState::Approved => shell.say("verifications_renew"),
        _ => shell.say("verifications_again"),
    };
    Html::paragraph(&Html::quiet_button(again, words))
}

pub(crate) async fn ask_withdrawal(desk: OneVerification) -> Result<Response, Response> {
    desk.need(Permission::VerificationsDelete)?;
    let one = get(&desk).await?;
    Ok(draw_withdrawal(&desk, &one, &Values::default()))
}

fn draw_withdrawal(desk: &OneVerification, one: &VerificationView, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Verifications.href(desk.client());
    let item = format!("{path}/{}", one.id);
    let terms = Terms::new([
        (shell.say("section_domains"), Html::joined(roots(one).into_iter().map(Html::text), ", ")),
        (shell.say("field_scopes"), Html::joined(one.scopes.iter().map(Html::code), " ")),
    ]);
    let form = Form::new(shell, values, format!("{item}/delete"), shell.say("team_withdraw")).danger();
    desk.page(shell.say("verifications_withdraw-title"))
        .crumb(path, shell.say("section_verifications"))
        .crumb(item.clone(), shell.say("verifications_one-title"))
        .purpose(shell.say("verifications_withdraw-purpose"))
        .refused(values, str::to_owned)
        .part(&Html::card(&terms.html()))
        .part(&form.cancel(item).html())
        .respond()
}

pub(crate) async fn withdraw(form: Posted<OneVerification>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["confirm_name"]).map_err(|why| desk.fail(why))?;
    let (client, id) = desk.ids;
    match verifications::withdraw(desk.core(), desk.caller(), client, id).await {
        Ok(_) => {
            let path = ClientSection::Verifications.href(client);
            Ok(desk.done(&path, "withdrawn"))
        }
        Err(why) => {
            let one = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_withdrawal(&desk, &one, &values))
        }
    }
}
