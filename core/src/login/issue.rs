//! Issuing: the one place where a login gives something to a client.

use super::flow::{Flow, FlowKind, FlowRefused, Ready};
use super::session::Session;
use crate::clock::Timestamp;
use crate::contract::event::{Event, UserLogin};
use crate::crypto::credential::{Credential, Kind};
use crate::gate::redirect_uri::callback_of;
use crate::gate::snapshot::Snapshot;
use crate::gate::webhooks;
use crate::id::{GrantId, Subject};
use crate::model::client::SubjectType;
use crate::model::scope::{OFFLINE_ACCESS, ScopeSet};
use crate::secret::Secret;
use crate::state::Core;
use crate::store::logins::NewLogin;
use crate::store::tables::codes::{Code, CodeKind};
use crate::store::tables::grants::Grant;
use crate::store::tables::outbox::WebhookEvent;

/// Issues the code (or, natively, the callback token) of a login that needs nothing more: grant, code, client user and
/// the end of the flow are one commit.
///
/// # Errors
/// [`FlowRefused::Gone`] when the flow ended meanwhile; the database's.
pub async fn issue(
    core: &Core,
    snapshot: &Snapshot,
    flow: &Flow,
    ready: Ready,
    session: &Session,
) -> Result<Secret<String>, FlowRefused> {
    let now = core.clock.now();
    let tokens = &core.config.tokens;
    let (kind, code_kind, lifetime) = match flow.kind {
        FlowKind::Authorize => (Kind::Code, CodeKind::Authorization, tokens.code_seconds.duration()),
        FlowKind::Native => (Kind::CallbackToken, CodeKind::Callback, tokens.callback_token_seconds.duration()),
    };
    let credential = Credential::generate(kind, now);
    let code = Code {
        code_key: credential.key(),
        grant_id: GrantId::generate(now),
        client_id: flow.client,
        domain_id: ready.domain,
        redirect_uri: flow.request.redirect_uri.clone(),
        code_challenge: flow.request.code_challenge.clone(),
        nonce: flow.request.nonce.clone(),
        wrong_tries: 0,
        expires_at: now.after(lifetime),
        used_at: None,
    };
    // The last thing this login can give dies then; a refresh token outlives the rest.
    let longest = lifetime + tokens.access_token_seconds.duration();
    let grant_lives = if may_refresh(&ready.scope) { tokens.refresh_absolute_days.duration() } else { longest };
    let user = ready.person.id;
    let grant = Grant {
        id: code.grant_id,
        client_id: flow.client,
        domain_id: ready.domain,
        user_id: user,
        consent_id: ready.consent,
        subject: match snapshot.client.subject_type {
            SubjectType::Public => user.as_public_subject(),
            SubjectType::Pairwise => Subject::generate(),
        },
        session_id: session.id,
        scope: ready.scope,
        authenticated_at: session.authenticated_at,
        created_at: now,
        expires_at: now.after(grant_lives),
        revoked_at: None,
        url_id: snapshot
            .domain(ready.domain)
            .and_then(|domain| callback_of(&snapshot.client, domain, &flow.request.redirect_uri)),
        resources: flow.request.resources.clone(),
        amr: session.amr.clone(),
    };
    let told = webhooks::any(snapshot).then(|| told(&grant, now));
    let rings = told.is_some();
    let issued = core.db.issue(NewLogin { flow: flow.id, grant, kind: code_kind, code, told }, now).await?;
    if rings {
        core.outbox_bell.notify_one();
    }
    if issued { Ok(credential.text().clone()) } else { Err(FlowRefused::Gone) }
}

/// What the client's webhooks are told of a login.
fn told(grant: &Grant, now: Timestamp) -> WebhookEvent {
    let scopes = grant.scope.iter().map(str::to_owned).collect();
    let event = Event::UserLogin(UserLogin { sub: grant.subject, scopes });
    let (client, domain) = (grant.client_id, Some(grant.domain_id));
    WebhookEvent::new(client, domain, event.event_type(), event.body(client, domain, now), now)
}

/// Whether a grant of this scope comes with a refresh token.
pub fn may_refresh(scope: &ScopeSet) -> bool {
    scope.contains(OFFLINE_ACCESS)
}
