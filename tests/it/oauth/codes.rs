//! Codes are spent once, whoever comes.

use std::time::Duration;

use crate::world::{CLIENT, OTHER_CLIENT, VERIFIER, World, on_both};

on_both!(co_01_a_code_works_once_and_a_late_second_use_ends_what_it_gave, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let first = world.redeem(&code).await.json();
    let access = first["access_token"].as_str().unwrap();

    // At once again: refused, and the first grant lives, because a repeated request looks just like this.
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(world.introspect(access).await["active"], true);

    // Later, with everything right: somebody else has the code.
    world.clock.advance(Duration::from_secs(3));
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant");
    assert_eq!(world.introspect(access).await["active"], false);
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.refresh(first["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
});

on_both!(co_01_a_late_second_use_with_a_wrong_verifier_ends_nothing, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let first = world.redeem(&code).await.json();
    world.clock.advance(Duration::from_secs(3));
    let wrong = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", &"a".repeat(43))];
    assert_eq!(world.client_post("/oauth/token", &wrong).await.error(), "invalid_grant");
    assert_eq!(world.introspect(first["access_token"].as_str().unwrap()).await["active"], true);
});

on_both!(co_02_sixty_four_at_once_get_one_success, async |world: World| {
    let (mut browser, first) = world.given_code("ada@example.test", &[]).await;
    let mut code = first;
    for _ in 0..crate::repetitions() {
        let tries = (0..64).map(|_| {
            let (world, code) = (world.racer(), code.clone());
            tokio::spawn(async move { world.redeem(&code).await })
        });
        let mut successes = 0;
        for answer in tries.collect::<Vec<_>>() {
            let answer = answer.await.unwrap();
            match answer.status.as_u16() {
                200 => successes += 1,
                400 => assert_eq!(answer.error(), "invalid_grant"),
                _ => panic!("{answer:?}"),
            }
        }
        assert_eq!(successes, 1);
        code = world.code_in(&mut browser, "ada@example.test", &[]).await;
    }
});

on_both!(co_04_another_client_can_neither_redeem_nor_burn_a_code, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("code_verifier", VERIFIER),
        ("client_id", OTHER_CLIENT),
        ("client_secret", &*world.other_secret),
    ];
    for _ in 0..6 {
        let answer = world.browser().post("/oauth/token", &fields).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_grant"));
    }
    // By Basic as itself, with the owner's id in the body.
    let mut thief = world.browser();
    thief.headers.push(crate::world::basic(OTHER_CLIENT, &world.other_secret));
    let fields = [("grant_type", "authorization_code"), ("code", &*code), ("client_id", CLIENT)];
    assert_eq!(thief.post("/oauth/token", &fields).await.error(), "invalid_request");
    assert_eq!(world.redeem(&code).await.status, 200);
});

on_both!(co_05_the_secret_must_be_linked_and_the_redirect_uri_the_same, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let unlinked = world.second_domains_secret().await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("code_verifier", VERIFIER),
        ("client_id", CLIENT),
        ("client_secret", &*unlinked),
    ];
    let answer = world.browser().post("/oauth/token", &fields).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("code_verifier", VERIFIER),
        ("redirect_uri", "https://app.engines.example/cb2"),
    ];
    assert_eq!(world.client_post("/oauth/token", &fields).await.error(), "invalid_grant");
    // Left out, as OAuth 2.1 lets it be.
    let fields = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    assert_eq!(world.client_post("/oauth/token", &fields).await.status, 200);
});

on_both!(co_06_an_expired_code_is_refused_without_any_cleaner, async |world: World| {
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    world.clock.advance(Duration::from_secs(61));
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant");
});

on_both!(co_09_what_changed_since_the_code_was_given_counts, async |world: World| {
    let answers = [
        ("user suspended", 400, "invalid_grant"),
        ("consent ended", 400, "invalid_grant"),
        ("domain off", 401, "invalid_client"),
        ("client suspended", 401, "invalid_client"),
    ];
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    for (change, status, error) in answers {
        let code = world.code_in(&mut browser, "ada@example.test", &[]).await;
        world.change_fact(change).await;
        let answer = world.redeem(&code).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (status, error), "{change}");
        world.undo_fact(change).await;
    }
});
