//! Token introspection (RFC 7662). A token of another client's is answered as an unknown one.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::gate::client_authentication::{Purpose, of_domain};
use xwms_core::gate::login::client_live;
use xwms_core::gate::scope;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::login::live;
use xwms_core::model::scope::ScopeSet;
use xwms_core::request::address::CallerAddress;
use xwms_core::state::Core;
use xwms_core::store::tables::{grants, refresh_tokens};

use crate::AuthServer;
use crate::client_secret::Claimed;
use crate::error::OAuthError;
use crate::token::ClientRequest;
use crate::token::claims::{AccessClaims, TokenId};

/// The parameters that may stand only once.
const ONCE: [&str; 4] = ["token", "token_type_hint", "client_id", "client_secret"];

/// The answer (RFC 7662 §2.2); for a token that does not live, `active` alone.
#[derive(Default, Serialize)]
struct Introspection {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<DomainId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
}

/// A token of ours, of either kind, that is looked at by introspection or revocation.
pub(crate) enum Known {
    /// An access token that our key signed.
    Access(Arc<AccessClaims>),
    /// A refresh token with its grant.
    Refresh(refresh_tokens::RefreshToken, Box<grants::LiveGrant>),
}

impl Known {
    /// Finds out what a token is to this client, and judges the client's secret for it (SPEC §2.2); `None` for what is none
    /// of ours, or another client's.
    pub(crate) async fn for_client(
        server: &AuthServer,
        claimed: &Claimed,
        token: &str,
        address: IpAddr,
    ) -> Result<Option<Self>, OAuthError> {
        let known = Self::find(server, token).await?.filter(|known| known.client() == claimed.snapshot.client.id);
        let purpose = known.as_ref().map_or(Purpose::Unknown, |known| Purpose::IssuedThrough(known.domain()));
        claimed.authenticate(&server.core, purpose, address)?;
        Ok(known)
    }

    async fn find(server: &AuthServer, token: &str) -> Result<Option<Self>, OAuthError> {
        if let Some(key) = Credential::parse(Kind::RefreshToken, token) {
            let found = refresh_tokens::find_with_grant(&mut server.core.db.read().await?, key).await?;
            return Ok(found.map(|(token, grant)| Self::Refresh(token, Box::new(grant))));
        }
        Ok(server.verify_access_token(token).ok().map(Self::Access))
    }

    fn client(&self) -> ClientId {
        match self {
            Self::Access(claims) => claims.client_id,
            Self::Refresh(_, grant) => grant.grant.client_id,
        }
    }

    fn domain(&self) -> DomainId {
        match self {
            Self::Access(claims) => claims.domain,
            Self::Refresh(_, grant) => grant.grant.domain_id,
        }
    }
}

/// `POST /oauth/introspect`.
pub(crate) async fn introspect(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let answer = async {
        let request = ClientRequest::read(headers, query.as_deref(), &body, address, &ONCE)?;
        let claimed = request.claim(&server.core).await?;
        let token = request.require("token")?;
        match Known::for_client(&server, &claimed, token, address).await? {
            Some(known) => describe(&server.core, &claimed.snapshot, known, address).await,
            None => Ok(Introspection::default()),
        }
    };
    match answer.await {
        Ok(introspection) => ([(header::CACHE_CONTROL, "no-store")], Json(introspection)).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn describe(
    core: &Core,
    snapshot: &Arc<Snapshot>,
    known: Known,
    address: IpAddr,
) -> Result<Introspection, OAuthError> {
    Ok(match known {
        Known::Access(claims) => describe_access(core, snapshot, claims, address).await?,
        Known::Refresh(token, found) => {
            let spent = token.used_at.is_some() || token.expires_at <= core.clock.now();
            let live = live::judge(core, snapshot, *found).await?.filter(|_| !spent);
            match live.filter(|live| xwms_core::login::issue::may_refresh(&live.scope)) {
                Some(live) => Introspection {
                    active: true,
                    scope: Some(live.scope.to_string()),
                    client_id: Some(live.grant.client_id),
                    domain: Some(live.grant.domain_id),
                    token_type: Some("refresh_token"),
                    sub: Some(live.grant.subject.to_string()),
                    iss: Some(core.config.server.issuer().to_owned()),
                    exp: Some(token.expires_at.seconds()),
                    ..Introspection::default()
                },
                None => Introspection::default(),
            }
        }
    })
}

async fn describe_access(
    core: &Core,
    snapshot: &Arc<Snapshot>,
    claims: Arc<AccessClaims>,
    address: IpAddr,
) -> Result<Introspection, OAuthError> {
    let issued = ScopeSet::parse(&claims.scope).unwrap_or_default();
    let scope = match TokenId::grant_of(&claims.jti) {
        Some(grant) => {
            live::find(core, snapshot, grant, Some(&claims.jti)).await?.map(|live| live.scope.intersection(&issued))
        }
        None => own_scope(core, snapshot, &claims, address).await?,
    };
    let Some(scope) = scope.filter(|scope| !scope.is_empty()) else { return Ok(Introspection::default()) };
    Ok(Introspection {
        active: true,
        scope: Some(scope.to_string()),
        client_id: Some(claims.client_id),
        domain: Some(claims.domain),
        token_type: Some("Bearer"),
        sub: Some(claims.sub.clone()),
        iss: Some(claims.iss.clone()),
        aud: Some(claims.aud.clone()),
        jti: Some(claims.jti.clone()),
        iat: Some(claims.iat),
        exp: Some(claims.exp),
    })
}

/// What still holds of a token that a client got for itself. Whoever asks has just been let in for the token's domain, so
/// its address is one of that domain's.
async fn own_scope(
    core: &Core,
    snapshot: &Snapshot,
    claims: &AccessClaims,
    address: IpAddr,
) -> Result<Option<ScopeSet>, OAuthError> {
    let now = core.clock.now();
    if client_live(snapshot, now).and_then(|()| of_domain(snapshot, claims.domain, address)).is_err() {
        return Ok(None);
    }
    let Some(domain) = snapshot.domain(claims.domain) else { return Ok(None) };
    if grants::is_token_revoked(&mut core.db.read().await?, &claims.jti).await? {
        return Ok(None);
    }
    let unlocked = scope::client_credentials(snapshot, domain, None, now).unwrap_or_default();
    Ok(Some(unlocked.intersection(&ScopeSet::parse(&claims.scope).unwrap_or_default())))
}
