//! `xwms demo`: a throw-away platform with a partner, its people and a sample site, on this machine only.

mod history;
mod platform;
mod site;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use clap::Args;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle};
use xwms_core::clock::Clock;
use xwms_core::config::Config;

pub use self::site::serve_from_environment as partner_site;

use self::platform::Platform;
use self::site::Site;
use crate::wire::{self, StartError};
use crate::{cli, listener, log, output, serve};

/// The arguments of `xwms demo`.
#[derive(Clone, Copy, Debug, Args)]
pub struct DemoArgs {
    /// Where XWMS listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = loopback)]
    listen: SocketAddr,
    /// Where the sample site listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081", value_parser = loopback)]
    partner_listen: SocketAddr,
}

/// Runs until a signal ends it or one of the two servers does; its data is removed then.
///
/// # Errors
/// When a real database is configured, an address is taken, or something does not start.
pub async fn run(config_file: Option<&Path>, args: DemoArgs) -> Result<(), StartError> {
    let environment: Vec<(String, String)> = cli::environment().collect();
    refuse_real_data(config_file, &environment)?;
    let mut stop: Stop = Box::pin(serve::stop_signal());
    // Asked once, it has taken the signals over: from here on none of them ends the program before it has cleaned up.
    poll_fn(|context| {
        let _ = stop.as_mut().poll(context);
        Poll::Ready(())
    })
    .await;
    let folder = tempfile::Builder::new().prefix("xwms-demo-").tempdir();
    let folder = folder.map_err(|error| StartError(format!("there is no place for temporary data: {error}")))?;
    let ran = in_folder(&folder, environment, args, stop).await;
    let place = folder.path().display().to_string();
    folder.close().map_err(|error| StartError(format!("{place} could not be removed: {error}")))?;
    ran
}

type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long the two servers may take to answer.
const START_TIME: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "it is an address with a port, such as 127.0.0.1:8080".to_owned())?;
    match address.ip().is_loopback() {
        true => Ok(address),
        false => Err("the demo is for this machine only: give a loopback address, such as 127.0.0.1:8080".to_owned()),
    }
}

/// The demo brings its own database and keys. Who has named others may believe that it would use them.
fn refuse_real_data(config_file: Option<&Path>, environment: &[(String, String)]) -> Result<(), StartError> {
    let named = match config_file {
        Some(file) => Some(format!("--config {}", file.display())),
        None => environment.iter().map(|(name, _)| name).find(|name| is_of_real_data(name)).cloned(),
    };
    let refused =
        |what| format!("the demo runs on a database of its own, which it removes at the end: leave {what} out");
    named.map_or(Ok(()), |what| Err(StartError(refused(what))))
}

fn is_of_real_data(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    ["XWMS__DATABASE__URL", "XWMS__KEYS__MASTER_KEY_FILE", "XWMS__SERVER__LISTEN", "XWMS__SERVER__ISSUER"]
        .contains(&name.as_str())
}

/// The settings of the environment, but for all that the demo decides itself.
fn configure(folder: &Path, listen: SocketAddr, environment: Vec<(String, String)>) -> Result<Config, StartError> {
    let inside = |name: &str| folder.join(name).display().to_string();
    // What is printed at the start should stay in sight.
    // Whoever tries webhooks receives them on this machine.
    let before = [
        ("XWMS__LOG__FILTER", "warn".to_owned()),
        ("XWMS__WEBHOOKS__ALLOW_LOOPBACK", listen.ip().is_loopback().to_string()),
    ];
    let after = [
        ("XWMS__SERVER__LISTEN", listen.to_string()),
        ("XWMS__SERVER__ISSUER", String::new()),
        ("XWMS__DATABASE__URL", format!("sqlite://{}", inside("xwms.db"))),
        ("XWMS__KEYS__MASTER_KEY_FILE", inside("master.key")),
        ("XWMS__MAIL__TRANSPORT", "file".to_owned()),
        ("XWMS__MAIL__DIR", inside("mail")),
    ];
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    let settings = before.map(owned).into_iter().chain(environment).chain(after.map(owned));
    Config::load(None, settings).map_err(|why| StartError(why.to_string()))
}

async fn in_folder(
    folder: &TempDir,
    environment: Vec<(String, String)>,
    args: DemoArgs,
    mut stop: Stop,
) -> Result<(), StartError> {
    let mut demo = tokio::select! {
        started = start(folder.path(), environment, args) => started?,
        () = &mut stop => return Ok(()),
    };
    output::result(&demo.told)?;
    let ended = tokio::select! {
        () = stop => Ok(()),
        () = demo.site.ended() => Err(StartError("the sample site has ended".to_owned())),
        ended = &mut demo.server => return Err(server_ended(ended)),
    };
    demo.site.stop().await;
    // When nobody listens, the server has ended already.
    let _ = demo.stop_server.send(());
    let _ = demo.server.await;
    ended
}

