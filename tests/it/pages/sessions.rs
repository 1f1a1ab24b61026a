//! Sessions of browsers.

use std::time::Duration;

use super::{ADA, CHARLES, signed_in, submit, try_in, who, word};
use crate::world::{PASSWORD, World, on_both};

on_both!(a_session_lasts_fourteen_days_however_it_is_used, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    for _ in 0..13 {
        world.clock.advance(Duration::from_secs(86_400));
        assert_eq!(who(&mut browser).await.as_deref(), Some(ADA));
    }
    world.clock.advance(Duration::from_secs(86_399));
    assert_eq!(who(&mut browser).await.as_deref(), Some(ADA));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(who(&mut browser).await, None);
    let login = browser.open(&world.authorize(&[])).await;
    assert!(login.path.starts_with("/login?flow="), "{login:?}");
});

on_both!(a_suspended_account_is_signed_out_at_once, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    world.change_fact("user suspended").await;
    assert_eq!(who(&mut browser).await, None);
    let login = browser.open(&world.authorize(&[])).await;
    assert!(login.path.starts_with("/login?flow="), "{login:?}");
    assert_eq!(word(&try_in(&mut browser, ADA, PASSWORD).await), "wrong");
});

on_both!(each_browser_has_a_session_of_its_own, async |world: World| {
    let (mut sofa, mut train) = (signed_in(&world, ADA).await, signed_in(&world, ADA).await);
    let mut charles = signed_in(&world, CHARLES).await;
    for name in ["xwms_session", "xwms_device", "xwms_browser"] {
        let values = [&sofa.cookies[name], &train.cookies[name], &charles.cookies[name]];
        assert!(values[0] != values[1] && values[1] != values[2], "{name}");
    }
    let page = sofa.get("/logout").await;
    submit(&mut sofa, &page, "/logout", &[]).await;
    assert_eq!(who(&mut sofa).await, None);
    assert_eq!(who(&mut train).await.as_deref(), Some(ADA));
    assert_eq!(who(&mut charles).await.as_deref(), Some(CHARLES));
});

on_both!(a_cookie_is_that_of_one_kind_and_as_it_was_given, async |world: World| {
    let browser = signed_in(&world, ADA).await;
    let session = browser.cookies["xwms_session"].clone();
    let (upper, cut, longer) = (session.to_uppercase(), session[..session.len() - 1].to_owned(), format!("{session}A"));
    let quoted = format!("\"{session}\"");
    let device = browser.cookies["xwms_device"].clone();
    let renamed = device.replace("xwms_kd_", "xwms_ss_");
    for value in [upper, cut, longer, quoted, device, renamed, String::new(), "xwms_ss_".to_owned()] {
        let mut forger = world.browser();
        forger.cookies.insert("xwms_session".to_owned(), value.clone());
        assert_eq!(who(&mut forger).await, None, "{value}");
    }
    // A name that belongs to https is no name here.
    let mut forger = world.browser();
    forger.cookies.insert("__Host-xwms_session".to_owned(), session);
    assert_eq!(who(&mut forger).await, None);
});

on_both!(no_cookie_stands_in_the_database, async |world: World| {
    let browser = signed_in(&world, ADA).await;
    world.clock.advance(Duration::from_secs(1));
    let path = world.folder.path().join("xwms.db");
    // PostgreSQL's files are another user's.
    if !path.exists() {
        return;
    }
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(file).unwrap_or_default();
        for value in browser.cookies.values() {
            let secret = value.splitn(3, '_').nth(2).unwrap().as_bytes();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret), "{value}");
        }
    }
});
