//! Who may call: three headers, or a client credentials token.

use std::time::Duration;

use serde_json::json;

use super::{assert_refused, given_token, other_server, server};
use crate::browser::Browser;
use crate::world::{CALLBACK, CLIENT, OTHER_CLIENT, SECOND_CALLBACK, SECOND_SECRET, SECRET, World, on_both};

on_both!(na_06_what_x_client_domain_may_say, async |world: World| {
    // Given one domain more, whose name is no ASCII.
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n\
             [[clients.domains]]\nroot_domain = \"more-engines.example\"\n\
             [[clients.domains]]\nroot_domain = \"b\u{fc}cher.example\"\nsecrets = [\"Standard Key\"]\n\
             urls = [{{ kind = \"callback\", url = \"https://xn--bcher-kva.example/cb\" }}]\n"
        ))
        .await;
    let snapshot = world.snapshot().await;
    let id_of =
        |root: &str| snapshot.domains.iter().find(|domain| domain.root.as_str() == root).unwrap().id.to_string();
    let (id, second) = (id_of("engines.example"), id_of("more-engines.example"));
    let at_books = "https://xn--bcher-kva.example/cb";
    let good = [
        (id.as_str(), CALLBACK),
        ("", CALLBACK),
        ("   ", CALLBACK),
        ("engines.example", CALLBACK),
        ("ENGINES.Example", CALLBACK),
        ("engines.example.", CALLBACK),
        ("app.engines.example", CALLBACK),
        ("b\u{fc}cher.example", at_books),
        ("B\u{dc}CHER.example.", at_books),
        ("xn--bcher-kva.example", at_books),
        ("www.b\u{fc}cher.example", at_books),
    ];
    for (named, redirect_url) in good {
        let mut server = server(&world, &world.secret).with("x-client-domain", named);
        let answer = server.sign_token(json!({ "redirect_url": redirect_url })).await;
        assert_eq!(answer.status, 200, "{named:?}: {answer:?}");
    }
    let malformed = (400, "domain_malformed");
    let unknown = (403, "domain_unknown");
    let rows = [
        ("https://engines.example", malformed),
        ("engines.example:65536", malformed),
        ("engines.example:", malformed),
        ("engines.example/", malformed),
        ("engines.example/cb", malformed),
        ("user@engines.example", malformed),
        ("*.engines.example", malformed),
        ("engines.example..", malformed),
        ("a b", malformed),
        ("domain_", malformed),
        // Whether or not it exists, and whoever's it is.
        ("notes.example", unknown),
        ("shop.notes.example", unknown),
        ("unheard-of.example", unknown),
        ("evilengines.example", unknown),
        ("engines.example.evil.test", unknown),
        ("example", unknown),
        ("127.0.0.1", unknown),
        ("localhost", unknown),
        ("[::1]", unknown),
        ("domain_01jd3v8m1efb9rkyq9wzvw2x4z", unknown),
        // Its own, and not this secret's.
        ("more-engines.example", (403, "secret_not_linked")),
        (&second, (403, "secret_not_linked")),
    ];
    let mut told = Vec::new();
    for (named, (status, code)) in rows {
        for _ in 0..2 {
            let mut server = server(&world, &world.secret).with("x-client-domain", named);
            let answer = server.sign_token(json!({})).await;
            assert_refused(&answer, status, code);
            assert!(!answer.body.contains("notes") && !answer.body.contains("unheard"), "{answer:?}");
            if code == "domain_unknown" {
                told.push(answer.json()["message"].clone());
            }
            // The token that is asked about names nothing here.
            assert_refused(&server.verify(json!({ "token": "x" })).await, status, code);
        }
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "another tenant's domain is told as no domain: {told:?}");
});

on_both!(na_07_an_unknown_client_is_told_what_a_wrong_secret_is, async |world: World| {
    let (stranger, malformed) = ("client_01jd3v8m1efb9rkyq9wzvw2x4z", &SECRET[..SECRET.len() - 1]);
    let mut told = Vec::new();
    let mut ask = async |id: &str, secret: &str| {
        for path in ["/api/sign-token", "/api/sign-token-verify"] {
            let mut server = world.browser().with("x-client-id", id).with("x-client-secret", secret);
            let answer = server.post_json(path, &json!({ "redirect_url": CALLBACK, "token": "x" })).await;
            assert_refused(&answer, 401, "credentials_invalid");
            let mut body = answer.json();
            body["data"]["reference"].take();
            let mut headers = answer.headers;
            headers.remove("x-request-id");
            told.push((body, headers));
        }
    };
    for (id, secret) in [
        (stranger, SECRET),
        (CLIENT, &*world.other_secret),
        (OTHER_CLIENT, SECRET),
        (CLIENT, malformed),
        (CLIENT, "nonsense"),
        ("nonsense", SECRET),
        (CLIENT, "\u{e9}"),
        (&CLIENT.to_uppercase(), SECRET),
    ] {
        ask(id, secret).await;
    }
    world.change_fact("secret inactive").await;
    ask(CLIENT, SECRET).await;
    world.undo_fact("secret inactive").await;
    world.change_fact("secret expires in a minute").await;
    world.clock.advance(Duration::from_secs(60));
    ask(CLIENT, SECRET).await;
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
});

