//! How far a client is set up.

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::contract::setup::SetupView;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::gate::setup::setup;
use crate::id::ClientId;
use crate::state::Core;
use crate::store::tables::client_users;

/// The steps of setting a client up, each with whether it is done now.
///
/// # Errors
/// Those of [`permit`](super::permit); the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId) -> Result<SetupView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ClientRead)).await?;
    let has_users = client_users::exist(&mut reading.conn, client).await?;
    drop(reading);
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    Ok(setup(&snapshot, has_users, core.clock.now()).into())
}
