//! Refresh tokens: rotated at every use, and judged anew each time.

use std::time::Duration;

use diesel_async::RunQueryDsl as _;
use serde_json::Value;
use xwms_core::database::Conn;

use super::tokens::{claims, text};
use crate::browser::Answer;
use crate::world::{CLIENT, OTHER_CLIENT, World, basic, config, on_both};

const DAY: Duration = Duration::from_secs(86_400);
const EMAIL: &str = "ada@example.test";

/// One more server on the same database, with the same master key.
pub async fn replica(world: &World) -> World {
    let config = config(world.core.config.database.url.expose(), world.folder.path());
    let core = xwms::wire::core(config, world.clock.clone()).await.unwrap();
    let (secret, other_secret) = (world.secret.clone(), world.other_secret.clone());
    World { secret, other_secret, ..World::of(core, tempfile::tempdir().unwrap()) }
}

/// Whether several servers may share this database (SPEC §9: on SQLite there is one).
pub fn has_replicas(world: &World) -> bool {
    world.core.config.database.url.expose().starts_with("postgres")
}

/// The one number that this query gives.
pub async fn number(world: &World, query: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        number: i64,
    }
    let query = diesel::sql_query(format!("SELECT ({query}) AS number"));
    let row: Row = match &mut world.core.db.read().await.unwrap() {
        Conn::Sqlite(conn) => query.get_result(&mut **conn).await,
        Conn::Postgres(conn) => query.get_result(&mut **conn).await,
    }
    .unwrap();
    row.number
}

async fn refresh_for(world: &World, token: &str, scope: &str) -> Answer {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    world.client_post("/oauth/token", &fields).await
}

