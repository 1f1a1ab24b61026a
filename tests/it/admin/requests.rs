//! `/admin/v1/clients/{client}/requests`, and what a person's answer opens.

use std::time::Duration;

use serde_json::{Value, json};

use super::person::{ADA, CHARLES, Person, faults, given_people, outcome};
use crate::browser::Answer;
use crate::database::texts;
use crate::world::{CALLBACK, CLIENT, OTHER_CLIENT, World, on_both};

const REQUESTS: &str = "/account/requests";
const SCOPE: &str = "openid profile offline_access userinfo";

fn access(email: &str) -> Value {
    json!({ "kind": "access", "email": email, "scopes": ["userinfo"] })
}

fn answer<'a>(what: &'a str, id: &'a str) -> [(&'static str, &'a str); 2] {
    [("answer", what), ("request", id)]
}

async fn days(world: &World, days: u64) {
    world.clock.advance(Duration::from_secs(days * 86_400));
}

/// The events that webhooks are told of, with what they say.
async fn events(world: &World, event: &str) -> Vec<Value> {
    let query = format!("SELECT body AS text FROM outbox WHERE event = '{event}' ORDER BY id");
    texts(&world.core.db, &query).await.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

on_both!(an_accepted_access_request_opens_the_scope_until_it_is_taken_back, async |world: World| {
    world.apply(&format!("[[users]]\nemail = \"{ADA}\"\ngender = \"countess\"\n")).await;
    world.given_webhook("engines.example").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let made = owner.post(
        "requests",
        json!({
            "kind": "access", "email": ADA, "scopes": ["userinfo"], "reason": "To greet <you> rightly.",
        }),
    );
    let made = made.await;
    let request = made.json();
    assert_eq!((made.status.as_u16(), &request["status"], &request["email"]), (201, &json!("pending"), &json!(ADA)));
    let id = request["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.get(made.headers["location"].to_str().unwrap()).await.json(), request);
    assert!(world.mail().await.contains("asks you to share more"));

    // Before the answer the scope is reserved; the page says who asks, for what and why.
    let (mut browser, code) = world.given_code(ADA, &[("scope", SCOPE)]).await;
    assert!(!world.redeem(&code).await.json()["scope"].as_str().unwrap().contains("userinfo"));
    let mut ada = Person::new(&world, ADA).await;
    let page = ada.get(REQUESTS).await.body;
    for part in ["Analytical Engines", "To greet &#60;you&#62; rightly.", &id] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    let accepted = ada.form(REQUESTS, &answer("accept", &id)).await;
    assert!(accepted.location().starts_with("/account/requests?done=accepted."), "{accepted:?}");
    assert_eq!(owner.get(&format!("requests/{id}")).await.json()["status"], "accepted");
    let told = events(&world, "request.accepted").await;
    assert_eq!((&told[0]["data"]["client"], &told[0]["data"]["request"]), (&json!(CLIENT), &json!(id)));
    assert!(told[0]["data"]["sub"].is_string());

    // At the next login it is asked for, and given.
    let code = world.code_in(&mut browser, ADA, &[("scope", SCOPE)]).await;
    let tokens = world.redeem(&code).await.json();
    assert!(tokens["scope"].as_str().unwrap().contains("userinfo"), "{tokens}");
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    assert_eq!(world.userinfo(access).await.json()["gender"], "countess");

    // And gone at once when the client takes the request back: at userinfo, introspection and refresh.
    assert_eq!(owner.delete(&format!("requests/{id}")).await.status, 204);
    assert_eq!(world.userinfo(access).await.json()["gender"], Value::Null);
    assert!(!world.introspect(access).await["scope"].as_str().unwrap().contains("userinfo"));
    assert!(!world.refresh(refresh).await.json()["scope"].as_str().unwrap().contains("userinfo"));
    assert_eq!(owner.get(&format!("requests/{id}")).await.json()["status"], "withdrawn");
    assert_eq!(owner.delete(&format!("requests/{id}")).await.status, 204);
});

on_both!(what_was_accepted_ends_with_its_time_and_when_the_person_says_so, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let mut ada = Person::new(&world, ADA).await;
    let ends = json!({ "kind": "access", "email": ADA, "scopes": ["userinfo"], "expires_at": "2026-03-01T12:01:00Z" });
    let first = owner.made("requests", ends).await;
    ada.form(REQUESTS, &answer("accept", &first)).await;
    let (mut browser, code) = world.given_code(ADA, &[("scope", SCOPE)]).await;
    let token = world.redeem(&code).await.json();
    let scope = async |token: &Value| {
        world.introspect(token["access_token"].as_str().unwrap()).await["scope"].as_str().unwrap().to_owned()
    };
    assert!(scope(&token).await.contains("userinfo"));
    world.clock.advance(Duration::from_secs(60));
    assert!(!scope(&token).await.contains("userinfo"));
    assert_eq!(owner.get(&format!("requests/{first}")).await.json()["status"], "expired");

    let second = owner.made("requests", access(ADA)).await;
    ada.form(REQUESTS, &answer("accept", &second)).await;
    let code = world.code_in(&mut browser, ADA, &[("scope", SCOPE)]).await;
    let token = world.redeem(&code).await.json();
    assert!(scope(&token).await.contains("userinfo"));
    assert!(ada.get(REQUESTS).await.body.contains("What you have accepted"));
    ada.form(REQUESTS, &answer("end", &second)).await;
    assert!(!scope(&token).await.contains("userinfo"));
    assert_eq!(owner.get(&format!("requests/{second}")).await.json()["status"], "withdrawn");
});

on_both!(a_tester_is_let_in_at_once_and_out_at_once, async |world: World| {
    world.change_domain("test_mode = true").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let mut ada = Person::new(&world, ADA).await;
    let refused = ada.browser.clone().open(&world.authorize(&[])).await;
    assert_eq!(refused.parameter("code"), None, "{refused:?}");

    let id = owner.made("requests", json!({ "kind": "test", "email": ADA })).await;
    assert!(ada.get(REQUESTS).await.body.contains("asks you to test its site"));
    ada.form(REQUESTS, &answer("accept", &id)).await;
    let code = world.code_in(&mut world.browser(), ADA, &[]).await;
    let tokens = world.redeem(&code).await.json();
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(world.userinfo(access).await.status, 200);

    ada.form(REQUESTS, &answer("end", &id)).await;
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_ne!(world.refresh(tokens["refresh_token"].as_str().unwrap()).await.status, 200);
    let refused = ada.browser.clone().open(&world.authorize(&[])).await;
    assert_eq!(refused.parameter("code"), None, "{refused:?}");
});

on_both!(a_request_may_name_one_domain_and_a_user_by_number, async |world: World| {
    world.given_webhook("engines.example").await;
    world.given_login(ADA).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let sub = owner.get("users").await.json()["data"][0]["sub"].as_str().unwrap().to_owned();
    let domains = world.snapshot().await;
    let domain =
        |root: &str| domains.domains.iter().find(|domain| domain.root.as_str() == root).unwrap().id.to_string();
    let (first, second) = (domain("engines.example"), domain("more-engines.example"));
    let body = json!({ "kind": "test", "sub": sub, "domain": second });
    let made = owner.post("requests", body).await.json();
    assert_eq!((&made["sub"], &made["email"], &made["domain"]), (&json!(sub), &Value::Null, &json!(second)));
    let mut ada = Person::new(&world, ADA).await;
    assert!(ada.get(REQUESTS).await.body.contains("<strong>more-engines.example</strong>"));
    ada.form(REQUESTS, &answer("accept", made["id"].as_str().unwrap())).await;
    let told = &events(&world, "request.accepted").await[0]["data"];
    assert_eq!((&told["sub"], &told["domain"]), (&json!(sub), &json!(second)));
    // She is no tester of the other domain.
    world.change_domain("test_mode = true").await;
    let refused = ada.browser.open(&world.authorize(&[("redirect_uri", CALLBACK)])).await;
    assert_eq!(refused.parameter("code"), None, "{first}: {refused:?}");
});

on_both!(one_request_is_open_at_a_time_and_a_no_is_heard_for_thirty_days, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    world.given_webhook("engines.example").await;
    world.given_login(ADA).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let (mut ada, mut dorothy) = (Person::new(&world, ADA).await, Person::new(&world, "dorothy@example.test").await);
    let (open, declined) = ((409, "request_open".to_owned()), (409, "declined_recently".to_owned()));
    for (person, email) in [(&mut ada, ADA), (&mut dorothy, "dorothy@example.test")] {
        let id = owner.made("requests", access(email)).await;
        assert_eq!(outcome(&owner.post("requests", access(email)).await), open);
        owner.made("requests", json!({ "kind": "test", "email": email })).await;
        let said = person.form(REQUESTS, &answer("decline", &id)).await;
        assert!(said.location().starts_with("/account/requests?done=declined."), "{said:?}");
        assert_eq!(owner.get(&format!("requests/{id}")).await.json()["status"], "declined");
    }
    assert_eq!(events(&world, "request.declined").await.len(), 2);
    // A user's no is told; whoever has never logged in here is not asked, and the client can't know.
    assert_eq!(outcome(&owner.post("requests", access(ADA)).await), declined);
    let quiet = owner.made("requests", access("dorothy@example.test")).await;
    assert!(!dorothy.get(REQUESTS).await.body.contains(&quiet));
    assert_eq!(dorothy.form(REQUESTS, &answer("accept", &quiet)).await.status, 404);
    assert_eq!(owner.get(&format!("requests/{quiet}")).await.json()["status"], "pending");
    assert_eq!(outcome(&owner.post("requests", access("dorothy@example.test")).await), open);
    assert_eq!(owner.delete(&format!("requests/{quiet}")).await.status, 204);

    days(&world, 30).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let mut dorothy = Person::new(&world, "dorothy@example.test").await;
    owner.made("requests", access(ADA)).await;
    let heard = owner.made("requests", access("dorothy@example.test")).await;
    assert!(dorothy.get(REQUESTS).await.body.contains(&heard));
});

