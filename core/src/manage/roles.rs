//! Roles in a client's organisation: the presets that each client starts with, and its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::Change;
use super::entitlement::Rules;
use super::fields::{Findings, same_version};
use super::permit::{self, Caller};
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::gate::organisation::{self, Denied, Rank, Span};
use crate::gate::permission::{Membership, Permission, Preset};
use crate::gate::permissions::Permissions;
use crate::id::{ClientId, RoleId};
use crate::model::label::Label;
use crate::model::permission_set::PermissionSet;
use crate::model::{fallback, role};
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::members;
use crate::store::tables::roles::{self, Role};
use crate::text::Text;

/// What a role is to be; what is `None` stays, an empty text clears.
#[derive(Clone, Debug, Default)]
pub struct RoleFields {
    /// Its name.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it permits, as `resource:action`.
    pub permissions: Option<Vec<String>>,
    /// Its group; made when it is new.
    pub group: Option<String>,
    /// 0 to 100.
    pub level: Option<i64>,
    /// RFC 3339.
    pub expires_at: Option<String>,
    /// It is in use.
    pub active: Option<bool>,
}

/// Makes the presets of a new client; gives the role of its owner.
pub(crate) async fn create_presets(change: &mut Change<'_>, client: ClientId) -> Result<RoleId, Error> {
    let mut owner = None;
    for preset in Preset::ALL {
        let role = Role {
            name: preset.name().to_owned(),
            preset: true,
            level: i32::from(preset.level()),
            permissions: PermissionSet::of(preset.permissions()),
            ..blank(client, preset.key(), change.now)
        };
        roles::insert(change.conn, &role).await?;
        if preset == Preset::Owner {
            owner = Some(role.id);
        }
    }
    owner.ok_or(Error::Internal("there is no preset for owners"))
}

/// What is wrong with these fields by themselves.
pub(crate) fn check(key: &str, fields: &RoleFields, now: Timestamp) -> Vec<FieldError> {
    let mut findings = Findings::default();
    read_key(&mut findings, key);
    fill(&mut findings, &mut blank(ClientId::from_bytes([0; 16]), key, now), fields, now);
    findings.into_errors()
}

/// The roles of a client, oldest first; with the name of a group, those in it.
///
/// # Errors
/// [`Error::Invalid`] for what can't be the name of a group; those of [`permit::to_read`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    group: Option<&str>,
    after: Option<RoleId>,
    limit: i64,
) -> Result<Vec<Role>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::RolesRead, core.clock.now()).await?;
    let group = group.map(Label::parse).transpose().map_err(|issue| Error::Invalid(vec![issue.at("group")]))?;
    Ok(roles::page(&mut conn, client, group.as_ref().map(Label::as_str), after, limit).await?)
}

/// One role.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit::to_read`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: RoleId) -> Result<Role, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::RolesRead, core.clock.now()).await?;
    find(&mut conn, client, id).await
}

/// Makes a role of the client's own. Without a key it gets one made of its name.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `preset` or `key_taken`; [`Error::Refused`]
/// `level_too_low` or `permission_not_held`; those of [`permit::to_change`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    key: Option<String>,
    fields: RoleFields,
) -> Result<Role, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::RolesCreate, &rules, now).await?;
            let taken = roles::of_client(change.conn, client).await?;
            let taken: BTreeSet<&str> = taken.iter().map(|role| role.role_key.as_str()).collect();
            let key = match key {
                Some(key) => key,
                None => free_key(fields.name.as_deref().unwrap_or_default(), &taken),
            };
            if Preset::ALL.iter().any(|preset| preset.key() == key) {
                return Err(is_preset(&key));
            }
            if taken.contains(key.as_str()) {
                return Err(Error::conflict("key_taken", format!("there is a role {key:?} already")));
            }
            let role = insert(&mut change, client, &key, &fields, Some(&access.membership)).await?;
            change.end(role).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a role of the client's own. `expected`: the `updated_at` it must still have.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; [`Error::Conflict`] `preset`; [`Error::Invalid`] with all bad
