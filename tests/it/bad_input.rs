//! Every route with input that is malformed, oversized, repeated or no UTF-8: a specific error, nothing written.
//!
//! The inputs are generated, every one for every route. `bad_fields` goes on where these stop: at requests that are
//! right but for one field.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::browser::Answer;
use crate::database::contents;
use crate::listener::{Headers, Listener, Request};
use crate::world::{World, on_both};

/// What an error looks like, by the part of the site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Area {
    /// `error` and `error_description` (RFC 6749 §5.2).
    OAuth,
    /// The envelope.
    Native,
    /// A problem document (RFC 9457).
    Management,
    /// HTML.
    Page,
    /// For machines that look at the status.
    Health,
}

/// A route: its methods, its path in the source, and whether a GET is answered whatever its query says.
struct Route(&'static [&'static str], &'static str, Area, bool);

const GET: &[&str] = &["GET"];
const POST: &[&str] = &["POST"];
const BOTH: &[&str] = &["GET", "POST"];

const ROUTES: &[Route] = &[
    Route(GET, "/.well-known/openid-configuration", Area::OAuth, true),
    Route(GET, "/.well-known/oauth-authorization-server", Area::OAuth, true),
    Route(GET, "/oauth/jwks", Area::OAuth, true),
    Route(BOTH, "/oauth/authorize", Area::Page, false),
    Route(GET, "/oauth/sign-in", Area::Page, false),
    Route(GET, "/oauth/continue", Area::Page, false),
    Route(POST, "/oauth/token", Area::OAuth, false),
    Route(BOTH, "/oauth/userinfo", Area::OAuth, false),
    Route(POST, "/oauth/introspect", Area::OAuth, false),
    Route(POST, "/oauth/revoke", Area::OAuth, false),
    Route(BOTH, "/oauth/logout", Area::Page, true),
    Route(GET, "/api/info", Area::Native, true),
    Route(POST, "/api/sign-token", Area::Native, false),
    Route(POST, "/api/sign-token-verify", Area::Native, false),
    Route(BOTH, "/api", Area::Native, false),
    Route(BOTH, "/api/{*rest}", Area::Native, false),
    Route(GET, "assets::STYLESHEET.path()", Area::Page, true),
    Route(GET, "assets::ICON.path()", Area::Page, true),
    Route(GET, "assets::DASHBOARD.path()", Area::Page, true),
    Route(GET, "assets::SCRIPT.path()", Area::Page, true),
    Route(GET, "assets::PASSKEYS.path()", Area::Page, true),
    Route(GET, "/", Area::Page, true),
    Route(BOTH, "/login", Area::Page, true),
    Route(POST, "/login/continue", Area::Page, false),
    Route(POST, "/login/passkey", Area::Page, false),
    Route(BOTH, "/login/second", Area::Page, false),
    Route(GET, "/.well-known/change-password", Area::Page, true),
    // Where an address has no host, there are none; programs look at the status alone.
    Route(GET, "/.well-known/passkey-endpoints", Area::Health, true),
    Route(BOTH, "/register", Area::Page, true),
    Route(BOTH, "/verify-email", Area::Page, false),
    Route(POST, "/verify-email/resend", Area::Page, false),
    Route(BOTH, "/forgot", Area::Page, true),
    Route(BOTH, "/reset", Area::Page, true),
    Route(BOTH, "/consent", Area::Page, false),
    Route(BOTH, "/logout", Area::Page, true),
    Route(GET, "/signed-out", Area::Page, true),
    Route(GET, "/images/{name}", Area::Page, false),
    Route(GET, "/healthz", Area::Health, true),
    Route(GET, "/readyz", Area::Health, true),
    // No routes at all.
    Route(BOTH, "/nowhere", Area::Page, false),
    Route(BOTH, "/oauth/nowhere", Area::Page, false),
    Route(BOTH, "/admin/v1/nowhere", Area::Management, false),
];

/// Those of the pages of whoever is signed in, as they stand in the sources.
fn desk_routes() -> Vec<(Vec<String>, String, Area, bool)> {
    let all = crate::pages::routes::desk_routes().into_iter();
    all.map(|route| (route.methods(), route.path, Area::Page, false)).collect()
}

