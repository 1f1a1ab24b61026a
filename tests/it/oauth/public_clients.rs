//! Clients that can keep no secret: pages that run in the browser, and apps.

use axum::http::Method;
use serde_json::json;

use super::tokens::{claims, text};
use crate::admin::{ask, given_signed_in, patch, problem, wrong};
use crate::browser::{Answer, Browser};
use crate::world::{CALLBACK, CHALLENGE, CLIENT, PASSWORD, VERIFIER, World, basic, on_both};

const PUBLIC: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4c";
const ORIGIN: &str = "https://app.engines.example";
const APP: &str = "example.engines:/cb";
const LOOPBACK: &str = "http://127.0.0.1/cb";

/// A public client beside the confidential one of the same partner.
async fn given_public(world: &World) {
    let text = format!(
        r#"
[[clients]]
id = "{PUBLIC}"
name = "Engines in the browser"
owner = "charles@example.test"
type = "public"
scopes = ["openid", "profile", "email", "offline_access"]
  [[clients.domains]]
  root_domain = "engines.example"
  allow_login = true
  allow_api = true
  active = true
  primary = true
  ownership = "proven"
  urls = [
    {{ kind = "callback", url = "{CALLBACK}" }},
    {{ kind = "callback", url = "{APP}" }},
    {{ kind = "callback", url = "{LOOPBACK}" }},
  ]
"#
    );
    world.apply(&text).await;
}

fn authorize(world: &World, changes: &[(&str, &str)]) -> String {
    world.authorize(&[&[("client_id", PUBLIC)], changes].concat())
}

/// A code of the public client, in a browser of Ada's.
async fn given_code(world: &World, changes: &[(&str, &str)]) -> String {
    world.given_code("ada@example.test", &[&[("client_id", PUBLIC)], changes].concat()).await.1
}

/// A call without a secret.
async fn call(world: &World, path: &str, fields: &[(&str, &str)]) -> Answer {
    world.browser().post(path, &[&[("client_id", PUBLIC)], fields].concat()).await
}

async fn redeem(world: &World, code: &str, redirect_uri: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    call(world, "/oauth/token", &fields).await
}

