//! Tokens for resource servers (RFC 8707), and what the management API says of itself as one (RFC 9728).

use serde_json::{Value, json};

use super::tokens::{claims, text};
use crate::admin::given_signed_in;
use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, ISSUER, OTHER_CLIENT, VERIFIER, World, on_both};

const API: &str = "https://api.engines.example/";
const SECOND: &str = "https://more-engines.example/api";

/// Two resource servers of the partner, and one of another's that is the first one by its address.
async fn given_apis(world: &World) {
    let text = format!(
        r#"
[[clients]]
id = "{CLIENT}"
  [[clients.domains]]
  root_domain = "engines.example"
  urls = [
    {{ kind = "callback", url = "{CALLBACK}" }},
    {{ kind = "logout", url = "https://app.engines.example/" }},
    {{ kind = "api", url = "{API}" }},
  ]
  [[clients.domains]]
  root_domain = "more-engines.example"
  urls = [{{ kind = "api", url = "{SECOND}" }}]

[[clients]]
id = "{OTHER_CLIENT}"
  [[clients.domains]]
  root_domain = "notes.example"
  [[clients.domains]]
  root_domain = "engines.example"
  active = true
  secrets = ["Standard Key"]
  urls = [{{ kind = "api", url = "{API}" }}]
"#
    );
    world.apply(&text).await;
}

async fn present(world: &World, code: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)];
    world.client_post("/oauth/token", &[&fields[..], more].concat()).await
}

async fn refresh(world: &World, token: &str, more: &[(&str, &str)]) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    world.client_post("/oauth/token", &[&fields[..], more].concat()).await
}

fn audience(tokens: &Value) -> Value {
    claims(text(tokens, "access_token"))["aud"].clone()
}

/// An authorization request for these; the world's own helper knows each parameter once.
fn authorize(world: &World, resources: &[&str]) -> String {
    let more = resources.iter().map(|it| format!("&resource={}", it.replace(':', "%3A").replace(' ', "%20")));
    world.authorize(&[]) + &more.collect::<String>()
}

async fn given_code(world: &World, resources: &[&str]) -> String {
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    let back = browser.get(&authorize(world, resources)).await;
    back.parameter("code").unwrap_or_else(|| panic!("no code: {back:?}"))
}

on_both!(a_token_is_for_the_resources_that_were_named, async |world: World| {
    given_apis(&world).await;
    // By default it is for us.
    let tokens = present(&world, &given_code(&world, &[]).await, &[]).await.json();
    assert_eq!(audience(&tokens), ISSUER);

    let tokens = present(&world, &given_code(&world, &[API, SECOND]).await, &[]).await.json();
    assert_eq!(audience(&tokens), json!([API, SECOND, ISSUER]), "with openid we stand beside them");
    assert_eq!(world.userinfo(text(&tokens, "access_token")).await.status, 200);
    let narrowed = refresh(&world, text(&tokens, "refresh_token"), &[("resource", SECOND)]).await.json();
    assert_eq!(audience(&narrowed), json!([SECOND, ISSUER]));
    // Without `openid` a resource server stands alone, and we take the token no more.
    let scope = [("resource", API), ("scope", "profile offline_access")];
    let alone = refresh(&world, text(&narrowed, "refresh_token"), &scope).await.json();
    assert_eq!(audience(&alone), API);
    assert_eq!(world.userinfo(text(&alone, "access_token")).await.status, 401);
    // The next refresh has all of them again.
    let all = refresh(&world, text(&alone, "refresh_token"), &[]).await.json();
    assert_eq!(audience(&all), json!([API, SECOND, ISSUER]));

    let fields = [("grant_type", "client_credentials"), ("resource", API)];
    let own = world.client_post("/oauth/token", &fields).await.json();
    assert_eq!(audience(&own), API);
    let mut native = world.browser();
    native.headers.push(("authorization".to_owned(), format!("Bearer {}", text(&own, "access_token"))));
    let called = native.post_json("/api/sign-token", &json!({ "redirect_url": CALLBACK })).await;
    assert_eq!(called.status, 401, "it is for the resource server alone");
});

