//! Logins that wait share one statement on PostgreSQL: each is decided as if it were alone.

use std::task::Poll;
use std::time::Duration;

use diesel_async::SimpleAsyncConnection as _;
use xwms_core::clock::Timestamp;
use xwms_core::crypto::credential::{Credential, CredentialKey, Kind};
use xwms_core::database::{Conn, Db};
use xwms_core::error::Error;
use xwms_core::id::{ConsentId, DomainId, GrantId, SessionId, Subject, UserId};
use xwms_core::model::scope::ScopeSet;
use xwms_core::testing::{self, Code, CodeKind, Grant, NewLogin, NewRefreshToken};

use crate::database::{count, texts};
use crate::world::{Backend, CLIENT, Given, World, run};

/// People who log in, and logins of each at the same time.
const PEOPLE: i64 = 20;
const LOGINS: i64 = 10;
/// Callers who want the same code or token.
const CALLERS: usize = 3;

#[test]
fn whoever_races_within_a_group_or_across_groups_one_wins() {
    run(Backend::Postgres, Given::default(), async |world: World| {
        let given = Platform::of(&world).await;
        let (db, now) = (&given.db, given.now);
        let logins: Vec<NewLogin> = (0..PEOPLE * LOGINS).map(|number| given.login(number % PEOPLE)).collect();

        // When everybody logs in several times at once, each login with a subject of its own to propose,
        let issued = at_once(logins.iter().cloned().map(|login| given.issue(login))).await;

        // then all are counted, each person has one subject at the client, and commits were shared.
        assert!(issued.into_iter().all(|issued| issued.unwrap()));
        assert_eq!(count(db, "client_users", &format!("logins = {LOGINS}")).await, 20);
        assert_eq!(count(db, "client_user_domains", "true").await, 20);
        let known = "EXISTS (SELECT 1 FROM client_users u WHERE u.client_id = grants.client_id \
                     AND u.user_id = grants.user_id AND u.subject = grants.subject)";
        assert_eq!(count(db, "grants", known).await, 200);
        let commits = count(db, "(SELECT DISTINCT xmin::text FROM codes) commits", "true").await;
        assert!(commits < 200, "{commits} commits: none was shared");

        // When each code is redeemed by several, and one that has expired among them,
        let mut codes: Vec<CredentialKey> = logins.iter().map(|login| login.code.code_key).collect();
        let mut late = given.login(0);
        late.code.expires_at = now;
        codes.push(late.code.code_key);
        assert!(given.issue(late).await.unwrap());
        let wanted = codes.iter().flat_map(|code| (0..CALLERS).map(|_| (*code, given.token(None))));
        let wanted: Vec<(CredentialKey, NewRefreshToken)> = wanted.collect();
        let redeemed = at_once(wanted.iter().map(|&(code, token)| given.redeem(code, token))).await;

        // then one of each has won, and the refresh token stored is the winner's.
        let won = winners(redeemed);
        assert_eq!(won[..200], [1; 200]);
        assert_eq!(won[200], 0, "it has expired");
        let parents: Vec<CredentialKey> = given.stored(wanted.iter().map(|(_, token)| token.key)).await;
        assert_eq!((parents.len(), count(db, "refresh_tokens", "true").await), (200, 200));
        assert_eq!(count(db, "codes", &format!("used_at = {}", now.milliseconds())).await, 200);

        // When each of these is rotated by several requests, then one has won, and left its digest and its child.
        let wanted = parents.iter().flat_map(|parent| (0..CALLERS).map(|_| given.token(Some(*parent))));
        let children: Vec<NewRefreshToken> = wanted.collect();
        let rotated = at_once(children.iter().map(|child| given.rotate(*child))).await;
        let won: Vec<bool> = rotated.into_iter().map(Result::unwrap).collect();
        for (won, child) in won.iter().zip(&children) {
            assert_eq!(given.stored([child.key]).await.len(), usize::from(*won));
            let parent = testing::refresh_token(db, child.parent.unwrap()).await.unwrap().unwrap();
            assert_eq!(parent.used_at, Some(now));
            assert_eq!(parent.request_digest.unwrap() == digest(child), *won);
        }
        assert_eq!(won.chunks(CALLERS).filter(|won| won.iter().filter(|won| **won).count() == 1).count(), 200);
        assert_eq!(count(db, "refresh_tokens", "true").await, 400);
    });
}

