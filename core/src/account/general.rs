//! What a person says about themselves: names, and what else sites may ask for.

use crate::contract::Patch;
use crate::contract::profile::{ProfileSettings, ProfileView};
use crate::error::Error;
use crate::manage::accounts;
use crate::manage::change::Change;
use crate::manage::fields::{Expected, same_version};
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::state::Core;
use crate::store::tables::profiles::{self, Profile};

/// The caller's own account.
///
/// # Errors
/// [`Error::NotFound`]; the database's.
pub async fn get(core: &Core, caller: &Caller) -> Result<ProfileView, Error> {
    let mut reading = runner::read(core, caller, Ask::Person).await?;
    let account = profiles::find(&mut reading.conn, caller.user).await?;
    account.map(view).ok_or(Error::NotFound("account"))
}

/// Changes what the caller says about themselves.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::StalePrecondition`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    patch: Patch<ProfileSettings>,
    expected: Expected,
) -> Result<Done<ProfileView>, Error> {
    let user = caller.user;
    runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        profiles::hold(change.conn, user).await?;
        let old = profiles::find(change.conn, user).await?.ok_or(Error::NotFound("account"))?;
        same_version(expected, old.updated_at)?;
        let wanted = change.take(patch.apply(&accounts::profile_of(&old)))?;
        let new = accounts::with_profile(&old, wanted);
        accounts::save(change, &old, new).await.map(view)
    })
    .await
}

fn view(account: Profile) -> ProfileView {
    ProfileView {
        settings: accounts::profile_of(&account),
        email: account.email,
        email_verified: account.email_verified,
        updated_at: account.updated_at,
    }
}
