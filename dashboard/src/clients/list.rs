//! My Clients, and a new one.

use axum::response::Response;
use http::StatusCode;
use xwms_core::account::{invitations, plan};
use xwms_core::contract::client::{ClientSettings, ClientView};
use xwms_core::id::ClientId;
use xwms_core::manage::clients;
use xwms_core::manage::glance::{self, OwnGlance};
use xwms_core::manage::runner::Done;
use xwms_core::text;

use crate::account::notifications;
use crate::desk::{AccountDesk, Place};
use crate::frame::state;
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::AccountSection;

pub(crate) async fn list(desk: AccountDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<ClientId>::of(&desk, "/clients", &["q"])?;
    let found = match desk.signed_in().visit.query.get("q") {
        Some(text) => clients::search(desk.core(), &desk.caller(), text).await,
        None => clients::list(desk.core(), &desk.caller(), asked.after, asked.look_for()).await,
    };
    let mut filters = Filters::of(&desk, "/clients", &["q"]);
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |client| client.id.to_string());
    let filters = filters.field(Control::input("q", shell.say("clients_list-find"), "search", "off"));
    let page = desk.page(shell.say("section_my_clients")).purpose(shell.say("clients_list-purpose"));
    let page = page.primary(Html::button("/clients/new", shell.say("clients_new-title"))).part(&invited(&desk).await?);
    if found.is_empty() && filters.narrow() {
        return Ok(page.part(&filters.html()).part(&filters.empty(shell.say("clients_list-none"))).respond());
    }
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&none(&desk).await?).respond());
    }
    let seen = glance::of_own(desk.core(), &found).await.map_err(|why| desk.fail(why))?;
    let columns = [
        Column::of(shell.say("clients_list-client")),
        Column::of(shell.say("clients_list-role")),
        Column::of(shell.say("shell_status")),
        Column::number(shell.say("section_domains")),
        Column::number(shell.say("shell_logins_30")),
    ];
    let rows = found.iter().map(|client| row(shell, client, seen.get(&client.id).cloned().unwrap_or_default()));
    let table = Table::new(shell.say("clients_list-caption"), columns).rows(rows);
    Ok(page.part(&filters.html()).part(&table.html()).part(&pages).respond())
}

/// The invitations that wait for an answer, which is given among the notifications.
async fn invited(desk: &AccountDesk) -> Result<Html, Response> {
    let open = invitations::list(desk.core(), desk.caller().user).await.map_err(|why| desk.fail(why))?;
    Ok(notifications::invited(desk.shell(), &open))
}

fn row(shell: &Shell, client: &ClientView, seen: OwnGlance) -> [Html; 5] {
    let name = Html::link(format!("/clients/{}", client.id), client.settings.name.as_str());
    let verified = seen.is_verified.then(|| Html::badge(Look::Good, shell.say("page_consent-verified")));
    let states = Html::joined([Some(state(shell, client.standing.state)), verified].into_iter().flatten(), " ");
    let number = |number: Option<String>| number.map_or_else(|| Html::soft("–"), Html::text);
    let domains = number(seen.domains.map(|domains| domains.to_string()));
    let logins = number(seen.logins.map(|logins| logins.to_string()));
    [name, Html::words(seen.role), states, domains, logins]
}

/// What stands in the place of the list: the first client, or what a plan is for.
async fn none(desk: &AccountDesk) -> Result<Html, Response> {
    let shell = desk.shell();
    let held = plan::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    let (words, action) = if held.entitlements.clients {
        (shell.say("clients_list-none"), Html::button("/clients/new", shell.say("clients_list-first")))
    } else {
        (shell.say("clients_list-unpaid"), Html::button(AccountSection::Plan.href(), shell.say("clients_list-plans")))
    };
    Ok(Empty::new(words).action(Some(action)).html())
}

pub(crate) async fn new(desk: AccountDesk) -> Result<Response, Response> {
    let held = plan::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    if held.has_room() {
        return Ok(draw_new(&desk, &Values::default()));
    }
    let shell = desk.shell();
    let used = Html::paragraph(&Html::text(crate::account::clients_of_plan(shell, &held)));
    let plans = Html::button(AccountSection::Plan.href(), shell.say("clients_list-plans"));
    Ok(desk
        .page(shell.say("clients_new-title"))
        .status(StatusCode::PAYMENT_REQUIRED)
        .crumb("/clients", shell.say("section_my_clients"))
        .notice("care", &text!("shell_plan_required"))
        .part(&Html::card(&used.and(&Html::paragraph(&plans))))
        .respond())
}

pub(crate) async fn create(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<ClientSettings>(&[]) {
        Ok(input) => clients::create(desk.core(), sent.caller(desk.signed_in()), input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => {
            let path = path_of(&done);
            Ok(desk.done(&path, "created"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_new(&desk, &values))
        }
    }
}

fn draw_new(desk: &AccountDesk, values: &Values) -> Response {
    let shell = desk.shell();
    let name = Control::line("name", shell.say("field_client_name")).hint(shell.say("field_client_name-hint"));
    let form = Form::new(shell, values, "/clients/new", shell.say("shell_create")).once().field(name);
    desk.page(shell.say("clients_new-title"))
        .crumb("/clients", shell.say("section_my_clients"))
        .purpose(shell.say("clients_new-purpose"))
        .refused(values, |_| shell.say("field_client_name"))
        .part(&form.cancel("/clients").html())
        .respond()
}

/// The page of what was made, now or by the same form before.
fn path_of(done: &Done<ClientView>) -> String {
    match done {
        Done::Now(client) => format!("/clients/{}", client.id),
        Done::Before(kept) => format!("/clients/{}", kept.body["id"].as_str().unwrap_or_default()),
    }
}