/// The tokens that this refresh token gives.
async fn refreshed(world: &World, token: &str) -> Value {
    let answer = world.refresh(token).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

async fn assert_refused(world: &World, token: &str, why: &str) {
    let answer = world.refresh(token).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_grant"), "{why}");
}

async fn assert_dead(world: &World, access_token: &str) {
    assert_eq!(world.userinfo(access_token).await.status, 401);
    assert_eq!(world.introspect(access_token).await, serde_json::json!({"active": false}));
}

on_both!(a_refresh_continues_the_login, async |world: World| {
    let first = world.given_login(EMAIL).await;
    world.clock.advance(Duration::from_secs(3600));
    let second = refreshed(&world, text(&first, "refresh_token")).await;
    assert_eq!(second["scope"], first["scope"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert!(text(&second, "refresh_token").starts_with("xwms_rt_"));
    assert_eq!(world.userinfo(text(&second, "access_token")).await.json()["email"], EMAIL);

    // A new ID token of the same login, made now, for this access token.
    let (before, after) = (claims(text(&first, "id_token")), claims(text(&second, "id_token")));
    for claim in ["iss", "sub", "aud", "sid", "auth_time", "acr", "amr"] {
        assert_eq!(after[claim], before[claim], "{claim}");
    }
    assert!(before["nonce"].is_string() && after.get("nonce").is_none());
    assert_eq!(after["iat"], world.clock.now().seconds());
    assert_ne!(after["at_hash"], before["at_hash"]);
    let (before, after) = (claims(text(&first, "access_token")), claims(text(&second, "access_token")));
    assert_eq!((&after["sub"], &after["domain"]), (&before["sub"], &before["domain"]));
    assert_ne!(after["jti"], before["jti"]);
});

on_both!(rt_01_a_late_second_use_ends_the_family_and_both_sides_are_told, async |world: World| {
    for (setting, contact) in
        [("", "charles@example.test"), ("contact_email = \"desk@engines.example\"", "desk@engines.example")]
    {
        world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\n{setting}")).await;
        let first = world.given_login(EMAIL).await;
        let other_login = world.given_login(EMAIL).await;
        let second = refreshed(&world, text(&first, "refresh_token")).await;
        let told = |mail: &str, to: &str| mail.matches(&format!("To: {to}\r\n")).count();
        let before = world.mail().await;

        // When the first one comes back after the time for a lost answer,
        world.clock.advance(Duration::from_secs(11));
        assert_refused(&world, text(&first, "refresh_token"), "used").await;

        // then nothing of this login lives any more, whoever holds it, and other logins go on.
        assert_refused(&world, text(&second, "refresh_token"), "of an ended family").await;
        for tokens in [&first, &second] {
            assert_dead(&world, text(tokens, "access_token")).await;
            assert_eq!(world.introspect(text(tokens, "refresh_token")).await["active"], false);
        }
        assert_eq!(world.userinfo(text(&other_login, "access_token")).await.status, 200);

        // And the person and the partner are told, once.
        assert_refused(&world, text(&first, "refresh_token"), "again").await;
        let mail = world.mail().await;
        assert_eq!(told(&mail, EMAIL), told(&before, EMAIL) + 1);
        assert_eq!(told(&mail, contact), told(&before, contact) + 1);
        assert!(mail.contains("http://127.0.0.1:8080/forgot") && mail.contains("Analytical Engines"), "{mail}");
        assert!(!mail.contains("xwms_rt_"));
    }
});

on_both!(rt_02_sixty_four_at_once_get_the_same_child, async |world: World| {
    let second = if has_replicas(&world) { Some(replica(&world).await) } else { None };
    let tokens = world.given_login(EMAIL).await;
    let mut parent = text(&tokens, "refresh_token").to_owned();
    for round in 1..=i64::from(crate::repetitions()) {
        let racers = (0..64).map(|number| {
            let server = second.as_ref().filter(|_| number % 2 == 1).unwrap_or(&world);
            let (racer, parent) = (server.racer(), parent.clone());
            tokio::spawn(async move { racer.refresh(&parent).await })
        });
        let mut children = Vec::new();
        for racer in racers.collect::<Vec<_>>() {
            let answer = racer.await.unwrap();
            assert_eq!(answer.status, 200, "{answer:?}");
            children.push(text(&answer.json(), "refresh_token").to_owned());
        }
        assert!(children.iter().all(|child| *child == children[0] && *child != parent), "{children:?}");
        assert_eq!(number(&world, "SELECT count(*) FROM refresh_tokens").await, 1 + round);
        parent.clone_from(&children[0]);
    }
    assert_eq!(number(&world, "SELECT count(*) FROM refresh_tokens WHERE used_at IS NULL").await, 1);
    assert_eq!(number(&world, "SELECT count(*) FROM grants WHERE revoked_at IS NOT NULL").await, 0);
    assert_eq!(world.refresh(&parent).await.status, 200);
});

on_both!(rt_02_of_two_different_requests_at_once_one_gets_a_child, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    let mut parent = text(&tokens, "refresh_token").to_owned();
    for _ in 0..crate::repetitions() {
        let racers = ["openid", "openid profile", "openid email"].map(|scope| {
            let (racer, parent) = (world.racer(), parent.clone());
            tokio::spawn(async move {
                let fields = [("grant_type", "refresh_token"), ("refresh_token", &*parent), ("scope", scope)];
                racer.client_post("/oauth/token", &fields).await
            })
        });
        let mut children = Vec::new();
        for racer in racers {
            let answer = racer.await.unwrap();
            match answer.status.as_u16() {
                200 => children.push(text(&answer.json(), "refresh_token").to_owned()),
                _ => assert_eq!(answer.error(), "invalid_grant"),
            }
        }
        // Two of the three were a reuse: the family is gone, its one child too.
        assert_eq!(children.len(), 1);
        assert_refused(&world, &children[0], "of an ended family").await;
        parent = text(&world.given_login(EMAIL).await, "refresh_token").to_owned();
    }
});

on_both!(a_repeated_request_gets_the_same_token_for_ten_seconds, async |world: World| {
    let first = world.given_login(EMAIL).await;
    let parent = text(&first, "refresh_token");
    let child = refreshed(&world, parent).await;
    world.clock.advance(Duration::from_secs(10));
    let again = refreshed(&world, parent).await;
    assert_eq!(again["refresh_token"], child["refresh_token"]);
    // By Basic, and with the parameters in another order, it is still the same request.
    let mut by_basic = world.browser();
    by_basic.headers.push(basic(CLIENT, &world.secret));
    let fields = [("refresh_token", parent), ("grant_type", "refresh_token")];
    assert_eq!(by_basic.post("/oauth/token", &fields).await.json()["refresh_token"], child["refresh_token"]);
    for tokens in [&child, &again] {
        assert_eq!(world.userinfo(text(tokens, "access_token")).await.status, 200);
    }
    world.clock.advance(Duration::from_millis(1));
    assert_refused(&world, parent, "the time for a repeated request is over").await;
    assert_refused(&world, text(&child, "refresh_token"), "of an ended family").await;
});

on_both!(with_another_scope_it_is_another_request, async |world: World| {
    // The last asks for more than was granted: a spent token is judged as spent first.
    for scope in ["openid", "email offline_access openid profile", "openid userinfo", "\u{1}"] {
        let first = world.given_login(EMAIL).await;
        let child = refreshed(&world, text(&first, "refresh_token")).await;
        let answer = refresh_for(&world, text(&first, "refresh_token"), scope).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, "invalid_grant"), "{scope}");
        assert_refused(&world, text(&child, "refresh_token"), "of an ended family").await;
    }
});

