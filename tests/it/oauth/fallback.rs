//! Where a login goes that fails, and what is shown of the partner's words.

use serde_json::Value;
use xwms_core::error::Error;
use xwms_core::provision::{self, Options};

use super::authorize::{assert_back, assert_page};
use crate::browser::{Answer, Browser};
use crate::world::{CALLBACK, CLIENT, ISSUER, PASSWORD, World, on_both};

const FALLBACK: &str = "https://engines.example/sorry?from=xwms";
const ELSEWHERE: &str = "https://app.engines.example/other";

/// The answer leads to the fallback URI with what SPEC §2.4 says, and nothing else.
async fn assert_fallback(world: &World, target: &str, error: &str) {
    let (before, added) = target.split_at(FALLBACK.len());
    assert_eq!(before, FALLBACK, "what the partner's own query says stays");
    let url = url::Url::parse(target).unwrap();
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["from", "error", "error_description", "reference"]);
    assert_eq!(crate::browser::parameter(target, "error").as_deref(), Some(error));
    let reference = crate::browser::parameter(target, "reference").unwrap();
    assert!(world.attempts().await.iter().any(|attempt| attempt.reference == reference), "the partner finds it");
    assert!(added.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"&=_%-.".contains(&byte)), "encoded: {added}");
}

/// The answer is a page with a link there that names the host, and does not go by itself.
fn assert_offered(answer: &Answer, host: &str, status: u16) -> String {
    assert_eq!((answer.status.as_u16(), answer.location()), (status, ""), "{answer:?}");
    assert!(answer.headers.get("refresh").is_none());
    assert!(!answer.body.contains("http-equiv") && !answer.body.contains("<script"), "{}", answer.body);
    assert!(answer.body.contains(&format!("<strong>{host}</strong>")), "{}", answer.body);
    let link = answer.body.split("href=\"https://").nth(1).unwrap_or_else(|| panic!("a link: {}", answer.body));
    let link = link.split('"').next().unwrap();
    format!("https://{}", link.replace("&#38;", "&").replace("&amp;", "&"))
}

async fn signed_in(world: &World, email: &str) -> Browser {
    let mut browser = world.browser();
    let page = browser.open("/login").await;
    browser.sign_in(&page, email, PASSWORD).await;
    browser
}

/// What `apply` says against these keys of the first domain: field and code.
async fn refused_keys(world: &World, keys: &str) -> Option<(String, String)> {
    let text = format!(
        "[[clients]]\nid = \"{CLIENT}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n{keys}\n\
         [[clients.domains]]\nroot_domain = \"more-engines.example\"\n"
    );
    match provision::apply(&world.core, &text, Options { plan: true, ..Options::default() }).await {
        Ok(_) => None,
        Err(Error::Invalid(errors)) => Some((errors[0].field.clone(), errors[0].code().to_owned())),
        Err(other) => panic!("{other:?} for {keys}"),
    }
}

/// A TOML text of any characters.
fn toml_text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

