//! What a person is told.

use crate::database::Conn;
use crate::error::Error;
use crate::id::{NotificationId, UserId};
use crate::state::Core;
use crate::store::tables::notifications;

pub use crate::store::tables::notifications::Notification;

/// Those of a person, newest first; at most `limit` of those before `before`.
///
/// # Errors
/// The database's.
pub async fn list(
    core: &Core,
    user: UserId,
    before: Option<NotificationId>,
    limit: i64,
) -> Result<Vec<Notification>, Error> {
    let mut conn = core.db.read().await?;
    Ok(notifications::of_user(&mut conn, user, before, limit).await?)
}

/// Notes that a person has read one of theirs, or with `None` all.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs; the database's.
pub async fn mark_read(core: &Core, user: UserId, id: Option<NotificationId>) -> Result<(), Error> {
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| match id {
            Some(id) if notifications::mark_read(conn, user, id, now).await? => Ok(()),
            Some(_) => Err(Error::NotFound("notification")),
            None => Ok(notifications::mark_all_read(conn, user, now).await?),
        })
        .await
}

/// Deletes one of a person's.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs; the database's.
pub async fn delete(core: &Core, user: UserId, id: NotificationId) -> Result<(), Error> {
    core.db
        .change(async move |conn: &mut Conn| {
            let deleted = notifications::delete(conn, user, id).await?;
            deleted.then_some(()).ok_or(Error::NotFound("notification"))
        })
        .await
}
