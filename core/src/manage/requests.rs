//! Requests of a client to single users (SPEC §2.7): for more access, or to be a tester.

use std::time::Duration;

use serde_json::{Value, json};

use super::change::Change;
use super::entitlement::Rules;
use super::fields::{Findings, read_time, same_second};
use super::invitations::{find_person, read_person};
use super::letters::{self, NewLetter};
use super::permit::{self, Caller};
use super::words::{Words, named};
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId, RequestId};
use crate::model::email::EmailAddress;
use crate::model::request::{RequestKind, RequestStatus, parse_reason};
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::Client;
use crate::store::tables::requests::{self, Request};
use crate::store::tables::{client_scopes, domains, profiles, scopes};
use crate::text::Text;
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

/// What a request is to be beside that; what is `None` stays, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct RequestFields {
    /// Why, for the person.
    pub reason: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
    /// The person's answer, given for them: for set-ups.
    pub accepted: bool,
}

/// A request to make.
#[derive(Clone, Debug, Default)]
pub struct NewRequest {
    /// For what.
    pub kind: Option<RequestKind>,
    /// Whom, by their address; or
    pub email: Option<String>,
    /// as the client knows them.
    pub sub: Option<String>,
    /// The domain to test; `None` is all.
    pub domain: Option<DomainId>,
    /// The scopes of an access request.
    pub scopes: Option<Vec<String>>,
    /// Why, for the person.
    pub reason: Option<String>,
    /// RFC 3339.
    pub expires_at: Option<String>,
}

/// Asks somebody. Whether an address has an account, or its person wants to hear from the client, makes no difference to
/// the answer, to what is shown later, to the time it takes, or to what counts, unless they are a user of the client.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::NotFound`] for the domain, or a `sub` that has never logged in through
/// the client; [`Error::Conflict`] `declined_recently` or `request_open`; [`Error::TooManyAtOnce`] `too_many_open`;
/// [`Error::TooMany`]; those of [`permit::to_change`]; the database's.
pub async fn create(core: &Core, caller: Caller, client: ClientId, new: NewRequest) -> Result<Request, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let sender = Sender::of(core, caller.user);
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::RequestsCreate, &rules, now).await?;
            let mut findings = Findings::default();
            let address = read_person(&mut findings, new.email.as_deref(), new.sub.as_deref());
            let mut request = read(&mut change, &mut findings, client, &new).await?;
            findings.none()?;
            if let Some(domain) = new.domain {
                let own = domains::of_client(change.conn, client).await?.iter().any(|own| own.id == domain);
                own.then_some(()).ok_or(Error::NotFound("domain"))?;
            }
            let person = find_person(change.conn, client, address.as_ref(), new.sub.as_deref()).await?;
            (request.email_key, request.subject) = (person.email_key, person.subject);
            let since = now.before(PEACE);
            let regard = requests::regard(change.conn, client, person.user, request.kind, since).await?;
            if regard.unwelcome && regard.is_user {
                return Err(unwelcome());
            }
            make_room(&mut change, &request).await?;
            sender.count(change.conn, now).await?;
            request.delivered = !regard.unwelcome;
            requests::insert(change.conn, &request).await?;
            change.created(Some(client), "request.created", request.id, "", facts(&request));
            let issuer = change.rules.issuer.clone();
            let words = words(&mut change, &access.client, &request).await?;
            let letter = NewLetter {
                email_key: request.email_key.clone(),
                address: address.map(|address| address.address().to_owned()),
                kind: "request.created",
                object: request.id.to_string(),
                wanted: request.delivered,
                subject: "A site asks you for something",
                text: words.followed_by(&format!(" See why, and say yes or no:\n\n{issuer}/account/requests")),
            };
            let letter = letters::write(&mut change, letter).await?;
            change.end((request, letter)).await
        })
        .await?;
    let (request, letter) = changed.committed(core);
    letters::deliver(core, letter);
    Ok(request)
}