on_both!(rt_04_no_restart_and_no_haste_gives_a_second_child, async |world: World| {
    // Another server, or the same one restarted, knows the child as well, and the end of its time.
    let first = world.given_login(EMAIL).await;
    let child = refreshed(&world, text(&first, "refresh_token")).await;
    let restarted = replica(&world).await;
    let again = refreshed(&restarted, text(&first, "refresh_token")).await;
    assert_eq!(again["refresh_token"], child["refresh_token"]);
    world.clock.advance(Duration::from_secs(11));
    assert_refused(&restarted, text(&first, "refresh_token"), "used").await;
    assert_refused(&world, text(&child, "refresh_token"), "of an ended family").await;

    // Five rotations in one moment: each of the four that were used ends it.
    for replayed in 1..=4 {
        let mut family = vec![text(&world.given_login(EMAIL).await, "refresh_token").to_owned()];
        for _ in 0..5 {
            let next = refreshed(&world, family.last().unwrap()).await;
            family.push(text(&next, "refresh_token").to_owned());
        }
        if replayed == 4 {
            // Its child was not used yet, so within ten seconds this is the request whose answer was lost.
            assert_eq!(refreshed(&world, &family[4]).await["refresh_token"], family[5]);
            world.clock.advance(Duration::from_secs(11));
        }
        assert_refused(&world, &family[replayed], "its child was used").await;
        for token in &family {
            assert_refused(&world, token, "of an ended family").await;
        }
    }
});

on_both!(rt_07_what_changed_counts_at_the_next_refresh, async |world: World| {
    let scopes = async |scopes: &str| world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nscopes = {scopes}")).await;
    const ALL: &str = "[\"openid\", \"profile\", \"email\", \"offline_access\", \"userinfo\"]";
    let mut token = text(&world.given_login(EMAIL).await, "refresh_token").to_owned();
    // What the secret itself may no longer act for is told as that (SPEC §2.2).
    for (fact, status, error) in [
        ("user suspended", 400, "invalid_grant"),
        ("consent ended", 400, "invalid_grant"),
        ("client suspended", 401, "invalid_client"),
        ("owner suspended", 401, "invalid_client"),
        ("plan lapsed", 401, "invalid_client"),
        ("domain off", 401, "invalid_client"),
        ("secret inactive", 401, "invalid_client"),
        ("secret unlinked", 401, "invalid_client"),
    ] {
        world.change_fact(fact).await;
        let answer = world.refresh(&token).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (status, error), "{fact}");
        // Nothing is spent by a refusal: what is undone works again.
        world.undo_fact(fact).await;
        token = text(&refreshed(&world, &token).await, "refresh_token").to_owned();
    }

    scopes("[\"openid\", \"profile\", \"email\", \"userinfo\"]").await;
    assert_refused(&world, &token, "offline_access is off").await;
    scopes("[\"openid\", \"offline_access\"]").await;
    let narrowed = refreshed(&world, &token).await;
    assert_eq!(narrowed["scope"], "offline_access openid");
    let keys = world.userinfo(text(&narrowed, "access_token")).await.json();
    assert_eq!(keys.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    scopes(ALL).await;
    let whole = refreshed(&world, text(&narrowed, "refresh_token")).await;
    assert_eq!(whole["scope"], "email offline_access openid profile");
});

