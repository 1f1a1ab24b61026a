//! Requests that are right but for one field: it stands twice, is no UTF-8, holds NUL or control characters, is too
//! long or of another type. Each is refused, and nothing is written.

use crate::bad_input::{Area, assert_is_refusal, assert_same, brief, written};
use crate::browser::{Answer, Browser};
use crate::database::count;
use crate::listener::{Listener, Request};
use crate::world::{CALLBACK, CHALLENGE, CLIENT, PASSWORD, VERIFIER, World, on_both};

/// A field of a request, and what of it is judged.
#[derive(Clone)]
struct Field {
    name: &'static str,
    value: String,
    /// Any text will do here, so only its form can be wrong.
    free: bool,
}

fn field(name: &'static str, value: &str) -> Field {
    Field { name, value: value.to_owned(), free: false }
}

fn free(name: &'static str, value: &str) -> Field {
    Field { free: true, ..field(name, value) }
}

/// Where the fields stand.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Query,
    Form,
    Json,
}

struct Case {
    what: &'static str,
    area: Area,
    place: Place,
    /// The request without its fields.
    request: Request,
    fields: Vec<Field>,
}

on_both!(every_field_refuses_bad_input_and_writes_nothing, async |world: World| {
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let refresh = world.given_login("ada@example.test").await["refresh_token"].as_str().unwrap().to_owned();
    let listener = Listener::start(&world).await;
    let mut cases = oauth(&world, &browser, &code, &refresh);
    cases.extend(pages(&world).await);
    cases.extend(signed_in_pages(&world, &mut browser).await);
    cases.extend(native(&world));
    cases.extend(management(&world).await);
    let before = written(&world).await;
    for case in &cases {
        for index in 0..case.fields.len() {
            for (how, request) in broken(case, index) {
                let answer = listener.send(&request).await.expect("an answer");
                let told = format!("{} with {} {how}: {}", case.what, case.fields[index].name, brief(&answer));
                assert!(!answer.status.is_success(), "accepted: {told}");
                assert!(!gives_something(&answer), "accepted: {told}");
                assert_is_refusal(&answer, case.area, &told);
            }
        }
        let mut after = written(&world).await;
        // When a secret was used is noted, and so is a wrong verifier of the right client: five burn the code.
        for table in ["client_secrets", "codes"] {
            assert_eq!(before[table].len(), after[table].len());
            after.insert(table.to_owned(), before[table].clone());
        }
        assert_same(&before, &after, case.what);
    }
    assert_eq!(count(&world.core.db, "users", "email LIKE '%new%'").await, 0);
    assert_eq!(world.refresh(&refresh).await.status, 200, "the right request works as before");
    listener.stop().await;
});

/// A redirect that carries what was asked for.
fn gives_something(answer: &Answer) -> bool {
    ["code", "token"].iter().any(|name| answer.status.is_redirection() && answer.parameter(name).is_some())
}

/// The request of a case, each time with another fault in the field at `index`.
fn broken(case: &Case, index: usize) -> Vec<(&'static str, Request)> {
    let bad = &case.fields[index];
    if case.place == Place::Json {
        let text = |more: &str| format!("\"{}{more}\"", bad.value).into_bytes();
        let mut faults = vec![
            ("as a number", b"5".to_vec()),
            ("as a list", b"[\"a\"]".to_vec()),
            ("as an object", b"{\"a\":{}}".to_vec()),
            ("as true", b"true".to_vec()),
            ("with half a character", text("\\ud800")),
            ("that is no UTF-8", [b"\"".as_slice(), bad.value.as_bytes(), b"\xff\""].concat()),
            ("that is too long", text(&"x".repeat(66_000))),
            ("twice", [text(""), b",\"".to_vec(), bad.name.as_bytes().to_vec(), b"\":".to_vec(), text("")].concat()),
        ];
        if !bad.free {
            faults.push(("with NUL", text("\\u0000")));
            faults.push(("with control characters", text("\\u001b\\u202e")));
            faults.push(("that is rather long", text(&"x".repeat(5_000))));
        }
        return faults.into_iter().map(|(how, value)| (how, json(case, index, &value))).collect();
    }
    let value = percent_encoded(&bad.value);
    let mut faults = vec![
        ("twice", format!("{value}&{}={value}", bad.name)),
        ("twice, with another value", format!("{value}&{}=other", bad.name)),
        ("that is no UTF-8", format!("{value}%FF")),
        ("with half a character", format!("{value}%ED%A0%80")),
        ("that is too long", format!("{value}{}", "x".repeat(66_000))),
    ];
    // A password may be any text: it is stored nowhere.
    if bad.name != "password" {
        faults.push(("with NUL", format!("{value}%00")));
    }
    if !bad.free {
        faults.push(("with control characters", format!("{value}%1B%E2%80%AE")));
        faults.push(("that is rather long", format!("{value}{}", "x".repeat(5_000))));
    }
    faults.into_iter().map(|(how, value)| (how, form(case, index, &value))).collect()
}

