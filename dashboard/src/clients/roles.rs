//! Roles: the list, a new one or a copy, one and its end.

use std::collections::HashMap;

use axum::response::Response;
use serde_json::{Value, json};
use xwms_core::contract::role::{NewRole, RoleSettings, RoleView};
use xwms_core::error::{Error, FieldError};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, RoleId};
use xwms_core::manage::roles::{self, RolePage};
use xwms_core::text;

use super::audit;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::matrix::{Matrix, for_roles};
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::{Posted, Sent};
use crate::section::ClientSection;

/// The names that the form offers.
const NAMES: [&str; 5] = ["Administrator", "Developer", "Support", "Finance", "Auditor"];
/// The fields of the form that say the name in another way.
const NAMING: [&str; 2] = ["custom_role_name", "custom_name"];
/// A client has so many roles to choose from at the most.
const CHOICES: i64 = 200;

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Roles.href(desk.client());
    let asks = ListRequest::<RoleId>::of(&desk, &path, &["group"])?;
    let group = desk.signed_in().visit.query.get("group");
    let wanted = RolePage { group, after: asks.after, limit: asks.look_for() };
    let found = roles::list(desk.core(), &desk.caller(), desk.client(), wanted).await;
    let (found, pages) = asks.cut(shell, found.map_err(|why| desk.fail(why))?, |role| role.id.to_string());
    let filters = Filters::of(&desk, &path, &["group"]).field(Control::line("group", shell.say("field_group")));
    let primary = desk.primary(Permission::RolesCreate, &format!("{path}/new"), shell.say("roles_new-title"));
    let page = desk.page(shell.say("section_roles")).purpose(shell.say("roles_list-purpose")).primary(primary);
    let page = page.part(&filters.html());
    if found.is_empty() && asks.is_first() {
        return Ok(page.part(&filters.empty(shell.say("roles_list-none"))).respond());
    }
    let held_by = members(&desk).await?;
    let table = Table::new(shell.say("roles_list-caption"), columns(shell)).rows(found.iter().map(|role| {
        let name = role.settings.name.as_str();
        let copy = desk.may_now(Permission::RolesCreate).then(|| {
            let href = format!("{path}/new?copy={}", role.id);
            Html::action(href, shell.say("roles_copy"), name)
        });
        [
            Html::link(format!("{path}/{}", role.id), name).and(&preset(shell, role)),
            Html::code(role.key.as_str()),
            Html::text(role.settings.level.get()),
            role.settings.group.as_ref().map_or_else(Html::default, |group| Html::words(group.as_str())),
            Html::text(held(shell, role)),
            Html::text(held_by.get(&role.id).copied().unwrap_or_default()),
            Html::time_or(shell, role.settings.expires_at, shell.say("shell_never")),
            state(&desk, role),
            copy.unwrap_or_default(),
        ]
    }));
    Ok(page.part(&table.html()).part(&pages).respond())
}

/// How many members each role has, as far as the person may know.
async fn members<P: ClientIds>(desk: &ClientDesk<P>) -> Result<HashMap<RoleId, i64>, Response> {
    if !desk.may(Permission::MembersRead) {
        return Ok(HashMap::new());
    }
    roles::members(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))
}

fn columns(shell: &Shell) -> [Column; 9] {
    [
        Column::of(shell.say("field_role_name")),
        Column::of(shell.say("field_key")),
        Column::number(shell.say("field_level")),
        Column::of(shell.say("field_group")),
        Column::of(shell.say("field_permissions")),
        Column::number(shell.say("section_members")),
        Column::of(shell.say("field_expires_at")),
        Column::of(shell.say("shell_status")),
        Column::actions(shell.say("team_actions")),
    ]
}

/// All roles of the client, to choose from.
pub(super) async fn all<P: ClientIds>(desk: &ClientDesk<P>) -> Result<Vec<RoleView>, Response> {
    let wanted = RolePage { group: None, after: None, limit: CHOICES };
    roles::list(desk.core(), &desk.caller(), desk.client(), wanted).await.map_err(|why| desk.fail(why))
}

