//! What the staff look at beside domains and scopes: the client as people are shown it.

use serde_json::json;

use crate::error::Error;
use crate::id::ClientId;
use crate::manage::change::Change;
use crate::store::verifications::{self, Verification};

/// Name, logo or links of a client have changed: an application that waits for its decision is another one now, so that
/// nobody decides about what they have not seen.
///
/// # Errors
/// The database's.
pub(crate) async fn appearance_changed(change: &mut Change<'_>, client: ClientId) -> Result<(), Error> {
    let Some(old) = verifications::pending(change.conn, client).await? else { return Ok(()) };
    let new = Verification { version: old.version + 1, ..old.clone() };
    verifications::update(change.conn, &new).await?;
    let told = (json!({ "version": old.version }), json!({ "version": new.version }));
    change.updated(Some(client), "verification.updated", new.id, "", told);
    Ok(())
}
