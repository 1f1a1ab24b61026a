//! Both discovery documents (OpenID Connect Discovery §3, RFC 8414 §2). They list what works and nothing else.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::login::shared_person::CLAIMS;
use xwms_core::model::amr::{ONE_FACTOR, TWO_FACTORS};
use xwms_core::model::scope::OFFLINE_ACCESS;

use crate::AuthServer;

#[derive(Serialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    introspection_endpoint: String,
    revocation_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 3],
    token_endpoint_auth_methods_supported: [&'static str; 3],
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    revocation_endpoint_auth_methods_supported: [&'static str; 3],
    code_challenge_methods_supported: [&'static str; 1],
    authorization_response_iss_parameter_supported: bool,
    acr_values_supported: [&'static str; 2],
    #[serde(flatten)]
    openid: Option<OpenIdMetadata>,
}

#[derive(Serialize)]
struct OpenIdMetadata {
    userinfo_endpoint: String,
    end_session_endpoint: String,
    subject_types_supported: [&'static str; 2],
    id_token_signing_alg_values_supported: [&'static str; 2],
    prompt_values_supported: [&'static str; 4],
    claims_supported: Vec<&'static str>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
}

/// The claims that an ID token has of its own.
const ID_TOKEN_CLAIMS: [&str; 6] = ["auth_time", "acr", "amr", "sid", "nonce", "at_hash"];
const AUTH_METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];
/// And where public clients call.
const PUBLIC_TOO: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// Both documents as they are sent. They say what the program can do, so they are made once.
pub(crate) struct Documents {
    openid_configuration: Bytes,
    authorization_server: Bytes,
}

impl Documents {
    /// The documents of this issuer.
    pub(crate) fn of(issuer: &str) -> Self {
        let opened = CLAIMS.into_iter().flat_map(|(_, claims)| claims.iter().copied());
        let openid = OpenIdMetadata {
            userinfo_endpoint: format!("{issuer}/oauth/userinfo"),
            end_session_endpoint: format!("{issuer}/oauth/logout"),
            subject_types_supported: ["public", "pairwise"],
            id_token_signing_alg_values_supported: ["RS256", "ES256"],
            prompt_values_supported: ["none", "login", "consent", "select_account"],
            claims_supported: opened.chain(ID_TOKEN_CLAIMS).collect(),
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        };
        Self {
            openid_configuration: bytes(&metadata(issuer, Some(openid))),
            authorization_server: bytes(&metadata(issuer, None)),
        }
    }
}

/// `GET /.well-known/openid-configuration`.
pub(crate) async fn openid_configuration(State(server): State<AuthServer>) -> Response {
    document(server.discovery.openid_configuration.clone())
}

/// `GET /.well-known/oauth-authorization-server`.
pub(crate) async fn authorization_server(State(server): State<AuthServer>) -> Response {
    document(server.discovery.authorization_server.clone())
}

/// The preflight of a cross-origin request to what anybody may read: `*`, without credentials.
pub(crate) async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        // `*` stands for every header but this one (Fetch §3.3.3).
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*, Authorization"),
        (header::ACCESS_CONTROL_MAX_AGE, "3600"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn document(body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

fn bytes(metadata: &Metadata) -> Bytes {
    // Texts, numbers and lists of them always have a JSON form.
    serde_json::to_vec(metadata).unwrap_or_default().into()
}

fn metadata(issuer: &str, openid: Option<OpenIdMetadata>) -> Metadata {
    Metadata {
        authorization_endpoint: format!("{issuer}/oauth/authorize"),
        token_endpoint: format!("{issuer}/oauth/token"),
        introspection_endpoint: format!("{issuer}/oauth/introspect"),
        revocation_endpoint: format!("{issuer}/oauth/revoke"),
        jwks_uri: format!("{issuer}/oauth/jwks"),
        issuer: issuer.to_owned(),
        // `address` and `useraddresses` open nothing yet.
        scopes_supported: CLAIMS.into_iter().map(|(scope, _)| scope).chain([OFFLINE_ACCESS]).collect(),
        response_types_supported: ["code"],
        response_modes_supported: ["query"],
        grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
        token_endpoint_auth_methods_supported: PUBLIC_TOO,
        introspection_endpoint_auth_methods_supported: AUTH_METHODS,
        revocation_endpoint_auth_methods_supported: PUBLIC_TOO,
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
        acr_values_supported: [ONE_FACTOR, TWO_FACTORS],
        openid,
    }
}
