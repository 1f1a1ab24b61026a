//! Roles in a client's organisation: the presets that each client starts with, and its own.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Value, json};

use super::change::Change;
use super::client_context::ClientContext;
use super::fields::{Expected, same_version};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::clock::Timestamp;
use crate::contract::role::{Level, NewRole, RoleSettings, RoleView};
use crate::contract::{Input, New, Patch};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::organisation::{self, Denied, Rank, Span};
use crate::gate::permission::{Membership, Permission, Preset};
use crate::id::{ClientId, RoleId};
use crate::model::label::Label;
use crate::model::permission_set::PermissionSet;
use crate::model::role::RoleKey;
use crate::model::text::LongText;
use crate::state::Core;
use crate::store::tables::members;
use crate::store::tables::roles::{self, Role};
use crate::text;
use crate::text::Text;

/// Which roles to list.
#[derive(Clone, Copy, Debug)]
pub struct RolePage<'p> {
    /// Those in the group of this name.
    pub group: Option<&'p str>,
    /// Those after this one.
    pub after: Option<RoleId>,
    /// At most so many.
    pub limit: i64,
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

/// The roles of a client, oldest first.
///
/// # Errors
/// [`Error::Invalid`] for what can't be the name of a group; those of [`runner`]; the database's.
pub async fn list(core: &Core, caller: &Caller, client: ClientId, page: RolePage<'_>) -> Result<Vec<RoleView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::RolesRead)).await?;
    let group = page.group.map(Label::parse).transpose().map_err(|issue| Error::Invalid(vec![issue.at("group")]))?;
    let group = group.as_ref().map(Label::as_str);
    let found = roles::page(&mut reading.conn, client, group, page.after, page.limit).await?;
    Ok(found.into_iter().map(view).collect())
}

/// How many memberships each role of the client has; one that nobody has is left out.
///
/// # Errors
/// Those of [`runner`] for `members:read`; the database's.
pub async fn members(core: &Core, caller: &Caller, client: ClientId) -> Result<HashMap<RoleId, i64>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::MembersRead)).await?;
    Ok(members::count_by_role(&mut reading.conn, client).await?.into_iter().collect())
}

/// One role.
///
/// # Errors
/// [`Error::NotFound`]; those of [`runner`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: RoleId) -> Result<RoleView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::RolesRead)).await?;
    find(&mut reading.conn, client, id).await.map(view)
}

/// Makes a role of the client's own. Without a key it gets one made of its name.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `preset` or `key_taken`; [`Error::Refused`]
/// `level_too_low` or `permission_not_held`; those of [`runner`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Input<NewRole>,
) -> Result<Done<RoleView>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::RolesCreate), async move |change: &mut Change<'_>| {
        let by = change.access()?.membership.clone();
        let New { once, settings } = change.take(new)?;
        let taken = roles::of_client(change.conn, client).await?;
        let taken: BTreeSet<&str> = taken.iter().map(|role| role.role_key.as_str()).collect();
        let key = once.key.unwrap_or_else(|| free_key(settings.name.as_str(), &taken));
        if key.is_preset() {
            return Err(Error::Conflict(text!("preset", key = key.as_str())));
        }
        if taken.contains(key.as_str()) {
            return Err(Error::Conflict(text!("key_taken", key = key.as_str())));
        }
        insert(change, client, (key, settings), Some(&by)).await.map(view)
    })
    .await
}

/// Changes a role of the client's own. `expected`: the `updated_at` it must still have.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; [`Error::Conflict`] `preset`; [`Error::Invalid`] with all bad
/// fields; [`Error::Refused`] `level_too_low` or `permission_not_held`; those of [`runner`]; the database's.
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, RoleId),
    patch: Patch<RoleSettings>,
    expected: Expected,
) -> Result<Done<RoleView>, Error> {
    runner::change(
        core,
        caller,
        Ask::LapsedClient(client, Permission::RolesUpdate),
        async move |change: &mut Change<'_>| {
            let by = change.access()?.membership.clone();
            let old = find(change.conn, client, id).await?;
            same_version(expected, old.updated_at)?;
            change.entitled_unless(patch.only_switches_off(&settings(&old), &["active"]))?;
            apply(change, old, patch, Some(&by)).await.map(view)
        },
    )
    .await
}

/// Deletes a role of the client's own that no member has.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; [`Error::Conflict`] `preset` or `role_in_use`; [`Error::Refused`]
/// `level_too_low`; those of [`runner`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, RoleId),
    expected: Expected,
) -> Result<Done<()>, Error> {
    runner::change(core, caller, Ask::Client(client, Permission::RolesDelete), async move |change: &mut Change<'_>| {
        let by = change.access()?.membership.clone();
        let role = find(change.conn, client, id).await?;
        same_version(expected, role.updated_at)?;
        remove(change, role, Some(&by)).await
    })
    .await
}

/// Makes a role of the client's own. `by`: whose standing limits it; nobody's, when the operator makes it.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Refused`]; the database's.
pub(crate) async fn insert(
    change: &mut Change<'_>,
    client: ClientId,
    (key, settings): (RoleKey, RoleSettings),
    by: Option<&Membership>,
) -> Result<Role, Error> {
    let role = with_settings(change, blank(client, key.as_str(), change.now), settings);
    change.sound()?;
    if let Some(by) = by {
        organisation::may_create_role(by, &rank(&role)).map_err(denied)?;
    }
    if let Some(group) = &role.role_group {
        roles::ensure_group(change.conn, client, group).await?;
    }
    roles::insert(change.conn, &role).await?;
    change.created(Some(client), "role.created", (role.id, key.as_str()), facts(&role));
    Ok(role)
}

