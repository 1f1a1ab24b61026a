//! Introspection, revocation, userinfo: what somebody is told of a token, and how it is ended.

use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use serde_json::{Value, json};
use xwms_core::crypto::jws::ACCESS_TOKEN;
use xwms_core::model::client::SigningAlg;

use super::refresh::{has_replicas, replica};
use super::tokens::{claims, text};
use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, Given, ISSUER, OTHER_CLIENT, World, basic, native_headers, on_both};

const EMAIL: &str = "ada@example.test";

fn inactive() -> Value {
    json!({"active": false})
}

/// A call by the other partner.
async fn others_post(world: &World, path: &str, token: &str) -> Answer {
    let mut other = world.browser();
    other.headers.push(basic(OTHER_CLIENT, &world.other_secret));
    other.post(path, &[("token", token)]).await
}

async fn revoke(world: &World, token: &str) -> Answer {
    world.client_post("/oauth/revoke", &[("token", token)]).await
}

on_both!(in_01_only_its_own_client_is_told_of_a_token, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
    for token in [access, refresh] {
        // Nobody, or somebody with a wrong secret.
        for fields in [
            vec![("token", token)],
            vec![("token", token), ("client_id", CLIENT)],
            vec![("token", token), ("client_id", CLIENT), ("client_secret", &*world.other_secret)],
            vec![("token", token), ("client_id", OTHER_CLIENT), ("client_secret", &*world.secret)],
        ] {
            let answer = world.browser().post("/oauth/introspect", &fields).await;
            assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"), "{fields:?}");
        }
        // With a token in the place of a secret.
        let mut bearer = world.browser();
        bearer.headers.push(("authorization".to_owned(), format!("Bearer {access}")));
        assert_eq!(bearer.post("/oauth/introspect", &[("token", token)]).await.status, 401);

        // Another client, in whatever format it asks.
        for accept in ["application/json", "application/token-introspection+jwt", "*/*"] {
            let mut other = world.browser();
            other.headers.push(basic(OTHER_CLIENT, &world.other_secret));
            other.headers.push(("accept".to_owned(), accept.to_owned()));
            for hint in ["access_token", "refresh_token", "nonsense"] {
                let answer = other.post("/oauth/introspect", &[("token", token), ("token_type_hint", hint)]).await;
                assert_eq!((answer.status.as_u16(), &*answer.body), (200, "{\"active\":false}"));
                assert_eq!(answer.headers["cache-control"], "no-store");
            }
        }
        // Its own client, with a secret that is not linked to the token's domain.
        let unlinked = world.second_domains_secret().await;
        let fields = [("token", token), ("client_id", CLIENT), ("client_secret", &*unlinked)];
        let answer = world.browser().post("/oauth/introspect", &fields).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
    }
    // A client credentials token is its client's as well.
    let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    assert_eq!(world.introspect(text(&own, "access_token")).await["sub"], CLIENT);
    assert_eq!(others_post(&world, "/oauth/introspect", text(&own, "access_token")).await.json(), inactive());
});

on_both!(its_own_client_is_told_what_a_token_opens, async |world: World| {
    let (mut browser, code) = world.given_code(EMAIL, &[]).await;
    let tokens = world.redeem(&code).await.json();
    let access = text(&tokens, "access_token");
    let (said, told) = (claims(access), world.introspect(access).await);
    assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!("Bearer")));
    for claim in ["iss", "sub", "aud", "client_id", "scope", "jti", "iat", "exp", "domain"] {
        assert_eq!(told[claim], said[claim], "{claim}");
    }
    let told = world.introspect(text(&tokens, "refresh_token")).await;
    assert_eq!((&told["active"], &told["sub"], &told["scope"]), (&json!(true), &said["sub"], &said["scope"]));
    assert_eq!(told["exp"], world.clock.now().seconds() + 30 * 86_400);
    world.refresh(text(&tokens, "refresh_token")).await;
    assert_eq!(world.introspect(text(&tokens, "refresh_token")).await, inactive(), "it is used");

    // Whatever else there is, is no token.
    let unused = world.code_in(&mut browser, EMAIL, &[]).await;
    for token in [&*unused, text(&tokens, "id_token"), &browser.cookies["xwms_session"], "x", "a.b.c"] {
        assert_eq!(world.introspect(token).await, inactive(), "{token}");
    }
    assert_eq!(world.redeem(&unused).await.status, 200, "looking at a code does not spend it");
    assert_eq!(world.client_post("/oauth/introspect", &[]).await.error(), "invalid_request");
    let twice = [("token", access), ("token", access)];
    assert_eq!(world.client_post("/oauth/introspect", &twice).await.error(), "invalid_request");
    assert_eq!(world.client_post("/oauth/introspect?token=x", &[("token", access)]).await.error(), "invalid_request");
});