fn form(case: &Case, index: usize, value: &str) -> Request {
    let values = case.fields.iter().enumerate().map(|(at, field)| {
        let right = percent_encoded(&field.value);
        format!("{}={}", field.name, if at == index { value } else { &right })
    });
    let text = values.collect::<Vec<_>>().join("&");
    match case.place {
        Place::Query => {
            let mut request = case.request.clone();
            request.target.extend(format!("?{text}").into_bytes());
            request
        }
        _ => case.request.clone().body("application/x-www-form-urlencoded", text),
    }
}

fn json(case: &Case, index: usize, value: &[u8]) -> Request {
    let mut body = Vec::new();
    for (at, field) in case.fields.iter().enumerate() {
        let right = format!("\"{}\"", field.value).into_bytes();
        body.extend(if at == 0 { b"{\"" } else { b",\"" });
        body.extend([field.name.as_bytes(), b"\":", if at == index { value } else { &right }].concat());
    }
    body.push(b'}');
    case.request.clone().body("application/json", body)
}

fn percent_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn cookies(browser: &Browser) -> String {
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    cookies.join("; ")
}

fn oauth(world: &World, browser: &Browser, code: &str, refresh: &str) -> Vec<Case> {
    let post = |what, path: &str, fields: Vec<Field>| {
        let credentials = [field("client_id", CLIENT), field("client_secret", &world.secret)];
        let fields = [fields, credentials.to_vec()].concat();
        Case { what, area: Area::OAuth, place: Place::Form, request: Request::new("POST", path), fields }
    };
    vec![
        Case {
            what: "authorize",
            area: Area::Page,
            place: Place::Query,
            // Signed in and with consent: the right request gives a code at once.
            request: Request::new("GET", "/oauth/authorize").header("Cookie", cookies(browser)),
            fields: vec![
                field("client_id", CLIENT),
                field("redirect_uri", CALLBACK),
                field("response_type", "code"),
                field("scope", "openid email"),
                free("state", "a"),
                free("nonce", "b"),
                field("code_challenge", CHALLENGE),
                field("code_challenge_method", "S256"),
                field("max_age", "600"),
            ],
        },
        post(
            "an exchange",
            "/oauth/token",
            vec![
                field("grant_type", "authorization_code"),
                field("code", code),
                field("redirect_uri", CALLBACK),
                field("code_verifier", VERIFIER),
            ],
        ),
        post(
            "a refresh",
            "/oauth/token",
            vec![field("grant_type", "refresh_token"), field("refresh_token", refresh), field("scope", "openid")],
        ),
        post(
            "client credentials",
            "/oauth/token",
            vec![
                field("grant_type", "client_credentials"),
                field("scope", "profile"),
                field("domain", "engines.example"),
            ],
        ),
        // An unknown token is answered, as RFC 7662 and RFC 7009 ask.
        post("introspection", "/oauth/introspect", vec![free("token", refresh), free("token_type_hint", "a")]),
        post("revocation", "/oauth/revoke", vec![free("token", "unknown"), free("token_type_hint", "a")]),
    ]
}

/// Forms of a browser in which nobody is signed in.
async fn pages(world: &World) -> Vec<Case> {
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let (flow, csrf) = (login.hidden("flow").unwrap(), login.hidden("csrf").unwrap());
    let cookies = cookies(&browser);
    let post = |path: &'static str, fields: &[Field]| Case {
        what: path,
        area: Area::Page,
        place: Place::Form,
        request: Request::new("POST", path).header("Cookie", cookies.clone()),
        fields: [fields, &[field("csrf", &csrf)]].concat(),
    };
    vec![
        post(
            "/login",
            &[field("flow", &flow), field("email", "ada@example.test"), field("password", "not the password")],
        ),
        post(
            "/register",
            &[
                field("email", "new@example.test"),
                free("password", PASSWORD),
                field("given_name", "Ada"),
                field("family_name", "Lovelace"),
            ],
        ),
        post("/forgot", &[free("email", "ada@example.test")]),
        post("/reset", &[field("token", "xwms_em_unknown"), field("password", PASSWORD)]),
        post("/verify-email", &[field("token", "xwms_em_unknown")]),
        post("/verify-email/resend", &[field("flow", &flow)]),
    ]
}

