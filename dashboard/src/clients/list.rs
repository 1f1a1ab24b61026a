//! My Clients, and a new one.

use axum::response::Response;
use xwms_core::contract::client::{ClientSettings, ClientView};
use xwms_core::id::ClientId;
use xwms_core::manage::clients;
use xwms_core::manage::runner::Done;

use crate::desk::{AccountDesk, Place};
use crate::frame::state;
use crate::page::filters::Filters;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table};
use crate::page::values::Values;
use crate::posted::Posted;

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
    let page = page.primary(Html::button("/clients/new", shell.say("clients_new-title")));
    if found.is_empty() && filters.narrow() {
        return Ok(page.part(&filters.html()).part(&filters.empty(shell.say("clients_list-none"))).respond());
    }
    if found.is_empty() && asked.is_first() {
        let action = Html::button("/clients/new", shell.say("clients_list-first"));
        return Ok(page.part(&Empty::new(shell.say("clients_list-none")).action(Some(action)).html()).respond());
    }
    let columns = [
        Column::of(shell.say("clients_list-client")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("clients_list-owner")),
    ];
    let rows = found.iter().map(|client| {
        let name = Html::link(format!("/clients/{}", client.id), client.settings.name.as_str());
        [name, state(shell, client.standing.state), Html::words(&client.owner)]
    });
    let table = Table::new(shell.say("clients_list-caption"), columns).rows(rows);
    Ok(page.part(&filters.html()).part(&table.html()).part(&pages).respond())
}

pub(crate) async fn new(desk: AccountDesk) -> Response {
    draw_new(&desk, &Values::default())
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
