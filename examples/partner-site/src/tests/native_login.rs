//! Logging in through the native API.

use super::fake_xwms::{FakeXwms, SUB};
use super::{Browser, given_browser};

/// Begins a login and answers with the callback that XWMS would send the browser to.
async fn begin(browser: &mut Browser, xwms: &FakeXwms, token: &str) -> String {
    let page = browser.post("/login/native").await;
    assert_eq!(page.to().as_str(), format!("{}/login?flow=1", xwms.issuer));
    let state = xwms.script(|script| script.native_state.clone());
    format!("/native/callback?token={token}&state={state}")
}

#[tokio::test]
async fn somebody_logs_in_and_out() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms, "callback").await;

    let back = browser.get(&callback).await;

    assert_eq!(back.to().path(), "/me");
    let me = browser.get("/me").await;
    for shown in ["Ada Lovelace", SUB, "ada@example.test", "through the native API"] {
        assert!(me.text.contains(shown), "{shown}: {}", me.text);
    }
    assert!(!me.text.contains("picture"), "what was not shared is not listed");
    let out = browser.post("/logout").await;
    assert_eq!((out.to().path(), browser.cookie.as_deref()), ("/", None));
    assert_eq!(browser.get("/me").await.to().path(), "/");
}

#[tokio::test]
async fn na_11_a_foreign_or_missing_state_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut attacker = given_browser(&xwms);
    let mut victim = attacker.other();
    let callback = begin(&mut attacker, &xwms, "callback").await;

    // The victim opens the attacker's callback: without a session, with one, and with the state taken out.
    assert!(victim.get(&callback).await.is_problem("state_mismatch"));
    let own = begin(&mut victim, &xwms, "callback").await;
    for foreign in [callback.as_str(), "/native/callback?token=callback", "/native/callback?token=callback&state="] {
        let page = victim.get(foreign).await;
        assert!(page.is_problem("state_mismatch"), "{foreign}: {}", page.text);
        assert_eq!((page.status.as_u16(), page.set_cookie), (400, None));
        assert_eq!(victim.get("/me").await.to().path(), "/");
    }
    // Nothing of that spends the victim's own login.
    assert_eq!(victim.get(&own).await.to().path(), "/me");
}

#[tokio::test]
async fn na_11_a_state_works_once_and_on_its_own_callback() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms, "callback").await;
    browser.get(&callback).await;
    assert!(browser.get(&callback).await.is_problem("state_mismatch"));

    let callback = begin(&mut browser, &xwms, "callback").await;
    let crossed = callback.replace("/native/callback?token=", "/callback?code=");
    assert!(browser.get(&crossed).await.is_problem("state_mismatch"));
}

#[tokio::test]
async fn the_session_id_changes_at_login() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms, "callback").await;
    let before = browser.cookie.clone();

    let back = browser.get(&callback).await;

    assert_ne!(browser.cookie, before);
    let line = back.set_cookie.unwrap();
    assert!(line.starts_with("partner_session=") && line.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{line}");
    browser.cookie = before;
    assert_eq!(browser.get("/me").await.to().path(), "/");
}

#[tokio::test]
async fn a_no_is_shown_with_its_reference() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms, "spent").await;

    let page = browser.get(&callback).await;

    assert!(page.is_problem("token_unknown"));
    assert!(page.text.contains("It was refused.") && page.text.contains("abcdefgh2345"), "{}", page.text);
}

#[tokio::test]
async fn the_persons_own_no_is_shown() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    begin(&mut browser, &xwms, "").await;
    let state = xwms.script(|script| script.native_state.clone());

    let page = browser.get(&format!("/native/callback?error=access_denied&state={state}")).await;

    assert!(page.is_problem("access_denied"));
}

#[tokio::test]
async fn a_sub_that_is_a_number_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms, "number").await;

    assert!(browser.get(&callback).await.is_problem("bad_answer"));
}
