//! A login in progress: what was asked, which browser began it, and what is to happen next.

use serde::{Deserialize, Serialize};

use super::flow_quota::{self, Beginner};
use super::session::Session;
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::denial::Denial;
use crate::gate::login::{Login, LoginKind};
use crate::gate::redirect_uri;
use crate::gate::scope::RequestedScopes;
use crate::gate::snapshot::{Domain, Person, Snapshot};
use crate::gate::{self};
use crate::id::{ClientId, ConsentId, DomainId, FlowId, SessionId, UserId};
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::{consents, flows, people};

/// Which front door the login came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// `/oauth/authorize`.
    Authorize,
    /// `sign-token`.
    Native,
}

/// What a login was asked to do, checked once at its front door.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Where the answer goes, as sent.
    pub redirect_uri: String,
    /// The relying party's `state`, given back unread.
    pub state: Option<String>,
    /// The scopes asked for.
    pub scope: ScopeSet,
    /// The resource servers that its tokens are for.
    #[serde(default)]
    pub resources: Resources,
    /// For the ID token.
    pub nonce: Option<String>,
    /// PKCE's S256 challenge.
    pub code_challenge: Option<String>,
    /// An email address to fill in.
    pub login_hint: Option<String>,
    /// The consent page is shown even when nothing new is asked.
    pub ask_consent: bool,
    /// The person is asked which account, although one is signed in.
    pub ask_account: bool,
    /// This session does not count: `prompt=login`, or it is older than `max_age`.
    pub stale_session: Option<SessionId>,
    /// Nor does any in which the person signed in before this moment, in milliseconds since 1970: the login demands a
    /// younger sign-in, and a session that was not there when it began may be as old.
    #[serde(default)]
    pub signed_in_since: Option<i64>,
    /// Nobody but this person gets through: the relying party has shown an ID token of theirs.
    #[serde(default)]
    pub user: Option<UserId>,
}

/// What the person said on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allowed,
    /// No.
    Denied,
}

/// A login in progress.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its id; none while it is still one request that needed nothing stored.
    pub id: Option<FlowId>,
    /// Its front door.
    pub kind: FlowKind,
    /// Whose login it is.
    pub client: ClientId,
    /// What was asked.
    pub request: LoginRequest,
    /// What the person said in this flow.
    pub decision: Option<Decision>,
}

/// Why a stored flow can't go on.
#[derive(Debug)]
pub enum FlowRefused {
    /// Unknown, expired or finished.
    Gone,
    /// Another browser began it.
    Mismatch,
    /// The database says why.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for FlowRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What is to happen next, with what was found on the way to it.
#[derive(Debug)]
pub enum Step {
    /// The person signs in, or says with which account to go on. The login goes through this domain.
    SignIn(DomainId),
    /// The person verifies their email address first. The login goes through this domain.
    VerifyEmail(DomainId),
    /// The person is asked whether to share this.
    Consent(Offer),
    /// The person said no.
    Denied,
    /// The gate says no.
    Refused(Denial),
    /// Nothing need be asked.
    Ready(Ready),
}

/// What the person is asked to share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The scopes.
    pub scope: ScopeSet,
    /// The domain the login goes through.
    pub domain: DomainId,
    /// Whether that domain is in test mode.
    pub test_mode: bool,
}

/// All that issuing needs, asked a moment ago.
#[derive(Debug)]
pub struct Ready {
    /// The domain the login goes through.
    pub domain: DomainId,
    /// The person.
    pub person: Person,
    /// The consent that covers it.
    pub consent: ConsentId,
    /// What is granted.
    pub scope: ScopeSet,
}

/// A login that the gate has let start, in this request.
#[derive(Clone, Copy, Debug)]
pub struct Admitted<'a> {
    /// The client it is for.
    pub snapshot: &'a Snapshot,
    /// The login.
    pub flow: &'a Flow,
    /// The domain it goes through.
    pub domain: &'a Domain,
}

/// What is to happen next in a stored flow: the gate is asked afresh, and the person's facts are read now.
///
/// # Errors
/// The database's.
pub async fn next_step(
    core: &Core,
    snapshot: &Snapshot,
    flow: &Flow,
    session: Option<&Session>,
) -> Result<Step, Error> {
    match gate::login::login(snapshot, &flow.attempt(core.clock.now())) {
        Ok(admission) => Admitted { snapshot, flow, domain: admission.domain }.next_step(core, session).await,
        Err(denial) => Ok(Step::Refused(denial)),
    }
}

