//! Users: those who have logged in through the client, and the tabs of all that is about them.

use axum::response::Response;
use xwms_core::contract::user::UserView;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, Subject};
use xwms_core::manage::users::{self, UserFields};
use xwms_core::text;

use super::naming;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::page::Tab;
use crate::page::filters::Filters;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// A part of the users.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Users,
    Access,
    Tests,
    Stats,
}

impl Part {
    /// Where it is.
    pub(super) fn href(self, client: ClientId) -> String {
        match self {
            Self::Users => ClientSection::Users.href(client),
            Self::Access => format!("/clients/{client}/requests?kind=access"),
            Self::Tests => format!("/clients/{client}/requests?kind=test"),
            Self::Stats => format!("/clients/{client}/stats"),
        }
    }
}

/// The parts of the users that this person may open.
pub(super) fn tabs(desk: &ClientDesk<ClientId>, current: Option<Part>) -> Vec<Tab> {
    let shell = desk.shell();
    let all = [
        (Part::Users, Permission::UsersRead, shell.say("users_tab-users")),
        (Part::Access, Permission::RequestsRead, shell.say("users_tab-access")),
        (Part::Tests, Permission::RequestsRead, shell.say("users_tab-tests")),
        (Part::Stats, Permission::StatsRead, shell.say("users_tab-stats")),
    ];
    let open = all.into_iter().filter(|(_, permission, _)| desk.may(*permission));
    let tab =
        |(part, _, text): (Part, _, _)| Tab { href: part.href(desk.client()), text, is_current: current == Some(part) };
    open.map(tab).collect()
}

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let path = ClientSection::Users.href(desk.client());
    let asked = ListRequest::<Subject>::of(&desk, &path, &["q", "domain"])?;
    let query = &desk.signed_in().visit.query;
    let fields = UserFields { domain: query.get("domain"), q: query.get("q") };
    let found = users::list(desk.core(), &desk.caller(), (desk.client(), fields), asked.after, asked.look_for()).await;
    let mut filters = Filters::of(&desk, &path, &["q", "domain"]);
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |user| user.sub.to_string());
    let domains = naming::domain_choices(shell, context, shell.say("users_any_domain"));
    let filters = filters
        .field(Control::input("q", shell.say("users_q"), "search", "off").hint(shell.say("users_q-hint")))
        .field(Control::select("domain", shell.say("field_domain"), domains));
    let page = desk.page(shell.say("users_tab-users")).tabs(tabs(&desk, Some(Part::Users)));
    let page = page.purpose(shell.say("users_list-purpose")).refused(filters.values(), |name| label_of(&desk, name));
    if found.is_empty() && asked.is_first() {
        let shown = if filters.narrow() { filters.html() } else { Html::default() };
        return Ok(page.part(&shown).part(&filters.empty(shell.say("users_list-none"))).respond());
    }
    Ok(page.part(&filters.html()).part(&table(&desk, &path, &found)?).part(&pages).respond())
}

fn label_of(desk: &ClientDesk<ClientId>, name: &str) -> String {
    match name {
        "domain" => desk.shell().say("field_domain"),
        _ => desk.shell().say("users_q"),
    }
}

fn table(desk: &ClientDesk<ClientId>, path: &str, found: &[UserView]) -> Result<Html, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let columns = [
        Column::of(shell.say("users_list-user")),
        Column::of(shell.say("users_sub")),
        Column::of(shell.say("users_first_login")),
        Column::of(shell.say("users_last_login")),
        Column::number(shell.say("users_logins")),
        Column::of(shell.say("users_domains")),
        Column::of(shell.say("users_shares")),
        Column::actions(shell.say("shell_actions")),
    ];
    let may_ask = desk.may_now(Permission::RequestsCreate);
    let rows = found.iter().map(|user| {
        let domains = user.domains.iter().map(|domain| naming::domain(shell, context, *domain));
        let asks = ways_to_ask(desk, user).into_iter().map(|(href, text)| Html::action(href, text, called(user)));
        [
            Html::link(format!("{path}/{}", user.sub), called(user))
                .and(&naming::behind_name(user.name.as_ref(), user.email.as_ref())),
            Html::code(user.sub),
            Html::time(shell, user.first_login),
            Html::time(shell, user.last_login),
            Html::text(user.logins),
            Html::joined(domains, ", "),
            shared(desk, user),
            if may_ask { Html::joined(asks, " ") } else { Html::default() },
        ]
    });
    Ok(Table::new(shell.say("users_list-caption"), columns).rows(rows).html())
}

