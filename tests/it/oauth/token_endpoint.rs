//! The token endpoint and how clients authenticate there.

use crate::world::{CLIENT, OTHER_CLIENT, World, basic, on_both};

on_both!(te_01_who_does_not_authenticate_is_told_no_more, async |world: World| {
    let wrong_secret = world.other_secret.clone();
    let mut bodies = Vec::new();
    for (id, secret) in
        [(CLIENT, &*wrong_secret), ("client_01jd3v8m1efb9rkyq9wzvw2x4z", &*world.secret), ("nonsense", "nonsense")]
    {
        let mut caller = world.browser();
        caller.headers.push(basic(id, secret));
        let answer = caller.post("/oauth/token", &[("grant_type", "client_credentials")]).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
        assert!(answer.headers["www-authenticate"].to_str().unwrap().starts_with("Basic"));
        assert_eq!(answer.headers["cache-control"], "no-store");
        bodies.push(answer.body);
    }
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]));
    let nobody = world.browser().post("/oauth/token", &[("grant_type", "client_credentials")]).await;
    assert_eq!((nobody.status.as_u16(), &*nobody.error()), (401, "invalid_client"));
    for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
        for fields in [&[][..], &[("client_id", CLIENT)], &[("client_id", CLIENT), ("client_secret", "x")]] {
            let fields = [fields, &[("grant_type", "client_credentials"), ("token", "x")]].concat();
            let answer = world.browser().post(path, &fields).await;
            assert_eq!(answer.status, 401, "{path}: {answer:?}");
            assert!(answer.headers.contains_key("www-authenticate"), "every 401 says how to authenticate: {path}");
        }
    }
    let mut both = world.browser();
    both.headers.push(basic(CLIENT, &world.secret));
    let with = |secret: String| [("grant_type", "client_credentials".to_owned()), ("client_secret", secret)];
    for (secret, status) in [(world.secret.clone(), 200), (world.other_secret.clone(), 400), (String::from("x"), 400)] {
        let fields = with(secret);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = both.post("/oauth/token", &fields).await;
        assert_eq!(answer.status, status, "the same secret both ways is one: {answer:?}");
    }
});

on_both!(te_03_credentials_in_the_url_are_refused, async |world: World| {
    for parameter in ["client_secret=x", "code=x", "refresh_token=x"] {
        let path = format!("/oauth/token?{parameter}");
        let answer = world.client_post(&path, &[("grant_type", "client_credentials")]).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_request"), "{parameter}");
    }
});

on_both!(te_04_a_switch_that_is_off_refuses_at_once, async |world: World| {
    let ask = async || {
        let answer = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await;
        (answer.status.as_u16(), if answer.status == 200 { String::new() } else { answer.error() })
    };
    assert_eq!(ask().await.0, 200);
    for fact in [
        "secret inactive",
        "secret unlinked",
        "domain off",
        "api off",
        "client suspended",
        "owner suspended",
        "plan lapsed",
    ] {
        world.change_fact(fact).await;
        assert_eq!(ask().await, (401, "invalid_client".to_owned()), "{fact}");
        world.undo_fact(fact).await;
        assert_eq!(ask().await.0, 200, "{fact} undone");
    }
    // A secret that expires at exactly now is expired.
    world.change_fact("secret expires in a minute").await;
    world.clock.advance(std::time::Duration::from_secs(59));
    assert_eq!(ask().await.0, 200);
    world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(ask().await, (401, "invalid_client".to_owned()));
});

on_both!(te_04_allow_api_off_leaves_logins_alone, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    world.change_fact("api off").await;
    let answer = world.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    assert_eq!(answer.status, 200, "{answer:?}");
});

on_both!(te_05_the_domain_of_client_credentials, async |world: World| {
    let ask = async |domain: &str| {
        let fields = [("grant_type", "client_credentials"), ("domain", domain)];
        let answer = world.client_post("/oauth/token", &fields).await;
        let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
        (answer.status.as_u16(), error)
    };
    for named in ["engines.example", "ENGINES.example", "engines.example.", "app.engines.example", ""] {
        assert_eq!(ask(named).await.0, 200, "{named}");
    }
    assert_eq!(ask("notes.example").await, (401, "invalid_client".to_owned()), "another tenant's");
    assert_eq!(ask("unheard-of.example").await, (401, "invalid_client".to_owned()));
    for malformed in ["https://engines.example", "engines.example:x", "engines.example/x", "a b"] {
        assert_eq!(ask(malformed).await, (400, "invalid_request".to_owned()), "{malformed}");
    }
});