impl Admitted<'_> {
    /// What is to happen next: the person's facts are read now.
    ///
    /// # Errors
    /// The database's.
    pub async fn next_step(&self, core: &Core, session: Option<&Session>) -> Result<Step, Error> {
        let Self { snapshot, flow, domain } = *self;
        let request = &flow.request;
        if flow.decision == Some(Decision::Denied) {
            return Ok(Step::Denied);
        }
        let session = session.filter(|session| request.takes(session) && !request.ask_account);
        let Some(session) = session else { return Ok(Step::SignIn(domain.id)) };
        let now = core.clock.now();
        let mut conn = core.db.read().await?;
        let found = people::find_with_consent(&mut conn, flow.client, session.user_id, domain.id).await?;
        let Some((mut person, consent)) = found else { return Ok(Step::SignIn(domain.id)) };
        if gate::scope::rests_on_relations(snapshot, Some(domain), &request.scope) {
            people::relate(&mut conn, flow.client, &mut person, now).await?;
        }
        match gate::login::person(snapshot, domain, &person) {
            Ok(()) => {}
            Err(Denial::EmailUnverified) => return Ok(Step::VerifyEmail(domain.id)),
            Err(denial) => return Ok(Step::Refused(denial)),
        }
        // What a full consent would give; a scope that is reserved and not unlocked is not even shown.
        let scopes = RequestedScopes { requested: &request.scope, consented: &request.scope };
        let on_offer = gate::scope::granted(snapshot, domain, scopes, &person, now);
        if on_offer.is_empty() {
            return Ok(Step::Refused(Denial::ScopeLocked(request.scope.clone())));
        }
        let mut ask_again = request.ask_consent && flow.decision.is_none();
        if let Some(consent) = &consent
            && redirect_uri::may_be_anybodys(snapshot, &request.redirect_uri)
        {
            // Any program on the device can pass for an app: only the browser in which the person agreed spares the page.
            ask_again |= !consents::was_given_in(&mut conn, consent.id, session.id).await?;
        }
        Ok(match consent.filter(|consent| !ask_again && covers(consent, &on_offer, domain.test_mode)) {
            Some(consent) => Step::Ready(Ready { domain: domain.id, person, consent: consent.id, scope: on_offer }),
            None => Step::Consent(Offer { scope: on_offer, domain: domain.id, test_mode: domain.test_mode }),
        })
    }
}

impl LoginRequest {
    /// Whether in this session the person is signed in that the login is for, and as lately as it demands. A sign-in within
    /// the login does.
    pub fn takes(&self, session: &Session) -> bool {
        let signed_in = session.authenticated_at.milliseconds();
        let is_meant = self.user.is_none_or(|user| user == session.user_id);
        is_meant
            && self.stale_session != Some(session.id)
            && self.signed_in_since.is_none_or(|since| signed_in >= since)
    }
}

/// Whether a consent spares the page: it covers every scope, was given for this domain, and not while that was in test
/// mode if it has left it since.
fn covers(consent: &consents::Consent, scope: &ScopeSet, test_mode: bool) -> bool {
    scope.is_subset(&consent.scope) && consent.given_here.is_some_and(|here| !here.in_test_mode || test_mode)
}

impl Flow {
    /// The attempt, as the gate is asked about it.
    pub fn attempt(&self, now: Timestamp) -> Login<'_> {
        Login {
            redirect_uri: &self.request.redirect_uri,
            now,
            response_type: Some("code"),
            code_challenge: self.request.code_challenge.as_deref(),
            code_challenge_method: self.request.code_challenge.as_ref().map(|_| "S256"),
            nonce: self.request.nonce.as_deref(),
            scope: Some(&self.request.scope),
            resources: Some(&self.request.resources),
            kind: match self.kind {
                FlowKind::Authorize => LoginKind::Authorize,
                FlowKind::Native => LoginKind::Native,
            },
        }
    }
}