on_both!(no_credentials_or_half_of_them_are_asked_for, async |world: World| {
    let half: [&[(&str, &str)]; 6] = [
        &[],
        &[("x-client-id", CLIENT)],
        &[("x-client-secret", SECRET)],
        &[("x-client-id", CLIENT), ("x-client-secret", "")],
        &[("x-client-id", ""), ("x-client-secret", SECRET)],
        &[("x-client-domain", "engines.example")],
    ];
    for headers in half {
        let mut server = headers.iter().fold(world.browser(), |server, (name, value)| server.with(name, value));
        assert_refused(&server.sign_token(json!({})).await, 401, "credentials_missing");
        assert_refused(&server.verify(json!({ "token": "x" })).await, 401, "credentials_missing");
    }
});

on_both!(a_header_twice_or_joined_by_a_comma_is_malformed, async |world: World| {
    for (name, value) in [("x-client-id", CLIENT), ("x-client-secret", SECRET), ("x-client-domain", "engines.example")]
    {
        let full = || server(&world, &world.secret).with("x-client-domain", "engines.example");
        let mut twice = full().with(name, value);
        assert_refused(&twice.sign_token(json!({})).await, 400, "malformed");
        let mut joined = full();
        for header in joined.headers.iter_mut().filter(|(known, _)| known == name) {
            header.1 = format!("{value}, {value}");
        }
        let answer = joined.sign_token(json!({})).await;
        assert_refused(&answer, 400, "malformed");
        assert!(!answer.body.contains(value), "a credential is not repeated: {answer:?}");
    }
    let token = client_token(&world).await;
    let mut twice = bearer(&world, &token).with("authorization", &format!("Bearer {token}"));
    assert_refused(&twice.sign_token(json!({})).await, 400, "malformed");
    let mut twice = server(&world, &world.secret).with("content-type", "application/json");
    assert_refused(&twice.sign_token(json!({})).await, 400, "malformed");
});