on_both!(te_07_other_grants_are_not_supported, async |world: World| {
    for grant in [
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = world.client_post("/oauth/token", &[("grant_type", grant)]).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "unsupported_grant_type"), "{grant}");
    }
    assert_eq!(world.client_post("/oauth/token", &[("grant_type", "")]).await.error(), "invalid_request");
    let twice = [("grant_type", "client_credentials"), ("grant_type", "client_credentials")];
    assert_eq!(world.client_post("/oauth/token", &twice).await.error(), "invalid_request");
});

on_both!(te_10_no_other_origin_reads_token_answers, async |world: World| {
    for origin in ["null", "https://engines.example.evil.test", "http://localhost.evil.test"] {
        let mut caller = world.browser();
        caller.headers.push(("origin".to_owned(), origin.to_owned()));
        let fields = [("grant_type", "client_credentials"), ("client_id", CLIENT), ("client_secret", &*world.secret)];
        let answer = caller.post("/oauth/token", &fields).await;
        assert!(answer.headers.get("access-control-allow-origin").is_none());
        let discovery = caller.get("/.well-known/openid-configuration").await;
        assert_eq!(discovery.headers["access-control-allow-origin"], "*");
        assert!(discovery.headers.get("access-control-allow-credentials").is_none());
    }
});

on_both!(client_credentials_are_the_clients_own, async |world: World| {
    let answer = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    assert_eq!(answer["scope"], "email profile", "of what is activated, open or unlocked, and never openid");
    assert!(answer.get("refresh_token").is_none() && answer.get("id_token").is_none());
    let token = answer["access_token"].as_str().unwrap();
    let claims = crate::oauth::tokens::claims(token);
    assert_eq!((claims["sub"].as_str(), claims["client_id"].as_str()), (Some(CLIENT), Some(CLIENT)));
    assert!(claims["domain"].as_str().unwrap().starts_with("domain_"));
    assert_eq!(world.introspect(token).await["active"], true);
    assert_eq!(world.userinfo(token).await.status, 401, "there is no person behind it");
    for scope in ["openid", "offline_access", "unheard-of", "userinfo"] {
        let fields = [("grant_type", "client_credentials"), ("scope", scope)];
        assert_eq!(world.client_post("/oauth/token", &fields).await.error(), "invalid_scope", "{scope}");
    }
    let _ = OTHER_CLIENT;
});

on_both!(ip_01_and_ip_04_only_the_servers_addresses_may_call, async |world: World| {
    let tokens = world.given_login("ada@example.test").await;
    world.change_domain("server_ips = [\"203.0.113.0/24\", \"2001:db8::7\"]").await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let calls: [(&str, Vec<(&str, &str)>); 4] = [
        ("/oauth/token", vec![("grant_type", "client_credentials")]),
        ("/oauth/token", vec![("grant_type", "refresh_token"), ("refresh_token", refresh)]),
        ("/oauth/introspect", vec![("token", refresh)]),
        ("/oauth/revoke", vec![("token", refresh)]),
    ];
    for (path, fields) in calls {
        let mut all = vec![("client_id", CLIENT), ("client_secret", &*world.secret)];
        all.extend(fields);
        for (peer, forwarded, admitted) in [
            ("198.51.100.1:1", "203.0.113.9", false),
            ("203.0.113.9:1", "198.51.100.1", true),
            ("[::ffff:203.0.113.9]:1", "", true),
        ] {
            if admitted && path == "/oauth/revoke" {
                continue;
            }
            let mut caller = world.browser();
            caller.peer = peer.parse().unwrap();
            caller.headers.push(("x-forwarded-for".to_owned(), forwarded.to_owned()));
            let answer = caller.post(path, &all).await;
            assert_eq!(answer.status == 200, admitted, "{path} from {peer}: {answer:?}");
            if !admitted {
                assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
            }
        }
    }
});
