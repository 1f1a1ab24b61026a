//! Applications to become a Verified Partner, and what they cover.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::db::{Conn, with_conn};
use super::schema::{verification_items as items, verifications as t};
use crate::clock::Timestamp;
use crate::id::{ClientId, DomainId, VerificationId};
use crate::model::verification::{ItemStatus, VerificationStatus};

/// An application.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Verification {
    /// Its id.
    pub id: VerificationId,
    /// Whose it is.
    pub client_id: ClientId,
    /// What became of it.
    pub status: VerificationStatus,
    /// What the partner says for it.
    pub notes: Option<String>,
    /// Counts its changes.
    pub version: i32,
    /// When an approval ends.
    pub expires_at: Option<Timestamp>,
    /// When an approval was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Why, for the partner.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When staff decided.
    pub decided_at: Option<Timestamp>,
}

/// One scope on one domain.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = items)]
pub struct Item {
    /// The application.
    pub verification_id: VerificationId,
    /// The domain.
    pub domain_id: DomainId,
    /// The scope.
    pub scope: String,
    /// What was decided.
    pub status: ItemStatus,
}

/// Stores a new application.
pub async fn insert(conn: &mut Conn, verification: &Verification, covers: &[Item]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(verification).execute(c))?;
    for item in covers {
        with_conn!(conn, |c| diesel::insert_into(items::table).values(item).execute(c))?;
    }
    Ok(())
}

/// Writes every field of an application.
pub async fn update(conn: &mut Conn, verification: &Verification) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(verification.id)).set(verification).execute(c)).map(drop)
}

/// Decides about one scope on one domain.
pub async fn decide(conn: &mut Conn, item: &Item, status: ItemStatus) -> QueryResult<()> {
    let found = items::table.find((item.verification_id, item.domain_id, &item.scope));
    with_conn!(conn, |c| diesel::update(found).set(items::status.eq(status)).execute(c)).map(drop)
}

/// The applications of a client that are open, or approved and neither expired nor taken back, oldest first.
pub async fn standing(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Verification>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([VerificationStatus::Pending, VerificationStatus::Approved]))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order((t::created_at, t::id));
    with_conn!(conn, |c| query.select(Verification::as_select()).load(c))
}

/// What the applications of a client are about.
pub async fn items_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Item>> {
    let query = items::table.inner_join(t::table).filter(t::client_id.eq(client)).order((
        items::verification_id,
        items::domain_id,
        items::scope,
    ));
    with_conn!(conn, |c| query.select(Item::as_select()).load(c))
}
