//! Who may change or read what (SPEC §2.6): the one place that gives a [`Permit`] to a person.

use std::net::IpAddr;
use std::sync::Arc;

use super::change::{Actor, Change, Permit, Post};
use super::entitlement::Rules;
use super::runner::Ask;
use crate::clock::Timestamp;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::{self, Membership, Permission};
use crate::gate::standing;
use crate::id::{ClientId, MemberId, TokenId, UserId};
use crate::manage::idempotency::Once;
use crate::model::account::Staff;
use crate::model::member::MemberStatus;
use crate::model::permissions::Permissions;
use crate::state::Core;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::members;
use crate::store::tables::profiles;
use crate::text;

/// Who asks for something: a person signed in in a browser, or an API token of theirs.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account.
    pub user: UserId,
    /// Where the request comes from.
    pub address: IpAddr,
    /// The API token, which narrows what its maker may; `None` in a browser.
    pub token: Option<Arc<ApiToken>>,
    /// What makes a request one that is carried out once, when it says so.
    pub once: Option<Once>,
}

/// What an API token is good for, at the most.
#[derive(Clone, Debug)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// The only client it is good for; `None` is a token of the account.
    pub client: Option<ClientId>,
    /// What it permits, as far as its maker may it at the moment of use.
    pub permissions: Permissions,
    /// When it ends; what it makes of its own kind ends then too.
    pub expires_at: Option<Timestamp>,
    /// Its client, and its maker's place there, as they stood when this request came.
    pub place: Option<(Client, Membership)>,
}

/// What a caller has found open.
#[derive(Clone, Debug)]
pub struct Access {
    /// The client.
    pub client: Client,
    /// The caller's place in its organisation, narrowed to what their token permits.
    pub membership: Membership,
    /// Whether a plan entitles the client; always, when nothing is changed.
    pub entitled: bool,
}

impl Caller {
    /// A person signed in in a browser.
    pub const fn signed_in(user: UserId, address: IpAddr) -> Self {
        Self { user, address, token: None, once: None }
    }

    fn permit(&self) -> Permit {
        self.permit_as(false)
    }

    fn permit_as(&self, staff: bool) -> Permit {
        Permit::of(self.actor_as(staff))
    }

    /// Who they are when they change what is theirs.
    pub(crate) fn actor(&self) -> Actor {
        self.actor_as(false)
    }

    fn actor_as(&self, staff: bool) -> Actor {
        let token = self.token.as_ref().map(|token| token.id);
        Actor::User { id: self.user, token, staff, address: self.address }
    }

    /// Whether the token, if it is one, is of the account and permits this.
    fn account_permits(&self, permission: Permission) -> Result<(), Error> {
        match &self.token {
            None => Ok(()),
            Some(token) if token.client.is_none() && token.permissions.contains(permission) => Ok(()),
            Some(_) => Err(Error::Forbidden { permission: permission.text() }),
        }
    }
}

/// Whether the caller may read this of the client. What came with their token in this request is not asked again.
///
/// # Errors
/// [`Error::NotFound`] when there is no such client or the caller is no member of it, [`Error::Forbidden`] naming the
/// permission that is lacking; the database's.
pub async fn to_read(
    conn: &mut Conn,
    caller: &Caller,
    client: ClientId,
    permission: Permission,
    now: Timestamp,
) -> Result<Access, Error> {
    let place = caller.token.as_deref().and_then(|token| token.place.clone()).filter(|(of, _)| of.id == client);
    let found = match place {
        Some(place) => Some(place),
        None => members::client_and_membership(conn, client, caller.user).await?,
    };
    let access = open(caller, client, found, now)?;
    access.require(permission, now)?;
    Ok(access)
}

/// The same without a permission: whether the caller belongs to the client.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub(super) async fn to_enter(
    conn: &mut Conn,
    caller: &Caller,
    client: ClientId,
    now: Timestamp,
) -> Result<Access, Error> {
    let found = members::client_and_membership(conn, client, caller.user).await?;
    open(caller, client, found, now)
}

/// The same for a change: as it is in its transaction, and not as it was a moment before.
async fn to_read_now(
    conn: &mut Conn,
    caller: &Caller,
    client: ClientId,
    permission: Permission,
    now: Timestamp,
) -> Result<Access, Error> {
    let access = to_enter(conn, caller, client, now).await?;
    access.require(permission, now)?;
    Ok(access)
}

