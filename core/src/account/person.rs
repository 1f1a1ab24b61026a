//! Whoever is signed in, as the head of every page of theirs shows them.

use crate::error::Error;
use crate::id::UserId;
use crate::model::account::Staff;
use crate::state::Core;
use crate::store::tables::{notifications, profiles};

/// From so many unread notifications on the number is no matter.
const COUNTED: i64 = 100;

/// A person who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Given and family name, else the address.
    pub name: String,
    /// The main address.
    pub email: String,
    /// Whether they have shown that it is theirs.
    pub email_verified: bool,
    /// What they are on the staff.
    pub staff: Option<Staff>,
    /// Unread notifications, counted up to 100.
    pub unread: usize,
    /// Their time zone, as they have set it.
    pub zoneinfo: Option<String>,
}

/// The person of this account.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn get(core: &Core, user: UserId) -> Result<Person, Error> {
    let mut conn = core.db.read().await?;
    let account = profiles::find(&mut conn, user).await?.ok_or(Error::NotFound("account"))?;
    let unread = notifications::count_unread(&mut conn, user, COUNTED).await?;
    let names: Vec<&str> =
        [&account.given_name, &account.family_name].into_iter().flatten().map(String::as_str).collect();
    Ok(Person {
        id: account.id,
        name: if names.is_empty() { account.email.clone() } else { names.join(" ") },
        email: account.email,
        email_verified: account.email_verified,
        staff: account.staff,
        unread,
        zoneinfo: account.zoneinfo,
    })
}
