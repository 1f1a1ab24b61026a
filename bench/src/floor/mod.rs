//! The floors: a server that does the unavoidable work of each operation and nothing else. One thread, one connection to
//! read and one to write (and those of M), no checks that an authorization server must make.

mod management;
mod postgres;
mod sqlite;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Form, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::failure::Failure;
use tokens::{AccessClaims, IdClaims, Key, Opaque, constant_time_eq, sha256};

/// What `xwms-bench floor` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct FloorArgs {
    /// Where to listen
    #[arg(long)]
    listen: std::net::SocketAddr,
    /// sqlite://PATH or postgres://…; its tables are made
    #[arg(long)]
    database: String,
    /// Bytes of the answer that stands for the JWKS
    #[arg(long, default_value_t = 1200)]
    jwks_bytes: usize,
    /// Bytes of the answer that stands for the discovery document
    #[arg(long, default_value_t = 1600)]
    discovery_bytes: usize,
    /// The client that the floor knows
    #[arg(long)]
    client_id: String,
    /// The client's secret, in hexadecimal its SHA-256
    #[arg(long)]
    secret_sha256: String,
    /// The client that is managed
    #[arg(long)]
    managed_client: String,
    /// The API token that may read it, in hexadecimal its SHA-256
    #[arg(long)]
    token_sha256: String,
}

/// The person that every code is for.
const SUBJECT: i64 = 4_711_000_000_001;
/// What a token says where XWMS says something as long.
const DOMAIN: &str = "domain_01jd3v8m1efb9rkyq9wzvw2x4a";
const SCOPE: &str = "email offline_access openid profile";
const SESSION: &str = "session_01jd3v8m1efb9rkyq9wzvw2x4a";
const NONCE: &str = "n-0S6_WzA2Mj9dX1";

struct Floor {
    issuer: String,
    client: String,
    secret: [u8; 32],
    key: Key,
    store: Store,
    jwks: Bytes,
    discovery: Bytes,
}

enum Store {
    Sqlite(sqlite::Store),
    Postgres(postgres::Store),
}

/// A person as userinfo tells of one.
pub(in crate::floor) struct Person {
    given_name: String,
    family_name: String,
    email: String,
}

