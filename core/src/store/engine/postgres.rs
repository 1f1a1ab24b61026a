//! How PostgreSQL is reached: of the servers that the URL names the primary, and no server is waited for so long that
//! the others are not asked in time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool::managed::QueueMode;
use diesel::{ConnectionError, ConnectionResult, QueryableByName, sql_query, sql_types};
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tokio_postgres::config::Host;
use tokio_postgres::{Config, NoTls};

use crate::store::engine::conn::{Options, observed};
use crate::store::engine::statements::Statements;

/// After this long without a word from it, a server's machine is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(10);
/// So often it is asked before it counts as gone, and so far apart.
const QUESTIONS: (u32, Duration) = (4, Duration::from_secs(5));
/// What was sent to a machine and stays unconfirmed for so long was lost with it.
const UNCONFIRMED: Duration = Duration::from_secs(30);

/// Loans after which a connection plans its prepared statements anew.
///
/// PostgreSQL keeps such a plan until a table of it is analysed. One that was made when VACUUM had just found the table
/// empty may read it from end to end, and would go on so while the table fills. So what a poor plan can cost is bounded by
/// what so many loans can write; a good one is made again in some microseconds.
const LOANS_A_PLAN: usize = 1000;

/// How connections for groups are set up. Their statement is planned once, maybe while its tables are empty, when reading
/// them whole looks cheapest: whatever else than the way through their keys would be slow once they are full.
///
/// A lock is waited for only half as long as an answer: so a row that somebody holds is told from a database that is
/// away, and the others of its group are run without it.
pub(in crate::store) fn grouped_setup(options: &Options) -> String {
    format!(
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
         SET plan_cache_mode = force_generic_plan; SET jit = off; SET lock_timeout = {};",
        options.wait.as_millis() / 2
    )
}

/// Connections to the primary, each set up by the statements `setup`. None is opened yet.
pub(in crate::store) fn pool(
    servers: &Arc<Servers>,
    connections: usize,
    setup: String,
    statements: Option<Statements>,
) -> Result<Pool<AsyncPgConnection>, String> {
    let servers = Arc::clone(servers);
    let mut config = ManagerConfig::<AsyncPgConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let (servers, setup, statements) = (Arc::clone(&servers), setup.clone(), statements.clone());
        Box::pin(async move {
            let mut conn = servers.connect().await?;
            if !setup.is_empty() {
                conn.batch_execute(&setup).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            }
            Ok(observed(conn, statements))
        })
    });
    // The manager's own way to connect, by a URL, is not used.
    let manager = AsyncDieselConnectionManager::new_with_config("", config);
    Pool::builder(manager)
        .post_recycle(Hook::async_fn(|conn: &mut AsyncPgConnection, loans| {
            Box::pin(async move {
                if loans.recycle_count % LOANS_A_PLAN == LOANS_A_PLAN - 1 {
                    conn.batch_execute("DISCARD PLANS").await.map_err(|why| HookError::message(why.to_string()))?;
                }
                Ok(())
            })
        }))
        .max_size(connections)
        // The last one used is the readiest: its statements are prepared, its pages in the cache.
        .queue_mode(QueueMode::Lifo)
        .build()
        .map_err(|why| why.to_string())
}

/// The servers of one database: a primary, and those that may take its place.
pub(in crate::store) struct Servers {
    each: Vec<Config>,
    /// The one that was the primary when it was last looked for.
    last: AtomicUsize,
    /// How long one of them may take.
    limit: Duration,
}

