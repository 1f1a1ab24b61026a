//! Members: the list, whom to invite, one membership and its end.

use std::collections::HashMap;

use axum::response::Response;
use xwms_core::contract::member::{MemberSettings, MemberView, NewMember};
use xwms_core::contract::role::RoleView;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, MemberId, RoleId};
use xwms_core::manage::client_context::ClientContext;
use xwms_core::manage::invitations;
use xwms_core::manage::members::{self, MemberPage};
use xwms_core::manage::roles;
use xwms_core::model::member::MemberStatus;
use xwms_core::text;

use super::roles::all as all_roles;
use super::{audit, naming};
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

const FILTERS: [&str; 2] = ["q", "group"];

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Members.href(desk.client());
    let asks = ListRequest::<MemberId>::of(&desk, &path, &FILTERS)?;
    let query = &desk.signed_in().visit.query;
    let (address, group) = (query.get("q"), query.get("group"));
    let wanted = MemberPage { address, group, after: asks.after, limit: asks.look_for() };
    let found = members::list(desk.core(), &desk.caller(), desk.client(), wanted).await;
    let (found, pages) = asks.cut(shell, found.map_err(|why| desk.fail(why))?, |member| member.id.to_string());
    let roles = known_roles(&desk).await?;
    let filters = Filters::of(&desk, &path, &FILTERS)
        .field(Control::line("q", shell.say("members_list-q")))
        .field(Control::line("group", shell.say("field_group")).suggestions(groups(roles.values())));
    let primary = desk.primary(Permission::MembersCreate, &format!("{path}/new"), shell.say("members_new-title"));
    let page = desk.page(shell.say("section_members")).purpose(shell.say("members_list-purpose")).primary(primary);
    let page = page.part(&filters.html());
    if found.is_empty() && asks.is_first() {
        return Ok(page.part(&filters.empty(shell.say("members_list-none"))).respond());
    }
    let context = desk.context()?;
    let columns = [
        Column::of(shell.say("members_person")),
        Column::of(shell.say("field_role")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("field_expires_at")),
    ];
    let rows = found.iter().map(|member| {
        let marks = marks(shell, context, member);
        [
            Html::link(format!("{path}/{}", member.id), name_of(member))
                .and(&naming::behind_name(member.name.as_ref(), member.email.as_ref()))
                .and(&marks),
            role_name(shell, &roles, member.settings.role),
            state(&desk, member),
            Html::time_or(shell, member.settings.expires_at, shell.say("shell_never")),
        ]
    });
    let table = Table::new(shell.say("members_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

/// The roles of the client, when the person may see them.
async fn known_roles<P: ClientIds>(desk: &ClientDesk<P>) -> Result<HashMap<RoleId, RoleView>, Response> {
    if !desk.may(Permission::RolesRead) {
        return Ok(HashMap::new());
    }
    Ok(all_roles(desk).await?.into_iter().map(|role| (role.id, role)).collect())
}

/// The groups of these roles, each once.
fn groups<'r>(roles: impl Iterator<Item = &'r RoleView>) -> Vec<String> {
    let mut groups: Vec<String> =
        roles.filter_map(|role| role.settings.group.as_ref()).map(|group| group.as_str().to_owned()).collect();
    groups.sort();
    groups.dedup();
    groups
}

/// What a member is called: their name, their address, or the number by which they were invited.
fn name_of(member: &MemberView) -> String {
    naming::person(member.name.as_ref(), member.email.as_ref(), member.sub)
}

/// Whether it is the reader, and who pays.
fn marks(shell: &Shell, context: &ClientContext, member: &MemberView) -> Html {
    let is_payer = member.email.as_deref() == Some(context.client.owner.as_str());
    let you = (context.member == Some(member.id)).then(|| Html::soft(shell.say("members_you")));
    let payer = is_payer.then(|| Html::soft(shell.say("members_payer")));
    you.into_iter().chain(payer).map(|mark| Html::text(" · ").and(&mark)).collect()
}

fn role_name(shell: &Shell, roles: &HashMap<RoleId, RoleView>, id: RoleId) -> Html {
    match roles.get(&id) {
        Some(role) => {
            let level = text!("members_level", level = role.settings.level.get());
            Html::words(role.settings.name.as_str()).and(&Html::text(" ")).and(&Html::soft(shell.tell(level)))
        }
        None => Html::code(id),
    }
}

fn state<P: ClientIds>(desk: &ClientDesk<P>, member: &MemberView) -> Html {
    let shell = desk.shell();
    let ended = member.settings.expires_at.is_some_and(|end| end <= desk.core().clock.now());
    match (member.status, ended) {
        (_, true) => Html::badge(Look::Off, shell.say("state_expired")),
        (MemberStatus::Active, false) => Html::badge(Look::Good, shell.say("state_active")),
        (MemberStatus::Invited, false) => {
            let since = Html::time(shell, member.id.made_at());
            Html::badge(Look::Care, shell.say("members_invited")).and(&Html::text(" ")).and(&since)
        }
    }
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::MembersCreate)?;
    let query = &desk.signed_in().visit.query;
    if let Some(name) = query.unknown(&["q", "sub", "email", "done"]) {
        return Err(desk.fail(Error::Invalid(vec![text!("unknown_field-form").at(name)])));
    }
    match (query.get("sub"), query.get("email")) {
        (None, None) => search(&desk).await,
        (sub, email) => {
            let whom = [("sub", sub), ("email", email)].map(|(name, value)| (name, value.unwrap_or_default().into()));
            draw_invitation(&desk, &Values::beginning(whom)).await
        }
    }
}

