//! From which origins pages may call where tokens are given and revoked.

use crate::error::Error;
use crate::gate::redirect_uri;
use crate::id::ClientId;
use crate::model::url::origin_of;
use crate::state::Core;
use crate::store::tables::callback_origins;

/// Whether this origin is that of a callback in use of this client, which is public.
///
/// # Errors
/// The database's.
pub async fn is_of_client(core: &Core, client: ClientId, origin: &str) -> Result<bool, Error> {
    let snapshot = core.snapshots.get(client).await?;
    Ok(snapshot.is_some_and(|snapshot| redirect_uri::is_origin_of_callback(&snapshot, origin)))
}

/// Whether this origin is that of an active callback of some public client.
///
/// # Errors
/// The database's.
pub async fn is_of_a_public_client(core: &Core, origin: &str) -> Result<bool, Error> {
    // On this machine any port will do; and what is no origin, as a browser writes it, is none of any page.
    let Some(written) = origin_of(origin).filter(|written| origin.starts_with(written.as_str())) else {
        return Ok(false);
    };
    Ok(callback_origins::is_known(&mut core.db.read().await?, &written).await?)
}
