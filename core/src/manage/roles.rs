//! Roles in a client's organisation: the presets that each client starts with, and its own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change::Change;
use super::fields::Findings;
use crate::clock::Timestamp;
use crate::error::{Error, FieldError};
use crate::gate::permission::{Permission, Preset};
use crate::id::{ClientId, RoleId};
use crate::model::label::Label;
use crate::model::permission_set::PermissionSet;
use crate::model::{fallback, role};
use crate::store::members;
use crate::store::roles::{self, Role};

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
            permissions: PermissionSet::of(&preset.permissions()),
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

/// Makes a role of the client's own.
///
/// # Errors
/// [`Error::Invalid`]; the database's.
pub(crate) async fn create(
    change: &mut Change<'_>,
    client: ClientId,
    key: &str,
    fields: &RoleFields,
) -> Result<Role, Error> {
    let mut findings = Findings::default();
    let mut role = blank(client, key, change.now);
    read_key(&mut findings, key);
    if fields.name.is_none() {
        findings.add("name", "required", "give the role a name");
    }
    fill(&mut findings, &mut role, fields, change.now);
    findings.none()?;
    if let Some(group) = &role.role_group {
        roles::ensure_group(change.conn, client, group).await?;
    }
    roles::insert(change.conn, &role).await?;
    change.created(Some(client), "role.created", role.id, key, facts(&role));
    Ok(role)
}

/// Changes a role of the client's own.
///
/// # Errors
/// [`Error::Conflict`] `preset`, [`Error::Invalid`]; the database's.
pub(crate) async fn update(change: &mut Change<'_>, old: Role, fields: &RoleFields) -> Result<Role, Error> {
    refuse_preset(&old)?;
    let mut findings = Findings::default();
    let mut role = old.clone();
    fill(&mut findings, &mut role, fields, change.now);
    findings.none()?;
    let told = (facts(&old), facts(&role));
    if change.updated(Some(role.client_id), "role.updated", role.id, &role.role_key, told) {
        role.updated_at = change.now;
        if let Some(group) = &role.role_group {
            roles::ensure_group(change.conn, role.client_id, group).await?;
        }
        roles::update(change.conn, &role).await?;
    }
    Ok(role)
}

/// Deletes a role of the client's own that no member has.
///
/// # Errors
/// [`Error::Conflict`] `preset` or `role_in_use`; the database's.
pub(crate) async fn delete(change: &mut Change<'_>, role: Role) -> Result<(), Error> {
    refuse_preset(&role)?;
    let members = members::of_client(change.conn, role.client_id).await?;
    if members.iter().any(|member| member.role_id == role.id) {
        let message = format!("members have the role {:?}: give them another one first", role.role_key);
        return Err(Error::Conflict { code: "role_in_use", message });
    }
    roles::delete(change.conn, role.id).await?;
    change.deleted(Some(role.client_id), "role.deleted", role.id, &role.role_key, facts(&role));
    Ok(())
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
        role.permissions = PermissionSet::of(&permissions);
    }
}

fn read_permissions(findings: &mut Findings, fields: &RoleFields) -> Option<BTreeSet<Permission>> {
    let mut permissions = BTreeSet::new();
    for (index, text) in fields.permissions.as_ref()?.iter().enumerate() {
        match Permission::parse(text).filter(|permission| permission.is_for_roles()) {
            Some(permission) => drop(permissions.insert(permission)),
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
    let message = format!("the role {:?} is fixed; copy it under another key to change it", role.role_key);
    Err(Error::Conflict { code: "preset", message })
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
