//! The signing keys: their public facts, and their rotation before its time.

use serde_json::{Value, json};

use super::because;
use crate::clock::Timestamp;
use crate::config::Config;
use crate::contract::Input;
use crate::contract::staff::{KeyRotation, KeyView};
use crate::crypto::seal::MasterKey;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::key_rotation::SigningKey;
use crate::key_rotation::{self, Rotation};
use crate::manage::change::{Change, Permit};
use crate::manage::entitlement::Rules;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::account::Staff;
use crate::model::reason::Reason;
use crate::state::Core;

/// Every key, the oldest first.
///
/// # Errors
/// Those of [`permit`](crate::manage::permit); the database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<KeyView>, Error> {
    drop(runner::read(core, caller, Ask::Staff(Staff::Admin, Permission::StaffRead)).await?);
    views(core).await
}

/// Publishes the next keys now, or lets them sign at once; gives all keys as they are then. The order is audited before it
/// is carried out: each step of it is a transaction of its own, and is tried again until it is done. An order that was given
/// before, under the same idempotency key, is not carried out again.
///
/// # Errors
/// [`Error::Invalid`] for the reason; those of [`permit`](crate::manage::permit) and [`key_rotation::rotate`].
pub async fn rotate(core: &Core, caller: Caller, order: Input<KeyRotation>) -> Result<Vec<KeyView>, Error> {
    let at_once = order.seen().is_some_and(|order| order.now);
    let ask = Ask::Staff(Staff::Admin, Permission::StaffUpdate);
    let ordered = runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let order = change.take(order)?;
        change.sound()?;
        let reason = order.reason.map(Reason::into_string).unwrap_or_default();
        note(change, because(json!({ "at_once": order.now }), &reason));
        Ok(())
    });
    if let Done::Now(()) = ordered.await? {
        key_rotation::rotate(&core.db, &core.master_key, &core.config.keys, core.clock.now(), at_once).await?;
        key_rotation::keep(core).await?;
    }
    views(core).await
}

async fn views(core: &Core) -> Result<Vec<KeyView>, Error> {
    let view = |row: SigningKey| KeyView {
        kid: row.kid,
        alg: row.alg,
        state: row.state.as_str(),
        published_at: row.published_at,
        signs_from: row.signs_from,
        retired_at: row.retired_at,
        public_jwk: serde_json::from_str(&row.public_jwk).ok(),
    };
    Ok(key_rotation::list(&core.db).await?.into_iter().map(view).collect())
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
    change.created(None, "signing_keys.rotation_ordered", ("signing_keys", ""), order);
}