async fn refresh(world: &World, token: &str) -> Answer {
    call(world, "/oauth/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

on_both!(a_public_client_logs_people_in_without_a_secret, async |world: World| {
    given_public(&world).await;
    let tokens = redeem(&world, &given_code(&world, &[]).await, CALLBACK).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let tokens = tokens.json();
    assert_eq!(claims(text(&tokens, "id_token"))["aud"], PUBLIC);
    assert_eq!(world.userinfo(text(&tokens, "access_token")).await.json()["email"], "ada@example.test");
    let refreshed = refresh(&world, text(&tokens, "refresh_token")).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let refreshed = refreshed.json();

    // An empty secret is none (RFC 6749 §2.3.1).
    let mut by_basic = world.browser();
    by_basic.headers.push(basic(PUBLIC, ""));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", text(&refreshed, "refresh_token"))];
    let again = by_basic.post("/oauth/token", &fields).await;
    assert_eq!(again.status, 200, "{again:?}");
    let again = again.json();

    let revoked = call(&world, "/oauth/revoke", &[("token", text(&again, "refresh_token"))]).await;
    assert_eq!((revoked.status.as_u16(), revoked.json()), (200, json!({})));
    assert_eq!(refresh(&world, text(&again, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(world.userinfo(text(&again, "access_token")).await.status, 401);
});

on_both!(te_01_none_is_for_public_clients_and_what_was_given_to_them, async |world: World| {
    given_public(&world).await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    // A confidential client's id alone is nobody; its code stays.
    let mut nobody = world.browser();
    let fields = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
    let answer = nobody.post("/oauth/token", &[&[("client_id", CLIENT)], &fields[..]].concat()).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
    assert!(answer.headers.contains_key("www-authenticate"), "{answer:?}");
    let unknown = [("client_id", "client_01jd3v8m1efb9rkyq9wzvw2x4z")];
    let told = nobody.post("/oauth/token", &[&unknown, &fields[..]].concat()).await;
    assert_eq!(told.body, answer.body, "the same for a client that is not there");
    assert_eq!(world.attempts().await[0].reason, "secret_missing");
    // Nor does the public client get it.
    assert_eq!(redeem(&world, &code, CALLBACK).await.error(), "invalid_grant");
    let theirs = given_code(&world, &[]).await;
    assert_eq!(world.redeem(&theirs).await.error(), "invalid_grant", "the other way round");
    assert_eq!(world.redeem(&code).await.status, 200, "nothing was burnt");
    let tokens = redeem(&world, &theirs, CALLBACK).await.json();

    let own = call(&world, "/oauth/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!((own.status.as_u16(), &*own.error()), (400, "unauthorized_client"));
    let looked_at = call(&world, "/oauth/introspect", &[("token", text(&tokens, "access_token"))]).await;
    assert_eq!((looked_at.status.as_u16(), &*looked_at.error()), (401, "invalid_client"));
    // What it shows as a secret is none, whoever's it is.
    for secret in [&*world.secret, "nonsense"] {
        let fields = [("client_secret", secret), ("grant_type", "refresh_token"), ("refresh_token", "x")];
        assert_eq!(call(&world, "/oauth/token", &fields).await.status, 401);
    }
    let mut native = world.browser();
    native.headers.push(("x-client-id".to_owned(), PUBLIC.to_owned()));
    assert_eq!(native.post_json("/api/sign-token", &json!({ "redirect_url": CALLBACK })).await.status, 401);
});

on_both!(pk_01_and_pk_03_only_pkce_binds_a_public_clients_code, async |world: World| {
    given_public(&world).await;
    let mut browser = world.browser();
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let answer = browser.get(&authorize(&world, &without)).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("invalid_request"), "{answer:?}");
    let code = given_code(&world, &[]).await;
    for verifier in ["", CHALLENGE] {
        let fields = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", verifier)];
        assert_eq!(call(&world, "/oauth/token", &fields).await.error(), "invalid_grant");
    }
    assert_eq!(redeem(&world, &code, CALLBACK).await.status, 200);

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let answer = patch(&mut owner, &format!("/admin/v1/clients/{PUBLIC}"), &json!({ "pkce": "or_nonce" })).await;
    assert_eq!(wrong(&answer), [("pkce".to_owned(), "confidential_only".to_owned())]);
});

on_both!(co_01_and_rt_01_a_second_use_ends_what_the_first_gave, async |world: World| {
    given_public(&world).await;
    let code = given_code(&world, &[]).await;
    let tokens = redeem(&world, &code, CALLBACK).await.json();
    world.clock.advance(std::time::Duration::from_secs(3));
    assert_eq!(redeem(&world, &code, CALLBACK).await.error(), "invalid_grant");
    assert_eq!(world.userinfo(text(&tokens, "access_token")).await.status, 401);

    let tokens = redeem(&world, &given_code(&world, &[]).await, CALLBACK).await.json();
    let next = refresh(&world, text(&tokens, "refresh_token")).await.json();
    world.clock.advance(std::time::Duration::from_secs(121));
    assert_eq!(refresh(&world, text(&tokens, "refresh_token")).await.error(), "invalid_grant");
    assert_eq!(refresh(&world, text(&next, "refresh_token")).await.error(), "invalid_grant", "the family is gone");
});

on_both!(te_10_pages_read_answers_from_the_origins_of_callbacks_alone, async |world: World| {
    given_public(&world).await;
    let from = |origin: &str| {
        let mut page = world.browser();
        page.headers.push(("origin".to_owned(), origin.to_owned()));
        page
    };
    let allowed = |answer: &Answer| {
        assert!(answer.headers.get("access-control-allow-credentials").is_none(), "{answer:?}");
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "Origin"), "{answer:?}");
        answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    let foreign =
        ["null", "https://app.engines.example.evil.test", "https://engines.example", "http://app.engines.example"];
    for path in ["/oauth/token", "/oauth/revoke"] {
        for (origin, open) in
            [(ORIGIN, true), ("http://127.0.0.1:49152", true)].into_iter().chain(foreign.map(|origin| (origin, false)))
        {
            let expected = open.then(|| origin.to_owned());
            let preflight = from(origin).send(Method::OPTIONS, path, None, Vec::new()).await;
            assert_eq!((preflight.status.as_u16(), allowed(&preflight)), (204, expected.clone()), "{origin}");
            let fields =
                [("client_id", PUBLIC), ("grant_type", "refresh_token"), ("refresh_token", "x"), ("token", "x")];
            assert_eq!(allowed(&from(origin).post(path, &fields).await), expected, "{origin}");
        }
        // The origin of its pages opens nothing of a client that can keep a secret, or of none.
        for client in [CLIENT, "nonsense", ""] {
            let fields =
                [("client_id", client), ("token", "x"), ("grant_type", "refresh_token"), ("refresh_token", "x")];
            assert_eq!(allowed(&from(ORIGIN).post(path, &fields).await), None, "{client}");
        }
    }
    // Introspection, authorization and logout are open to no page at all.
    for path in ["/oauth/introspect", "/oauth/authorize", "/oauth/logout"] {
        let answer = from(ORIGIN).send(Method::OPTIONS, path, None, Vec::new()).await;
        assert!(answer.headers.get("access-control-allow-origin").is_none(), "{path}");
    }
    // What is switched off opens nothing more.
    let off = format!(
        "[[clients]]\nid = \"{PUBLIC}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\nactive = false\n"
    );
    world.apply(&off).await;
    let preflight = from(ORIGIN).send(Method::OPTIONS, "/oauth/token", None, Vec::new()).await;
    assert_eq!(allowed(&preflight), None);
    assert_eq!(allowed(&from(ORIGIN).post("/oauth/token", &[("client_id", PUBLIC)]).await), None);
});

/// The answer to a request in a browser that is signed in, at the consent page or beyond it.
async fn asked(world: &World, browser: &mut Browser, redirect_uri: &str) -> Answer {
    browser.open(&authorize(world, &[("redirect_uri", redirect_uri)])).await
}

on_both!(ru_04_an_app_is_asked_for_in_each_browser, async |world: World| {
    given_public(&world).await;
    for (redirect_uri, begins) in
        [(APP, "example.engines:/cb?"), ("http://127.0.0.1:8250/cb", "http://127.0.0.1:8250/cb?")]
    {
        let mut first = world.browser();
        let login = asked(&world, &mut first, redirect_uri).await;
        let consent = first.sign_in(&login, "ada@example.test", PASSWORD).await;
        assert!(consent.path.starts_with("/consent"), "{consent:?}");
        let back = first.consent(&consent, "allow").await;
        assert!(back.location().starts_with(begins), "{back:?}");
        let tokens = redeem(&world, &back.parameter("code").unwrap(), redirect_uri).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        // Here she has agreed; somewhere else it may be another program that listens.
        let again = asked(&world, &mut first, redirect_uri).await;
        assert!(again.location().starts_with(begins), "{again:?}");
        let mut second = world.browser();
        let login = asked(&world, &mut second, redirect_uri).await;
        let consent = second.sign_in(&login, "ada@example.test", PASSWORD).await;
        assert!(consent.path.starts_with("/consent"), "{consent:?}");
        let silent = second.get(&authorize(&world, &[("redirect_uri", redirect_uri), ("prompt", "none")])).await;
        assert_eq!(silent.parameter("error").as_deref(), Some("consent_required"), "{silent:?}");
        // An https callback is the site's own: what she agreed to anywhere holds.
        let site = second.open(&authorize(&world, &[])).await;
        assert!(site.location().starts_with(CALLBACK), "{site:?}");
    }
    // Near misses of an app's callback.
    for uri in ["example.engines:/CB", "example.engines://cb", "example.engines:/cb/", "http://127.0.0.1:8250/other"] {
        assert_eq!(world.browser().get(&authorize(&world, &[("redirect_uri", uri)])).await.status, 400, "{uri}");
    }
});

on_both!(a_public_client_has_no_secrets_and_stays_what_it_is, async |world: World| {
    given_public(&world).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let client = format!("/admin/v1/clients/{PUBLIC}");
    assert_eq!(owner.get(&client).await.json()["type"], "public");
    let made = ask(&mut owner, Method::POST, &format!("{client}/secrets"), &json!({})).await;
    assert_eq!(problem(&made), (409, "public_client".to_owned()));
    let domain = owner.get(&format!("{client}/domains")).await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let link = format!("{client}/domains/{domain}/secrets/secret_01jd3v8m1efb9rkyq9wzvw2x4c");
    let linked = ask(&mut owner, Method::PUT, &link, &json!({})).await;
    assert_eq!(problem(&linked), (409, "public_client".to_owned()));
    let steps = owner.get(&format!("{client}/setup")).await.json();
    let steps: Vec<&str> = steps["steps"].as_array().unwrap().iter().map(|step| text(step, "step")).collect();
    assert_eq!(steps, ["scopes", "domain", "callback_url", "first_login"]);

    // Its pages do not speak of secrets; the other client's do.
    for (id, has_secrets) in [(PUBLIC, false), (CLIENT, true)] {
        let page = owner.get(&format!("/clients/{id}")).await;
        assert_eq!(page.body.contains(&format!("/clients/{id}/secrets")), has_secrets, "{id}");
    }
    let page = owner.get(&format!("/clients/{PUBLIC}/domains/{domain}")).await;
    assert!(page.status == 200 && !page.body.contains("/secrets"), "{page:?}");

    // One with secrets becomes public only without them; nobody changes after a login.
    let of_client = format!("/admin/v1/clients/{CLIENT}");
    let refused = patch(&mut owner, &of_client, &json!({ "type": "public" })).await;
    assert_eq!(problem(&refused), (409, "secrets_present".to_owned()));
    assert_eq!(wrong(&patch(&mut owner, &of_client, &json!({ "type": "other" })).await)[0].0, "type");
    let to = |kind: &str| json!({ "type": kind });
    assert_eq!(patch(&mut owner, &client, &to("confidential")).await.status, 200);
    assert_eq!(patch(&mut owner, &client, &to("public")).await.status, 200);
    let preflight = {
        let mut page = world.browser();
        page.headers.push(("origin".to_owned(), ORIGIN.to_owned()));
        page.send(Method::OPTIONS, "/oauth/token", None, Vec::new()).await
    };
    assert!(preflight.headers.contains_key("access-control-allow-origin"), "its origins came back with it");
    given_code(&world, &[]).await;
    let fixed = patch(&mut owner, &client, &to("confidential")).await;
    assert_eq!(problem(&fixed), (409, "type_fixed".to_owned()));
});

on_both!(callbacks_for_apps_are_a_public_clients_alone, async |world: World| {
    given_public(&world).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for (id, apps) in [(PUBLIC, true), (CLIENT, false)] {
        let domains = format!("/admin/v1/clients/{id}/domains");
        let found = owner.get(&domains).await.json();
        let found = found["data"].as_array().unwrap().iter().find(|it| it["root_domain"] == "engines.example");
        let urls = format!("{domains}/{}/urls", text(found.unwrap(), "id"));
        for (kind, url, good) in [
            ("callback", "example.engines:/another", apps),
            ("callback", "http://127.0.0.1:5555/cb", apps),
            ("callback", "http://[::1]/cb", apps),
            ("callback", "http://localhost:5555/cb", false),
            ("callback", "example.engines.evil:/cb", false),
            ("callback", "com.evil:/cb", false),
            ("logout", "example.engines:/bye", false),
        ] {
            let made = owner.post_json(&urls, &json!({ "kind": kind, "url": url })).await;
            assert_eq!(made.status.as_u16(), if good { 201 } else { 422 }, "{id} {kind} {url}: {made:?}");
        }
    }
});