on_both!(rt_07_a_new_consent_revives_nothing, async |world: World| {
    let old = world.given_login(EMAIL).await;
    let now = world.clock.now().milliseconds();
    world.sql(&format!("UPDATE consents SET ended_at = {now}")).await;
    assert_refused(&world, text(&old, "refresh_token"), "the consent has ended").await;
    let new = world.given_login(EMAIL).await;
    assert_refused(&world, text(&old, "refresh_token"), "it rested on the old consent").await;
    assert_dead(&world, text(&old, "access_token")).await;
    assert_eq!(world.refresh(text(&new, "refresh_token")).await.status, 200);
});

on_both!(rt_07_a_revoked_verification_takes_its_scopes_along, async |world: World| {
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
         scopes = [\"userinfo\"]\nstate = \"approved\""
        ))
        .await;
    world.sql("UPDATE users SET gender = 'female'").await;
    let (_, code) = world.given_code(EMAIL, &[("scope", "openid userinfo offline_access")]).await;
    let tokens = world.redeem(&code).await.json();
    assert_eq!(tokens["scope"], "offline_access openid userinfo");
    assert_eq!(world.userinfo(text(&tokens, "access_token")).await.json()["gender"], "female");

    for fact in [
        "UPDATE verifications SET revoked_at = 1",
        "UPDATE verifications SET revoked_at = NULL, expires_at = 1",
        "UPDATE verifications SET expires_at = NULL, status = 'rejected'",
    ] {
        world.sql(fact).await;
        world.core.snapshots.forget_all();
        let narrowed = refreshed(&world, text(&tokens, "refresh_token")).await;
        assert_eq!(narrowed["scope"], "offline_access openid", "{fact}");
        let shared = world.userinfo(text(&tokens, "access_token")).await.json();
        assert!(shared.get("gender").is_none(), "the token of before opens no more either: {shared}");
        assert_eq!(world.introspect(text(&tokens, "access_token")).await["scope"], "offline_access openid");
    }
});

on_both!(rt_07_a_tester_who_withdraws_is_out, async |world: World| {
    world.change_domain("test_mode = true").await;
    world.apply(&format!(
        "[[clients]]\nid = \"{CLIENT}\"\n[[clients.requests]]\nkind = \"test\"\nemail = \"{EMAIL}\"\nstate = \"accepted\""
    ))
    .await;
    let (_, code) = world.given_code(EMAIL, &[("scope", "openid offline_access userinfo")]).await;
    let tokens = world.redeem(&code).await.json();
    assert_eq!(tokens["scope"], "offline_access openid userinfo", "test mode unlocks");
    world.sql("UPDATE requests SET status = 'withdrawn'").await;
    assert_refused(&world, text(&tokens, "refresh_token"), "no tester any more").await;
    assert_dead(&world, text(&tokens, "access_token")).await;
    world.sql("UPDATE requests SET status = 'accepted'").await;
    let second = refreshed(&world, text(&tokens, "refresh_token")).await;

    // Out of test mode nothing unlocks the reserved scope.
    world.change_domain("test_mode = false").await;
    let third = refreshed(&world, text(&second, "refresh_token")).await;
    assert_eq!(third["scope"], "offline_access openid");
});

on_both!(rt_08_only_a_refresh_token_is_one, async |world: World| {
    let (mut browser, code) = world.given_code(EMAIL, &[]).await;
    let tokens = world.redeem(&code).await.json();
    let unused = world.code_in(&mut browser, EMAIL, &[]).await;
    let session = browser.cookies["xwms_session"].clone();
    let other_prefix = unused.replace("xwms_ac_", "xwms_rt_");
    let refresh = text(&tokens, "refresh_token");
    let cut = &refresh[..refresh.len() - 1];
    for token in [text(&tokens, "access_token"), text(&tokens, "id_token"), &unused, &session, &other_prefix, cut, "x"]
    {
        assert_refused(&world, token, token).await;
    }
    assert_eq!(world.refresh("").await.error(), "invalid_request", "an empty parameter is an absent one");
    // The code was not spent by it, and a refresh token is no code.
    assert_eq!(world.redeem(refresh).await.error(), "invalid_grant");
    assert_eq!(world.redeem(&unused).await.status, 200);
});

