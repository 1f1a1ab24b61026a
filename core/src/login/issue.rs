//! Issuing: the one place where a login gives something to a client.

use super::flow::{Flow, FlowKind, FlowRefused, Ready};
use super::session::Session;
use crate::crypto::credential::{Credential, Kind};
use crate::error::Error;
use crate::gate::snapshot::Snapshot;
use crate::id::GrantId;
use crate::model::scope::{OFFLINE_ACCESS, ScopeSet};
use crate::secret::Secret;
use crate::state::Core;
use crate::store::codes::{Code, CodeKind};
use crate::store::db::Conn;
use crate::store::{client_users, codes, flows, grants};

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
    let (client, subject_type) = (flow.client, snapshot.client.subject_type);
    let (flow_id, session_id, authenticated_at) = (flow.id, session.id, session.authenticated_at);
    let issued = core
        .db
        .change(async move |conn: &mut Conn| {
            if let Some(flow) = flow_id
                && !flows::finish(conn, flow, now).await?
            {
                return Ok(false);
            }
            let user = ready.person.id;
            let subject = client_users::record_login(conn, client, subject_type, user, ready.domain, now).await?;
            let grant = grants::Grant {
                id: code.grant_id,
                client_id: client,
                domain_id: ready.domain,
                user_id: user,
                consent_id: ready.consent,
                subject,
                session_id,
                scope: ready.scope,
                authenticated_at,
                created_at: now,
                expires_at: now.after(grant_lives),
                revoked_at: None,
            };
            grants::insert(conn, grant).await?;
            codes::insert(conn, code_kind, code, now).await?;
            Ok::<_, Error>(true)
        })
        .await?;
    if issued { Ok(credential.text().clone()) } else { Err(FlowRefused::Gone) }
}

/// Whether a grant of this scope comes with a refresh token.
pub fn may_refresh(scope: &ScopeSet) -> bool {
    scope.contains(OFFLINE_ACCESS)
}
