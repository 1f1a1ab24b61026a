//! API tokens of an account and of a client: what they open, and when they stop.

use std::time::Duration;

use serde_json::{Map, json};
use xwms_core::contract::Patch;
use xwms_core::gate::permission::Permission;
use xwms_core::manage::entitlement::Rules;
use xwms_core::manage::tokens::{Whose, create_for};
use xwms_core::secret::Secret;

use super::{bearer, delete, given_signed_in, of_client, patch, problem};
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

/// Makes a token of the partner's client; gives its text and its path.
async fn given_token(world: &World, permissions: &[&str]) -> (String, String) {
    let mut owner = given_signed_in(world, "charles@example.test").await;
    let body = json!({ "label": "Deployment", "permissions": permissions });
    let made = owner.post_json(&of_client("/tokens"), &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");
    (made.json()["value"].as_str().unwrap().to_owned(), made.headers["location"].to_str().unwrap().to_owned())
}

on_both!(a_token_of_a_client_opens_what_it_permits_and_nothing_else, async |world: World| {
    let (token, path) = given_token(&world, &["client:read", "tokens:read"]).await;
    let mut caller = bearer(&world, &token);
    assert_eq!(caller.get(&of_client("")).await.status, 200);
    let other = caller.get(&format!("/admin/v1/clients/{OTHER_CLIENT}")).await;
    assert_eq!(problem(&other), (404, "not_found".to_owned()), "a token is good for one client");
    let refused = patch(&mut caller, &of_client(""), &json!({ "name": "Mine" })).await;
    assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));
    assert!(refused.body.contains("client:update"), "{refused:?}");
    let own = caller.get("/admin/v1/tokens").await;
    assert_eq!(problem(&own), (403, "permission_missing".to_owned()), "the account's tokens are not the client's");
    let listed = caller.get("/admin/v1/clients").await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert_eq!(listed["data"][0]["id"], json!(CLIENT));

    // Its value was told once, and its use is kept without a write by the request.
    xwms_core::jobs::flush(&world.core).await.unwrap();
    let read = caller.get(&path).await.json();
    assert_eq!((&read["label"], read.get("value")), (&json!("Deployment"), None));
    assert_eq!(read["last_used_at"], json!("2026-03-01T12:00:00Z"));
});

on_both!(a_token_stops_when_it_ends_or_its_maker_may_no_more, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let body = json!({ "permissions": ["client:read"], "expires_at": "2026-03-01T12:00:10Z" });
    let made = owner.post_json(&of_client("/tokens"), &body).await;
    let mut caller = bearer(&world, made.json()["value"].as_str().unwrap());
    assert_eq!(caller.get(&of_client("")).await.status, 200);
    world.clock.advance(Duration::from_secs(10));
    assert_eq!(problem(&caller.get(&of_client("")).await), (401, "not_signed_in".to_owned()), "from that second on");

    let (token, path) = given_token(&world, &["client:read"]).await;
    let mut caller = bearer(&world, &token);
    assert_eq!(caller.get(&of_client("")).await.status, 200);
    assert_eq!(delete(&mut owner, &path).await.status, 204);
    assert_eq!(problem(&caller.get(&of_client("")).await), (401, "not_signed_in".to_owned()));
    assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));

    // Ada's token permits what she may at the moment of use.
    let ada =
        "[[clients]]\nid = \"client_01jd3v8m1efb9rkyq9wzvw2x4a\"\nmembers = [{ email = \"ada@example.test\", role = ";
    world.apply(&format!("{ada}\"admin\" }}]\n")).await;
    let mut admin = given_signed_in(&world, "ada@example.test").await;
    let body = json!({ "permissions": ["client:read", "client:update"] });
    let made = admin.post_json(&of_client("/tokens"), &body).await;
    let mut caller = bearer(&world, made.json()["value"].as_str().unwrap());
    assert_eq!(patch(&mut caller, &of_client(""), &json!({ "name": "Engines" })).await.status, 200);
    world.apply(&format!("{ada}\"viewer\" }}]\n")).await;
    let refused = patch(&mut caller, &of_client(""), &json!({ "name": "Looms" })).await;
    assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));
    assert_eq!(caller.get(&of_client("")).await.status, 200);
});

