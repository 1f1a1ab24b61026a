//! Forms that only our own pages can send.

use axum::http::Method;

use super::{ADA, CHARLES, mails_at_most, signed_in, try_in, who, word};
use crate::browser::{Answer, Browser};
use crate::world::{ISSUER, PASSWORD, World, on_both};

const FORM: &str = "application/x-www-form-urlencoded";

/// Every path of the pages that takes a POST, and those of them that take a GET too: read from the list of routes, so
/// that a new one is tried as soon as it stands there.
fn routes() -> Vec<(&'static str, bool)> {
    let list = include_str!("../../../dashboard/src/routes/mod.rs");
    let lines = list.lines().filter_map(|line| line.trim().strip_prefix(".route(\""));
    let routes = lines.map(|line| line.split_once('"').unwrap());
    let posts = routes.filter(|(_, handlers)| handlers.contains("post("));
    let posts: Vec<_> = posts.map(|(path, handlers)| (path, handlers.contains("get("))).collect();
    assert!(posts.len() >= 9, "{posts:?}");
    posts
}

/// A browser halfway through a login, its token, and all that the forms of the pages could send.
struct Prey {
    browser: Browser,
    csrf: String,
    fields: Vec<(&'static str, String)>,
}

impl Prey {
    /// At the login page, where nobody is signed in, or at the consent page.
    async fn new(world: &World, is_signed_in: bool) -> Self {
        let mut browser = if is_signed_in { signed_in(world, ADA).await } else { world.browser() };
        let page = browser.open(&world.authorize(&[("prompt", "consent")])).await;
        let mut fields = vec![("flow", page.hidden("flow").unwrap())];
        if is_signed_in {
            fields.extend([("scope", page.hidden("scope").unwrap()), ("decision", "allow".to_owned())]);
        } else {
            let typed = [("email", ADA), ("password", PASSWORD), ("decision", "deny")];
            fields.extend(typed.map(|(name, value)| (name, value.to_owned())));
        }
        Self { browser, csrf: page.hidden("csrf").unwrap(), fields }
    }

    /// What the form at this path would send.
    fn form(&self, path: &str, csrf: Option<&str>) -> Vec<(&'static str, String)> {
        let names: &[&str] = match path {
            "/login" => &["flow", "email", "password"],
            "/register" | "/forgot" => &["email", "password"],
            "/consent" => &["flow", "scope", "decision"],
            "/logout" => &[],
            _ => &["flow"],
        };
        let known = self.fields.iter().filter(|(name, _)| names.contains(name)).cloned();
        known.chain(csrf.map(|csrf| ("csrf", csrf.to_owned()))).collect()
    }

    async fn post(&mut self, path: &str, csrf: Option<&str>) -> Answer {
        let fields = self.form(path, csrf);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.post(path, &fields).await
    }

    async fn post_as(&mut self, path: &str, content_type: Option<&str>, body: &str) -> Answer {
        self.browser.send(Method::POST, path, content_type, body.as_bytes().to_vec()).await
    }

    /// Nothing has happened to the browser, its session and its login.
    async fn assert_unharmed(&mut self, world: &World, is_signed_in: bool, what: &str) {
        assert_eq!(who(&mut self.browser).await.as_deref(), is_signed_in.then_some(ADA), "{what}");
        let page = if is_signed_in { "/consent?flow=" } else { "/login?flow=" };
        let flow = &self.fields[0].1;
        let here = self.browser.open(&format!("/oauth/continue?flow={flow}")).await;
        assert!(here.path.starts_with(page) && here.hidden("csrf").as_ref() == Some(&self.csrf), "{what}: {here:?}");
        mails_at_most(world, 0).await;
    }
}

fn assert_forged(answer: &Answer, what: &str) {
    assert_eq!((answer.status.as_u16(), answer.location()), (403, ""), "{what}: {answer:?}");
    assert!(answer.body.contains("This form is out of date"), "{what}: {}", answer.body);
    assert!(!answer.headers.contains_key("set-cookie"), "{what}: {answer:?}");
}

on_both!(lo_14_no_form_is_taken_that_no_page_of_ours_sent, async |world: World| {
    // Given good tokens of others: of another session, and of browsers in which nobody is signed in.
    let others = [Prey::new(&world, true).await.csrf, {
        let mut charles = signed_in(&world, CHARLES).await;
        charles.get("/logout").await.hidden("csrf").unwrap()
    }];
    let strangers = Prey::new(&world, false).await.csrf;
    for is_signed_in in [false, true] {
        let mut prey = Prey::new(&world, is_signed_in).await;
        let own = prey.csrf.clone();
        for (path, _) in routes() {
            let what = format!("POST {path}, signed in: {is_signed_in}");

            // Without a token, with a bad one, with another's.
            let (cut, upper) = (own[..own.len() - 1].to_owned(), own.to_uppercase());
            let bad = ["", cut.as_str(), upper.as_str(), "A", &others[0], &others[1], &strangers];
            for token in [None].into_iter().chain(bad.map(Some)) {
                assert_forged(&prey.post(path, token).await, &format!("{what}, token {token:?}"));
            }

            // As a body that a page of another site can send without being asked, or with a token in the query only.
            let body = prey.form(path, Some(&own));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&body).finish();
            let json = serde_json::to_string(&body.into_iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap();
            for (content_type, body) in [
                (Some("text/plain"), &form),
                (Some("text/plain"), &json),
                (Some("application/json"), &json),
                (Some("multipart/form-data; boundary=x"), &form),
                (Some("application/x-www-form-urlencoded-ish"), &form),
                (Some(""), &form),
                (None, &form),
            ] {
                let answer = prey.post_as(path, content_type, body).await;
                assert_forged(&answer, &format!("{what} as {content_type:?}"));
            }
            let answer = prey.post_as(&format!("{path}?csrf={own}"), Some(FORM), "").await;
            assert_forged(&answer, &format!("{what}, token in the query"));

            // From a page of another site, whatever it knows.
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.test"),
                ("origin", "http://127.0.0.1:8081"),
                ("origin", "https://127.0.0.1:8080"),
                ("origin", "http://localhost:8080"),
            ] {
                prey.browser.headers = vec![(name.to_owned(), value.to_owned())];
                assert_forged(&prey.post(path, Some(&own)).await, &format!("{what}, {name}: {value}"));
            }
            prey.browser.headers =
                vec![("sec-fetch-site".to_owned(), "cross-site".to_owned()), ("origin".to_owned(), ISSUER.to_owned())];
            assert_forged(&prey.post(path, Some(&own)).await, &format!("{what}, two minds"));
            prey.browser.headers.clear();
        }
        prey.assert_unharmed(&world, is_signed_in, "after every forged POST").await;
    }
});

