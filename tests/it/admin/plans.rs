//! What accounts pay for: the signed hook, what a lapsed plan still allows, how many clients there may be.

use std::time::Duration;

use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};
use xwms_core::provision::{Options, apply};

use super::staff::given_staff;
use super::{CLIENTS, ask, given_signed_in, given_token, of_client, problem, wrong};
use crate::browser::Answer;
use crate::world::{Given, World, on_both};

const BILLING: &str = "/admin/v1/billing";
const SECRET: &str = "whsec_YWRhJ3MgdmVyeSBvd24gc2VjcmV0IG9mIHRlc3Rz";
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

fn given_secret() -> Given {
    Given { settings: &[("BILLING__SECRET", SECRET)], ..Given::default() }
}

fn sign(id: &str, at: i64, body: &str) -> String {
    let key = STANDARD.decode(&SECRET[6..]).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

async fn send(world: &World, id: &str, at: i64, signature: &str, body: &str) -> Answer {
    let mut adapter = world.browser();
    adapter.headers = vec![
        ("webhook-id".to_owned(), id.to_owned()),
        ("webhook-timestamp".to_owned(), at.to_string()),
        ("webhook-signature".to_owned(), signature.to_owned()),
    ];
    adapter.send(Method::POST, BILLING, Some("application/json"), body.as_bytes().to_vec()).await
}

/// A message that is right in every way.
async fn told(world: &World, id: &str, body: &Value) -> Answer {
    let (at, body) = (world.core.clock.now().seconds(), body.to_string());
    send(world, id, at, &sign(id, at, &body), &body).await
}

on_both!(the_hook_sets_a_plan_once_a_message, given_secret(), async |world: World| {
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    let mut admin = given_staff(&world, "admin").await;
    let paid = json!({ "email": "Ada@example.test", "plan": "paid", "valid_until": "2026-04-01T00:00:00Z" });
    assert_eq!(problem(&ada.post_json(CLIENTS, &json!({ "name": "Notes" })).await), (402, "plan_required".to_owned()));
    assert_eq!(told(&world, "msg_1", &paid).await.status, 204);
    assert_eq!(ada.post_json(CLIENTS, &json!({ "name": "Notes" })).await.status, 201);

    // Somebody changes it by hand; the same message once more does not undo that.
    let user = admin.get("/admin/v1/staff/users?q=ada@example.test").await.json()["data"][0].clone();
    let path = format!("/admin/v1/staff/users/{}", user["sub"].as_str().unwrap());
    assert_eq!(user["plan_valid_until"], "2026-04-01T00:00:00Z");
    ask(&mut admin, Method::PATCH, &path, &json!({ "plan_valid_until": null, "reason": "A friend" })).await;
    assert_eq!(told(&world, "msg_1", &paid).await.status, 204);
    assert_eq!(admin.get(&path).await.json()["plan_valid_until"], Value::Null);
    // A `sub` is as good as a number: clients have it as one.
    let by_sub = json!({ "sub": user["sub"], "plan": "free" });
    assert_eq!(told(&world, "msg_2", &by_sub).await.status, 204);
    let number: u64 = user["sub"].as_str().unwrap().parse().unwrap();
    assert_eq!(told(&world, "msg_3", &json!({ "sub": number, "plan": "paid" })).await.status, 204);
    assert_eq!(told(&world, "msg_4", &json!({ "sub": number, "plan": "free" })).await.status, 204);
    assert_eq!(problem(&ada.post_json(CLIENTS, &json!({ "name": "More" })).await), (402, "plan_required".to_owned()));
    let log = admin.get("/admin/v1/staff/audit?limit=200").await.json();
    let mut told = log["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "user.plan_set");
    let is_hooks = |entry: &Value| entry["actor"] == "service billing" && entry["address"] == "127.0.0.1";
    assert!(told.clone().count() == 4 && told.all(is_hooks), "{log}");
});

on_both!(a_message_that_is_not_right_changes_nothing, given_secret(), async |world: World| {
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    let (now, good) = (world.core.clock.now().seconds(), json!({ "email": "ada@example.test", "plan": "paid" }));
    let body = good.to_string();
    let signature = sign("msg_1", now, &body);
    for (id, at, signature, body) in [
        ("msg_2", now, signature.as_str(), body.as_str()),
        ("msg_1", now + 1, &signature, &body),
        ("msg_1", now, "v1,AAAA", &body),
        ("msg_1", now, "", &body),
        ("msg_1", now, &signature, "{\"email\":\"ada@example.test\",\"plan\":\"paid\"} "),
        ("msg_1", now - 301, &sign("msg_1", now - 301, &body), &body),
        ("msg_1", now + 301, &sign("msg_1", now + 301, &body), &body),
        ("", now, &sign("", now, &body), &body),
    ] {
        let refused = send(&world, id, at, signature, body).await;
        assert_eq!(problem(&refused), (401, "signature_invalid".to_owned()), "{id} {at} {signature}");
    }
    for (body, field) in [
        (json!({ "plan": "paid" }), "email"),
        (json!({ "email": "ada@example.test", "sub": "1000000000000", "plan": "paid" }), "email"),
        (json!({ "email": "ada", "plan": "paid" }), "email"),
        (json!({ "sub": "7", "plan": "paid" }), "sub"),
        (json!({ "sub": 7, "plan": "paid" }), "sub"),
        (json!({ "sub": 1.5, "plan": "paid" }), "sub"),
        (json!({ "sub": -1, "plan": "paid" }), "sub"),
        (json!({ "sub": [], "plan": "paid" }), "sub"),
        (json!({ "email": "ada@example.test" }), "plan"),
        (json!({ "email": "ada@example.test", "plan": "golden" }), "plan"),
        (json!({ "email": "ada@example.test", "plan": "paid", "valid_until": "soon" }), "valid_until"),
        (json!({ "email": "ada@example.test", "plan": "paid", "staff": "admin" }), "staff"),
    ] {
        assert_eq!(wrong(&told(&world, "msg_3", &body).await)[0].0, field, "{body}");
    }
    let unknown = json!({ "email": "nobody@example.test", "plan": "paid" });
    assert_eq!(problem(&told(&world, "msg_4", &unknown).await), (404, "not_found".to_owned()));
    assert_eq!(problem(&ada.post_json(CLIENTS, &json!({ "name": "Notes" })).await), (402, "plan_required".to_owned()));
    // What was refused may come again, right.
    assert_eq!(told(&world, "msg_4", &good).await.status, 204);
});

on_both!(without_a_secret_no_message_is_believed, async |world: World| {
    let refused = told(&world, "msg_1", &json!({ "email": "ada@example.test", "plan": "paid" })).await;
    assert_eq!(problem(&refused), (401, "signature_invalid".to_owned()));
});

on_both!(
    mg_14_a_lapsed_plan_is_read_only_and_its_grace_is_not_to_be_had_twice,
    given_secret(),
    async |world: World| {
        let mut owner = given_signed_in(&world, "charles@example.test").await;
        let mut token = given_token(&world, &mut owner, &["client:read", "client:update"]).await;
        let logs_in = async || {
            world.core.snapshots.forget_all();
            let answer = world.browser().get(&world.authorize(&[])).await;
            answer.status == 303 && answer.location().contains("/login")
        };
        let ends = json!({ "email": "charles@example.test", "plan": "paid", "valid_until": "2026-03-02T00:00:00Z" });
        assert_eq!(told(&world, "msg_1", &ends).await.status, 204);
        world.clock.advance(DAY);

        for caller in [&mut owner, &mut token] {
            let refused = ask(caller, Method::PATCH, &of_client(""), &json!({ "name": "Other" })).await;
            assert_eq!(problem(&refused), (402, "plan_required".to_owned()));
            assert!(refused.json()["detail"].as_str().unwrap().contains("renews"), "{refused:?}");
            assert_eq!(caller.get(&of_client("")).await.status, 200);
        }
        let file = "[[clients]]\nowner = \"charles@example.test\"\nname = \"One more\"\n";
        assert!(apply(&world.core, file, Options::default()).await.is_err());
        assert!(logs_in().await);

        // Saved again as free, as paid until yesterday, by a file: the fourteen days go on from their beginning.
        world.clock.advance(DAY * 7);
        let saved = json!({ "email": "charles@example.test", "plan": "free" });
        assert_eq!(told(&world, "msg_2", &saved).await.status, 204);
        let saved = json!({ "email": "charles@example.test", "plan": "paid", "valid_until": "2026-03-09T00:00:00Z" });
        assert_eq!(told(&world, "msg_3", &saved).await.status, 204);
        world.apply("[[users]]\nemail = \"charles@example.test\"\nplan = \"paid\"\nplan_valid_until = \"2026-03-08T00:00:00Z\"\n").await;
        assert!(logs_in().await);
        world.clock.advance(DAY * 7);
        assert!(!logs_in().await, "fourteen days after the first end");

        let renewed = json!({ "email": "charles@example.test", "plan": "paid" });
        assert_eq!(told(&world, "msg_4", &renewed).await.status, 204);
        assert!(logs_in().await);
        let mut owner = given_signed_in(&world, "charles@example.test").await;
        assert_eq!(ask(&mut owner, Method::PATCH, &of_client(""), &json!({ "name": "Other" })).await.status, 200);
    }
);

fn given_few_clients() -> Given {
    Given { settings: &[("PLANS__PAID__MAX_CLIENTS", "3")], ..Given::default() }
}

on_both!(a_plan_allows_so_many_clients, given_few_clients(), async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    assert_eq!(owner.post_json(CLIENTS, &json!({ "name": "Third" })).await.status, 201);
    let fourth = owner.post_json(CLIENTS, &json!({ "name": "Fourth" })).await;
    assert_eq!(problem(&fourth), (402, "plan_required".to_owned()));
});

on_both!(a_plan_that_was_taken_away_can_be_given_back, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let found = admin.get("/admin/v1/staff/users?q=charles@example.test").await.json();
    let path = format!("/admin/v1/staff/users/{}", found["data"][0]["sub"].as_str().unwrap());
    let mut name = 0;
    let mut may_change = async || {
        name += 1;
        ask(&mut owner, Method::PATCH, &of_client(""), &json!({ "name": format!("Engines {name}") })).await.status
            == 200
    };
    let by_file = async |plan: &str| {
        world.apply(&format!("[[users]]\nemail = \"charles@example.test\"\nplan = {plan:?}\n")).await;
    };
    for _ in 0..2 {
        let taken = ask(&mut admin, Method::PATCH, &path, &json!({ "plan": "free", "reason": "Unpaid" })).await;
        assert_eq!(taken.status, 200, "{taken:?}");
        world.clock.advance(HOUR);
        assert!(!may_change().await);
        let given = ask(&mut admin, Method::PATCH, &path, &json!({ "plan": "paid", "reason": "Paid" })).await;
        assert_eq!((&given.json()["plan"], &given.json()["plan_valid_until"]), (&json!("paid"), &Value::Null));
        assert!(may_change().await);

        by_file("free").await;
        world.clock.advance(HOUR);
        assert!(!may_change().await);
        by_file("paid").await;
        assert!(may_change().await);
    }
});
