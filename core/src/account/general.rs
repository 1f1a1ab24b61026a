//! What a person says about themselves: names, and what else sites may ask for.

use crate::clock::Timestamp;
use crate::contract::Patch;
use crate::contract::profile::{ProfileSettings, ProfileView};
use crate::error::Error;
use crate::manage::accounts;
use crate::manage::change::Change;
use crate::manage::fields::same_version;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::label::Label;
use crate::model::profile::{BirthDate, Country, Locale, PhoneNumber, Zoneinfo};
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
    expected: Option<Timestamp>,
) -> Result<Done<ProfileView>, Error> {
    let user = caller.user;
    runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        profiles::hold(change.conn, user).await?;
        let old = profiles::find(change.conn, user).await?.ok_or(Error::NotFound("account"))?;
        same_version(expected, old.updated_at)?;
        let wanted = change.take(patch.apply(&settings(&old)))?;
        let phone_number = wanted.phone_number.map(PhoneNumber::into_string);
        let new = Profile {
            given_name: wanted.given_name.map(Label::into_string),
            family_name: wanted.family_name.map(Label::into_string),
            birth_date: wanted.birth_date.map(BirthDate::into_string),
            gender: wanted.gender.map(Label::into_string),
            country: wanted.country.map(Country::into_string),
            // Another number is one that nobody has verified.
            phone_number_verified: old.phone_number_verified && phone_number == old.phone_number,
            phone_number,
            locale: wanted.locale.map(Locale::into_string),
            zoneinfo: wanted.zoneinfo.map(Zoneinfo::into_string),
            ..old.clone()
        };
        accounts::save(change, &old, new).await.map(view)
    })
    .await
}

fn settings(account: &Profile) -> ProfileSettings {
    ProfileSettings {
        given_name: account.given_name.clone().map(Label::stored),
        family_name: account.family_name.clone().map(Label::stored),
        birth_date: account.birth_date.clone().map(BirthDate::stored),
        gender: account.gender.clone().map(Label::stored),
        country: account.country.clone().map(Country::stored),
        phone_number: account.phone_number.clone().map(PhoneNumber::stored),
        locale: account.locale.clone().map(Locale::stored),
        zoneinfo: account.zoneinfo.clone().map(Zoneinfo::stored),
    }
}

fn view(account: Profile) -> ProfileView {
    ProfileView {
        settings: settings(&account),
        email: account.email,
        email_verified: account.email_verified,
        updated_at: account.updated_at,
    }
}
