//! The page that asks for consent: what it says.

use super::{ADA, CHARLES, signed_in, submit};
use crate::world::{CLIENT, World, on_both};

/// Changes keys of the client itself.
async fn change_client(world: &World, keys: &str) {
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\n{keys}\n")).await;
}

on_both!(the_page_says_who_asks_who_is_asked_and_for_what, async |world: World| {
    change_client(
        &world,
        "privacy_url = \"https://engines.example/privacy\"\nterms_url = \"https://engines.example/terms\"",
    )
    .await;
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.open(&world.authorize(&[])).await;
    for part in [
        "Sign in to <bdi>Analytical Engines</bdi>",
        "<strong>app.engines.example</strong>",
        "<bdi>Ada Lovelace</bdi>",
        ADA,
        "href=\"https://engines.example/privacy\" target=\"_blank\" rel=\"noopener noreferrer\"",
        "href=\"https://engines.example/terms\"",
        "XWMS has not verified this partner",
        "name=\"decision\" value=\"allow\"",
        "name=\"decision\" value=\"deny\"",
    ] {
        assert!(page.body.contains(part), "{part} is not in {}", page.body);
    }
    assert!(!page.body.contains("Verified partner") && !page.body.contains("test mode"), "{}", page.body);
    // Each scope stands there with its words from the catalog, and no other does.
    let catalog = xwms_core::testing::catalog(&world.core.db).await.unwrap();
    for scope in catalog {
        let asked = ["openid", "profile", "email", "offline_access"].contains(&scope.name.as_str());
        assert_eq!(page.body.contains(&format!("<b>{}</b>", scope.title)), asked, "{}: {}", scope.name, page.body);
    }
});

on_both!(a_partners_words_are_text_on_the_page, async |world: World| {
    change_client(&world, "name = \"<script>alert(1)</script>&\\\"'\"").await;
    world.sql("UPDATE users SET given_name = '<img src=x onerror=alert(1)>' WHERE email = 'ada@example.test'").await;
    let mut ada = signed_in(&world, ADA).await;
    let consent = ada.open(&world.authorize(&[])).await;
    let choose = ada.open(&world.authorize(&[("prompt", "select_account")])).await;
    let login = ada.get(&format!("/login?flow={}&other=1", consent.hidden("flow").unwrap())).await;
    for page in [&consent, &choose, &login] {
        assert!(page.body.contains("alert(1)"), "{page:?}");
        assert!(!page.body.contains("<script") && !page.body.contains("<img src=x"), "{}", page.body);
    }
});

on_both!(the_page_names_the_account_that_is_signed_in_now, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    let page = browser.open(&world.authorize(&[])).await;
    let flow = page.hidden("flow").unwrap();
    // Charles signs in at the same browser, in another tab.
    let login = browser.get("/login?other=1").await;
    browser.sign_in(&login, CHARLES, crate::world::PASSWORD).await;
    let again = browser.get(&format!("/consent?flow={flow}")).await;
    assert!(again.body.contains(CHARLES) && !again.body.contains(ADA), "{again:?}");
    // Ada's page can't be sent in his name.
    let stale = submit(&mut browser, &page, "/consent", &[("decision", "allow")]).await;
    assert_eq!(stale.status, 403);
});