on_both!(a_refresh_token_is_revoked_with_its_login_and_an_access_token_alone, async |world: World| {
    let first = world.given_login(EMAIL).await;
    let second = world.refresh(text(&first, "refresh_token")).await.json();
    let other_login = world.given_login(EMAIL).await;

    // An access token: that one.
    let answer = revoke(&world, text(&first, "access_token")).await;
    assert_eq!((answer.status.as_u16(), &*answer.body), (200, "{}"));
    assert_eq!(world.userinfo(text(&first, "access_token")).await.status, 401);
    assert_eq!(world.introspect(text(&first, "access_token")).await, inactive());
    assert_eq!(world.userinfo(text(&second, "access_token")).await.status, 200);
    let third = world.refresh(text(&second, "refresh_token")).await.json();

    // A refresh token: all of its login, and no other login.
    assert_eq!(revoke(&world, text(&third, "refresh_token")).await.status, 200);
    for tokens in [&second, &third] {
        assert_eq!(world.userinfo(text(tokens, "access_token")).await.status, 401);
        assert_eq!(world.introspect(text(tokens, "access_token")).await, inactive());
        assert_eq!(world.refresh(text(tokens, "refresh_token")).await.error(), "invalid_grant");
    }
    assert_eq!(world.userinfo(text(&other_login, "access_token")).await.status, 200);

    // A used one leads to its login as well: whoever holds it only wants to be rid of it.
    let next = world.refresh(text(&other_login, "refresh_token")).await.json();
    assert_eq!(revoke(&world, text(&other_login, "refresh_token")).await.status, 200);
    assert_eq!(world.userinfo(text(&next, "access_token")).await.status, 401);

    // A client's own token.
    let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    assert_eq!(revoke(&world, text(&own, "access_token")).await.status, 200);
    assert_eq!(world.introspect(text(&own, "access_token")).await, inactive());
    let mut caller = world.browser();
    caller.headers.push(("authorization".to_owned(), format!("Bearer {}", text(&own, "access_token"))));
    let answer = caller.post_json("/api/sign-token", &json!({"redirect_url": CALLBACK})).await;
    assert_eq!((answer.status.as_u16(), &*answer.code()), (401, "token_invalid"));
});

on_both!(nobody_revokes_what_is_not_theirs, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    for token in [text(&tokens, "access_token"), text(&tokens, "refresh_token")] {
        assert_eq!(world.browser().post("/oauth/revoke", &[("token", token)]).await.status, 401);
        let answer = others_post(&world, "/oauth/revoke", token).await;
        assert_eq!((answer.status.as_u16(), &*answer.body), (200, "{}"));
        let fields =
            [("token", token), ("client_id", CLIENT), ("client_secret", &*world.second_domains_secret().await)];
        assert_eq!(world.browser().post("/oauth/revoke", &fields).await.status, 401);
    }
    for token in ["x", "xwms_rt_x", text(&tokens, "id_token")] {
        assert_eq!(revoke(&world, token).await.status, 200, "{token}");
    }
    assert_eq!(world.client_post("/oauth/revoke", &[]).await.error(), "invalid_request");
    assert_eq!(world.introspect(text(&tokens, "access_token")).await["active"], true);
    assert_eq!(world.refresh(text(&tokens, "refresh_token")).await.status, 200);
});

