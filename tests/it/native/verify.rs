//! Callback tokens are spent once, by whom they were given to.

use std::time::Duration;

use serde_json::{Value, json};

use super::{assert_refused, given_token, other_server, server, token_in};
use crate::world::{CALLBACK, CHALLENGE, SECOND_CALLBACK, SECOND_SECRET, VERIFIER, World, on_both};

on_both!(na_02_a_callback_token_works_once, async |world: World| {
    let (_, token) = given_token(&world, json!({})).await;
    let mut server = server(&world, &world.secret);
    assert_eq!(server.verify(json!({ "token": token })).await.status, 200);
    for _ in 0..2 {
        assert_refused(&server.verify(json!({ "token": token })).await, 404, "token_unknown");
    }
});

on_both!(na_02_sixty_four_at_once_get_one_success, async |world: World| {
    let (mut browser, mut token) = given_token(&world, json!({})).await;
    for _ in 0..crate::repetitions() {
        let tries = (0..64).map(|_| {
            let (racer, token) = (world.racer(), token.clone());
            tokio::spawn(async move { racer.verify(&token).await })
        });
        let mut successes = 0;
        for answer in tries.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            match answer.status.as_u16() {
                200 => successes += 1,
                404 => assert_eq!(answer.code(), "token_unknown"),
                _ => panic!("{answer:?}"),
            }
        }
        assert_eq!(successes, 1);
        token = token_in(&world, &mut browser, json!({})).await;
    }
});

on_both!(na_02_a_callback_token_lives_a_minute, async |world: World| {
    for (age, status) in [(59, 200), (60, 404), (61, 404)] {
        let (_, token) = given_token(&world, json!({})).await;
        world.clock.advance(Duration::from_secs(age));
        let answer = server(&world, &world.secret).verify(json!({ "token": token })).await;
        assert_eq!(answer.status.as_u16(), status, "after {age} s: {answer:?}");
    }
});

on_both!(na_02_no_other_credential_is_a_callback_token, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let mut server = server(&world, &world.secret);
    let signed = server.sign_token(json!({})).await.json();
    let (_, callback) = given_token(&world, json!({})).await;
    let others = [
        tokens["access_token"].as_str().unwrap(),
        tokens["id_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
        signed["data"]["token"].as_str().unwrap(),
        &code,
        &world.secret,
        &callback.replace("xwms_ct_", "xwms_ac_"),
        &code.replace("xwms_ac_", "xwms_ct_"),
        &format!("{callback}A"),
        &callback[..callback.len() - 1],
        "nonsense",
        "\u{0}",
    ];
    for other in others {
        assert_refused(&server.verify(json!({ "token": other })).await, 404, "token_unknown");
    }
    // Nor is a callback token anything else.
    assert_eq!(world.redeem(&callback).await.error(), "invalid_grant");
    assert_eq!(world.refresh(&callback).await.error(), "invalid_grant");
    assert_eq!(world.introspect(&callback).await["active"], false);
    assert_eq!(world.userinfo(&callback).await.status, 401);
    assert_eq!(world.browser().get(&format!("/oauth/sign-in?token={callback}")).await.status, 410);
    // None of this spent it, or the code.
    assert_eq!(server.verify(json!({ "token": callback })).await.status, 200);
    assert_eq!(world.redeem(&code).await.status, 200);
});

on_both!(na_03_a_callback_token_is_bound_to_client_domain_and_url, async |world: World| {
    let (_, token) = given_token(&world, json!({})).await;
    let right = json!({ "token": token });
    for _ in 0..6 {
        // Another client: as an unknown one, whatever it says beside it.
        assert_refused(&other_server(&world).verify(right.clone()).await, 404, "token_unknown");
        let guess = json!({ "token": token, "redirect_url": CALLBACK, "code_verifier": VERIFIER });
        assert_refused(&other_server(&world).verify(guess).await, 404, "token_unknown");
        // The client itself, for its other domain.
        let mut second = server(&world, SECOND_SECRET).with("x-client-domain", "more-engines.example");
        assert_refused(&second.verify(right.clone()).await, 404, "token_unknown");
        // A secret that is not linked to the token's domain, which the token names or the header.
        assert_refused(&server(&world, SECOND_SECRET).verify(right.clone()).await, 403, "secret_not_linked");
        let mut named = server(&world, SECOND_SECRET).with("x-client-domain", "engines.example");
        assert_refused(&named.verify(right.clone()).await, 403, "secret_not_linked");
    }
    for wrong in [SECOND_CALLBACK, "https://app.engines.example/cb/", "https://APP.engines.example/cb"] {
        let answer = server(&world, &world.secret).verify(json!({ "token": token, "redirect_url": wrong })).await;
        assert_refused(&answer, 403, "redirect_url_mismatch");
    }
    // All that burnt nothing.
    let answer = server(&world, &world.secret).with("x-client-domain", "engines.example").verify(right).await;
    assert_eq!(answer.status, 200, "{answer:?}");
});

