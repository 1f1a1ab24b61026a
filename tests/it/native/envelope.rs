//! Every answer under `/api/` is the envelope.

use axum::http::Method;
use serde_json::json;

use super::{assert_refused, server};
use crate::world::{CALLBACK, World, on_both};

const CALLS: [&str; 2] = ["/api/sign-token", "/api/sign-token-verify"];

on_both!(what_is_no_call_answers_in_the_envelope, async |world: World| {
    let mut server = server(&world, &world.secret);
    for path in
        ["/api", "/api/", "/api/unheard-of", "/api/sign-token/", "/api/sign-token/x", "/api//info", "/api/SIGN-TOKEN"]
    {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            assert_refused(
                &server.send(method, path, Some("application/json"), b"{}".to_vec()).await,
                404,
                "not_found",
            );
        }
    }
    for (path, wrong, allow) in [
        ("/api/sign-token", Method::GET, "POST"),
        ("/api/sign-token-verify", Method::PUT, "POST"),
        ("/api/info", Method::POST, "GET,HEAD"),
    ] {
        let answer = server.send(wrong, path, None, Vec::new()).await;
        assert_refused(&answer, 405, "method_not_allowed");
        assert_eq!(answer.headers["allow"], allow, "RFC 9110 §15.5.6");
    }
});

on_both!(what_is_refused_unread_answers_in_the_envelope, async |world: World| {
    let mut server = server(&world, &world.secret);
    for path in CALLS {
        let large = json!({ "redirect_url": CALLBACK, "x": "x".repeat(70_000) });
        assert_refused(&server.post_json(path, &large).await, 413, "too_large");
        for content_type in
            [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")]
        {
            let answer = server.send(Method::POST, path, content_type, b"{}".to_vec()).await;
            assert_refused(&answer, 415, "unsupported_media_type");
        }
        let mut packed = server.clone().with("content-encoding", "gzip");
        assert_refused(&packed.post_json(path, &json!({})).await, 415, "unsupported_media_type");
        let mut elsewhere = server.clone().with("host", "evil.test");
        let answer = elsewhere.post_json(path, &json!({})).await;
        assert_refused(&answer, 421, "wrong_host");
        assert!(!answer.body.contains("evil.test"));
    }
    // The media type's parameters and case are its sender's.
    for content_type in ["application/json; charset=utf-8", "Application/JSON"] {
        let body = json!({ "redirect_url": CALLBACK }).to_string().into_bytes();
        assert_eq!(server.send(Method::POST, CALLS[0], Some(content_type), body).await.status, 200);
    }
});

on_both!(pb_02_what_is_no_json_object_is_malformed, async |world: World| {
    let nested = |depth: usize| format!("{{\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let many: Vec<String> = (0..5000).map(|n| format!("\"{n}\":0")).collect();
    let url = format!("\"redirect_url\":\"{CALLBACK}\"");
    let rows: [(&str, Vec<u8>); 22] = [
        ("empty", b"".to_vec()),
        ("space", b" \n".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("a text", b"\"x\"".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a list of one object", format!("[{{{url}}}]").into_bytes()),
        ("cut short", format!("{{{url}").into_bytes()),
        ("a final comma", format!("{{{url},}}").into_bytes()),
        ("something after it", format!("{{{url}}}x").into_bytes()),
        ("another after it", format!("{{{url}}}{{}}").into_bytes()),
        ("a byte order mark", format!("\u{feff}{{{url}}}").into_bytes()),
        ("a key twice", format!("{{{url},{url}}}").into_bytes()),
        ("a key twice, escaped", format!("{{{url},\"redirect\\u005furl\":\"\"}}").into_bytes()),
        ("a key twice, deep inside", format!("{{{url},\"x\":[{{\"a\":1,\"a\":1}}]}}").into_bytes()),
        ("no number", format!("{{{url},\"x\":NaN}}").into_bytes()),
        ("a number beyond all bounds", format!("{{{url},\"x\":1e999}}").into_bytes()),
        ("digits without end", format!("{{\"x\":{}}}", "9".repeat(60_000)).into_bytes()),
        ("half a surrogate pair", format!("{{{url},\"x\":\"\\ud800\"}}").into_bytes()),
        ("no UTF-8", [b"{\"x\":\"", &b"\xff"[..], b"\"}"].concat()),
        ("nested too deep", nested(30_000).into_bytes()),
        ("open to the end", "{\"x\":".repeat(12_000).into_bytes()),
    ];
    let mut server = server(&world, &world.secret);
    for path in CALLS {
        for (what, body) in &rows {
            let answer = server.send(Method::POST, path, Some("application/json"), body.clone()).await;
            assert_eq!(answer.status, 400, "{what}: {answer:?}");
            assert_refused(&answer, 400, "malformed");
        }
    }
    // As many keys as fit, and as deep as is allowed.
    for body in [format!("{{{url},{}}}", many.join(",")), format!("{{{url},{}", &nested(100)[1..])] {
        let answer = server.send(Method::POST, CALLS[0], Some("application/json"), body.into_bytes()).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
});

on_both!(info_needs_nobody_and_ignores_credentials, async |world: World| {
    let mut callers = [
        world.browser(),
        server(&world, &world.secret),
        server(&world, "nonsense"),
        world.browser().with("x-client-id", "a").with("x-client-id", "b"),
        world.browser().with("authorization", "Bearer nonsense"),
    ];
    for caller in &mut callers {
        let answer = caller.get("/api/info").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!("success")), "{answer:?}");
        let data = answer.json()["data"].clone();
        assert_eq!(data["application"]["time"], serde_json::to_value(world.clock.now()).unwrap());
        assert_eq!(data["client"]["ip"], "127.0.0.1");
        assert!(data["api"]["endpoints"]["sign_token"].as_str().unwrap().ends_with("/api/sign-token"));
    }
});