/// The requests of a client, oldest first.
///
/// # Errors
/// Those of [`permit::to_read`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<RequestId>,
    limit: i64,
) -> Result<Vec<Request>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::RequestsRead, core.clock.now()).await?;
    Ok(requests::page(&mut conn, client, after, limit).await?)
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: RequestId) -> Result<Request, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::RequestsRead, core.clock.now()).await?;
    find(&mut conn, client, id).await
}

/// Takes a request back; what was accepted ends at once. Nothing happens to one that is over already.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_change`]; the database's.
pub async fn delete(core: &Core, caller: Caller, client: ClientId, id: RequestId) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::RequestsDelete, &rules, now).await?;
            let request = find(change.conn, client, id).await?;
            if request.stands_at(now) {
                withdraw(&mut change, request).await?;
            }
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// Reads what a new request says of itself; whom it goes to is not in it yet.
async fn read(
    change: &mut Change<'_>,
    findings: &mut Findings,
    client: ClientId,
    new: &NewRequest,
) -> Result<Request, Error> {
    let scopes: ScopeSet = new.scopes.iter().flatten().map(String::as_str).collect();
    let kind = new.kind.unwrap_or(RequestKind::Access);
    let asked = Asked { kind, email_key: String::new(), domain: new.domain, scopes };
    let mut request = blank(client, &asked, change.now);
    if new.kind.is_none() {
        findings.add("kind", "required", "say what is asked for: access or test");
        return Ok(request);
    }
    check_kind(findings, kind, !asked.scopes.is_empty(), asked.domain.is_some());
    let (catalog, active) =
        (client_scopes::catalog(change.conn).await?, client_scopes::of_client(change.conn, client).await?);
    for (index, name) in new.scopes.iter().flatten().enumerate() {
        let field = format!("scopes[{index}]");
        if !catalog.contains(name) {
            findings.add(&field, "unknown_scope", &format!("there is no scope {name:?}; the catalog has: {catalog}"));
        } else if !active.contains(name) {
            findings.add(&field, "not_activated", &format!("activate it first; activated are: {active}"));
        }
    }
    findings.optional(&mut request.reason, "reason", new.reason.as_ref(), parse_reason);
    findings.expiry(&mut request.expires_at, new.expires_at.as_ref(), change.now);
    Ok(request)
}

/// One open request for each person and kind, and fifty in all. One that has expired unanswered is over.
async fn make_room(change: &mut Change<'_>, request: &Request) -> Result<(), Error> {
    let waiting = requests::pending(change.conn, request.client_id, &request.email_key, request.kind).await?;
    match waiting {
        Some(waiting) if waiting.stands_at(change.now) => {
            return Err(Error::conflict("request_open", "a request of this kind waits for this person already"));
        }
        Some(expired) => withdraw(change, expired).await?,
        None => {}
    }
    if requests::count_open(change.conn, request.client_id, change.now).await? >= MOST_OPEN {
        let message = format!("{MOST_OPEN} requests wait for an answer: take one back first");
        return Err(Error::TooManyAtOnce(Text::english("too_many_open", message)));
    }
    Ok(())
}

/// What the person is told, in plain words; the client's reason is shown on their pages only.
async fn words(change: &mut Change<'_>, client: &Client, request: &Request) -> Result<Words, Error> {
    let named = named(change.conn, client).await?;
    if request.kind == RequestKind::Test {
        let say = |client: &str| format!("\"{client}\" asks you to test its site before others can log in there.");
        return Ok(Words::about(&named, say));
    }
    let catalog = scopes::all(change.conn).await?;
    let titles = catalog.iter().filter(|scope| request.scope.contains(&scope.name));
    let titles: Vec<&str> = titles.map(|scope| scope.title.as_str()).collect();
    let titles = titles.join(", ");
    Ok(Words::about(&named, |client| format!("\"{client}\" asks you to share more with it: {titles}.")))
}

