//! Discovery lists what works, and nothing else.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::model::scope::Tier;
use xwms_core::testing;

use super::tokens::{claims, header, text};
use crate::world::{CLIENT, ISSUER, World, basic, on_both};

async fn discovery(world: &World) -> Value {
    world.browser().get("/.well-known/openid-configuration").await.json()
}

fn listed(discovery: &Value, member: &str) -> Vec<String> {
    let list = discovery[member].as_array().unwrap_or_else(|| panic!("no {member} in {discovery}"));
    list.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

on_both!(jw_08_the_issuer_and_every_endpoint_are_ours, async |world: World| {
    let openid = discovery(&world).await;
    assert_eq!(openid["issuer"], ISSUER);
    let oauth = world.browser().get("/.well-known/oauth-authorization-server").await.json();
    for (member, value) in oauth.as_object().unwrap() {
        assert_eq!(openid[member], *value, "{member}: both documents say the same");
    }
    let endpoints = openid.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint"));
    let endpoints: Vec<_> = endpoints
        .chain([(&"jwks_uri".to_owned(), &openid["jwks_uri"])])
        .map(|(name, url)| (name.clone(), url.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(endpoints.len(), 7);
    for (name, url) in endpoints {
        let path = url.strip_prefix(ISSUER).unwrap_or_else(|| panic!("{url}"));
        let gets =
            matches!(&*name, "authorization_endpoint" | "userinfo_endpoint" | "end_session_endpoint" | "jwks_uri");
        let method = if gets { Method::GET } else { Method::POST };
        let form = "application/x-www-form-urlencoded";
        let answer = world.browser().send(method, path, Some(form), Vec::new()).await;
        assert!(!matches!(answer.status.as_u16(), 404 | 405 | 500..), "{name}: {answer:?}");
    }
});

on_both!(jw_08_what_is_listed_works_and_what_works_is_listed, async |world: World| {
    let discovery = discovery(&world).await;
    // Grants: those that are listed, and no other.
    for grant in listed(&discovery, "grant_types_supported") {
        let answer = world.client_post("/oauth/token", &[("grant_type", &grant)]).await;
        assert!(answer.status == 200 || answer.error() != "unsupported_grant_type", "{grant}");
    }
    // Ways to authenticate, at each endpoint that lists them.
    for (list, path, fields) in [
        ("token_endpoint_auth_methods_supported", "/oauth/token", ("grant_type", "client_credentials")),
        ("introspection_endpoint_auth_methods_supported", "/oauth/introspect", ("token", "x")),
        ("revocation_endpoint_auth_methods_supported", "/oauth/revoke", ("token", "x")),
    ] {
        let public_too = list != "introspection_endpoint_auth_methods_supported";
        let methods = ["client_secret_basic", "client_secret_post", "none"];
        assert_eq!(listed(&discovery, list), methods[..if public_too { 3 } else { 2 }]);
        assert_eq!(world.client_post(path, &[fields]).await.status, 200, "{path} by post");
        let mut by_basic = world.browser();
        by_basic.headers.push(basic(CLIENT, &world.secret));
        assert_eq!(by_basic.post(path, &[fields]).await.status, 200, "{path} by Basic");
    }
    // Parameters of an authorization request.
    assert_eq!(listed(&discovery, "response_types_supported"), ["code"]);
    assert_eq!(listed(&discovery, "response_modes_supported"), ["query"]);
    assert_eq!(listed(&discovery, "code_challenge_methods_supported"), ["S256"]);
    assert_eq!(discovery["authorization_response_iss_parameter_supported"], true);
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    let sent = browser.get(&world.authorize(&[("response_mode", "query")])).await;
    assert!(sent.parameter("code").is_some() && sent.parameter("iss").as_deref() == Some(ISSUER), "{sent:?}");
    assert_eq!(listed(&discovery, "acr_values_supported"), ["1", "2"]);
    for prompt in listed(&discovery, "prompt_values_supported") {
        let answer = browser.get(&world.authorize(&[("prompt", &prompt)])).await;
        assert_eq!(answer.status, 303, "{prompt}: {answer:?}");
        assert_eq!(answer.parameter("error"), None, "{prompt}: {answer:?}");
    }
    for (member, parameter) in
        [("request_parameter_supported", "request"), ("request_uri_parameter_supported", "request_uri")]
    {
        assert_eq!(discovery[member], false);
        let answer = browser.get(&world.authorize(&[(parameter, "https://app.engines.example/r")])).await;
        assert_eq!(answer.parameter("error"), Some(format!("{parameter}_not_supported")));
    }
    assert_eq!(discovery["claims_parameter_supported"], false);
});

on_both!(jw_08_every_scope_claim_algorithm_and_subject_type_that_is_listed_can_be_had, async |world: World| {
    let discovery = discovery(&world).await;
    let scopes = listed(&discovery, "scopes_supported");
    let catalog = testing::catalog(&world.core.db).await.unwrap();
    let is_reserved = |name: &str| catalog.iter().any(|scope| scope.name == name && scope.tier == Tier::Verified);
    let reserved: Vec<&String> = scopes.iter().filter(|name| is_reserved(name)).collect();
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\nscopes = {scopes:?}\n[[clients.verifications]]\n\
         domains = [\"engines.example\"]\nscopes = {reserved:?}\nstate = \"approved\""
        ))
        .await;
    world
        .sql(
            "UPDATE users SET picture = 'https://pictures.example/ada', locale = 'en', zoneinfo = 'Europe/London', \
         birth_date = '1815-12-10', gender = 'female', phone_number = '+44 20 7946 0000'",
        )
        .await;
    let (_, code) = world.given_code("ada@example.test", &[("scope", &scopes.join(" "))]).await;
    let tokens = world.redeem(&code).await.json();
    let granted: BTreeSet<&str> = text(&tokens, "scope").split(' ').collect();
    assert_eq!(granted, scopes.iter().map(String::as_str).collect());

    let mut had: BTreeSet<String> = claims(text(&tokens, "id_token")).as_object().unwrap().keys().cloned().collect();
    had.extend(world.userinfo(text(&tokens, "access_token")).await.json().as_object().unwrap().keys().cloned());
    let of_the_token = ["iss", "aud", "exp", "iat"].map(str::to_owned);
    let had: BTreeSet<String> = had.into_iter().filter(|claim| !of_the_token.contains(claim)).collect();
    assert_eq!(had, listed(&discovery, "claims_supported").into_iter().collect());

    let mut algorithms = BTreeSet::from([text(&header(text(&tokens, "id_token")), "alg").to_owned()]);
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nid_token_alg = \"ES256\"")).await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    algorithms.insert(text(&header(text(&world.redeem(&code).await.json(), "id_token")), "alg").to_owned());
    assert_eq!(algorithms, listed(&discovery, "id_token_signing_alg_values_supported").into_iter().collect());
    assert_eq!(discovery["subject_types_supported"], json!(["public", "pairwise"]), "see the test of pairwise ones");
});
