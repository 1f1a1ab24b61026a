//! `/admin/v1/clients`: the shape that the other resources follow.

use axum::http::Method;
use serde_json::{Value, json};

use super::{given_signed_in, of_client, problem};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, World, on_both};

const CLIENTS: &str = "/admin/v1/clients";

async fn patch(browser: &mut Browser, body: &Value) -> Answer {
    super::patch(browser, &of_client(""), body).await
}

on_both!(an_owner_creates_reads_and_changes_a_client, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let body =
        json!({ "name": "Difference Engines", "scopes": ["openid"], "homepage_url": "https://engines.example/" });
    let made = owner.post_json(CLIENTS, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let read = owner.get(made.headers["location"].to_str().unwrap()).await.json();
    assert_eq!((&read["name"], &read["owner"]), (&json!("Difference Engines"), &json!("charles@example.test")));
    assert_eq!((&read["subject_type"], &read["id_token_alg"]), (&json!("public"), &json!("RS256")));
    assert_eq!((&read["id_token_claims"], &read["pkce"]), (&json!("full"), &json!("required")));

    let tag = owner.get(&format!("{CLIENTS}/{CLIENT}")).await.headers["etag"].to_str().unwrap().to_owned();
    world.clock.advance(std::time::Duration::from_secs(1));
    owner.headers.push(("if-match".to_owned(), tag));
    let changed = patch(&mut owner, &json!({ "name": "Engines & Co", "homepage_url": null })).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["name"]), (200, &json!("Engines & Co")));
    let stale = patch(&mut owner, &json!({ "name": "Late" })).await;
    assert_eq!(problem(&stale), (412, "stale".to_owned()));
    // The change is in force on the next request: the consent page names the client anew.
    let page = world.browser().open(&world.authorize(&[])).await;
    assert!(page.body.contains("Engines &#38; Co"), "{}", page.body);
});

on_both!(what_binds_codes_and_what_id_tokens_say_is_the_partners_to_set_and_audited, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let settings = json!({ "pkce": "or_nonce", "id_token_claims": "thin" });
    let changed = patch(&mut owner, &settings).await.json();
    assert_eq!((&changed["pkce"], &changed["id_token_claims"]), (&json!("or_nonce"), &json!("thin")));
    let entry = owner.get(&of_client("/audit?action=client.updated")).await.json()["data"][0].clone();
    for (member, before) in [("pkce", "required"), ("id_token_claims", "full")] {
        assert_eq!((&entry["before"][member], &entry["after"][member]), (&json!(before), &settings[member]));
    }
});

on_both!(a_list_is_paged_by_cursor, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let first = owner.get(&format!("{CLIENTS}?limit=1")).await.json();
    assert_eq!(first["data"].as_array().unwrap().len(), 1);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = owner.get(&format!("{CLIENTS}?limit=1&cursor={cursor}")).await.json();
    assert_ne!(first["data"][0]["id"], second["data"][0]["id"]);
    for query in ["limit=0", "limit=201", "limit=x", "cursor=x"] {
        assert_eq!(problem(&owner.get(&format!("{CLIENTS}?{query}")).await), (422, "invalid".to_owned()), "{query}");
    }
});

on_both!(whoever_may_not_is_told_just_enough, async |world: World| {
    let mut nobody = world.browser();
    assert_eq!(problem(&nobody.get(CLIENTS).await), (401, "not_signed_in".to_owned()));

    let mut stranger = given_signed_in(&world, "ada@example.test").await;
    assert_eq!(stranger.get(CLIENTS).await.json()["data"], json!([]));
    assert_eq!(problem(&stranger.get(&format!("{CLIENTS}/{CLIENT}")).await), (404, "not_found".to_owned()));
    assert_eq!(problem(&stranger.get(&format!("{CLIENTS}/nonsense")).await), (404, "not_found".to_owned()));
    assert_eq!(problem(&patch(&mut stranger, &json!({ "name": "Mine" })).await), (404, "not_found".to_owned()));
    let refused = stranger.post_json(CLIENTS, &json!({ "name": "Free" })).await;
    assert_eq!(problem(&refused), (402, "plan_required".to_owned()));

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let token = owner.headers.pop().unwrap();
    assert_eq!(problem(&patch(&mut owner, &json!({ "name": "Forged" })).await), (403, "csrf".to_owned()));
    owner.headers.push(token);
    owner.headers.push(("origin".to_owned(), "https://evil.test".to_owned()));
    assert_eq!(problem(&patch(&mut owner, &json!({ "name": "Forged" })).await), (403, "csrf".to_owned()));
});

on_both!(mg_03_what_is_not_a_partners_to_set_is_refused_and_changes_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let before = owner.get(&format!("{CLIENTS}/{CLIENT}")).await;
    world.clock.advance(std::time::Duration::from_secs(1));
    for body in [
        json!({ "id": "client_01jd3v8m1efb9rkyq9wzvw2x4z" }),
        json!({ "owner": "ada@example.test" }),
        json!({ "name": "Good", "suspended": false }),
        json!({ "name": "" }),
        json!({ "name": 1 }),
        json!({ "name": "a".repeat(121) }),
        json!({ "homepage_url": "javascript:alert(1)" }),
        json!({ "subject_type": "other" }),
        json!({ "pkce": "plain" }),
        json!({ "id_token_claims": "none" }),
        json!({ "scopes": "openid" }),
        json!({ "scopes": ["unheard-of"] }),
    ] {
        let answer = patch(&mut owner, &body).await;
        assert_eq!(problem(&answer), (422, "invalid".to_owned()), "{body}");
        let error = &answer.json()["errors"][0];
        assert!(error["field"].is_string() && error["code"].is_string() && error["message"].is_string(), "{error}");
    }
    let malformed =
        owner.send(Method::POST, CLIENTS, Some("application/json"), b"{\"name\":\"a\",\"name\":\"b\"}".to_vec()).await;
    assert_eq!(problem(&malformed), (400, "malformed".to_owned()));
    let typed = owner.send(Method::POST, CLIENTS, Some("text/plain"), b"{}".to_vec()).await;
    assert_eq!(problem(&typed), (415, "unsupported_media_type".to_owned()));
    assert_eq!(problem(&owner.get("/admin/v1/nothing").await), (404, "not_found".to_owned()));
    let after = owner.get(&format!("{CLIENTS}/{CLIENT}")).await;
    assert_eq!((&before.body, &before.headers["etag"]), (&after.body, &after.headers["etag"]));
});
