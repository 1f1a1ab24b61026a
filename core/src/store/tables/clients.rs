//! Clients.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Timestamp;
use crate::gate::permission::Preset;
use crate::id::{ClientId, UserId};
use crate::model::client::{ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
use crate::model::member::MemberStatus;
use crate::model::text::LongText;
use crate::store::engine::conn::{Conn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::{clients as t, members, roles};
use crate::store::tables::pattern;

/// A client as it is configured.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = t, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// Its name, as the partner has it.
    pub name: String,
    /// The name that the consent page goes on showing until a new one is reviewed.
    pub reviewed_name: Option<String>,
    /// Where people reach the partner.
    pub contact_email: Option<String>,
    /// Its homepage.
    pub homepage_url: Option<String>,
    /// Its privacy page.
    pub privacy_url: Option<String>,
    /// Its terms.
    pub terms_url: Option<String>,
    /// Which `sub` it sees.
    pub subject_type: SubjectType,
    /// What its ID tokens are signed with.
    pub id_token_alg: SigningAlg,
    /// Whose plan entitles it; `None` only in a tombstone.
    pub billing_owner: Option<UserId>,
    /// When staff suspended it.
    pub suspended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What it is for.
    pub description: Option<LongText<500>>,
    /// Why staff suspended it.
    pub suspended_reason: Option<String>,
    /// What binds its codes to a login.
    pub pkce: Pkce,
    /// What its ID tokens say of a person.
    pub id_token_claims: IdTokenClaims,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
}

/// Stores a new client.
pub(crate) async fn insert(conn: &mut Conn, client: &Client) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::insert_into(t::table).values(client).execute(c)).map(drop)
}

/// Writes every field.
pub(crate) async fn update(conn: &mut Conn, client: &Client) -> QueryResult<()> {
    with_conn!(conn, |c| diesel::update(t::table.find(client.id)).set(client).execute(c)).map(drop)
}

/// Leaves of a client nothing but that its id was given.
pub(super) async fn leave_tombstone(conn: &mut Conn, id: ClientId, now: Timestamp) -> QueryResult<()> {
    let nothing: Option<String> = None;
    let no_picture: Option<Vec<u8>> = None;
    let tombstone = (
        t::deleted_at.eq(now),
        t::updated_at.eq(now),
        t::billing_owner.eq(None::<UserId>),
        t::contact_email.eq(nothing.clone()),
        t::homepage_url.eq(nothing.clone()),
        t::privacy_url.eq(nothing.clone()),
        t::terms_url.eq(nothing.clone()),
        t::description.eq(nothing.clone()),
        t::suspended_reason.eq(nothing),
        t::logo_digest.eq(no_picture.clone()),
        t::reviewed_logo_digest.eq(no_picture),
    );
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(tombstone).execute(c)).map(drop)
}

/// The client of this id, unless it was deleted.
pub(crate) async fn find(conn: &mut Conn, id: ClientId) -> QueryResult<Option<Client>> {
    let query = t::table.find(id).filter(t::deleted_at.is_null());
    with_conn!(conn, |c| query.select(Client::as_select()).first(c)).optional()
}

/// Whether this client can keep no secret.
pub(crate) async fn is_public(conn: &mut Conn, id: ClientId) -> QueryResult<bool> {
    let public = t::table.find(id).filter(t::client_type.eq(ClientType::Public));
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(public)).get_result(c))
}

/// Whether this id was ever given to a client, deleted or not.
pub(crate) async fn id_is_taken(conn: &mut Conn, id: ClientId) -> QueryResult<bool> {
    with_conn!(conn, |c| diesel::select(diesel::dsl::exists(t::table.find(id))).get_result(c))
}

/// Holds the client to the end of the transaction, so that two changes of one client never mix; false when there is none.
pub(crate) async fn hold(conn: &mut Conn, id: ClientId) -> QueryResult<bool> {
    let same = diesel::update(t::table.find(id)).filter(t::deleted_at.is_null()).set(t::name.eq(t::name));
    Ok(with_conn!(conn, |c| same.execute(c))? == 1)
}

/// All clients, oldest first.
pub(crate) async fn all(conn: &mut Conn) -> QueryResult<Vec<Client>> {
    let query = t::table.filter(t::deleted_at.is_null()).order(t::id);
    with_conn!(conn, |c| query.select(Client::as_select()).load(c))
}

/// The clients of this name that this account is the billing owner of, oldest first.
pub(crate) async fn named(conn: &mut Conn, owner: UserId, name: &str) -> QueryResult<Vec<Client>> {
    let query = t::table
        .filter(t::deleted_at.is_null())
        .filter(t::billing_owner.eq(owner))
        .filter(t::name.eq(name))
        .order(t::id);
    with_conn!(conn, |c| query.select(Client::as_select()).load(c))
}

/// The clients that this account is the billing owner of.
pub(crate) async fn ids_owned(conn: &mut Conn, owner: UserId) -> QueryResult<Vec<ClientId>> {
    let query = t::table.filter(t::deleted_at.is_null()).filter(t::billing_owner.eq(owner)).select(t::id);
    with_conn!(conn, |c| query.load(c))
}