/// The answer of a server that can't reach or write its database: try again, and nothing has happened.
fn assert_unavailable(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 503, "{what}: {answer:?}");
    assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(answer.headers["cache-control"], "no-store");
}

#[test]
fn in_03_a_revocation_that_was_not_written_is_not_acknowledged_on_postgres() {
    crate::world::run(crate::world::Backend::Postgres, Given::default(), async |world: World| {
        let tokens = world.given_login(EMAIL).await;
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
        let own = text(&own, "access_token");
        let beside = Beside::of(&world);
        let name = &beside.database;

        // Away: nothing is ended, nobody is let in, and nobody is told that a token does not live.
        beside.execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await;
        beside.throw_out().await;
        for token in [access, refresh, own] {
            assert_unavailable(&revoke(&world, token).await, "away");
            assert_unavailable(&world.client_post("/oauth/introspect", &[("token", token)]).await, "away");
        }
        assert_unavailable(&world.userinfo(access).await, "away");
        assert_unavailable(&world.refresh(refresh).await, "away");
        beside.execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).await;

        // Read-only.
        beside.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
        settles(&world, access).await;
        for token in [access, refresh, own] {
            assert_unavailable(&revoke(&world, token).await, "read-only");
            assert_eq!(world.introspect(token).await["active"], true);
        }
        beside.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = off")).await;
        beside.throw_out().await;
        settles(&world, access).await;

        // Once it can be written, it is.
        for token in [own, refresh] {
            assert_eq!(revoke(&world, token).await.status, 200);
            assert_eq!(world.introspect(token).await, inactive());
        }
        assert_eq!(world.introspect(access).await, inactive());
    });
}

/// Asks until the pool has noticed which of its connections are dead: each is noticed at its next use.
async fn settles(world: &World, token: &str) {
    for _ in 0..20 {
        let answer = world.client_post("/oauth/introspect", &[("token", token)]).await;
        if answer.status == 200 {
            return;
        }
        assert_unavailable(&answer, "a connection that was cut");
    }
    panic!("the server does not come back");
}

/// A way to a PostgreSQL server past the database that a test works on.
struct Beside {
    database: String,
    url: String,
}

impl Beside {
    fn of(world: &World) -> Self {
        let (server, database) = world.core.config.database.url.expose().rsplit_once('/').unwrap();
        Self { database: database.to_owned(), url: format!("{server}/postgres") }
    }

    /// Ends every connection to the database.
    async fn throw_out(&self) {
        let name = &self.database;
        let ended = format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'");
        self.execute(&ended).await;
    }

    async fn execute(&self, statement: &str) {
        let mut conn = AsyncPgConnection::establish(&self.url).await.unwrap();
        conn.batch_execute(statement).await.unwrap();
    }
}

#[test]
fn in_03_a_revocation_that_was_not_written_is_not_acknowledged_on_sqlite() {
    crate::world::run(crate::world::Backend::Sqlite, Given::default(), async |world: World| {
        let tokens = world.given_login(EMAIL).await;
        let refresh = text(&tokens, "refresh_token");
        // Locked: another process holds on for longer than a request may wait.
        let path = world.core.config.database.url.expose().trim_start_matches("sqlite://").to_owned();
        let mut other = <diesel::SqliteConnection as diesel::Connection>::establish(&path).unwrap();
        diesel::connection::SimpleConnection::batch_execute(&mut other, "BEGIN IMMEDIATE").unwrap();
        assert_unavailable(&revoke(&world, refresh).await, "locked");
        assert_eq!(world.introspect(refresh).await["active"], true);
        diesel::connection::SimpleConnection::batch_execute(&mut other, "ROLLBACK").unwrap();
        drop(other);

        // Full: it may not grow any further, so sooner or later a revocation finds no place.
        world.sql("PRAGMA max_page_count = 1").await;
        let mut refused = None;
        for _ in 0..200 {
            let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
            let own = text(&own, "access_token").to_owned();
            let answer = revoke(&world, &own).await;
            if answer.status != 200 {
                refused = Some((answer, own));
                break;
            }
        }
        let (answer, own) = refused.expect("the database is full");
        assert_unavailable(&answer, "full");
        assert_eq!(world.introspect(&own).await["active"], true);
        world.sql("PRAGMA max_page_count = 1000000").await;
        assert_eq!(revoke(&world, &own).await.status, 200);
        assert_eq!(world.introspect(&own).await, inactive());

        // Read-only.
        world.sql("PRAGMA query_only = ON").await;
        assert_unavailable(&revoke(&world, refresh).await, "read-only");
        assert_eq!(world.introspect(refresh).await["active"], true);
    });
}

