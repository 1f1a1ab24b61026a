//! A logout that asks first (OpenID Connect RP-Initiated Logout §2).

use serde::{Deserialize, Serialize};

use super::flow::FlowRefused;
use super::flow_quota::{self, Beginner};
use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::id::FlowId;
use crate::state::Core;
use crate::store::tables::flows;

/// Where the browser goes once the person has agreed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LogoutRequest {
    /// The relying party's registered URL, with its `state`; our own page without one.
    pub destination: Option<String>,
}

/// Stores a logout that waits for the person's word.
///
/// # Errors
/// [`Error::TooMany`] when too much is in progress; the database's.
pub async fn ask(core: &Core, request: &LogoutRequest, beginner: Beginner) -> Result<FlowId, Error> {
    let now = core.clock.now();
    let row = flows::StoredFlow {
        id: FlowId::generate(now),
        browser_key: None,
        network_key: None,
        kind: "logout".to_owned(),
        sign_token_key: None,
        client_id: None,
        domain_id: None,
        request: serde_json::to_string(request).map_err(|_| Error::Internal("a logout can't be written"))?,
        decision: None,
        created_at: now,
        expires_at: now.after(core.config.flows.minutes.duration()),
    };
    flow_quota::insert(core, row, beginner).await
}

/// Where a logout that waits leads to. Nothing is changed.
///
/// # Errors
/// [`FlowRefused::Gone`], or [`FlowRefused::Mismatch`] in another browser.
pub async fn peek(core: &Core, id: &str, browser: Option<&str>) -> Result<LogoutRequest, FlowRefused> {
    let row = find(core, id, browser).await?;
    if row.expires_at <= core.clock.now() {
        return Err(FlowRefused::Gone);
    }
    read(&row)
}

/// Ends a logout that waited, and says where the browser goes.
///
/// # Errors
/// [`FlowRefused::Gone`], or [`FlowRefused::Mismatch`] in another browser.
pub async fn agreed(core: &Core, id: &str, browser: Option<&str>) -> Result<LogoutRequest, FlowRefused> {
    let row = find(core, id, browser).await?;
    let (id, now) = (row.id, core.clock.now());
    let finished = core.db.change(async move |conn: &mut Conn| Ok(flows::finish(conn, id, now).await?)).await?;
    if !finished {
        return Err(FlowRefused::Gone);
    }
    read(&row)
}

async fn find(core: &Core, id: &str, browser: Option<&str>) -> Result<flows::StoredFlow, FlowRefused> {
    let id: FlowId = id.parse().map_err(|_| FlowRefused::Gone)?;
    let row = flows::find(&mut core.db.read().await?, id).await?.ok_or(FlowRefused::Gone)?;
    let browser = browser.and_then(|cookie| Credential::parse(Kind::Browser, cookie));
    if browser.is_none() || row.browser_key != browser {
        return Err(FlowRefused::Mismatch);
    }
    if row.kind == "logout" { Ok(row) } else { Err(FlowRefused::Gone) }
}

fn read(row: &flows::StoredFlow) -> Result<LogoutRequest, FlowRefused> {
    let request = serde_json::from_str(&row.request);
    request.map_err(|_| FlowRefused::Failed(Error::Internal("a stored logout can't be read")))
}
