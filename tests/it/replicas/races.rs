//! What may happen once happens once, whichever server it is asked of.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::crypto::keys::KeyState;
use xwms_core::model::client::SigningAlg;
use xwms_core::{jobs, key_rotation};

use super::{Pair, until};
use crate::browser::Answer;
use crate::database::count;
use crate::postgres;
use crate::world::{Racer, World, config};

const ADA: &str = "ada@example.test";

fn by_hand() -> Clock {
    Clock::manual(Timestamp::parse("2026-03-01T12:00:00Z").unwrap())
}

/// Asks both servers the same thing 64 times at once.
async fn race<F: Future<Output = Answer> + Send + 'static>(pair: &Pair, ask: impl Fn(Racer) -> F) -> Vec<Answer> {
    let racers = (0..64).map(|number| if number % 2 == 0 { pair.one.racer() } else { pair.other.racer() });
    let asked: Vec<_> = racers.map(|racer| tokio::spawn(ask(racer))).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    answers
}

#[test]
fn sixty_four_redemptions_of_one_code_over_two_servers_are_one_success() {
    Pair::test(by_hand(), &[], async |pair| {
        let (mut browser, mut code) = pair.one.given_code(ADA, &[]).await;
        for _ in 0..crate::repetitions().min(50) / 5 {
            let asked = code.clone();
            let answers = race(pair, move |racer| {
                let code = asked.clone();
                async move { racer.redeem(&code).await }
            })
            .await;
            let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
            assert_eq!(given.len(), 1);
            assert!(refused.iter().all(|answer| answer.error() == "invalid_grant"), "{refused:?}");
            code = pair.one.code_in(&mut browser, ADA, &[]).await;
        }
    });
}

#[test]
fn sixty_four_refreshes_over_two_servers_have_one_child() {
    Pair::test(by_hand(), &[], async |pair| {
        let login = pair.one.given_login(ADA).await;
        let mut token = login["refresh_token"].as_str().unwrap().to_owned();
        for generation in 2..2 + u64::from(crate::repetitions().min(50) / 5) {
            let asked = token.clone();
            let answers = race(pair, move |racer| {
                let token = asked.clone();
                async move { racer.refresh(&token).await }
            })
            .await;
            let children: Vec<String> =
                answers.iter().map(|answer| answer.json()["refresh_token"].as_str().unwrap().to_owned()).collect();
            token = children[0].clone();
            assert!(children.iter().all(|child| *child == token), "{children:?}");
            assert_eq!(count(&pair.one.core.db, "refresh_tokens", "1 = 1").await, generation);
        }
    });
}

#[test]
fn servers_that_rotate_by_schedule_sign_with_one_new_key() {
    let clock = by_hand();
    Pair::test(clock.clone(), &[], async |pair| {
        let before = signing_kid(&pair.one).await;
        assert_eq!(signing_kid(&pair.other).await, before);
        // A day before the key's ninety are over its successor is published; then it signs.
        clock.advance(Duration::from_secs(89 * 86_400));
        until(2, async || keys(&pair.one, KeyState::Next).await).await;
        clock.advance(Duration::from_secs(86_400));

        let both = async || (signing_kid(&pair.one).await != before, signing_kid(&pair.other).await != before);
        let took = until((true, true), both).await;
        assert!(took <= Duration::from_secs(5), "{took:?}");
        assert_eq!(signing_kid(&pair.one).await, signing_kid(&pair.other).await);
        for (state, number) in [(KeyState::Current, 2), (KeyState::Retired, 2), (KeyState::Next, 0)] {
            assert_eq!(keys(&pair.one, state).await, number, "{state:?}");
        }
    });
}

async fn keys(world: &World, state: KeyState) -> usize {
    key_rotation::list(&world.core.db).await.unwrap().iter().filter(|row| row.state == state).count()
}

/// The key that a fresh access token of this server names.
async fn signing_kid(world: &World) -> String {
    let fields = [("grant_type", "client_credentials"), ("scope", "profile")];
    let answer = world.client_post("/oauth/token", &fields).await.json();
    let header = answer["access_token"].as_str().unwrap().split('.').next().unwrap();
    let header: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

#[test]
fn servers_that_clean_at_once_delete_what_is_over_and_nothing_else() {
    let clock = by_hand();
    Pair::test(clock.clone(), &[], async |pair| {
        let live = pair.one.given_login(ADA).await;
        let lived = count(&pair.one.core.db, "flows", "1 = 1").await;
        let mut browser = pair.one.browser();
        for _ in 0..600 {
            let answer = browser.get(&pair.one.authorize(&[])).await;
            assert!(answer.location().starts_with("/login"), "{answer:?}");
            browser.cookies.clear();
        }
        assert_eq!(count(&pair.one.core.db, "flows", "1 = 1").await, lived + 600);

        clock.advance(Duration::from_secs(3600));
        let (one, other) = tokio::join!(jobs::clean(&pair.one.core), jobs::clean(&pair.other.core));
        one.unwrap();
        other.unwrap();
        assert_eq!(count(&pair.one.core.db, "flows", "1 = 1").await, 0);
        assert_eq!(pair.other.refresh(live["refresh_token"].as_str().unwrap()).await.status, 200);
    });
}

#[test]
fn servers_that_start_at_once_on_an_empty_database_share_one_set_of_keys() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let Some(database) = postgres::fresh_database() else { return };
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let start = || tokio::spawn(xwms::wire::core(config(&database, folder.path()), Clock::system()));
        let started = [start(), start(), start()];
        let mut sets = Vec::new();
        for server in started {
            let core = server.await.unwrap().unwrap();
            let stored: Vec<_> = key_rotation::list(&core.db).await.unwrap().into_iter().map(|row| row.kid).collect();
            assert_eq!(stored.len(), 2);
            sets.push(
                [SigningAlg::Es256, SigningAlg::Rs256]
                    .map(|alg| core.keys.get().current(alg).unwrap().kid().to_owned()),
            );
        }
        assert!(sets.iter().all(|set| *set == sets[0]), "{sets:?}");
    });
}
