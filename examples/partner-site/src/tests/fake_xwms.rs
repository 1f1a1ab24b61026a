//! As much of XWMS as a login needs: discovery, keys, token, userinfo, revocation, and the native API's two calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{AccessToken, JsonWebKeyId, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Ada's `sub`.
pub(super) const SUB: &str = "1815121018520";

/// A server on loopback for as long as the test's runtime runs.
pub(super) struct FakeXwms {
    pub(super) issuer: String,
    inner: Arc<Inner>,
}

/// What the next answers are about, and what has been asked.
#[derive(Default)]
pub(super) struct Script {
    /// Of the login in progress, as the browser would have brought it.
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) native_state: String,
    /// Whom the next ID tokens are about; empty: Ada.
    pub(super) sub: String,
    /// The token endpoint says `invalid_grant`.
    pub(super) grant_ended: bool,
    pub(super) userinfo_down: bool,
    /// The key's name, which a rotation changes.
    pub(super) kid: u32,
    pub(super) revoked: Vec<String>,
}

struct Inner {
    issuer: String,
    script: Mutex<Script>,
}

impl FakeXwms {
    pub(super) async fn start() -> FakeXwms {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner { issuer: issuer.clone(), script: Mutex::default() });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/oauth/jwks", get(jwks))
            .route("/oauth/token", post(token))
            .route("/oauth/userinfo", get(userinfo))
            .route("/oauth/revoke", post(revoke))
            .route("/api/sign-token", post(sign_token))
            .route("/api/sign-token-verify", post(sign_token_verify))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        FakeXwms { issuer, inner }
    }

    /// An issuer that nobody listens at.
    pub(super) fn absent() -> FakeXwms {
        let issuer = "http://127.0.0.1:1".to_owned();
        let inner = Arc::new(Inner { issuer: issuer.clone(), script: Mutex::default() });
        FakeXwms { issuer, inner }
    }

    pub(super) fn script<T>(&self, change: impl FnOnce(&mut Script) -> T) -> T {
        change(&mut self.inner.script.lock().unwrap())
    }
}

impl Inner {
    fn key(&self) -> CoreEdDsaPrivateSigningKey {
        // PKCS#8 of an Ed25519 key (RFC 8410 §7) whose seed is the same byte 32 times.
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend([7; 32]);
        let label = "PRIVATE KEY";
        let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der));
        let kid = self.script.lock().unwrap().kid.to_string();
        CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(kid))).unwrap()
    }
}

async fn discovery(State(xwms): State<Arc<Inner>>) -> Json<Value> {
    let at = |path: &str| format!("{}{path}", xwms.issuer);
    Json(json!({
        "issuer": xwms.issuer,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/token"),
        "userinfo_endpoint": at("/oauth/userinfo"),
        "jwks_uri": at("/oauth/jwks"),
        "revocation_endpoint": at("/oauth/revoke"),
        "end_session_endpoint": at("/oauth/logout"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn jwks(State(xwms): State<Arc<Inner>>) -> Json<Value> {
    Json(json!({ "keys": [xwms.key().as_verification_key()] }))
}

async fn token(
    State(xwms): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let credentials = format!("Basic {}", STANDARD.encode("client_engines:difference"));
    assert_eq!(headers[header::AUTHORIZATION], credentials.as_str());
    let (nonce, sub, right) = {
        let script = xwms.script.lock().unwrap();
        let (nonce, right) = match form["grant_type"].as_str() {
            "authorization_code" => {
                assert_eq!(form["redirect_uri"], "http://127.0.0.1:8081/callback");
                (Some(script.nonce.clone()), form["code"] == "code" && is_verifier(&form, &script.challenge))
            }
            _ => (None, form["refresh_token"] == "refresh"),
        };
        let sub = if script.sub.is_empty() { SUB.to_owned() } else { script.sub.clone() };
        (nonce, sub, right && !script.grant_ended)
    };
    if !right {
        let error = json!({ "error": "invalid_grant", "error_description": "This grant has ended." });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let claims: CoreIdTokenClaims = serde_json::from_value(json!({
        "iss": xwms.issuer, "aud": "client_engines", "sub": sub, "nonce": nonce, "iat": 1_700_000_000,
        "exp": 4_102_444_800_u32,
    }))
    .unwrap();
    let access = AccessToken::new("access".to_owned());
    let id = CoreIdToken::new(claims, &xwms.key(), CoreJwsSigningAlgorithm::EdDsa, Some(&access), None).unwrap();
    Json(json!({
        "access_token": "access", "token_type": "Bearer", "expires_in": 600, "refresh_token": "refresh",
        "scope": "openid profile offline_access", "id_token": id.to_string(),
    }))
    .into_response()
}

async fn userinfo(State(xwms): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    assert_eq!(headers[header::AUTHORIZATION], "Bearer access");
    if xwms.script.lock().unwrap().userinfo_down {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    Json(json!({ "sub": SUB, "name": "Ada <b>Lovelace</b>" })).into_response()
}

async fn revoke(
    State(xwms): State<Arc<Inner>>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> StatusCode {
    assert!(headers.contains_key(header::AUTHORIZATION));
    xwms.script.lock().unwrap().revoked.push(form["token"].clone());
    StatusCode::OK
}

async fn sign_token(State(xwms): State<Arc<Inner>>, headers: HeaderMap, Json(ask): Json<Value>) -> Response {
    assert_eq!(headers["x-client-id"], "client_engines");
    assert_eq!(headers["x-client-domain"], "engines.example");
    if headers["x-client-secret"] != "difference" || ask["redirect_url"] != "http://127.0.0.1:8081/native/callback" {
        return envelope_error(StatusCode::UNAUTHORIZED, "credentials_wrong");
    }
    let mut script = xwms.script.lock().unwrap();
    script.native_state = ask["state"].as_str().unwrap().to_owned();
    script.challenge = ask["code_challenge"].as_str().unwrap().to_owned();
    envelope(json!({
        "client_id": "client_engines", "token": "sign", "email": null, "expires_at": "2030-01-01T00:00:00Z",
        "url": format!("{}/login?flow=1", xwms.issuer),
    }))
}

async fn sign_token_verify(State(xwms): State<Arc<Inner>>, Json(ask): Json<Value>) -> Response {
    let script = xwms.script.lock().unwrap();
    let form = HashMap::from([("code_verifier".to_owned(), ask["code_verifier"].as_str().unwrap().to_owned())]);
    match ask["token"].as_str() {
        Some("callback") if is_verifier(&form, &script.challenge) => envelope(json!({
            "sub": SUB, "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace",
            "email": "ada@example.test", "email_verified": true, "picture": null,
        })),
        Some("number") => envelope(json!({ "sub": 1_815_121_018_520_u64 })),
        _ => envelope_error(StatusCode::NOT_FOUND, "token_unknown"),
    }
}

fn is_verifier(form: &HashMap<String, String>, challenge: &str) -> bool {
    let verifier = PkceCodeVerifier::new(form["code_verifier"].clone());
    PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str() == challenge
}

fn envelope(data: Value) -> Response {
    Json(json!({ "status": "success", "message": null, "data": data })).into_response()
}

fn envelope_error(status: StatusCode, code: &str) -> Response {
    let data = json!({ "code": code, "reference": "abcdefgh2345" });
    (status, Json(json!({ "status": "error", "message": "It was refused.", "data": data }))).into_response()
}
