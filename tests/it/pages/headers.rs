//! What every page has in common: its headers, its cookies, and that it runs no script.

use axum::http::{Method, header};
use xwms::http::Site;
use xwms::metrics::Metrics;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::config::Config;
use xwms_core::provision;

use super::{ADA, NEW_PASSWORD, WRONG, mails, signed_in, submit, try_in};
use crate::browser::{Answer, Browser};
use crate::world::{PASSWORD, World, on_both};

/// What a page is allowed to load and where it may send its forms; the second for those that may end at a callback.
const STAYS: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const STAYS_WITH_SCRIPT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src \
                                 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const MAY_LEAVE: &str = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Every page of the public area, in all its states, and every kind of error page.
async fn every_page(world: &World) -> Vec<(&'static str, Answer)> {
    let mut pages = Vec::new();
    let mut nobody = world.browser();
    for path in ["/", "/login", "/register", "/forgot", "/reset", "/verify-email?token=x", "/signed-out"] {
        pages.push((path, nobody.get(path).await));
    }
    pages.push(("wrong password", try_in(&mut nobody, ADA, WRONG).await));
    for (what, path, typed) in [
        ("bad fields", "/register", vec![("email", "<script>"), ("password", "short")]),
        ("registered", "/register", vec![("email", "m@example.test"), ("given_name", "M"), ("password", NEW_PASSWORD)]),
        ("no address", "/forgot", vec![("email", "\"><script>alert(1)</script>")]),
        ("forgotten", "/forgot", vec![("email", ADA)]),
    ] {
        let page = nobody.get(path).await;
        pages.push((what, submit(&mut nobody, &page, path, &typed).await));
    }
    let mails = mails(world, 2).await;
    let link = |page| mails.iter().find_map(|mail| mail.text.contains(page).then(|| mail.link(page))).unwrap();
    pages.push(("verify", nobody.get(&link("/verify-email")).await));
    let reset = nobody.get(&link("/reset")).await;
    pages.push(("weak password", submit(&mut nobody, &reset, "/reset", &[("password", "password")]).await));
    pages.push(("new password", submit(&mut nobody, &reset, "/reset", &[("password", PASSWORD)]).await));
    pages.push(("reset", reset));

    let mut ada = signed_in(world, ADA).await;
    pages.push(("start, signed in", ada.get("/").await));
    pages.push(("logout", ada.get("/logout").await));
    pages.push(("another account", ada.get("/login?other=1").await));
    for path in ["/account/requests", "/account/apps", "/account/notifications"] {
        pages.push((path, ada.get(path).await));
    }
    let consent = ada.open(&world.authorize(&[])).await;
    let logout = ada.open("/oauth/logout").await;
    pages.push(("choose", ada.open(&world.authorize(&[("prompt", "select_account")])).await));
    pages.push(("stale form", ada.post("/consent", &[]).await));
    pages.push(("unknown field", submit(&mut ada, &consent, "/consent", &[("x", "y")]).await));
    pages.push(("consent", consent));
    pages.push(("logout asked for", logout));
    let mut mary = world.browser();
    let login = mary.open(&world.authorize(&[("login_hint", "\"><script>")])).await;
    let register = mary.get(&format!("/register?flow={}", login.hidden("flow").unwrap())).await;
    let waiting = mary.sign_in(&login, "unverified@example.test", PASSWORD).await;
    pages.push(("resent", submit(&mut mary, &waiting, "/verify-email/resend", &[]).await));
    pages.extend([("login for a site", login), ("register for a site", register), ("waits for the mail", waiting)]);

    let flow = pages.iter().find(|(what, _)| *what == "consent").unwrap().1.hidden("flow").unwrap();
    pages.push(("another browser's", world.browser().get(&format!("/consent?flow={flow}")).await));
    pages.push(("over", ada.get("/consent?flow=x").await));
    pages.push(("no such page", ada.get("/nothing/%3Cscript%3E").await));
    pages.push(("wrong method", ada.get("/login/continue").await));
    pages.push(("not text", ada.get("/login?flow=%ff").await));
    pages.push(("too much", ada.send(Method::POST, "/login", None, vec![b'x'; 70_000]).await));
    pages.push(("no such client", ada.get(&world.authorize(&[("client_id", "<script>")])).await));
    pages.push(("bad redirect", ada.get(&world.authorize(&[("redirect_uri", "https://evil.test/")])).await));
    let mut lost = world.browser();
    lost.headers.push(("host".to_owned(), "evil.test".to_owned()));
    pages.push(("wrong host", lost.get("/login").await));
    pages
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mut values = answer.headers.get_all(name).iter();
    let value = values.next().map_or("", |value| value.to_str().unwrap());
    assert!(values.next().is_none(), "{name} stands twice: {answer:?}");
    value
}

