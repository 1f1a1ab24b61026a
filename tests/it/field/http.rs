//! Headers that others write too, and requests that end badly.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::listener::{Listener, Request};
use crate::world::{Given, ISSUER, PASSWORD, World, on_both};

on_both!(f_02_a_cookie_of_another_page_hides_no_session, async |world: World| {
    for other in [&b"Zo\xc3\xab"[..], b"Zo\xeb"] {
        let mut browser = world.browser();
        let page = browser.get("/login").await;
        let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookie = [cookies.join("; ").as_bytes(), b"; greeting=", other].concat();
        let fields = [("email", "ada@example.test"), ("password", PASSWORD), ("csrf", &page.hidden("csrf").unwrap())];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let listener = Listener::start(&world).await;
        let request =
            Request::new("POST", "/login").body("application/x-www-form-urlencoded", body).header("Cookie", cookie);
        let answer = listener.send(&request).await.unwrap();
        assert_eq!(answer.status, 303, "{answer:?}");
        listener.stop().await;
    }
});

on_both!(f_07_the_default_port_is_no_other_host, HTTPS, async |world: World| {
    let mut browser = world.browser();
    for (host, status) in [
        ("id.example.test", 200),
        ("id.example.test:443", 200),
        ("ID.example.test:443", 200),
        ("id.example.test:80", 421),
        ("id.example.test:8443", 421),
        ("other.example.test:443", 421),
    ] {
        browser.headers = vec![("host".to_owned(), host.to_owned())];
        assert_eq!(browser.get("/.well-known/openid-configuration").await.status, status, "{host}");
    }
});

const HTTPS: Given = Given { settings: &[("SERVER__ISSUER", "https://id.example.test")], recorded: false };

on_both!(f_10_any_header_may_go_with_what_anybody_may_read, async |world: World| {
    let mut browser = world.browser();
    browser.headers = vec![
        ("origin".to_owned(), "https://tool.example".to_owned()),
        ("access-control-request-method".to_owned(), "GET".to_owned()),
        ("access-control-request-headers".to_owned(), "mcp-protocol-version".to_owned()),
    ];
    for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/oauth/jwks"] {
        let answer = browser.send(Method::OPTIONS, path, None, Vec::new()).await;
        assert_eq!(answer.headers["access-control-allow-headers"], "*, Authorization", "{path}");
        assert!(answer.headers.get("access-control-allow-credentials").is_none());
    }
});

on_both!(f_26_another_host_is_told_the_right_one_in_the_form_it_reads, async |world: World| {
    let mut browser = world.browser();
    browser.headers = vec![("host".to_owned(), "other.example".to_owned())];
    let page = browser.get("/login").await;
    assert_eq!(page.status, 421);
    assert!(page.body.contains(&format!("href=\"{ISSUER}\"")), "{page:?}");
    // What that page loads is there on that host too.
    let style = page.body.split("href=\"/static/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(browser.get(&format!("/static/{style}")).await.status, 200);
    for svg in page.body.split("<svg").skip(1).map(|svg| svg.split('>').next().unwrap()) {
        assert!(svg.contains("width=") && svg.contains("height="), "{svg}");
    }
    browser.headers.push(("accept".to_owned(), "application/json".to_owned()));
    for path in ["/login", "/.well-known/openid-configuration"] {
        let answer = browser.get(path).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["issuer"]), (421, &json!(ISSUER)), "{path}: {answer:?}");
    }
});

on_both!(f_64_what_is_not_framed_well_is_refused_and_the_connection_closed, async |world: World| {
    let listener = Listener::start(&world).await;
    let host = ISSUER.split_once("://").unwrap().1;
    let rows = [
        "GET /login HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET /login HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n\r\n"),
        format!("POST /login HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        format!("POST /login HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ];
    for row in rows {
        let mut stream = TcpStream::connect(listener.address).await.unwrap();
        stream.write_all(row.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let whole = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(whole.is_ok(), "the connection stays open after {row}");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 501 "), "{row}: {answer}");
    }
    listener.stop().await;
});

on_both!(f_63_a_refusal_of_large_headers_has_the_form_of_its_place, async |world: World| {
    let listener = Listener::start(&world).await;
    let most = world.core.config.server.header_bytes.get() as usize;
    let large = Request::new("GET", "/api/info").header("X-Large", "x".repeat(most + 100));
    let many = (0..300).fold(Request::new("GET", "/api/info"), |request, n| request.header("X-Many", format!("{n}")));
    let answer = listener.send(&large).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (431, &json!("error")), "{answer:?}");
    assert_eq!(listener.send(&many).await.unwrap().status, 200);
    listener.stop().await;
});

on_both!(f_65_a_token_in_a_body_is_a_field_of_a_form, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let body = format!("access_token={}", tokens["access_token"].as_str().unwrap()).into_bytes();
    let mut caller = world.browser();
    for (kind, status) in [
        (Some("application/x-www-form-urlencoded"), 200),
        (Some("application/x-www-form-urlencoded; charset=utf-8"), 200),
        (Some("text/plain"), 401),
        (Some("multipart/form-data; boundary=x"), 401),
        (None, 401),
    ] {
        let answer = caller.send(Method::POST, "/oauth/userinfo", kind, body.clone()).await;
        assert_eq!(answer.status, status, "{kind:?}: {answer:?}");
    }
    let answer = world.browser().get(&world.authorize(&[("max_age", "+5")])).await;
    assert!(answer.parameter("error").is_some_and(|error| error == "invalid_request"), "{answer:?}");
});