on_both!(five_wrong_tries_by_the_right_client_burn_a_token, async |world: World| {
    let with = json!({ "code_challenge": CHALLENGE });
    let other_verifier = "a".repeat(43);
    let wrong: [fn(&mut Value); 5] = [
        |_| (),
        |body| body["code_verifier"] = "a".repeat(43).into(),
        |body| body["code_verifier"] = CHALLENGE.into(),
        |body| body["code_verifier"] = "short".into(),
        |body| {
            body["code_verifier"] = VERIFIER.into();
            body["redirect_url"] = SECOND_CALLBACK.into();
        },
    ];
    let mut server = server(&world, &world.secret);
    for (tries, status) in [(4, 200), (5, 404)] {
        let (_, token) = given_token(&world, with.clone()).await;
        for change in &wrong[..tries] {
            let mut body = json!({ "token": token });
            change(&mut body);
            assert_eq!(server.verify(body.clone()).await.status, 403, "{body}");
        }
        let answer = server.verify(json!({ "token": token, "code_verifier": VERIFIER })).await;
        assert_eq!(answer.status.as_u16(), status, "after {tries} wrong tries: {answer:?}");
    }
    // A verifier where there was no challenge is as wrong as none where there was one (RFC 9700 §4.8.2).
    let (_, token) = given_token(&world, json!({})).await;
    let answer = server.verify(json!({ "token": token, "code_verifier": other_verifier })).await;
    assert_refused(&answer, 403, "code_verifier_mismatch");
    assert_eq!(server.verify(json!({ "token": token })).await.status, 200);
});

on_both!(members_of_verify_are_checked, async |world: World| {
    let mut server = server(&world, &world.secret);
    for (body, field, code) in [
        (json!({}), "token", "required"),
        (json!({ "token": null }), "token", "required"),
        (json!({ "token": "" }), "token", "required"),
        (json!({ "token": 7 }), "token", "not_a_string"),
        (json!({ "token": "x", "redirect_url": false }), "redirect_url", "not_a_string"),
        (json!({ "token": "x", "code_verifier": [] }), "code_verifier", "not_a_string"),
    ] {
        let answer = server.verify(body).await;
        assert_refused(&answer, 422, code);
        assert_eq!(answer.json()["data"]["field"], field);
    }
    // The SDKs send the access token's name.
    assert_refused(&server.verify(json!({ "access_token": "x" })).await, 422, "required");
});

on_both!(what_changed_since_the_token_was_given_counts, async |world: World| {
    let (mut browser, _) = given_token(&world, json!({})).await;
    for (fact, status, code) in [
        ("user suspended", 404, "token_unknown"),
        ("consent ended", 404, "token_unknown"),
        ("domain off", 403, "domain_inactive"),
        ("client suspended", 403, "client_suspended"),
        ("secret inactive", 401, "credentials_invalid"),
        ("secret unlinked", 403, "secret_not_linked"),
    ] {
        let token = token_in(&world, &mut browser, json!({})).await;
        world.change_fact(fact).await;
        assert_refused(&server(&world, &world.secret).verify(json!({ "token": token })).await, status, code);
        world.undo_fact(fact).await;
        let answer = server(&world, &world.secret).verify(json!({ "token": token })).await;
        assert_eq!(answer.status, 200, "{fact} undone: {answer:?}");
    }
});
