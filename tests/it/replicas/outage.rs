//! A server whose database is away or answers nothing says so, soon, and admits nobody on what it remembers. When the
//! database is back, so is the server.

use std::time::{Duration, Instant};

use axum::http::{Method, header};
use serde_json::json;
use xwms_core::clock::Clock;

use super::cable::{Cable, Whose};
use super::{Pair, until};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, VERIFIER, World, native_headers};

/// No request may be answered by the limit on all requests: each has to find out by itself.
const SETTINGS: [(&str, &str); 2] = [("DATABASE__WAIT_SECONDS", "1"), ("SERVER__REQUEST_SECONDS", "300")];

#[test]
fn without_its_database_a_server_answers_503_and_it_recovers_by_itself() {
    Pair::test(Clock::system(), &SETTINGS, async |pair| outage(pair, Cable::Cut(Whose::Everybodys)).await);
}

#[test]
fn with_a_database_that_answers_nothing_a_server_answers_503_and_it_recovers_by_itself() {
    Pair::test(Clock::system(), &SETTINGS, async |pair| outage(pair, Cable::Clogged(Whose::Everybodys)).await);
}

async fn outage(pair: &Pair, cable: Cable) {
    let server = &pair.other;
    let access = server.given_login("ada@example.test").await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(client_credentials(server).await.status, 200);
    assert_eq!(server.browser().get("/readyz").await.status, 200);

    pair.cable.set(cable);
    pair.one.change_domain("active = false").await;
    // What it held when it last heard of changes may count for a few seconds. Then it trusts nothing any more.
    let took = until(503, async || {
        let status = client_credentials(server).await.status.as_u16();
        assert!(matches!(status, 200 | 503), "{status}");
        status
    })
    .await;
    assert!(took <= Duration::from_secs(5), "{took:?}");

    // More at once than there are connections, so that many wait for one.
    let mut asked = Vec::new();
    for request in (0..5).flat_map(|_| requests(&access)) {
        let mut browser = server.browser();
        asked.push(tokio::spawn(async move {
            let began = Instant::now();
            let answer = request.send(&mut browser).await;
            (answer, began.elapsed())
        }));
    }
    for asked in asked {
        let (answer, took) = asked.await.unwrap();
        assert_eq!(answer.status, 503, "{answer:?}");
        let told = answer.headers.contains_key(header::RETRY_AFTER) || answer.path == "/readyz";
        assert!(told, "when to try again is told: {answer:?}");
        assert!(took <= Duration::from_secs(5), "{} took {took:?}", answer.path);
    }

    pair.cable.set(Cable::Whole);
    // No connection is left that hangs, and nothing of before is believed.
    for _ in 0..20 {
        let answer = client_credentials(server).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
    }
    assert_eq!(server.browser().get("/readyz").await.status, 200);
    pair.one.change_domain("active = true").await;
    until(200, async || client_credentials(server).await.status.as_u16()).await;
    assert_eq!(server.userinfo(&access).await.status, 200);
}

async fn client_credentials(server: &World) -> Answer {
    let fields = [("grant_type", "client_credentials"), ("scope", "profile"), ("domain", "engines.example")];
    server.client_post("/oauth/token", &fields).await
}

/// A request that needs the database.
struct Ask {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    content_type: Option<&'static str>,
    body: String,
}

impl Ask {
    async fn send(self, browser: &mut Browser) -> Answer {
        browser.headers = self.headers;
        browser.send(self.method, &self.path, self.content_type, self.body.into_bytes()).await
    }
}

fn requests(access: &str) -> Vec<Ask> {
    use crate::world::{CALLBACK, CHALLENGE, SECRET};
    let get =
        |path: String, headers| Ask { method: Method::GET, path, headers, content_type: None, body: String::new() };
    let form = |path: &str, fields: &[(&str, &str)]| Ask {
        method: Method::POST,
        path: path.to_owned(),
        headers: vec![crate::world::basic(CLIENT, SECRET)],
        content_type: Some("application/x-www-form-urlencoded"),
        body: url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish(),
    };
    let native = |path: &str, body: serde_json::Value| Ask {
        method: Method::POST,
        path: path.to_owned(),
        headers: native_headers(SECRET),
        content_type: Some("application/json"),
        body: body.to_string(),
    };
    let code = "xwms_ac_6FnpNkvNqexGKwnO2Yy7AwvDgKaap6CJV9P0CUCwVQ82JeSzt";
    let bearer = vec![("authorization".to_owned(), format!("Bearer {access}"))];
    let authorize = format!(
        "/oauth/authorize?client_id={CLIENT}&redirect_uri={CALLBACK}&response_type=code&scope=openid&\
         code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    vec![
        form("/oauth/token", &[("grant_type", "client_credentials"), ("scope", "profile")]),
        form("/oauth/token", &[("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)]),
        form("/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", code)]),
        form("/oauth/introspect", &[("token", access)]),
        form("/oauth/revoke", &[("token", access)]),
        get("/oauth/userinfo".to_owned(), bearer),
        get(authorize, Vec::new()),
        native("/api/sign-token", json!({ "redirect_url": CALLBACK })),
        native("/api/sign-token-verify", json!({ "token": code })),
        get("/readyz".to_owned(), Vec::new()),
    ]
}