/// Those of the management API, as its own document lists them.
fn management_routes() -> Vec<(Vec<String>, String, Area, bool)> {
    let document = xwms_admin_api::openapi();
    let routes = document["paths"].as_object().unwrap().iter().map(|(path, methods)| {
        let methods = methods.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect();
        (methods, path.clone(), Area::Management, path.ends_with("/openapi.json"))
    });
    routes.collect()
}

/// How the listener itself refuses, before there is a request that could be answered.
const AT_THE_DOOR: [u16; 3] = [400, 414, 431];

#[test]
fn every_route_has_its_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut routes = BTreeSet::new();
    let mut folders = ["auth-server/src", "dashboard/src"].map(|folder| root.join(folder)).to_vec();
    let mut files = vec![root.join("src/http.rs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        let served = text.split("#[cfg(test)]").next().unwrap_or(&text);
        for route in served.split(".route(").skip(1) {
            let path = route.trim_start().split(',').next().unwrap();
            routes.insert(path.trim_matches('"').to_owned());
        }
    }
    let desk = desk_routes().into_iter().map(|(_, path, ..)| path);
    let listed: BTreeSet<String> = ROUTES.iter().map(|route| route.1.to_owned()).chain(desk).collect();
    let unlisted: Vec<&String> = routes.difference(&listed).collect();
    assert!(unlisted.is_empty(), "routes without a row: {unlisted:?}");
    let gone: Vec<&String> = listed.difference(&routes).filter(|path| !path.ends_with("/nowhere")).collect();
    assert!(gone.is_empty(), "rows without a route: {gone:?}");
}

on_both!(every_route_refuses_bad_input_and_writes_nothing, async |world: World| {
    world.given_login("ada@example.test").await;
    let listener = Listener::start(&world).await;
    let before = written(&world).await;
    let own = ROUTES.iter().map(|Route(methods, path, area, open)| {
        (methods.iter().map(|method| (*method).to_owned()).collect(), (*path).to_owned(), *area, *open)
    });
    for (methods, path, area, always_open) in own.chain(desk_routes()).chain(management_routes()) {
        let path = match path.as_str() {
            "assets::STYLESHEET.path()" => xwms_dashboard::assets::STYLESHEET.path().to_owned(),
            "assets::ICON.path()" => xwms_dashboard::assets::ICON.path().to_owned(),
            "assets::DASHBOARD.path()" => xwms_dashboard::assets::DASHBOARD.path().to_owned(),
            "assets::SCRIPT.path()" => xwms_dashboard::assets::SCRIPT.path().to_owned(),
            "assets::PASSKEYS.path()" => xwms_dashboard::assets::PASSKEYS.path().to_owned(),
            path => path
                .replace("{*rest}", "nowhere/at/all")
                .replace("{client}", crate::world::CLIENT)
                .replace(['{', '}'], ""),
        };
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
            let takes = methods.iter().any(|taken| taken == method);
            let inputs = if takes { inputs(method, &path) } else { of_another_method(method, &path) };
            for (what, request) in inputs {
                let open = always_open && method == "GET";
                let answer = listener.send(&request).await;
                let answer = answer.unwrap_or_else(|| panic!("{method} {path} with {what}: no answer"));
                let told = format!("{method} {path} with {what}: {}", brief(&answer));
                assert!(!answer.status.is_success() || open, "accepted: {told}");
                assert_is_refusal(&answer, area, &told);
            }
        }
        assert_same(&before, &written(&world).await, &path);
    }
    listener.stop().await;
});

