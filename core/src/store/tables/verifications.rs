//! Applications to become a Verified Partner, and what they cover.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::gate::snapshot::Coverage;
use crate::gate::standing::{self, Applied};
use crate::id::{ClientId, DomainId, VerificationId};
use crate::model::message::StoredText;
use crate::model::root_domain::RootDomain;
use crate::model::verification::{ItemStatus, VerificationState, VerificationStatus};
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::schema::{domains, verification_items as items, verifications as t};
use crate::text;
use crate::text::Text;

/// The applications that wait or were approved and not taken back, scope by scope: what [`standing::approved`] is told.
macro_rules! applied {
    () => {
        items::table
            .inner_join(t::table)
            .filter(t::status.eq_any([VerificationStatus::Pending, VerificationStatus::Approved]))
            .filter(t::revoked_at.is_null())
            .select((
                (t::client_id, items::domain_id, items::scope, items::status),
                (t::status, t::automatic, t::created_at, t::expires_at),
            ))
    };
}

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
    /// What the partner says for it; of an automatic one, a message.
    pub notes: Option<String>,
    /// Counts its changes.
    pub version: i32,
    /// When an approval ends.
    pub expires_at: Option<Timestamp>,
    /// When an approval was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Why it was taken back, for the partner: in the words of the staff, or a message.
    pub reason: Option<String>,
    /// So many days before its end the partner was told of it last.
    pub noticed_days: Option<i32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When staff decided.
    pub decided_at: Option<Timestamp>,
    /// A change of the client's name or logo has made it, not the partner.
    pub automatic: bool,
}

impl Verification {
    /// What is said for it. A partner's own words are never read as a message of the platform's.
    pub fn notes(&self) -> Option<Text> {
        let notes = self.notes.as_deref()?;
        Some(if self.automatic { StoredText::read(notes) } else { text!("plain", text = notes) })
    }

    /// Why it was taken back.
    pub fn reason(&self) -> Option<Text> {
        self.reason.as_deref().map(StoredText::read)
    }
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
    /// Why, for the partner.
    pub reason: Option<String>,
}

/// Stores a new application.
pub(crate) async fn insert(conn: &mut Conn, verification: &Verification, covers: &[Item]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(verification).execute(c))?;
    set_items(conn, verification.id, covers).await
}

/// Has an application be about this and nothing else.
pub(crate) async fn set_items(conn: &mut Conn, id: VerificationId, covers: &[Item]) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::delete(items::table.filter(items::verification_id.eq(id))).execute(c))?;
    for item in covers {
        with_conn!(conn, |c| diesel::insert_into(items::table).values(item).execute(c))?;
    }
    Ok(())
}

/// Writes every field of an application.
pub(crate) async fn update(conn: &mut Conn, verification: &Verification) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(verification.id)).set(verification).execute(c)).map(drop)
}

/// Decides about one scope on one domain.
pub(crate) async fn decide(conn: &mut Conn, item: &Item, status: ItemStatus, reason: Option<&str>) -> QueryResult<()> {
    let found = items::table.find((item.verification_id, item.domain_id, &item.scope));
    let set = (items::status.eq(status), items::reason.eq(reason));
    with_conn!(conn, |c| diesel::update(found).set(set).execute(c)).map(drop)
}

/// The application of this id.
pub(crate) async fn find(conn: &mut Conn, id: VerificationId) -> QueryResult<Option<Verification>> {
    with_conn!(conn, |c| t::table.find(id).select(Verification::as_select()).first(c)).optional()
}

/// The application of a client that waits for its decision.
pub(crate) async fn pending(conn: &mut Conn, client: ClientId) -> QueryResult<Option<Verification>> {
    let query = t::table.filter(t::client_id.eq(client)).filter(t::status.eq(VerificationStatus::Pending));
    with_conn!(conn, |c| query.select(Verification::as_select()).first(c)).optional()
}

/// The applications of a client, oldest first: at most `limit` of those after `after`.
pub(crate) async fn of_client(
    conn: &mut Conn,
    client: ClientId,
    after: Option<VerificationId>,
    limit: i64,
) -> QueryResult<Vec<Verification>> {
    let after = after.unwrap_or(VerificationId::from_bytes([0; 16]));
    let query = t::table.filter(t::client_id.eq(client)).filter(t::id.gt(after)).order(t::id).limit(limit);
    with_conn!(conn, |c| query.select(Verification::as_select()).load(c))
}

/// The applications of which this has become, of these clients or of all, oldest first: at most `limit` of those after
/// `after`.
pub(crate) async fn in_state(
    conn: &mut Conn,
    (state, clients): (VerificationState, Option<&[ClientId]>),
    after: Option<VerificationId>,
    limit: i64,
) -> QueryResult<Vec<Verification>> {
    let after = after.unwrap_or(VerificationId::from_bytes([0; 16]));
    with_conn!(conn, |c| {
        let mut query = t::table.filter(t::status.eq(state.status())).filter(t::id.gt(after)).into_boxed();
        query = match state {
            VerificationState::Revoked => query.filter(t::revoked_at.is_not_null()),
            _ => query.filter(t::revoked_at.is_null()),
        };
        if let Some(clients) = clients {
            query = query.filter(t::client_id.eq_any(clients));
        }
        query.order(t::id).limit(limit).select(Verification::as_select()).load(c)
    })
}

