//! Clients: looked for, looked at, suspended.

use axum::response::Response;
use serde_json::Value;
use xwms_core::contract::staff::{ClientDecision, StaffClientView};
use xwms_core::id::ClientId;
use xwms_core::manage::glance::Glance;
use xwms_core::staff::clients;
use xwms_core::staff::facts::{self, ClientFacts};
use xwms_core::text;

use super::known;
use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::StaffSection;

const PATH: &str = StaffSection::Clients.href();

type OneClient = StaffDesk<ClientId>;

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<ClientId>::of(&desk, PATH, &["q"])?;
    let wanted = desk.signed_in().visit.query.get("q");
    let found = clients::list(desk.core(), &desk.caller(), wanted, asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |client| client.id.to_string());
    let find = Control::input("q", shell.say("staff_find_client"), "search", "off");
    let filters = Filters::of(&desk, PATH, &["q"]).field(find.hint(shell.say("staff_find_client-hint")));
    let page = desk.page(shell.say("section_staff-clients")).part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&filters.empty(shell.say("shell_no_match"))).respond());
    }
    let ids: Vec<ClientId> = found.iter().map(|client| client.id).collect();
    let seen = facts::of_clients(desk.core(), &desk.caller(), &ids).await.map_err(|why| desk.fail(why))?;
    let columns = [
        Column::of(shell.say("field_client_name")),
        Column::of(shell.say("staff_owner")),
        Column::of(shell.say("staff_state")),
        Column::of(shell.say("staff_verified")),
        Column::number(shell.say("shell_logins_30")),
    ];
    let rows = found.iter().map(|client| row(shell, client, seen.get(&client.id).copied().unwrap_or_default()));
    let table = Table::new(shell.say("staff_clients-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

fn row(shell: &Shell, client: &StaffClientView, seen: Glance) -> [Html; 5] {
    let verified = if seen.is_verified {
        Html::badge(Look::Good, shell.say("page_consent-verified"))
    } else {
        Html::soft(shell.say("staff_no"))
    };
    [
        Html::link(item_path(client.id), &client.name).and(&shown(shell, client)),
        Html::words(&client.owner),
        state(shell, client),
        verified,
        Html::text(seen.logins),
    ]
}

fn item_path(id: ClientId) -> String {
    format!("{PATH}/{id}")
}

/// The name that people are shown, where it is another one.
fn shown(shell: &Shell, client: &StaffClientView) -> Html {
    let Some(shown) = client.reviewed_name.as_deref().filter(|shown| *shown != client.name) else {
        return Html::default();
    };
    Html::text(" ").and(&Html::drawn(shell.html(text!("staff_now_shown", name = shown)).to_string()))
}

fn state(shell: &Shell, client: &StaffClientView) -> Html {
    if client.decision.suspended {
        Html::badge(Look::Bad, shell.say("state_suspended"))
    } else {
        Html::badge(Look::Good, shell.say("state_active"))
    }
}

async fn get(desk: &OneClient) -> Result<(StaffClientView, ClientFacts), Response> {
    let client = clients::get(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))?;
    let facts = facts::of_client(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))?;
    Ok((client, facts))
}

pub(super) async fn read(desk: OneClient) -> Result<Response, Response> {
    let (client, facts) = get(&desk).await?;
    let shell = desk.shell();
    let item = item_path(client.id);
    let none = || Html::soft(shell.say("staff_none"));
    let terms = Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", client.id)),
        (shell.say("field_client_name"), Html::words(&client.name).and(&shown(shell, &client))),
        (
            shell.say("staff_description"),
            client.description.as_ref().map_or_else(none, |text| Html::words(text.as_str())),
        ),
        (shell.say("staff_homepage"), client.homepage_url.as_ref().map_or_else(none, |url| Html::outside(shell, url))),
        (shell.say("staff_contact"), client.contact_email.as_ref().map_or_else(none, Html::words)),
    ]);
    let word = if client.decision.suspended { shell.say("staff_lift") } else { shell.say("staff_suspend") };
    let page = desk
        .page(client.name.clone())
        .badges(state(shell, &client))
        .crumb(PATH, shell.say("section_staff-clients"))
        .part(&Html::card(&terms.html()));
    let page = match &facts.conflict {
        Some(why) => page.part(&known::conflict(shell, why)),
        None => page.part(&Html::paragraph(&Html::quiet_button(format!("{item}/suspend"), word))),
    };
    Ok(page
        .part(&Html::heading(shell.say("staff_we_know")))
        .part(&known::of_client(&desk, client.id, &facts))
        .part(&known::applications(shell, &facts, None))
        .part(&known::entries(&desk, &facts.entries))
        .respond())
}

pub(super) async fn ask_suspension(desk: OneClient) -> Result<Response, Response> {
    let (client, facts) = get(&desk).await?;
    Ok(draw_suspension(&desk, &client, &facts, &Values::of(&client)))
}

fn draw_suspension(desk: &OneClient, client: &StaffClientView, facts: &ClientFacts, values: &Values) -> Response {
    let shell = desk.shell();
    let item = item_path(client.id);
    let suspended = client.decision.suspended;
    let (title, purpose, word) = if suspended {
        let title = text!("staff_lift-title", name = client.name.as_str());
        (title, shell.say("staff_lift-client"), shell.say("staff_lift"))
    } else {
        let title = text!("staff_suspend-title", name = client.name.as_str());
        (title, shell.say("staff_suspend-client"), shell.say("staff_suspend"))
    };
    let terms = Terms::new([
        (shell.say("section_domains"), Html::text(facts.domains.len())),
        (shell.say("staff_people"), Html::text(facts.usage.people)),
        (shell.say("shell_logins_30"), Html::text(facts.usage.logins)),
    ]);
    let page = desk
        .page(shell.tell(title))
        .crumb(PATH, shell.say("section_staff-clients"))
        .crumb(item.clone(), client.name.clone())
        .purpose(purpose)
        .refused(values, |_| shell.say("staff_reason"))
        .part(&Html::card(&terms.html()));
    if let Some(why) = &facts.conflict {
        return page.part(&known::conflict(shell, why)).respond();
    }
    let reason = Control::area("reason", shell.say("staff_reason")).hint(shell.say("staff_reason-owners"));
    let form = Form::new(shell, values, format!("{item}/suspend"), word)
        .hidden("suspended", Value::from(!suspended).to_string())
        .field(reason)
        .cancel(item);
    let form = if suspended { form } else { form.danger() };
    page.part(&form.html()).respond()
}

pub(super) async fn suspend(form: Posted<OneClient>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let word = if sent.fields.text("suspended") == "true" { "suspended" } else { "lifted" };
    let changed = match sent.patch::<ClientDecision>(&[]) {
        Ok(patch) => {
            clients::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = item_path(desk.ids);
            Ok(desk.done(&path, word))
        }
        Err(why) => {
            let (client, facts) = get(&desk).await?;
            let values = desk.refused(Values::of(&client), sent.fields, why)?;
            Ok(draw_suspension(&desk, &client, &facts, &values))
        }
    }
}
