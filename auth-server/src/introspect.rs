//! Token introspection (RFC 7662). A token of another client's is answered as an unknown one.

use std::borrow::Cow;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::login::introspect::{self, LiveToken};
use xwms_core::model::scope::EMAIL;
use xwms_core::model::token_claims::Audience;

use crate::AuthServer;
use crate::client_request::ClientRequest;
use crate::error::OAuthError;

/// The answer (RFC 7662 §2.2); for a token that does not live, `active` alone.
#[derive(Default, Serialize)]
struct Introspection<'a> {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<DomainId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
}

/// `POST /oauth/introspect`.
pub(crate) async fn introspect(
    State(server): State<AuthServer>,
    request: ClientRequest,
) -> Result<Response, OAuthError> {
    let (client, token) = request.about_a_token(&server.core).await?;
    let found = introspect::introspect(&server.core, &client, token).await;
    let found = found.map_err(OAuthError::of_client)?;
    let body = match &found {
        Some(live) => describe(live, server.core.config.server.issuer()),
        None => Introspection::default(),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

fn describe<'a>(token: &'a LiveToken, issuer: &'a str) -> Introspection<'a> {
    match token {
        LiveToken::Access { claims, scope, username } => Introspection {
            active: true,
            scope: Some(scope.as_str()),
            client_id: Some(claims.client_id),
            domain: Some(claims.domain),
            token_type: Some("Bearer"),
            username: username.as_deref(),
            sub: Some(Cow::Borrowed(&claims.sub)),
            iss: Some(&claims.iss),
            aud: Some(&claims.aud),
            jti: Some(&claims.jti),
            iat: Some(claims.iat),
            exp: Some(claims.exp),
            auth_time: claims.auth_time,
            acr: claims.acr.as_deref(),
        },
        LiveToken::Refresh { live, expires_at } => Introspection {
            active: true,
            scope: Some(live.scope.as_str()),
            client_id: Some(live.grant.client_id),
            domain: Some(live.grant.domain_id),
            token_type: Some("refresh_token"),
            username: live.scope.contains(EMAIL).then_some(live.person.email.as_str()),
            sub: Some(live.grant.subject.to_string().into()),
            iss: Some(issuer),
            exp: Some(expires_at.seconds()),
            auth_time: Some(live.grant.authenticated_at.seconds()),
            acr: Some(live.grant.amr.acr()),
            ..Introspection::default()
        },
    }
}
