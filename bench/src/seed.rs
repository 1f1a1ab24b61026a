//! `xwms-bench seed`: makes a small XWMS database a large one, set by set, out of the client and the person that are in it.

mod database;
mod statements;

use xwms_core::clock::Clock;
use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::id::ClientId;

use crate::failure::Failure;
use crate::worker::Client;
use database::Database;

/// How much there shall be.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Sizes {
    /// Clients, each with a secret, a domain with a callback URL, and the scopes of the first client that is there
    #[arg(long, default_value_t = 100_000)]
    pub(crate) clients: u32,
    /// People
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) users: u32,
    /// Refresh tokens, each with a grant and a consent of its own
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) refresh_tokens: u32,
}

/// What `xwms-bench seed` is told.
#[derive(Debug, clap::Args)]
pub(crate) struct SeedArgs {
    /// The database, made by `xwms apply` with at least one client, while no server runs on it: sqlite://PATH or
    /// postgres://…
    #[arg(long)]
    database: String,
    #[command(flatten)]
    sizes: Sizes,
}

/// People of `xwms-bench run` who consent to the first of the new clients, each to as many of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) people: usize,
    pub(crate) clients: u32,
}

/// Fills the database.
pub(crate) async fn run(args: SeedArgs) -> Result<(), Failure> {
    fill(&args.database, args.sizes, None).await.map(drop)
}

/// Gives one client so many users and refused attempts.
pub(crate) async fn fill_lists(url: &str, client: ClientId, users: u32, attempts: u32) -> Result<(), Failure> {
    let now = Clock::system().now().milliseconds();
    let mut database = Database::open(url).await?;
    database.begin(&[]).await?;
    for statement in statements::lists(&database, client, (users, attempts), now) {
        database.execute(&statement).await?;
    }
    database.end().await
}

/// Fills the database; returns the clients to which people have consented.
pub(crate) async fn fill(url: &str, sizes: Sizes, spread: Option<Spread>) -> Result<Vec<Client>, Failure> {
    let known = spread.map_or(0, |spread| spread.clients.min(sizes.clients));
    let now = Clock::system().now();
    let secrets: Vec<Credential> = (0..sizes.clients).map(|_| Credential::generate(Kind::ClientSecret, now)).collect();
    let mut database = Database::open(url).await?;
    let stored: Vec<(i64, Vec<u8>, String)> = (0_i64..)
        .zip(&secrets)
        .map(|(number, secret)| (number, secret.digest().as_bytes().to_vec(), secret.hint()))
        .collect();
    database.begin(&stored).await?;
    for statement in statements::all(&database, sizes, spread, now.milliseconds()).await? {
        database.execute(&statement).await?;
    }
    database.end().await?;
    let clients = (0_u32..).zip(secrets).take(known as usize).map(|(number, secret)| Client {
        id: ClientId::from_bytes(statements::id_bytes(statements::CLIENT, number)).to_string(),
        secret: secret.into_text().expose().clone(),
        redirect_uri: format!("https://app.seed-{number}.example/callback"),
        scope: "openid profile email offline_access".to_owned(),
        own_parameters: Vec::new(),
    });
    Ok(clients.collect())
}
