//! Userinfo (OpenID Connect Core §5.3): what of the person this token opens, asked of the database at every call.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use xwms_core::login::live::{self, Live};
use xwms_core::model::scope;
use xwms_core::store::tables::grants::Profile;
use xwms_core::store::tables::user_providers;

use crate::AuthServer;
use crate::error::OAuthError;
use crate::token::claims::TokenId;
use xwms_core::request::params::Params;

/// Every claim that userinfo or an ID token can hold.
pub(crate) const CLAIMS: &[&str] = &[
    "sub",
    "name",
    "given_name",
    "family_name",
    "picture",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "providers",
    "birthdate",
    "gender",
    "phone_number",
    "phone_number_verified",
    "auth_time",
    "acr",
    "amr",
    "sid",
    "nonce",
    "at_hash",
];

/// `GET` and `POST /oauth/userinfo`.
pub(crate) async fn userinfo(
    State(server): State<AuthServer>,
    method: Method,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let claims = async {
        let posted = if method == Method::POST { body.as_ref() } else { &[] };
        let token = bearer_token(&headers, query.as_deref(), posted)?;
        server.claims_of(&token).await
    };
    let mut response = match claims.await {
        Ok(claims) => Json(claims).into_response(),
        Err(error) => error.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("WWW-Authenticate"));
    response
}

/// The one bearer token of a request: in the header or in a form body, never in the URL (OAuth 2.1 §5.1).
pub(crate) fn bearer_token(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<String, OAuthError> {
    let malformed = |_| OAuthError::invalid_request("parameters are not UTF-8, or hold NUL");
    let in_url = Params::parse(query.unwrap_or_default().as_bytes()).map_err(malformed)?;
    if in_url.get("access_token").is_some() {
        return Err(OAuthError::invalid_request("access_token does not belong into the URL"));
    }
    let posted = Params::parse(body).map_err(malformed)?;
    if posted.is_repeated("access_token") {
        return Err(OAuthError::invalid_request("access_token is given more than once"));
    }
    let mut authorizations = headers.get_all(header::AUTHORIZATION).iter();
    let header = authorizations.next();
    if authorizations.next().is_some() {
        return Err(OAuthError::invalid_request("the Authorization header is given twice"));
    }
    match (header, posted.get("access_token")) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("send the token once: in the header or in the body")),
        (None, Some(token)) => Ok(token.to_owned()),
        (None, None) => Err(OAuthError::no_token()),
        (Some(header), None) => {
            let (scheme, token) =
                header.to_str().ok().and_then(|value| value.split_once(' ')).ok_or_else(OAuthError::invalid_token)?;
            if scheme.eq_ignore_ascii_case("bearer") {
                Ok(token.trim().to_owned())
            } else {
                Err(OAuthError::no_token())
            }
        }
    }
}

impl AuthServer {
    async fn claims_of(&self, token: &str) -> Result<Map<String, Value>, OAuthError> {
        let claims = self.verify_access_token(token)?;
        let grant = TokenId::grant_of(&claims.jti).ok_or_else(OAuthError::invalid_token)?;
        let snapshot = self.core.snapshots.get(claims.client_id).await?.ok_or_else(OAuthError::invalid_token)?;
        let found = live::find_with_profile(&self.core, &snapshot, grant, Some(&claims.jti)).await?;
        let (mut live, profile) = found.ok_or_else(OAuthError::invalid_token)?;
        // A token that was narrowed at refresh opens no more than it says.
        live.scope = live.scope.intersection(&scope::ScopeSet::parse(&claims.scope).unwrap_or_default());
        if !live.scope.contains(scope::OPENID) {
            return Err(OAuthError::insufficient_scope("userinfo needs a token with the scope openid"));
        }
        let mut shared = person_claims(&live, &profile);
        if live.scope.contains(scope::PROVIDERS) {
            let providers = user_providers::names(&mut self.core.db.read().await?, live.grant.user_id).await?;
            shared.insert("providers".to_owned(), json!(providers));
        }
        Ok(shared)
    }
}

/// The claims that these scopes open (OpenID Connect Core §5.4); one that the person has not filled in is left out.
pub(crate) fn person_claims(live: &Live, user: &Profile) -> Map<String, Value> {
    let scopes = &live.scope;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    };
    put("sub", json!(live.grant.subject.to_string()));
    if scopes.contains(scope::PROFILE) {
        put("name", json!(full_name(user.given_name.as_deref(), user.family_name.as_deref())));
        put("given_name", json!(user.given_name));
        put("family_name", json!(user.family_name));
        put("picture", json!(user.picture));
        put("locale", json!(user.locale));
        put("zoneinfo", json!(user.zoneinfo));
        put("updated_at", json!(user.updated_at.seconds()));
    }
    if scopes.contains(scope::EMAIL) {
        put("email", json!(user.email));
        put("email_verified", json!(user.email_verified));
    }
    if scopes.contains(scope::USERINFO) {
        put("birthdate", json!(user.birth_date));
        put("gender", json!(user.gender));
    }
    if scopes.contains(scope::PHONE) {
        put("phone_number", json!(user.phone_number));
        if user.phone_number.is_some() {
            put("phone_number_verified", json!(user.phone_number_verified));
        }
    }
    claims
}

/// Given and family name, as one text; `None` when there is neither.
pub(crate) fn full_name(given: Option<&str>, family: Option<&str>) -> Option<String> {
    match (given, family) {
        (Some(given), Some(family)) => Some(format!("{given} {family}")),
        (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
        (None, None) => None,
    }
}