/// How many clients this account is the billing owner of.
pub(crate) async fn count_owned(conn: &mut Conn, owner: UserId) -> QueryResult<i64> {
    let query = t::table.filter(t::deleted_at.is_null()).filter(t::billing_owner.eq(owner)).count();
    with_conn!(conn, |c| query.get_result(c))
}

/// The clients whose billing owner's membership has come to its end, and that have an owner whose has none; at most
/// `limit`.
pub(crate) async fn without_payer(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ClientId>> {
    let others = diesel::alias!(members as others);
    let (client, user, role, status, end) =
        others.fields((members::client_id, members::user_id, members::role_id, members::status, members::expires_at));
    let owners = roles::table.filter(roles::preset.eq(true)).filter(roles::role_key.eq(Preset::Owner.key()));
    let heir = others
        .filter(client.eq(t::id))
        .filter(user.is_not_null())
        .filter(status.eq(MemberStatus::Active))
        .filter(end.is_null())
        .filter(role.eq_any(owners.select(roles::id)));
    let query = members::table
        .inner_join(t::table)
        .filter(members::expires_at.le(now))
        .filter(t::billing_owner.eq(members::user_id))
        .filter(t::deleted_at.is_null())
        .filter(diesel::dsl::exists(heir))
        .order(t::id)
        .limit(limit)
        .select(t::id);
    with_conn!(conn, |c| query.load(c))
}

/// The clients that this person is a member of now, oldest first: at most `limit` of those after `after`.
pub(crate) async fn of_member(
    conn: &mut Conn,
    user: UserId,
    now: Timestamp,
    after: Option<ClientId>,
    limit: i64,
) -> QueryResult<Vec<Client>> {
    // No id sorts below sixteen zero bytes.
    let after = after.unwrap_or(ClientId::from_bytes([0; 16]));
    let query = t::table
        .inner_join(members::table.inner_join(roles::table))
        .filter(members::user_id.eq(user))
        .filter(members::status.eq(MemberStatus::Active))
        .filter(members::expires_at.is_null().or(members::expires_at.gt(now)))
        .filter(roles::active.eq(true))
        .filter(roles::expires_at.is_null().or(roles::expires_at.gt(now)))
        .filter(t::deleted_at.is_null())
        .filter(t::id.gt(after))
        .order(t::id)
        .limit(limit);
    with_conn!(conn, |c| query.select(Client::as_select()).load(c))
}

/// Which clients are looked for.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    /// All of them.
    All,
    /// That of this id.
    Id(ClientId),
    /// Those that this account is the billing owner of.
    OwnedBy(UserId),
    /// Those in whose names this text is, whatever the case of its letters.
    Named(String),
}

/// Clients, oldest first: at most `limit` of those after `after`.
pub(crate) async fn search(
    conn: &mut Conn,
    wanted: &Wanted,
    after: Option<ClientId>,
    limit: i64,
) -> QueryResult<Vec<Client>> {
    let after = after.unwrap_or(ClientId::from_bytes([0; 16]));
    let all = t::table.filter(t::deleted_at.is_null()).filter(t::id.gt(after)).order(t::id).limit(limit);
    match wanted {
        Wanted::All => with_conn!(conn, |c| all.select(Client::as_select()).load(c)),
        Wanted::Id(id) => with_conn!(conn, |c| all.filter(t::id.eq(id)).select(Client::as_select()).load(c)),
        Wanted::OwnedBy(owner) => {
            with_conn!(conn, |c| all.filter(t::billing_owner.eq(owner)).select(Client::as_select()).load(c))
        }
        Wanted::Named(part) => {
            let pattern = format!("%{}%", pattern::escaped(part));
            match conn {
                // SQLite's LIKE takes both cases for one.
                Conn::Sqlite(conn) => {
                    let named = all.filter(t::name.like(pattern).escape('\\'));
                    named.select(Client::as_select()).load(&mut **conn).await
                }
                Conn::Postgres(lent) => {
                    let named = all.filter(t::name.ilike(pattern).escape('\\'));
                    in_time!(lent, |c| named.select(Client::as_select()).load(c))
                }
            }
        }
    }
}

/// The clients of these ids, unless they were deleted.
pub(crate) async fn find_all(conn: &mut Conn, ids: &[ClientId]) -> QueryResult<Vec<Client>> {
    let query = t::table.filter(t::id.eq_any(ids)).filter(t::deleted_at.is_null());
    with_conn!(conn, |c| query.select(Client::as_select()).load(c))
}

/// Staff have looked at the client: the consent page shows its name as it is.
pub(crate) async fn accept_name(conn: &mut Conn, id: ClientId) -> QueryResult<()> {
    let accepted = t::reviewed_name.eq(None::<String>);
    with_conn!(conn, |c| diesel::update(t::table.find(id)).set(accepted).execute(c)).map(drop)
}
