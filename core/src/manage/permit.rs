//! Who may change or read what (SPEC §2.6): the one place that gives a [`Permit`] to a person.

use std::net::IpAddr;

use super::change::Permit;
use super::entitlement::Rules;
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::permission::{self, Permission};
use crate::id::{ClientId, UserId};
use crate::store::clients::{self, Client};
use crate::store::db::Conn;
use crate::store::{members, profiles};

/// Who asks for something.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// The account.
    pub user: UserId,
    /// Where the request comes from.
    pub address: IpAddr,
}

/// Whether the caller may read this of the client; gives the client.
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
) -> Result<Client, Error> {
    let found = clients::find(conn, client).await?.ok_or(Error::NotFound("client"))?;
    let membership = members::membership(conn, client, caller.user).await?;
    let membership = membership.filter(|membership| membership.grants_at(now)).ok_or(Error::NotFound("client"))?;
    permission::require(&membership, permission, now).map_err(|permission| Error::Forbidden { permission })?;
    Ok(found)
}

/// Whether the caller may change this of the client; gives the client, held to the end of the transaction.
///
/// # Errors
/// As [`to_read`], and [`Error::PlanRequired`] when the billing owner's plan has lapsed: management is read-only then.
pub async fn to_change(
    conn: &mut Conn,
    caller: &Caller,
    client: ClientId,
    permission: Permission,
    rules: &Rules,
    now: Timestamp,
) -> Result<(Permit, Client), Error> {
    clients::hold(conn, client).await?;
    let found = to_read(conn, caller, client, permission, now).await?;
    let owner = match found.billing_owner {
        Some(owner) => profiles::find(conn, owner).await?,
        None => None,
    };
    if !owner.is_some_and(|owner| rules.entitlements(&owner, now).clients) {
        return Err(Error::PlanRequired);
    }
    Ok((Permit::of_user(caller.user, caller.address), found))
}

/// The permit to make a client of one's own: any account may ask, its plan decides.
pub(super) const fn to_create_client(caller: &Caller) -> Permit {
    Permit::of_user(caller.user, caller.address)
}