/// fields; [`Error::Refused`] `level_too_low` or `permission_not_held`; those of [`permit::to_change`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    client: ClientId,
    id: RoleId,
    fields: RoleFields,
    expected: Option<Timestamp>,
) -> Result<Role, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::RolesUpdate, &rules, now).await?;
            let old = find(change.conn, client, id).await?;
            same_version(expected, old.updated_at)?;
            let role = apply(&mut change, old, &fields, Some(&access.membership)).await?;
            change.end(role).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deletes a role of the client's own that no member has.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] `preset` or `role_in_use`; [`Error::Refused`] `level_too_low`; those of
/// [`permit::to_change`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, RoleId),
    expected: Option<Timestamp>,
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, access) =
                permit::to_change(conn, &caller, client, Permission::RolesDelete, &rules, now).await?;
            let role = find(change.conn, client, id).await?;
            same_version(expected, role.updated_at)?;
            remove(&mut change, role, Some(&access.membership)).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// Makes a role of the client's own. `by`: whose standing limits it; nobody's, when the operator makes it.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Refused`]; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    key: &str,
    fields: &RoleFields,
    by: Option<&Membership>,
) -> Result<Role, Error> {
    let mut findings = Findings::default();
    let mut role = blank(client, key, change.now);
    read_key(&mut findings, key);
    if fields.name.is_none() {
        findings.add("name", "required", "give the role a name");
    }
    fill(&mut findings, &mut role, fields, change.now);
    findings.none()?;
    if let Some(by) = by {
        organisation::may_create_role(by, &rank(&role)).map_err(denied)?;
    }
    if let Some(group) = &role.role_group {
        roles::ensure_group(change.conn, client, group).await?;
    }
    roles::insert(change.conn, &role).await?;
    change.created(Some(client), "role.created", role.id, key, facts(&role));
    Ok(role)
}

/// Changes a role of the client's own. `by`: as for [`insert`].
///
/// # Errors
/// [`Error::Conflict`] `preset`, [`Error::Invalid`]; [`Error::Refused`]; the database's.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: Role,
    fields: &RoleFields,
    by: Option<&Membership>,
) -> Result<Role, Error> {
    refuse_preset(&old)?;
    let mut findings = Findings::default();
    let mut role = old.clone();
    fill(&mut findings, &mut role, fields, change.now);
    findings.none()?;
    if let Some(by) = by {
        organisation::may_change_role(by, &rank(&old), &rank(&role)).map_err(denied)?;
    }
    let told = (facts(&old), facts(&role));
    if change.updated(Some(role.client_id), "role.updated", role.id, &role.role_key, told) {
        role.updated_at = change.version_after(old.updated_at);
        if let Some(group) = &role.role_group {
            roles::ensure_group(change.conn, role.client_id, group).await?;
        }
        roles::update(change.conn, &role).await?;
    }
    Ok(role)
}

/// Deletes a role of the client's own that no member has. `by`: as for [`insert`].
///
/// # Errors
/// [`Error::Conflict`] `preset` or `role_in_use`; [`Error::Refused`]; the database's.
pub(crate) async fn remove(change: &mut Change<'_>, role: Role, by: Option<&Membership>) -> Result<(), Error> {
    refuse_preset(&role)?;
    if let Some(by) = by {
        organisation::may_remove_role(by, &rank(&role)).map_err(denied)?;
    }
    if members::have_role(change.conn, role.id).await? {
        let message = format!("members have the role {:?}: give them another one first", role.role_key);
        return Err(Error::Conflict(Text::english("role_in_use", message)));
    }
    roles::delete(change.conn, role.id).await?;
    change.deleted(Some(role.client_id), "role.deleted", role.id, &role.role_key, facts(&role));
    Ok(())
}

/// The role of this id in this client.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: RoleId) -> Result<Role, Error> {
    roles::find(conn, client, id).await?.ok_or(Error::NotFound("role"))
}

/// A role, as it decides.
pub(crate) fn rank(role: &Role) -> Rank {
    Rank {
        level: u8::try_from(role.level).unwrap_or(u8::MAX),
        owner: is_owner(role),
        permissions: role.permissions.permissions(),
        span: Span::of(role.active, role.expires_at),
    }
}

