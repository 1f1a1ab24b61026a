//! Access Requests and Test User Requests: the list, a new one, one, and its end.

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::request::{NewRequest, RequestView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, RequestId};
use xwms_core::manage::requests::{self, RequestFields};
use xwms_core::manage::scopes;
use xwms_core::model::request::{RequestKind, RequestState};
use xwms_core::text;

use super::naming;
use super::scopes::{WHOLE_CATALOG, choice};
use super::users::{Part, tabs};
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

fn path_of(client: ClientId) -> String {
    format!("/clients/{client}/requests")
}

/// The part of the users that requests of this kind are.
const fn part_of(kind: RequestKind) -> Part {
    match kind {
        RequestKind::Access => Part::Access,
        RequestKind::Test => Part::Tests,
    }
}

fn name_of(shell: &Shell, kind: RequestKind) -> String {
    match kind {
        RequestKind::Access => shell.say("users_tab-access"),
        RequestKind::Test => shell.say("users_tab-tests"),
    }
}

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = path_of(desk.client());
    let asked = ListRequest::<RequestId>::of(&desk, &path, &["kind", "status"])?;
    let query = &desk.signed_in().visit.query;
    let fields = RequestFields { kind: query.get("kind"), status: query.get("status") };
    let found =
        requests::list(desk.core(), &desk.caller(), (desk.client(), fields), asked.after, asked.look_for()).await;
    let kind = fields.kind.and_then(RequestKind::parse);
    // A list of one kind keeps to it; that of all kinds can be narrowed to one.
    let mut filters = match kind {
        Some(kind) => Filters::of(&desk, &path, &["status"]).keep("kind", kind.as_str()),
        None => Filters::of(&desk, &path, &["kind", "status"]),
    };
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |request| request.id.to_string());
    if kind.is_none() {
        filters = filters.field(Control::select("kind", label_of(shell, "kind"), kinds(shell)));
    }
    let filters = filters.field(Control::select("status", label_of(shell, "status"), states(shell)));
    let heading = kind.map_or_else(|| shell.say("requests_all"), |kind| name_of(shell, kind));
    let page = desk
        .page(heading)
        .crumb(ClientSection::Users.href(desk.client()), shell.say("section_users"))
        .tabs(tabs(&desk, kind.map(part_of)))
        .purpose(purpose(shell, kind))
        .primary(new_buttons(&desk, kind))
        .refused(filters.values(), |name| label_of(shell, name));
    if found.is_empty() && asked.is_first() {
        let shown = if filters.narrow() { filters.html() } else { Html::default() };
        return Ok(page.part(&shown).part(&filters.empty(shell.say("requests_list-none"))).respond());
    }
    Ok(page.part(&filters.html()).part(&table(&desk, &found)?).part(&pages).respond())
}

fn purpose(shell: &Shell, kind: Option<RequestKind>) -> String {
    match kind {
        Some(RequestKind::Access) => shell.say("requests_purpose-access"),
        Some(RequestKind::Test) => shell.say("requests_purpose-test"),
        None => shell.say("requests_purpose-all"),
    }
}

/// The way to a new request of this kind, or of either.
fn new_buttons(desk: &ClientDesk<ClientId>, kind: Option<RequestKind>) -> Html {
    let shell = desk.shell();
    let path = path_of(desk.client());
    let button = |kind: RequestKind| {
        let href = format!("{path}/new?kind={}", kind.as_str());
        desk.primary(Permission::RequestsCreate, &href, new_title(shell, kind))
    };
    let kinds = RequestKind::ALL.iter().filter(|known| kind.is_none_or(|kind| kind == **known));
    Html::joined(kinds.map(|kind| button(*kind)), " ")
}

fn new_title(shell: &Shell, kind: RequestKind) -> String {
    match kind {
        RequestKind::Access => shell.say("requests_new-access"),
        RequestKind::Test => shell.say("requests_new-test"),
    }
}

fn kinds(shell: &Shell) -> Vec<Choice> {
    let any = Choice::new("", Html::text(shell.say("requests_any_kind")));
    let known = RequestKind::ALL.iter().map(|kind| Choice::new(kind.as_str(), Html::text(name_of(shell, *kind))));
    std::iter::once(any).chain(known).collect()
}

fn states(shell: &Shell) -> Vec<Choice> {
    let any = Choice::new("", Html::text(shell.say("requests_any_status")));
    let known =
        RequestState::ALL.iter().map(|state| Choice::new(state.as_str(), Html::text(state_word(shell, *state))));
    std::iter::once(any).chain(known).collect()
}

fn state_word(shell: &Shell, state: RequestState) -> String {
    match state {
        RequestState::Pending => shell.say("requests_state-pending"),
        RequestState::Accepted => shell.say("requests_state-accepted"),
        RequestState::Declined => shell.say("requests_state-declined"),
        RequestState::Withdrawn => shell.say("requests_state-withdrawn"),
        RequestState::Expired => shell.say("state_expired"),
    }
}

