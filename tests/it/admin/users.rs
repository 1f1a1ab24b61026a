//! `/admin/v1/clients/{client}/users`: who has logged in, and the end of what they share.

use serde_json::{Value, json};

use super::person::{ADA, CHARLES, Person, given_people, outcome};
use crate::database::texts;
use crate::world::{CLIENT, OTHER_CLIENT, SECOND_CALLBACK, World, on_both};

on_both!(users_are_listed_with_what_they_share, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let (mut browser, _) = world.given_code(ADA, &[]).await;
    world.code_in(&mut browser, ADA, &[("redirect_uri", SECOND_CALLBACK)]).await;
    world.given_login("dorothy@example.test").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let all = owner.get("users").await.json();
    let users = all["data"].as_array().unwrap();
    assert_eq!(users.len(), 2);
    let ada = users.iter().find(|user| user["logins"] == 2).unwrap();
    assert_eq!(ada["scopes"], json!(["email", "offline_access", "openid", "profile"]));
    assert_eq!((ada["domains"].as_array().unwrap().len(), &ada["first_login"]), (2, &json!("2026-03-01T12:00:00Z")));
    let sub = ada["sub"].as_str().unwrap();
    assert_eq!(owner.get(&format!("users/{sub}")).await.json(), *ada);

    let first = owner.get("users?limit=1").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = owner.get(&format!("users?limit=1&cursor={cursor}")).await.json();
    assert_eq!((&first["data"][0], &second["data"][0], &second["next_cursor"]), (&users[0], &users[1], &Value::Null));
    let not_found = (404, "not_found".to_owned());
    for path in [
        format!("/admin/v1/clients/{OTHER_CLIENT}/users/{sub}"),
        "users/1234567890123".to_owned(),
        "users/x".to_owned(),
    ] {
        assert_eq!(outcome(&owner.get(&path).await), not_found, "{path}");
        assert_eq!(outcome(&owner.delete(&path).await), not_found, "{path}");
    }
    assert_eq!(outcome(&owner.get("users?cursor=x").await), (422, "invalid".to_owned()));

    let second = ada["domains"].as_array().unwrap().iter().find(|domain| {
        let others = users.iter().filter(|user| user["domains"].as_array().unwrap().contains(domain));
        others.count() == 1
    });
    let second = second.unwrap().as_str().unwrap();
    for query in [format!("domain={second}"), format!("q={sub}"), "q=ada%40ex".to_owned()] {
        let found = owner.get(&format!("users?{query}")).await.json();
        assert_eq!(found["data"], json!([ada]), "{query}");
    }
    for query in ["q=9999999999999", "q=ad", "q=nobody"] {
        assert_eq!(owner.get(&format!("users?{query}")).await.json()["data"], json!([]), "{query}");
    }
    assert_eq!(outcome(&owner.get("users?domain=x").await), (422, "invalid".to_owned()));
});

on_both!(a_client_with_numbers_of_its_own_sees_those, async |world: World| {
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nsubject_type = \"pairwise\"\n")).await;
    let tokens = world.given_login(ADA).await;
    let sub = world.userinfo(tokens["access_token"].as_str().unwrap()).await.json()["sub"].clone();
    let mut owner = Person::new(&world, CHARLES).await;
    assert_eq!(owner.get("users").await.json()["data"][0]["sub"], sub);
    let public = texts(&world.core.db, "SELECT CAST(id AS TEXT) AS text FROM users WHERE email LIKE 'ada%'").await;
    assert_ne!(sub, json!(public[0]));
});

on_both!(ending_what_a_user_shares_ends_all_their_tokens, async |world: World| {
    world.given_webhook("engines.example").await;
    let tokens = world.given_login(ADA).await;
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let mut owner = Person::new(&world, CHARLES).await;
    let before = owner.get("users").await.json()["data"][0].clone();
    let sub = before["sub"].as_str().unwrap().to_owned();
    let (mut viewer, _) = owner.given_member(&world, ADA, "viewer").await;
    let refused = (403, "permission_missing".to_owned());
    assert_eq!(outcome(&viewer.delete(&format!("users/{sub}")).await), refused);
    assert_eq!(world.userinfo(access).await.status, 200);

    for _ in 0..2 {
        assert_eq!(owner.delete(&format!("users/{sub}")).await.status, 204);
    }
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.introspect(access).await, json!({ "active": false }));
    assert_eq!(world.refresh(refresh).await.error(), "invalid_grant");
    let told = texts(&world.core.db, "SELECT body AS text FROM outbox WHERE event = 'consent.revoked'").await;
    let told: Vec<Value> = told.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["type"], &told[0]["data"]["sub"]), (&json!("consent.revoked"), &json!(sub)));

    // That they were here stays known, and at their next login they are asked again.
    let after = owner.get(&format!("users/{sub}")).await.json();
    assert_eq!((&after["logins"], &after["scopes"]), (&before["logins"], &json!([])));
    let page = viewer.browser.open(&world.authorize(&[])).await;
    assert!(page.path.starts_with("/consent"), "{page:?}");
});
