//! Proof key for code exchange.

use super::authorize::assert_back;
use crate::world::{CALLBACK, CHALLENGE, VERIFIER, World, on_both};

on_both!(pk_01_a_challenge_is_required, async |world: World| {
    let mut browser = world.browser();
    assert_back(&browser.get(&world.authorize(&[("code_challenge", "")])).await, "invalid_request");
});

on_both!(pk_02_only_a_sha_256_challenge_is_taken, async |world: World| {
    let mut browser = world.browser();
    for method in ["plain", "", "S512", "s256"] {
        assert_back(&browser.get(&world.authorize(&[("code_challenge_method", method)])).await, "invalid_request");
    }
    let short = &CHALLENGE[1..];
    for challenge in [short, &format!("{CHALLENGE}A"), &format!("{short}="), &format!("{short}+")] {
        assert_back(&browser.get(&world.authorize(&[("code_challenge", challenge)])).await, "invalid_request");
    }
});

on_both!(pk_03_and_pk_04_a_wrong_verifier_gets_nothing_and_five_burn_the_code, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let long = "a".repeat(129);
    let wrong = ["", &VERIFIER[..42], &long, "*".repeat(43).as_str(), CHALLENGE].map(str::to_owned);
    for verifier in &wrong[..4] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        let answer = world.client_post("/oauth/token", &fields).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_grant"), "{verifier}");
    }
    // Four wrong ones are forgiven, five are not.
    let (_, second) = world.given_code("ada@example.test", &[]).await;
    assert_eq!(world.redeem(&code).await.status, 200);
    for verifier in &wrong {
        let fields = [("grant_type", "authorization_code"), ("code", &*second), ("code_verifier", verifier)];
        assert_eq!(world.client_post("/oauth/token", &fields).await.error(), "invalid_grant");
    }
    assert_eq!(world.redeem(&second).await.error(), "invalid_grant");
});