fn badge(shell: &Shell, state: RequestState) -> Html {
    let look = match state {
        RequestState::Pending => Look::Care,
        RequestState::Accepted => Look::Good,
        RequestState::Declined => Look::Bad,
        RequestState::Withdrawn | RequestState::Expired => Look::Off,
    };
    Html::badge(look, state_word(shell, state))
}

fn table(desk: &ClientDesk<ClientId>, found: &[RequestView]) -> Result<Html, Response> {
    let shell = desk.shell();
    let path = path_of(desk.client());
    let columns = [
        Column::of(shell.say("requests_person")),
        Column::of(shell.say("requests_what")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("shell_made")),
        Column::of(shell.say("field_expires_at")),
    ];
    let mut rows = Vec::with_capacity(found.len());
    for request in found {
        rows.push([
            Html::link(format!("{path}/{}", request.id), person(request)),
            what(desk, request)?,
            badge(shell, request.status),
            Html::time(shell, request.id.made_at()),
            Html::time_or(shell, request.sent.settings.settings.expires_at, shell.say("shell_never")),
        ]);
    }
    Ok(Table::new(shell.say("requests_list-caption"), columns).rows(rows).html())
}

/// Whom it asks, as the client named them.
fn person(request: &RequestView) -> String {
    let person = &request.sent.once;
    let email = person.email.as_ref().map(|email| email.address().to_owned());
    email.or_else(|| person.sub.map(|sub| sub.to_string())).unwrap_or_default()
}

/// What it asks for: scopes, or a domain to test.
fn what<P: ClientIds>(desk: &ClientDesk<P>, request: &RequestView) -> Result<Html, Response> {
    let subject = &request.sent.settings.once;
    Ok(match (subject.kind, subject.domain) {
        (RequestKind::Access, _) => Html::joined(subject.scopes.iter().map(Html::code), " "),
        (RequestKind::Test, Some(domain)) => naming::domain(desk.shell(), desk.context()?, domain),
        (RequestKind::Test, None) => Html::text(desk.shell().say("requests_all_domains")),
    })
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "kind" => shell.say("requests_kind"),
        "status" => shell.say("shell_status"),
        "email" => shell.say("requests_email"),
        "sub" => shell.say("users_sub"),
        "domain" => shell.say("field_domain"),
        "scopes" => shell.say("section_scopes"),
        "reason" => shell.say("requests_reason"),
        "expires_at" => shell.say("field_expires_at"),
        other => other.to_owned(),
    }
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::RequestsCreate)?;
    let query = &desk.signed_in().visit.query;
    let kind = query.get("kind").and_then(RequestKind::parse).unwrap_or(RequestKind::Access);
    let known = ["email", "sub"].into_iter().filter_map(|name| Some((name, json!(query.get(name)?))));
    let values = Values::beginning(known);
    draw_new(&desk, kind, &values).await
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let kind = RequestKind::parse(sent.fields.text("kind")).unwrap_or(RequestKind::Access);
    let made = match sent.input::<NewRequest>(&[]) {
        Ok(input) => requests::create(desk.core(), sent.caller(desk.signed_in()), desk.client(), input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(_) => {
            let path = part_of(kind).href(desk.client());
            Ok(desk.done(&path, "sent"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, kind, &values).await
        }
    }
}

async fn draw_new(desk: &ClientDesk<ClientId>, kind: RequestKind, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let client = desk.client();
    let form = Form::new(shell, values, format!("{}/new", path_of(client)), shell.say("requests_send")).once();
    let email = Control::input("email", label_of(shell, "email"), "email", "off").optional(shell);
    let sub = Control::line("sub", label_of(shell, "sub")).hint(shell.say("requests_sub-hint")).optional(shell);
    let form = form
        .hidden("kind", kind.as_str())
        .field(email.hint(shell.say("requests_email-hint")))
        .field(sub)
        .field(asked_for(desk, kind).await?)
        .field(
            Control::area("reason", label_of(shell, "reason")).hint(shell.say("requests_reason-hint")).optional(shell),
        )
        .field(
            Control::line("expires_at", label_of(shell, "expires_at"))
                .hint(shell.say_in_zone("requests_expires-hint"))
                .optional(shell),
        )
        .cancel(part_of(kind).href(client));
    Ok(desk
        .page(new_title(shell, kind))
        .crumb(ClientSection::Users.href(client), shell.say("section_users"))
        .crumb(part_of(kind).href(client), name_of(shell, kind))
        .purpose(purpose(shell, Some(kind)))
        .refused(values, |name| label_of(shell, name))
        .part(&form.html())
        .respond())
}

/// Which scopes, or which domain to test.
async fn asked_for(desk: &ClientDesk<ClientId>, kind: RequestKind) -> Result<Control, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    if kind == RequestKind::Test {
        let domains = naming::domain_choices(shell, context, shell.say("requests_all_domains"));
        return Ok(Control::select("domain", label_of(shell, "domain"), domains));
    }
    let catalog = scopes::catalog(desk.core(), None, WHOLE_CATALOG).await;
    let catalog = catalog.map_err(|why| desk.fail(why))?;
    let active = catalog.iter().filter(|scope| context.client.settings.has_scope(&scope.name));
    let choices = active.map(|scope| choice(shell, scope));
    let scopes = Control::checks("scopes", label_of(shell, "scopes"), choices);
    Ok(scopes.hint(shell.say("requests_scopes-hint")))
}

