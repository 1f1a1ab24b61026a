//! Accounts as an operator sets them up.

use serde_json::{Map, Value, json};

use super::change::{Change, Permit};
use super::entitlement::Rules;
use super::fields::{Findings, read_time, suspension};
use super::{plans, tokens};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::crypto::digest::MacKey;
use crate::crypto::password::PasswordHasher;
use crate::error::{Error, FieldError};
use crate::id::Subject;
use crate::login::registration::{self, NewUser};
use crate::model::account::{Plan, Staff};
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::url::validate_link;
use crate::model::{password, profile};
use crate::random;
use crate::secret::Secret;
use crate::store::engine::db::{Conn, Db};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{grants, sessions};

/// What an account is to be; what is `None` stays, an empty text clears.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "named as the claims of OpenID Connect Core §5.1 and the columns of the account")]
pub struct AccountFields {
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub email_verified: Option<bool>,
    pub second_email: Option<String>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
    pub birth_date: Option<String>,
    pub gender: Option<String>,
    pub country: Option<String>,
    pub phone_number: Option<String>,
    pub phone_number_verified: Option<bool>,
    pub plan: Option<Plan>,
    /// RFC 3339.
    pub plan_valid_until: Option<String>,
    /// `reviewer` or `admin`.
    pub staff: Option<String>,
    pub suspended: Option<bool>,
}

/// An account that an operator makes by itself.
#[derive(Debug)]
pub struct NewAccount {
    /// Main address.
    pub email: String,
    /// The password; with `None` one is made up.
    pub password: Option<Secret<String>>,
    /// The rest.
    pub fields: AccountFields,
}

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
    new: NewAccount,
) -> Result<MadeAccount, Error> {
    let NewAccount { email, password, fields } = new;
    let mut findings = Findings::default();
    let address = findings.value("email", EmailAddress::parse(&email));
    let made_up =
        password.is_none().then(|| Secret::new(MacKey::new(&random::bytes()).token(b"password")[..24].to_owned()));
    if let Some(password) = &password {
        let about = [Some(email.as_str()), fields.given_name.as_deref(), fields.family_name.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        findings.value("password", password::check_new(password, &about));
    }
    let Some(address) = address else { return findings.none().and(Err(Error::Internal("an address is missing"))) };
    fill(&mut findings, &mut blank(&address, now), &fields);
    findings.none()?;
    let chosen = password.or_else(|| made_up.clone()).ok_or(Error::Internal("a password is missing"))?;
    let hash = passwords.hash(chosen).await.map_err(|_| Error::Unavailable)?;
    let rules = rules.clone();
    let made = db
        .change(async move |conn: &mut Conn| {
            let mut change = Change::begin(conn, Permit::of_operator(), rules, now);
            let account = create(&mut change, &address, &fields).await?;
            set_password(&mut change, &account, &hash, None).await?;
            change.end(account.id.as_public_subject()).await
        })
        .await?;
    // Nobody's client is touched: there is no snapshot to drop.
    let (sub, ..) = made.into_parts();
    Ok(MadeAccount { sub, password: made_up })
}

/// What is wrong with these fields by themselves.
pub(crate) fn check(fields: &AccountFields, blank: &Profile) -> Vec<FieldError> {
    let mut findings = Findings::default();
    fill(&mut findings, &mut blank.clone(), fields);
    findings.into_errors()
}

/// Makes an account, with no password yet.
///
/// # Errors
/// [`Error::Conflict`] `email_taken`, [`Error::Invalid`]; the database's.
pub(crate) async fn create(
    change: &mut Change<'_>,
    email: &EmailAddress,
    fields: &AccountFields,
) -> Result<Profile, Error> {
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
    let mut account = blank.clone();
    let mut findings = Findings::default();
    fill(&mut findings, &mut account, fields);
    findings.none()?;
    account.suspended_at = suspension(None, fields.suspended, change.now);
    if account != blank {
        profiles::update(change.conn, &account).await?;
    }
    let mut told = facts(&account);
    note_personal(&mut told, &blank, &account);
    change.created(None, "user.created", (id, email.key()), Value::Object(told));
    Ok(account)
}

/// Changes an account.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn update(change: &mut Change<'_>, old: Profile, fields: &AccountFields) -> Result<Profile, Error> {
    let mut account = old.clone();
    let mut findings = Findings::default();
    fill(&mut findings, &mut account, fields);
    findings.none()?;
    account.suspended_at = suspension(old.suspended_at, fields.suspended, change.now);
    if account.plan != old.plan || account.plan_valid_until != old.plan_valid_until {
        plans::keep_lapse(&old, &mut account, fields.plan_valid_until.is_some(), &change.rules, change.now);
    }
    let account = save(change, &old, account).await?;
    if account.suspended_at.is_some() && old.suspended_at.is_none() {
        sessions::delete_all_of_user(change.conn, account.id).await?;
    }
    Ok(account)
}