on_both!(in_04_userinfo_takes_one_access_token_of_a_person_in_one_place, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    let access = text(&tokens, "access_token");
    let ask = async |headers: &[&str], query: &str, body: Option<&[(&str, &str)]>| {
        let mut browser = world.browser();
        browser.headers = headers.iter().map(|value| ("authorization".to_owned(), (*value).to_owned())).collect();
        let path = format!("/oauth/userinfo{query}");
        match body {
            Some(fields) => browser.post(&path, fields).await,
            None => browser.get(&path).await,
        }
    };
    let bearer = format!("Bearer {access}");
    let by_body: &[(&str, &str)] = &[("access_token", access)];
    // In the header, in whatever case its scheme is, or in a form.
    for (headers, body) in [(vec![&*bearer], None), (vec![&*bearer], Some(&[][..])), (vec![], Some(by_body))] {
        assert_eq!(ask(&headers, "", body).await.json()["email"], EMAIL);
    }
    assert_eq!(ask(&[&format!("bearer {access}")], "", None).await.status, 200);
    // In the URL, in two places, twice.
    let in_url = format!("?access_token={access}");
    let twice = [("access_token", access), ("access_token", access)];
    for (headers, query, body) in [
        (vec![], &*in_url, None),
        (vec![&*bearer], &*in_url, None),
        (vec![&*bearer], "", Some(by_body)),
        (vec![], "", Some(&twice[..])),
        (vec![&*bearer, &*bearer], "", None),
    ] {
        let answer = ask(&headers, query, body).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_request"), "{headers:?} {query}");
    }
    // No token at all: no error code either (RFC 6750 §3.1).
    let answer = ask(&[], "", None).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["www-authenticate"]),
        (401, &"Bearer realm=\"xwms\"".parse().unwrap())
    );

    // Tokens that are none for this.
    let own = world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await.json();
    let keys = world.core.keys.get();
    let changed = |member: &str, value: Value| {
        let mut claims = claims(access);
        claims[member] = value;
        keys.current(SigningAlg::Es256).unwrap().sign(ACCESS_TOKEN, &claims).unwrap()
    };
    let now = world.clock.now().seconds();
    assert_eq!(world.userinfo(&changed("iat", json!(now))).await.status, 200);
    for token in [
        text(&own, "access_token"),
        text(&tokens, "id_token"),
        text(&tokens, "refresh_token"),
        &changed("aud", json!(CLIENT)),
        &changed("aud", json!("https://other.example")),
        &changed("aud", json!([CLIENT, "https://other.example"])),
        &changed("iss", json!("https://other.example")),
        &changed("iss", json!(format!("{ISSUER}/"))),
        &changed("exp", json!(now)),
        &changed("exp", Value::Null),
        &changed("jti", json!("x")),
        &changed("jti", json!("grant_01jd3v8m1efb9rkyq9wzvw2x4a.00")),
        &changed("client_id", json!(OTHER_CLIENT)),
        &changed("client_id", json!("client_01jd3v8m1efb9rkyq9wzvw2x4z")),
    ] {
        let answer = world.userinfo(token).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_token"), "{token}");
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
    // Without the scope, nothing.
    let (_, code) = world.given_code(EMAIL, &[("scope", "profile")]).await;
    let answer = world.userinfo(text(&world.redeem(&code).await.json(), "access_token")).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (403, "insufficient_scope"));
});