on_both!(who_blocks_a_client_is_asked_nothing_until_they_unblock_it, async |world: World| {
    world.given_login(ADA).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let mut ada = Person::new(&world, ADA).await;
    let id = owner.made("requests", access(ADA)).await;
    let test = owner.made("requests", json!({ "kind": "test", "email": ADA })).await;
    ada.form(REQUESTS, &answer("block", &id)).await;
    for id in [&id, &test] {
        assert_eq!(owner.get(&format!("requests/{id}")).await.json()["status"], "declined");
    }
    days(&world, 31).await;
    let (mut owner, mut ada) = (Person::new(&world, CHARLES).await, Person::new(&world, ADA).await);
    let declined = (409, "declined_recently".to_owned());
    assert_eq!(outcome(&owner.post("requests", access(ADA)).await), declined);
    assert!(ada.get(REQUESTS).await.body.contains("Sites you blocked"));
    let unblocked = ada.form(REQUESTS, &[("answer", "unblock"), ("client", CLIENT)]).await;
    assert!(unblocked.location().starts_with("/account/requests?done=unblocked."), "{unblocked:?}");
    owner.made("requests", access(ADA)).await;
});

on_both!(fifty_requests_wait_and_no_more_whoever_they_are_for, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let mut last = String::new();
    for number in 0..50 {
        last = owner.made("requests", access(&format!("nobody{number}@example.test"))).await;
    }
    let too_many = (429, "too_many_open".to_owned());
    assert_eq!(outcome(&owner.post("requests", access(ADA)).await), too_many);
    assert_eq!(owner.delete(&format!("requests/{last}")).await.status, 204);
    owner.made("requests", access(ADA)).await;
    assert_eq!(outcome(&owner.post("requests", access("eve@example.test")).await), too_many);

    // They are listed page by page, and each once.
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = owner.get(&format!("requests?limit=20{cursor}")).await.json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|request| request["id"].to_string()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), all), (51, 51));
});