fn preset(shell: &Shell, role: &RoleView) -> Html {
    if !role.key.is_preset() {
        return Html::default();
    }
    Html::text(" ").and(&Html::badge(Look::Off, shell.say("roles_preset")))
}

/// How many of all permissions it has.
fn held(shell: &Shell, role: &RoleView) -> String {
    shell.tell(text!("roles_permissions", count = role.settings.permissions.len(), all = for_roles().iter().count()))
}

fn state<P: ClientIds>(desk: &ClientDesk<P>, role: &RoleView) -> Html {
    let shell = desk.shell();
    let ended = role.settings.expires_at.is_some_and(|end| end <= desk.core().clock.now());
    match (role.settings.active, ended) {
        (false, _) => Html::badge(Look::Off, shell.say("roles_inactive")),
        (true, true) => Html::badge(Look::Bad, shell.say("state_expired")),
        (true, false) => Html::badge(Look::Good, shell.say("state_active")),
    }
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::RolesCreate)?;
    let Some(copied) = desk.signed_in().visit.query.get("copy") else {
        let beginning = [("name", json!(NAMES[1])), ("level", json!(0)), ("active", json!(true))];
        return draw_new(&desk, &Values::beginning(beginning)).await;
    };
    let id: RoleId = copied.parse().map_err(|_| desk.fail(Error::NotFound("role")))?;
    let role = roles::get(desk.core(), &desk.caller(), desk.client(), id).await.map_err(|why| desk.fail(why))?;
    let context = desk.context()?;
    // What a copy starts with is no more than its maker may give.
    let permissions = role.settings.permissions.iter().map(|permission| permission.permission());
    let permissions: Vec<&str> =
        permissions.filter(|permission| context.may(*permission)).map(Permission::text).collect();
    let level = role.settings.level.get().min(i64::from(context.level.saturating_sub(1)));
    let name = name_of_copy(&desk, &role);
    let beginning = [
        ("name", json!(NAMES[1])),
        ("custom_role_name", json!(true)),
        ("custom_name", json!(name)),
        ("description", json!(role.settings.description)),
        ("permissions", json!(permissions)),
        ("group", json!(role.settings.group)),
        ("level", json!(level)),
        ("active", json!(true)),
    ];
    draw_new(&desk, &Values::beginning(beginning)).await
}

/// What a copy is called at first.
fn name_of_copy(desk: &ClientDesk<ClientId>, role: &RoleView) -> String {
    desk.shell().tell(text!("roles_copy-name", name = role.settings.name.as_str()))
}

async fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Roles.href(desk.client());
    let key = Control::line("key", label_of(shell, "key")).hint(shell.say("field_key-hint")).optional(shell);
    let form = naming(shell, Form::new(shell, values, format!("{path}/new"), shell.say("shell_create")).once());
    let form = fields(desk, form.field(key)).await?;
    Ok(desk
        .page(shell.say("roles_new-title"))
        .crumb(path.clone(), shell.say("section_roles"))
        .purpose(shell.say("roles_new-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&form.cancel(path).html())
        .respond())
}

/// The fields that say what a role is called.
fn naming<'f>(shell: &Shell, form: Form<'f>) -> Form<'f> {
    let choices = NAMES.map(|name| Choice::new(name, Html::text(name)));
    let name = Control::select("name", label_of(shell, "name"), choices);
    let own = Control::check("custom_role_name", label_of(shell, "custom_role_name"));
    let own = own.hint(shell.say("field_custom_role_name-hint"));
    form.field(name).field(own).field(Control::line("custom_name", label_of(shell, "custom_name")).optional(shell))
}