async fn find(conn: &mut Conn, client: ClientId, id: RequestId) -> Result<Request, Error> {
    let found = requests::find(conn, id).await?.filter(|request| request.client_id == client);
    found.ok_or(Error::NotFound("request"))
}

fn check_kind(findings: &mut Findings, kind: RequestKind, has_scopes: bool, has_domain: bool) {
    match kind {
        RequestKind::Access if !has_scopes => findings.add("scopes", "required", "say which scopes are asked for"),
        RequestKind::Access if has_domain => findings.add("domain", "not_here", "access is asked for all domains"),
        RequestKind::Test if has_scopes => findings.add("scopes", "not_here", "a tester has no scopes of their own"),
        RequestKind::Access | RequestKind::Test => {}
    }
}

/// What is wrong with a request by itself.
pub(crate) fn check(
    kind: RequestKind,
    has_scopes: bool,
    has_domain: bool,
    fields: &RequestFields,
    now: Timestamp,
) -> Vec<FieldError> {
    let mut findings = Findings::default();
    check_kind(&mut findings, kind, has_scopes, has_domain);
    findings.optional(&mut None, "reason", fields.reason.as_ref(), parse_reason);
    findings.expiry(&mut None, fields.expires_at.as_ref(), now);
    findings.into_errors()
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
    fields: &RequestFields,
) -> Result<Request, Error> {
    let standing = requests::standing(change.conn, client, change.now).await?;
    let old = standing.into_iter().find(|request| Asked::of(request) == *asked);
    if let (None, Some(end)) = (&old, fields.expires_at.as_deref().and_then(|text| read_time(text).ok())) {
        let ended = requests::ended(change.conn, client, change.now).await?;
        let is_same = |it: &Request| Asked::of(it) == *asked && same_second(it.expires_at, Some(end));
        if let Some(same) = ended.into_iter().find(is_same) {
            return Ok(same);
        }
    }
    let mut findings = Findings::default();
    let catalog = client_scopes::catalog(change.conn).await?;
    for name in asked.scopes.difference(&catalog).iter() {
        findings.add("scopes", "unknown_scope", &format!("there is no scope {name:?}; the catalog has: {catalog}"));
    }
    let account = profiles::find_by_email(change.conn, email.key()).await?;
    let mut request = old.clone().unwrap_or_else(|| blank(client, asked, change.now));
    request.user_id = account.map(|account| account.id);
    findings.optional(&mut request.reason, "reason", fields.reason.as_ref(), parse_reason);
    findings.expiry(&mut request.expires_at, fields.expires_at.as_ref(), change.now);
    if fields.accepted && request.status == RequestStatus::Pending {
        (request.status, request.decided_at) = (RequestStatus::Accepted, Some(change.now));
    }
    if request.status == RequestStatus::Accepted && request.user_id.is_none() {
        findings.add("state", "no_account", "nobody can have accepted: this address has no account");
    }
    findings.none()?;
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
        change.created(Some(client), "request.created", request.id, email.key(), facts(&request));
        return Ok(request);
    };
    if change.updated(Some(client), "request.updated", request.id, email.key(), (facts(&old), facts(&request))) {
        requests::update(change.conn, &request).await?;
    }
    Ok(request)
}

fn unwelcome() -> Error {
    let message = "this person has declined or does not want to be asked: wait thirty days";
    Error::conflict("declined_recently", message)
}

/// Takes a request back; what was accepted ends.
pub(crate) async fn withdraw(change: &mut Change<'_>, old: Request) -> Result<(), Error> {
    let request = Request { status: RequestStatus::Withdrawn, decided_at: Some(change.now), ..old.clone() };
    requests::update(change.conn, &request).await?;
    let told = (facts(&old), facts(&request));
    change.updated(Some(request.client_id), "request.withdrawn", request.id, &request.email_key, told);
    Ok(())
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