on_both!(lo_07_ar_01_nobody_learns_by_asking_whether_an_address_has_an_account, async |world: World| {
    given_people(&world, &["blocking", "suspended"]).await;
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'suspended@example.test'").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let id = owner.made("requests", json!({ "kind": "test", "email": "blocking@example.test" })).await;
    let mut blocking = Person::new(&world, "blocking@example.test").await;
    blocking.form(REQUESTS, &answer("block", &id)).await;

    let mut seen = Vec::new();
    for name in ["ada", "nobody", "unverified", "blocking", "suspended"] {
        let email = format!("{name}@example.test");
        let made = owner.post("requests", access(&email)).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let twice = owner.post("requests", access(&email)).await;
        world.mail().await;
        let read = owner.get(&format!("requests/{id}")).await;
        let deleted = owner.delete(&format!("requests/{id}")).await;
        let after = owner.get(&format!("requests/{id}")).await;
        let looks = |answer: &Answer| {
            let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.retain(|header| !header.starts_with("x-request-id") && !header.starts_with("content-length"));
            let all = format!("{} {headers:?} {}", answer.status, answer.body);
            all.replace(&email, "EMAIL").replace(&id, "ID")
        };
        seen.push([looks(&made), looks(&twice), looks(&read), looks(&deleted), looks(&after)]);
    }
    for other in &seen[1..] {
        assert_eq!(*other, seen[0]);
    }
});