impl Servers {
    /// Those that the URL names. The error is a text for the log, without the URL's password.
    pub(in crate::store) fn of(options: &Options) -> Result<Self, String> {
        let mut all: Config = options.url.parse().map_err(|why: tokio_postgres::Error| with_sources(&why))?;
        let count = all.get_hosts().len().max(all.get_hostaddrs().len());
        let names = [all.get_hosts().len(), all.get_hostaddrs().len()];
        if count == 0 || names.iter().any(|names| ![0, count].contains(names)) {
            return Err("database.url names no host, or not as many in `hostaddr` as in `host`".to_owned());
        }
        if all.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err("database.url has a second @: in a password it is written as %40".to_owned());
        }
        if ![0, 1, count].contains(&all.get_ports().len()) {
            return Err("database.url names neither one port nor one for each host".to_owned());
        }
        let limit = options.wait / u32::try_from(count).unwrap_or(u32::MAX);
        if all.get_connect_timeout().is_none() {
            // A host name may lead to several machines, of which the first is gone.
            all.connect_timeout(limit / 2);
        }
        notice_silence(&mut all);
        let each = (0..count).map(|number| only(&all, number)).collect();
        Ok(Self { each, last: AtomicUsize::new(0), limit })
    }

    /// Connects to the primary.
    ///
    /// A standby is no substitute, not even for reading: what was revoked a moment ago may still live there.
    pub(in crate::store) async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let last = self.last.load(Ordering::Relaxed);
        let mut told = Vec::new();
        for number in (0..self.each.len()).map(|place| (last + place) % self.each.len()) {
            let server = &self.each[number];
            let why = match tokio::time::timeout(self.limit, connect_to(server)).await {
                Ok(Ok(conn)) => {
                    self.last.store(number, Ordering::Relaxed);
                    return Ok(conn);
                }
                Ok(Err(why)) => why,
                Err(_) => "it does not answer".to_owned(),
            };
            told.push(format!("{}: {why}", name(server)));
        }
        Err(ConnectionError::BadConnection(told.join("; ")))
    }
}

async fn connect_to(server: &Config) -> Result<AsyncPgConnection, String> {
    #[derive(QueryableByName)]
    struct Role {
        #[diesel(sql_type = sql_types::Bool)]
        standby: bool,
    }
    let (client, connection) = server.connect(NoTls).await.map_err(|why| with_sources(&why))?;
    let conn = AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    let mut conn = conn.map_err(|why| why.to_string())?;
    let role =
        diesel_async::RunQueryDsl::get_result(sql_query("SELECT pg_is_in_recovery() AS standby"), &mut conn).await;
    match role {
        Ok(Role { standby: false }) => Ok(conn),
        Ok(Role { standby: true }) => Err("it is a standby".to_owned()),
        Err(why) => Err(why.to_string()),
    }
}

/// Has a machine that has vanished noticed within a minute, where the URL does not say otherwise: the system's own
/// defaults are hours for a silent connection, and a quarter of an hour for one with something under way.
fn notice_silence(servers: &mut Config) {
    if servers.get_keepalives_interval().is_none() && servers.get_keepalives_retries().is_none() {
        let (questions, apart) = QUESTIONS;
        servers.keepalives_idle(servers.get_keepalives_idle().min(SILENCE));
        servers.keepalives_interval(apart).keepalives_retries(questions);
    }
    if servers.get_tcp_user_timeout().is_none() {
        servers.tcp_user_timeout(UNCONFIRMED);
    }
}

