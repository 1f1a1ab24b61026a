use std::sync::Arc;

use super::*;
use crate::login::{csrf, session};
use crate::store::tables::{given, throttles, users};
use crate::throttle::{self, Try};

#[tokio::test(flavor = "multi_thread")]
async fn lo_01_a_sign_in_makes_a_new_session_and_ends_the_old_one() {
    let world = World::new(&[]).await;
    let user = world.given_user(ADA).await;
    let mut browser = Cookies::default();
    let first = world.sign_in(&mut browser, ADA, PASSWORD).await.unwrap();
    let old = browser.session.clone();
    assert_eq!(session::find(&world.core, old.as_deref()).await.unwrap().unwrap().user_id, user);

    let second = world.sign_in(&mut browser, ADA, PASSWORD).await.unwrap();

    assert!(first.id != second.id && first.key != second.key && old != browser.session);
    assert!(session::find(&world.core, old.as_deref()).await.unwrap().is_none());
    let found = session::find(&world.core, browser.session.as_deref()).await.unwrap().unwrap();
    assert_eq!((found.id, found.authenticated_at), (second.id, world.core.clock.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_at_its_time_by_hand_or_with_the_account() {
    let world = World::new(&[]).await;
    let user = world.given_user(ADA).await;
    let (mut desk, mut sofa, mut train) = (Cookies::default(), Cookies::default(), Cookies::default());
    let is_in =
        async |browser: &Cookies| session::find(&world.core, browser.session.as_deref()).await.unwrap().is_some();
    let at_desk = world.sign_in(&mut desk, ADA, PASSWORD).await.unwrap();
    world.sign_in(&mut sofa, ADA, PASSWORD).await.unwrap();

    session::end(&world.core, &at_desk).await.unwrap();
    session::end(&world.core, &at_desk).await.unwrap();
    assert!(!is_in(&desk).await && is_in(&sofa).await);

    world.core.clock.advance(Duration::from_secs(14 * 86_400 - 1));
    assert!(is_in(&sofa).await);
    world.core.clock.advance(Duration::from_secs(1));
    assert!(!is_in(&sofa).await, "not even when it was used until now");

    world.sign_in(&mut train, ADA, PASSWORD).await.unwrap();
    let now = world.core.clock.now();
    world
        .change(async move |conn: &mut Conn| {
            given::suspended(conn, user, now).await;
            Ok(())
        })
        .await
        .unwrap();
    assert!(!is_in(&train).await);
    for nonsense in [None, Some(""), Some("xwms_ss_"), desk.device.as_deref()] {
        assert!(session::find(&world.core, nonsense).await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_07_every_reason_to_refuse_looks_alike_and_counts_alike() {
    let world = World::new(&[("LIMITS__WRONG_PASSWORDS", "3")]).await;
    for email in [ADA, "grace@example.test", "mary@example.test"] {
        world.given_user(email).await;
    }
    let suspended = world.given_user("suspended@example.test").await;
    let without_password =
        NewUser { email: EmailAddress::parse("new@example.test").unwrap(), ..user_without_password() };
    let now = world.core.clock.now();
    world
        .change(async move |conn: &mut Conn| {
            given::suspended(conn, suspended, now).await;
            registration::create(conn, &without_password, now).await
        })
        .await
        .unwrap();
    let megabyte = "x".repeat(1 << 20);
    for (email, password) in [
        (ADA, "wrong horse battery staple"),
        ("grace@example.test", "correct horse battery staple "),
        ("mary@example.test", &megabyte),
        ("nobody@example.test", PASSWORD),
        ("suspended@example.test", PASSWORD),
        ("new@example.test", ""),
        ("no address at all", PASSWORD),
        ("", ""),
    ] {
        let mut tries = Vec::new();
        for _ in 0..4 {
            tries.push(word(&world.sign_in_from(HERE, &Cookies::default(), email, password).await));
        }
        assert_eq!(tries, ["wrong", "wrong", "wrong", "wait"], "{email}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_06_one_counter_over_all_spellings_and_the_known_browser_gets_in() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    let mut known = Cookies::default();
    world.sign_in(&mut known, ADA, PASSWORD).await.unwrap();

    let spellings = [ADA, "ADA@example.test", " ada@Example.Test ", "ａｄａ@example.test", "ada@example.test."];
    for number in 0..10 {
        let tried = world.sign_in_from(HERE, &Cookies::default(), spellings[number % 5], "wrong").await;
        assert_eq!(word(&tried), "wrong", "try {number}");
    }
    for spelling in spellings {
        let tried = world.sign_in_from("203.0.113.5", &Cookies::default(), spelling, PASSWORD).await;
        assert_eq!(word(&tried), "wait", "even the right password, from a browser that the account does not know");
    }
    world.sign_in(&mut known, ADA, PASSWORD).await.unwrap();

    // It has ten of its own, which the right password gives back.
    let mut tries = Vec::new();
    for _ in 0..9 {
        tries.push(word(&world.sign_in_from(HERE, &known, ADA, "wrong").await));
    }
    assert_eq!(tries, ["wrong"; 9]);
    world.sign_in(&mut known, ADA, PASSWORD).await.unwrap();
    for _ in 0..10 {
        assert_eq!(word(&world.sign_in_from(HERE, &known, ADA, "wrong").await), "wrong");
    }
    assert_eq!(word(&world.sign_in_from(HERE, &known, ADA, PASSWORD).await), "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn waits_double_up_to_a_quarter_of_an_hour_and_are_forgotten_in_another() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    let attack = async || world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await;
    for _ in 0..9 {
        assert_eq!(word(&attack().await), "wrong");
    }
    for seconds in [30, 60, 120, 240, 480, 900, 900] {
        assert_eq!(word(&attack().await), "wrong");
        let Err(Refused::TooMany { retry_after }) = attack().await else { panic!("it was let through") };
        assert_eq!(retry_after.as_secs(), seconds);
        world.core.clock.advance(retry_after - Duration::from_millis(1));
        assert_eq!(word(&attack().await), "wait");
        world.core.clock.advance(Duration::from_millis(1));
    }
    world.core.clock.advance(Duration::from_secs(15 * 60));
    for _ in 0..10 {
        assert_eq!(word(&attack().await), "wrong");
    }
    assert_eq!(word(&attack().await), "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_tries_at_once_no_more_are_let_through_than_one_by_one() {
    let world = Arc::new(World::new(&[("PASSWORDS__QUEUE", "100")]).await);
    world.given_user(ADA).await;
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let world = Arc::clone(&world);
        tries.spawn(async move { word(&world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await) });
    }
    let mut words = tries.join_all().await;
    words.sort_unstable();
    assert_eq!(words, [["wait"; 30].as_slice(), &["wrong"; 10]].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_not_looked_at_counts_against_nobody() {
    let world = World::new(&[]).await;
    let attempt = Try { email_key: ADA, known_device: None, address: HERE.parse().unwrap() };
    let mut admitted = Vec::new();
    for _ in 0..10 {
        admitted.push(throttle::admit(&world.core, attempt).await.unwrap());
    }
    assert!(matches!(throttle::admit(&world.core, attempt).await, Err(Error::TooMany { .. })));

    // Not the last one, which brought the wait: without it there are nine, and nine bring none.
    admitted.remove(3).was_not_tried(&world.core).await.unwrap();

    throttle::admit(&world.core, attempt).await.unwrap();
    assert!(matches!(throttle::admit(&world.core, attempt).await, Err(Error::TooMany { .. })));
    for admitted in admitted {
        admitted.was_not_tried(&world.core).await.unwrap();
    }
    assert_eq!(given::hits(&mut world.core.db.read().await.unwrap()).await, [1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_password_takes_its_own_try_back_and_no_other() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    for _ in 0..9 {
        world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await.unwrap_err();
    }
    for _ in 0..3 {
        assert_eq!(word(&world.sign_in_from(HERE, &Cookies::default(), ADA, PASSWORD).await), "in");
    }
    assert_eq!(word(&world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await), "wrong");
    assert_eq!(word(&world.sign_in_from(HERE, &Cookies::default(), ADA, PASSWORD).await), "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_network_has_one_counter() {
    for (first, second, shared) in [
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1", "::ffff:192.0.2.1", true),
        ("2001:db8:1:2:3::1", "2001:db8:1:2:ffff::9", true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
    ] {
        let world = World::new(&[("LIMITS__WRONG_PASSWORDS_PER_ADDRESS", "3")]).await;
        world.given_user(ADA).await;
        let mut known = Cookies::default();
        world.sign_in(&mut known, ADA, PASSWORD).await.unwrap();
        for number in 0..3 {
            let email = format!("user{number}@example.test");
            assert_eq!(word(&world.sign_in_from(first, &Cookies::default(), &email, PASSWORD).await), "wrong");
        }
        let expected = if shared { "wait" } else { "in" };
        assert_eq!(word(&world.sign_in_from(second, &Cookies::default(), ADA, PASSWORD).await), expected, "{second}");
        assert_eq!(word(&world.sign_in_from(second, &known, ADA, PASSWORD).await), "in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_limits_nothing_is_counted() {
    let world = World::new(&[("LIMITS__ENABLED", "false")]).await;
    world.given_user(ADA).await;
    for _ in 0..30 {
        assert_eq!(word(&world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await), "wrong");
    }
    assert!(given::hits(&mut world.core.db.read().await.unwrap()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn ds_02_counters_go_when_their_time_is_over() {
    let world = World::new(&[]).await;
    for number in 0..5 {
        let email = format!("user{number}@example.test");
        world.sign_in_from(HERE, &Cookies::default(), &email, PASSWORD).await.unwrap_err();
    }
    assert_eq!(given::hits(&mut world.core.db.read().await.unwrap()).await, [1, 1, 1, 1, 1, 5]);
    world.core.clock.advance(Duration::from_secs(15 * 60));
    let now = world.core.clock.now();
    let cleaned = world.change(async move |conn: &mut Conn| Ok(throttles::delete_expired(conn, now, 4).await?)).await;
    assert_eq!(cleaned.unwrap(), 4);
    assert_eq!(given::hits(&mut world.core.db.read().await.unwrap()).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_cookie_is_kept_for_its_account_and_replaced_for_another() {
    let world = World::new(&[("LIMITS__WRONG_PASSWORDS", "1")]).await;
    for email in [ADA, "eve@example.test"] {
        world.given_user(email).await;
    }
    let (mut shared, mut eve) = (Cookies::default(), Cookies::default());
    world.sign_in(&mut eve, "eve@example.test", PASSWORD).await.unwrap();
    let planted = eve.device.clone();
    shared.device = planted.clone();

    world.sign_in(&mut shared, ADA, PASSWORD).await.unwrap();
    let kept = shared.device.clone();
    assert_ne!(kept, planted);
    world.sign_in(&mut shared, ADA, PASSWORD).await.unwrap();
    assert_eq!(shared.device, kept);

    // Ada's account is under attack: Eve's own cookie does not let her past the wait, Ada's does.
    world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await.unwrap_err();
    assert_eq!(word(&world.sign_in_from(HERE, &eve, ADA, PASSWORD).await), "wait");
    assert_eq!(word(&world.sign_in_from(HERE, &shared, ADA, PASSWORD).await), "in");

    // The browser that both use is known to both.
    world.sign_in_from(HERE, &Cookies::default(), "eve@example.test", "wrong").await.unwrap_err();
    world.sign_in(&mut shared, "eve@example.test", PASSWORD).await.unwrap();
    assert_eq!(shared.device, kept);

    // A year without a sign-in, and it is a stranger.
    world.core.clock.advance(Duration::from_secs(366 * 86_400));
    world.sign_in_from(HERE, &Cookies::default(), ADA, "wrong").await.unwrap_err();
    assert_eq!(word(&world.sign_in_from(HERE, &shared, ADA, PASSWORD).await), "wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_14_a_form_token_holds_for_its_own_browser() {
    let world = World::new(&[]).await;
    world.given_user(ADA).await;
    let mine = world.sign_in(&mut Cookies::default(), ADA, PASSWORD).await.unwrap();
    let other = world.sign_in(&mut Cookies::default(), ADA, PASSWORD).await.unwrap();
    let token = csrf::token(&world.core, &mine.key);
    assert!(csrf::valid(&world.core, &mine.key, &token));
    assert!(!csrf::valid(&world.core, &other.key, &token));
    assert!(!csrf::valid(&world.core, &mine.key, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_changes_while_it_is_checked_lets_nobody_in() {
    let world = World::new(&[]).await;
    let user = world.given_user(ADA).await;
    let held =
        world.change(async move |conn: &mut Conn| Ok(users::holds_password(conn, user, "$another").await?)).await;
    assert_eq!(held.unwrap(), None);
}
