//! Logging in through OpenID Connect.

use super::fake_xwms::{FakeXwms, SUB};
use super::{Browser, Page, given_browser};

/// Begins a login and answers with the callback that XWMS would send the browser to.
async fn begin(browser: &mut Browser, xwms: &FakeXwms) -> String {
    let page = browser.post("/login/oidc").await;
    xwms.script(|script| {
        script.nonce = page.param("nonce").unwrap();
        script.challenge = page.param("code_challenge").unwrap();
    });
    format!("/callback?code=code&state={}&iss={}", page.param("state").unwrap(), xwms.issuer)
}

async fn given_login(browser: &mut Browser, xwms: &FakeXwms) -> Page {
    let callback = begin(browser, xwms).await;
    assert_eq!(browser.get(&callback).await.to().path(), "/me");
    browser.get("/me").await
}

#[tokio::test]
async fn the_browser_is_sent_with_everything_that_protects_the_login() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);

    let page = browser.get("/login/oidc").await;

    assert!(page.to().as_str().starts_with(&format!("{}/oauth/authorize?", xwms.issuer)));
    let rows = [
        ("response_type", "code"),
        ("client_id", "client_engines"),
        ("redirect_uri", "http://127.0.0.1:8081/callback"),
        ("scope", "openid profile email offline_access"),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in rows {
        assert_eq!(page.param(name).as_deref(), Some(value));
    }
    for name in ["state", "nonce", "code_challenge"] {
        assert!(page.param(name).unwrap().len() >= 43, "{name}");
    }
}

#[tokio::test]
async fn somebody_logs_in_and_sees_what_was_shared() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);

    let me = given_login(&mut browser, &xwms).await;

    for shown in [SUB, "ID token", "Userinfo", "at_hash", "2100-01-01T00:00:00Z", "in 9 min", ">offline_access<"] {
        assert!(me.text.contains(shown), "{shown}: {}", me.text);
    }
    assert!(!me.text.contains("<b>Lovelace"), "names are text, never HTML");
    assert!(browser.get("/").await.text.contains("Welcome back"));
}

#[tokio::test]
async fn na_11_a_foreign_or_missing_state_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut attacker = given_browser(&xwms);
    let mut victim = attacker.other();
    let callback = begin(&mut attacker, &xwms).await;
    begin(&mut victim, &xwms).await;

    let no_state = format!("/callback?code=code&iss={}", xwms.issuer);
    let error = "/callback?error=access_denied&state=foreign".to_owned();
    for foreign in [callback, no_state, error] {
        let page = victim.get(&foreign).await;
        assert!(page.is_problem("state_mismatch"), "{foreign}: {}", page.text);
        assert_eq!(victim.get("/me").await.to().path(), "/");
    }
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_refused() {
    let xwms = FakeXwms::start().await;
    for iss in ["", "&iss=http://127.0.0.1:9", "&iss=", "&iss=http://127.0.0.1:9&iss=http://127.0.0.1:9"] {
        let mut browser = given_browser(&xwms);
        let callback = begin(&mut browser, &xwms).await;
        let callback = format!("{}{iss}", callback.split("&iss=").next().unwrap());

        let page = browser.get(&callback).await;

        assert!(page.is_problem("issuer_mismatch") || page.is_problem("invalid_request"), "{iss}: {}", page.text);
    }
}

#[tokio::test]
async fn an_id_token_with_a_foreign_nonce_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms).await;
    xwms.script(|script| script.nonce = "of another login".to_owned());

    assert!(browser.get(&callback).await.is_problem("bad_answer"));
    assert_eq!(browser.get("/me").await.to().path(), "/");
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    let callback = begin(&mut browser, &xwms).await;
    xwms.script(|script| script.sub = "1791122618711".to_owned());

    assert!(browser.get(&callback).await.is_problem("bad_answer"));
}

#[tokio::test]
async fn rotated_keys_are_fetched_again() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    given_login(&mut browser, &xwms).await;

    xwms.script(|script| script.kid = 2);

    given_login(&mut browser, &xwms).await;
}

#[tokio::test]
async fn a_refresh_keeps_the_person_signed_in() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    given_login(&mut browser, &xwms).await;

    assert_eq!(browser.post("/refresh").await.to().path(), "/me");
    xwms.script(|script| script.userinfo_down = true);
    assert_eq!(browser.post("/refresh").await.to().path(), "/me");
    assert!(browser.get("/me").await.text.contains("Userinfo"));
}

#[tokio::test]
async fn a_refresh_that_tells_of_somebody_else_is_refused() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    given_login(&mut browser, &xwms).await;
    xwms.script(|script| script.sub = "1791122618711".to_owned());

    assert!(browser.post("/refresh").await.is_problem("bad_answer"));
}

#[tokio::test]
async fn an_ended_grant_ends_the_session() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    given_login(&mut browser, &xwms).await;
    xwms.script(|script| script.grant_ended = true);

    let page = browser.post("/refresh").await;

    assert!(page.is_problem("invalid_grant") && page.text.contains("This grant has ended."));
    assert_eq!(browser.cookie, None);
}

#[tokio::test]
async fn logging_out_revokes_and_goes_on_at_xwms() {
    let xwms = FakeXwms::start().await;
    let mut browser = given_browser(&xwms);
    given_login(&mut browser, &xwms).await;
    let cookie = browser.cookie.clone();

    let out = browser.post("/logout").await;

    assert!(out.to().as_str().starts_with(&format!("{}/oauth/logout?", xwms.issuer)));
    assert_eq!(out.param("post_logout_redirect_uri").as_deref(), Some("http://127.0.0.1:8081/"));
    assert_eq!(out.param("id_token_hint").unwrap().split('.').count(), 3);
    assert_eq!(xwms.script(|script| script.revoked.clone()), ["refresh"]);
    browser.cookie = cookie;
    assert_eq!(browser.get("/me").await.to().path(), "/", "the old cookie leads nowhere");
}

#[tokio::test]
async fn an_issuer_that_is_away_is_asked_again_at_the_next_login() {
    let mut browser = given_browser(&FakeXwms::absent());

    for way in ["/login/oidc", "/login/native"] {
        let page = browser.post(way).await;
        assert!(page.is_problem("issuer_unreachable"));
        assert_eq!((page.status.as_u16(), page.set_cookie), (502, None));
    }
}
