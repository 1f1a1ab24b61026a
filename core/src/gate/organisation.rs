//! Who may manage which roles and members (SPEC §2.6).
//!
//! Two things keep an organisation in the hands of those it was given to: nobody touches what is not below them, and
//! nobody gives what they do not hold. Owners stand beside each other, so they manage owners too; one always remains.

use super::permission::{Membership, Permission};
use crate::clock::Timestamp;
use crate::id::UserId;
use crate::model::permissions::Permissions;

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// The role, or the member's, is not below the caller's own.
    LevelTooLow,
    /// It is for owners to do.
    OwnersOnly,
    /// It would give a permission that the caller does not hold.
    PermissionNotHeld(Permission),
    /// It would leave the client without an owner, now or when a membership ends.
    LastOwner,
    /// It is for an owner whose place has no end, and this member is none.
    NoLastingOwner,
}

/// For how long something grants. The later ones grant more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// Not at all: it is switched off.
    Nothing,
    /// Until this moment.
    Until(Timestamp),
    /// For good.
    Always,
}

/// A role, as it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// 0 to 100.
    pub level: u8,
    /// It is the preset of owners.
    pub owner: bool,
    /// What it permits.
    pub permissions: Permissions,
    /// For how long.
    pub span: Span,
}

/// A member's place: a role, and for how long they have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat<'r> {
    /// The role.
    pub rank: &'r Rank,
    /// For how long they have it; nothing about the role's own end.
    pub span: Span,
}

/// An owner who could take over the client's bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heir {
    /// Who.
    pub user: UserId,
    /// Since when they belong to the client.
    pub since: Timestamp,
    /// Whether their plan entitles them to clients.
    pub entitled: bool,
}

impl Span {
    /// Of something that is on or off, and may have an end.
    pub fn of(active: bool, expires_at: Option<Timestamp>) -> Self {
        match (active, expires_at) {
            (false, _) => Self::Nothing,
            (true, Some(end)) => Self::Until(end),
            (true, None) => Self::Always,
        }
    }
}

/// Whether the caller may make this role.
///
/// # Errors
/// [`Denied::LevelTooLow`], [`Denied::PermissionNotHeld`].
pub fn may_create_role(by: &Membership, role: &Rank) -> Result<(), Denied> {
    below(by, role)?;
    holds(by, role.permissions)
}

/// Whether the caller may make this of a role. What the role permits already is given anew only when it comes to last
/// longer.
///
/// # Errors
/// As [`may_create_role`].
pub fn may_change_role(by: &Membership, old: &Rank, new: &Rank) -> Result<(), Denied> {
    below(by, old)?;
    below(by, new)?;
    if new.span > old.span {
        return holds(by, new.permissions);
    }
    holds(by, new.permissions.difference(old.permissions))
}

/// Whether the caller may remove this role.
///
/// # Errors
/// [`Denied::LevelTooLow`].
pub fn may_remove_role(by: &Membership, role: &Rank) -> Result<(), Denied> {
    below(by, role)
}

/// Whether the caller may give somebody this role.
///
/// # Errors
/// As [`may_create_role`].
pub fn may_appoint(by: &Membership, role: &Rank) -> Result<(), Denied> {
    manages(by, role)?;
    holds(by, role.permissions)
}

/// Whether the caller may make this of a member's place.
///
/// # Errors
/// As [`may_create_role`].
pub fn may_change_member(by: &Membership, old: Seat<'_>, new: Seat<'_>) -> Result<(), Denied> {
    manages(by, old.rank)?;
    manages(by, new.rank)?;
    if new.rank != old.rank || new.span > old.span { holds(by, new.rank.permissions) } else { Ok(()) }
}

/// Whether the caller may remove a member who has this role.
///
/// # Errors
/// [`Denied::LevelTooLow`].
pub fn may_remove_member(by: &Membership, role: &Rank) -> Result<(), Denied> {
    manages(by, role)
}

/// Whether an owner remains. `was` and `is`: whether the member is an owner for good before and after; `others`: how many
/// further ones there are. An owner whose membership ends is none to rest on.
///
/// # Errors
/// [`Denied::LastOwner`].
pub const fn owner_remains(was: bool, is: bool, others: usize) -> Result<(), Denied> {
    if was && !is && others == 0 { Err(Denied::LastOwner) } else { Ok(()) }
}

/// Whether the caller may hand the client's bill to another owner: owners may.
///
/// # Errors
/// [`Denied::OwnersOnly`].
pub const fn may_hand_bill(by: &Membership) -> Result<(), Denied> {
    if by.owner { Ok(()) } else { Err(Denied::OwnersOnly) }
}

/// Whether it may be handed to this member: to an owner for good.
///
/// # Errors
/// [`Denied::NoLastingOwner`].
pub fn may_take_bill(to: Seat<'_>) -> Result<(), Denied> {
    if to.rank.owner && to.span == Span::Always { Ok(()) } else { Err(Denied::NoLastingOwner) }
}

/// Who takes over the bill: the longest-standing owner whose plan entitles, else the longest-standing.
pub fn successor(owners: &[Heir]) -> Option<UserId> {
    let first = owners.iter().min_by_key(|heir| (!heir.entitled, heir.since, heir.user));
    first.map(|heir| heir.user)
}

fn below(by: &Membership, role: &Rank) -> Result<(), Denied> {
    if role.level < by.level && !role.owner { Ok(()) } else { Err(Denied::LevelTooLow) }
}

/// What is below the caller, and for an owner the owners.
fn manages(by: &Membership, role: &Rank) -> Result<(), Denied> {
    if by.owner && role.owner { Ok(()) } else { below(by, role) }
}

fn holds(by: &Membership, given: Permissions) -> Result<(), Denied> {
    let lacking = given.difference(by.permissions).iter().next();
    lacking.map_or(Ok(()), |permission| Err(Denied::PermissionNotHeld(permission)))
}

#[cfg(test)]
mod tests;
