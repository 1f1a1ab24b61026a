//! One endpoint's turn: what is due there is sent, a few at once.

use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outcome::{self, Tried};
use super::reports::{Report, Reports};
use crate::clock::Timestamp;
use crate::crypto::webhook_secret::WebhookSecret;
use crate::gate::webhooks;
use crate::id::UrlId;
use crate::outbound::{BOUNDS, Outgoing};
use crate::state::Core;
use crate::store::tables::deliveries::Delivery;
use crate::store::tables::domain_urls::SealedSecrets;

/// Messages that an endpoint gets at once.
const AT_ONCE: usize = 8;

const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// An endpoint that was taken, with what is due there.
pub(super) struct Batch {
    pub(super) url: UrlId,
    /// Until when it is this server's.
    pub(super) until: Timestamp,
    pub(super) secrets: SealedSecrets,
    pub(super) due: Vec<(Delivery, String)>,
}

/// Sends what is due, and gives the endpoint back. What is not begun when the server stops is left to another.
pub(super) async fn deliver(core: Core, batch: Batch, reports: Reports, stopped: watch::Receiver<bool>) {
    let Batch { url, until, secrets, due } = batch;
    let secrets = Arc::new(secrets);
    let mut due = due.into_iter();
    let mut running = JoinSet::new();
    let mut is_gone = false;
    loop {
        while running.len() < AT_ONCE && !is_gone && !*stopped.borrow() {
            let Some((delivery, body)) = due.next() else { break };
            let (core, secrets) = (core.clone(), Arc::clone(&secrets));
            running.spawn(async move { (try_once(&core, &delivery, body, &secrets).await, delivery) });
        }
        match running.join_next().await {
            Some(Ok((tried, delivery))) => {
                is_gone |= tried.is_gone();
                reports.send(Report::Tried(delivery, tried)).await;
            }
            // A try that panicked is not written, so it is made again.
            Some(Err(error)) => tracing::error!(%error, "a webhook was not sent"),
            None => break,
        }
    }
    if is_gone {
        reports.send(Report::Gone(url)).await;
    }
    reports.send(Report::TurnEnded { url, until }).await;
}

/// Sends one message.
async fn try_once(core: &Core, delivery: &Delivery, body: String, secrets: &SealedSecrets) -> Tried {
    let (at, began) = (core.clock.now(), core.clock.steady());
    let mut tried = Tried { at, took: std::time::Duration::ZERO, status: None, cause: None, wait: None };
    match send(core, delivery, body, secrets).await {
        Ok(reply) => {
            tried.status = Some(reply.status);
            tried.wait = reply.retry_after.and_then(|text| outcome::wait(&text, at));
        }
        Err(Failed { status, cause }) => (tried.status, tried.cause) = (status, Some(cause)),
    }
    tried.took = core.clock.steady().saturating_sub(began);
    tried
}

/// Why there is no answer that counts.
struct Failed {
    status: Option<u16>,
    cause: &'static str,
}

impl Failed {
    const fn with(cause: &'static str) -> Self {
        Self { status: None, cause }
    }
}

async fn send(
    core: &Core,
    delivery: &Delivery,
    body: String,
    secrets: &SealedSecrets,
) -> Result<crate::outbound::Reply, Failed> {
    // What may be sent is asked right before it is: whatever was switched off meanwhile gets nothing.
    let snapshot = core.snapshots.get(delivery.client_id).await.map_err(|_| Failed::with("unavailable"))?;
    let snapshot = snapshot.ok_or(Failed::with(webhooks::Unsent::ClientSuspended.code()))?;
    let url = webhooks::may_send(&snapshot, delivery.url_id).map_err(|why| Failed::with(why.code()))?;
    let headers = headers(core, delivery, &body, secrets).ok_or(Failed::with("no_secret"))?;
    let outgoing = Outgoing { method: Method::POST, url: &url.url, headers, body: Bytes::from(body) };
    let sent = core.outbound.send_kept(outgoing, BOUNDS).await;
    sent.map_err(|fault| Failed { status: fault.status(), cause: fault.code() })
}

/// The headers of Standard Webhooks; `None` when there is nothing to sign with. The time is that of the try, the id stays.
fn headers(core: &Core, delivery: &Delivery, body: &str, secrets: &SealedSecrets) -> Option<HeaderMap> {
    let now = core.clock.now();
    let old = secrets.old_secret_expires_at.filter(|end| now < *end).and(secrets.sealed_old_secret.as_ref());
    let id = delivery.id.to_string();
    let sign = |sealed: &Vec<u8>| {
        let secret = WebhookSecret::open(&core.master_key, delivery.url_id, sealed).ok()?;
        Some(secret.sign(&id, now.seconds(), body))
    };
    let signatures: Vec<String> = secrets.sealed_secret.iter().chain(old).filter_map(sign).collect();
    if signatures.is_empty() {
        return None;
    }
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(WEBHOOK_ID, HeaderValue::try_from(&id).ok()?);
    headers.insert(WEBHOOK_TIMESTAMP, HeaderValue::from(now.seconds()));
    headers.insert(WEBHOOK_SIGNATURE, HeaderValue::try_from(signatures.join(" ")).ok()?);
    Some(headers)
}
