//! How often somebody may try.

use std::time::Duration;

use tokio::task::JoinHandle;
use xwms_core::crypto::password::PasswordHasher;
use xwms_core::secret::Secret;

use super::{
    ADA, CHARLES, NEW_PASSWORD, WRONG, assert_alike, browser_at, mails, mails_at_most, signed_in, submit, try_in, word,
};
use crate::browser::{Answer, Browser};
use crate::world::{PASSWORD, World, on_both};

/// Passwords that keep every thread and the whole queue of the hasher busy.
pub struct Jam {
    passwords: PasswordHasher,
    jobs: Vec<JoinHandle<()>>,
}

impl Jam {
    pub async fn of(world: &World) -> Self {
        let passwords = world.core.passwords.clone();
        // As many at once as there are threads and places in the queue; each takes seconds.
        let hash = format!("$argon2id$v=19$m=65536,t=150,p=1${}${}", "A".repeat(22), "A".repeat(43));
        let config = &world.core.config.passwords;
        let mut jobs = Vec::new();
        for places in [config.threads.get(), config.queue.get()] {
            for _ in 0..places {
                let (passwords, hash) = (passwords.clone(), hash.clone());
                jobs.push(tokio::spawn(async move {
                    let _ = passwords.verify(Secret::new(String::new()), Some(hash)).await;
                }));
            }
            // The threads take theirs before the queue is filled.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Self { passwords, jobs }
    }

    /// Nobody waits for them any more: those in the queue are skipped, and those that run are waited for.
    pub async fn clear(self) {
        for job in &self.jobs {
            job.abort();
        }
        while self.passwords.verify(Secret::new(String::new()), None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn wait_of(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{answer:?}");
    answer.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

on_both!(lo_06_one_counter_over_all_spellings_and_the_known_browser_still_gets_in, async |world: World| {
    // Given Ada's own browser, and an attacker who writes her address in every way there is.
    let mut own = signed_in(&world, ADA).await;
    let own_address = own.peer;
    let spellings = [ADA, "ADA@EXAMPLE.TEST", "  ada@Example.test ", "ａｄａ@example.test", "ada@example.test."];
    for number in 0..10_usize {
        let mut attacker = browser_at(&world, &format!("203.0.113.{number}"));
        assert_eq!(word(&try_in(&mut attacker, spellings[number % 5], WRONG).await), "wrong", "try {number}");
    }

    // Then each spelling waits, from everywhere, with the right password too,
    for spelling in spellings {
        let mut stranger = browser_at(&world, "198.51.100.7");
        let refused = try_in(&mut stranger, spelling, PASSWORD).await;
        assert_eq!(wait_of(&refused), 30, "{spelling}");
        assert!(!stranger.cookies.contains_key("xwms_session"));
    }
    // and so does the form that verifies an address; another account does not.
    assert_eq!(word(&try_in(&mut browser_at(&world, "198.51.100.7"), CHARLES, PASSWORD).await), "in");

    // And Ada goes on from the browser that her account knows, wherever it is.
    own.cookies.remove("xwms_session");
    for peer in [own_address, "203.0.113.1:1".parse().unwrap()] {
        own.peer = peer;
        assert_eq!(word(&try_in(&mut own, ADA, PASSWORD).await), "in");
    }
    // Its cookie is no master key: it has ten tries of its own, and none for another account.
    let mut stolen = own.clone();
    for number in 0..10 {
        assert_eq!(word(&try_in(&mut stolen, ADA, WRONG).await), "wrong", "try {number}");
    }
    assert_eq!(word(&try_in(&mut stolen, ADA, PASSWORD).await), "wait");
});

on_both!(lo_06_each_further_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour, async |world: World| {
    let mut attacker = world.browser();
    for _ in 0..10 {
        assert_eq!(word(&try_in(&mut attacker, ADA, WRONG).await), "wrong");
    }
    for seconds in [30, 60, 120, 240, 480, 900, 900] {
        assert_eq!(wait_of(&try_in(&mut attacker, ADA, WRONG).await), seconds);
        // Asking during the wait makes it no longer, and says what is left.
        world.clock.advance(Duration::from_secs(seconds - 1));
        let refused = try_in(&mut attacker, ADA, PASSWORD).await;
        assert_eq!(wait_of(&refused), 1);
        assert!(refused.body.contains("Too many tries") && refused.body.contains("in a few seconds"), "{refused:?}");
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(word(&try_in(&mut attacker, ADA, WRONG).await), "wrong", "after {seconds} s");
    }
    // The right password gets in as soon as the wait is over, and a quiet quarter of an hour forgets all.
    world.clock.advance(Duration::from_secs(900));
    assert_eq!(word(&try_in(&mut browser_at(&world, "198.51.100.7"), ADA, PASSWORD).await), "in");
    world.clock.advance(Duration::from_secs(1800));
    for _ in 0..10 {
        assert_eq!(word(&try_in(&mut attacker, ADA, WRONG).await), "wrong");
    }
});

on_both!(lo_06_who_waits_is_refused_before_any_password_is_looked_at, async |world: World| {
    // Given an account that must wait, and a hasher that takes nothing more.
    let mut attacker = world.browser();
    for _ in 0..10 {
        assert_eq!(word(&try_in(&mut attacker, ADA, WRONG).await), "wrong");
    }
    let jam = Jam::of(&world).await;
    assert_eq!(word(&try_in(&mut attacker, CHARLES, WRONG).await), "busy");
    // Then the one that waits hears so all the same: it never came to the hasher.
    assert_eq!(wait_of(&try_in(&mut attacker, ADA, PASSWORD).await), 30);
    jam.clear().await;
});

on_both!(lo_06_of_many_tries_at_once_no_more_are_let_through, async |world: World| {
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..40 {
        let mut browser = browser_at(&world, &format!("203.0.113.{number}"));
        tries.spawn(async move { word(&try_in(&mut browser, ADA, WRONG).await) });
    }
    let words = tries.join_all().await;
    let wrong = words.iter().filter(|word| **word == "wrong").count();
    assert_eq!((wrong, words.iter().filter(|word| **word == "wait").count()), (10, 30));
});

on_both!(lo_06_the_form_that_verifies_an_address_counts_with_the_login, async |world: World| {
    let mut browser = world.browser();
    let page = browser.get("/register").await;
    let typed = [("email", "mary@example.test"), ("given_name", "Mary"), ("password", PASSWORD)];
    submit(&mut browser, &page, "/register", &typed).await;
    let link = mails(&world, 1).await[0].link("/verify-email");
    for number in 0..10 {
        let answer = if number % 2 == 0 {
            let page = browser.get(&link).await;
            submit(&mut browser, &page, "/verify-email", &[("password", WRONG)]).await
        } else {
            try_in(&mut browser, "mary@example.test", WRONG).await
        };
        assert_eq!(word(&answer), "wrong", "try {number}");
    }
    let page = browser.get(&link).await;
    let answer = submit(&mut browser, &page, "/verify-email", &[("password", PASSWORD)]).await;
    assert_eq!(wait_of(&answer), 30);
    assert!(answer.body.contains("Too many tries"), "{answer:?}");
});

on_both!(lo_07_who_waits_can_not_be_told_apart_either, async |world: World| {
    for email in [ADA, "nobody@example.test", "no address"] {
        for _ in 0..10 {
            assert_eq!(word(&try_in(&mut world.browser(), email, WRONG).await), "wrong");
        }
    }
    let emails = [ADA, "nobody@example.test", "no address"];
    assert_alike(&world, "/login", &emails, &[("password", PASSWORD)]).await;
});

on_both!(one_address_has_a_hundred_wrong_passwords_and_an_ipv6_subscriber_is_one_address, async |world: World| {
    let known = signed_in(&world, ADA).await;
    for (network, inside, outside) in [
        ("198.51.100.7", vec!["198.51.100.7", "::ffff:198.51.100.7"], "198.51.100.8"),
        ("2001:db8:1:2::1", vec!["2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3"], "2001:db8:1:3::1"),
    ] {
        for number in 0..100 {
            let mut attacker = browser_at(&world, inside[number % inside.len()]);
            let email = format!("person{number}@{}.test", network.len());
            assert_eq!(word(&try_in(&mut attacker, &email, WRONG).await), "wrong", "try {number} from {network}");
        }
        for address in &inside {
            let refused = try_in(&mut browser_at(&world, address), CHARLES, PASSWORD).await;
            assert_eq!(wait_of(&refused), 30, "{address}");
        }
        assert_eq!(word(&try_in(&mut browser_at(&world, outside), CHARLES, PASSWORD).await), "in");
        // A browser that the account knows is not held up by its neighbours.
        let mut neighbour = known.clone();
        neighbour.peer = std::net::SocketAddr::new(network.parse().unwrap(), 1);
        assert_eq!(word(&try_in(&mut neighbour, ADA, PASSWORD).await), "in");
    }
    // No proxy is trusted here: nobody changes their address by saying so.
    let mut liar = browser_at(&world, "198.51.100.7");
    liar.headers.push(("x-forwarded-for".to_owned(), "192.0.2.1".to_owned()));
    assert_eq!(word(&try_in(&mut liar, CHARLES, PASSWORD).await), "wait");
});

async fn forget(browser: &mut Browser, email: &str) -> Answer {
    let page = browser.get("/forgot").await;
    submit(browser, &page, "/forgot", &[("email", email)]).await
}

on_both!(ds_06_a_mailbox_gets_five_mails_an_hour_and_nobody_is_told, async |world: World| {
    // Asked for in every way there is, from everywhere.
    let spellings = [ADA, "ADA@example.test", " ada@example.test"];
    for number in 0..9_usize {
        let mut browser = browser_at(&world, &format!("203.0.113.{number}"));
        let spelling = spellings[number % 3];
        let answer = if number % 2 == 0 {
            forget(&mut browser, spelling).await
        } else {
            let page = browser.get("/register").await;
            let typed = [("email", spelling), ("given_name", "Mary"), ("password", NEW_PASSWORD)];
            submit(&mut browser, &page, "/register", &typed).await
        };
        assert!(answer.status == 200 && answer.body.contains("Check your mail"), "{number}: {answer:?}");
        mails(&world, (number + 1).min(5)).await;
    }
    mails_at_most(&world, 5).await;
    // Another mailbox has its own five, and this one again in an hour.
    forget(&mut world.browser(), CHARLES).await;
    mails_at_most(&world, 6).await;
    world.clock.advance(Duration::from_secs(3600));
    forget(&mut world.browser(), ADA).await;
    assert_eq!(mails_at_most(&world, 7).await[6].to, ADA);
});

on_both!(ds_06_a_network_asks_for_a_hundred_mails_an_hour, async |world: World| {
    let mut sender = browser_at(&world, "2001:db8::1");
    for number in 0..100 {
        let answer = forget(&mut sender, &format!("nobody{number}@example.test")).await;
        assert_eq!(answer.status, 200, "{number}");
    }
    // The same for an address with an account and one without, of the same subscriber.
    for email in [ADA, "nobody@example.test"] {
        let refused = forget(&mut browser_at(&world, "2001:db8::2"), email).await;
        assert_eq!(wait_of(&refused), 3600, "{email}");
    }
    let page = sender.get("/register").await;
    let typed = [("email", "new@example.test"), ("given_name", "Mary"), ("password", NEW_PASSWORD)];
    assert_eq!(submit(&mut sender, &page, "/register", &typed).await.status, 429);
    assert_eq!(forget(&mut browser_at(&world, "2001:db8:0:1::1"), ADA).await.status, 200);
    mails_at_most(&world, 1).await;
});

on_both!(ds_02_a_browser_has_fifty_logins_in_progress_and_what_is_over_is_deleted, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    for number in 0..50 {
        let answer = browser.get(&world.authorize(&[])).await;
        assert!(answer.location().starts_with("/consent?"), "{number}: {answer:?}");
    }
    assert!(wait_of(&browser.get(&world.authorize(&[])).await) > 0);
    assert_eq!(browser.get("/oauth/logout").await.status, 429, "a logout that asks is one of them");
    let again = world.browser().get(&world.authorize(&[])).await;
    assert!(again.location().starts_with("/login?"), "another browser has its own");

    // Given failed logins and links that nobody follows beside them,
    try_in(&mut world.browser(), "nobody@example.test", WRONG).await;
    forget(&mut world.browser(), ADA).await;
    mails(&world, 1).await;
    for table in ["flows", "throttles", "email_tokens"] {
        assert!(rows(&world, table).await > 0, "{table}");
    }
    // then a day later nothing of it is left.
    world.clock.advance(Duration::from_secs(86_400));
    assert!(browser.get(&world.authorize(&[])).await.location().starts_with("/consent?"));
    world.clock.advance(Duration::from_secs(86_400));
    xwms_core::jobs::clean(&world.core).await.unwrap();
    for table in ["flows", "throttles", "email_tokens"] {
        assert_eq!(rows(&world, table).await, 0, "{table}");
    }
});

async fn rows(world: &World, table: &str) -> i64 {
    use diesel_async::RunQueryDsl as _;
    use xwms_core::database::Conn;

    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let query = diesel::sql_query(format!("SELECT COUNT(*) AS count FROM {table}"));
    let counted: Count = match &mut world.core.db.read().await.unwrap() {
        Conn::Sqlite(conn) => query.get_result(conn).await.unwrap(),
        Conn::Postgres(conn) => query.get_result(conn).await.unwrap(),
    };
    counted.count
}
