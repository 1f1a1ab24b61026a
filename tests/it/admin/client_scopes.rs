//! Scopes of a client: several at once, and which of them a login asks for by itself.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::provision::export;

use super::{ask, given_signed_in, of_client, problem};
use crate::browser::Browser;
use crate::world::{CLIENT, World, on_both};

async fn at_login(owner: &mut Browser) -> Vec<(String, bool)> {
    let found = owner.get(&of_client("/scopes")).await.json();
    let scopes = found["data"].as_array().unwrap().iter();
    scopes.map(|it| (it["name"].as_str().unwrap().to_owned(), it["at_login"].as_bool().unwrap())).collect()
}

fn named(scopes: &[(&str, bool)]) -> Vec<(String, bool)> {
    scopes.iter().map(|(name, on)| ((*name).to_owned(), *on)).collect()
}

on_both!(f_43_a_login_that_names_no_scope_asks_for_those_that_are_on, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let by_default =
        [("openid", true), ("profile", true), ("email", true), ("offline_access", true), ("userinfo", false)];
    assert_eq!(at_login(&mut owner).await, named(&by_default), "reserved ones are not asked for");

    // One is read and changed by itself, guarded by its version;
    let path = of_client("/scopes/userinfo");
    let read = owner.get(&path).await;
    let etag = read.headers["etag"].to_str().unwrap().to_owned();
    let on = ask(&mut owner, Method::PATCH, &path, &json!({ "at_login": true })).await;
    assert_eq!((on.status.as_u16(), &on.json()["at_login"]), (200, &json!(true)), "{on:?}");
    assert_ne!(on.headers["etag"].to_str().unwrap(), etag);
    owner.headers.push(("if-match".to_owned(), etag));
    let stale = ask(&mut owner, Method::PATCH, &path, &json!({ "at_login": false })).await;
    assert_eq!(stale.status, 412, "{stale:?}");
    owner.headers.pop();
    let entry = owner.get(&of_client("/audit?action=scope.updated")).await.json()["data"][0].clone();
    assert_eq!((&entry["before"]["at_login"], &entry["after"]["at_login"]), (&json!(false), &json!(true)), "{entry}");

    // what is asked natively without `scope` follows at once.
    let asked = async |world: &World| {
        let url = crate::native::server(world, &world.secret).sign_in_url(json!({})).await;
        let mut person = world.browser();
        let login = person.open(&url).await;
        person.sign_in(&login, "ada@example.test", crate::world::PASSWORD).await.body
    };
    for name in ["openid", "profile", "email"] {
        ask(
            &mut owner,
            Method::PATCH,
            &of_client(&format!("/scopes/{name}")),
            &json!({ "at_login": name == "openid" }),
        )
        .await;
    }
    let consent = asked(&world).await;
    assert!(consent.contains("Know who you are") && !consent.contains("See your email address"), "{consent}");
    ask(&mut owner, Method::PATCH, &of_client("/scopes/email"), &json!({ "at_login": true })).await;
    assert!(asked(&world).await.contains("See your email address"));

    // The file says it, and what is exported makes it so again.
    let file = format!(
        "[[clients]]\nid = \"{CLIENT}\"\nscopes = [\"openid\", {{ name = \"email\", at_login = false }}, \
         {{ name = \"phone\", at_login = true }}]\n"
    );
    world.apply(&file).await;
    let expected = named(&[("openid", true), ("email", false), ("phone", true)]);
    assert_eq!(at_login(&mut owner).await, expected);
    let exported = export(&world.core.db, world.clock.now()).await.unwrap();
    world.apply(&file.replace("false", "true")).await;
    assert_ne!(at_login(&mut owner).await, expected);
    world.apply(&exported).await;
    assert_eq!(at_login(&mut owner).await, expected);
});

on_both!(several_scopes_are_activated_at_once_or_none_of_them, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = of_client("/scopes");
    let refused = ask(&mut owner, Method::POST, &path, &json!({ "names": ["phone", "nothing"] })).await;
    assert_eq!(problem(&refused), (422, "invalid".to_owned()));
    assert_eq!(refused.json()["errors"][0]["field"], json!("names[1]"));
    let taken = ask(&mut owner, Method::POST, &path, &json!({ "names": ["phone", "email"] })).await;
    assert_eq!(problem(&taken), (409, "already_active".to_owned()));
    assert_eq!(at_login(&mut owner).await.len(), 5, "all or none");
    let made = ask(&mut owner, Method::POST, &path, &json!({ "names": ["phone", "address"], "at_login": true })).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, &*path), "{made:?}");
    let made: Vec<Value> = made.json()["data"].as_array().unwrap().clone();
    assert_eq!((made.len(), &made[0]["name"], &made[0]["at_login"]), (2, &json!("phone"), &json!(true)));
    for body in [json!({}), json!({ "names": [] }), json!({ "name": "address", "names": ["phone"] })] {
        assert_eq!(problem(&ask(&mut owner, Method::POST, &path, &body).await), (422, "invalid".to_owned()), "{body}");
    }
});

on_both!(a_client_says_how_it_stands_and_what_the_caller_may, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let client = owner.get(&of_client("")).await.json();
    assert_eq!((&client["state"], &client["access"]["level"]), (&json!("live"), &json!(100)));
    assert!(client["access"]["role"].as_str().unwrap().starts_with("role_"), "{client}");
    let permissions = client["access"]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("secrets:create")) && permissions.len() > 40, "{permissions:?}");
    let listed = owner.get("/admin/v1/clients").await.json()["data"][0].clone();
    assert_eq!(listed, client);

    // A token says what is left of it.
    let made = ask(&mut owner, Method::POST, &of_client("/tokens"), &json!({ "permissions": ["client:read"] })).await;
    let mut program = world.browser();
    program.headers.push(("authorization".to_owned(), format!("Bearer {}", made.json()["value"].as_str().unwrap())));
    assert_eq!(program.get(&of_client("")).await.json()["access"]["permissions"], json!(["client:read"]));

    world.sql("UPDATE domains SET test_mode = true").await;
    assert_eq!(owner.get(&of_client("")).await.json()["state"], json!("test_mode"));
    world.change_fact("plan lapsed").await;
    let lapsed = owner.get(&of_client("")).await.json();
    assert_eq!(lapsed["state"], json!("read_only"));
    assert!(lapsed["state_since"].is_string() && lapsed["logins_until"].is_string(), "{lapsed}");

    let mut staff = crate::admin::given_staff(&world, "admin").await;
    let path = format!("/admin/v1/staff/clients/{CLIENT}");
    let done = ask(&mut staff, Method::PATCH, &path, &json!({ "suspended": true, "reason": "Phishing" })).await;
    assert_eq!(done.status, 200, "{done:?}");
    let suspended = owner.get(&of_client("")).await.json();
    assert_eq!((&suspended["state"], &suspended["state_reason"]), (&json!("suspended"), &json!("Phishing")));
    assert!(suspended["state_since"].is_string() && suspended["logins_until"].is_null(), "{suspended}");
});