on_both!(a_client_credentials_token_stands_for_the_headers, async |world: World| {
    let token = client_token(&world).await;
    let (_, callback) = given_token(&world, json!({})).await;
    let mut server = bearer(&world, &token);
    assert_eq!(server.sign_token(json!({})).await.status, 200);
    // Its domain is the domain, whatever the header says.
    let mut named = bearer(&world, &token).with("x-client-domain", "notes.example");
    assert_eq!(named.sign_token(json!({})).await.status, 200);
    let second = server.sign_token(json!({ "redirect_url": SECOND_CALLBACK })).await;
    assert_refused(&second, 422, "redirect_url_unknown");
    let answer = server.verify(json!({ "token": callback })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // Beside it no id and no secret, right or wrong.
    for (name, value) in [("x-client-id", CLIENT), ("x-client-secret", SECRET), ("x-client-id", "nonsense")] {
        let mut both = bearer(&world, &token).with(name, value);
        assert_refused(&both.sign_token(json!({})).await, 400, "malformed");
    }
    let mut both = bearer(&world, &token).with("x-client-id", "").with("x-client-secret", "");
    assert_eq!(both.sign_token(json!({})).await.status, 200, "an empty header is an absent one");
});

on_both!(a_client_credentials_token_is_refused_when_it_no_longer_holds, async |world: World| {
    let token = client_token(&world).await;
    for (fact, status, code) in [
        ("domain off", 403, "domain_inactive"),
        ("api off", 403, "api_not_allowed"),
        ("client suspended", 403, "client_suspended"),
        ("plan lapsed", 403, "plan_lapsed"),
    ] {
        world.change_fact(fact).await;
        assert_refused(&bearer(&world, &token).sign_token(json!({})).await, status, code);
        world.undo_fact(fact).await;
    }
    assert_eq!(bearer(&world, &token).sign_token(json!({})).await.status, 200);
    let revoked = world.client_post("/oauth/revoke", &[("token", &token)]).await;
    assert_eq!(revoked.status, 200);
    assert_refused(&bearer(&world, &token).sign_token(json!({})).await, 401, "token_invalid");
    let old = client_token(&world).await;
    world.clock.advance(Duration::from_secs(3601));
    assert_refused(&bearer(&world, &old).sign_token(json!({})).await, 401, "token_invalid");
});

on_both!(a_persons_tokens_are_no_clients, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    let client = client_token(&world).await;
    let (head, signature) = client.rsplit_once('.').unwrap();
    let broken = [
        tokens["access_token"].as_str().unwrap(),
        tokens["id_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
        SECRET,
        head,
        &format!("{head}."),
        &format!("{head}.{}", signature.chars().rev().collect::<String>()),
        "nonsense",
        "",
    ];
    for token in broken {
        assert_refused(&bearer(&world, token).sign_token(json!({})).await, 401, "token_invalid");
        assert_refused(&bearer(&world, token).verify(json!({ "token": "x" })).await, 401, "token_invalid");
    }
    let mut basic = world.browser();
    basic.headers.push(crate::world::basic(CLIENT, SECRET));
    assert_refused(&basic.sign_token(json!({})).await, 401, "token_invalid");
});

on_both!(another_clients_token_opens_nothing_here, async |world: World| {
    let fields =
        [("grant_type", "client_credentials"), ("client_id", OTHER_CLIENT), ("client_secret", &*world.other_secret)];
    let answer = world.browser().post("/oauth/token", &fields).await.json();
    let (_, callback) = given_token(&world, json!({})).await;
    let mut stranger = bearer(&world, answer["access_token"].as_str().unwrap());
    assert_refused(&stranger.sign_token(json!({})).await, 422, "redirect_url_unknown");
    assert_refused(&stranger.verify(json!({ "token": callback })).await, 404, "token_unknown");
    assert_refused(&other_server(&world).sign_token(json!({})).await, 422, "redirect_url_unknown");
});

on_both!(only_the_servers_addresses_may_call, async |world: World| {
    let (_, callback) = given_token(&world, json!({})).await;
    let token = client_token(&world).await;
    world.change_domain("server_ips = [\"203.0.113.0/24\", \"2001:db8::7\"]").await;
    for (peer, forwarded, admitted) in [
        ("127.0.0.1:1", "203.0.113.9", false),
        ("198.51.100.1:1", "203.0.113.9", false),
        ("[2001:db8::8]:1", "", false),
        ("203.0.113.9:1", "198.51.100.1", true),
        ("[::ffff:203.0.113.9]:1", "", true),
        ("[2001:db8::7]:1", "", true),
    ] {
        for caller in [server(&world, SECRET), bearer(&world, &token)] {
            let mut caller = caller.with("x-forwarded-for", forwarded);
            caller.peer = peer.parse().unwrap();
            let answer = caller.sign_token(json!({})).await;
            if admitted {
                assert_eq!(answer.status, 200, "{peer}: {answer:?}");
            } else {
                assert_refused(&answer, 403, "ip_not_allowed");
                assert_refused(&caller.verify(json!({ "token": callback })).await, 403, "ip_not_allowed");
            }
        }
    }
    // What was refused for its address burnt nothing.
    let mut caller = server(&world, SECRET);
    caller.peer = "203.0.113.200:1".parse().unwrap();
    assert_eq!(caller.verify(json!({ "token": callback })).await.status, 200);
    // In test mode they are not asked for.
    world.change_domain("test_mode = true").await;
    assert_eq!(server(&world, SECRET).sign_token(json!({})).await.status, 200);
});

on_both!(allow_api_is_not_needed_for_a_login, async |world: World| {
    world.change_fact("api off").await;
    let (_, token) = given_token(&world, json!({})).await;
    assert_eq!(server(&world, SECRET).verify(json!({ "token": token })).await.status, 200);
});

on_both!(two_domains_of_one_secret, async |world: World| {
    // One secret for both domains, as one server with two sites has it.
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n\
             [[clients.domains]]\nroot_domain = \"engines.example\"\nsecrets = [\"Standard Key\"]\n\
             [[clients.domains]]\nroot_domain = \"more-engines.example\"\nsecrets = [\"Standard Key\"]\n"
        ))
        .await;
    assert_refused(&server(&world, SECOND_SECRET).sign_token(json!({})).await, 403, "secret_not_linked");
    for (callback, own, other) in [
        (CALLBACK, "engines.example", "more-engines.example"),
        (SECOND_CALLBACK, "more-engines.example", "engines.example"),
    ] {
        let (_, token) = given_token(&world, json!({ "redirect_url": callback })).await;
        let mut wrong = server(&world, SECRET).with("x-client-domain", other);
        assert_refused(&wrong.verify(json!({ "token": token })).await, 404, "token_unknown");
        assert_refused(&wrong.sign_token(json!({ "redirect_url": callback })).await, 422, "redirect_url_unknown");
        let mut right = server(&world, SECRET).with("x-client-domain", own);
        assert_eq!(right.verify(json!({ "token": token })).await.status, 200);
    }
});

async fn client_token(world: &World) -> String {
    let answer = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await;
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

fn bearer(world: &World, token: &str) -> Browser {
    world.browser().with("authorization", &format!("Bearer {token}"))
}
