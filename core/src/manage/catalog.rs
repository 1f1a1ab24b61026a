//! The scope catalog: the rules, which the staff and the operator's files share.

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use crate::clock::Timestamp;
use crate::crypto::digest::sha256;
use crate::error::{Error, FieldError, FieldIssue};
use crate::model::label::Label;
use crate::model::request::parse_reason;
use crate::model::scope::Tier;
use crate::store::tables::scopes::{self, Scope};

/// The longest name.
const MAX_NAME: usize = 64;
/// Where a scope may stand.
const POSITIONS: std::ops::RangeInclusive<i64> = 0..=100_000;

/// The catalog at first start (SPEC §2.9), in its order: name, title, description, what it opens, tier. The migrations
/// write it.
const AT_FIRST: [(&str, &str, &str, &str, Tier); 9] = [
    ("openid", "Sign-in", "Know who you are at this site: a stable number, no name.", "sub", Tier::Open),
    (
        "profile",
        "Name and picture",
        "See your name, picture, language and time zone.",
        "name given_name family_name picture locale zoneinfo updated_at",
        Tier::Open,
    ),
    (
        "email",
        "Email address",
        "See your email address and whether it is verified.",
        "email email_verified",
        Tier::Open,
    ),
    (
        "offline_access",
        "Stay connected",
        "Stay connected while you are away, until you end it.",
        "refresh tokens",
        Tier::Open,
    ),
    ("providers", "Sign-in providers", "See which sign-in providers you have linked.", "providers", Tier::Open),
    (
        "userinfo",
        "Personal details",
        "See your birth date, gender, second email, country and social profiles.",
        "birth_date gender second_email country socials",
        Tier::Verified,
    ),
    ("useraddresses", "Your addresses", "View, add, change and delete your addresses.", "addresses", Tier::Verified),
    ("address", "Postal address", "See your postal address.", "address", Tier::Verified),
    (
        "phone",
        "Phone number",
        "See your phone number and whether it is verified.",
        "phone_number phone_number_verified",
        Tier::Verified,
    ),
];

/// What a scope is to be; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct ScopeFields {
    /// What it is, in a few words.
    pub title: Option<String>,
    /// What it opens, in a sentence for people.
    pub description: Option<String>,
    /// What data it opens.
    pub opens: Option<String>,
    /// Open, or reserved for verified partners.
    pub tier: Option<Tier>,
    /// Where it stands in the catalog.
    pub position: Option<i64>,
    /// Why; audited when it is given.
    pub reason: Option<String>,
}

/// Whether a scope is as it was at first start.
pub(crate) fn is_as_at_first(scope: &Scope) -> bool {
    let Scope { name, title, description, opens, tier, position } = scope;
    let place = AT_FIRST.iter().zip(1..).find(|(first, _)| first.0 == name);
    place.is_some_and(|(first, at)| *first == (name, title, description, opens, *tier) && at == *position)
}

/// What is wrong with a scope by itself.
pub(crate) fn check(name: &str, fields: &ScopeFields) -> Vec<FieldError> {
    let mut findings = Findings::default();
    findings.value("name", read_name(name));
    fill(&mut findings, &mut blank(name, 0), fields);
    findings.into_errors()
}

/// Adds a scope, by default behind all others.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields, [`Error::Conflict`] `name_taken`; the database's.
pub(crate) async fn insert(change: &mut Change<'_>, name: &str, fields: &ScopeFields) -> Result<Scope, Error> {
    let mut findings = Findings::default();
    findings.value("name", read_name(name));
    let catalog = scopes::all(change.conn).await?;
    let last = catalog.iter().map(|scope| scope.position).max().unwrap_or(0);
    let mut scope = blank(name, last.saturating_add(1));
    for (field, given) in [("title", &fields.title), ("description", &fields.description)] {
        if given.is_none() {
            findings.add(field, "required", "people are shown it");
        }
    }
    fill(&mut findings, &mut scope, fields);
    let reason = reason(&mut findings, fields);
    findings.none()?;
    if catalog.iter().any(|other| other.name == scope.name) {
        return Err(Error::conflict("name_taken", format!("there is a scope {} already", scope.name)));
    }
    scopes::insert(change.conn, &scope).await?;
    change.created(None, "catalog.scope_added", &scope.name, &scope.name, because(facts(&scope), reason.as_deref()));
    Ok(scope)
}