#[test]
fn what_the_database_refuses_fails_alone_and_leaves_nothing() {
    run(Backend::Postgres, Given::default(), async |world: World| {
        let given = Platform::of(&world).await;
        let db = &given.db;
        let bad = 7;

        // Given a login whose grant exists: the others are issued,
        let existing = given.login(0);
        assert!(given.issue(existing.clone()).await.unwrap());
        let mut logins: Vec<NewLogin> = (0..PEOPLE).map(|number| given.login(number)).collect();
        logins[bad].grant.id = existing.grant.id;
        let issued = at_once(logins.iter().cloned().map(|login| given.issue(login))).await;
        assert_fails_alone(&issued, bad);
        assert_eq!(count(db, "codes", "true").await, 20);
        assert_eq!(count(db, "client_users", "true").await, 19, "nothing of the refused login is kept");

        // an exchange whose refresh token exists: the others are redeemed, and its code is as it was,
        logins.remove(bad);
        let codes: Vec<CredentialKey> = logins.iter().map(|login| login.code.code_key).collect();
        let first = given.token(None);
        assert!(given.redeem(existing.code.code_key, first).await.unwrap());
        let mut tokens: Vec<NewRefreshToken> = codes.iter().map(|_| given.token(None)).collect();
        let fine = std::mem::replace(&mut tokens[bad], first);
        let redeemed = at_once(codes.iter().zip(&tokens).map(|(code, token)| given.redeem(*code, *token))).await;
        assert_fails_alone(&redeemed, bad);
        assert!(given.redeem(codes[bad], fine).await.unwrap());

        // a refresh whose child exists: the same.
        tokens[bad] = fine;
        let mut children: Vec<NewRefreshToken> = tokens.iter().map(|token| given.token(Some(token.key))).collect();
        let fine = children[bad];
        children[bad].key = first.key;
        let rotated = at_once(children.iter().map(|child| given.rotate(*child))).await;
        assert_fails_alone(&rotated, bad);
        assert!(given.rotate(fine).await.unwrap());
    });
}

#[test]
fn whoever_goes_away_has_got_what_they_asked_for_once() {
    run(Backend::Postgres, Given::default(), async |world: World| {
        let given = Platform::of(&world).await;
        let db = &given.db;
        let logins: Vec<NewLogin> = (0..PEOPLE).map(|number| given.login(number)).collect();
        let tokens: Vec<NewRefreshToken> = logins.iter().map(|_| given.token(None)).collect();
        let children: Vec<NewRefreshToken> = tokens.iter().map(|token| given.token(Some(token.key))).collect();

        // When callers ask and go away, and others ask for the same, then the first have got it, and once.
        for login in &logins {
            given_up(given.issue(login.clone())).await;
        }
        let again = at_once((0..PEOPLE).map(|number| given.issue(given.login(number)))).await;
        assert!(again.into_iter().all(|issued| issued.unwrap()));
        assert_eq!(count(db, "client_users", "logins = 2").await, 20);
        assert_eq!(count(db, "codes", "true").await, 40);

        for (login, token) in logins.iter().zip(&tokens) {
            given_up(given.redeem(login.code.code_key, *token)).await;
        }
        let again = at_once(logins.iter().map(|login| given.redeem(login.code.code_key, given.token(None)))).await;
        assert!(again.into_iter().all(|redeemed| !redeemed.unwrap()));
        assert_eq!(given.stored(tokens.iter().map(|token| token.key)).await.len(), 20);

        for child in &children {
            given_up(given.rotate(*child)).await;
        }
        let again = at_once(tokens.iter().map(|token| given.rotate(given.token(Some(token.key))))).await;
        assert!(again.into_iter().all(|rotated| !rotated.unwrap()));
        assert_eq!(given.stored(children.iter().map(|child| child.key)).await.len(), 20);
        assert_eq!(count(db, "refresh_tokens", "true").await, 40);
    });
}

