//! Accounts as an operator sets them up.

use serde_json::{Map, Value, json};

use super::change::{Change, Permit};
use super::entitlement::Rules;
use super::fields::{same_moment, suspension};
use super::{plans, tokens};
use crate::clock::Timestamp;
use crate::contract::account::{AccountOnce, AccountSettings, AccountStanding, NewAccount};
use crate::contract::event::{Event, OfUser};
use crate::contract::profile::ProfileSettings;
use crate::contract::{Findings, Input, Patch};
use crate::crypto::credential::CredentialKey;
use crate::crypto::digest::MacKey;
use crate::crypto::password::PasswordHasher;
use crate::database::{Conn, Db};
use crate::error::{Error, FieldIssue};
use crate::id::Subject;
use crate::login::registration::{self, NewUser};
use crate::login::shared_person::SharedPerson;
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::password;
use crate::model::profile::{BirthDate, Country, Locale, PhoneNumber, Zoneinfo};
use crate::model::url::Link;
use crate::random;
use crate::secret::Secret;
use crate::store::tables::grants::{self, Shareable};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{consents, sessions};

/// What the audit log tells of an account. Of all else it tells only that it changed: the log stays as it is, and people
/// may leave.
const TOLD: [&str; 5] = ["email_verified", "plan", "plan_valid_until", "staff", "suspended"];

/// An account that was made.
#[derive(Debug)]
pub struct MadeAccount {
    /// How clients know it.
    pub sub: Subject,
    /// The password, when it was made up: nobody will see it again.
    pub password: Option<Secret<String>>,
}

/// Makes an account as the operator.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields, [`Error::Conflict`] `email_taken`, [`Error::Unavailable`]; the database's.
pub async fn register(
    db: &Db,
    passwords: &PasswordHasher,
    rules: &Rules,
    now: Timestamp,
    new: Input<NewAccount>,
) -> Result<MadeAccount, Error> {
    let mut findings = Findings::default();
    let NewAccount { once: AccountOnce { email, password }, settings } = new.take(&mut findings)?;
    if let Some(password) = &password {
        let names =
            [&settings.profile.given_name, &settings.profile.family_name].map(|name| name.as_ref().map(Label::as_str));
        findings.value("password", check_password(password, &email, names));
    }
    findings.none()?;
    let made_up =
        password.is_none().then(|| Secret::new(MacKey::new(&random::bytes()).token(b"password")[..24].to_owned()));
    let chosen = password.or_else(|| made_up.clone()).ok_or(Error::Internal("a password is missing"))?;
    let hash = passwords.hash(chosen).await.map_err(|_| Error::Unavailable)?;
    let rules = rules.clone();
    let made = db
        .change(async move |conn: &mut Conn| {
            let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
            let account = create(&mut change, &email, Input::of(settings)).await?;
            set_password(&mut change, &account, &hash, None).await?;
            change.end(account.id.as_public_subject()).await
        })
        .await?;
    // Nobody's client is touched: there is no snapshot to drop.
    let (sub, ..) = made.into_parts();
    Ok(MadeAccount { sub, password: made_up })
}

/// Checks the password that somebody of this address and these names is to have.
///
/// # Errors
/// As [`password::check_new`].
pub(crate) fn check_password(
    password: &Secret<String>,
    email: &EmailAddress,
    names: [Option<&str>; 2],
) -> Result<(), FieldIssue> {
    let about: Vec<&str> = std::iter::once(email.address()).chain(names.into_iter().flatten()).collect();
    password::check_new(password, &about)
}

/// Makes an account, with no password yet.
///
/// # Errors
/// [`Error::Conflict`] `email_taken`, [`Error::Invalid`]; the database's.
pub(crate) async fn create(
    change: &mut Change<'_>,
    email: &EmailAddress,
    settings: Input<AccountSettings>,
) -> Result<Profile, Error> {
    let settings = change.take(settings)?;
    change.sound()?;
    let new = NewUser {
        email: email.clone(),
        email_verified: false,
        password_hash: None,
        given_name: None,
        family_name: None,
        paid: false,
        staff: None,
    };
    let id = registration::create(change.conn, &new, change.now).await?;
    let blank = profiles::find(change.conn, id).await?.ok_or(Error::Internal("a new account is gone"))?;
    let account = changed(&blank, settings, change.now);
    if account != blank {
        profiles::update(change.conn, &account).await?;
    }
    change.created(None, "user.created", (id, email.key()), facts(&blank, &account));
    Ok(account)
}

/// Changes an account.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn update(
    change: &mut Change<'_>,
    old: Profile,
    patch: Patch<AccountSettings>,
) -> Result<Profile, Error> {
    let end_given = patch.names("plan_valid_until");
    let wanted = change.take(patch.apply(&settings_of(&old)))?;
    change.sound()?;
    let mut account = changed(&old, wanted, change.now);
    if account.plan != old.plan || account.plan_valid_until != old.plan_valid_until {
        plans::keep_lapse(&old, &mut account, end_given, &change.rules, change.now);
    }
    let account = save(change, &old, account).await?;
    if account.suspended_at.is_some() && old.suspended_at.is_none() {
        sessions::delete_all_of_user(change.conn, account.id).await?;
    }
    Ok(account)
}

