//! The sample site, in a process of its own: it knows XWMS by the wire only, as any partner's site does.

use std::io;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, ChildStdin, Command};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};
use xwms_partner_site::Settings;

use super::platform::Platform;
use crate::listener;
use crate::wire::StartError;

/// The command line's name for [`serve_from_environment`].
const COMMAND: &str = "demo-partner-site";
/// How long the site may take to finish what is in flight.
const STOP_TIME: Duration = Duration::from_secs(5);

/// The running site. When this is dropped, or the whole process dies, the site ends.
pub(super) struct Site {
    process: Child,
    /// Held open: the site ends when it is closed.
    leash: Option<ChildStdin>,
    address: SocketAddr,
}

impl Site {
    /// Starts this program once more, as the site.
    pub(super) fn start(address: SocketAddr, issuer: &str, platform: &Platform) -> Result<Self, StartError> {
        let failed = |error| StartError(format!("the sample site can't be started: {error}"));
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        // Settings of XWMS are not the site's business.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("XWMS__")) {
            command.env_remove(name);
        }
        let mut process = command
            .arg(COMMAND)
            .env("PARTNER_LISTEN", address.to_string())
            .env("PARTNER_ISSUER", issuer)
            .env("PARTNER_CLIENT_ID", platform.client.to_string())
            .env("PARTNER_CLIENT_SECRET", platform.secret.expose())
            .env("PARTNER_DOMAIN", platform.domain)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let leash = process.stdin.take();
        Ok(Self { process, leash, address })
    }

    /// Where browsers find it.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Resolves when the site has ended by itself.
    pub(super) async fn ended(&mut self) {
        // An error means that there is no such process any more.
        let _ = self.process.wait().await;
    }

    /// Asks the site to end, and ends it when it does not in time.
    pub(super) async fn stop(mut self) {
        drop(self.leash.take());
        if tokio::time::timeout(STOP_TIME, self.ended()).await.is_err() {
            // It may have ended in this moment.
            let _ = self.process.kill().await;
        }
    }
}

/// The address that the site will listen on, with a port that was free a moment ago.
pub(super) async fn free_address(wanted: SocketAddr) -> Result<SocketAddr, StartError> {
    let listener = listener::bind(wanted, "--partner-listen").await?;
    Ok(listener.local_addr().unwrap_or(wanted))
}

/// Serves the sample site with settings from the environment until standard input ends.
///
/// # Errors
/// When a setting is missing, or the address is taken.
pub async fn serve_from_environment() -> Result<(), StartError> {
    // A terminal sends its interrupt to the whole group: the demo decides when the site ends.
    let interrupts = signal(SignalKind::interrupt());
    let settings = Settings::read(|name| std::env::var(name).ok()).map_err(|why| StartError(why.to_string()))?;
    let listener = listener::bind(settings.listen, "--partner-listen").await?;
    let (ending, mut ended) = watch::channel(());
    let serving = xwms_partner_site::serve(settings, listener, async move {
        leash().await;
        drop(ending);
    });
    let served = tokio::select! {
        served = serving => served,
        // A connection that is kept alive does not hold the end up.
        () = async {
            let _ = ended.changed().await;
            tokio::time::sleep(STOP_TIME / 2).await;
        } => Ok(()),
    };
    drop(interrupts);
    served.map_err(|error| StartError(format!("the sample site: {error}")))
}

/// Resolves when the process that started this one closes its end or dies.
async fn leash() {
    let (tell, told) = oneshot::channel::<()>();
    // A thread of its own: it would keep a runtime from ending while it reads.
    std::thread::spawn(move || {
        // Nothing is ever sent; the end, in whatever way, is what counts.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        drop(tell);
    });
    let _ = told.await;
}
