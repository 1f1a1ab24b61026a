//! Runs the sample site alone, with settings from the environment. `xwms demo` runs the same site inside XWMS.

use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal;
use xwms_partner_site::{Settings, serve};

#[tokio::main]
async fn main() -> ExitCode {
    let settings = match Settings::read(|name| std::env::var(name).ok()) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let address = settings.listen;
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}; PARTNER_LISTEN changes the address");
            return ExitCode::FAILURE;
        }
    };
    eprintln!("Analytical Engines on http://{}", listener.local_addr().unwrap_or(address));
    match serve(settings, listener, stop()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Done at ctrl-c and, on Unix, at SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Without a handler there is nothing to wait for: the system's own way to end a process still works.
    if signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