on_both!(another_client_neither_uses_nor_burns_it, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    let refresh = text(&tokens, "refresh_token");
    let mut thief = world.browser();
    thief.headers.push(basic(OTHER_CLIENT, &world.other_secret));
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    for _ in 0..3 {
        assert_eq!(thief.post("/oauth/token", &fields).await.error(), "invalid_grant");
    }
    // Nor does the client's own secret that is linked to another domain only.
    let unlinked = world.second_domains_secret().await;
    let mut own = world.browser();
    own.headers.push(basic(CLIENT, &unlinked));
    let answer = own.post("/oauth/token", &fields).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (401, "invalid_client"));
    let child = refreshed(&world, refresh).await;
    world.clock.advance(Duration::from_secs(11));
    assert_eq!(thief.post("/oauth/token", &fields).await.error(), "invalid_grant");
    assert_eq!(world.refresh(text(&child, "refresh_token")).await.status, 200, "a stranger's replay ends nothing");
});

on_both!(rt_09_without_offline_access_there_is_none, async |world: World| {
    let (_, code) = world.given_code(EMAIL, &[("scope", "openid profile")]).await;
    let tokens = world.redeem(&code).await.json();
    assert!(tokens.get("refresh_token").is_none());
    assert_eq!(number(&world, "SELECT count(*) FROM refresh_tokens").await, 0);
});

on_both!(rt_09_it_slides_but_not_for_ever, async |world: World| {
    let second = Duration::from_secs(1);
    // Unused for thirty days.
    for (waited, lives) in [(30 * DAY - second, true), (30 * DAY, false)] {
        let tokens = world.given_login(EMAIL).await;
        world.clock.advance(waited);
        assert_eq!(world.refresh(text(&tokens, "refresh_token")).await.status == 200, lives, "{waited:?}");
    }
    // Used every month: to the end of a year after the login.
    let mut token = text(&world.given_login(EMAIL).await, "refresh_token").to_owned();
    for _ in 0..12 {
        world.clock.advance(29 * DAY);
        token = text(&refreshed(&world, &token).await, "refresh_token").to_owned();
    }
    world.clock.advance(17 * DAY - second);
    let last = refreshed(&world, &token).await;
    world.clock.advance(second);
    assert_refused(&world, text(&last, "refresh_token"), "a year is over").await;
    assert_dead(&world, text(&last, "access_token")).await;
    assert_eq!(world.introspect(text(&last, "refresh_token")).await["active"], false);
});

on_both!(less_may_be_asked_and_the_token_keeps_its_scope, async |world: World| {
    let tokens = world.given_login(EMAIL).await;
    for (scope, error) in
        [("openid userinfo", "invalid_scope"), ("openid nonsense", "invalid_scope"), ("\"", "invalid_scope")]
    {
        let answer = refresh_for(&world, text(&tokens, "refresh_token"), scope).await;
        assert_eq!((answer.status.as_u16(), &*answer.error()), (400, error), "{scope}");
    }
    let less = refresh_for(&world, text(&tokens, "refresh_token"), "openid profile").await.json();
    assert_eq!(less["scope"], "openid profile");
    let access = text(&less, "access_token");
    assert_eq!(claims(access)["scope"], "openid profile");
    assert_eq!(world.introspect(access).await["scope"], "openid profile");
    let shared = world.userinfo(access).await.json();
    assert!(shared["name"] == "Ada Lovelace" && shared.get("email").is_none(), "{shared}");

    // Without openid, no ID token and nothing at userinfo.
    let none = refresh_for(&world, text(&less, "refresh_token"), "profile").await.json();
    assert!(none.get("id_token").is_none());
    let answer = world.userinfo(text(&none, "access_token")).await;
    assert_eq!((answer.status.as_u16(), &*answer.error()), (403, "insufficient_scope"));
    let all = refreshed(&world, text(&none, "refresh_token")).await;
    assert_eq!(all["scope"], tokens["scope"]);
});