/// All other fields that can change.
async fn fields<'f, P: ClientIds>(desk: &ClientDesk<P>, form: Form<'f>) -> Result<Form<'f>, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let mut groups = Vec::new();
    if desk.may(Permission::RolesRead) {
        groups = all(desk).await?.into_iter().filter_map(|role| Some(role.settings.group?.into_string())).collect();
        groups.sort();
        groups.dedup();
    }
    let most = context.level.saturating_sub(1);
    let matrix = Matrix::of_roles(shell, "permissions", context.permissions);
    let permissions = Control::matrix("permissions", label_of(shell, "permissions"), matrix);
    let group = Control::line("group", label_of(shell, "group")).suggestions(groups);
    let level = Control::input("level", label_of(shell, "level"), "number", "off");
    let end = Control::line("expires_at", label_of(shell, "expires_at")).hint(shell.say("roles_expires_at-hint"));
    Ok(form
        .field(Control::area("description", label_of(shell, "description")).optional(shell))
        .field(permissions.hint(shell.say("field_permissions-hint")))
        .field(group.hint(shell.say("field_group-hint")).optional(shell))
        .field(level.hint(shell.tell(text!("field_level-hint", most = most))))
        .field(end.optional(shell))
        .field(Control::check("active", shell.say("state_active")).hint(shell.say("roles_active-hint"))))
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "name" => shell.say("field_role_name"),
        "custom_role_name" => shell.say("field_custom_role_name"),
        "custom_name" => shell.say("field_custom_name"),
        "key" => shell.say("field_key"),
        "description" => shell.say("field_description"),
        "permissions" => shell.say("field_permissions"),
        "group" => shell.say("field_group"),
        "level" => shell.say("field_level"),
        "expires_at" => shell.say("field_expires_at"),
        "active" => shell.say("shell_status"),
        other => other.to_owned(),
    }
}

/// The form with the name that counts: that of the person's own when the box for it is ticked.
fn named(sent: &Sent) -> Result<Sent, Error> {
    if has_own_name(sent) { sent.with("name", sent.fields.text("custom_name")) } else { sent.with("custom_name", "") }
}

fn has_own_name(sent: &Sent) -> bool {
    sent.fields.pairs().filter(|(name, _)| *name == "custom_role_name").last().is_some_and(|(_, value)| value == "true")
}

/// What was wrong, at the field where the name was typed.
fn at_its_field(sent: &Sent, why: Error) -> Error {
    let Error::Invalid(errors) = why else { return why };
    if !has_own_name(sent) {
        return Error::Invalid(errors);
    }
    let moved = errors.into_iter().map(|error| match error.field.as_str() {
        "name" => FieldError { field: "custom_name".into(), ..error },
        _ => error,
    });
    Error::Invalid(moved.collect())
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match named(&sent).and_then(|sent| sent.input::<NewRole>(&NAMING)) {
        Ok(new) => roles::create(desk.core(), sent.caller(desk.signed_in()), desk.client(), new).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(_) => {
            let path = ClientSection::Roles.href(desk.client());
            Ok(desk.done(&path, "created"))
        }
        Err(why) => {
            let why = at_its_field(&sent, why);
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values).await
        }
    }
}

type OneRole = ClientDesk<(ClientId, RoleId)>;

pub(crate) async fn read(desk: OneRole) -> Result<Response, Response> {
    let role = get(&desk).await?;
    draw(&desk, &role, &current(&role)).await
}

async fn get(desk: &OneRole) -> Result<RoleView, Response> {
    let (client, role) = desk.ids;
    roles::get(desk.core(), &desk.caller(), client, role).await.map_err(|why| desk.fail(why))
}

/// What the form holds of a role as it stands.
fn current(role: &RoleView) -> Values {
    let name = role.settings.name.as_str();
    if NAMES.contains(&name) {
        return Values::of(role).with("custom_role_name", false);
    }
    Values::of(role).with("custom_role_name", true).with("custom_name", Value::from(name))
}

