//! The scope catalog.

use serde_json::{Value, json};

use super::{because, reason};
use crate::clock::Timestamp;
use crate::crypto::digest::sha256;
use crate::error::{Error, FieldIssue};
use crate::manage::entitlement::Rules;
use crate::manage::fields::{Findings, same_version};
use crate::manage::permit::{self, Caller};
use crate::model::account::Staff;
use crate::model::label::Label;
use crate::model::request::parse_reason;
use crate::model::scope::Tier;
use crate::state::Core;
use crate::store::db::Conn;
use crate::store::scopes::{self, Scope};

/// The longest name.
const MAX_NAME: usize = 64;

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
    /// Why.
    pub reason: Option<String>,
}

/// The whole catalog, in its order.
///
/// # Errors
/// Those of [`permit::to_read_as_staff`]; the database's.
pub async fn list(core: &Core, caller: &Caller) -> Result<Vec<Scope>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    Ok(scopes::all(&mut conn).await?)
}

/// One scope.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read_as_staff`]; the database's.
pub async fn get(core: &Core, caller: &Caller, name: &str) -> Result<Scope, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read_as_staff(&mut conn, caller, Staff::Admin).await?;
    find(&mut conn, name).await
}

/// Adds a scope.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields, [`Error::Conflict`] `name_taken`; those of [`permit::to_change_as_staff`]; the
/// database's.
pub async fn create(core: &Core, caller: Caller, name: Option<String>, fields: ScopeFields) -> Result<Scope, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            let mut findings = Findings::default();
            let name = findings.value("name", read_name(name.as_deref().unwrap_or_default())).unwrap_or_default();
            let catalog = scopes::all(change.conn).await?;
            let last = catalog.iter().map(|scope| scope.position).max().unwrap_or(0);
            let (title, description, opens) = (name.clone(), String::new(), String::new());
            let mut scope =
                Scope { name, title, description, opens, tier: Tier::Verified, position: last.saturating_add(1) };
            fill(&mut findings, &mut scope, &fields);
            let reason = reason(&mut findings, fields.reason.as_ref());
            findings.none()?;
            if catalog.iter().any(|other| other.name == scope.name) {
                return Err(Error::conflict("name_taken", format!("there is a scope {} already", scope.name)));
            }
            scopes::insert(change.conn, &scope).await?;
            let told = because(facts(&scope), &reason);
            change.created(None, "catalog.scope_added", &scope.name, &scope.name, told);
            change.end(scope).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a scope, for all clients at once.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`], [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    name: String,
    fields: ScopeFields,
    expected: Option<Timestamp>,
) -> Result<Scope, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let mut change = permit::to_change_as_staff(conn, &caller, Staff::Admin, &rules, now).await?;
            let old = find(change.conn, &name).await?;
            same_version(expected, version(&old))?;
            let mut findings = Findings::default();
            let mut new = old.clone();
            fill(&mut findings, &mut new, &fields);
            let reason = reason(&mut findings, fields.reason.as_ref());
            findings.none()?;
            if new != old {
                scopes::update(change.conn, &new).await?;
                let told = (facts(&old), because(facts(&new), &reason));
                change.updated(None, "catalog.scope_changed", &new.name, &new.name, told);
                change.everything_changed();
            }
            change.end(new).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// What can't be a name is none, and no question to the database.
async fn find(conn: &mut Conn, name: &str) -> Result<Scope, Error> {
    let found = if read_name(name).is_ok() { scopes::find(conn, name).await? } else { None };
    found.ok_or(Error::NotFound("scope"))
}

/// The version of a scope. The catalog keeps no times, so it is made of what the scope says.
pub fn version(scope: &Scope) -> Timestamp {
    let digest = sha256(format!("{} {}", scope.name, facts(scope)).as_bytes());
    let number = digest.iter().take(6).fold(0, |number, byte| number << 8 | i64::from(*byte));
    Timestamp::from_milliseconds(number)
}

fn read_name(text: &str) -> Result<String, FieldIssue> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.:-".contains(&byte);
    match text.len() {
        0 => Err(FieldIssue::new("required", "give the scope a name")),
        length if length > MAX_NAME => Err(FieldIssue::new("too_long", "give at most 64 characters")),
        _ if !text.bytes().all(fits) => {
            Err(FieldIssue::new("character", "give lower-case letters, digits, and - _ . : only"))
        }
        _ => Ok(text.to_owned()),
    }
}

fn fill(findings: &mut Findings, scope: &mut Scope, fields: &ScopeFields) {
    let label = |text: &str| Label::parse(text).map(Label::into_string);
    let sentence = |text: &str| match parse_reason(text) {
        Ok(text) if text.is_empty() => Err(FieldIssue::new("too_short", "give at least a word")),
        read => read,
    };
    findings.required(&mut scope.title, "title", fields.title.as_ref(), label);
    findings.required(&mut scope.description, "description", fields.description.as_ref(), sentence);
    findings.required(&mut scope.opens, "opens", fields.opens.as_ref(), parse_reason);
    scope.tier = fields.tier.unwrap_or(scope.tier);
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
