//! Client Scopes: the list, new ones, and the end of one.

use std::collections::BTreeMap;

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::client_scope::{ActivatedScopeView, ClientScopeSettings, ClientScopeView, NewClientScopes};
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::shares::told_of;
use xwms_core::manage::{recent_logins, scopes};
use xwms_core::model::scope::{OFFLINE_ACCESS, Tier};
use xwms_core::text;

use super::bite;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// A catalog is short: all of it fits.
pub(super) const WHOLE_CATALOG: i64 = 1_000;

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Scopes.href(desk.client());
    let asked = ListRequest::<String>::of(&desk, &path, &[])?;
    let found =
        scopes::list(desk.core(), &desk.caller(), desk.client(), asked.after.as_deref(), asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |scope| scope.scope.name.clone());
    let primary = desk.primary(Permission::ScopesCreate, &format!("{path}/new"), shell.say("scopes_new-title"));
    let page = desk.page(shell.say("section_scopes")).purpose(shell.say("scopes_list-purpose")).primary(primary);
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&undo(&desk)).part(&Empty::new(shell.say("scopes_list-none")).html()).respond());
    }
    let table = table(&desk, &found, &logins(&desk).await?);
    let reserved = found.iter().any(|scope| scope.scope.tier == Tier::Verified).then(|| ways_to_unlock(&desk));
    Ok(page.part(&undo(&desk)).part(&table).part(&pages).part(&reserved.unwrap_or_default()).respond())
}

fn table(desk: &ClientDesk<ClientId>, found: &[ActivatedScopeView], logins: &BTreeMap<String, i64>) -> Html {
    let (shell, path) = (desk.shell(), ClientSection::Scopes.href(desk.client()));
    let columns = [
        Column::of(shell.say("scopes_list-scope")),
        Column::of(shell.say("scopes_list-opens")),
        Column::of(shell.say("scopes_list-tier")),
        Column::of(shell.say("field_at_login")),
        Column::number(shell.say("shell_logins")),
        Column::actions(shell.say("shell_actions")),
    ];
    let may_delete = desk.may_now(Permission::ScopesDelete);
    let rows = found.iter().map(|activated| {
        let scope = &activated.scope;
        let end =
            Html::action(format!("{path}/{}/delete", scope.name), shell.say("scopes_deactivate"), called(shell, scope));
        let end = if may_delete { end } else { Html::default() };
        let logins = Html::text(logins.get(&scope.name).copied().unwrap_or_default());
        [title(shell, scope), Html::text(&scope.opens), tier(shell, scope.tier), at_login(desk, activated), logins, end]
    });
    let hint = Html::paragraph(&Html::soft(shell.say("field_at_login-hint")));
    Table::new(shell.say("scopes_list-caption"), columns).rows(rows).html().and(&hint)
}

/// Whether a login that names no scope asks for it, with its switch.
fn at_login(desk: &ClientDesk<ClientId>, activated: &ActivatedScopeView) -> Html {
    let (shell, nothing, scope) = (desk.shell(), Values::default(), &activated.scope);
    let on = activated.settings.at_login;
    let (state, word, next) = if on {
        (shell.say("state_on"), shell.say("shell_switch_off"), "false")
    } else {
        (shell.say("state_off"), shell.say("shell_switch_on"), "true")
    };
    let state = Html::badge(if on { Look::Good } else { Look::Off }, state);
    if !desk.may_now(Permission::ScopesCreate) {
        return state;
    }
    let action = format!("{}/{}/switches", ClientSection::Scopes.href(desk.client()), scope.name);
    state.and(
        &Form::new(shell, &nothing, action, word).hidden("at_login", next).about(called(shell, scope)).quiet().html(),
    )
}

/// Behind the end of a scope: the way to have it again.
fn undo(desk: &ClientDesk<ClientId>) -> Html {
    let ended = desk.frame().done_to("deactivated").filter(|_| desk.may_now(Permission::ScopesCreate));
    let Some(name) = ended.filter(|name| !name.is_empty()) else { return Html::default() };
    let (shell, values) = (desk.shell(), Values::default());
    let path = format!("{}/new", ClientSection::Scopes.href(desk.client()));
    Form::new(shell, &values, path, shell.say("scopes_undo")).once().quiet().hidden("name", name).html()
}

/// What it is called, and its name on the wire.
pub(super) fn title(shell: &Shell, scope: &ClientScopeView) -> Html {
    Html::words(called(shell, scope)).and(&Html::text(" ")).and(&Html::code(&scope.name))
}

/// What it is called, in the reader's language.
fn called(shell: &Shell, scope: &ClientScopeView) -> String {
    shell.tell(told_of(&scope.name, &scope.title, &scope.description).0)
}

fn tier(shell: &Shell, tier: Tier) -> Html {
    match tier {
        Tier::Open => Html::badge(Look::Good, shell.say("scopes_tier-open")),
        Tier::Verified => Html::badge(Look::Care, shell.say("scopes_tier-reserved")),
    }
}