#[test]
fn a_row_that_somebody_holds_keeps_only_its_own_caller_waiting() {
    let given = Given { settings: &[("DATABASE__WAIT_SECONDS", "2")], recorded: false };
    run(Backend::Postgres, given, async |world: World| {
        let given = Platform::of(&world).await;
        let logins: Vec<NewLogin> = (0..PEOPLE).map(|number| given.login(number)).collect();
        let issued = at_once(logins.iter().cloned().map(|login| given.issue(login))).await;
        assert!(issued.into_iter().all(|issued| issued.unwrap()));

        // Given a code whose row somebody has locked,
        let held = logins[7].code.code_key;
        let other = Db::connect(&xwms::wire::database_options(&world.core.config)).await.unwrap();
        let mut holder = other.read().await.unwrap();
        let lock = format!("BEGIN; SELECT 1 FROM codes WHERE code_key = '\\x{}' FOR UPDATE", hex(&held));
        batch(&mut holder, &lock).await;

        // when it is redeemed with others, then the others are, while the lock is held.
        let callers: Vec<_> = logins
            .iter()
            .map(|login| (login.code.code_key, tokio::spawn(given.redeem(login.code.code_key, given.token(None)))))
            .collect();
        let mut waits = None;
        for (code, caller) in callers {
            if code == held {
                waits = Some(caller);
            } else {
                assert!(caller.await.unwrap().unwrap(), "it was not held");
            }
        }
        batch(&mut holder, "COMMIT").await;
        // Its own caller was told in time that it was done, or that nobody knows.
        let waits = waits.unwrap().await.unwrap();
        assert!(matches!(waits, Ok(true) | Err(Error::Unavailable)), "{waits:?}");
    });
}

#[test]
fn a_statement_planned_for_empty_tables_goes_by_the_key_when_they_are_full() {
    run(Backend::Postgres, Given::default(), async |world: World| {
        // Given a server whose groups have planned their statements while VACUUM knows the tables to be empty,
        let mut given = Platform::of(&world).await;
        let mut conn = given.db.read().await.unwrap();
        batch(&mut conn, "VACUUM ANALYZE codes, refresh_tokens").await;
        let options = xwms::wire::database_options(&world.core.config);
        given.db = Db::connect(&options).await.unwrap();
        assert!(!given.redeem(numbered(1), given.token(None)).await.unwrap());
        assert!(!given.rotate(given.token(Some(numbered(1)))).await.unwrap());

        // when they have filled, and nobody has analysed them,
        let fill = "INSERT INTO codes SELECT decode(lpad(to_hex(n), 76, '0'), 'hex'), 'authorization', '', '', '', '', NULL, \
                    NULL, 0, 0, 2000000000000, NULL FROM generate_series(1, 20000) n; \
                    INSERT INTO refresh_tokens SELECT decode(lpad(to_hex(n), 76, '0'), 'hex'), '', NULL, NULL, 0, \
                    2000000000000, NULL FROM generate_series(1, 20000) n";
        batch(&mut conn, fill).await;
        let redeemed = at_once((1..=20).map(|number| given.redeem(numbered(number), given.token(None)))).await;
        assert!(redeemed.into_iter().all(|redeemed| redeemed.unwrap()));
        let rotated = at_once((1..=20).map(|number| given.rotate(given.token(Some(numbered(number)))))).await;
        assert!(rotated.into_iter().all(|rotated| rotated.unwrap()));

        // then only what was asked for was read. (A connection counts what it has read at its end, for certain.)
        given.db = world.core.db.clone();
        let mut open = 1;
        for _ in 0..600 {
            open = count(&given.db, "pg_stat_activity", "query LIKE '%FROM unnest%' AND pid <> pg_backend_pid()").await;
            if open == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(open, 0, "the connections of a server that has ended are closed");
        let read = "SELECT sum(idx_tup_read)::text AS text FROM pg_stat_user_indexes \
                    WHERE relname IN ('codes', 'refresh_tokens')";
        let read: u64 = texts(&given.db, read).await[0].parse().unwrap();
        assert!((40..4_000).contains(&read), "{read} entries of indexes were read");
    });
}

/// A partner with people, and what logins are made from.
struct Platform {
    db: Db,
    now: Timestamp,
    domain: DomainId,
}

impl Platform {
    async fn of(world: &World) -> Self {
        let (db, now) = (world.core.db.clone(), world.clock.now());
        let people = format!(
            "INSERT INTO users (id, email, email_key, email_verified, name_key, phone_number_verified, plan, created_at, \
             updated_at) SELECT 1000000000000 + n, 'reader' || n || '@example.test', 'reader' || n || '@example.test', true, \
             '', false, 'free', 0, 0 FROM generate_series(0, {PEOPLE} - 1) n"
        );
        world.sql(&people).await;
        Self { db, now, domain: DomainId::generate(now) }
    }

    /// A login of the person of this number, which proposes a subject of its own.
    fn login(&self, person: i64) -> NewLogin {
        let expires_at = self.now.after(Duration::from_secs(60));
        let grant = Grant {
            id: GrantId::generate(self.now),
            client_id: CLIENT.parse().unwrap(),
            domain_id: self.domain,
            user_id: UserId::from_number(1_000_000_000_000 + person).unwrap(),
            consent_id: ConsentId::generate(self.now),
            subject: Subject::generate(),
            session_id: SessionId::generate(self.now),
            scope: ScopeSet::parse("openid profile").unwrap(),
            authenticated_at: self.now,
            created_at: self.now,
            expires_at,
            revoked_at: None,
            url_id: None,
            resources: xwms_core::model::resource::Resources::default(),
            amr: xwms_core::model::amr::Amr::password(),
        };
        let code = Code {
            code_key: Credential::generate(Kind::Code, self.now).key(),
            grant_id: grant.id,
            client_id: grant.client_id,
            domain_id: grant.domain_id,
            redirect_uri: "https://app.engines.example/cb".to_owned(),
            code_challenge: (person % 2 == 0).then(|| "challenge".to_owned()),
            nonce: (person % 3 == 0).then(|| "nonce".to_owned()),
            wrong_tries: 0,
            expires_at,
            used_at: None,
        };
        NewLogin { flow: None, grant, kind: CodeKind::Authorization, code, told: None }
    }

    fn token(&self, parent: Option<CredentialKey>) -> NewRefreshToken {
        NewRefreshToken {
            key: Credential::generate(Kind::RefreshToken, self.now).key(),
            grant: GrantId::generate(self.now),
            parent,
            expires_at: self.now.after(Duration::from_secs(60)),
        }
    }

    fn issue(&self, login: NewLogin) -> impl Future<Output = Result<bool, Error>> + Send + use<> {
        let (db, now) = (self.db.clone(), self.now);
        async move { testing::issue(&db, login, now).await }
    }

    fn redeem(
        &self,
        code: CredentialKey,
        token: NewRefreshToken,
    ) -> impl Future<Output = Result<bool, Error>> + Send + use<> {
        let (db, now) = (self.db.clone(), self.now);
        async move { testing::redeem(&db, code, token, now).await }
    }

    fn rotate(&self, child: NewRefreshToken) -> impl Future<Output = Result<bool, Error>> + Send + use<> {
        let (db, now) = (self.db.clone(), self.now);
        async move { testing::rotate(&db, digest(&child), child, now).await }
    }

    /// Those of these refresh tokens that are stored.
    async fn stored(&self, keys: impl IntoIterator<Item = CredentialKey>) -> Vec<CredentialKey> {
        let mut stored = Vec::new();
        for key in keys {
            stored.extend(testing::refresh_token(&self.db, key).await.unwrap().map(|token| token.token_key));
        }
        stored
    }
}

/// The digest of the request that asks for this child.
fn digest(child: &NewRefreshToken) -> [u8; 32] {
    *child.key.as_bytes().last_chunk().unwrap()
}

/// Runs all at the same time; what they gave, in order.
async fn at_once<T: Send + 'static>(all: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let running: Vec<_> = all.map(tokio::spawn).collect();
    let mut gave = Vec::new();
    for one in running {
        gave.push(one.await.unwrap());
    }
    gave
}