/// Writes what differs from how an account stood, and notes it: of what is personal only which fields.
pub(crate) async fn save(change: &mut Change<'_>, old: &Profile, mut account: Profile) -> Result<Profile, Error> {
    let told = (facts(old, old), facts(old, &account));
    if change.updated(None, "user.updated", (account.id, &account.email_key), told) {
        account.updated_at = change.version_after(old.updated_at);
        profiles::update(change.conn, &account).await?;
        change.account_changed(account.id);
        tell_sites(change, old, &account).await?;
    }
    Ok(account)
}

/// Tells the webhooks of those clients that see another person from now on.
async fn tell_sites(change: &mut Change<'_>, old: &Profile, new: &Profile) -> Result<(), Error> {
    for (client, sub, scope) in consents::known_of_user(change.conn, new.id).await? {
        let seen = |account: &Profile| SharedPerson::of(sub, shareable(account, old.updated_at), &scope);
        if seen(old) != seen(new) {
            change.publish(client, None, Event::UserUpdated(OfUser { sub }));
        }
    }
    Ok(())
}

/// What of an account can be shared, as if it had last changed at `updated_at`.
fn shareable(account: &Profile, updated_at: Timestamp) -> Shareable {
    let account = account.clone();
    Shareable {
        email: account.email,
        email_verified: account.email_verified,
        given_name: account.given_name,
        family_name: account.family_name,
        picture: account.picture,
        locale: account.locale,
        zoneinfo: account.zoneinfo,
        birth_date: account.birth_date,
        gender: account.gender,
        second_email: account.second_email,
        country: account.country,
        phone_number: account.phone_number,
        phone_number_verified: account.phone_number_verified,
        updated_at,
    }
}

/// Sets the password. When that takes an old one's place, everything that rests on the old one ends: sessions but the one
/// that is kept, refresh families and the account's API tokens (SPEC §3), and the owners of clients whose tokens the person
/// made are told.
pub(crate) async fn set_password(
    change: &mut Change<'_>,
    account: &Profile,
    hash: &str,
    kept: Option<CredentialKey>,
) -> Result<(), Error> {
    let replaced = profiles::password_hash(change.conn, account.id).await?.is_some();
    profiles::set_password(change.conn, account.id, hash, change.now).await?;
    if replaced {
        match kept {
            Some(kept) => sessions::delete_others(change.conn, account.id, kept).await.map(drop)?,
            None => sessions::delete_all_of_user(change.conn, account.id).await?,
        }
        grants::revoke_all_of_user(change.conn, account.id, change.now).await?;
        tokens::sign_in_changed(change, account.id).await?;
    }
    let told = json!({ "password": if replaced { "replaced" } else { "set" } });
    change.created(None, "user.password_set", (account.id, &account.email_key), told);
    Ok(())
}

/// What is set of an account.
pub(crate) fn settings_of(account: &Profile) -> AccountSettings {
    AccountSettings {
        profile: profile_of(account),
        standing: AccountStanding {
            email_verified: account.email_verified,
            second_email: account.second_email.clone().map(EmailAddress::stored),
            picture: account.picture.clone().map(Link::stored),
            phone_number_verified: account.phone_number_verified,
            plan: account.plan,
            plan_valid_until: account.plan_valid_until,
            staff: account.staff,
            suspended: account.suspended_at.is_some(),
        },
    }
}

/// What its person says of themselves.
pub(crate) fn profile_of(account: &Profile) -> ProfileSettings {
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

/// The account with these settings.
fn changed(old: &Profile, wanted: AccountSettings, now: Timestamp) -> Profile {
    let AccountSettings { profile, standing } = wanted;
    Profile {
        email_verified: standing.email_verified,
        second_email: standing.second_email.map(|email| email.address().to_owned()),
        picture: standing.picture.map(|link| link.as_str().to_owned()),
        phone_number_verified: standing.phone_number_verified,
        plan: standing.plan,
        plan_valid_until: same_moment(old.plan_valid_until, standing.plan_valid_until),
        staff: standing.staff,
        suspended_at: suspension(old.suspended_at, standing.suspended, now),
        ..with_profile(old, profile)
    }
}

/// The account whose person says this of themselves.
pub(crate) fn with_profile(old: &Profile, wanted: ProfileSettings) -> Profile {
    let phone_number = wanted.phone_number.map(PhoneNumber::into_string);
    Profile {
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
    }
}

/// What the audit log tells of an account, with the names of what else is not as it was in `old`.
fn facts(old: &Profile, account: &Profile) -> Value {
    let members = |account: &Profile| match json!(settings_of(account)) {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let (was, mut is) = (members(old), members(account));
    let names: Vec<String> =
        is.keys().filter(|name| !TOLD.contains(&name.as_str()) && was[*name] != is[*name]).cloned().collect();
    is.retain(|name, _| TOLD.contains(&name.as_str()));
    if !names.is_empty() {
        is.insert("profile".to_owned(), json!(names));
    }
    Value::Object(is)
}