on_both!(fb_01_a_wrong_redirect_uri_of_the_domain_leads_to_the_stored_uri, async |world: World| {
    world.change_domain(&format!("fallback_uri = \"{FALLBACK}\"")).await;
    let mut browser = world.browser();
    for uri in [
        ELSEWHERE,
        "https://engines.example/",
        "https://a.b.engines.example/?error=x#y",
        "http://engines.example/cb",
        // A browser takes this backslash for a slash: the host is engines.example.
        "https://engines.example\\@evil.test/cb",
    ] {
        let changes = [("redirect_uri", uri), ("login_hint", "ada@example.test")];
        let answer = browser.get(&world.authorize(&changes)).await;
        assert_eq!(answer.status, 303, "{uri}: {answer:?}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_fallback(&world, answer.location(), "invalid_request").await;
    }
    for uri in [
        "https://evil.test/cb",
        "https://engines.example@evil.test/cb",
        "https://engines.example.evil.test/cb",
        "https://evilengines.example/cb",
        "https://more-engines.example/other",
        "javascript://engines.example/%0aalert(1)",
        "//engines.example/cb",
        "engines.example",
    ] {
        assert_page(&browser.get(&world.authorize(&[("redirect_uri", uri)])).await);
    }
    // Nobody is known to answer to.
    for changes in [[("client_id", "client_01jd3v8m1efb9rkyq9wzvw2x4z")], [("redirect_uri", "")]] {
        assert_page(&browser.get(&world.authorize(&changes)).await);
    }
    assert_page(&browser.get(&format!("{}&redirect_uri=x", world.authorize(&[]))).await);
});

on_both!(fb_01_what_is_off_goes_to_the_fallback_uri, async |world: World| {
    world.change_domain(&format!("fallback_uri = \"{FALLBACK}\"")).await;
    let mut browser = world.browser();
    for (fact, error) in [
        ("login off", "invalid_request"),
        ("client suspended", "access_denied"),
        ("owner suspended", "access_denied"),
        ("plan lapsed", "access_denied"),
    ] {
        world.change_fact(fact).await;
        let answer = browser.get(&world.authorize(&[])).await;
        assert_eq!(answer.status, 303, "{fact}: {answer:?}");
        assert_fallback(&world, answer.location(), error).await;
        if error == "access_denied" {
            assert_back(&browser.get(&world.authorize(&[("prompt", "none")])).await, error);
        }
        world.undo_fact(fact).await;
    }
    // A domain that is off stands for nothing any more.
    world.change_fact("domain off").await;
    assert_page(&browser.get(&world.authorize(&[])).await);
    world.undo_fact("domain off").await;

    // Test mode lets in members and testers only.
    world.change_domain("test_mode = true").await;
    let mut ada = signed_in(&world, "ada@example.test").await;
    let answer = ada.get(&world.authorize(&[])).await;
    assert_fallback(&world, answer.location(), "access_denied").await;
    assert_back(&ada.get(&world.authorize(&[("prompt", "none")])).await, "access_denied");
    world.change_domain("fallback_uri = \"\"").await;
    let page = ada.get(&world.authorize(&[])).await;
    assert_eq!((page.status.as_u16(), page.location()), (403, ""), "{page:?}");
    assert!(page.body.contains("Reference:"));
});

on_both!(fb_01_natively_a_login_that_was_let_in_and_is_off_by_now, async |world: World| {
    world.change_domain(&format!("fallback_uri = \"{FALLBACK}\"")).await;
    let mut server = world.browser();
    server.headers = crate::world::native_headers(&world.secret);
    for (fact, error) in [("login off", "invalid_request"), ("client suspended", "access_denied")] {
        let asked = serde_json::json!({ "redirect_url": CALLBACK, "state": "st&te" });
        let answer = server.post_json("/api/sign-token", &asked).await;
        let url = answer.json()["data"]["url"].as_str().unwrap().to_owned();
        world.change_fact(fact).await;
        let answer = world.browser().open(&url).await;
        assert_eq!(answer.status, 303, "{fact}: {answer:?}");
        assert_fallback(&world, answer.location(), error).await;
        world.undo_fact(fact).await;
    }
});

on_both!(fb_02_nobody_is_sent_on_by_a_client_that_anybody_could_have_made, async |world: World| {
    world.change_domain(&format!("ownership = \"unproven\"\nfallback_uri = \"{FALLBACK}\"")).await;
    let (mut stranger, mut ada) = (world.browser(), signed_in(&world, "ada@example.test").await);
    for (change, error) in [
        (("scope", "openid phone"), "invalid_scope"),
        (("scope", ""), "invalid_scope"),
        (("code_challenge", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("request", "e30.e30."), "request_not_supported"),
        (("prompt", "none"), "login_required"),
    ] {
        let path = world.authorize(&[change]);
        let answer = stranger.get(&path).await;
        let link = assert_offered(&answer, "app.engines.example", 400);
        assert!(link.starts_with(&format!("{CALLBACK}?error={error}&")), "{link}");
        assert_eq!(crate::browser::parameter(&link, "state").as_deref(), Some("st&te"));
        assert_eq!(crate::browser::parameter(&link, "iss").as_deref(), Some(ISSUER));
        // To one who is signed in it is the same error, or the next question.
        let error = if error == "login_required" { "consent_required" } else { error };
        assert_back(&ada.get(&path).await, error);
    }

    let wrong = world.authorize(&[("redirect_uri", ELSEWHERE)]);
    let link = assert_offered(&stranger.get(&wrong).await, "engines.example", 400);
    assert_fallback(&world, &link, "invalid_request").await;
    let answer = ada.get(&wrong).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert_fallback(&world, answer.location(), "invalid_request").await;

    world.change_fact("client suspended").await;
    let link = assert_offered(&stranger.get(&world.authorize(&[])).await, "engines.example", 403);
    assert_fallback(&world, &link, "access_denied").await;
    let silent = stranger.get(&world.authorize(&[("prompt", "none")])).await;
    let link = assert_offered(&silent, "app.engines.example", 403);
    assert!(link.starts_with(&format!("{CALLBACK}?error=access_denied&")), "{link}");
    assert_eq!(ada.get(&world.authorize(&[])).await.status, 303);
    world.undo_fact("client suspended").await;

    // Who has signed in to say no is sent back with it.
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let consent = browser.sign_in(&login, "ada@example.test", PASSWORD).await;
    assert_back(&browser.consent(&consent, "deny").await, "access_denied");

    // A session that has ended is none.
    ada.cookies.insert("xwms_session".to_owned(), "xwms_ss_nonsense".to_owned());
    assert_offered(&ada.get(&world.authorize(&[("scope", "")])).await, "app.engines.example", 400);
});

on_both!(fb_02_natively_too, async |world: World| {
    world.change_domain(&format!("ownership = \"unproven\"\nfallback_uri = \"{FALLBACK}\"")).await;
    let mut server = world.browser();
    server.headers = crate::world::native_headers(&world.secret);
    let asked = serde_json::json!({ "redirect_url": CALLBACK, "state": "st&te", "scope": "profile" });
    let answer = server.post_json("/api/sign-token", &asked).await;
    let url = answer.json()["data"]["url"].as_str().unwrap().to_owned();
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nscopes = [\"openid\"]\n")).await;
    let answer = world.browser().open(&url).await;
    let link = assert_offered(&answer, "app.engines.example", 400);
    assert_eq!(link, format!("{CALLBACK}?error=invalid_scope&state=st%26te"));
});

on_both!(fb_02_without_a_fallback_uri_there_is_no_way_on, async |world: World| {
    world.change_domain("ownership = \"unproven\"").await;
    let (mut stranger, mut ada) = (world.browser(), signed_in(&world, "ada@example.test").await);
    for browser in [&mut stranger, &mut ada] {
        let answer = browser.get(&world.authorize(&[("redirect_uri", ELSEWHERE)])).await;
        assert_page(&answer);
        assert!(!answer.body.contains("engines.example"), "{}", answer.body);
    }
});

on_both!(fb_02_this_machine_is_nobodys_target, async |world: World| {
    let callback = "http://127.0.0.1:8081/cb";
    world
        .change_domain(&format!(
            "ownership = \"unproven\"\ntest_mode = true\nfallback_uri = \"http://localhost:8081/sorry\"\n\
             urls = [{{ kind = \"callback\", url = \"{callback}\" }}]"
        ))
        .await;
    let mut stranger = world.browser();
    for port in [8081, 40_000] {
        let uri = callback.replace("8081", &port.to_string());
        let answer = stranger.get(&world.authorize(&[("redirect_uri", &uri), ("scope", "")])).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        assert!(answer.location().starts_with(&format!("{uri}?error=invalid_scope&")), "{answer:?}");
    }
    let answer = stranger.get(&world.authorize(&[("redirect_uri", ELSEWHERE)])).await;
    assert!(answer.location().starts_with("http://localhost:8081/sorry?error=invalid_request&"), "{answer:?}");
});

on_both!(fb_04_what_a_fallback_uri_may_be, async |world: World| {
    for (uri, code) in [
        ("javascript:alert(1)", "scheme"),
        ("JaVaScRiPt:alert(1)", "scheme"),
        ("javascript://engines.example/%0aalert(1)", "scheme"),
        ("data:text/html,x", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("engines://sorry", "scheme"),
    ] {
        let refused = refused_keys(&world, &format!("fallback_uri = {}", toml_text(uri))).await;
        assert_eq!(refused, Some(("clients[0].domains[0].fallback_uri".to_owned(), code.to_owned())), "{uri}");
    }
    for uri in [
        "//engines.example/sorry",
        "/sorry",
        "engines.example/sorry",
        "https://engines.example/sorry\r\nSet-Cookie: a=b",
        "https://engines.example/so\trry",
        "https://evil.test/sorry",
        "https://evilengines.example/",
        "https://engines.example.evil.test/",
        "https://engines.example@evil.test/",
        "https://ada@engines.example/",
        "https://engines.example/#top",
        "https://*.engines.example/",
        "http://engines.example/",
        "http://127.0.0.1:8081/",
        &format!("https://engines.example/{}", "x".repeat(2048)),
    ] {
        let keys = format!("test_mode = false\nfallback_uri = {}", toml_text(uri));
        let refused = refused_keys(&world, &keys).await;
        let field = refused.as_ref().map(|(field, _)| &**field);
        assert_eq!(field, Some("clients[0].domains[0].fallback_uri"), "{uri}: {refused:?}");
    }
    // Our own origin would send a failed login round in circles.
    for uri in [ISSUER, "http://127.0.0.1:8080/oauth/authorize", "http://127.0.0.1:08080/"] {
        let keys = format!("test_mode = true\nfallback_uri = \"{uri}\"");
        assert!(refused_keys(&world, &keys).await.is_some(), "{uri}");
    }
    for uri in [FALLBACK, "https://engines.example", "https://app.engines.example/a?b=c&d", ""] {
        assert_eq!(refused_keys(&world, &format!("fallback_uri = \"{uri}\"")).await, None, "{uri}");
    }
});

on_both!(fb_04_the_partners_query_stays_and_ours_is_encoded, async |world: World| {
    let mut browser = world.browser();
    for (uri, before) in [
        ("https://engines.example", "https://engines.example?"),
        ("https://engines.example/a?", "https://engines.example/a?"),
        ("https://engines.example/a?b=%20c&error=mine", "https://engines.example/a?b=%20c&error=mine&"),
    ] {
        world.change_domain(&format!("fallback_uri = \"{uri}\"")).await;
        let answer = browser.get(&world.authorize(&[("redirect_uri", ELSEWHERE)])).await;
        assert!(answer.location().starts_with(&format!("{before}error=invalid_request&")), "{answer:?}");
    }
    // What a stranger sends never gets into it as it stands.
    let state = "a\r\nSet-Cookie: x=y&iss=https://evil.test#";
    let answer = browser.get(&world.authorize(&[("scope", "openid phone"), ("state", state)])).await;
    assert_eq!(answer.parameter("state").as_deref(), Some(state));
    assert_eq!(answer.parameter("iss").as_deref(), Some(ISSUER));
    assert!(answer.location().contains("state=a%0D%0ASet-Cookie%3A%20x%3Dy%26iss%3D"), "{answer:?}");
});

on_both!(fb_05_the_partners_words_are_text_and_nothing_else, async |world: World| {
    /// The page without the words and the reference, and the words as they stand in it.
    fn taken_apart(page: &Answer) -> (String, String) {
        let (before, rest) = page.body.split_once("<blockquote dir=\"auto\">").unwrap_or_else(|| panic!("{page:?}"));
        let (words, after) = rest.split_once("</blockquote>").unwrap();
        (format!("{before}{}", after.split("Reference:").next().unwrap()), words.to_owned())
    }
    let mut browser = world.browser();
    let wrong = world.authorize(&[("redirect_uri", ELSEWHERE)]);
    world.change_domain("fallback_response = \"Sorry.\\nCall us.\"").await;
    let (plain, words) = taken_apart(&browser.get(&wrong).await);
    assert_eq!(words, "Sorry.\nCall us.");
    assert!(plain.contains("in its own words"), "framed as the partner's: {plain}");

    let deep = format!("{}{}", ">".repeat(2048), "[".repeat(2048));
    let hostile = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "</blockquote></figure><form action=https://t.example><input name=password>",
        "<a href=\"https://t.example\">x</a>",
        "[x](javascript:alert(1))",
        "![x](https://t.example/x.png)",
        "https://t.example/ www.t.example ada@t.example",
        "<svg onload=alert(1)><math><mi><style>*{}</style></mi></math></svg>",
        "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;lt;",
        "{{ 7 * 7 }} {% include \"x\" %} ${7*7} <%= 7 %>",
        "<!-- <![CDATA[ ]]> --!>",
        "\"'`=<>&",
        &deep,
    ];
    for text in hostile {
        world.change_domain(&format!("fallback_response = {}", toml_text(text))).await;
        let page = browser.get(&wrong).await;
        assert_page(&page);
        let (around, words) = taken_apart(&page);
        assert_eq!(around, plain, "nothing of it gets out of its frame: {text:.60}");
        assert!(!words.contains(['<', '"']), "{words:.200}");
        let read = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
        let read = read.iter().fold(words, |words, (entity, character)| words.replace(entity, character));
        assert_eq!(read, text, "it is read as it was written");
    }
    for (text, code) in [
        (&*">[".repeat(10_000), "too_long"),
        ("a\u{0}b", "character"),
        ("a\u{1b}[31mb", "character"),
        ("a\u{202e}b", "character"),
        ("a\u{2066}b", "character"),
    ] {
        let refused = refused_keys(&world, &format!("fallback_response = {}", toml_text(text))).await;
        assert_eq!(
            refused,
            Some(("clients[0].domains[0].fallback_response".to_owned(), code.to_owned())),
            "{text:.20}"
        );
    }
});

on_both!(fb_05_words_are_shown_where_the_partner_is_meant, async |world: World| {
    let keys = "fallback_response = \"Call us.\"\nownership = \"unproven\"";
    world.change_domain(&format!("{keys}\nfallback_uri = \"{FALLBACK}\"")).await;
    let mut browser = world.browser();
    for changes in [[("redirect_uri", ELSEWHERE)], [("scope", "openid phone")]] {
        let page = browser.get(&world.authorize(&changes)).await;
        assert!(page.body.contains("Call us."), "{}", page.body);
        assert_eq!(page.body.matches("href=\"https://").count(), 1, "{}", page.body);
    }
    for changes in [[("redirect_uri", "https://evil.test/")], [("redirect_uri", "https://more-engines.example/")]] {
        let page = browser.get(&world.authorize(&changes)).await;
        assert_page(&page);
        assert!(!page.body.contains("Call us."), "{}", page.body);
    }
});
