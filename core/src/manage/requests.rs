//! Requests of a client to single users (SPEC §2.7): for more access, or to be a tester.

use std::time::Duration;

use serde_json::{Value, json};

use super::change::Change;
use super::fields::same_second;
use super::invitations::{check_person, find_person};
use super::letters::{self, NewLetter};
use super::notice::named;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use super::shares;
use crate::clock::Timestamp;
use crate::contract::member::Person;
use crate::contract::request::{NewRequest, RequestSubject, RequestTerms, RequestView};
use crate::contract::{Findings, Input, New, Patch};
use crate::database::Conn;
use crate::error::{Error, FieldError};
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, RequestId};
use crate::model::email::EmailAddress;
use crate::model::request::{RequestKind, RequestState, RequestStatus};
use crate::model::scope::ScopeSet;
use crate::model::text::LongText;
use crate::state::Core;
use crate::store::tables::clients::Client;
use crate::store::tables::requests::{self, Filter, Request};
use crate::store::tables::{client_scopes, domains, profiles, scopes};
use crate::text;
use crate::text::{Arg, Text};
use crate::throttle::Sender;

/// After a decline the person is not asked again for so long.
const PEACE: Duration = Duration::from_hours(30 * 24);
/// Requests of a client that may wait for an answer at once.
const MOST_OPEN: i64 = 50;

/// What tells one request from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// For what.
    pub kind: RequestKind,
    /// Whom.
    pub email_key: String,
    /// The domain to test; `None` is all.
    pub domain: Option<DomainId>,
    /// The scopes of an access request.
    pub scopes: ScopeSet,
}

/// Asks somebody. Whether an address has an account, or its person wants to hear from the client, makes no difference to
/// the answer, to what is shown later, to the time it takes, or to what counts, unless they are a user of the client.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] for the domain, or a `sub` that has never logged in through
/// the client; [`Error::Conflict`] `declined_recently` or `request_open`; [`Error::TooManyAtOnce`] `too_many_open`;
/// [`Error::TooMany`]; those of [`runner`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewRequest>,
) -> Result<Done<RequestView>, Error> {
    let sender = Sender::of(core, caller.user);
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::RequestsCreate),
        async move |change: &mut Change<'_>| {
            let of = change.access()?.client.clone();
            let New { once: person, settings: New { once: subject, settings: terms } } = change.take(new)?;
            check_person(change, &person);
            let mut request = read(change, client, subject, terms).await?;
            if let Some(domain) = request.domain_id {
                let own = domains::of_client(change.conn, client).await?.iter().any(|own| own.id == domain);
                own.then_some(()).ok_or(Error::NotFound("domain"))?;
            }
            let address = person.email.as_ref().map(|email| email.address().to_owned());
            let person = find_person(change.conn, client, &person).await?;
            (request.email_key, request.subject) = (person.email_key, person.subject);
            let since = change.now.before(PEACE);
            let regard = requests::regard(change.conn, client, person.user, request.kind, since).await?;
            if regard.unwelcome && regard.is_user {
                return Err(unwelcome());
            }
            make_room(change, &request).await?;
            sender.count(change.conn, change.now).await?;
            request.delivered = !regard.unwelcome;
            requests::insert(change.conn, &request).await?;
            change.created(Some(client), "request.created", (request.id, ""), facts(&request));
            write_to(change, &of, &request, address).await?;
            Ok(view(request, change.now))
        },
    )
    .await
}

/// Writes to the person who is asked.
async fn write_to(
    change: &mut Change<'_>,
    client: &Client,
    request: &Request,
    address: Option<String>,
) -> Result<(), Error> {
    let text = said(change, client, request).await?;
    let letter = NewLetter {
        email_key: request.email_key.clone(),
        address,
        kind: "request.created",
        object: request.id.to_string(),
        wanted: request.delivered,
        subject: text!("notice_request-subject"),
        text,
    };
    letters::write(change, letter).await
}

/// Which requests are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestFields<'a> {
    /// `access` or `test`.
    pub kind: Option<&'a str>,
    /// What became of them.
    pub status: Option<&'a str>,
}

/// The requests of a client, oldest first: at most `limit` of those after `after`.
///
/// # Errors
/// [`Error::Invalid`] for `kind` or `status`; those of [`runner`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, fields): (ClientId, RequestFields<'_>),
    after: Option<RequestId>,
    limit: i64,
) -> Result<Vec<RequestView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::RequestsRead)).await?;
    let now = core.clock.now();
    let mut findings = Findings::default();
    let unknown = |choices: String| move || text!("unknown_value", choices = choices);
    let (kinds, states) = (texts(RequestKind::ALL, |it| it.as_str()), texts(RequestState::ALL, |it| it.as_str()));
    let kind = fields.kind.map(|text| RequestKind::parse(text).ok_or_else(unknown(kinds))).transpose();
    let state = fields.status.map(|text| RequestState::parse(text).ok_or_else(unknown(states))).transpose();
    let kind = findings.value("kind", kind).flatten();
    let state = findings.value("status", state).flatten().map(|state| (state, now));
    findings.none()?;
    let found = requests::page(&mut reading.conn, &Filter { client, kind, state }, after, limit).await?;
    Ok(found.into_iter().map(|request| view(request, now)).collect())
}