/// The same settings for one server alone.
fn only(all: &Config, number: usize) -> Config {
    let mut one = Config::new();
    match all.get_hosts().get(number) {
        Some(Host::Tcp(host)) => one.host(host),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => one.host_path(folder),
        None => &mut one,
    };
    if let Some(address) = all.get_hostaddrs().get(number) {
        one.hostaddr(*address);
    }
    if let Some(port) = all.get_ports().get(number).or(all.get_ports().first()) {
        one.port(*port);
    }
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(database) = all.get_dbname() {
        one.dbname(database);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(timeout) = all.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    one.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
    one.ssl_mode(all.get_ssl_mode()).ssl_negotiation(all.get_ssl_negotiation());
    one.channel_binding(all.get_channel_binding()).target_session_attrs(all.get_target_session_attrs());
    one.load_balance_hosts(all.get_load_balance_hosts());
    one
}

/// A server by its host and port.
fn name(server: &Config) -> String {
    let port = server.get_ports().first().map_or(5432, |port| *port);
    match (server.get_hostaddrs().first(), server.get_hosts().first()) {
        (Some(address), _) => format!("{address}:{port}"),
        (None, Some(Host::Tcp(host))) => format!("{host}:{port}"),
        #[cfg(unix)]
        (None, Some(Host::Unix(folder))) => format!("{}:{port}", folder.display()),
        (None, None) => "nowhere".to_owned(),
    }
}

/// An error with what it stems from: tokio-postgres keeps that to itself.
fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        if !text.contains(&cause.to_string()) {
            text = format!("{text}: {cause}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(url: &str, wait: u64) -> Options {
        Options { url: url.to_owned(), connections: 1, wait: Duration::from_secs(wait), statements: None }
    }

    #[test]
    fn each_server_keeps_what_the_url_says() {
        // None of them is the default, so a setting that gets lost is a difference.
        let settings = [
            "options=-c%20geqo%3Doff",
            "application_name=a",
            "sslmode=disable",
            "sslnegotiation=direct",
            "connect_timeout=7",
            "tcp_user_timeout=8",
            "keepalives=0",
            "keepalives_idle=9",
            "keepalives_interval=10",
            "keepalives_retries=11",
            "target_session_attrs=read-write",
            "channel_binding=disable",
            "load_balance_hosts=random",
        ];
        let settings = settings.join("&");
        let url = |hosts: &str| format!("postgres://ada:p%40ss@{hosts}/engines?{settings}");
        let all = options(&url("one,[::1]:2,three.example:3"), 5);
        let each: Vec<Config> = ["one", "[::1]:2", "three.example:3"].map(|one| url(one).parse().unwrap()).to_vec();
        assert_eq!(Servers::of(&all).unwrap().each, each);

        let by_address = Servers::of(&options("postgres://ada@/engines?hostaddr=10.0.0.1,10.0.0.2&port=7", 5)).unwrap();
        assert_eq!(by_address.each.iter().map(name).collect::<Vec<_>>(), ["10.0.0.1:7", "10.0.0.2:7"]);
        let socket = Servers::of(&options("postgres:///engines?user=ada&host=/run/postgresql", 5)).unwrap();
        assert_eq!(socket.each.iter().map(name).collect::<Vec<_>>(), ["/run/postgresql:5432"]);
    }

    #[test]
    fn a_machine_that_vanishes_is_noticed_within_a_minute() {
        let servers = Servers::of(&options("postgres://ada@one,two/engines", 5)).unwrap();
        for server in &servers.each {
            let asked = server.get_keepalives_interval().unwrap() * server.get_keepalives_retries().unwrap();
            assert!(server.get_keepalives_idle() + asked <= Duration::from_secs(60));
            assert!(*server.get_tcp_user_timeout().unwrap() <= Duration::from_secs(60));
            assert!(*server.get_connect_timeout().unwrap() <= servers.limit);
        }
        assert_eq!(servers.limit * 2, Duration::from_secs(5));
    }

    #[test]
    fn a_url_that_leads_nowhere_is_told_without_its_password() {
        let rows = [
            ("postgres:///engines", "names no host"),
            ("postgres://ada:hunter@2@one/engines", "%40"),
            ("postgres://ada:hunter2@one,two/engines?hostaddr=10.0.0.1", "as many"),
            ("postgres://ada:hunter2@one/engines?port=1,2,3", "port"),
            ("postgres://ada:hunter2@one/engines?hots=two", "hots"),
        ];
        for (url, told) in rows {
            let why = Servers::of(&options(url, 5)).err().unwrap();
            assert!(why.contains(told) && !why.contains("hunter"), "{url}: {why}");
        }
    }

    #[tokio::test]
    async fn servers_that_take_connections_and_say_nothing_are_all_asked_in_time() {
        let silent = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
        let [one, two] = silent.each_ref().map(|listener| listener.local_addr().unwrap());
        let servers = Servers::of(&options(&format!("postgres://ada@{one},{two}/engines"), 1)).unwrap();
        let told = servers.connect().await.err().unwrap().to_string();
        assert_eq!(told, format!("{one}: it does not answer; {two}: it does not answer"));
    }
}