fn open(
    caller: &Caller,
    client: ClientId,
    found: Option<(Client, Membership)>,
    now: Timestamp,
) -> Result<Access, Error> {
    let token = caller.token.as_deref();
    if token.is_some_and(|token| token.client.is_some_and(|only| only != client)) {
        return Err(Error::NotFound("client"));
    }
    let found = found.filter(|(_, membership)| membership.grants_at(now));
    let (found, membership) = found.ok_or(Error::NotFound("client"))?;
    let membership = match token {
        Some(token) => membership.narrowed_to(token.permissions),
        None => membership,
    };
    Ok(Access { client: found, membership, entitled: true })
}

impl Access {
    /// Whether the caller may this too.
    ///
    /// # Errors
    /// [`Error::Forbidden`] naming the permission.
    pub fn require(&self, permission: Permission, now: Timestamp) -> Result<(), Error> {
        permission::require(&self.membership, permission, now).map_err(|permission| Error::Forbidden { permission })
    }
}

/// Whether the caller may list the clients they belong to; gives the only one that their token shows.
///
/// # Errors
/// [`Error::Forbidden`] for a token without `client:read`.
pub fn to_list_clients(caller: &Caller) -> Result<Option<ClientId>, Error> {
    match caller.token.as_deref() {
        Some(token) if !token.permissions.contains(Permission::ClientRead) => {
            Err(Error::Forbidden { permission: Permission::ClientRead.text() })
        }
        token => Ok(token.and_then(|token| token.client)),
    }
}

/// Begins a change of the client, when the caller may make it; the client is held to the end of the transaction.
///
/// # Errors
/// As [`to_read`]; [`Error::Conflict`] `client_suspended`; [`Error::PlanRequired`] when the billing owner's plan has
/// lapsed: management is read-only then.
async fn to_change<'c>(
    conn: &'c mut Conn,
    caller: &Caller,
    (client, permission): (ClientId, Permission),
    rules: &Rules,
    now: Timestamp,
) -> Result<(Change<'c>, Access), Error> {
    let (change, access) = to_change_unpaid(conn, caller, (client, permission), rules, now).await?;
    // What ends something is open on any plan (SPEC §2.1).
    if access.entitled || permission.only_ends() { Ok((change, access)) } else { Err(Error::PlanRequired) }
}

/// The same whether or not the plan has lapsed.
///
/// # Errors
/// As [`to_change`], but for [`Error::PlanRequired`].
async fn to_change_unpaid<'c>(
    conn: &'c mut Conn,
    caller: &Caller,
    (client, permission): (ClientId, Permission),
    rules: &Rules,
    now: Timestamp,
) -> Result<(Change<'c>, Access), Error> {
    clients::hold(conn, client).await?;
    let mut access = to_read_now(conn, caller, client, permission, now).await?;
    let payer = match access.client.billing_owner {
        Some(payer) => profiles::find(conn, payer).await?,
        None => None,
    };
    let payers = payer.as_ref().and_then(|payer| payer.suspended_at);
    if standing::is_suspended(access.client.suspended_at, payers) {
        return Err(Error::Conflict(text!("client_suspended-read_only")));
    }
    access.entitled = payer.is_some_and(|payer| rules.entitlements(&payer, now).clients);
    let mut change = Change::begin(conn, caller.permit(), rules.clone(), now);
    change.posts(Post::Partner);
    Ok((change, access))
}

/// Whether the caller may read this of their own account.
///
/// # Errors
/// [`Error::Forbidden`] naming the permission.
pub fn to_read_own_account(caller: &Caller, permission: Permission) -> Result<(), Error> {
    caller.account_permits(permission)
}

/// Begins a change for somebody who may make it.
///
/// # Errors
/// As [`to_change`] and [`to_read_own_account`]; [`Error::Refused`] `staff_only` or `staff_admin_only`.
pub(super) async fn begin<'c>(
    conn: &'c mut Conn,
    caller: &Caller,
    ask: Ask,
    rules: Rules,
    now: Timestamp,
) -> Result<Change<'c>, Error> {
    match ask {
        Ask::Client(client, permission) => {
            let (change, access) = to_change(conn, caller, (client, permission), &rules, now).await?;
            Ok(change.in_client(access))
        }
        Ask::LapsedClient(client, permission) => {
            let (change, access) = to_change_unpaid(conn, caller, (client, permission), &rules, now).await?;
            Ok(change.in_client(access))
        }
        Ask::Membership(client, member) => {
            clients::hold(conn, client).await?;
            if is_own_membership(conn, caller, client, member).await? {
                return Ok(Change::begin(conn, caller.permit(), rules, now));
            }
            let (change, access) = to_change(conn, caller, (client, Permission::MembersDelete), &rules, now).await?;
            Ok(change.in_client(access))
        }
        Ask::Person => {
            refuse_token(caller)?;
            Ok(Change::begin(conn, caller.permit(), rules, now))
        }
        Ask::Account(permission) => {
            caller.account_permits(permission)?;
            Ok(Change::begin(conn, caller.permit(), rules, now))
        }
        Ask::Staff(least, permission) => {
            staff(conn, caller, least, permission).await?;
            Ok(Change::begin(conn, caller.permit_as(true), rules, now))
        }
    }
}

