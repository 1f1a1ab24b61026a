//! The sites that a person shares something with.

use serde_json::json;

use crate::error::Error;
use crate::id::{ClientId, UserId};
use crate::manage::entitlement::Rules;
use crate::manage::permit::{self, Caller};
use crate::manage::users;
use crate::state::Core;
use crate::store::engine::db::Conn;
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
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::on_own_behalf(conn, &caller, &rules, now);
            if !users::end_consent(&mut change, client, caller.user).await? {
                return Err(Error::NotFound("consent"));
            }
            change.deleted(None, "consent.ended", client, "", json!({ "consent": true }));
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}