/// Whom to invite: what was typed, and who it could be.
async fn search(desk: &ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Members.href(desk.client());
    let here = format!("{path}/new");
    let user = Control::input("q", shell.say("members_new-user"), "search", "off");
    let search = Filters::of(desk, &here, &["q"]).live().field(user.hint(shell.say("members_new-user_hint")));
    let found = match desk.signed_in().visit.query.get("q") {
        Some(typed) => candidates(desk, typed, &path).await?,
        None => Html::default(),
    };
    Ok(desk
        .page(shell.say("members_new-title"))
        .crumb(path.clone(), shell.say("section_members"))
        .purpose(shell.say("members_new-purpose"))
        .part(&search.html())
        .part(&Html::drawn(format!("<div id=\"found\">{found}</div>")))
        .respond())
}

/// Who it could be, each with the way on.
async fn candidates(desk: &ClientDesk<ClientId>, typed: &str, path: &str) -> Result<Html, Response> {
    let shell = desk.shell();
    let found = invitations::search(desk.core(), &desk.caller(), desk.client(), typed).await;
    let found = found.map_err(|why| desk.fail(why))?;
    if found.is_empty() {
        return Ok(Empty::new(shell.say("members_new-nobody")).html());
    }
    let columns = [Column::of(shell.say("members_person")), Column::of(shell.say("members_choose"))];
    let rows = found.iter().map(|candidate| {
        let sub = candidate.sub.map(|sub| sub.to_string());
        let email = candidate.email.as_deref().unwrap_or_default();
        let whom = sub.as_deref().map_or(("email", email), |sub| ("sub", sub));
        let name = candidate.name.as_deref().unwrap_or(email);
        let words = Html::words(name);
        let words = if email == name { words } else { words.and(&Html::text(" ")).and(&Html::soft(email)) };
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(whom.0, whom.1).finish();
        [words, Html::action(format!("{path}/new?{query}"), shell.say("members_choose"), name)]
    });
    Ok(Table::new(shell.say("members_new-found"), columns).rows(rows).html())
}

/// The form that invites somebody who was chosen.
async fn draw_invitation(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Members.href(desk.client());
    let roles = all_roles(desk).await?;
    let (sub, email) = (values.text("sub"), values.text("email"));
    let (field, whom) = if sub.is_empty() { ("email", email) } else { ("sub", sub) };
    let person = Html::words(&whom)
        .and(&Html::text(" · "))
        .and(&Html::link(format!("{path}/new"), shell.say("members_change_person")));
    let error = values.error(field).map(|error| Html::paragraph(&Html::text(shell.tell(&error.text))));
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("members_new-title"))
        .once()
        .hidden(field, whom)
        .field(roles_control(shell, desk.context()?, &roles))
        .field(end_control(shell));
    Ok(desk
        .page(shell.say("members_new-title"))
        .crumb(path.clone(), shell.say("section_members"))
        .purpose(shell.say("members_new-next"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&Terms::new([(shell.say("members_person"), person)]).html().and(&error.unwrap_or_default())))
        .part(&form.cancel(path).html())
        .respond())
}