on_both!(a_foreign_resource_and_a_wider_one_are_refused_and_burn_nothing, async |world: World| {
    given_apis(&world).await;
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    for resource in ["https://evil.test/", CALLBACK, "https://api.engines.example", "https://notes.example/api", "x y"]
    {
        let back = browser.get(&authorize(&world, &[API, resource])).await;
        assert_eq!(back.parameter("error").as_deref(), Some("invalid_target"), "{resource}: {back:?}");
    }
    let code = given_code(&world, &[API]).await;
    for resource in [SECOND, "https://evil.test/"] {
        let answer = present(&world, &code, &[("resource", resource)]).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_target"), "{resource}");
    }
    let tokens = present(&world, &code, &[("resource", API), ("resource", API)]).await;
    assert_eq!(tokens.status, 200, "the code is still good: {tokens:?}");
    let token = tokens.json();
    let token = text(&token, "refresh_token");
    let widened = refresh(&world, token, &[("resource", API), ("resource", SECOND)]).await;
    assert_eq!((widened.status.as_u16(), &*widened.error()), (400, "invalid_target"));
    assert_eq!(refresh(&world, token, &[]).await.status, 200, "the refresh token is still good");
    assert_eq!(world.attempts().await[0].reason, "resource_unknown");

    let fields = [("grant_type", "client_credentials"), ("resource", "https://evil.test/")];
    assert_eq!(world.client_post("/oauth/token", &fields).await.error(), "invalid_target");
});

on_both!(a_resource_server_asks_about_the_tokens_that_it_takes, async |world: World| {
    given_apis(&world).await;
    let ask = async |token: &str| {
        let fields = [("client_id", OTHER_CLIENT), ("client_secret", &*world.other_secret), ("token", token)];
        world.browser().post("/oauth/introspect", &fields).await.json()
    };
    let for_api = present(&world, &given_code(&world, &[API]).await, &[]).await.json();
    let seen = ask(text(&for_api, "access_token")).await;
    assert_eq!((&seen["active"], &seen["client_id"]), (&json!(true), &json!(CLIENT)));
    assert_eq!((&seen["username"], &seen["aud"]), (&json!("ada@example.test"), &json!([API, ISSUER])));
    assert_eq!(seen["scope"], "email offline_access openid profile");
    let own =
        world.client_post("/oauth/token", &[("grant_type", "client_credentials"), ("resource", API)]).await.json();
    assert_eq!(ask(text(&own, "access_token")).await["active"], true);

    let inactive = json!({ "active": false });
    let for_us = present(&world, &given_code(&world, &[]).await, &[]).await.json();
    let for_second = present(&world, &given_code(&world, &[SECOND]).await, &[]).await.json();
    for token in [
        text(&for_us, "access_token"),
        text(&for_second, "access_token"),
        text(&for_api, "refresh_token"),
        text(&for_api, "id_token"),
    ] {
        assert_eq!(ask(token).await, inactive, "{token}");
    }
    // It may look, and not end.
    let fields = [
        ("client_id", OTHER_CLIENT),
        ("client_secret", &*world.other_secret),
        ("token", text(&for_api, "access_token")),
    ];
    assert_eq!(world.browser().post("/oauth/revoke", &fields).await.status, 200);
    assert_eq!(ask(text(&for_api, "access_token")).await["active"], true);
    // What ends at the client it was given to has ended.
    world.change_fact("consent ended").await;
    assert_eq!(ask(text(&for_api, "access_token")).await, inactive);
    // Without the link it knows nothing more.
    world.undo_fact("consent ended").await;
    let unlinked = format!(
        "[[clients]]\nid = \"{OTHER_CLIENT}\"\n[[clients.domains]]\nroot_domain = \"notes.example\"\n\
         [[clients.domains]]\nroot_domain = \"engines.example\"\nsecrets = []\n"
    );
    world.apply(&unlinked).await;
    assert_eq!(ask(text(&for_api, "access_token")).await, inactive);
});

on_both!(the_management_api_says_what_it_takes, async |world: World| {
    let metadata = world.browser().get("/.well-known/oauth-protected-resource/admin/v1").await;
    assert_eq!(metadata.headers["access-control-allow-origin"], "*");
    assert_eq!(metadata.json()["resource"], format!("{ISSUER}/admin/v1"));
    assert_eq!(metadata.json()["bearer_methods_supported"], json!(["header"]));
    for token in [None, Some("xwms_pat_nonsense")] {
        let mut caller = world.browser();
        caller.headers.extend(token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))));
        let refused = caller.get("/admin/v1/clients").await;
        let challenge = refused.headers["www-authenticate"].to_str().unwrap();
        let named = format!("resource_metadata=\"{ISSUER}/.well-known/oauth-protected-resource/admin/v1\"");
        assert!(refused.status == 401 && challenge.starts_with("Bearer ") && challenge.contains(&named), "{challenge}");
    }
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    assert!(!owner.get("/admin/v1/clients").await.headers.contains_key("www-authenticate"));
});
