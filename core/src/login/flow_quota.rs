//! How many logins may be in progress. Strangers begin them, so their rows are bounded: by browser, by network (a caller
//! without cookies is a new browser each time), by client where its servers begin them, and in all.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{ClientId, FlowId};
use crate::limits::flow_room::{Quota, Room};
use crate::request::address::network;
use crate::state::Core;
use crate::store::tables::flows;

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
pub(super) async fn insert(core: &Core, mut row: flows::StoredFlow, beginner: Beginner) -> Result<FlowId, Error> {
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

/// Ends the flows that have least time left, `batch` a change, until a tenth of all that may be in progress is free.
///
/// # Errors
/// The database's.
pub async fn trim(core: &Core, batch: i64) -> Result<(), Error> {
    let now = core.clock.now();
    if !core.config.limits.enabled {
        return Ok(());
    }
    let Some(beyond) = beyond(core, now).await? else { return Ok(()) };
    let delete = async move |conn: &mut Conn| Ok(flows::delete_expired(conn, beyond, batch).await?);
    while core.db.change(delete).await? as i64 == batch {}
    look(core, Quota::All, now).await
}

/// Takes a place in a quota, asking the database where need be.
async fn admit(core: &Core, quota: Quota, now: Timestamp) -> Result<(), Error> {
    let mut room = core.flow_room.take(quota, now);
    if room == Room::Unknown {
        look(core, quota, now).await?;
        room = core.flow_room.take(quota, now);
    }
    if room == Room::Taken { Ok(()) } else { Err(Error::TooMany { retry_after: WAIT }) }
}

/// Asks the database how many more may be stored. Of all together a tenth is given out at a time, which takes no count of
/// a whole table; when less than a tenth is free, it is for the cleaner to make room.
async fn look(core: &Core, quota: Quota, now: Timestamp) -> Result<(), Error> {
    let limits = &core.config.limits;
    let left = match quota {
        Quota::All if beyond(core, now).await?.is_some() => 0,
        Quota::All => limits.flows.get().div_ceil(10),
        Quota::Client(client) => {
            let stored = flows::count_of_client(&mut core.db.read().await?, client, now).await?;
            limits.flows_per_client.get().saturating_sub(u32::try_from(stored).unwrap_or(u32::MAX))
        }
    };
    core.flow_room.answered(quota, left, now);
    Ok(())
}

/// When those flows end that take up the last tenth; `None` when it is free.
async fn beyond(core: &Core, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let most = core.config.limits.flows.get();
    let keep = i64::from(most - most.div_ceil(10));
    Ok(flows::first_beyond(&mut core.db.read().await?, keep, now).await?)
}

/// The digest of a network: the table names no address.
fn network_key(core: &Core, address: IpAddr) -> [u8; NETWORK_KEY] {
    let digest = core.master_key.mac_key("flow network").mac(&network(address));
    std::array::from_fn(|at| digest[at])
}
