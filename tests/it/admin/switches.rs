//! Each switch of an integration is in force on the next request, and switched on again, what it refused goes on
//! (SPEC §2.5).

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::{ask, domain, given_signed_in, of_client, path_of, problem, wrong};
use crate::browser::Browser;
use crate::world::{World, on_both};

const NONE: Value = Value::Null;

/// What works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Works {
    /// A login starts.
    login: bool,
    /// The client gets a token of its own.
    credentials: bool,
    /// An access token of a login of before opens what it opened.
    userinfo: bool,
    /// A refresh token of it is renewed.
    refresh: bool,
}

const ALL: Works = Works { login: true, credentials: true, userinfo: true, refresh: true };
const NOTHING: Works = Works { login: false, credentials: false, userinfo: false, refresh: false };

struct Switch {
    name: &'static str,
    /// What is asked to switch it off.
    off: (Method, String, Value),
    /// And on again.
    on: (Method, String, Value),
    /// How long it takes until it is off.
    after: Duration,
    left: Works,
}

/// Somebody who has logged in.
struct Login {
    access: String,
    refresh: String,
}

impl Login {
    async fn works(&mut self, world: &World) -> Works {
        let login = world.browser().get(&world.authorize(&[])).await;
        let credentials = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await;
        let userinfo = world.userinfo(&self.access).await;
        let refreshed = world.refresh(&self.refresh).await;
        if refreshed.status == 200 {
            self.refresh = refreshed.json()["refresh_token"].as_str().unwrap().to_owned();
        }
        Works {
            login: login.location().starts_with("/login"),
            credentials: credentials.status == 200,
            userinfo: userinfo.status == 200,
            refresh: refreshed.status == 200,
        }
    }
}

async fn switches(owner: &mut Browser) -> Vec<Switch> {
    let domain = domain(owner, "engines.example").await;
    let url = path_of(owner, &format!("{domain}/urls"), "kind", "callback").await;
    let secret = path_of(owner, &of_client("/secrets"), "label", "Standard Key").await;
    let link = format!("{domain}/secrets/{}", secret.rsplit('/').next().unwrap());
    let patched = |name, path: &String, off: Value, on: Value, left| Switch {
        name,
        off: (Method::PATCH, path.clone(), off),
        on: (Method::PATCH, path.clone(), on),
        after: Duration::ZERO,
        left,
    };
    let toggle = |name: &'static str, path: &String, left| {
        patched(name, path, json!({ name: false }), json!({ name: true }), left)
    };
    let no_secret = Works { credentials: false, refresh: false, ..ALL };
    vec![
        Switch { name: "domain", ..toggle("active", &domain, NOTHING) },
        toggle("allow_login", &domain, Works { login: false, ..ALL }),
        toggle("allow_api", &domain, Works { credentials: false, ..ALL }),
        patched(
            "test mode, for those it excludes",
            &domain,
            json!({ "test_mode": true }),
            json!({ "test_mode": false }),
            Works { userinfo: false, refresh: false, ..ALL },
        ),
        patched("server IPs", &domain, json!({ "server_ips": ["192.0.2.1"] }), json!({ "server_ips": [] }), no_secret),
        Switch { name: "URL", ..toggle("active", &url, Works { login: false, ..ALL }) },
        Switch { name: "secret", ..toggle("active", &secret, no_secret) },
        Switch {
            after: Duration::from_secs(60),
            ..patched(
                "expiry of a secret",
                &secret,
                json!({ "expires_at": "2026-03-01T12:01:00Z" }),
                json!({ "expires_at": null }),
                no_secret,
            )
        },
        Switch {
            name: "link",
            off: (Method::DELETE, link.clone(), NONE),
            on: (Method::PUT, link, NONE),
            after: Duration::ZERO,
            left: no_secret,
        },
        Switch {
            name: "scope",
            off: (Method::DELETE, of_client("/scopes/email"), NONE),
            on: (Method::POST, of_client("/scopes"), json!({ "name": "email" })),
            after: Duration::ZERO,
            left: Works { login: false, ..ALL },
        },
    ]
}

on_both!(each_switch_is_in_force_on_the_next_request_and_ends_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let tokens = world.given_login("ada@example.test").await;
    let token = |name: &str| tokens[name].as_str().unwrap().to_owned();
    let mut login = Login { access: token("access_token"), refresh: token("refresh_token") };
    assert_eq!(login.works(&world).await, ALL);

    for Switch { name, off, on, after, left } in switches(&mut owner).await {
        let switched = ask(&mut owner, off.0, &off.1, &off.2).await;
        assert!(switched.status.is_success(), "{name}: {switched:?}");
        world.clock.advance(after);
        assert_eq!(login.works(&world).await, left, "{name} is off");
        let switched = ask(&mut owner, on.0, &on.1, &on.2).await;
        assert!(switched.status.is_success(), "{name}: {switched:?}");
        assert_eq!(login.works(&world).await, ALL, "{name} is on again");
    }
});

on_both!(a_scope_of_the_catalog_is_activated_once, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let scopes = of_client("/scopes");
    let phone = json!({ "name": "phone" });
    let tag = async |owner: &mut Browser| owner.get(&of_client("")).await.headers["etag"].clone();
    let before = tag(&mut owner).await;
    let made = ask(&mut owner, Method::POST, &scopes, &phone).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, &*format!("{scopes}/phone")));
    assert_ne!(tag(&mut owner).await, before, "a client shows its scopes");
    let expected = json!({
        "name": "phone", "title": "Phone number", "tier": "verified", "opens": "phone_number phone_number_verified",
        "description": "See your phone number and whether it is verified.", "at_login": false,
    });
    assert_eq!(owner.get(made.location()).await.json(), expected);
    assert_eq!(problem(&ask(&mut owner, Method::POST, &scopes, &phone).await), (409, "already_active".to_owned()));
    let unknown = ask(&mut owner, Method::POST, &scopes, &json!({ "name": "unheard-of" })).await;
    assert_eq!(wrong(&unknown), [("name".to_owned(), "unknown_scope".to_owned())]);
    assert_eq!(problem(&owner.get(&format!("{scopes}/address")).await), (404, "not_found".to_owned()));
    let gone = ask(&mut owner, Method::DELETE, &format!("{scopes}/address"), &NONE).await;
    assert_eq!(problem(&gone), (404, "not_found".to_owned()));

    // The catalog is for everybody who has an account, page by page.
    let mut anybody = given_signed_in(&world, "ada@example.test").await;
    let mut names = Vec::new();
    let mut query = "?limit=4".to_owned();
    loop {
        let page = anybody.get(&format!("/admin/v1/scopes{query}")).await.json();
        names.extend(page["data"].as_array().unwrap().iter().map(|scope| scope["name"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=4&cursor={cursor}");
    }
    assert_eq!(names.len(), 9);
    assert_eq!((&*names[0], &*names[8]), ("openid", "phone"));
    assert_eq!(problem(&world.browser().get("/admin/v1/scopes").await), (401, "not_signed_in".to_owned()));
});
