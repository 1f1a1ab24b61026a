//! The sites that a person shares something with.

use serde_json::json;

use crate::error::Error;
use crate::id::{ClientId, UserId};
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::manage::users;
use crate::state::Core;
use crate::store::tables::{consents, scopes};

pub use crate::store::tables::consents::App;
pub use crate::store::tables::scopes::Scope;

/// Their live consents, by the client's name, and the catalog that says what the scopes are.
///
/// # Errors
/// The database's.
pub async fn list(core: &Core, user: UserId) -> Result<(Vec<App>, Vec<Scope>), Error> {
    let mut conn = core.db.read().await?;
    Ok((consents::of_user(&mut conn, user).await?, scopes::all(&mut conn).await?))
}

/// Ends what a person shares with a client, with everything that was given on the strength of it.
///
/// # Errors
/// [`Error::NotFound`] when they share nothing with it; the database's.
pub async fn end(core: &Core, caller: Caller, client: ClientId) -> Result<(), Error> {
    let user = caller.user;
    let ended = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        if !users::end_consent(change, client, user).await? {
            return Err(Error::NotFound("consent"));
        }
        change.deleted(None, "consent.ended", (client, ""), json!({ "consent": true }));
        Ok(())
    });
    ended.await.map(drop)
}