on_both!(pb_07_headers_that_are_too_large_together_are_refused_however_they_arrive, async |world: World| {
    let listener = Listener::start(&world).await;
    for path in ["/login", "/oauth/jwks", "/api/info", "/admin/v1/scopes"] {
        for (count, length, status) in [(1, 100_000, 431), (60, 1_500, 431), (50, 200, 0)] {
            let mut request = Request::new("GET", path);
            for number in 0..count {
                request = request.header(&format!("X-Padding-{number}"), "x".repeat(length));
            }
            let answer = listener.send(&request).await.unwrap();
            let refused = answer.status == 431;
            assert_eq!(refused, status == 431, "{path}: {count} of {length}: {answer:?}");
        }
    }
    let answer = listener.send(&Request::new("CONNECT", "127.0.0.1:80")).await.unwrap();
    assert!(matches!(answer.status.as_u16(), 405 | 421), "{answer:?}");
    listener.stop().await;
});

/// An answer that is no failure of ours, and in the form of its part of the site.
pub fn assert_is_refusal(answer: &Answer, area: Area, told: &str) {
    assert!(!answer.status.is_server_error(), "a failure of ours: {told}");
    if answer.status.is_redirection() {
        assert_ne!(answer.location(), "", "{told}");
        return;
    }
    if answer.status.is_success() {
        return;
    }
    if !answer.headers.contains_key("x-request-id") {
        assert!(AT_THE_DOOR.contains(&answer.status.as_u16()), "{told}");
        return;
    }
    let content_type = answer.headers.get("content-type").map_or("", |value| value.to_str().unwrap());
    let text = |pointer: &str| {
        let json: serde_json::Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("no JSON: {told}"));
        json.pointer(pointer).and_then(|value| value.as_str()).unwrap_or_default().to_owned()
    };
    match area {
        // An unknown host gets the page that names the right one.
        Area::OAuth if answer.status != 421 => {
            assert_eq!(content_type, "application/json", "{told}");
            assert!(!text("/error").is_empty() && !text("/error_description").is_empty(), "{told}");
            assert_ne!(text("/error"), "server_error", "{told}");
        }
        Area::Native => {
            assert_eq!((content_type, text("/status").as_str()), ("application/json", "error"), "{told}");
            assert!(!text("/message").is_empty() && text("/data/reference").len() == 12, "{told}");
            assert!(!matches!(text("/data/code").as_str(), "" | "internal"), "{told}");
        }
        Area::Management => {
            assert_eq!(content_type, "application/problem+json", "{told}");
            assert!(!matches!(text("/code").as_str(), "" | "internal") && !text("/detail").is_empty(), "{told}");
        }
        Area::OAuth | Area::Page => {
            assert!(content_type.starts_with("text/html"), "{told}");
            assert!(answer.body.contains("<h1"), "{told}");
        }
        Area::Health => {}
    }
}

/// An answer as far as it fits on a screen.
pub fn brief(answer: &Answer) -> String {
    format!("{} {:?} {}", answer.status, answer.headers, answer.body.chars().take(1_000).collect::<String>())
}

/// What stands in the database, but for what is written on behalf of strangers and counted there.
pub async fn written(world: &World) -> BTreeMap<String, Vec<String>> {
    xwms_core::jobs::flush(&world.core).await.unwrap();
    // What was audited before is sealed by itself: it is no writing of the requests.
    while xwms_core::testing::any_unsealed(&world.core.db).await.unwrap() {
        xwms_core::audit::sealing::seal_all(&world.core).await.unwrap();
    }
    let mut contents = contents(&world.core.db).await;
    contents.retain(|table, _| {
        !matches!(table.as_str(), "attempts" | "flows" | "throttles" | "job_positions") && !table.starts_with("audit_")
    });
    contents
}

pub fn assert_same(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>, what: &str) {
    let changed: Vec<&String> = before.keys().filter(|table| before[*table] != after[*table]).collect();
    assert!(changed.is_empty(), "{what} has changed {changed:?}");
}