/// Writes what differs from how an account stood, and notes it: of what is personal only which fields.
pub(crate) async fn save(change: &mut Change<'_>, old: &Profile, mut account: Profile) -> Result<Profile, Error> {
    let mut after = facts(&account);
    note_personal(&mut after, old, &account);
    let told = (Value::Object(facts(old)), Value::Object(after));
    if change.updated(None, "user.updated", (account.id, &account.email_key), told) {
        account.updated_at = change.version_after(old.updated_at);
        profiles::update(change.conn, &account).await?;
        change.account_changed(account.id);
    }
    Ok(account)
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
        tokens::password_changed(change, account.id).await?;
    }
    let told = json!({ "password": if replaced { "replaced" } else { "set" } });
    change.created(None, "user.password_set", (account.id, &account.email_key), told);
    Ok(())
}

/// An account of this address with nothing in it, to check fields against.
pub(crate) fn blank(email: &EmailAddress, now: Timestamp) -> Profile {
    Profile {
        id: crate::id::UserId::generate(),
        email: email.address().to_owned(),
        email_key: email.key().to_owned(),
        email_verified: false,
        second_email: None,
        given_name: None,
        family_name: None,
        picture: None,
        locale: None,
        zoneinfo: None,
        birth_date: None,
        gender: None,
        country: None,
        phone_number: None,
        phone_number_verified: false,
        plan: Plan::Free,
        plan_valid_until: None,
        staff: None,
        suspended_at: None,
        updated_at: now,
    }
}

fn fill(findings: &mut Findings, account: &mut Profile, fields: &AccountFields) {
    let label = |text: &str| Label::parse(text).map(Label::into_string);
    let address = |text: &str| EmailAddress::parse(text).map(|email| email.address().to_owned());
    let link = |text: &str| validate_link(text).map(|()| text.to_owned());
    let staff = |text: &str| {
        let message = "give \"reviewer\" or \"admin\", or \"\" for nobody of the staff";
        Staff::parse(text).ok_or_else(|| crate::error::FieldIssue::english("unknown_value", message))
    };
    findings.optional(&mut account.given_name, "given_name", fields.given_name.as_ref(), label);
    findings.optional(&mut account.family_name, "family_name", fields.family_name.as_ref(), label);
    findings.optional(&mut account.second_email, "second_email", fields.second_email.as_ref(), address);
    findings.optional(&mut account.picture, "picture", fields.picture.as_ref(), link);
    findings.optional(&mut account.locale, "locale", fields.locale.as_ref(), profile::parse_locale);
    findings.optional(&mut account.zoneinfo, "zoneinfo", fields.zoneinfo.as_ref(), profile::parse_zoneinfo);
    findings.optional(&mut account.birth_date, "birth_date", fields.birth_date.as_ref(), profile::parse_birth_date);
    findings.optional(&mut account.gender, "gender", fields.gender.as_ref(), label);
    findings.optional(&mut account.country, "country", fields.country.as_ref(), profile::parse_country);
    let phone = fields.phone_number.as_ref();
    findings.optional(&mut account.phone_number, "phone_number", phone, profile::parse_phone_number);
    let stands = account.plan_valid_until;
    findings.optional(&mut account.plan_valid_until, "plan_valid_until", fields.plan_valid_until.as_ref(), |text| {
        let end = read_time(text)?;
        Ok(stands.filter(|stands| stands.seconds() == end.seconds()).unwrap_or(end))
    });
    findings.optional(&mut account.staff, "staff", fields.staff.as_ref(), staff);
    account.email_verified = fields.email_verified.unwrap_or(account.email_verified);
    account.phone_number_verified = fields.phone_number_verified.unwrap_or(account.phone_number_verified);
    account.plan = fields.plan.unwrap_or(account.plan);
}

/// What the audit log tells of an account: nothing personal, for the log is never changed and people may leave.
fn facts(account: &Profile) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("email_verified".to_owned(), json!(account.email_verified));
    facts.insert("plan".to_owned(), json!(account.plan));
    facts.insert("plan_valid_until".to_owned(), json!(account.plan_valid_until));
    facts.insert("staff".to_owned(), json!(account.staff));
    facts.insert("suspended".to_owned(), json!(account.suspended_at.is_some()));
    facts
}

/// Adds which personal fields changed, and not to what.
fn note_personal(told: &mut Map<String, Value>, old: &Profile, new: &Profile) {
    let changed = personal(old).into_iter().zip(personal(new)).filter(|(old, new)| old != new);
    let names: Vec<&str> = changed.map(|(_, (name, _))| name).collect();
    if !names.is_empty() {
        told.insert("profile".to_owned(), json!(names));
    }
}

fn personal(account: &Profile) -> [(&'static str, Option<&str>); 11] {
    let verified = account.phone_number_verified.then_some("true");
    [
        ("given_name", account.given_name.as_deref()),
        ("family_name", account.family_name.as_deref()),
        ("second_email", account.second_email.as_deref()),
        ("picture", account.picture.as_deref()),
        ("locale", account.locale.as_deref()),
        ("zoneinfo", account.zoneinfo.as_deref()),
        ("birth_date", account.birth_date.as_deref()),
        ("gender", account.gender.as_deref()),
        ("country", account.country.as_deref()),
        ("phone_number", account.phone_number.as_deref()),
        ("phone_number_verified", verified),
    ]
}
