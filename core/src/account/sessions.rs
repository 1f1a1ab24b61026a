//! The browsers in which a person is signed in.

use serde_json::json;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::id::SessionId;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::state::Core;
use crate::store::tables::sessions;

/// A browser in which somebody is signed in, as they see it.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Its id.
    pub id: SessionId,
    /// The browser, as it names itself.
    pub user_agent: String,
    /// Where it was when the person signed in.
    pub address: String,
    /// When they last said who they are.
    pub authenticated_at: Timestamp,
    /// When it ends, whatever happens.
    pub expires_at: Timestamp,
}

/// Those of the caller, newest first.
///
/// # Errors
/// The database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<OpenSession>, Error> {
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let found = sessions::of_user(&mut reading.conn, caller.user, core.clock.now()).await?;
    let open = found.into_iter().map(|row| OpenSession {
        id: row.id,
        user_agent: row.user_agent,
        address: row.address,
        authenticated_at: row.authenticated_at,
        expires_at: row.expires_at,
    });
    Ok(open.collect())
}

/// Ends one of the caller's.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs; the database's.
pub async fn end(core: &Core, caller: Caller, id: SessionId) -> Result<(), Error> {
    let user = caller.user;
    let ended = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        if !sessions::delete_of_user(change.conn, user, id).await? {
            return Err(Error::NotFound("session"));
        }
        change.deleted(None, "session.ended", (id, ""), json!({ "session": true }));
        Ok(())
    });
    ended.await.map(drop)
}

/// Ends all of the caller's but the one with this key.
///
/// # Errors
/// The database's.
pub async fn end_others(core: &Core, caller: Caller, kept: CredentialKey) -> Result<(), Error> {
    let user = caller.user;
    let ended = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        let ended = sessions::delete_others(change.conn, user, kept).await?;
        if ended > 0 {
            let told = json!({ "sessions": ended });
            change.deleted(None, "session.others_ended", (user.as_public_subject(), ""), told);
        }
        Ok(())
    });
    ended.await.map(drop)
}