/// The one script of a page.
fn scripts(html: &str) -> String {
    let script = format!("<script src=\"{}\" defer></script>", xwms_dashboard::assets::SCRIPT.path());
    assert_eq!(html.matches(&script).count(), 1, "{html}");
    script
}

on_both!(lo_15_every_page_has_the_headers_and_no_script, async |world: World| {
    let pages = every_page(&world).await;
    assert!(pages.len() > 35);
    for (what, page) in &pages {
        for (name, value) in [
            ("content-type", "text/html; charset=utf-8"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("access-control-allow-origin", ""),
            ("server", ""),
            // Only where the issuer is https.
            ("strict-transport-security", ""),
        ] {
            assert_eq!(header(page, name), value, "{what}: {page:?}");
        }
        assert!(page.headers.contains_key("x-request-id"), "{what}");
        assert_eq!(page.location(), "", "{what} is a page");
        let leaves = ["/login", "/verify-email", "/consent", "/logout", "/login/continue"]
            .iter()
            .any(|path| page.body.contains(&format!("<form method=\"post\" action=\"{path}\"")));
        let policy = header(page, "content-security-policy");
        // The pages of whoever is signed in load one script, of our own; the others none.
        let script = if page.body.contains("<main id=\"main\"") { scripts(&page.body) } else { String::new() };
        let expected = if script.is_empty() { STAYS } else { STAYS_WITH_SCRIPT };
        assert!(policy == expected || (leaves && policy == MAY_LEAVE), "{what}: {policy}");

        let body = page.body.replace(&script, "").to_lowercase();
        for part in ["<script", "<style", " style=", "javascript:", "<iframe", "<object", "<base", "@import", "srcdoc"]
        {
            assert!(!body.contains(part), "{what} has {part}: {body}");
        }
        for tag in body.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let handler = tag.split_whitespace().skip(1).any(|word| word.starts_with("on") && word.contains('='));
            assert!(!handler, "{what}: <{tag}>");
            for attribute in ["src=\"", "<link href=\"", "action=\""] {
                let value = tag.split(attribute).nth(1).unwrap_or("/");
                assert!(value.starts_with('/') && !value.starts_with("//"), "{what} loads from elsewhere: <{tag}>");
            }
        }
    }
});

on_both!(every_page_is_whole_and_can_be_read_aloud, async |world: World| {
    for (what, page) in every_page(&world).await {
        let body = &page.body;
        assert!(body.starts_with("<!doctype html>\n<html lang=\"en\">") && body.ends_with("</html>"), "{what}: {body}");
        assert_eq!(body.matches("<h1").count(), 1, "{what}: {body}");
        assert_eq!(body.matches("<main").count(), 1, "{what}");
        let title = body.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        assert!(title.ends_with(" · XWMS") && title.len() > 10, "{what}: {title}");
        for input in body.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            let hidden = input.contains("type=\"hidden\"");
            let id = input.split(" id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let labelled = id.is_some_and(|id| body.contains(&format!("<label for=\"{id}\"")));
            assert!(hidden || labelled, "{what}: no label for {input}");
        }
        for image in body.split("<img").skip(1) {
            assert!(image.split('>').next().unwrap().contains(" alt="), "{what}");
        }
        assert_eq!(body.matches("<form").count(), body.matches("name=\"csrf\"").count(), "{what}: {body}");
    }
});