/// What somebody is called: by what they share now, else by their number.
fn called(user: &UserView) -> String {
    naming::person(user.name.as_ref(), user.email.as_ref(), Some(user.sub))
}

/// Where this person is asked for more.
fn ways_to_ask<P: ClientIds>(desk: &ClientDesk<P>, user: &UserView) -> [(String, String); 2] {
    let shell = desk.shell();
    let ask = |kind: &str| format!("/clients/{}/requests/new?kind={kind}&sub={}", desk.client(), user.sub);
    [(ask("access"), shell.say("users_ask-access")), (ask("test"), shell.say("users_ask-test"))]
}

/// What they share now.
fn shared<P: ClientIds>(desk: &ClientDesk<P>, user: &UserView) -> Html {
    if user.scopes.is_empty() {
        return Html::soft(desk.shell().say("users_shares-nothing"));
    }
    Html::joined(user.scopes.iter().map(Html::code), " ")
}

type OneUser = ClientDesk<(ClientId, Subject)>;

async fn get(desk: &OneUser) -> Result<UserView, Response> {
    let (client, sub) = desk.ids;
    users::get(desk.core(), &desk.caller(), client, sub).await.map_err(|why| desk.fail(why))
}

pub(crate) async fn read(desk: OneUser) -> Result<Response, Response> {
    let user = get(&desk).await?;
    let shell = desk.shell();
    let path = ClientSection::Users.href(desk.client());
    let [access, test] = ways_to_ask(&desk, &user);
    let asks = [
        (Permission::RequestsCreate, access.0, access.1),
        (Permission::RequestsCreate, test.0, test.1),
        (Permission::UsersDelete, format!("{path}/{}/delete", user.sub), shell.say("users_end")),
    ];
    let has_consent = !user.scopes.is_empty();
    let asks = asks.into_iter().filter(|(permission, ..)| {
        desk.may_now(*permission) && (has_consent || *permission != Permission::UsersDelete)
    });
    let history = desk.history(user.sub);
    let asks = Html::joined(asks.map(|(_, href, text)| Html::quiet_button(href, text)).chain([history]), " ");
    Ok(desk
        .page(shell.tell(text!("users_one-title", sub = user.sub.to_string())))
        .crumb(path, shell.say("section_users"))
        .part(&Html::card(&terms(&desk, &user)?.html()))
        .part(&Html::paragraph(&asks))
        .respond())
}

fn terms(desk: &OneUser, user: &UserView) -> Result<Terms, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let domains = user.domains.iter().map(|domain| naming::domain(shell, context, *domain));
    Ok(Terms::new([
        (
            shell.say("users_list-user"),
            Html::words(called(user)).and(&naming::behind_name(user.name.as_ref(), user.email.as_ref())),
        ),
        (shell.say("users_sub"), Html::copy(shell, "sub", user.sub)),
        (shell.say("users_first_login"), Html::time(shell, user.first_login)),
        (shell.say("users_last_login"), Html::time(shell, user.last_login)),
        (shell.say("users_logins"), Html::text(user.logins)),
        (shell.say("users_domains"), Html::joined(domains, ", ")),
        (shell.say("users_shares"), shared(desk, user)),
    ]))
}

pub(crate) async fn ask_deletion(desk: OneUser) -> Result<Response, Response> {
    desk.need(Permission::UsersDelete)?;
    let user = get(&desk).await?;
    let shell = desk.shell();
    let path = ClientSection::Users.href(desk.client());
    let item = format!("{path}/{}", user.sub);
    let values = Values::default();
    let form = Form::new(shell, &values, format!("{item}/delete"), shell.say("users_end")).danger();
    let sub = user.sub.to_string();
    Ok(desk
        .page(shell.tell(text!("users_delete-title", sub = sub.as_str())))
        .crumb(path, shell.say("section_users"))
        .crumb(item.clone(), sub)
        .purpose(shell.say("users_delete-purpose"))
        .part(&Html::card(&terms(&desk, &user)?.html()))
        .part(&form.cancel(item).html())
        .respond())
}

pub(crate) async fn delete(form: Posted<OneUser>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let (client, sub) = desk.ids;
    let ended = users::delete(desk.core(), desk.caller(), client, sub).await;
    ended.map_err(|why| desk.fail(why))?;
    let path = ClientSection::Users.href(client);
    Ok(desk.done(&path, "ended"))
}