/// Where reserved scopes are unlocked.
fn ways_to_unlock(desk: &ClientDesk<ClientId>) -> Html {
    let (shell, client) = (desk.shell(), desk.client());
    let links = [
        (Permission::DomainsTest, ClientSection::Domains.href(client), shell.say("state_test_mode")),
        (
            Permission::RequestsCreate,
            format!("/clients/{client}/requests/new?kind=access"),
            shell.say("requests_new-access"),
        ),
        (
            Permission::VerificationsCreate,
            format!("{}/new", ClientSection::Verifications.href(client)),
            shell.say("scopes_new_verification"),
        ),
    ];
    let links = links.into_iter().filter(|(permission, ..)| desk.may(*permission));
    let links = Html::joined(links.map(|(_, href, text)| Html::link(href, text)), " · ");
    Html::card(&Html::paragraph(&Html::text(shell.say("scopes_reserved"))).and(&Html::paragraph(&links)))
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::ScopesCreate)?;
    let is_first = desk.context()?.client.settings.scopes.is_empty();
    let usual = json!(["openid", "profile", "email"]);
    let values = if is_first { Values::beginning([("name", usual)]) } else { Values::default() };
    draw_new(&desk, &values).await
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<NewClientScopes>(&[]) {
        Ok(input) => scopes::activate_all(desk.core(), sent.caller(desk.signed_in()), desk.client(), input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(_) => {
            let path = ClientSection::Scopes.href(desk.client());
            Ok(desk.done(&path, "activated"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values).await
        }
    }
}

async fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Scopes.href(desk.client());
    let settings = &desk.context()?.client.settings;
    let catalog = scopes::catalog(desk.core(), None, WHOLE_CATALOG).await.map_err(|why| desk.fail(why))?;
    let choices = catalog.iter().map(|scope| {
        let is_active = settings.has_scope(&scope.name);
        choice(shell, scope).fixed(is_active.then(|| shell.say("scopes_active")))
    });
    let names = Control::checks("name", shell.say("section_scopes"), choices);
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_create")).once().field(names);
    Ok(desk
        .page(shell.say("scopes_new-title"))
        .crumb(path.clone(), shell.say("section_scopes"))
        .purpose(shell.say("scopes_new-purpose"))
        .refused(values, |_| shell.say("section_scopes"))
        .part(&form.cancel(path).html())
        .respond())
}

/// A scope as something to choose: what it is, what people read, what it opens.
pub(super) fn choice(shell: &Shell, scope: &ClientScopeView) -> Choice {
    let label = title(shell, scope).and(&Html::text(" ")).and(&tier(shell, scope.tier));
    let needed = (scope.name == OFFLINE_ACCESS).then(|| Html::text(shell.say("scopes_offline")));
    let opens = (!scope.opens.is_empty()).then(|| Html::code(&scope.opens));
    let parts =
        [Some(Html::words(shell.tell(told_of(&scope.name, &scope.title, &scope.description).1))), opens, needed];
    Choice::new(scope.name.clone(), label).hint(Html::joined(parts.into_iter().flatten(), " "))
}

type OneScope = ClientDesk<(ClientId, String)>;

pub(crate) async fn ask_deletion(desk: OneScope) -> Result<Response, Response> {
    desk.need(Permission::ScopesDelete)?;
    let shell = desk.shell();
    let path = ClientSection::Scopes.href(desk.client());
    let (client, name) = &desk.ids;
    let found = scopes::get(desk.core(), &desk.caller(), *client, name).await.map_err(|why| desk.fail(why))?;
    let scope = &found.scope;
    let logins = logins(&desk).await?.get(name).copied().unwrap_or_default();
    let terms = Terms::new([
        (shell.say("shell_logins"), Html::text(logins)),
        (shell.say("scopes_list-opens"), Html::text(&scope.opens)),
    ]);
    let what = if logins > 0 { shell.tell(text!("scopes_delete-logins", logins = logins)) } else { String::new() };
    let values = Values::default();
    let form = Form::new(shell, &values, format!("{path}/{name}/delete"), shell.say("scopes_deactivate"));
    Ok(desk
        .page(shell.tell(text!("scopes_delete-title", scope = called(shell, scope))))
        .crumb(path.clone(), shell.say("section_scopes"))
        .purpose(shell.say("scopes_delete-purpose"))
        .part(&Html::card(&terms.html().and(&Html::paragraph(&Html::text(what)))))
        .part(&form.danger().cancel(path).html())
        .respond())
}

/// How many logins of the last seven days were given each scope.
async fn logins<P: ClientIds + Sync>(desk: &ClientDesk<P>) -> Result<BTreeMap<String, i64>, Response> {
    recent_logins::by_scope(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))
}

/// GET of the address that switches.
pub(crate) async fn back(desk: OneScope) -> Response {
    let path = ClientSection::Scopes.href(desk.client());
    desk.go(&path)
}

pub(crate) async fn switch(form: Posted<OneScope>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let word = if bite::last(&sent.fields, "at_login") == "true" { "on-at_login" } else { "off-at_login" };
    let changed = match sent.patch_of::<ClientScopeSettings>(&["at_login"], &[]) {
        Ok(patch) => scopes::update(desk.core(), desk.caller(), desk.ids.clone(), patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    changed.map_err(|why| desk.fail(why))?;
    let path = ClientSection::Scopes.href(desk.client());
    Ok(desk.done(&path, word))
}

pub(crate) async fn delete(form: Posted<OneScope>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let (client, name) = desk.ids.clone();
    let done = format!("deactivated-{name}");
    let ended = scopes::deactivate(desk.core(), desk.caller(), client, name).await;
    ended.map_err(|why| desk.fail(why))?;
    let path = ClientSection::Scopes.href(client);
    Ok(desk.done(&path, &done))
}
