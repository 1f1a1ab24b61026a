//! The signing keys: their public facts, and their rotation before its time.

use serde_json::{Value, json};

use super::because;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::crypto::seal::MasterKey;
use crate::error::Error;
use crate::key_rotation::{self, Rotation};
use crate::manage::change::{Change, Permit};
use crate::manage::entitlement::Rules;
use crate::manage::fields::Findings;
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::model::request::parse_reason;
use crate::state::Core;
use crate::store::engine::db::{Conn, Db};
use crate::store::tables::signing_keys::Row;

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
            note(&mut change, because(json!({ "at_once": at_once }), &reason));
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    key_rotation::rotate(&core.db, &core.master_key, &core.config.keys, now, at_once).await?;
    key_rotation::keep(core).await?;
    key_rotation::list(&core.db).await
}

/// Rotates the keys as the operator, beside a running server, which notices by itself. Without keys nothing is done.
///
/// # Errors
/// Those of [`key_rotation::rotate`].
pub async fn rotate_as_operator(
    db: &Db,
    master_key: &MasterKey,
    config: &Config,
    now: Timestamp,
    at_once: bool,
) -> Result<Vec<Rotation>, Error> {
    if key_rotation::list(db).await?.is_empty() {
        return Ok(Vec::new());
    }
    let rules = Rules::of(config);
    let ordered = db.change(async move |conn: &mut Conn| {
        let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
        note(&mut change, json!({ "at_once": at_once }));
        change.end(()).await
    });
    // Nobody's client is touched: there is no snapshot to drop.
    ordered.await?.into_parts();
    key_rotation::rotate(db, master_key, &config.keys, now, at_once).await
}

fn note(change: &mut Change<'_>, order: Value) {
    change.created(None, "signing_keys.rotation_ordered", "signing_keys", "", order);
}