async fn draw(desk: &OneRole, role: &RoleView, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Roles.href(desk.client());
    let item = format!("{path}/{}", role.id);
    let page = desk
        .page(role.settings.name.as_str().to_owned())
        .badges(preset(shell, role))
        .crumb(path.clone(), shell.say("section_roles"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms(desk, role).html()));
    let copy = Html::quiet_button(format!("{path}/new?copy={}", role.id), shell.say("roles_copy"));
    let copy = if desk.may_now(Permission::RolesCreate) { copy } else { Html::default() };
    let history = desk.history(role.id);
    let fixed = roles::why_not_to_change(desk.context()?, role);
    if fixed.is_some() || !desk.may_now(Permission::RolesUpdate) {
        let why = fixed.map(|why| Html::paragraph(&Html::soft(shell.tell(why)))).unwrap_or_default();
        let given = role.settings.permissions.iter().map(|permission| Html::code(permission.permission().text()));
        let given = Html::heading(shell.say("field_permissions")).and(&Html::paragraph(&Html::joined(given, " ")));
        return Ok(page.part(&why).part(&Html::card(&given)).part(&buttons([copy, history])).respond());
    }
    let form = naming(shell, Form::new(shell, values, item.clone(), shell.say("shell_save")));
    let form = fields(desk, form).await?;
    let delete = Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete"));
    let delete = if desk.may_now(Permission::RolesDelete) { delete } else { Html::default() };
    Ok(page.part(&Html::card(&form.html())).part(&buttons([copy, history, delete])).respond())
}

/// Those of the buttons that there are, in a row.
fn buttons<const N: usize>(all: [Html; N]) -> Html {
    Html::paragraph(&Html::joined(all.into_iter().filter(|button| !button.is_empty()), " "))
}

fn terms(desk: &OneRole, role: &RoleView) -> Terms {
    let shell = desk.shell();
    let fixed = Html::code(role.key.as_str()).and(&Html::text(" ")).and(&Html::soft(shell.say("team_fixed")));
    let group = role.settings.group.as_ref().map(|group| Html::words(group.as_str()));
    let description = role.settings.description.as_ref().map(|text| Html::words(text.as_str()));
    let lines = [
        (shell.say("shell_id"), Html::copy(shell, "id", role.id)),
        (shell.say("field_key"), fixed),
        (shell.say("field_level"), Html::text(role.settings.level.get())),
        (shell.say("field_group"), group.unwrap_or_default()),
        (shell.say("field_description"), description.unwrap_or_default()),
        (shell.say("field_permissions"), Html::text(held(shell, role))),
        (shell.say("field_expires_at"), Html::time_or(shell, role.settings.expires_at, shell.say("shell_never"))),
        (shell.say("shell_status"), state(desk, role)),
        (shell.say("team_made"), Html::time(shell, role.id.made_at())),
    ];
    Terms::new(lines.into_iter().filter(|(_, what)| !what.is_empty()))
}

pub(crate) async fn update(form: Posted<OneRole>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match named(&sent).and_then(|sent| sent.patch::<RoleSettings>(&NAMING)) {
        Ok(patch) => roles::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = ClientSection::Roles.href(desk.client());
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let role = get(&desk).await?;
            let why = at_its_field(&sent, why);
            let values = audit::overtaken(&desk, desk.refused(current(&role), sent.fields, why)?).await?;
            draw(&desk, &role, &values).await
        }
    }
}

pub(crate) async fn ask_deletion(desk: OneRole) -> Result<Response, Response> {
    desk.need(Permission::RolesDelete)?;
    let role = get(&desk).await?;
    Ok(draw_deletion(&desk, &role, &Values::default()))
}

fn draw_deletion(desk: &OneRole, role: &RoleView, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Roles.href(desk.client());
    let item = format!("{path}/{}", role.id);
    let name = role.settings.name.as_str();
    let form = Form::new(shell, values, format!("{item}/delete"), shell.say("shell_delete")).danger();
    desk.page(shell.tell(text!("roles_delete-title", name = name)))
        .crumb(path, shell.say("section_roles"))
        .crumb(item.clone(), name)
        .purpose(shell.say("roles_delete-purpose"))
        .refused(values, str::to_owned)
        .part(&form.cancel(item).html())
        .respond()
}

pub(crate) async fn delete(form: Posted<OneRole>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["confirm_name"]).map_err(|why| desk.fail(why))?;
    match roles::delete(desk.core(), desk.caller(), desk.ids, sent.if_match()).await {
        Ok(_) => {
            let path = ClientSection::Roles.href(desk.client());
            Ok(desk.done(&path, "deleted"))
        }
        Err(why) => {
            let role = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_deletion(&desk, &role, &values))
        }
    }
}