/// The roles to choose from; those that the person can't give are text that says why.
fn roles_control(shell: &Shell, context: &ClientContext, all: &[RoleView]) -> Control {
    let choice = |role: &RoleView| {
        let level = shell.tell(text!("members_level", level = role.settings.level.get()));
        let label = Html::words(role.settings.name.as_str()).and(&Html::text(" ")).and(&Html::soft(level));
        let why = roles::why_not_to_give(context, role).map(|why| shell.tell(why));
        let choice = Choice::new(role.id.to_string(), label).fixed(why);
        match &role.settings.description {
            Some(description) => choice.hint(Html::words(description.as_str())),
            None => choice,
        }
    };
    let choices: Vec<Choice> = all.iter().map(choice).collect();
    Control::radios("role", shell.say("field_role"), choices)
}

fn end_control(shell: &Shell) -> Control {
    let end = Control::line("expires_at", shell.say("field_expires_at"));
    end.hint(shell.say_in_zone("members_expires_at-hint")).optional(shell)
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "role" => shell.say("field_role"),
        "expires_at" => shell.say("field_expires_at"),
        "email" | "sub" => shell.say("members_person"),
        other => other.to_owned(),
    }
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<NewMember>(&[]) {
        Ok(new) => invitations::create(desk.core(), sent.caller(desk.signed_in()), desk.client(), new).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(_) => {
            let path = ClientSection::Members.href(desk.client());
            Ok(desk.done(&path, "invited"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_invitation(&desk, &values).await
        }
    }
}

type OneMember = ClientDesk<(ClientId, MemberId)>;

pub(crate) async fn read(desk: OneMember) -> Result<Response, Response> {
    let member = get(&desk).await?;
    draw(&desk, &member, &Values::of(&member)).await
}

async fn get(desk: &OneMember) -> Result<MemberView, Response> {
    let (client, member) = desk.ids;
    members::get(desk.core(), &desk.caller(), client, member).await.map_err(|why| desk.fail(why))
}

fn item_path(desk: &OneMember) -> String {
    format!("{}/{}", ClientSection::Members.href(desk.client()), desk.ids.1)
}

fn is_own(desk: &OneMember) -> Result<bool, Response> {
    Ok(desk.context()?.member == Some(desk.ids.1))
}

async fn draw(desk: &OneMember, member: &MemberView, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let (path, item) = (ClientSection::Members.href(desk.client()), item_path(desk));
    let context = desk.context()?;
    let roles = known_roles(desk).await?;
    let made = audit::made(desk, member.id, member.id.made_at(), "member.invited").await?;
    let end = Html::time_or(shell, member.settings.expires_at, shell.say("shell_never"));
    let terms = Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", member.id)),
        (shell.say("shell_status"), state(desk, member).and(&marks(shell, context, member))),
        (shell.say("field_role"), role_name(shell, &roles, member.settings.role)),
        (shell.say("field_expires_at"), end),
        (shell.say("team_made"), made),
    ]);
    let mut page = desk
        .page(name_of(member))
        .crumb(path, shell.say("section_members"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()));
    if desk.may_now(Permission::MembersUpdate) && desk.may(Permission::RolesRead) {
        let mut all: Vec<RoleView> = roles.into_values().collect();
        all.sort_by_key(|role| role.id);
        let form = Form::new(shell, values, item.clone(), shell.say("shell_save"))
            .field(roles_control(shell, context, &all))
            .field(end_control(shell));
        let owners = Html::paragraph(&Html::soft(shell.say("members_last_owner")));
        page = page.part(&Html::card(&form.html().and(&owners)));
    }
    let history = Html::paragraph(&desk.history(member.id));
    Ok(page.part(&ends(desk, member)?).part(&history).respond())
}