/// Forms of a signed-in person.
async fn signed_in_pages(world: &World, browser: &mut Browser) -> Vec<Case> {
    let consent = browser.open(&world.authorize(&[("prompt", "consent")])).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    let [flow, scope, csrf] = ["flow", "scope", "csrf"].map(|name| consent.hidden(name).unwrap());
    let cookies = cookies(browser);
    let post = |path: &'static str, fields: &[Field]| Case {
        what: path,
        area: Area::Page,
        place: Place::Form,
        request: Request::new("POST", path).header("Cookie", cookies.clone()),
        fields: [fields, &[field("csrf", &csrf)]].concat(),
    };
    vec![
        post("/consent", &[field("flow", &flow), field("scope", &scope), field("decision", "allow")]),
        post("/login/continue", &[field("flow", &flow)]),
        post("/logout", &[]),
        post("/account/requests", &[field("request", "request_01jd3v8m1efb9rkyq9wzvw2x4a"), field("answer", "accept")]),
        post("/account/apps", &[field("client", CLIENT)]),
        post("/account/notifications", &[field("do", "read-all")]),
    ]
}

fn native(world: &World) -> Vec<Case> {
    let post = |path: &'static str, fields: Vec<Field>| Case {
        what: path,
        area: Area::Native,
        place: Place::Json,
        request: Request::new("POST", path)
            .header("X-Client-Id", CLIENT)
            .header("X-Client-Secret", world.secret.as_str()),
        fields,
    };
    vec![
        post(
            "/api/sign-token",
            vec![
                field("redirect_url", CALLBACK),
                free("state", "a"),
                free("email", "ada@example.test"),
                field("scope", "openid"),
                field("code_challenge", CHALLENGE),
            ],
        ),
        post(
            "/api/sign-token-verify",
            vec![field("token", "xwms_ct_unknown"), field("redirect_url", CALLBACK), field("code_verifier", VERIFIER)],
        ),
    ]
}

/// The management API, as the owner of the clients.
async fn management(world: &World) -> Vec<Case> {
    let mut browser = world.browser();
    let login = browser.open("/login").await;
    let start = browser.sign_in(&login, "charles@example.test", PASSWORD).await;
    let csrf = start.body.split("name=\"csrf-token\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
    let csrf = csrf.expect("the token in the page's head");
    let fields = vec![
        field("name", "New"),
        field("contact_email", "new@example.test"),
        field("homepage_url", "https://engines.example/"),
        field("subject_type", "public"),
        field("id_token_alg", "ES256"),
        field("id_token_claims", "thin"),
        field("pkce", "or_nonce"),
    ];
    let request = |method, path: &str| {
        Request::new(method, path).header("Cookie", cookies(&browser)).header("X-CSRF-Token", csrf)
    };
    let case = |what, request, fields: &[Field]| Case {
        what,
        area: Area::Management,
        place: Place::Json,
        request,
        fields: fields.to_vec(),
    };
    let client = format!("/admin/v1/clients/{CLIENT}");
    let domains = browser.clone().get(&format!("{client}/domains")).await.json();
    let domain = format!("{client}/domains/{}", domains["data"][0]["id"].as_str().unwrap());
    let secret = [field("label", "New"), field("expires_at", "2030-01-31T12:00:00Z")];
    let site = [
        field("root_domain", "engines.example"),
        field("internal_name", "New"),
        field("fallback_uri", "https://engines.example/new"),
        field("fallback_response", "New"),
    ];
    let url = [field("kind", "callback"), field("url", "https://engines.example/new")];
    vec![
        case("a new client", request("POST", "/admin/v1/clients"), &fields),
        case("a changed client", request("PATCH", &client), &fields),
        case("a new scope", request("POST", &format!("{client}/scopes")), &[field("name", "phone")]),
        case("a new secret", request("POST", &format!("{client}/secrets")), &secret),
        case("a new domain", request("POST", &format!("{client}/domains")), &site),
        case("a changed domain", request("PATCH", &domain), &site),
        case("a new URL", request("POST", &format!("{domain}/urls")), &url),
    ]
}