/// A caller who asks and goes away before the answer.
async fn given_up(asks: impl Future<Output = Result<bool, Error>>) {
    let mut asks = std::pin::pin!(asks);
    std::future::poll_fn(|context| {
        assert!(asks.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

/// How many of the callers of each won.
fn winners(answers: Vec<Result<bool, Error>>) -> Vec<usize> {
    let answers: Vec<bool> = answers.into_iter().map(Result::unwrap).collect();
    answers.chunks(CALLERS).map(|callers| callers.iter().filter(|won| **won).count()).collect()
}

#[track_caller]
fn assert_fails_alone(answers: &[Result<bool, Error>], bad: usize) {
    for (number, answer) in answers.iter().enumerate() {
        match answer {
            Err(Error::Storage(_)) if number == bad => {}
            Ok(true) if number != bad => {}
            _ => panic!("number {number}: {answer:?}"),
        }
    }
}

async fn batch(conn: &mut Conn, statements: &str) {
    match conn {
        Conn::Postgres(conn) => conn.batch_execute(statements).await.unwrap(),
        Conn::Sqlite(_) => panic!("not PostgreSQL"),
    }
}

/// The n-th of the keys that a table is filled with.
fn numbered(n: u64) -> CredentialKey {
    let mut key = [0; 38];
    *key.last_chunk_mut().unwrap() = n.to_be_bytes();
    CredentialKey::from_bytes(key)
}

fn hex(key: &CredentialKey) -> String {
    key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
