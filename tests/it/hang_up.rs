//! A client that hangs up: what was begun is done, and nothing stays behind.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use xwms_core::database::{Conn, Db};
use xwms_core::error::Error;
use xwms_core::testing;

use crate::database::{count, is_sqlite, texts};
use crate::listener::{Listener, Request};
use crate::world::{CLIENT, VERIFIER, World, on_both};

on_both!(a_client_that_hangs_up_cancels_no_write, async |world: World| {
    let listener = Listener::start(&world).await;
    let db = Db::connect(&xwms::wire::database_options(&world.core.config)).await.unwrap();
    let (mut browser, code) = world.given_code("ada@example.test", &[]).await;
    let authorize = Request::new("GET", world.authorize(&[]));
    let cookies: Vec<String> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();

    // Given that each of these waits in the middle of its change, since somebody else is writing,
    let login = world.code_in(&mut browser, "ada@example.test", &[]).await;
    let refresh_token = world.redeem(&login).await.json()["refresh_token"].as_str().unwrap().to_owned();
    let rows = [
        ("an authorization", authorize.header("Cookie", cookies.join("; ")), "codes", "used_at IS NULL"),
        ("an exchange", token(&world, "authorization_code", &[("code", &code)]), "codes", "used_at IS NOT NULL"),
        (
            "a refresh",
            token(&world, "refresh_token", &[("refresh_token", &refresh_token)]),
            "refresh_tokens",
            "parent_key IS NOT NULL",
        ),
    ];
    for (what, request, table, written) in rows {
        let before = count(&db, table, written).await;
        let hold = Hold::begin(&db).await;
        let mut stream = TcpStream::connect(listener.address).await.unwrap();
        stream.write_all(&request.bytes()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        // when the client goes away
        drop(stream);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(count(&db, table, written).await, before, "{what} waits");
        hold.end().await;
        // then it is done all the same.
        for _ in 0..100 {
            if count(&db, table, written).await != before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(count(&db, table, written).await, before + 1, "{what} was cancelled");
    }
    nothing_is_half_done(&db).await;
    assert_eq!(world.redeem(&code).await.error(), "invalid_grant", "the exchange took place");
    nothing_stays_open(&world, &db).await;
    listener.stop().await;
});

on_both!(a_connection_may_break_at_any_byte, async |world: World| {
    let listener = Listener::start(&world).await;
    let db = Db::connect(&xwms::wire::database_options(&world.core.config)).await.unwrap();
    let mut browser = world.browser();
    let mut codes = Vec::new();
    for _ in 0..60 {
        codes.push(world.code_in(&mut browser, "ada@example.test", &[]).await);
    }
    // Each connection breaks a little later: within the headers, the body, or the answer.
    for (number, code) in codes.iter().enumerate() {
        let bytes = token(&world, "authorization_code", &[("code", code)]).bytes();
        let sent = (bytes.len() * (number + 1) / 30).min(bytes.len());
        let mut stream = TcpStream::connect(listener.address).await.unwrap();
        stream.write_all(&bytes[..sent]).await.unwrap();
        let mut answer = vec![0; number.saturating_sub(40) * 8];
        if sent == bytes.len() && !answer.is_empty() {
            stream.read_exact(&mut answer).await.unwrap();
        } else {
            tokio::time::sleep(Duration::from_millis(number as u64 % 7)).await;
        }
    }
    listener.stop().await;
    nothing_is_half_done(&db).await;
    nothing_stays_open(&world, &db).await;
    // An answer that was begun was of a change that is kept; a request that never came whole changed nothing.
    for (number, code) in codes.iter().enumerate() {
        let again = world.redeem(code).await;
        match number {
            0..29 => assert_eq!(again.status, 200, "connection {number}: {again:?}"),
            41.. => assert_eq!(again.error(), "invalid_grant", "connection {number}"),
            _ => {}
        }
    }
});

/// A POST to the token endpoint on the wire.
fn token(world: &World, grant_type: &str, fields: &[(&str, &str)]) -> Request {
    let mut all = vec![("grant_type", grant_type), ("client_id", CLIENT), ("client_secret", &world.secret)];
    all.push(("code_verifier", VERIFIER));
    all.retain(|(name, _)| *name != "code_verifier" || grant_type == "authorization_code");
    all.extend(fields);
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    Request::new("POST", "/oauth/token").body("application/x-www-form-urlencoded", body)
}

/// An exchange is whole or absent, and so is a rotation.
async fn nothing_is_half_done(db: &Db) {
    let given = "EXISTS (SELECT 1 FROM refresh_tokens WHERE refresh_tokens.grant_id = codes.grant_id)";
    assert_eq!(count(db, "codes", &format!("used_at IS NOT NULL AND NOT {given}")).await, 0);
    assert_eq!(count(db, "codes", &format!("used_at IS NULL AND {given}")).await, 0);
    let parent = "token_key IN (SELECT parent_key FROM refresh_tokens)";
    assert_eq!(count(db, "refresh_tokens", &format!("used_at IS NULL AND {parent}")).await, 0);
    assert_eq!(count(db, "refresh_tokens", &format!("used_at IS NOT NULL AND NOT {parent}")).await, 0);
}

/// No transaction is open, no lock is held, and every connection of the pool is fit for the next login.
async fn nothing_stays_open(world: &World, db: &Db) {
    if !is_sqlite(db).await {
        let open = "SELECT query AS text FROM pg_stat_activity \
                    WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
        assert_eq!(texts(db, open).await, [""; 0]);
    }
    Hold::begin(db).await.end().await;
    for _ in 0..12 {
        world.given_login("ada@example.test").await;
    }
}

/// Somebody else's change, which no other one can pass.
struct Hold {
    release: oneshot::Sender<()>,
    running: JoinHandle<Result<(), Error>>,
}

impl Hold {
    async fn begin(db: &Db) -> Self {
        let (release, released) = oneshot::channel::<()>();
        let (begun, begins) = oneshot::channel();
        let db = db.clone();
        let running = tokio::spawn(async move {
            testing::change(&db, async move |conn: &mut Conn| {
                // SQLite knows one writer at a time anyway.
                if let Conn::Postgres(conn) = conn {
                    use diesel_async::SimpleAsyncConnection as _;
                    let lock = "LOCK TABLE codes, refresh_tokens, grants IN EXCLUSIVE MODE";
                    conn.batch_execute(lock).await?;
                }
                let _ = begun.send(());
                let _ = released.await;
                Ok(())
            })
            .await
        });
        tokio::time::timeout(Duration::from_secs(10), begins).await.expect("no lock is held").unwrap();
        Self { release, running }
    }

    async fn end(self) {
        self.release.send(()).unwrap();
        self.running.await.unwrap().unwrap();
    }
}