/// What these applications are about, with the root domains.
pub(crate) async fn items_of(conn: &mut Conn, ids: &[VerificationId]) -> QueryResult<Vec<(Item, RootDomain)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let order = (items::verification_id, items::domain_id, items::scope);
    let query = items::table.filter(items::verification_id.eq_any(ids)).order(order);
    let found: Vec<Item> = with_conn!(conn, |c| query.select(Item::as_select()).load(c))?;
    // In a query of their own: joined to a list of any length, PostgreSQL reads all domains there are.
    let domains: Vec<DomainId> = found.iter().map(|item| item.domain_id).collect();
    let query = domains::table.filter(domains::id.eq_any(&domains)).select((domains::id, domains::root_domain));
    let roots: HashMap<DomainId, RootDomain> = with_conn!(conn, |c| query.load(c))?.into_iter().collect();
    Ok(found.into_iter().filter_map(|item| roots.get(&item.domain_id).cloned().map(|root| (item, root))).collect())
}

/// What is approved of a client, each until when.
pub(crate) async fn coverage(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Coverage>> {
    let query = applied!().filter(t::client_id.eq(client));
    let rows: Vec<Row> = with_conn!(conn, |c| query.load(c))?;
    Ok(covered(rows).into_iter().map(|(_, coverage)| coverage).collect())
}

/// The same of several clients.
pub(crate) async fn coverage_of(conn: &mut Conn, clients: &[ClientId]) -> QueryResult<Vec<(ClientId, Coverage)>> {
    let query = applied!().filter(t::client_id.eq_any(clients));
    Ok(covered(with_conn!(conn, |c| query.load(c))?))
}

type Row = ((ClientId, DomainId, String, ItemStatus), (VerificationStatus, bool, Timestamp, Option<Timestamp>));

fn covered(rows: Vec<Row>) -> Vec<(ClientId, Coverage)> {
    let applied = |((client, domain, scope, item), (status, automatic, made, until)): Row| Applied {
        client,
        domain,
        scope,
        item,
        status,
        automatic,
        made,
        until,
    };
    standing::approved(rows.into_iter().map(applied).collect())
}

/// The approvals in force that end after the first moment and not after the second, the next to end first: at most `limit`
/// of those after `after`, an end and an id, that were told of later than `days` before their end, or never.
pub(crate) async fn ending(
    conn: &mut Conn,
    (now, before): (Timestamp, Timestamp),
    days: i32,
    after: Option<(Timestamp, VerificationId)>,
    limit: i64,
) -> QueryResult<Vec<Verification>> {
    let (end, id) = after.unwrap_or((now, VerificationId::from_bytes([255; 16])));
    let query = t::table
        .filter(t::status.eq(VerificationStatus::Approved))
        .filter(t::expires_at.ge(end))
        .filter(t::expires_at.gt(end).or(t::id.gt(id)))
        .filter(t::expires_at.le(before))
        .filter(t::revoked_at.is_null())
        .filter(t::noticed_days.is_null().or(t::noticed_days.gt(days)))
        .order((t::expires_at, t::id))
        .limit(limit);
    with_conn!(conn, |c| query.select(Verification::as_select()).load(c))
}

/// Notes that the partner is told so many days before the end; false when somebody else did, or told later already.
pub(crate) async fn note_told(conn: &mut Conn, id: VerificationId, days: i32) -> QueryResult<bool> {
    let untold = t::table.find(id).filter(t::noticed_days.is_null().or(t::noticed_days.gt(days)));
    Ok(with_conn!(conn, |c| diesel::update(untold).set(t::noticed_days.eq(days)).execute(c))? == 1)
}

/// The applications of a client that are open, or approved and neither expired nor taken back, oldest first.
pub(crate) async fn standing(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Verification>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([VerificationStatus::Pending, VerificationStatus::Approved]))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.is_null().or(t::expires_at.gt(now)))
        .order((t::created_at, t::id));
    with_conn!(conn, |c| query.select(Verification::as_select()).load(c))
}

/// The applications of a client that came to their end, oldest first.
pub(crate) async fn ended(conn: &mut Conn, client: ClientId, now: Timestamp) -> QueryResult<Vec<Verification>> {
    let query = t::table
        .filter(t::client_id.eq(client))
        .filter(t::status.eq_any([VerificationStatus::Pending, VerificationStatus::Approved]))
        .filter(t::revoked_at.is_null())
        .filter(t::expires_at.le(now))
        .order((t::created_at, t::id));
    with_conn!(conn, |c| query.select(Verification::as_select()).load(c))
}

/// What the applications of a client are about.
pub(crate) async fn items_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Item>> {
    let query = items::table.inner_join(t::table).filter(t::client_id.eq(client)).order((
        items::verification_id,
        items::domain_id,
        items::scope,
    ));
    with_conn!(conn, |c| query.select(Item::as_select()).load(c))
}
