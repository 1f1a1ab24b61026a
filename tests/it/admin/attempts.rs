//! What a partner is told of refused attempts, and the check of an integration.

use serde_json::{Value, json};

use super::{bearer, domain, given_signed_in, of_client, problem};
use crate::world::{CALLBACK, CLIENT, World, on_both};

on_both!(refused_attempts_are_listed_newest_first_with_what_to_change, async |world: World| {
    for path in ["https://app.engines.example/other", "https://app.engines.example/cb/"] {
        world.browser().get(&world.authorize(&[("redirect_uri", path)])).await;
        world.clock.advance(std::time::Duration::from_secs(1));
    }
    world.browser().get(&world.authorize(&[("scope", "openid phone")])).await;
    xwms_core::jobs::flush(&world.core).await.unwrap();

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let first = owner.get(&of_client("/attempts?limit=2")).await.json();
    let data = first["data"].as_array().unwrap();
    assert_eq!(
        (&data[0]["reason"], &data[1]["reason"]),
        (&json!("scope_not_activated"), &json!("redirect_uri_unknown"))
    );
    for attempt in data {
        assert_eq!(attempt["reference"].as_str().unwrap().len(), 12);
        assert!(attempt["fix"].as_str().unwrap().ends_with('.'), "{attempt}");
    }
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = owner.get(&of_client(&format!("/attempts?limit=2&cursor={cursor}"))).await.json();
    assert_eq!((second["data"].as_array().unwrap().len(), &second["next_cursor"]), (1, &Value::Null));

    let reference = data[0]["reference"].as_str().unwrap();
    for (query, expected) in [
        ("reason=redirect_uri_unknown", 2),
        (&format!("reference={}", reference.to_uppercase()), 1),
        ("reason=redirect_uri_unknown&reference=aaaaaaaaaaaa", 0),
        ("from=2026-03-01&to=2026-03-01", 3),
        ("from=2026-03-01T12:00:01Z", 2),
        ("to=2026-02-28", 0),
    ] {
        let found = owner.get(&of_client(&format!("/attempts?{query}"))).await.json();
        assert_eq!(found["data"].as_array().unwrap().len(), expected, "{query}");
    }
    let wrong = owner.get(&of_client("/attempts?domain=x&from=x")).await;
    assert_eq!(wrong.status, 422, "{wrong:?}");
});

on_both!(an_attempt_of_a_server_names_the_domain_that_it_meant, async |world: World| {
    world.change_domain("server_ips = [\"198.51.100.0/24\"]").await;
    let fields = [("grant_type", "client_credentials"), ("domain", "engines.example")];
    assert_eq!(world.client_post("/oauth/token", &fields).await.status, 401);
    world.clock.advance(std::time::Duration::from_secs(1));
    let mut server = world.browser().with("x-client-id", CLIENT).with("x-client-secret", &world.secret);
    let refused = server.post_json("/api/sign-token", &json!({ "redirect_url": CALLBACK })).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    xwms_core::jobs::flush(&world.core).await.unwrap();
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let domain = domain(&mut owner, "engines.example").await;
    let attempts = owner.get(&of_client("/attempts")).await.json();
    for attempt in attempts["data"].as_array().unwrap() {
        assert_eq!(attempt["reason"], "ip_not_allowed", "{attempt}");
        assert!(domain.ends_with(attempt["domain"].as_str().unwrap()), "{attempt}");
    }
    assert_eq!(attempts["data"].as_array().unwrap().len(), 2);
});

on_both!(the_check_tells_every_rule_and_keeps_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let question = json!({
        "redirect_uri": CALLBACK, "scope": "openid profile", "secret": world.secret, "ip": "192.0.2.1",
    });
    let checked = owner.post_json(&of_client("/check"), &question).await;
    assert_eq!(checked.status, 200, "{checked:?}");
    let rules = checked.json()["rules"].as_array().unwrap().clone();
    assert!(rules.iter().all(|rule| rule["pass"] == json!(true)), "{rules:?}");
    assert!(!checked.body.contains(&world.secret));

    // A change is in force on the next question.
    world.change_domain("allow_api = false\nserver_ips = [\"198.51.100.0/24\"]").await;
    let checked = owner.post_json(&of_client("/check"), &question).await.json();
    let broken: Vec<&str> = checked["rules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|rule| rule["pass"] == json!(false))
        .map(|rule| rule["reason"].as_str().unwrap())
        .collect();
    assert_eq!(broken, ["api_not_allowed", "ip_not_allowed"]);

    // An address alone is asked about on the primary domain; a method of PKCE alone is a part of a login.
    for (question, reason) in [
        (json!({ "ip": "192.0.2.1" }), "ip_not_allowed"),
        (json!({ "code_challenge_method": "plain" }), "pkce_missing"),
    ] {
        let checked = owner.post_json(&of_client("/check"), &question).await.json();
        let told = |rule: &Value| rule["reason"] == json!(reason);
        assert!(checked["rules"].as_array().unwrap().iter().any(told), "{question}: {checked}");
    }

    for (body, field) in [
        (json!({ "ip": "here" }), "ip"),
        (json!({ "scope": "a  b\u{7}" }), "scope"),
        (json!({ "redirect_uri": 1 }), "redirect_uri"),
        (json!({ "nonsense": "" }), "nonsense"),
    ] {
        let refused = owner.post_json(&of_client("/check"), &body).await;
        assert_eq!(problem(&refused), (422, "invalid".to_owned()), "{body}");
        assert_eq!(refused.json()["errors"][0]["field"], json!(field), "{body}");
    }
});

on_both!(attempts_need_their_permission, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let made = owner.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await;
    let mut caller = bearer(&world, made.json()["value"].as_str().unwrap());
    for answer in [
        caller.get(&of_client("/attempts")).await,
        caller.get(&of_client("/stats")).await,
        caller.post_json(&of_client("/check"), &json!({})).await,
    ] {
        assert_eq!(problem(&answer), (403, "permission_missing".to_owned()));
    }
});