on_both!(ar_03_only_the_person_asked_accepts_once_and_in_time, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let mut ada = Person::new(&world, ADA).await;
    let mut unverified = Person::new(&world, "unverified@example.test").await;
    let first = owner.made("requests", access(ADA)).await;
    let theirs = owner.made("requests", access("unverified@example.test")).await;
    assert_eq!(owner.form(REQUESTS, &answer("accept", &first)).await.status, 404);
    for id in [&first, &theirs] {
        assert_eq!(unverified.form(REQUESTS, &answer("accept", id)).await.status, 404);
    }
    assert!(!unverified.get(REQUESTS).await.body.contains(&theirs));
    let by_link = ada.get(&format!("{REQUESTS}?answer=accept&request={first}")).await;
    assert_eq!(by_link.status, 200);
    assert_eq!(owner.get(&format!("requests/{first}")).await.json()["status"], "pending");
    assert_eq!(ada.form(REQUESTS, &answer("end", &first)).await.status, 409);
    assert_eq!(ada.form(REQUESTS, &answer("accept", &first)).await.status, 303);
    for again in ["accept", "decline", "block"] {
        assert_eq!(ada.form(REQUESTS, &answer(again, &first)).await.status, 409);
    }
    assert_eq!(unverified.form(REQUESTS, &answer("end", &first)).await.status, 404);

    let taken_back = owner.made("requests", json!({ "kind": "test", "email": ADA })).await;
    owner.delete(&format!("requests/{taken_back}")).await;
    assert_eq!(ada.form(REQUESTS, &answer("accept", &taken_back)).await.status, 409);
    let late = json!({ "kind": "test", "email": ADA, "expires_at": "2026-03-01T12:05:00Z" });
    let late = owner.made("requests", late).await;
    world.clock.advance(Duration::from_secs(300));
    assert_eq!(ada.form(REQUESTS, &answer("accept", &late)).await.status, 409);
    // One that has expired makes room for another.
    owner.made("requests", json!({ "kind": "test", "email": ADA })).await;
});

on_both!(requests_are_listed_by_kind_and_by_what_became_of_them, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let open = owner.made("requests", access(ADA)).await;
    let ends = json!({ "kind": "test", "email": ADA, "expires_at": "2026-03-01T12:01:00Z" });
    let ended = owner.made("requests", ends).await;
    let taken_back = owner.made("requests", json!({ "kind": "test", "email": "grace@example.test" })).await;
    owner.delete(&format!("requests/{taken_back}")).await;
    let dorothys = owner.made("requests", access("dorothy@example.test")).await;
    Person::new(&world, "dorothy@example.test").await.form(REQUESTS, &answer("accept", &dorothys)).await;
    world.clock.advance(Duration::from_secs(60));
    let rows: [(&str, &[&String]); 7] = [
        ("kind=access", &[&open, &dorothys]),
        ("kind=test", &[&ended, &taken_back]),
        ("status=pending", &[&open]),
        ("status=accepted", &[&dorothys]),
        ("status=expired", &[&ended]),
        ("status=withdrawn", &[&taken_back]),
        ("kind=access&status=declined", &[]),
    ];
    for (query, expected) in rows {
        let found = owner.get(&format!("requests?{query}")).await.json();
        let mut ids: Vec<&str> =
            found["data"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = expected.iter().map(|id| id.as_str()).collect();
        ids.sort_unstable();
        expected.sort_unstable();
        assert_eq!(ids, expected, "{query}");
    }
    let wrong = faults(&owner.get("requests?kind=more&status=lost").await);
    let told = |field: &str| (field.to_owned(), "unknown_value".to_owned());
    assert_eq!(wrong, [told("kind"), told("status")]);
});

