//! Guessed client secrets.

use serde_json::json;

use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, World, native_headers, on_both};

const ATTACKER: &str = "198.51.100.7:40000";

async fn ask(world: &World, peer: &str, client: &str, secret: &str) -> Answer {
    let mut caller = world.browser();
    caller.peer = peer.parse().unwrap();
    let fields = [("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret)];
    caller.post("/oauth/token", &fields).await
}

async fn natively(world: &World, peer: &str, secret: &str) -> Answer {
    let mut caller = world.browser();
    caller.peer = peer.parse().unwrap();
    caller.headers = native_headers(secret);
    caller.post_json("/api/sign-token", &json!({"redirect_url": CALLBACK})).await
}

/// The answer to one try too many: nothing but when to come back.
fn assert_waits(answer: &Answer) {
    assert_eq!(answer.status, 429, "{answer:?}");
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
}

on_both!(te_09_guesses_wait_and_lock_nobody_out, async |world: World| {
    // Wrong in every way a secret can be wrong; the limit counts them alike, at every endpoint.
    let wrong =
        ["nonsense", &world.other_secret, "xwms_sk_", "xwms_sk_YRmmoFOFtKJKjoqMVjqh2FB0KJklR0I4X92ZQyRx1LW2XOCxR"];
    for number in 0..1000 {
        let secret = wrong[number % wrong.len()];
        let answer = match number % 5 {
            4 => natively(&world, ATTACKER, secret).await,
            _ => ask(&world, ATTACKER, CLIENT, secret).await,
        };
        assert_eq!(answer.status, 401, "{number}: {answer:?}");
    }
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        let mut caller = world.browser();
        caller.peer = ATTACKER.parse().unwrap();
        let fields =
            [("token", "x"), ("grant_type", "client_credentials"), ("client_id", CLIENT), ("client_secret", "x")];
        assert_waits(&caller.post(path, &fields).await);
    }
    // Not even the right one is looked at from there, so that a hit is not told from a miss.
    assert_waits(&ask(&world, ATTACKER, CLIENT, &world.secret).await);
    let envelope = natively(&world, ATTACKER, &world.secret).await;
    assert_waits(&envelope);
    assert_eq!(envelope.code(), "too_many");

    // From anywhere else the client goes on, and so does everybody else from there.
    assert_eq!(ask(&world, "198.51.100.8:1", CLIENT, &world.secret).await.status, 200);
    assert_eq!(natively(&world, "198.51.100.8:1", &world.secret).await.status, 200);
    let other = ask(&world, ATTACKER, crate::world::OTHER_CLIENT, &world.other_secret).await;
    assert_eq!(other.status, 200, "{other:?}");

    // And in a minute it is over.
    world.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(ask(&world, ATTACKER, CLIENT, &world.secret).await.status, 200);
});

on_both!(te_09_an_unknown_client_waits_as_a_known_one_does, async |world: World| {
    let unknown = "client_01jd3v8m1efb9rkyq9wzvw2x4z";
    for _ in 0..1000 {
        assert_eq!(ask(&world, ATTACKER, unknown, &world.secret).await.status, 401);
    }
    assert_waits(&ask(&world, ATTACKER, unknown, &world.secret).await);
    assert_eq!(ask(&world, ATTACKER, CLIENT, &world.secret).await.status, 200);
});