/// Both servers, running.
struct Demo {
    server: JoinHandle<io::Result<()>>,
    stop_server: oneshot::Sender<()>,
    site: Site,
    told: String,
}

async fn start(folder: &Path, environment: Vec<(String, String)>, args: DemoArgs) -> Result<Demo, StartError> {
    let listener = listener::bind(args.listen, "--listen").await?;
    let listen = listener.local_addr().unwrap_or(args.listen);
    let site_address = site::free_address(args.partner_listen).await?;
    let config = configure(folder, listen, environment.clone())?;
    log::start(&config.log)?;
    let issuer = config.server.issuer().to_owned();
    let platform = provision(configure(folder, listen, environment)?, site_address).await?;
    let core = wire::core(config, Clock::system()).await?;
    platform.apply_for_verification(&core).await?;

    let (stop_server, stopped) = oneshot::channel();
    let mut server = tokio::spawn(serve::serve(core, listener, async move {
        // A sender that is gone ends it too.
        let _ = stopped.await;
    }));
    let mut site = Site::start(site_address, &issuer, &platform)?;
    tokio::select! {
        answered = async { tokio::try_join!(answering(listen), answering(site_address)) } => { answered?; }
        () = site.ended() => return Err(StartError("the sample site did not start".to_owned())),
        ended = &mut server => return Err(server_ended(ended)),
    }
    for path in platform.refused_logins(site_address) {
        // They are there to be looked at: the demo is none the worse without one.
        let _ = get(listen, &path).await;
    }
    let told = platform.told(&issuer, &site.origin(), &folder.join("mail"));
    Ok(Demo { server, stop_server, site, told })
}

/// Makes the platform as it was a month ago, and has people log in since.
async fn provision(config: Config, site: SocketAddr) -> Result<Platform, StartError> {
    let month = Duration::from_secs(u64::from(history::DAYS) * 24 * 60 * 60);
    let clock = Clock::manual(Clock::system().now().before(month));
    let core = wire::core(config, clock.clone()).await?;
    let platform = Platform::provision(&core, site).await?;
    history::live(&core, &clock, platform.client, &platform.guests()).await?;
    Ok(platform)
}

fn server_ended(ended: Result<io::Result<()>, JoinError>) -> StartError {
    match ended {
        Ok(Err(error)) => cli::metrics_refused(&error),
        _ => StartError("XWMS has ended".to_owned()),
    }
}

/// Waits until the server at this address says that it is well.
async fn answering(address: SocketAddr) -> Result<(), StartError> {
    let asked = async {
        while !is_well(address).await.unwrap_or(false) {
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::time::timeout(START_TIME, asked).await.map_err(|_| StartError(format!("nothing answers on {address}")))
}

async fn is_well(address: SocketAddr) -> io::Result<bool> {
    Ok(get(address, "/healthz").await? == *b"HTTP/1.1 200")
}

/// How the server at this address begins its answer.
async fn get(address: SocketAddr, path: &str) -> io::Result<[u8; 12]> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_10_the_demo_listens_on_loopback_only() {
        for good in ["127.0.0.1:8080", "[::1]:8080", "127.0.0.1:0"] {
            assert!(loopback(good).is_ok(), "{good}");
        }
        for bad in ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:80", "8080", "localhost:8080", ""] {
            assert!(loopback(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn st_10_a_real_database_is_refused() {
        let set = |name: &str| vec![(name.to_owned(), "x".to_owned())];
        let refused = refuse_real_data(Some(Path::new("xwms.toml")), &[]).unwrap_err().to_string();
        assert!(refused.contains("--config xwms.toml"), "{refused}");
        for name in ["XWMS__DATABASE__URL", "xwms__database__url", "XWMS__KEYS__MASTER_KEY_FILE"] {
            let refused = refuse_real_data(None, &set(name)).unwrap_err().to_string();
            assert!(refused.contains(name), "{refused}");
        }
        assert!(refuse_real_data(None, &set("XWMS__LOG__FILTER")).is_ok());
    }

    #[test]
    fn st_10_what_the_demo_decides_no_environment_changes() {
        let environment = vec![
            ("XWMS__DATABASE__URL".to_owned(), "sqlite://data/xwms.db".to_owned()),
            ("XWMS__LOG__FILTER".to_owned(), "debug".to_owned()),
        ];
        let listen = SocketAddr::from(([127, 0, 0, 1], 9000));
        let config = configure(Path::new("/tmp/demo"), listen, environment).unwrap();
        assert_eq!(config.database.url.expose(), "sqlite:///tmp/demo/xwms.db");
        assert_eq!((config.server.issuer(), config.log.filter.as_str()), ("http://127.0.0.1:9000", "debug"));
        assert!(config.webhooks.allow_loopback);
        assert_eq!(config.keys.master_key_file, "/tmp/demo/master.key");
    }
}