on_both!(lo_15_a_page_loads_only_what_we_serve, async |world: World| {
    let mut browser = world.browser();
    let page = browser.get("/").await;
    let paths: Vec<&str> = page.body.split('"').filter(|text| text.starts_with("/static/")).collect();
    assert!(paths.len() >= 2, "{}", page.body);
    for path in paths {
        let asset = browser.get(path).await;
        assert_eq!(asset.status, 200, "{path}");
        assert_eq!(header(&asset, "x-content-type-options"), "nosniff");
        assert!(header(&asset, "cache-control").contains("immutable") && !asset.body.contains("<script"), "{path}");
        assert!(!asset.headers.contains_key(header::SET_COOKIE), "{path}");
    }
});

on_both!(lo_15_cookies_are_kept_from_scripts_and_other_sites, async |world: World| {
    let mut browser = world.browser();
    let page = browser.get("/login").await;
    let first = set_cookies(&page);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].1, "; Path=/; HttpOnly; SameSite=Lax", "it ends with the browser");
    let answer = submit(&mut browser, &page, "/login", &[("email", ADA), ("password", PASSWORD)]).await;
    let set = set_cookies(&answer);
    let lifetime = |days: u32| format!("; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", days * 86_400);
    assert_eq!(set, [("xwms_session".to_owned(), lifetime(14)), ("xwms_device".to_owned(), lifetime(365))]);
    // What the browser has already is not given again.
    for path in ["/", "/login?other=1", "/forgot", "/logout"] {
        assert!(set_cookies(&browser.get(path).await).is_empty(), "{path}");
    }
});

/// The names and attributes of the cookies that an answer sets.
fn set_cookies(answer: &Answer) -> Vec<(String, String)> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    let parts =
        set.map(|cookie| (cookie.split_once('=').unwrap().0, cookie.split_once(';').map_or("", |halves| halves.1)));
    parts.map(|(name, attributes)| (name.to_owned(), format!(";{attributes}"))).collect()
}

/// The same server behind https, without anybody in it.
async fn https_server(folder: &std::path::Path) -> Site {
    let settings = [
        ("DATABASE__URL", format!("sqlite://{}", folder.join("xwms.db").display())),
        ("SERVER__ISSUER", "https://id.example".to_owned()),
        ("KEYS__MASTER_KEY_FILE", folder.join("master.key").display().to_string()),
        ("MAIL__DIR", folder.join("mail").display().to_string()),
        ("PASSWORDS__MEMORY_KIB", "8".to_owned()),
    ];
    let settings = settings.into_iter().map(|(key, value)| (format!("XWMS__{key}"), value));
    let config = Config::load(None, settings).unwrap();
    let clock = Clock::manual(Timestamp::parse("2026-03-01T12:00:00Z").unwrap());
    let core = xwms::wire::core(config, clock).await.unwrap();
    let user = format!("[[users]]\nemail = \"{ADA}\"\npassword = \"{PASSWORD}\"\nemail_verified = true\n");
    provision::apply(&core, &user, provision::Options::default()).await.unwrap();
    Site::new(&core, &Metrics::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn lo_15_behind_https_cookies_are_the_hosts_own_and_nothing_else_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let site = https_server(folder.path()).await;
    let mut browser = Browser::new(site.clone(), "https://id.example");
    let page = browser.get("/login").await;
    assert_eq!(header(&page, "strict-transport-security"), "max-age=31536000; includeSubDomains");
    let answer = submit(&mut browser, &page, "/login", &[("email", ADA), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    for (name, attributes) in set_cookies(&page).into_iter().chain(set_cookies(&answer)) {
        assert!(name.starts_with("__Host-xwms_"), "{name}");
        assert!(attributes.contains("; Path=/; HttpOnly; SameSite=Lax; Secure") && !attributes.contains("Domain"));
    }
    assert!(browser.get("/").await.body.contains("Signed in as"));
    // A sibling host can plant a cookie of the plain name: it counts for nothing.
    let session = browser.cookies["__Host-xwms_session"].clone();
    let mut planted = Browser::new(site, "https://id.example");
    planted.cookies.insert("xwms_session".to_owned(), session);
    assert!(!planted.get("/").await.body.contains("Signed in as"));
    // Every other answer has the header too.
    for path in ["/healthz", "/oauth/jwks", "/oauth/userinfo", "/nothing", "/signed-out", "/api/info"] {
        assert!(header(&planted.get(path).await, "strict-transport-security").starts_with("max-age="), "{path}");
    }
}
