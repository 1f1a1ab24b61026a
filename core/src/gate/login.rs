//! Whether a login may start, whom it lets in, and whether what it gave still holds (SPEC §2.1).

use super::denial::Denial;
use super::redirect_uri;
use super::snapshot::{Client, Domain, Person, Snapshot};
use crate::clock::Timestamp;
use crate::id::DomainId;
use crate::model::scope::{OFFLINE_ACCESS, ScopeSet};
use crate::model::url::UrlKind;

/// A login that wants to start.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// Where its answer shall go.
    pub redirect_uri: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// OAuth's `response_type`; natively ignored.
    pub response_type: Option<&'a str>,
    /// PKCE's challenge (RFC 7636 §4.2).
    pub code_challenge: Option<&'a str>,
    /// How the challenge was made; natively S256 when absent.
    pub code_challenge_method: Option<&'a str>,
    /// The scopes asked for; an empty set is none.
    pub scope: Option<&'a ScopeSet>,
    /// The front door.
    pub kind: LoginKind,
}

/// Which front door a login comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// `/oauth/authorize`.
    Authorize,
    /// `sign-token`.
    Native,
}

/// A login that may start.
#[derive(Clone, Debug)]
pub struct LoginAdmission<'s> {
    /// The domain it goes through.
    pub domain: &'s Domain,
    /// The scopes it asks for, all activated.
    pub scope: ScopeSet,
}

/// One rule, with a name for reports.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Whether the attempt keeps it.
    pub test: fn(&Snapshot, &Login<'_>) -> Result<(), Denial>,
}

/// SPEC §2.1 in the order in which §2.4 answers: [`login`] stops at the first denial.
pub const LOGIN: [Rule; 7] = [
    Rule { name: "client_known", test: |s, _| known(&s.client) },
    Rule { name: "redirect_uri", test: |s, a| redirect_uri::find(s, UrlKind::Callback, a.redirect_uri).map(drop) },
    Rule { name: "client_not_suspended", test: |s, _| not_suspended(&s.client) },
    Rule { name: "plan_entitles", test: |s, a| entitled(s, a.now) },
    Rule { name: "response_type", test: |_, a| response_type(a) },
    Rule { name: "pkce", test: |_, a| pkce(a) },
    Rule { name: "scope", test: |s, a| scope(s, a).map(drop) },
];

/// So many rules of [`LOGIN`] settle where an answer goes; what breaks a later one may be told at the redirect URI.
const SETTLE_THE_ANSWER: usize = 4;

/// Whether the login may start, through which domain and with which scopes.
///
/// No scope at all means, natively, every scope the client has activated but `offline_access`.
///
/// # Errors
/// The first rule of [`LOGIN`] that is broken.
pub fn login<'s>(snapshot: &'s Snapshot, attempt: &Login<'_>) -> Result<LoginAdmission<'s>, Denial> {
    LOGIN.iter().try_for_each(|rule| (rule.test)(snapshot, attempt))?;
    Ok(LoginAdmission {
        domain: redirect_uri::find(snapshot, UrlKind::Callback, attempt.redirect_uri)?,
        scope: scope(snapshot, attempt)?,
    })
}

/// Whether an error of this request may be told at its redirect URI, and whose that is. Nothing else of the request has
/// been looked at.
///
/// # Errors
/// The first of the first four rules of [`LOGIN`] that is broken.
pub fn may_answer<'s>(snapshot: &'s Snapshot, attempt: &Login<'_>) -> Result<&'s Domain, Denial> {
    LOGIN[..SETTLE_THE_ANSWER].iter().try_for_each(|rule| (rule.test)(snapshot, attempt))?;
    redirect_uri::find(snapshot, UrlKind::Callback, attempt.redirect_uri)
}

/// Whether this person may log in through this domain.
///
/// # Errors
/// [`Denial::UserSuspended`], [`Denial::TestModeRefuses`] or, last, [`Denial::EmailUnverified`], which the person can
/// mend on the spot.
pub fn person(_: &Snapshot, domain: &Domain, person: &Person) -> Result<(), Denial> {
    let_in(domain, person)?;
    if person.email_verified { Ok(()) } else { Err(Denial::EmailUnverified) }
}