on_both!(ar_05_bad_requests_are_told_and_make_none, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    for (body, field, code) in [
        (json!({ "email": ADA }), "kind", "required"),
        (json!({ "kind": "more", "email": ADA }), "kind", "unknown_value"),
        (json!({ "kind": "test" }), "email", "required"),
        (json!({ "kind": "test", "email": "ada" }), "email", "malformed"),
        (json!({ "kind": "test", "email": ADA, "sub": "1234567890123" }), "sub", "not_here"),
        (json!({ "kind": "access", "email": ADA }), "scopes", "required"),
        (json!({ "kind": "access", "email": ADA, "scopes": ["phone"] }), "scopes[0]", "not_activated"),
        (json!({ "kind": "access", "email": ADA, "scopes": ["userinfo", "moon"] }), "scopes[1]", "unknown_scope"),
        (json!({ "kind": "test", "email": ADA, "scopes": ["userinfo"] }), "scopes", "not_here"),
        (json!({ "kind": "test", "email": ADA, "reason": "x".repeat(501) }), "reason", "too_long"),
        (json!({ "kind": "test", "email": ADA, "reason": "a\u{202e}b" }), "reason", "character"),
        (json!({ "kind": "test", "email": ADA, "expires_at": "2020-01-01T00:00:00Z" }), "expires_at", "past"),
        (json!({ "kind": "test", "email": ADA, "status": "accepted" }), "status", "unknown_field"),
        (json!({ "kind": "test", "email": ADA, "delivered": true }), "delivered", "unknown_field"),
    ] {
        let answer = owner.post("requests", body.clone()).await;
        assert_eq!(faults(&answer)[0], (field.to_owned(), code.to_owned()), "{body}");
    }
    let id = owner.made("requests", access(ADA)).await;
    let widened = owner.patch(&format!("requests/{id}"), json!({ "scopes": ["userinfo", "email"] })).await;
    assert_eq!(outcome(&widened), (405, "method_not_allowed".to_owned()));
    assert_eq!(owner.get("requests").await.json()["data"].as_array().unwrap().len(), 1);
    // What is deactivated later is not opened by the yes.
    let mut ada = Person::new(&world, ADA).await;
    ada.form(REQUESTS, &answer("accept", &id)).await;
    let tokens = world.given_code(ADA, &[("scope", SCOPE)]).await;
    let tokens = world.redeem(&tokens.1).await.json();
    let client = format!("/admin/v1/clients/{CLIENT}");
    let scopes = json!({ "scopes": ["openid", "profile", "email", "offline_access"] });
    assert_eq!(owner.patch(&client, scopes).await.status, 200);
    let held = world.introspect(tokens["access_token"].as_str().unwrap()).await;
    assert!(!held["scope"].as_str().unwrap().contains("userinfo"));
});

on_both!(mg_02_another_clients_requests_and_domains_are_none, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let id = owner.made("requests", access(ADA)).await;
    let not_found = (404, "not_found".to_owned());
    let path = format!("/admin/v1/clients/{OTHER_CLIENT}/requests/{id}");
    assert_eq!(outcome(&owner.get(&path).await), not_found);
    assert_eq!(outcome(&owner.delete(&path).await), not_found);
    let other = OTHER_CLIENT.parse().unwrap();
    let theirs = world.core.snapshots.get(other).await.unwrap().unwrap().domains[0].id.to_string();
    let body = json!({ "kind": "test", "email": "eve@example.test", "domain": theirs });
    assert_eq!(outcome(&owner.post("requests", body).await), not_found);
    let mut ada = Person::new(&world, ADA).await;
    assert_eq!(outcome(&ada.post("requests", access(ADA)).await), not_found);
    let (mut viewer, _) = owner.given_member(&world, ADA, "viewer").await;
    let refused = (403, "permission_missing".to_owned());
    assert_eq!(outcome(&viewer.post("requests", access(ADA)).await), refused);
    assert_eq!(outcome(&viewer.delete(&format!("requests/{id}")).await), refused);
});
