//! Pages that anybody can see, and what every request passes.

use axum::body::Body;
use axum::http::{Request, header};
use tower::ServiceExt;

use super::fake_xwms::FakeXwms;
use super::{ORIGIN, given_browser};

#[tokio::test]
async fn the_start_page_offers_both_ways() {
    let page = given_browser(&FakeXwms::absent()).get("/").await;

    assert_eq!((page.status.as_u16(), page.set_cookie), (200, None));
    for shown in ["Log in with XWMS</button>", "Log in with XWMS (native API)</button>", "engines.example"] {
        assert!(page.text.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn the_fallback_shows_what_it_was_told_as_text() {
    let mut browser = given_browser(&FakeXwms::absent());

    let page = browser.get("/fallback?error=domain_inactive&error_description=It+is+off.&reference=abcdefgh2345").await;
    assert!(page.is_problem("domain_inactive"));
    assert!(page.text.contains("It is off.") && page.text.contains("abcdefgh2345"));

    for hostile in [
        "/fallback?error=%3Cscript%3E&error_description=%3Cscript%3Ealert(1)%3C/script%3E",
        "/fallback?error_description=%E2%80%AEevil&reference=%22",
        "/fallback?error=a&error=b",
        "/fallback?error=%FF&error_description=%00",
        "/fallback",
    ] {
        let page = browser.get(hostile).await;
        assert_eq!(page.status.as_u16(), 400, "{hostile}");
        assert!(!page.text.contains("<script") && !page.text.contains('\u{202e}'), "{hostile}");
    }
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let mut browser = given_browser(&FakeXwms::absent());
    for path in ["/logout", "/refresh", "/login/oidc", "/login/native"] {
        for request in [
            Request::post(path),
            Request::post(path).header("sec-fetch-site", "same-site"),
            Request::post(path).header(header::ORIGIN, "http://127.0.0.1:8080"),
        ] {
            let page = browser.send(request).await;
            assert!(page.status.as_u16() == 403 && page.is_problem("csrf"), "{path}");
        }
    }
    let page = browser.send(Request::post("/logout").header(header::ORIGIN, ORIGIN)).await;
    assert_eq!(page.to().path(), "/");
}

#[tokio::test]
async fn changes_do_not_happen_by_get() {
    let mut browser = given_browser(&FakeXwms::absent());
    for path in ["/logout", "/refresh"] {
        assert_eq!(browser.get(path).await.status.as_u16(), 405);
    }
}

#[tokio::test]
async fn another_host_is_shown_the_right_address() {
    let mut browser = given_browser(&FakeXwms::absent());

    let page = browser.send(Request::get("/login/oidc").header(header::HOST, "localhost:8081")).await;
    assert!(page.status.as_u16() == 421 && page.text.contains(r#"href="http://127.0.0.1:8081/""#));

    let page = browser.send(Request::get("/healthz").header(header::HOST, "probe")).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ok"));
}

#[tokio::test]
async fn nobody_is_signed_in_at_first() {
    let mut browser = given_browser(&FakeXwms::absent());
    browser.cookie = Some("partner_session=planted; xwms_session=x".to_owned());

    assert_eq!(browser.get("/me").await.to().path(), "/");
    assert_eq!(browser.post("/refresh").await.to().path(), "/");
    assert_eq!(browser.get("/nothing-here").await.status.as_u16(), 404);
}

#[tokio::test]
async fn every_page_carries_its_headers() {
    let site = given_browser(&FakeXwms::absent()).site;
    for (path, cache) in [("/", "no-store"), ("/nothing-here", "no-store"), ("/style.css", "max-age=300")] {
        let request = Request::get(path).header(header::HOST, "127.0.0.1:8081").body(Body::empty()).unwrap();

        let answer = site.clone().oneshot(request).await.unwrap();

        let headers = answer.headers();
        assert_eq!(headers[header::CACHE_CONTROL], cache);
        assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    }
}