/// Changes a scope, for all clients at once.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; the database's.
pub(crate) async fn apply(change: &mut Change<'_>, old: Scope, fields: &ScopeFields) -> Result<Scope, Error> {
    let mut findings = Findings::default();
    let mut new = old.clone();
    fill(&mut findings, &mut new, fields);
    let reason = reason(&mut findings, fields);
    findings.none()?;
    if new != old {
        scopes::update(change.conn, &new).await?;
        let told = (facts(&old), because(facts(&new), reason.as_deref()));
        change.updated(None, "catalog.scope_changed", &new.name, &new.name, told);
        change.everything_changed();
    }
    Ok(new)
}

/// The version of a scope. The catalog keeps no times, so it is made of what the scope says.
pub fn version(scope: &Scope) -> Timestamp {
    let digest = sha256(format!("{} {}", scope.name, facts(scope)).as_bytes());
    let number = digest.iter().take(6).fold(0, |number, byte| number << 8 | i64::from(*byte));
    Timestamp::from_milliseconds(number)
}

pub(crate) fn read_name(text: &str) -> Result<String, FieldIssue> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.:-".contains(&byte);
    match text.len() {
        0 => Err(FieldIssue::english("required", "give the scope a name")),
        length if length > MAX_NAME => Err(FieldIssue::english("too_long", "give at most 64 characters")),
        _ if !text.bytes().all(fits) => {
            Err(FieldIssue::english("character", "give lower-case letters, digits, and - _ . : only"))
        }
        _ => Ok(text.to_owned()),
    }
}

fn blank(name: &str, position: i32) -> Scope {
    let (title, description, opens) = (name.to_owned(), String::new(), String::new());
    Scope { name: name.to_owned(), title, description, opens, tier: Tier::Verified, position }
}

/// The reason, when one is given; what is given says something.
fn reason(findings: &mut Findings, fields: &ScopeFields) -> Option<String> {
    let read = findings.value("reason", parse_reason(fields.reason.as_ref()?))?;
    if read.is_empty() {
        findings.add("reason", "required", "say why, or leave it out");
    }
    Some(read)
}

fn because(mut after: Value, reason: Option<&str>) -> Value {
    if let Some(reason) = reason {
        after["reason"] = json!(reason);
    }
    after
}

fn fill(findings: &mut Findings, scope: &mut Scope, fields: &ScopeFields) {
    let label = |text: &str| Label::parse(text).map(Label::into_string);
    let sentence = |text: &str| match parse_reason(text) {
        Ok(text) if text.is_empty() => Err(FieldIssue::english("too_short", "give at least a word")),
        read => read,
    };
    findings.required(&mut scope.title, "title", fields.title.as_ref(), label);
    findings.required(&mut scope.description, "description", fields.description.as_ref(), sentence);
    findings.required(&mut scope.opens, "opens", fields.opens.as_ref(), parse_reason);
    scope.tier = fields.tier.unwrap_or(scope.tier);
    if fields.position.is_some_and(|position| !POSITIONS.contains(&position)) {
        findings.add("position", "range", "give a whole number from 0 to 100000");
    }
    scope.position = fields.position.and_then(|position| i32::try_from(position).ok()).unwrap_or(scope.position);
}

fn facts(scope: &Scope) -> Value {
    json!({
        "title": scope.title,
        "description": scope.description,
        "opens": scope.opens,
        "tier": scope.tier,
        "position": scope.position,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::engine::db::{Db, Options};

    #[tokio::test(flavor = "multi_thread")]
    async fn the_catalog_of_a_new_database_is_that_of_the_first_start() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let wait = std::time::Duration::from_secs(2);
        let db = Db::open(&Options { url, connections: 1, wait, statements: None }).await.unwrap();
        let all = scopes::all(&mut db.read().await.unwrap()).await.unwrap();
        assert_eq!(all.len(), AT_FIRST.len());
        for scope in all {
            assert!(is_as_at_first(&scope), "{scope:?}");
            assert!(!is_as_at_first(&Scope { title: "Other".to_owned(), ..scope }));
        }
    }
}