/// Changes a role of the client's own. `by`: as for [`insert`].
///
/// # Errors
/// [`Error::Conflict`] `preset`, [`Error::Invalid`]; [`Error::Refused`]; the database's.
pub(crate) async fn apply(
    change: &mut Change<'_>,
    old: Role,
    patch: Patch<RoleSettings>,
    by: Option<&Membership>,
) -> Result<Role, Error> {
    let wanted = change.take(patch.apply(&settings(&old)))?;
    refuse_preset(&old)?;
    let mut role = with_settings(change, old.clone(), wanted);
    change.sound()?;
    if let Some(by) = by {
        organisation::may_change_role(by, &rank(&old), &rank(&role)).map_err(denied)?;
    }
    let told = (facts(&old), facts(&role));
    if change.updated(Some(role.client_id), "role.updated", (role.id, &role.role_key), told) {
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
        return Err(Error::Conflict(text!("role_in_use", key = role.role_key)));
    }
    roles::delete(change.conn, role.id).await?;
    change.deleted(Some(role.client_id), "role.deleted", (role.id, &role.role_key), facts(&role));
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

/// Why somebody at this place in a client can't give anybody this role of it; `None` when they can.
pub fn why_not_to_give(by: &ClientContext, role: &RoleView) -> Option<Text> {
    organisation::may_appoint(&by.membership(), &shown_rank(role)).err().map(reason)
}

/// Why somebody at this place in a client can't change this role of it; `None` when they can.
pub fn why_not_to_change(by: &ClientContext, role: &RoleView) -> Option<Text> {
    if role.key.is_preset() {
        return Some(text!("preset", key = role.key.as_str()));
    }
    organisation::may_remove_role(&by.membership(), &shown_rank(role)).err().map(reason)
}

/// A role, as it decides, by what is shown of it.
fn shown_rank(role: &RoleView) -> Rank {
    let RoleSettings { permissions, level, expires_at, active, .. } = &role.settings;
    Rank {
        level: u8::try_from(level.get()).unwrap_or_default(),
        owner: role.key.as_str() == Preset::Owner.key(),
        permissions: permissions.iter().map(|permission| permission.permission()).collect(),
        span: Span::of(*active, *expires_at),
    }
}

/// What the caller is told.
pub(crate) fn denied(why: Denied) -> Error {
    match why {
        Denied::LevelTooLow | Denied::OwnersOnly | Denied::PermissionNotHeld(_) => Error::Refused(reason(why)),
        Denied::LastOwner | Denied::NoLastingOwner => Error::Conflict(reason(why)),
    }
}

fn reason(why: Denied) -> Text {
    match why {
        Denied::LevelTooLow => text!("level_too_low"),
        Denied::OwnersOnly => text!("owner"),
        Denied::PermissionNotHeld(permission) => text!("permission_not_held", permission = permission.text()),
        Denied::LastOwner => text!("last_owner"),
        Denied::NoLastingOwner => text!("not_an_owner"),
    }
}

/// What is set of a role. Permissions that only a later version of the program knows are not among it.
pub(crate) fn settings(role: &Role) -> RoleSettings {
    RoleSettings {
        name: Label::stored(role.name.clone()),
        description: role.description.clone().map(LongText::stored),
        permissions: role.permissions.of_roles(),
        group: role.role_group.clone().map(Label::stored),
        level: Level::of(role.level.into()),
        expires_at: role.expires_at,
        active: role.active,
    }
}

/// A key of this name's letters and digits that no role has yet.
fn free_key(name: &str, taken: &BTreeSet<&str>) -> RoleKey {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: String = letters.collect();
    let words = words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    let stem: String = if words.is_empty() { "role".to_owned() } else { words.chars().take(30).collect() };
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}"));
    let mut keys = std::iter::once(stem.clone()).chain(numbered).map(RoleKey::stored);
    keys.find(|key| !taken.contains(key.as_str()) && !key.is_preset()).unwrap_or(RoleKey::stored(stem.clone()))
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

/// The role with these settings; a bad end is noted.
fn with_settings(change: &mut Change<'_>, role: Role, wanted: RoleSettings) -> Role {
    let permissions = match role.permissions.of_roles() == wanted.permissions {
        true => role.permissions,
        false => PermissionSet::of_role(&wanted.permissions),
    };
    Role {
        name: wanted.name.into_string(),
        description: wanted.description.map(LongText::into_string),
        permissions,
        role_group: wanted.group.map(Label::into_string),
        level: i32::try_from(wanted.level.get()).unwrap_or_default(),
        expires_at: change.expiry(role.expires_at, wanted.expires_at),
        active: wanted.active,
        ..role
    }
}

fn refuse_preset(role: &Role) -> Result<(), Error> {
    if role.preset { Err(Error::Conflict(text!("preset", key = &role.role_key))) } else { Ok(()) }
}

fn view(role: Role) -> RoleView {
    let settings = settings(&role);
    RoleView { id: role.id, key: RoleKey::stored(role.role_key), settings, updated_at: role.updated_at }
}

/// What is audited of a role.
fn facts(role: &Role) -> Value {
    let mut facts = json!(settings(role));
    facts["key"] = json!(role.role_key);
    facts
}