type OneRequest = ClientDesk<(ClientId, RequestId)>;

async fn get(desk: &OneRequest) -> Result<RequestView, Response> {
    let (client, id) = desk.ids;
    requests::get(desk.core(), &desk.caller(), client, id).await.map_err(|why| desk.fail(why))
}

/// A page about one request, below the list of its kind.
fn page_of<'p>(desk: &'p OneRequest, request: &RequestView, heading: String) -> crate::page::Page<'p> {
    let kind = request.sent.settings.once.kind;
    desk.page(heading)
        .crumb(ClientSection::Users.href(desk.client()), desk.shell().say("section_users"))
        .crumb(part_of(kind).href(desk.client()), name_of(desk.shell(), kind))
}

fn terms(desk: &OneRequest, request: &RequestView) -> Result<Terms, Response> {
    let shell = desk.shell();
    let said = &request.sent.settings.settings;
    let reason = said.reason.as_ref().map_or_else(Html::default, |reason| Html::words(reason.as_str()));
    let person = match request.sent.once.sub {
        Some(sub) if desk.may(Permission::UsersRead) => {
            Html::link(format!("{}/{sub}", ClientSection::Users.href(desk.client())), sub)
        }
        _ => Html::words(person(request)),
    };
    Ok(Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", request.id)),
        (shell.say("requests_person"), person),
        (shell.say("requests_what"), what(desk, request)?),
        (shell.say("shell_status"), badge(shell, request.status)),
        (label_of(shell, "reason"), reason),
        (shell.say("shell_made"), Html::time(shell, request.id.made_at())),
        (label_of(shell, "expires_at"), Html::time_or(shell, said.expires_at, shell.say("shell_never"))),
    ]))
}

pub(crate) async fn read(desk: OneRequest) -> Result<Response, Response> {
    let request = get(&desk).await?;
    let shell = desk.shell();
    let stands = matches!(request.status, RequestState::Pending | RequestState::Accepted);
    let href = format!("{}/{}/delete", path_of(desk.client()), request.id);
    let end = (stands && desk.may_now(Permission::RequestsDelete))
        .then(|| Html::quiet_button(href, shell.say("requests_withdraw")));
    let history = desk.history(request.id);
    let more = Html::joined(end.into_iter().chain([history]), " ");
    Ok(page_of(&desk, &request, person(&request))
        .badges(badge(shell, request.status))
        .part(&Html::card(&terms(&desk, &request)?.html()))
        .part(&Html::paragraph(&more))
        .respond())
}

pub(crate) async fn ask_deletion(desk: OneRequest) -> Result<Response, Response> {
    desk.need(Permission::RequestsDelete)?;
    let request = get(&desk).await?;
    let shell = desk.shell();
    let item = format!("{}/{}", path_of(desk.client()), request.id);
    let purpose = match (request.status, request.sent.settings.once.kind) {
        (RequestState::Accepted, RequestKind::Access) => shell.say("requests_withdraw-access"),
        (RequestState::Accepted, RequestKind::Test) => shell.say("requests_withdraw-test"),
        _ => shell.say("requests_withdraw-open"),
    };
    let values = Values::default();
    let form = Form::new(shell, &values, format!("{item}/delete"), shell.say("requests_withdraw")).danger();
    let heading = shell.tell(text!("requests_withdraw-title", person = person(&request)));
    Ok(page_of(&desk, &request, heading)
        .crumb(item.clone(), person(&request))
        .purpose(purpose)
        .part(&Html::card(&terms(&desk, &request)?.html()))
        .part(&form.cancel(item).html())
        .respond())
}

pub(crate) async fn delete(form: Posted<OneRequest>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let kind = get(&desk).await?.sent.settings.once.kind;
    let (client, id) = desk.ids;
    let ended = requests::delete(desk.core(), desk.caller(), client, id).await;
    ended.map_err(|why| desk.fail(why))?;
    let path = part_of(kind).href(client);
    Ok(desk.done(&path, "withdrawn"))
}