/// The values of a choice, in a row.
fn texts<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> String {
    all.iter().map(|one| text(*one)).collect::<Vec<_>>().join(", ")
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: RequestId) -> Result<RequestView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::RequestsRead)).await?;
    Ok(view(find(&mut reading.conn, client, id).await?, core.clock.now()))
}

/// Takes a request back; what was accepted ends at once. Nothing happens to one that is over already.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn delete(core: &Core, caller: Caller, client: ClientId, id: RequestId) -> Result<Done<()>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::RequestsDelete),
        async move |change: &mut Change<'_>| {
            let request = find(change.conn, client, id).await?;
            if request.stands_at(change.now) { withdraw(change, request).await } else { Ok(()) }
        },
    )
    .await
}

/// A new request as it was sent; whom it goes to is not in it yet.
async fn read(
    change: &mut Change<'_>,
    client: ClientId,
    subject: RequestSubject,
    terms: RequestTerms,
) -> Result<Request, Error> {
    let RequestSubject { kind, domain, scopes } = subject;
    if !change.findings.name("scopes") {
        change.findings.extend(check_kind(kind, !scopes.is_empty(), domain.is_some()));
    }
    let catalog = client_scopes::catalog(change.conn).await?;
    let active = client_scopes::of_client(change.conn, client).await?;
    for (index, name) in scopes.iter().enumerate() {
        let field = format!("scopes[{index}]");
        if !catalog.contains(name) {
            change.findings.add(&field, unknown_scope(name, &catalog));
        } else if !active.contains(name) {
            change.findings.add(&field, text!("not_activated-request", active = active.to_string()));
        }
    }
    let scopes = scopes.iter().map(String::as_str).collect();
    let asked = Asked { kind, email_key: String::new(), domain, scopes };
    let mut request = blank(client, &asked, change.now);
    request.reason = terms.reason.map(LongText::into_string);
    request.expires_at = change.expiry(None, terms.expires_at);
    change.sound()?;
    Ok(request)
}

fn unknown_scope(name: &str, catalog: &ScopeSet) -> Text {
    text!("unknown_scope-request", name = name, catalog = catalog.to_string())
}

/// One open request for each person and kind, and fifty in all. One that has expired unanswered is over.
async fn make_room(change: &mut Change<'_>, request: &Request) -> Result<(), Error> {
    let waiting = requests::pending(change.conn, request.client_id, &request.email_key, request.kind).await?;
    match waiting {
        Some(waiting) if waiting.stands_at(change.now) => {
            return Err(Error::Conflict(text!("request_open")));
        }
        Some(expired) => withdraw(change, expired).await?,
        None => {}
    }
    if requests::count_open(change.conn, request.client_id, change.now).await? >= MOST_OPEN {
        return Err(Error::TooManyAtOnce(text!("too_many_open", most = MOST_OPEN)));
    }
    Ok(())
}

/// What the person is told, in plain words; the client's reason is shown on their pages only.
async fn said(change: &mut Change<'_>, client: &Client, request: &Request) -> Result<Text, Error> {
    let link = format!("{}/account/requests", change.rules.issuer);
    let client = named(change.conn, client).await?;
    if request.kind == RequestKind::Test {
        return Ok(text!("notice_request_test", client = client, link = link));
    }
    let catalog = scopes::all(change.conn).await?;
    let titles = catalog.iter().filter(|scope| request.scope.contains(&scope.name));
    let titles = titles.map(|scope| shares::told(scope).0);
    let titles = titles.reduce(|first, rest| text!("notice_list", first = first, rest = rest));
    let titles = titles.map_or_else(|| "".into(), Arg::from);
    Ok(text!("notice_request_access", client = client, titles = titles, link = link))
}

async fn find(conn: &mut Conn, client: ClientId, id: RequestId) -> Result<Request, Error> {
    let found = requests::find(conn, id).await?.filter(|request| request.client_id == client);
    found.ok_or(Error::NotFound("request"))
}

/// What is wrong with what a request of this kind asks for.
pub(crate) fn check_kind(kind: RequestKind, has_scopes: bool, has_domain: bool) -> Option<FieldError> {
    match kind {
        RequestKind::Access if !has_scopes => Some(text!("required-scopes").at("scopes")),
        RequestKind::Access if has_domain => Some(text!("not_here-domain").at("domain")),
        RequestKind::Test if has_scopes => Some(text!("not_here-scopes").at("scopes")),
        RequestKind::Access | RequestKind::Test => None,
    }
}

impl Asked {
    /// What a stored request asks.
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            kind: request.kind,
            email_key: request.email_key.clone(),
            domain: request.domain_id,
            scopes: request.scope.clone(),
        }
    }
}

