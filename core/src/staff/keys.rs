//! The signing keys: their public facts, and their rotation before its time.

use serde_json::{Value, json};

use super::because;
use crate::error::Error;
use crate::key_rotation;
use crate::manage::entitlement::Rules;
use crate::manage::fields::Findings;
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::model::request::parse_reason;
use crate::state::Core;
use crate::store::db::Conn;
use crate::store::signing_keys::Row;

/// How keys are to be rotated.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The new keys sign at once: for a key that may have leaked.
    pub now: bool,
    /// Why.
    pub reason: Option<String>,
}

/// Every key, the oldest first.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<Row>, Error> {
    permit::to_read_as_staff(&mut core.db.read().await?, caller, Staff::Admin).await?;
    key_rotation::list(&core.db).await
}

/// Publishes the next keys now, or lets them sign at once; gives all keys as they are then. The order is audited before it
/// is carried out: each step of it is a transaction of its own, and is tried again until it is done.
///
/// # Errors
/// [`Error::Invalid`] for the reason; those of [`permit::to_change_as_staff`] and [`key_rotation::rotate`].
pub async fn rotate(core: &Core, caller: Caller, order: Order) -> Result<Vec<Row>, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let mut findings = Findings::default();
    let reason =
        findings.value("reason", parse_reason(order.reason.as_deref().unwrap_or_default())).unwrap_or_default();
    let at_once = order.now;
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            findings.none()?;
            let told: Value = because(json!({ "at_once": at_once }), &reason);
            change.created(None, "signing_keys.rotation_ordered", "signing_keys", "", told);
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    key_rotation::rotate(&core.db, &core.master_key, &core.config.keys, now, at_once).await?;
    key_rotation::keep(core).await?;
    key_rotation::list(&core.db).await
}