/// A native login's callback token, not turned in yet.
async fn given_callback_token(world: &World) -> String {
    let mut site = world.browser();
    site.headers = native_headers(&world.secret);
    let begun = site.post_json("/api/sign-token", &json!({"redirect_url": CALLBACK})).await.json();
    let mut browser = world.browser();
    let mut answer = browser.open(text(&begun["data"], "url")).await;
    if answer.path.starts_with("/login") {
        answer = browser.sign_in(&answer, EMAIL, crate::world::PASSWORD).await;
    }
    if answer.path.starts_with("/consent") {
        answer = browser.consent(&answer, "allow").await;
    }
    answer.parameter("token").unwrap_or_else(|| panic!("no token: {answer:?}"))
}

on_both!(in_05_what_was_taken_back_is_gone_at_once, async |world: World| {
    let mut servers = vec![&world];
    let second = if has_replicas(&world) { Some(replica(&world).await) } else { None };
    servers.extend(second.as_ref());
    let age_limit = world.core.config.snapshots.max_age_seconds.duration();
    for (fact, told) in [
        ("user suspended", 200),
        ("consent ended", 200),
        ("client suspended", 401),
        ("owner suspended", 401),
        ("domain off", 401),
        ("plan lapsed", 401),
    ] {
        let tokens = world.given_login(EMAIL).await;
        let access = text(&tokens, "access_token");
        let callback_token = given_callback_token(&world).await;
        let lives = async || {
            for server in &servers {
                assert_eq!(server.userinfo(access).await.status, 200, "{fact}");
                assert_eq!(server.introspect(access).await["active"], true, "{fact}");
            }
        };
        lives().await;
        world.change_fact(fact).await;
        if told == 401 {
            // The other server does not listen here: it trusts what it holds no longer than that.
            world.clock.advance(age_limit);
        }
        for server in &servers {
            let answer = server.userinfo(access).await;
            assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_token"), "{fact}");
            let answer = server.client_post("/oauth/introspect", &[("token", access)]).await;
            assert_eq!(answer.status, told, "{fact}: {answer:?}");
            assert!(told == 401 || answer.json() == inactive(), "{fact}: {answer:?}");
            let answer = server.racer().verify(&callback_token).await;
            assert!(matches!(answer.status.as_u16(), 401 | 403 | 404), "{fact}: {answer:?}");
        }
        world.undo_fact(fact).await;
        world.clock.advance(age_limit);
        lives().await;
    }
});

on_both!(in_05_a_scope_that_was_switched_off_opens_nothing, async |world: World| {
    let second = if has_replicas(&world) { Some(replica(&world).await) } else { None };
    let tokens = world.given_login(EMAIL).await;
    let access = text(&tokens, "access_token");
    let scopes = async |scopes: &str| {
        world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nscopes = {scopes}")).await;
        world.clock.advance(world.core.config.snapshots.max_age_seconds.duration());
    };
    scopes("[\"openid\", \"profile\", \"offline_access\"]").await;
    for server in [Some(&world), second.as_ref()].into_iter().flatten() {
        let shared = server.userinfo(access).await.json();
        assert!(shared["name"] == "Ada Lovelace" && shared.get("email").is_none(), "{shared}");
        assert_eq!(server.introspect(access).await["scope"], "offline_access openid profile");
    }
    scopes("[\"profile\"]").await;
    for server in [Some(&world), second.as_ref()].into_iter().flatten() {
        assert_eq!(server.userinfo(access).await.error(), "insufficient_scope");
    }
    scopes("[]").await;
    for server in [Some(&world), second.as_ref()].into_iter().flatten() {
        assert_eq!(server.introspect(access).await, inactive());
    }
    scopes("[\"openid\", \"profile\", \"email\", \"offline_access\"]").await;
    assert_eq!(world.userinfo(access).await.json()["email"], EMAIL, "switching off ends nothing");
});
