//! Pages of a client that no plan entitles, and of one that is suspended: what takes away is offered, or nothing is.

use axum::http::Method;
use serde_json::json;

use super::desk::csrf;
use crate::admin::stage::{ROOMY, Stage};
use crate::admin::{CLIENTS, ask, given_signed_in, problem};
use crate::world::{CLIENT, World, on_both};

on_both!(without_a_plan_what_takes_away_is_offered_and_nothing_else, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let id = |kind: &str| stage.ids[kind].clone();
    world.apply("[[users]]\nemail = \"charles@example.test\"\nplan_valid_until = \"2026-03-02T00:00:00Z\"\n").await;
    world.clock.advance(std::time::Duration::from_secs(2 * 24 * 60 * 60));
    world.core.snapshots.forget_all();
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let token = csrf(&owner);
    let client = format!("/clients/{CLIENT}");
    let domain = format!("{client}/domains/{}", id("domain"));

    // The band says since when, and leads to a plan or to another owner; nothing new is offered.
    let list = owner.get(&format!("{client}/domains")).await;
    assert!(list.body.contains("ended on 2 Mar 2026. Logins go on until 16 Mar 2026."), "{list:?}");
    assert!(list.body.contains("/settings/billing-owner\"") && !list.body.contains("/domains/new\""), "{list:?}");
    for new in ["/domains/new", "/secrets/new", "/scopes/new", "/roles/new", "/requests/new", "/members/new"] {
        let path = format!("{client}{new}");
        assert_eq!(owner.get(&path).await.status, 402, "{new}");
        assert_eq!(owner.post(&path, &[("csrf", &token), ("name", "x")]).await.status.as_u16() / 100, 4, "{new}");
    }

    // What is on goes off, by page and by API, and not on again.
    let page = owner.get(&domain).await.body;
    assert!(page.contains("Switch off") && !page.contains("role=\"switch\""), "{page}");
    let off = [("csrf", &*token), ("allow_api", "false")];
    assert_eq!(owner.post(&format!("{domain}/switches"), &off).await.status, 303);
    let api = format!("{CLIENTS}/{CLIENT}");
    let domain = format!("{api}/domains/{}", id("domain"));
    let secret = format!("{api}/secrets/{}", id("secret"));
    let url = format!("{domain}/urls/{}", id("url"));
    let rows = [
        (&domain, json!({ "allow_api": true }), 402),
        (&domain, json!({ "allow_login": false, "internal_name": "x" }), 402),
        (&domain, json!({ "allow_login": false, "allow_api": false }), 200),
        (&secret, json!({ "label": "Other" }), 402),
        (&secret, json!({ "active": false }), 200),
        (&secret, json!({ "active": true }), 402),
        (&url, json!({ "active": false }), 200),
        (&api, json!({ "name": "Other" }), 402),
    ];
    for (path, body, expected) in rows {
        let answer = ask(&mut owner, Method::PATCH, path, &body).await;
        assert_eq!(answer.status.as_u16(), expected, "{path} {body}: {answer:?}");
    }
    // What is there can be ended.
    for path in [
        format!("{domain}/secrets/{}", id("secret")),
        secret,
        url,
        format!("{api}/requests/{}", id("request")),
        format!("{api}/members/{}", id("member")),
        format!("{api}/scopes/userinfo"),
        domain,
    ] {
        let answer = owner.send(Method::DELETE, &path, None, Vec::new()).await;
        assert_eq!(answer.status, 204, "{path}: {answer:?}");
    }
});

on_both!(of_a_suspended_client_nothing_is_changed, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    let path = format!("/admin/v1/staff/clients/{CLIENT}");
    let suspended = json!({ "suspended": true, "reason": "Reported" });
    assert_eq!(ask(&mut stage.staff, Method::PATCH, &path, &suspended).await.status, 200);
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let client = format!("/clients/{CLIENT}");
    let list = owner.get(&format!("{client}/secrets")).await;
    assert!(list.body.contains("<b>Suspended</b>") && !list.body.contains("/secrets/new\""), "{list:?}");
    for path in ["/secrets/new".to_owned(), format!("/secrets/{}/delete", stage.ids["secret"])] {
        assert_eq!(owner.get(&format!("{client}{path}")).await.status, 409, "{path}");
    }
    let secret = format!("{CLIENTS}/{CLIENT}/secrets/{}", stage.ids["secret"]);
    let refused = owner.send(Method::DELETE, &secret, None, Vec::new()).await;
    assert_eq!(problem(&refused), (409, "client_suspended".to_owned()));
});