/// Whether what a login gave still holds: asked at each use of a code, refresh or access token, as far as the client and
/// the person are concerned. Consent and scopes are asked in [`super::scope`].
///
/// Allow login and the URL are not looked at: they say what may start.
///
/// # Errors
/// What has changed since: the client, the domain ([`Denial::DomainUnknown`] when it was deleted) or the person.
pub fn still_holds<'s>(
    snapshot: &'s Snapshot,
    domain: DomainId,
    person: &Person,
    now: Timestamp,
) -> Result<&'s Domain, Denial> {
    client_live(snapshot, now)?;
    let domain = snapshot.domain(domain).ok_or(Denial::DomainUnknown)?;
    if !domain.active {
        return Err(Denial::DomainInactive);
    }
    let_in(domain, person)?;
    Ok(domain)
}

/// The client exists, is not suspended, and its plan entitles it or lapsed a short while ago.
pub(super) fn client_live(snapshot: &Snapshot, now: Timestamp) -> Result<(), Denial> {
    known(&snapshot.client)?;
    not_suspended(&snapshot.client)?;
    entitled(snapshot, now)
}

fn known(client: &Client) -> Result<(), Denial> {
    if client.deleted { Err(Denial::ClientUnknown) } else { Ok(()) }
}

fn not_suspended(client: &Client) -> Result<(), Denial> {
    if client.suspended { Err(Denial::ClientSuspended) } else { Ok(()) }
}

fn entitled(snapshot: &Snapshot, now: Timestamp) -> Result<(), Denial> {
    match snapshot.client.entitled_until {
        Some(end) if end.after(snapshot.login_grace) <= now => Err(Denial::PlanLapsed),
        Some(_) | None => Ok(()),
    }
}

fn let_in(domain: &Domain, person: &Person) -> Result<(), Denial> {
    if person.suspended {
        return Err(Denial::UserSuspended);
    }
    if domain.test_mode && !domain.tested_by(person) {
        return Err(Denial::TestModeRefuses);
    }
    Ok(())
}

fn response_type(attempt: &Login<'_>) -> Result<(), Denial> {
    match (attempt.kind, attempt.response_type) {
        (LoginKind::Native, _) | (LoginKind::Authorize, Some("code")) => Ok(()),
        (LoginKind::Authorize, None | Some("")) => Err(Denial::ResponseTypeMissing),
        (LoginKind::Authorize, Some(_)) => Err(Denial::ResponseTypeUnsupported),
    }
}

/// RFC 7636 §4.2: the base64url of a SHA-256 has 43 characters. A method that is left out would mean `plain` (§4.3),
/// which is refused; the native API knows S256 alone.
fn pkce(attempt: &Login<'_>) -> Result<(), Denial> {
    let challenge = match (attempt.kind, attempt.code_challenge) {
        (LoginKind::Native, None) => return Ok(()),
        (LoginKind::Authorize, None | Some("")) => return Err(Denial::PkceMissing),
        (_, Some(challenge)) => challenge,
    };
    match (attempt.kind, attempt.code_challenge_method) {
        (_, Some("S256")) | (LoginKind::Native, None) => {}
        _ => return Err(Denial::PkceMethod),
    }
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() == 43 && challenge.bytes().all(base64url) { Ok(()) } else { Err(Denial::PkceMalformed) }
}

fn scope(snapshot: &Snapshot, attempt: &Login<'_>) -> Result<ScopeSet, Denial> {
    if let Some(asked) = attempt.scope.filter(|asked| !asked.is_empty()) {
        let unknown: ScopeSet = asked.iter().filter(|name| !snapshot.scopes.contains_key(*name)).collect();
        return if unknown.is_empty() { Ok(asked.clone()) } else { Err(Denial::ScopeNotActivated(unknown)) };
    }
    let activated = snapshot.scopes.keys().map(String::as_str).filter(|name| *name != OFFLINE_ACCESS);
    match attempt.kind {
        LoginKind::Authorize => Err(Denial::ScopeMissing),
        LoginKind::Native => {
            Some(activated.collect()).filter(|scope: &ScopeSet| !scope.is_empty()).ok_or(Denial::ScopeMissing)
        }
    }
}
