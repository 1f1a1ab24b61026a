//! How many logins may be in progress. Strangers begin them, so their rows are bounded: by browser, by network (a caller
//! without cookies is a new browser each time), by client where its servers begin them, and in all.

use std::net::IpAddr;
use std::time::Duration;

use crate::address::network;
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::flow_room::{Quota, Room};
use crate::id::{ClientId, FlowId};
use crate::state::Core;
use crate::store::db::Conn;
use crate::store::flows;

/// How long whoever finds a quota used up is asked to wait: by then the cleaner has been, and others have finished.
const WAIT: Duration = Duration::from_secs(60);
/// Bytes of the digest of a network: so many that two networks do not share one.
const NETWORK_KEY: usize = 16;

/// Who begins a login.
#[derive(Clone, Copy, Debug)]
pub enum Beginner {
    /// A browser, by the key of its cookie, and where it is.
    Browser(CredentialKey, IpAddr),
    /// A client's server. The login belongs to the first browser that opens it with the token of this key.
    Client(ClientId, CredentialKey),
}

/// Stores a fresh flow, begun by `beginner`; its row says nothing of that yet.
///
/// # Errors
/// [`Error::TooMany`] when a quota is used up; the database's.
pub(super) async fn insert(core: &Core, mut row: flows::Row, beginner: Beginner) -> Result<FlowId, Error> {
    let (id, now, limits) = (row.id, row.created_at, &core.config.limits);
    let enabled = limits.enabled;
    if enabled {
        admit(core, Quota::All, now).await?;
    }
    match beginner {
        Beginner::Client(client, sign_token) => {
            row.sign_token_key = Some(sign_token);
            if enabled {
                admit(core, Quota::Client(client), now).await?;
            }
            core.db.change(async move |conn: &mut Conn| Ok(flows::insert(conn, &row).await?)).await?;
        }
        Beginner::Browser(browser, address) => {
            let place = network_key(core, address);
            (row.browser_key, row.network_key) = (Some(browser), Some(place.to_vec()));
            let most = [limits.flows_per_browser.get(), limits.flows_per_address.get()].map(i64::from);
            core.db
                .change(async move |conn: &mut Conn| {
                    if enabled {
                        let (of_browser, of_network) = flows::count_of_browser(conn, browser, &place, now).await?;
                        if of_browser >= most[0] || of_network >= most[1] {
                            return Err(Error::TooMany { retry_after: WAIT });
                        }
                    }
                    Ok(flows::insert(conn, &row).await?)
                })
                .await?;
        }
    }
    Ok(id)
}

/// Ends the flows that have least time left, `batch` a change, when nearly as many are in progress as may be.
///
/// # Errors
/// The database's.
pub async fn trim(core: &Core, batch: i64) -> Result<(), Error> {
    let (most, now) = (u64::from(core.config.limits.flows.get()), core.clock.now());
    let free = most.div_ceil(10);
    if !core.config.limits.enabled || core.flow_room.left(Quota::All).is_none_or(|left| left >= free) {
        return Ok(());
    }
    let mut beyond = count(core, Quota::All, now).await?.saturating_sub(most - free);
    while beyond > 0 {
        let some = batch.min(i64::try_from(beyond).unwrap_or(batch));
        let deleted = core.db.change(async move |conn: &mut Conn| Ok(flows::delete_oldest(conn, now, some).await?));
        let deleted = deleted.await? as u64;
        if deleted == 0 {
            break;
        }
        beyond = beyond.saturating_sub(deleted);
    }
    look(core, Quota::All, now).await.map(drop)
}

/// Takes a place in a quota, counting it where need be.
async fn admit(core: &Core, quota: Quota, now: Timestamp) -> Result<(), Error> {
    let mut room = core.flow_room.take(quota, now);
    if room == Room::Unknown {
        look(core, quota, now).await?;
        room = core.flow_room.take(quota, now);
    }
    if room == Room::Taken { Ok(()) } else { Err(Error::TooMany { retry_after: WAIT }) }
}

/// Counts the room.
async fn look(core: &Core, quota: Quota, now: Timestamp) -> Result<(), Error> {
    let limits = &core.config.limits;
    let most = match quota {
        Quota::All => limits.flows.get(),
        Quota::Client(_) => limits.flows_per_client.get(),
    };
    let left = u64::from(most).saturating_sub(count(core, quota, now).await?);
    core.flow_room.counted_now(quota, left, now);
    Ok(())
}

async fn count(core: &Core, quota: Quota, now: Timestamp) -> Result<u64, Error> {
    let conn = &mut core.db.read().await?;
    let count = match quota {
        Quota::All => flows::count(conn, now).await?,
        Quota::Client(client) => flows::count_of_client(conn, client, now).await?,
    };
    Ok(count.unsigned_abs())
}

/// The digest of a network: the table names no address.
fn network_key(core: &Core, address: IpAddr) -> [u8; NETWORK_KEY] {
    let digest = core.master_key.mac_key("flow network").mac(&network(address));
    std::array::from_fn(|at| digest[at])
}