/// Stores a login that has to ask the person something.
///
/// # Errors
/// [`Error::TooMany`] when too many are in progress; the database's.
pub async fn store(core: &Core, flow: &Flow, domain: DomainId, beginner: Beginner) -> Result<FlowId, Error> {
    let now = core.clock.now();
    let lifetime = match flow.kind {
        FlowKind::Authorize => core.config.flows.minutes.duration(),
        FlowKind::Native => core.config.tokens.sign_token_seconds.duration(),
    };
    let row = flows::StoredFlow {
        id: FlowId::generate(now),
        browser_key: None,
        network_key: None,
        kind: flow.kind.text().to_owned(),
        sign_token_key: None,
        client_id: Some(flow.client),
        domain_id: Some(domain),
        request: to_json(&flow.request)?,
        decision: None,
        created_at: now,
        expires_at: now.after(lifetime),
    };
    flow_quota::insert(core, row, beginner).await
}

/// The flow of this id, when this browser may go on with it.
///
/// # Errors
/// [`FlowRefused::Gone`] or [`FlowRefused::Mismatch`]: an id is no credential, the browser's cookie decides.
pub async fn open(core: &Core, id: &str, browser: Option<&str>) -> Result<Flow, FlowRefused> {
    let id: FlowId = id.parse().map_err(|_| FlowRefused::Gone)?;
    let mut conn = core.db.read().await?;
    let row = flows::find(&mut conn, id).await?.ok_or(FlowRefused::Gone)?;
    let browser = browser.and_then(|cookie| Credential::parse(Kind::Browser, cookie));
    if browser.is_none() || row.browser_key != browser {
        return Err(FlowRefused::Mismatch);
    }
    from_row(row, core.clock.now())
}

/// Opens a native login in a browser by its sign token, and binds it to that browser: the first one to come.
///
/// # Errors
/// [`FlowRefused::Gone`] or, in another browser than the first, [`FlowRefused::Mismatch`].
pub async fn open_native(core: &Core, token: &str, browser: CredentialKey) -> Result<Flow, FlowRefused> {
    let key = Credential::parse(Kind::SignToken, token).ok_or(FlowRefused::Gone)?;
    let row = {
        let mut conn = core.db.read().await?;
        flows::find_by_sign_token(&mut conn, key).await?.ok_or(FlowRefused::Gone)?
    };
    let (id, bound_to) = (row.id, row.browser_key);
    let flow = from_row(row, core.clock.now())?;
    match bound_to {
        Some(bound) if bound == browser => return Ok(flow),
        Some(_) => return Err(FlowRefused::Mismatch),
        None => {}
    }
    let bound = core.db.change(async move |conn: &mut Conn| Ok(flows::bind(conn, id, browser).await?)).await?;
    if bound { Ok(flow) } else { Err(FlowRefused::Mismatch) }
}

/// Notes that the person chose to go on with the account that is signed in.
///
/// # Errors
/// The database's.
pub async fn account_chosen(core: &Core, flow: &Flow) -> Result<(), Error> {
    let Some(id) = flow.id else { return Ok(()) };
    let request = to_json(&LoginRequest { ask_account: false, ..flow.request.clone() })?;
    core.db.change(async move |conn: &mut Conn| Ok(flows::set_request(conn, id, &request).await?)).await
}

/// Ends a flow without a grant; false when it had ended before.
///
/// # Errors
/// The database's.
pub async fn finish(core: &Core, flow: &Flow) -> Result<bool, Error> {
    let Some(id) = flow.id else { return Ok(true) };
    let now = core.clock.now();
    core.db.change(async move |conn: &mut Conn| Ok(flows::finish(conn, id, now).await?)).await
}

fn from_row(row: flows::StoredFlow, now: Timestamp) -> Result<Flow, FlowRefused> {
    if row.expires_at <= now {
        return Err(FlowRefused::Gone);
    }
    let kind = match row.kind.as_str() {
        "authorize" => FlowKind::Authorize,
        "native" => FlowKind::Native,
        _ => return Err(FlowRefused::Gone),
    };
    let request = serde_json::from_str(&row.request).map_err(|_| Error::Internal("a stored flow can't be read"))?;
    let decision = match row.decision.as_deref() {
        Some("allowed") => Some(Decision::Allowed),
        Some(_) => Some(Decision::Denied),
        None => None,
    };
    Ok(Flow { id: Some(row.id), kind, client: row.client_id.ok_or(FlowRefused::Gone)?, request, decision })
}

fn to_json(request: &LoginRequest) -> Result<String, Error> {
    serde_json::to_string(request).map_err(|_| Error::Internal("a flow can't be written"))
}

impl FlowKind {
    const fn text(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Native => "native",
        }
    }
}

impl Decision {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }
}
