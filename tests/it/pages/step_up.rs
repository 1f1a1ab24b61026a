//! Clients that ask for two factors (`acr_values`, RFC 9470).

use serde_json::json;

use super::second_factor::{SECOND, given_app};
use super::{ADA, signed_in, submit};
use crate::oauth::tokens::claims;
use crate::world::{PASSWORD, World, on_both};

on_both!(acr_values_ask_for_what_the_account_has, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let wanted = |values: &'static str| world.authorize(&[("acr_values", values)]);
    // An account without a second factor goes on with one, and says so.
    let consent = ada.open(&wanted("2 1")).await;
    let code = ada.consent(&consent, "allow").await.parameter("code").unwrap();
    let tokens = world.redeem(&code).await.json();
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["acr"], "1");
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    for token in [access, refresh] {
        let seen = world.introspect(token).await;
        assert_eq!((&seen["acr"], &seen["auth_time"]), (&json!("1"), &json!(world.clock.now().seconds())), "{seen}");
    }
    let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    assert!(claims(own["access_token"].as_str().unwrap()).get("acr").is_none());

    // A sign-in that is weaker than its account does not count for who asks for two; it does for who does not.
    let app = given_app(&world, &mut ada).await;
    world.sql("UPDATE sessions SET amr = 'pwd'").await;
    for values in ["", "1", "1 2", "gold"] {
        assert!(ada.get(&wanted(values)).await.parameter("code").is_some(), "{values}");
    }
    for values in ["2", "2 1", "gold 2"] {
        let login = ada.open(&wanted(values)).await;
        assert!(login.path.starts_with("/login?flow="), "{values}: {login:?}");
        let silent = ada.get(&world.authorize(&[("acr_values", values), ("prompt", "none")])).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("login_required"), "{values}");
    }
    let login = ada.open(&wanted("2")).await;
    let second = ada.sign_in(&login, ADA, PASSWORD).await;
    let entered = submit(&mut ada, &second, SECOND, &[("code", &app.next_code(&world))]).await;
    let code = ada.follow(entered).await.parameter("code").unwrap();
    let tokens = world.redeem(&code).await.json();
    assert_eq!(claims(tokens["access_token"].as_str().unwrap())["acr"], "2");
});