on_both!(nobody_makes_a_token_that_may_more_than_they, async |world: World| {
    let (token, _) = given_token(&world, &["tokens:create", "client:read"]).await;
    let mut caller = bearer(&world, &token);
    let wider = caller.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:delete"] })).await;
    assert_eq!(problem(&wider), (403, "permission_not_held".to_owned()));
    let same = caller.post_json(&of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await;
    assert_eq!(same.status, 201);
    for (body, field) in [
        (json!({}), "permissions"),
        (json!({ "permissions": [] }), "permissions"),
        (json!({ "permissions": ["moon:read"] }), "permissions[0]"),
        (json!({ "permissions": ["client:create"] }), "permissions[0]"),
        (json!({ "permissions": ["client:read"], "label": "" }), "label"),
        (json!({ "permissions": ["client:read"], "expires_at": "2026-03-01T12:00:00Z" }), "expires_at"),
        (json!({ "permissions": ["client:read"], "value": "xwms_pat_x" }), "value"),
    ] {
        let refused = caller.post_json(&of_client("/tokens"), &body).await;
        assert_eq!(problem(&refused), (422, "invalid".to_owned()), "{body}");
        assert_eq!(refused.json()["errors"][0]["field"], json!(field), "{body}");
    }
});

on_both!(a_token_of_an_account_makes_clients, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let body = json!({ "permissions": ["client:create", "client:read"] });
    let made = owner.post_json("/admin/v1/tokens", &body).await;
    let mut caller = bearer(&world, made.json()["value"].as_str().unwrap());
    let client = caller.post_json("/admin/v1/clients", &json!({ "name": "Looms" })).await;
    assert_eq!(client.status, 201, "{client:?}");
    assert_eq!(caller.get(client.headers["location"].to_str().unwrap()).await.status, 200);
    let listed = owner.get("/admin/v1/tokens").await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    // It is nobody else's to see, and a change of the password ends it.
    let path = made.headers["location"].to_str().unwrap().to_owned();
    let mut stranger = given_signed_in(&world, "ada@example.test").await;
    assert_eq!(problem(&stranger.get(&path).await), (404, "not_found".to_owned()));
    world.apply("[[users]]\nemail = \"charles@example.test\"\nplan = \"free\"\n").await;
    let refused = caller.post_json("/admin/v1/clients", &json!({ "name": "More" })).await;
    assert_eq!(problem(&refused), (402, "plan_required".to_owned()));
});

on_both!(what_is_no_token_of_ours_opens_nothing, async |world: World| {
    let (token, _) = given_token(&world, &["client:read"]).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for value in [
        "Bearer ".to_owned(),
        "Bearer xwms_pat_".to_owned(),
        format!("Bearer {token}x"),
        format!("Bearer {}", token.replace("xwms_pat_", "xwms_sk_")),
        format!("Basic {token}"),
        token.clone(),
    ] {
        // Also beside the cookie of somebody who is signed in.
        owner.headers.push(("authorization".to_owned(), value.clone()));
        assert_eq!(problem(&owner.get(&of_client("")).await), (401, "not_signed_in".to_owned()), "{value}");
        owner.headers.pop();
    }
});

on_both!(what_a_token_makes_ends_with_it, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for list in [of_client("/tokens"), "/admin/v1/tokens".to_owned()] {
        let body = json!({ "permissions": ["tokens:create", "client:read"], "expires_at": "2026-03-01T13:00:00Z" });
        let parent = owner.post_json(&list, &body).await;
        let mut caller = bearer(&world, parent.json()["value"].as_str().unwrap());
        for (asked, end) in [
            (json!(null), "2026-03-01T13:00:00Z"),
            (json!("2030-01-01T00:00:00Z"), "2026-03-01T13:00:00Z"),
            (json!("2026-03-01T12:30:00Z"), "2026-03-01T12:30:00Z"),
        ] {
            let child = caller.post_json(&list, &json!({ "permissions": ["client:read"], "expires_at": asked })).await;
            assert_eq!((child.status.as_u16(), &child.json()["expires_at"]), (201, &json!(end)), "{list} {child:?}");
        }
        // Whoever is signed in chooses freely.
        let free = owner.post_json(&list, &json!({ "permissions": ["client:read"] })).await;
        assert_eq!(free.json()["expires_at"], json!(null));
    }
});

on_both!(the_operators_token_may_all_that_its_maker_may_unless_it_is_said, async |world: World| {
    let (rules, now) = (Rules::of(&world.core.config), world.core.clock.now());
    let made = async |client: Option<&str>, permissions: Option<&str>| {
        let members = permissions.map(|text| ("permissions".to_owned(), json!([text])));
        let whose = Whose { email: "charles@example.test".to_owned(), client: client.map(|id| id.parse().unwrap()) };
        let new = Patch::new(members.into_iter().collect::<Map<_, _>>());
        create_for(&world.core.db, &rules, now, &whose, new).await.unwrap()
    };
    let permissions = async |token: &Secret<String>, list: &str| {
        let listed = bearer(&world, token.expose()).get(list).await.json();
        listed["data"].as_array().unwrap().last().unwrap()["permissions"].as_array().unwrap().clone()
    };
    let of_account = made(None, None).await;
    let all = permissions(&of_account, "/admin/v1/tokens").await;
    assert_eq!(all.len(), Permission::ALL.len());
    let of_one_client = made(Some(CLIENT), None).await;
    let all = permissions(&of_one_client, &of_client("/tokens")).await;
    assert_eq!(all.len(), Permission::ALL.iter().filter(|permission| permission.is_for_roles()).count());
    let narrow = made(Some(CLIENT), Some("tokens:read")).await;
    assert_eq!(permissions(&narrow, &of_client("/tokens")).await, [json!("tokens:read")]);
    // Charles is nobody of the staff, whatever his token permits.
    let refused = bearer(&world, of_account.expose()).get("/admin/v1/staff/users").await;
    assert_eq!(problem(&refused), (403, "staff_only".to_owned()));
});
