//! Whose things they are, and who may what: every operation on domains, URLs, secrets, links and scopes is a row.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;

use super::{ask, given_signed_in, given_token, of_client, problem, wrong};
use crate::browser::Browser;
use crate::world::{OTHER_CLIENT, World, on_both};

/// Ids of a client's things.
struct Things {
    domain: String,
    url: String,
    secret: String,
}

impl Things {
    async fn of(browser: &mut Browser, client: &str) -> Self {
        // Ids of one moment stand in any order: the primary domain is the one that is meant.
        let domains = browser.get(&format!("{client}/domains")).await.json();
        let primary = domains["data"].as_array().unwrap().iter().find(|domain| domain["primary"] == true);
        let domain = primary.unwrap()["id"].as_str().unwrap().to_owned();
        let url = first(browser, &format!("{client}/domains/{domain}/urls")).await;
        Self { domain, url, secret: first(browser, &format!("{client}/secrets")).await }
    }

    fn path(&self, template: &str) -> String {
        template.replace("{domain}", &self.domain).replace("{url}", &self.url).replace("{secret}", &self.secret)
    }
}

async fn first(browser: &mut Browser, list: &str) -> String {
    browser.get(list).await.json()["data"][0]["id"].as_str().unwrap().to_owned()
}

fn operations() -> Vec<(Method, &'static str, Value, &'static str)> {
    const NONE: Value = Value::Null;
    let callback = json!({ "kind": "callback", "url": "https://engines.example/new" });
    vec![
        (Method::GET, "/scopes", NONE, "scopes:read"),
        (Method::GET, "/scopes/openid", NONE, "scopes:read"),
        (Method::POST, "/scopes", json!({ "name": "phone" }), "scopes:create"),
        (Method::DELETE, "/scopes/openid", NONE, "scopes:delete"),
        (Method::GET, "/secrets", NONE, "secrets:read"),
        (Method::POST, "/secrets", NONE, "secrets:create"),
        (Method::GET, "/secrets/{secret}", NONE, "secrets:read"),
        (Method::PATCH, "/secrets/{secret}", json!({ "label": "New" }), "secrets:update"),
        (Method::POST, "/secrets/{secret}/rotate", NONE, "secrets:create"),
        (Method::GET, "/domains", NONE, "domains:read"),
        (Method::POST, "/domains", json!({ "root_domain": "new.example" }), "domains:create"),
        (Method::GET, "/domains/{domain}", NONE, "domains:read"),
        (Method::PATCH, "/domains/{domain}", json!({ "internal_name": "New" }), "domains:update"),
        (Method::GET, "/domains/{domain}/urls", NONE, "urls:read"),
        (Method::POST, "/domains/{domain}/urls", callback, "urls:create"),
        (Method::GET, "/domains/{domain}/urls/{url}", NONE, "urls:read"),
        (Method::PATCH, "/domains/{domain}/urls/{url}", json!({ "active": false }), "urls:update"),
        (Method::GET, "/domains/{domain}/secrets", NONE, "links:read"),
        (Method::PUT, "/domains/{domain}/secrets/{secret}", NONE, "links:create"),
        // What ends something comes last, so that each row finds what it is about.
        (Method::DELETE, "/domains/{domain}/secrets/{secret}", NONE, "links:delete"),
        (Method::DELETE, "/domains/{domain}/urls/{url}", NONE, "urls:delete"),
        (Method::DELETE, "/secrets/{secret}", NONE, "secrets:delete"),
        (Method::DELETE, "/domains/{domain}", NONE, "domains:delete"),
        (Method::DELETE, "", NONE, "client:delete"),
    ]
}

on_both!(each_operation_needs_its_permission_and_no_other, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let things = Things::of(&mut owner, &of_client("")).await;
    let all: Vec<&str> = Permission::ALL.iter().filter(|it| it.is_for_roles()).map(|it| it.text()).collect();
    for (method, template, body, permission) in operations() {
        let path = of_client(&things.path(template));
        let others: Vec<&str> = all.iter().copied().filter(|other| *other != permission).collect();
        let mut without = given_token(&world, &mut owner, &others).await;
        let refused = ask(&mut without, method.clone(), &path, &body).await;
        assert_eq!(problem(&refused), (403, "permission_missing".to_owned()), "{method} {template}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(permission), "{method} {template}: {refused:?}");
        let mut nobody = world.browser();
        let refused = ask(&mut nobody, method.clone(), &path, &body).await;
        assert_eq!(problem(&refused), (401, "not_signed_in".to_owned()), "{method} {template}");
        let mut with = given_token(&world, &mut owner, &[permission]).await;
        let done = ask(&mut with, method.clone(), &path, &body).await;
        assert!(done.status.is_success(), "{method} {template}: {done:?}");
    }
});

on_both!(mg_03_what_is_not_a_partners_to_set_is_refused_by_name_and_nothing_is_applied, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let things = Things::of(&mut owner, &of_client("")).await;
    let before = crate::database::contents(&world.core.db).await;
    let foreign = [
        ("id", json!("domain_01jd3v8m1efb9rkyq9wzvw2x4a")),
        ("client", json!(OTHER_CLIENT)),
        ("client_id", json!(OTHER_CLIENT)),
        ("ownership", json!("proven")),
        ("ownership_token", json!("known")),
        ("verified", json!(true)),
        ("status", json!("approved")),
        ("value", json!(crate::world::OTHER_SECRET)),
        ("digest", json!("00")),
        ("hint", json!("abcd")),
        ("last_used_at", json!("2026-01-01T00:00:00Z")),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("tier", json!("open")),
    ];
    let takes_a_body = |method: &Method| [Method::POST, Method::PATCH].contains(method);
    for (method, template, body, _) in operations().into_iter().filter(|(method, ..)| takes_a_body(method)) {
        let path = of_client(&things.path(template));
        for (name, value) in &foreign {
            let mut body = if body.is_null() { json!({}) } else { body.clone() };
            body[*name] = value.clone();
            let refused = wrong(&ask(&mut owner, method.clone(), &path, &body).await);
            assert_eq!(refused, [((*name).to_owned(), "unknown_field".to_owned())], "{method} {template}");
        }
    }
    assert_eq!(crate::database::contents(&world.core.db).await, before);
});