/// Whether somebody may read what they ask for; gives their place, when it is in a client.
///
/// # Errors
/// As [`to_read`] and [`to_read_own_account`]; [`Error::Refused`] `staff_only` or `staff_admin_only`.
pub(super) async fn read(conn: &mut Conn, caller: &Caller, ask: Ask, now: Timestamp) -> Result<Option<Access>, Error> {
    match ask {
        Ask::Client(client, permission) | Ask::LapsedClient(client, permission) => {
            to_read(conn, caller, client, permission, now).await.map(Some)
        }
        Ask::Membership(client, member) => {
            if is_own_membership(conn, caller, client, member).await? {
                return Ok(None);
            }
            to_read(conn, caller, client, Permission::MembersDelete, now).await.map(Some)
        }
        Ask::Person => refuse_token(caller).map(|()| None),
        Ask::Account(permission) => caller.account_permits(permission).map(|()| None),
        Ask::Staff(least, permission) => staff(conn, caller, least, permission).await.map(|()| None),
    }
}

/// Whether this is the membership that the caller, signed in, has themselves.
async fn is_own_membership(
    conn: &mut Conn,
    caller: &Caller,
    client: ClientId,
    member: MemberId,
) -> Result<bool, Error> {
    if caller.token.is_some() {
        return Ok(false);
    }
    let found = members::find(conn, client, member).await?;
    Ok(found.is_some_and(|member| member.status == MemberStatus::Active && member.user_id == Some(caller.user)))
}

/// No API token answers for a person.
fn refuse_token(caller: &Caller) -> Result<(), Error> {
    if caller.token.is_none() { Ok(()) } else { Err(Error::Internal("an API token where a person is to answer")) }
}

/// Whether the caller may do this, as far as that can be said before it is done. The use case asks again in its own
/// transaction.
///
/// # Errors
/// As [`to_read`] and [`to_read_own_account`]; [`Error::Refused`] `staff_only` or `staff_admin_only`.
pub async fn ask(core: &Core, caller: &Caller, ask: Ask) -> Result<(), Error> {
    read(&mut core.db.read().await?, caller, ask, core.clock.now()).await.map(drop)
}

/// Whether the staff may decide about this client: nobody decides about an organisation they belong to, or are invited to.
///
/// # Errors
/// [`Error::Refused`] `conflict_of_interest`; the database's.
pub async fn refuse_own_interest(conn: &mut Conn, caller: &Caller, client: ClientId) -> Result<(), Error> {
    let account = profiles::find(conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
    let owned = clients::find(conn, client).await?.is_some_and(|client| client.billing_owner == Some(caller.user));
    if owned || members::of_person(conn, client, Some(account.id), &account.email_key).await?.is_some() {
        return Err(Error::Refused(text!("conflict_of_interest-client")));
    }
    Ok(())
}

/// Whether the staff may decide about this account: nobody does about their own, nor about one whose plan entitles, or
/// whose suspension suspends, a client that they belong to or are invited to.
///
/// # Errors
/// [`Error::Refused`] `conflict_of_interest`; the database's.
pub async fn refuse_own_account(conn: &mut Conn, caller: &Caller, decided: UserId) -> Result<(), Error> {
    if caller.user == decided {
        return Err(Error::Refused(text!("conflict_of_interest-own")));
    }
    let account = profiles::find(conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
    if members::with_billing_owner(conn, decided, account.id, &account.email_key).await? {
        return Err(Error::Refused(text!("conflict_of_interest-payer")));
    }
    Ok(())
}

/// Whether the caller is of the staff, `least` at least.
async fn staff(conn: &mut Conn, caller: &Caller, least: Staff, permission: Permission) -> Result<(), Error> {
    let account = profiles::find(conn, caller.user).await?.ok_or(Error::NotFound("account"))?;
    match (account.staff, least) {
        (None, _) => return Err(Error::Refused(text!("staff_only"))),
        (Some(Staff::Reviewer), Staff::Admin) => {
            return Err(Error::Refused(text!("staff_admin_only")));
        }
        (Some(_), _) => {}
    }
    caller.account_permits(permission)
}
