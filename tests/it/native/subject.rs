//! The number a partner knows a person by.

use serde_json::json;
use xwms_core::error::Error;
use xwms_core::provision::{self, Options};

use super::{given_token, other_server, server};
use crate::oauth::tokens::claims;
use crate::world::{CLIENT, World, on_both};

/// What the other partner, whose numbers are public, knows Ada by.
async fn public_sub(world: &World) -> String {
    let mut server = other_server(world);
    let asked = json!({ "redirect_url": "https://shop.notes.example/cb" });
    let url = server.sign_in_url(asked).await;
    let back = world.browser().log_in(&url, "ada@example.test").await;
    let answer = server.verify(json!({ "token": back.parameter("token") })).await;
    answer.json()["data"]["sub"].as_str().unwrap().to_owned()
}

/// What the partner knows Ada by: natively, and in OpenID Connect's ID token and userinfo.
async fn subs(world: &World) -> [String; 3] {
    let (_, token) = given_token(world, json!({})).await;
    let native = server(world, &world.secret).verify(json!({ "token": token })).await.json()["data"]["sub"].clone();
    let tokens = world.given_login("ada@example.test").await;
    let id_token = claims(tokens["id_token"].as_str().unwrap())["sub"].clone();
    let userinfo = world.userinfo(tokens["access_token"].as_str().unwrap()).await.json()["sub"].clone();
    [native, id_token, userinfo].map(|sub| sub.as_str().unwrap().to_owned())
}

on_both!(a_public_number_is_the_same_everywhere, async |world: World| {
    let public = public_sub(&world).await;
    assert_eq!(subs(&world).await, [public.clone(), public.clone(), public]);
});

on_both!(a_pairwise_number_is_this_clients_alone, async |world: World| {
    let as_type = |name: &str| format!("[[clients]]\nid = \"{CLIENT}\"\nsubject_type = \"{name}\"\n");
    world.apply(&as_type("pairwise")).await;
    let public = public_sub(&world).await;
    let [native, id_token, userinfo] = subs(&world).await;
    assert_ne!(native, public);
    assert!((1_000_000_000_000..1 << 53).contains(&native.parse::<u64>().unwrap()), "{native}");
    assert_eq!((&id_token, &userinfo), (&native, &native));
    assert_eq!(subs(&world).await[0], native, "and stays it");
    // Somebody has logged in: it is fixed.
    let change = provision::apply(&world.core, &as_type("public"), Options::default()).await;
    let Err(Error::Invalid(errors)) = change else { panic!("{change:?}") };
    assert_eq!(errors[0].code(), "subject_type_fixed");
});
