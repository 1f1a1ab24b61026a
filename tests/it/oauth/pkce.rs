//! Proof key for code exchange.

use super::authorize::assert_back;
use super::tokens::{claims, text};
use crate::browser::Answer;
use crate::world::{CALLBACK, CHALLENGE, CLIENT, VERIFIER, World, on_both};

/// What software that knows no PKCE leaves out.
const WITHOUT: [(&str, &str); 2] = [("code_challenge", ""), ("code_challenge_method", "")];

async fn pkce_is(world: &World, setting: &str) {
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\npkce = \"{setting}\"")).await;
}

/// The code at the token endpoint, with this beside it.
async fn present(world: &World, code: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    world.client_post("/oauth/token", &[&fields[..], more].concat()).await
}

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

on_both!(pk_01_a_nonce_stands_in_for_a_challenge_where_the_client_says_so, async |world: World| {
    let mut browser = world.browser();
    let sent = browser.get(&world.authorize(&WITHOUT)).await;
    assert_back(&sent, "invalid_request");
    let told = sent.parameter("error_description").unwrap();
    assert!(told.contains("pkce") && told.contains("required"), "{told}");

    pkce_is(&world, "or_nonce").await;
    let (mut browser, code) = world.given_code("ada@example.test", &WITHOUT).await;
    let tokens = present(&world, &code, &[]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(claims(text(&tokens.json(), "id_token"))["nonce"], "n-0S6_WzA2Mj");
    assert_eq!(present(&world, &code, &[]).await.error(), "invalid_grant", "once");

    // Without one or the other, without `openid`, or with what is left of a challenge, nothing is given.
    for more in [("nonce", ""), ("scope", "profile email"), ("code_challenge_method", "S256")] {
        let sent = browser.get(&world.authorize(&[&WITHOUT[..], &[more]].concat())).await;
        assert_back(&sent, "invalid_request");
        assert!(sent.parameter("code").is_none(), "{more:?}");
    }
    let reasons: Vec<String> = world.attempts().await.into_iter().map(|attempt| attempt.reason).collect();
    let of_requests = ["pkce_missing", "pkce_or_nonce_missing", "pkce_or_nonce_missing", "pkce_missing"];
    assert!(reasons.iter().filter(|reason| reason.starts_with("pkce")).eq(&of_requests), "{reasons:?}");
});

on_both!(pk_03_a_verifier_for_a_code_without_a_challenge_is_refused, async |world: World| {
    pkce_is(&world, "or_nonce").await;
    // Somebody takes the challenge out of the request; the software sends its verifier as ever.
    let (_, code) = world.given_code("ada@example.test", &WITHOUT).await;
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant");
    // That burns nothing at first: what was not meant may have been an error.
    assert_eq!(present(&world, &code, &[]).await.status, 200);
    let (_, code) = world.given_code("ada@example.test", &WITHOUT).await;
    for _ in 0..5 {
        assert_eq!(world.redeem(&code).await.error(), "invalid_grant");
    }
    assert_eq!(present(&world, &code, &[]).await.error(), "invalid_grant", "five burn it");
});

on_both!(pk_03_a_challenge_that_is_sent_counts_whatever_the_client_says, async |world: World| {
    pkce_is(&world, "or_nonce").await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    for verifier in [&[][..], &[("code_verifier", CHALLENGE)]] {
        assert_eq!(present(&world, &code, verifier).await.error(), "invalid_grant", "{verifier:?}");
    }
    assert_eq!(present(&world, &code, &[("code_verifier", VERIFIER)]).await.status, 200);
});

on_both!(pk_01_a_setting_taken_back_ends_what_it_let_in, async |world: World| {
    pkce_is(&world, "or_nonce").await;
    let (_, code) = world.given_code("ada@example.test", &WITHOUT).await;
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&WITHOUT)).await;
    pkce_is(&world, "required").await;
    assert_eq!(present(&world, &code, &[]).await.error(), "invalid_grant");
    let end = browser.sign_in(&login, "ada@example.test", crate::world::PASSWORD).await;
    assert_eq!(end.parameter("error").as_deref(), Some("invalid_request"), "{end:?}");
});
