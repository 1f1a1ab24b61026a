//! Requests of a client to single users, as an operator sets them up (SPEC §2.7).

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::id::{ClientId, DomainId, RequestId};
use crate::model::email::EmailAddress;
use crate::model::request::{RequestKind, RequestStatus, parse_reason};
use crate::model::scope::ScopeSet;
use crate::store::requests::{self, Request};
use crate::store::{client_scopes, profiles};

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

/// What is wrong with a request by itself.
pub(crate) fn check(
    kind: RequestKind,
    has_scopes: bool,
    has_domain: bool,
    fields: &RequestFields,
    now: Timestamp,
) -> Vec<FieldError> {
    let mut findings = Findings::default();
    match kind {
        RequestKind::Access if !has_scopes => findings.add("scopes", "required", "say which scopes are asked for"),
        RequestKind::Access if has_domain => findings.add("domain", "not_here", "access is asked for all domains"),
        RequestKind::Test if has_scopes => findings.add("scopes", "not_here", "a tester has no scopes of their own"),
        RequestKind::Access | RequestKind::Test => {}
    }
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

/// Makes a request, or brings the standing one of the same person for the same thing to what it is to be.
///
/// # Errors
/// [`Error::Invalid`]: `scopes` `unknown_scope`, `state` `no_account`; [`Error::Conflict`] `request_open` when another
/// open one of this kind waits for the person; the database's.
pub(crate) async fn set(
    change: &mut Change<'_>,
    client: ClientId,
    email: &EmailAddress,
    asked: &Asked,
    fields: &RequestFields,
) -> Result<Request, Error> {
    let mut findings = Findings::default();
    let catalog = client_scopes::catalog(change.conn).await?;
    for name in asked.scopes.difference(&catalog).iter() {
        findings.add("scopes", "unknown_scope", &format!("there is no scope {name:?}; the catalog has: {catalog}"));
    }
    let standing = requests::standing(change.conn, client, change.now).await?;
    let old = standing.iter().find(|request| Asked::of(request) == *asked).cloned();
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
    let open = |other: &Request| {
        other.status == RequestStatus::Pending && other.kind == asked.kind && other.email_key == asked.email_key
    };
    if request.status == RequestStatus::Pending && standing.iter().any(|other| open(other) && other.id != request.id) {
        let message = format!("another request of this kind waits for {}", email.address());
        return Err(Error::Conflict { code: "request_open", message });
    }
    match old {
        None => {
            requests::insert(change.conn, &request).await?;
            change.created(Some(client), "request.created", request.id, email.key(), facts(&request));
        }
        Some(old) => {
            let told = (facts(&old), facts(&request));
            if change.updated(Some(client), "request.updated", request.id, email.key(), told) {
                requests::update(change.conn, &request).await?;
            }
        }
    }
    Ok(request)
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

fn facts(request: &Request) -> Value {
    json!({
        "kind": request.kind,
        "email": request.email_key,
        "domain": request.domain_id,
        "scopes": request.scope,
        "reason": request.reason,
        "expires_at": request.expires_at,
        "status": request.status,
    })
}