/// Makes a request, or brings the standing one of the same person for the same thing to what it is to be. One that came to
/// the very end that is given is not asked again. Nobody is asked who does not want to be, unless their answer is given for
/// them.
///
/// # Errors
/// [`Error::Invalid`]: `scopes` `unknown_scope`, `state` `no_account`; for a new one that waits, [`Error::Conflict`]
/// `declined_recently`, or `request_open` when another of this kind waits for the person, and [`Error::TooManyAtOnce`]
/// `too_many_open`; the database's.
pub(crate) async fn set(
    change: &mut Change<'_>,
    client: ClientId,
    email: &EmailAddress,
    asked: &Asked,
    (terms, accepted): (Patch<RequestTerms>, bool),
) -> Result<Request, Error> {
    let standing = requests::standing(change.conn, client, change.now).await?;
    let old = standing.into_iter().find(|request| Asked::of(request) == *asked);
    let wanted = change.take(terms.apply(&old.as_ref().map(self::terms).unwrap_or_default()))?;
    if let (None, Some(end)) = (&old, wanted.expires_at) {
        let ended = requests::ended(change.conn, client, change.now).await?;
        let is_same = |it: &Request| Asked::of(it) == *asked && same_second(it.expires_at, Some(end));
        if let Some(same) = ended.into_iter().find(is_same) {
            return Ok(same);
        }
    }
    let catalog = client_scopes::catalog(change.conn).await?;
    for name in asked.scopes.difference(&catalog).iter() {
        change.findings.add("scopes", unknown_scope(name, &catalog));
    }
    let account = profiles::find_by_email(change.conn, email.key()).await?;
    let mut request = old.clone().unwrap_or_else(|| blank(client, asked, change.now));
    request.user_id = account.map(|account| account.id);
    request.reason = wanted.reason.map(LongText::into_string);
    request.expires_at = change.expiry(request.expires_at, wanted.expires_at);
    if accepted && request.status == RequestStatus::Pending {
        (request.status, request.decided_at) = (RequestStatus::Accepted, Some(change.now));
    }
    if request.status == RequestStatus::Accepted && request.user_id.is_none() {
        change.findings.add("state", text!("no_account-request"));
    }
    change.sound()?;
    let Some(old) = old else {
        if request.status == RequestStatus::Pending {
            let since = change.now.before(PEACE);
            let regard = requests::regard(change.conn, client, request.user_id, request.kind, since).await?;
            if regard.unwelcome {
                return Err(unwelcome());
            }
            make_room(change, &request).await?;
        }
        requests::insert(change.conn, &request).await?;
        change.created(Some(client), "request.created", (request.id, email.key()), facts(&request));
        return Ok(request);
    };
    if change.updated(Some(client), "request.updated", (request.id, email.key()), (facts(&old), facts(&request))) {
        requests::update(change.conn, &request).await?;
    }
    Ok(request)
}

fn unwelcome() -> Error {
    Error::Conflict(text!("declined_recently", days = PEACE.as_secs() / (24 * 60 * 60)))
}

/// Takes a request back; what was accepted ends.
pub(crate) async fn withdraw(change: &mut Change<'_>, old: Request) -> Result<(), Error> {
    let request = Request { status: RequestStatus::Withdrawn, decided_at: Some(change.now), ..old.clone() };
    requests::update(change.conn, &request).await?;
    let told = (facts(&old), facts(&request));
    change.updated(Some(request.client_id), "request.withdrawn", (request.id, &request.email_key), told);
    Ok(())
}

/// What a request says beside what it asks for.
pub(crate) fn terms(request: &Request) -> RequestTerms {
    RequestTerms { reason: request.reason.clone().map(LongText::stored), expires_at: request.expires_at }
}

/// As it looks now. It names its person as the client did.
fn view(request: Request, now: Timestamp) -> RequestView {
    let (status, terms) = (request.state_at(now), terms(&request));
    let subject = RequestSubject {
        kind: request.kind,
        domain: request.domain_id,
        scopes: request.scope.iter().map(str::to_owned).collect(),
    };
    let email = request.subject.is_none().then(|| EmailAddress::stored(request.email_key));
    let person = Person { email, sub: request.subject };
    let sent = New { once: person, settings: New { once: subject, settings: terms } };
    RequestView { id: request.id, sent, status }
}

fn blank(client: ClientId, asked: &Asked, now: Timestamp) -> Request {
    Request {
        id: RequestId::generate(now),
        client_id: client,
        kind: asked.kind,
        email_key: asked.email_key.clone(),
        user_id: None,
        subject: None,
        domain_id: asked.domain,
        scope: asked.scopes.clone(),
        reason: None,
        status: RequestStatus::Pending,
        delivered: true,
        expires_at: None,
        created_at: now,
        decided_at: None,
    }
}

/// What the audit log says of a request. Somebody whom the partner has named by `sub` may share no address with it.
pub(crate) fn facts(request: &Request) -> Value {
    json!({
        "kind": request.kind,
        "email": request.subject.is_none().then_some(&request.email_key),
        "sub": request.subject,
        "domain": request.domain_id,
        "scopes": request.scope,
        "reason": request.reason,
        "expires_at": request.expires_at,
        "status": request.status,
    })
}
