//! Callback, webhook and logout URLs.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::crypto::webhook_secret::WebhookSecret;

use super::{ask, domain, given_signed_in, problem, wrong};
use crate::database::texts;
use crate::world::{CALLBACK, World, on_both};

const NONE: Value = Value::Null;

on_both!(a_url_is_made_changed_and_deleted, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let urls = format!("{}/urls", domain(&mut owner, "engines.example").await);
    let new = "https://app.engines.example/Callback?from=xwms";
    let made = ask(&mut owner, Method::POST, &urls, &json!({ "kind": "callback", "url": new })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let id = path.rsplit('/').next().unwrap();
    assert_eq!(made.json(), json!({ "id": id, "kind": "callback", "url": new, "active": true }));
    let starts = async |uri: &str| world.browser().get(&world.authorize(&[("redirect_uri", uri)])).await.status == 303;
    assert!(starts(new).await, "it is in use from the next request on, byte for byte");
    assert!(!starts("https://app.engines.example/callback?from=xwms").await);

    // Unique by kind.
    let taken = ask(&mut owner, Method::POST, &urls, &json!({ "kind": "callback", "url": new, "active": false })).await;
    assert_eq!(problem(&taken), (409, "url_taken".to_owned()));
    assert_eq!(ask(&mut owner, Method::POST, &urls, &json!({ "kind": "logout", "url": new })).await.status, 201);
    let taken = ask(&mut owner, Method::PATCH, &path, &json!({ "url": CALLBACK })).await;
    assert_eq!(problem(&taken), (409, "url_taken".to_owned()));

    let tag = owner.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let mut careful = owner.clone().with("if-match", &tag);
    let moved = json!({ "url": "https://engines.example/cb2" });
    assert_eq!(ask(&mut careful, Method::PATCH, &path, &moved).await.json()["url"], moved["url"]);
    assert_eq!(problem(&ask(&mut careful, Method::PATCH, &path, &moved).await), (412, "stale".to_owned()));
    assert!(starts("https://engines.example/cb2").await && !starts(new).await);

    assert_eq!(ask(&mut owner, Method::DELETE, &path, &NONE).await.status, 204);
    assert!(!starts("https://engines.example/cb2").await);
    assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));
    // A URL is its own domain's.
    let other = format!("{}/urls", domain(&mut owner, "more-engines.example").await);
    let list = owner.get(&urls).await.json();
    let known = list["data"][0]["id"].as_str().unwrap();
    assert_eq!(owner.get(&format!("{urls}/{known}")).await.status, 200);
    assert_eq!(problem(&owner.get(&format!("{other}/{known}")).await), (404, "not_found".to_owned()));
});

on_both!(dv_04_ru_04_a_bad_url_is_refused_with_its_reason, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let urls = format!("{}/urls", domain(&mut owner, "engines.example").await);
    let list = owner.get(&urls).await.json();
    let known = format!("{urls}/{}", list["data"][0]["id"].as_str().unwrap());
    let long = format!("https://engines.example/{}", "a".repeat(2048 - 23));
    for (url, code) in [
        ("https://evilengines.example/cb", "host"),
        ("https://example/cb", "host"),
        ("https://ada@engines.example/cb", "userinfo"),
        ("https://app.engines.example@evil.test/cb", "userinfo"),
        ("https://engines.example/cb#f", "fragment"),
        ("https://*.engines.example/cb", "wildcard"),
        ("https://engines.example/a/../cb", "dot_segment"),
        ("https://engines.example/%2e%2e/cb", "dot_segment"),
        ("https://engines.example\\@evil.test/", "character"),
        ("https://engines.example/\u{1}", "character"),
        ("https:///x", "host"),
        (long.as_str(), "too_long"),
        ("http://engines.example/cb", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("JaVaScRiPt:alert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("com.engines.app:/cb", "scheme"),
    ] {
        let expected = vec![("url".to_owned(), code.to_owned())];
        for kind in ["callback", "webhook", "logout"] {
            let made = ask(&mut owner, Method::POST, &urls, &json!({ "kind": kind, "url": url })).await;
            assert_eq!(wrong(&made), expected, "{kind} {url}");
        }
        assert_eq!(wrong(&ask(&mut owner, Method::PATCH, &known, &json!({ "url": url })).await), expected, "{url}");
    }
    let rows = [
        (json!({ "url": "https://engines.example/" }), "kind", "required"),
        (json!({ "kind": "callback" }), "url", "required"),
        (json!({ "kind": "other", "url": "https://engines.example/" }), "kind", "unknown_value"),
        (json!({ "kind": "webhook", "url": "https://engines.example/", "value": "whsec_x" }), "value", "unknown_field"),
    ];
    for (body, field, code) in rows {
        let made = ask(&mut owner, Method::POST, &urls, &body).await;
        assert_eq!(wrong(&made), [(field.to_owned(), code.to_owned())], "{body}");
    }
    assert_eq!(owner.get(&urls).await.json(), list);
});

on_both!(a_webhook_has_a_secret_that_only_the_master_key_opens, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let urls = format!("{}/urls", domain(&mut owner, "engines.example").await);
    let body = json!({ "kind": "webhook", "url": "https://engines.example/hook" });
    let made = ask(&mut owner, Method::POST, &urls, &body).await;
    assert_eq!((made.status.as_u16(), made.headers["cache-control"].to_str().unwrap()), (201, "no-store"));
    let made = made.json();
    let sqlite = crate::database::is_sqlite(&world.core.db).await;
    let hex = if sqlite { "hex(sealed_secret)" } else { "encode(sealed_secret, 'hex')" };
    let sealed = texts(&world.core.db, &format!("SELECT {hex} AS text FROM domain_urls WHERE kind = 'webhook'")).await;
    let byte = |start: usize| u8::from_str_radix(&sealed[0][start..start + 2], 16).unwrap();
    let sealed: Vec<u8> = (0..sealed[0].len()).step_by(2).map(byte).collect();
    let id = made["id"].as_str().unwrap().parse().unwrap();
    let opened = WebhookSecret::open(&world.core.master_key, id, &sealed).unwrap();
    assert_eq!(opened.text().expose(), made["value"].as_str().unwrap());
});