/// Every bad input for one route.
fn inputs(method: &str, path: &str) -> Vec<(String, Request)> {
    let has_body = method != "GET";
    let at = |target: Vec<u8>| {
        let request = Request::new(method, target);
        if has_body { request.body("application/x-www-form-urlencoded", "a=b") } else { request }
    };
    let plain = || at(path.as_bytes().to_vec());
    let mut inputs: Vec<(String, Request)> = Vec::new();
    for (what, query) in queries() {
        inputs.push((what, at([path.as_bytes(), b"?", &query].concat())));
    }
    for (what, headers) in headers() {
        let request = headers.into_iter().fold(plain(), |request, (name, value)| request.header(&name, value));
        inputs.push((what, request));
    }
    for (what, host) in
        [("no host", None), ("a host that is no UTF-8", Some(&b"\xff"[..])), ("another", Some(b"evil.test"))]
    {
        let mut request = plain();
        request.headers.retain(|(name, _)| name != "Host");
        let request = if let Some(host) = host { request.header("Host", host) } else { request };
        inputs.push((what.to_owned(), request));
    }
    let elsewhere = [b"http://evil.test".as_slice(), path.as_bytes()].concat();
    inputs.push(("another authority".to_owned(), at(elsewhere)));
    if !has_body {
        return inputs;
    }
    let types: [&[u8]; 7] = [
        b"application/x-www-form-urlencoded",
        b"application/json",
        b"application/merge-patch+json",
        b"multipart/form-data; boundary=x",
        b"application/json; charset=utf-16",
        b"\xff",
        b"",
    ];
    for content_type in types {
        for (what, body) in bodies() {
            let request = Request::new(method, path).header("Content-Length", body.len().to_string());
            let request = if content_type.is_empty() { request } else { request.header("Content-Type", content_type) };
            let what = format!("{what} as {}", String::from_utf8_lossy(content_type));
            inputs.push((what, Request { body, ..request }));
        }
    }
    for (what, framing, body) in [
        ("two lengths", vec![("Content-Length", "3"), ("Content-Length", "4")], "a=b"),
        ("a length that is no number", vec![("Content-Length", "three")], "a=b"),
        ("a chunk without end", vec![("Transfer-Encoding", "chunked")], "zz\r\na=b\r\n0\r\n\r\n"),
        ("a length and chunks", vec![("Transfer-Encoding", "chunked"), ("Content-Length", "3")], "0\r\n\r\n"),
    ] {
        let request =
            framing.into_iter().fold(Request::new(method, path), |request, (name, value)| request.header(name, value));
        let request = request.header("Content-Type", "application/json");
        inputs.push((what.to_owned(), Request { body: body.as_bytes().to_vec(), ..request }));
    }
    inputs
}

/// A method that the route does not take, with little and with too much.
fn of_another_method(method: &str, path: &str) -> Vec<(String, Request)> {
    let plain = || Request::new(method, path);
    let json = "application/json";
    vec![
        ("nothing".to_owned(), plain()),
        ("a bad query".to_owned(), Request::new(method, format!("{path}?a=%FF"))),
        ("a body".to_owned(), plain().body(json, "{}")),
        ("a body that is too long".to_owned(), plain().body(json, " ".repeat(65_537))),
    ]
}

fn queries() -> Vec<(String, Vec<u8>)> {
    let texts = ["%zz", "a=%", "a=%FF", "%FF=a", "a=%00", "a=%ED%A0%80", "a=%C0%80", "flow=%FF", "token=%FF", "=&&=="];
    let mut queries: Vec<(String, Vec<u8>)> =
        texts.iter().map(|text| (format!("?{text}"), text.as_bytes().to_vec())).collect();
    for name in ["flow", "token", "client_id", "limit", "cursor", "code", "state"] {
        queries.push((format!("{name} twice"), format!("{name}=a&{name}=b").into_bytes()));
    }
    queries.push(("many parameters".to_owned(), b"a&".repeat(5_000)));
    queries.push(("a long token".to_owned(), [b"token=".to_vec(), b"x".repeat(30_000)].concat()));
    queries.push(("an endless query".to_owned(), b"x".repeat(65_536)));
    queries.push(("a byte that is no ASCII".to_owned(), b"a=\xff".to_vec()));
    queries.push(("NUL".to_owned(), b"a=\0".to_vec()));
    queries.push(("a space".to_owned(), b"a= b".to_vec()));
    queries
}