/// What ends a membership or an invitation.
fn ends(desk: &OneMember, member: &MemberView) -> Result<Html, Response> {
    let (shell, item) = (desk.shell(), item_path(desk));
    let delete = format!("{item}/delete");
    if is_own(desk)? {
        return Ok(Html::paragraph(&Html::quiet_button(delete, shell.say("members_leave"))));
    }
    if !desk.may_now(Permission::MembersDelete) {
        return Ok(Html::default());
    }
    if member.status == MemberStatus::Active {
        return Ok(Html::paragraph(&Html::quiet_button(delete, shell.say("members_remove"))));
    }
    let nothing = Values::default();
    let again = Form::new(shell, &nothing, delete.clone(), shell.say("members_again")).hidden("do", "again").quiet();
    let again = if desk.may_now(Permission::MembersCreate) { again.html() } else { Html::default() };
    Ok(Html::paragraph(&Html::quiet_button(delete, shell.say("team_withdraw"))).and(&again))
}

pub(crate) async fn update(form: Posted<OneMember>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let caller = sent.caller(desk.signed_in());
    let changed = match sent.patch::<MemberSettings>(&[]) {
        Ok(patch) => members::update(desk.core(), caller, desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = ClientSection::Members.href(desk.client());
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let member = get(&desk).await?;
            let values = audit::overtaken(&desk, desk.refused(Values::of(&member), sent.fields, why)?).await?;
            draw(&desk, &member, &values).await
        }
    }
}

pub(crate) async fn ask_deletion(desk: OneMember) -> Result<Response, Response> {
    if is_own(&desk)? {
        return Ok(draw_leave(&desk, &Values::default()));
    }
    desk.need(Permission::MembersDelete)?;
    let member = get(&desk).await?;
    Ok(draw_deletion(&desk, &member, &Values::default()))
}

fn draw_leave(desk: &OneMember, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Members.href(desk.client());
    let name = desk.frame().client().map(|context| context.client.settings.name.as_str()).unwrap_or_default();
    let form = Form::new(shell, values, format!("{}/delete", item_path(desk)), shell.say("members_leave"))
        .danger()
        .cancel(format!("/clients/{}", desk.client()));
    desk.page(shell.tell(text!("members_leave-title", client = name)))
        .crumb(path, shell.say("section_members"))
        .purpose(shell.say("members_leave-purpose"))
        .refused(values, str::to_owned)
        .part(&form.html())
        .respond()
}

fn draw_deletion(desk: &OneMember, member: &MemberView, values: &Values) -> Response {
    let shell = desk.shell();
    let (path, item) = (ClientSection::Members.href(desk.client()), item_path(desk));
    let name = name_of(member);
    let (title, purpose, submit) = match member.status {
        MemberStatus::Active => (
            text!("members_remove-title", name = name.as_str()),
            shell.say("members_remove-purpose"),
            shell.say("members_remove"),
        ),
        MemberStatus::Invited => (
            text!("members_withdraw-title", name = name.as_str()),
            shell.say("members_withdraw-purpose"),
            shell.say("team_withdraw"),
        ),
    };
    let form = Form::new(shell, values, format!("{item}/delete"), submit).danger().cancel(item.clone());
    desk.page(shell.tell(title))
        .crumb(path, shell.say("section_members"))
        .crumb(item, name)
        .purpose(purpose)
        .refused(values, str::to_owned)
        .part(&form.html())
        .respond()
}

pub(crate) async fn delete(form: Posted<OneMember>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["confirm_name", "do"]).map_err(|why| desk.fail(why))?;
    let own = is_own(&desk)?;
    // What is gone can't be asked afterwards whom it invited.
    let member = if own { None } else { Some(get(&desk).await?) };
    if let Err(why) = members::delete(desk.core(), desk.caller(), desk.ids, sent.if_match()).await {
        let values = desk.refused(Values::default(), sent.fields, why)?;
        return Ok(member.map_or_else(|| draw_leave(&desk, &values), |member| draw_deletion(&desk, &member, &values)));
    }
    let path = ClientSection::Members.href(desk.client());
    let Some(member) = member else { return Ok(desk.done("/clients", "left")) };
    if sent.fields.text("do") == "again" {
        let whom = member.email.map(|email| ("email", email)).or(member.sub.map(|sub| ("sub", sub.to_string())));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.extend_pairs(whom).finish();
        return Ok(desk.done(&format!("{path}/new?{query}"), "withdrawn"));
    }
    let word = if member.status == MemberStatus::Invited { "withdrawn" } else { "removed" };
    Ok(desk.done(&path, word))
}
