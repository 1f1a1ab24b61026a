//! The scope catalog: the rules, which the staff and the operator's files share.

use serde_json::{Value, json};

use super::change::Change;
use crate::clock::Timestamp;
use crate::contract::Patch;
use crate::contract::scope::{Position, ScopeSettings, ScopeView};
use crate::crypto::digest::sha256;
use crate::error::Error;
use crate::model::label::Label;
use crate::model::reason::Reason;
use crate::model::scope::{Opens, ScopeName, Tier};
use crate::model::text::LongText;
use crate::store::tables::scopes::{self, Scope};
use crate::text;

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

/// Whether a scope is as it was at first start.
pub(crate) fn is_as_at_first(scope: &Scope) -> bool {
    let Scope { name, title, description, opens, tier, position } = scope;
    let place = AT_FIRST.iter().zip(1..).find(|(first, _)| first.0 == name);
    place.is_some_and(|(first, at)| *first == (name, title, description, opens, *tier) && at == *position)
}

/// Adds a scope, behind all others unless it is said where.
///
/// # Errors
/// [`Error::Conflict`] `name_taken`; [`Error::Invalid`] with what was found before; the database's.
pub(crate) async fn insert(change: &mut Change<'_>, name: ScopeName, new: ScopeSettings) -> Result<Scope, Error> {
    let catalog = scopes::all(change.conn).await?;
    let last = catalog.iter().map(|scope| scope.position).max().unwrap_or(0);
    change.sound()?;
    if catalog.iter().any(|other| other.name == name.as_str()) {
        return Err(Error::Conflict(text!("name_taken", name = name.as_str())));
    }
    let scope = scope_of(name.as_str(), &new, last.saturating_add(1));
    scopes::insert(change.conn, &scope).await?;
    change.created(
        None,
        "catalog.scope_added",
        (&scope.name, &scope.name),
        because(facts(&scope), new.reason.as_ref()),
    );
    Ok(scope)
}

/// Changes a scope, for all clients at once.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; the database's.
pub(crate) async fn apply(change: &mut Change<'_>, old: Scope, patch: Patch<ScopeSettings>) -> Result<Scope, Error> {
    let wanted = change.take(patch.apply(&settings(&old)))?;
    change.sound()?;
    let new = scope_of(&old.name, &wanted, old.position);
    if new != old {
        scopes::update(change.conn, &new).await?;
        let told = (facts(&old), because(facts(&new), wanted.reason.as_ref()));
        change.updated(None, "catalog.scope_changed", (&new.name, &new.name), told);
        change.everything_changed();
    }
    Ok(new)
}

/// A scope as the staff see it. The catalog keeps no times, so its version is made of what it says.
pub(crate) fn view(scope: Scope) -> ScopeView {
    let digest = sha256(format!("{} {}", scope.name, facts(&scope)).as_bytes());
    let number = digest.iter().take(6).fold(0, |number, byte| number << 8 | i64::from(*byte));
    let (settings, version) = (settings(&scope), Timestamp::from_milliseconds(number));
    ScopeView { name: ScopeName::stored(scope.name), settings, version }
}

/// What is set of a scope.
pub(crate) fn settings(scope: &Scope) -> ScopeSettings {
    ScopeSettings {
        title: Label::stored(scope.title.clone()),
        description: LongText::stored(scope.description.clone()),
        opens: Opens::stored(scope.opens.clone()),
        tier: scope.tier,
        position: Some(Position::of(i64::from(scope.position))),
        reason: None,
    }
}

fn scope_of(name: &str, settings: &ScopeSettings, position: i32) -> Scope {
    let given = settings.position.and_then(|position| i32::try_from(position.get()).ok());
    Scope {
        name: name.to_owned(),
        title: settings.title.as_str().to_owned(),
        description: settings.description.as_str().to_owned(),
        opens: settings.opens.as_str().to_owned(),
        tier: settings.tier,
        position: given.unwrap_or(position),
    }
}

fn because(mut after: Value, reason: Option<&Reason>) -> Value {
    if let Some(reason) = reason {
        after["reason"] = json!(reason);
    }
    after
}

fn facts(scope: &Scope) -> Value {
    json!(settings(scope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::{Db, Options};

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