/// Headers beside the right ones.
fn headers() -> Vec<(String, Headers)> {
    let one = |what: &str, name: &str, value: &[u8]| (what.to_owned(), vec![(name.to_owned(), value.to_vec())]);
    let twice = |name: &str, value: &str| {
        let header = (name.to_owned(), value.as_bytes().to_vec());
        (format!("{name} twice"), vec![header.clone(), header])
    };
    let mut headers = vec![
        one("a cookie that is no UTF-8", "Cookie", b"xwms_session=\xff; xwms_browser=\xfe"),
        one("a cookie that is none of ours", "Cookie", b"xwms_session=xwms_ss_; xwms_session=; =; xwms_device"),
        one("Basic that is no base64", "Authorization", b"Basic %%%"),
        one("Basic that is no UTF-8", "Authorization", b"Basic //86//8="),
        one("Basic without a colon", "Authorization", b"Basic YWJj"),
        one("Bearer that is no UTF-8", "Authorization", b"Bearer \xff"),
        one("Bearer of dots", "Authorization", b"Bearer ...."),
        one("a long Bearer", "Authorization", &[b"Bearer ".to_vec(), b"x.".repeat(20_000)].concat()),
        one("an unknown scheme", "Authorization", b"Negotiate abc"),
        one("an id that is no UTF-8", "X-Client-Id", b"\xff"),
        one("an origin that is no UTF-8", "Origin", b"\xff"),
        one("a foreign page", "Sec-Fetch-Site", b"cross-site"),
        one("a tag that is none", "If-Match", b"\xff"),
        one("compression", "Content-Encoding", b"gzip"),
        one("a proxy's nonsense", "X-Forwarded-For", b"\xff, 1.2.3.4.5, ::"),
        one("another host", "Host", b"evil.test"),
        one("an endless header", "X-Long", &b"x".repeat(70_000)),
        one("NUL in a header", "X-Nul", b"a\0b"),
        one("a folded header", "X-Folded", b"a\r\n b"),
        one("a name with a space", "X Space", b"a"),
        twice("Authorization", "Bearer abc"),
        twice("X-Client-Id", "client_01jd3v8m1efb9rkyq9wzvw2x4a"),
        twice("X-Client-Secret", "xwms_sk_"),
        twice("X-Client-Domain", "engines.example"),
        twice("Cookie", "xwms_session=a"),
    ];
    let many = (0..500).map(|number| (format!("X-{number}"), b"x".to_vec())).collect();
    headers.push(("500 headers".to_owned(), many));
    headers
}

fn bodies() -> Vec<(String, Vec<u8>)> {
    let texts: [&[u8]; 21] = [
        b"",
        b"\xff\xfe",
        b"\0",
        b"a=b&a=c",
        b"a=%FF&b=%zz",
        b"&&===",
        b"csrf=a&csrf=b",
        b"grant_type=authorization_code&grant_type=refresh_token",
        b"grant_type=%FF",
        b"grant_type=password&username=ada%40example.test&password=x",
        b"null",
        b"[]",
        b"\"text\"",
        b"{",
        b"{}x",
        b"{\"a\":1,\"a\":2}",
        b"{\"a\":NaN}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\xff\"}",
        b"\xef\xbb\xbf{}",
        b"{\"name\":{\"a\":[1e400]},\"token\":[],\"redirect_url\":{}}",
    ];
    let named = |text: &&[u8]| (format!("the body {}", String::from_utf8_lossy(text)), text.to_vec());
    let mut bodies: Vec<(String, Vec<u8>)> = texts.iter().map(named).collect();
    bodies.push(("a deep array".to_owned(), b"[".repeat(60_000)));
    bodies.push(("a deep object".to_owned(), b"{\"a\":".repeat(12_000)));
    bodies.push(("a long number".to_owned(), [b"{\"a\":".to_vec(), b"9".repeat(60_000), b"}".to_vec()].concat()));
    bodies.push(("many fields".to_owned(), b"a=b&".repeat(15_000)));
    bodies.push(("one byte too many".to_owned(), [b"a=".to_vec(), b"x".repeat(65_535)].concat()));
    bodies
}
