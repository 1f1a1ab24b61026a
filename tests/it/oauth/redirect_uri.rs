//! Redirect URIs are compared byte for byte.

use super::authorize::assert_page;
use crate::world::{CLIENT, World, on_both};

/// Neighbours of the registered `https://app.engines.example/cb`.
pub const NEIGHBOURS: [&str; 27] = [
    "https://app.engines.example/cb/",
    "https://app.engines.example/CB",
    "https://app.engines.example/cb?x=1",
    "https://app.engines.example/cb#f",
    "https://app.engines.example/cb%2f",
    "https://app.engines.example/c%62",
    "https://app.engines.example//cb",
    "https://app.engines.example/./cb",
    "https://app.engines.example/a/../cb",
    "https://app.engines.example/..;/cb",
    "https://app.engines.example/%252e%252e/cb",
    "HTTPS://APP.engines.example/cb",
    "https://app.engines.example:443/cb",
    "https://app.engines.example:8443/cb",
    "https://app.engines.example@evil.test/cb",
    "https://a@b@app.engines.example/cb",
    "https://app.engines.example\\@evil.test/cb",
    "https://app.engines.example.evil.test/cb",
    "https://xapp.engines.example/cb",
    "https://appaengines.example/cb",
    "https://app.engines.example./cb",
    "http://app.engines.example/cb",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "engines://cb",
];

on_both!(ru_01_a_neighbour_of_the_path_is_another_uri, async |world: World| {
    let mut browser = world.browser();
    for uri in &NEIGHBOURS[..14] {
        assert_page(&browser.get(&world.authorize(&[("redirect_uri", uri)])).await);
    }
});

on_both!(ru_02_a_neighbour_of_the_host_is_another_uri, async |world: World| {
    let mut browser = world.browser();
    for uri in &NEIGHBOURS[14..] {
        let answer = browser.get(&world.authorize(&[("redirect_uri", uri)])).await;
        assert_page(&answer);
        assert!(!answer.body.contains("evil.test"), "{uri}");
    }
});

on_both!(ru_06_only_the_partner_learns_which_switch_is_off, async |world: World| {
    let mut browser = world.browser();
    let mut pages = Vec::new();
    for (switch, reason) in
        [("active = false", "domain_inactive"), ("active = true\nallow_login = false", "login_not_allowed")]
    {
        world.change_domain(switch).await;
        world.clock.advance(std::time::Duration::from_secs(1));
        let answer = browser.get(&world.authorize(&[])).await;
        assert_page(&answer);
        pages.push(answer.body.split("Reference:").next().unwrap().to_owned());
        assert_eq!(world.attempts().await.first().map(|attempt| attempt.reason.clone()).as_deref(), Some(reason));
    }
    world.change_domain("active = true\nallow_login = true").await;
    let foreign = browser.get(&world.authorize(&[("redirect_uri", "https://shop.notes.example/cb")])).await;
    assert_page(&foreign);
    pages.push(foreign.body.split("Reference:").next().unwrap().to_owned());
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]), "a stranger is told the same: {pages:?}");
    let attempts = world.attempts().await;
    assert!(attempts.iter().all(|attempt| attempt.client_id.to_string() == CLIENT && attempt.reference.len() == 12));
});