on_both!(lo_14_no_get_and_no_other_method_changes_anything, async |world: World| {
    for is_signed_in in [false, true] {
        let mut prey = Prey::new(&world, is_signed_in).await;
        let own = prey.csrf.clone();
        for (path, has_page) in routes() {
            let body = prey.form(path, Some(&own));
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(body).finish();
            let methods = [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
            for method in methods {
                for query in [form.clone(), format!("{form}&_method=POST")] {
                    prey.browser.headers = vec![("x-http-method-override".to_owned(), "POST".to_owned())];
                    let to = format!("{path}?{query}");
                    let answer = prey.browser.send(method.clone(), &to, Some(FORM), form.clone().into_bytes()).await;
                    let reads = has_page && matches!(method, Method::GET | Method::HEAD);
                    let expected = if reads { answer.status != 405 } else { answer.status == 405 };
                    assert!(expected && !answer.status.is_server_error(), "{method} {path}: {answer:?}");
                }
            }
        }
        prey.browser.headers.clear();
        prey.assert_unharmed(&world, is_signed_in, "after every other method").await;
    }
    // And a POST that says it is something else is a POST.
    let mut prey = Prey::new(&world, true).await;
    prey.browser.headers = vec![("x-http-method-override".to_owned(), "GET".to_owned())];
    assert_forged(&prey.post("/logout", None).await, "POST, overridden");
});

on_both!(lo_14_a_page_of_ours_is_believed_by_old_and_private_browsers_too, async |world: World| {
    for (name, value) in [
        ("origin", "null"),
        ("origin", ISSUER),
        ("origin", "HTTP://127.0.0.1:8080"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("referer", "https://evil.test/"),
        ("accept", "*/*"),
    ] {
        for is_signed_in in [false, true] {
            for (path, _) in routes() {
                let mut prey = Prey::new(&world, is_signed_in).await;
                prey.browser.headers = vec![(name.to_owned(), value.to_owned())];
                let csrf = prey.csrf.clone();
                let answer = prey.post(path, Some(&csrf)).await;
                assert_ne!(answer.status, 403, "{path}, {name}: {value}: {answer:?}");
                assert!(!answer.status.is_server_error(), "{path}: {answer:?}");
            }
        }
    }
});

on_both!(lo_14_a_token_ends_with_what_it_is_bound_to, async |world: World| {
    // Of a session: with the session.
    let mut ada = signed_in(&world, ADA).await;
    let csrf = ada.get("/logout").await.hidden("csrf").unwrap();
    assert_eq!(word(&try_in(&mut ada, ADA, PASSWORD).await), "in");
    assert_eq!(ada.post("/logout", &[("csrf", &csrf)]).await.status, 403);
    // Of a browser: with its cookie, and nobody else's will do.
    let mut nobody = world.browser();
    let csrf = nobody.get("/login").await.hidden("csrf").unwrap();
    let fields = [("email", ADA), ("password", PASSWORD), ("csrf", csrf.as_str())];
    for cookie in ["", "xwms_br_", "nonsense"] {
        let mut other = world.browser();
        other.cookies.insert("xwms_browser".to_owned(), cookie.to_owned());
        assert_eq!(other.post("/login", &fields).await.status, 403, "{cookie}");
    }
    let mut other = world.browser();
    other.get("/login").await;
    assert_eq!(other.post("/login", &fields).await.status, 403);
    assert_eq!(nobody.post("/login", &fields).await.status, 303);
});