/// Serves until the process is ended.
pub(crate) async fn serve(args: FloorArgs) -> Result<(), Failure> {
    let api_token = tokens::digest_from_hex(&args.token_sha256)?;
    let managed = management::Managed { client: args.managed_client, token: api_token };
    let store = match args.database.strip_prefix("sqlite://") {
        Some(path) => Store::Sqlite(sqlite::Store::open(path, SUBJECT, &managed)?),
        None => Store::Postgres(postgres::Store::open(&args.database, SUBJECT, &managed).await?),
    };
    let body = |bytes: usize| Bytes::from(format!("{{\"padding\":\"{}\"}}", "x".repeat(bytes.saturating_sub(14))));
    let floor = Arc::new(Floor {
        issuer: format!("http://{}", args.listen),
        client: args.client_id,
        secret: tokens::digest_from_hex(&args.secret_sha256)?,
        key: Key::generate()?,
        store,
        jwks: body(args.jwks_bytes),
        discovery: body(args.discovery_bytes),
    });
    let router = Router::new()
        .route("/oauth/jwks", get(async |State(floor): State<Arc<Floor>>| fixed(&floor.jwks)))
        .route(
            "/.well-known/openid-configuration",
            get(async |State(floor): State<Arc<Floor>>| fixed(&floor.discovery)),
        )
        .route("/oauth/authorize", get(authorize))
        .route("/oauth/token", post(token))
        .route("/oauth/userinfo", get(userinfo))
        .route("/oauth/introspect", post(introspect))
        .merge(management::routes())
        .with_state(floor);
    let listener = TcpListener::bind(args.listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

fn fixed(body: &Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response()
}

/// D, first half: a code, in one commit.
async fn authorize(State(floor): State<Arc<Floor>>, RawQuery(query): RawQuery) -> Response {
    #[derive(Deserialize)]
    struct Asked {
        redirect_uri: String,
        state: String,
    }
    let query = query.unwrap_or_default();
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let mut asked = Asked { redirect_uri: String::new(), state: String::new() };
    for (name, value) in pairs {
        match &*name {
            "redirect_uri" => asked.redirect_uri = value.into_owned(),
            "state" => asked.state = value.into_owned(),
            _ => {}
        }
    }
    let code = Opaque::generate();
    let kept = match &floor.store {
        Store::Sqlite(store) => store.keep_code(code.key).await,
        Store::Postgres(store) => store.keep_code(code.key).await,
    };
    if !kept {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let place = format!("{}?code={}&state={}", asked.redirect_uri, code.text, asked.state);
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    code: Option<String>,
    refresh_token: Option<String>,
}

#[derive(Serialize)]
struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

async fn token(State(floor): State<Arc<Floor>>, headers: HeaderMap, Form(form): Form<TokenForm>) -> Response {
    match (&*form.grant_type, &form.code, &form.refresh_token) {
        ("client_credentials", _, _) => floor.for_the_client(&headers),
        ("authorization_code", Some(code), _) => floor.next_tokens(Opaque::key_of(code), true).await,
        ("refresh_token", _, Some(token)) => floor.next_tokens(Opaque::key_of(token), false).await,
        _ => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// R: one verification and one indexed read.
async fn userinfo(State(floor): State<Arc<Floor>>, headers: HeaderMap) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let claims = bearer.and_then(|token| floor.key.verify(token));
    let Some((claims, person)) = floor.known(claims).await else { return StatusCode::UNAUTHORIZED.into_response() };
    #[derive(Serialize)]
    struct Answer {
        sub: String,
        name: String,
        given_name: String,
        family_name: String,
        email: String,
        email_verified: bool,
    }
    axum::Json(Answer {
        sub: claims.sub,
        name: format!("{} {}", person.given_name, person.family_name),
        given_name: person.given_name,
        family_name: person.family_name,
        email: person.email,
        email_verified: true,
    })
    .into_response()
}

/// R, and the client's credentials.
async fn introspect(State(floor): State<Arc<Floor>>, headers: HeaderMap, Form(form): Form<Shown>) -> Response {
    if !floor.is_the_client(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let claims = floor.key.verify(&form.token);
    let Some((claims, _)) = floor.known(claims).await else { return StatusCode::UNAUTHORIZED.into_response() };
    #[derive(Serialize)]
    struct Answer {
        active: bool,
        token_type: &'static str,
        #[serde(flatten)]
        claims: AccessClaims,
    }
    axum::Json(Answer { active: true, token_type: "Bearer", claims }).into_response()
}

#[derive(Deserialize)]
struct Shown {
    token: String,
}

impl Floor {
    /// Basic credentials, checked by SHA-256.
    fn is_the_client(&self, headers: &HeaderMap) -> bool {
        let basic = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
        let Some(pair) = basic.and_then(|encoded| STANDARD.decode(encoded).ok()) else { return false };
        let Some(colon) = pair.iter().position(|byte| *byte == b':') else { return false };
        let (id, secret) = (&pair[..colon], &pair[colon + 1..]);
        id == self.client.as_bytes() && constant_time_eq(&sha256(secret), &self.secret)
    }

    /// S: the credentials and one signature.
    fn for_the_client(&self, headers: &HeaderMap) -> Response {
        if !self.is_the_client(headers) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        let Some(access_token) = self.access_token(self.client.clone()) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        answer(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: 600,
            scope: SCOPE,
            refresh_token: None,
            id_token: None,
        })
    }

    /// D, second half, and Dr: what was given before is deleted and a refresh token kept, in one commit; two signatures.
    async fn next_tokens(&self, spent: Vec<u8>, is_code: bool) -> Response {
        let refresh = Opaque::generate();
        let subject = match &self.store {
            Store::Sqlite(store) => store.spend(spent, is_code, refresh.key).await,
            Store::Postgres(store) => store.spend(spent, is_code, refresh.key).await,
        };
        let Some(subject) = subject else { return StatusCode::BAD_REQUEST.into_response() };
        let signed = self.access_token(subject.to_string()).and_then(|access| {
            let id = self.id_token(subject.to_string(), &access)?;
            Some((access, id))
        });
        let Some((access_token, id_token)) = signed else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        answer(TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: 600,
            scope: SCOPE,
            refresh_token: Some(refresh.text),
            id_token: Some(id_token),
        })
    }

    fn access_token(&self, sub: String) -> Option<String> {
        let now = tokens::seconds();
        let jti = format!("grant_01jd3v8m1efb9rkyq9wzvw2x4a.{}", tokens::random_hex());
        self.key.sign(
            "at+jwt",
            &AccessClaims {
                iss: self.issuer.clone(),
                sub,
                aud: self.issuer.clone(),
                client_id: self.client.clone(),
                scope: SCOPE.to_owned(),
                jti,
                iat: now,
                exp: now + 600,
                domain: DOMAIN.to_owned(),
            },
        )
    }

    fn id_token(&self, sub: String, access_token: &str) -> Option<String> {
        let now = tokens::seconds();
        self.key.sign(
            "JWT",
            &IdClaims {
                iss: &self.issuer,
                sub,
                aud: &self.client,
                exp: now + 3600,
                iat: now,
                auth_time: now,
                acr: "1",
                amr: ["pwd"],
                at_hash: tokens::at_hash(access_token),
                sid: SESSION,
                nonce: NONCE,
            },
        )
    }

    /// The person these claims are about, read from the database.
    async fn known(&self, claims: Option<AccessClaims>) -> Option<(AccessClaims, Person)> {
        let claims = claims.filter(|claims| claims.iss == self.issuer && claims.exp > tokens::seconds())?;
        let subject = claims.sub.parse().ok()?;
        let person = match &self.store {
            Store::Sqlite(store) => store.person(subject),
            Store::Postgres(store) => store.person(subject).await,
        };
        Some((claims, person?))
    }
}

fn answer(answer: TokenAnswer) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], axum::Json(answer)).into_response()
}