/// Whether it is the preset of owners.
pub(crate) fn is_owner(role: &Role) -> bool {
    role.preset && role.role_key == Preset::Owner.key()
}

/// What the caller is told.
pub(crate) fn denied(why: Denied) -> Error {
    match why {
        Denied::LevelTooLow => {
            Error::refused("level_too_low", "you manage only what has a level below that of your own role")
        }
        Denied::PermissionNotHeld(permission) => {
            let message = format!("you do not hold {} yourself, so you can't give it", permission.text());
            Error::refused("permission_not_held", message)
        }
        Denied::LastOwner => Error::conflict(
            "last_owner",
            "a client always has an owner whose membership has no end: name another first",
        ),
        Denied::NoLastingOwner => {
            Error::conflict("not_an_owner", "name an owner who has accepted and whose membership has no end")
        }
    }
}

/// A key of this name's letters and digits that no role has yet.
fn free_key(name: &str, taken: &BTreeSet<&str>) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: String = letters.collect();
    let words = words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let stem: String = if words.is_empty() { "role".to_owned() } else { words.chars().take(30).collect() };
    let preset = |key: &str| Preset::ALL.iter().any(|preset| preset.key() == key);
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}"));
    let mut keys = std::iter::once(stem.clone()).chain(numbered);
    keys.find(|key| !taken.contains(key.as_str()) && !preset(key)).unwrap_or(stem)
}

fn blank(client: ClientId, key: &str, now: Timestamp) -> Role {
    Role {
        id: RoleId::generate(now),
        client_id: client,
        role_key: key.to_owned(),
        name: String::new(),
        description: None,
        permissions: PermissionSet::default(),
        preset: false,
        role_group: None,
        level: 0,
        active: true,
        expires_at: None,
        created_at: now,
        updated_at: now,
    }
}

fn read_key(findings: &mut Findings, key: &str) {
    if Preset::ALL.iter().any(|preset| preset.key() == key) {
        findings.add("key", "preset", "this role is there already and fixed; copy it under another key to change it");
    }
    findings.value("key", role::parse_key(key));
}

fn fill(findings: &mut Findings, role: &mut Role, fields: &RoleFields, now: Timestamp) {
    let label = |text: &str| Label::parse(text).map(Label::into_string);
    findings.required(&mut role.name, "name", fields.name.as_ref(), label);
    findings.optional(&mut role.description, "description", fields.description.as_ref(), fallback::parse_response);
    findings.optional(&mut role.role_group, "group", fields.group.as_ref(), label);
    if let Some(level) = fields.level.and_then(|level| findings.value("level", role::parse_level(level))) {
        role.level = i32::from(level);
    }
    findings.expiry(&mut role.expires_at, fields.expires_at.as_ref(), now);
    role.active = fields.active.unwrap_or(role.active);
    if let Some(permissions) = read_permissions(findings, fields) {
        role.permissions = PermissionSet::of(permissions);
    }
}

fn read_permissions(findings: &mut Findings, fields: &RoleFields) -> Option<Permissions> {
    let mut permissions = Permissions::NONE;
    for (index, text) in fields.permissions.as_ref()?.iter().enumerate() {
        match Permission::parse(text).filter(|permission| permission.is_for_roles()) {
            Some(permission) => permissions.insert(permission),
            None => findings.add(
                &format!("permissions[{index}]"),
                "unknown_permission",
                "give a permission of roles, such as domains:read",
            ),
        }
    }
    Some(permissions)
}

fn refuse_preset(role: &Role) -> Result<(), Error> {
    if !role.preset {
        return Ok(());
    }
    Err(is_preset(&role.role_key))
}

fn is_preset(key: &str) -> Error {
    Error::conflict("preset", format!("the role {key:?} is fixed; copy it under another key to change it"))
}

fn facts(role: &Role) -> Value {
    json!({
        "key": role.role_key,
        "name": role.name,
        "description": role.description,
        "permissions": role.permissions.texts().collect::<Vec<_>>(),
        "group": role.role_group,
        "level": role.level,
        "expires_at": role.expires_at,
        "active": role.active,
    })
}
