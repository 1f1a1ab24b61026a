use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

use super::super::permission::{Membership, Permission, Preset};
use super::super::tests::{NOW, days};
use super::*;

fn rank(preset: Preset) -> Rank {
    let owner = preset == Preset::Owner;
    Rank { level: preset.level(), owner, permissions: preset.permissions(), span: Span::Always }
}

fn holder(rank: &Rank) -> Membership {
    Membership { level: rank.level, owner: rank.owner, permissions: rank.permissions, active: true, expires_at: None }
}

fn custom(level: u8, permissions: &[Permission]) -> Rank {
    Rank { level, owner: false, permissions: permissions.iter().copied().collect(), span: Span::Always }
}

/// What is tried, and what becomes of it for two callers.
type Row = (&'static str, Result<(), Denied>, Result<(), Denied>);

#[test]
fn the_bill_goes_from_an_owner_to_an_owner_for_good() {
    let (owners, admins) = (rank(Preset::Owner), rank(Preset::Admin));
    assert_eq!(may_hand_bill(&holder(&owners)), Ok(()));
    assert_eq!(may_hand_bill(&holder(&admins)), Err(Denied::OwnersOnly));
    let rows = [
        (&owners, Span::Always, Ok(())),
        (&admins, Span::Always, Err(Denied::NoLastingOwner)),
        (&owners, Span::Until(NOW.after(days(1))), Err(Denied::NoLastingOwner)),
        (&owners, Span::Nothing, Err(Denied::NoLastingOwner)),
    ];
    for (rank, span, expected) in rows {
        assert_eq!(may_take_bill(Seat { rank, span }), expected, "{rank:?} {span:?}");
    }
}

#[test]
fn mg_04_nobody_makes_or_changes_a_role_that_is_not_below_them() {
    use Denied::{LevelTooLow, PermissionNotHeld};
    use Permission::{ClientDelete, ClientRead, SecretsCreate};
    let (owner, admin) = (holder(&rank(Preset::Owner)), holder(&rank(Preset::Admin)));
    let low = custom(20, &[ClientRead]);
    let rows: [Row; _] = [
        ("below", may_create_role(&admin, &low), Ok(())),
        ("as high", may_create_role(&admin, &custom(80, &[])), Err(LevelTooLow)),
        ("higher", may_create_role(&admin, &custom(81, &[])), Err(LevelTooLow)),
        ("as high as owners", may_create_role(&owner, &custom(100, &[])), Err(LevelTooLow)),
        ("not held", may_create_role(&admin, &custom(20, &[ClientDelete])), Err(PermissionNotHeld(ClientDelete))),
        ("raised", may_change_role(&admin, &low, &custom(80, &[ClientRead])), Err(LevelTooLow)),
        ("the one they hold", may_change_role(&admin, &rank(Preset::Admin), &low), Err(LevelTooLow)),
        (
            "widened",
            may_change_role(&admin, &low, &custom(20, &[ClientRead, ClientDelete])),
            Err(PermissionNotHeld(ClientDelete)),
        ),
        // What others gave stays when something else changes, but is not switched on again.
        (
            "lowered",
            may_change_role(&admin, &custom(20, &[ClientDelete]), &custom(10, &[ClientDelete, SecretsCreate])),
            Ok(()),
        ),
        (
            "revived",
            may_change_role(
                &admin,
                &Rank { span: Span::Nothing, ..custom(20, &[ClientDelete]) },
                &custom(20, &[ClientDelete]),
            ),
            Err(PermissionNotHeld(ClientDelete)),
        ),
        ("removed", may_remove_role(&admin, &low), Ok(())),
        ("removed, as high", may_remove_role(&admin, &custom(80, &[])), Err(LevelTooLow)),
    ];
    for (what, given, expected) in rows {
        assert_eq!(given, expected, "{what}");
    }
}

#[test]
fn mg_04_nobody_appoints_or_removes_whom_they_do_not_stand_above() {
    use Denied::{LevelTooLow, PermissionNotHeld};
    let [owner, admin, developer, viewer] = Preset::ALL.map(rank);
    let seat = |rank| Seat { rank, span: Span::Always };
    let ending = |rank| Seat { rank, span: Span::Until(NOW.after(days(1))) };
    let (by_owner, by_admin) = (holder(&owner), holder(&admin));
    let narrow = by_owner.clone().narrowed_to(Permissions::from_iter([Permission::MembersCreate]));
    let strange = custom(20, &[Permission::ClientDelete]);
    let not_held = Err(PermissionNotHeld(Permission::ClientDelete));
    let rows: [Row; _] = [
        ("an owner appoints an owner", may_appoint(&by_owner, &owner), Ok(())),
        ("an owner's token does not", may_appoint(&narrow, &owner).map_err(|_| LevelTooLow), Err(LevelTooLow)),
        ("an admin does not", may_appoint(&by_admin, &owner), Err(LevelTooLow)),
        ("nor another admin", may_appoint(&by_admin, &admin), Err(LevelTooLow)),
        ("but a developer", may_appoint(&by_admin, &developer), Ok(())),
        ("what is not held", may_appoint(&by_admin, &strange), not_held),
        ("demoting an owner", may_change_member(&by_owner, seat(&owner), seat(&viewer)), Ok(())),
        ("demoting above", may_change_member(&by_admin, seat(&owner), seat(&viewer)), Err(LevelTooLow)),
        ("promoting to one's own", may_change_member(&by_admin, seat(&viewer), seat(&admin)), Err(LevelTooLow)),
        ("oneself", may_change_member(&by_admin, seat(&admin), ending(&admin)), Err(LevelTooLow)),
        ("shortening", may_change_member(&by_admin, seat(&strange), ending(&strange)), Ok(())),
        ("prolonging what is not held", may_change_member(&by_admin, ending(&strange), seat(&strange)), not_held),
        ("removing an owner", may_remove_member(&by_admin, &owner), Err(LevelTooLow)),
        ("an owner removes an owner", may_remove_member(&by_owner, &owner), Ok(())),
    ];
    for (what, given, expected) in rows {
        assert_eq!(given, expected, "{what}");
    }
}

#[test]
fn the_longest_standing_owner_whose_plan_entitles_takes_over() {
    let heir = |days_ago, entitled| Heir { user: UserId::generate(), since: NOW.before(days(days_ago)), entitled };
    let (first, paying, later) = (heir(9, false), heir(5, true), heir(3, true));
    assert_eq!(successor(&[later, first, paying]), Some(paying.user));
    assert_eq!(successor(&[heir(1, false), first]), Some(first.user));
    assert_eq!(successor(&[]), None);
}

/// What somebody tries.
#[derive(Clone, Debug)]
enum Try {
    Create(u8, Vec<Permission>),
    Change(Index, u8, Vec<Permission>, bool),
    Remove(Index),
    Invite(Index),
    Appoint(Index, Index, bool),
    Dismiss(Index),
    Leave,
}

fn some_permissions() -> impl Strategy<Value = Vec<Permission>> {
    let all: Vec<Permission> = Permission::ALL.iter().copied().filter(|one| one.is_for_roles()).collect();
    subsequence(all, 0..6)
}

fn tries() -> impl Strategy<Value = Vec<(Index, Try)>> {
    let one = prop_oneof![
        (0..=100_u8, some_permissions()).prop_map(|(level, held)| Try::Create(level, held)),
        (any::<Index>(), 0..=100_u8, some_permissions(), any::<bool>())
            .prop_map(|(role, level, held, on)| Try::Change(role, level, held, on)),
        any::<Index>().prop_map(Try::Remove),
        any::<Index>().prop_map(Try::Invite),
        (any::<Index>(), any::<Index>(), any::<bool>())
            .prop_map(|(member, role, ends)| Try::Appoint(member, role, ends)),
        any::<Index>().prop_map(Try::Dismiss),
        Just(Try::Leave),
    ];
    prop::collection::vec((any::<Index>(), one), 1..40)
}

/// An organisation: roles, and members with their role and whether their place ends one day.
#[derive(Clone, Debug)]
struct Organisation {
    roles: BTreeMap<usize, Rank>,
    members: BTreeMap<usize, (usize, bool)>,
    next: usize,
}

impl Organisation {
    fn new() -> Self {
        let roles = Preset::ALL.into_iter().map(rank).enumerate().collect();
        Self { roles, members: [(0, (0, false)), (1, (1, false)), (2, (2, false))].into(), next: 10 }
    }

    fn held(&self, member: usize) -> (u8, Permissions) {
        let Some((role, _)) = self.members.get(&member) else { return (0, Permissions::NONE) };
        let rank = &self.roles[role];
        if rank.span == Span::Nothing { (0, Permissions::NONE) } else { (rank.level, rank.permissions) }
    }

    fn owners(&self) -> usize {
        self.members.values().filter(|(role, ends)| self.roles[role].owner && !ends).count()
    }

    fn seat(&self, member: usize) -> Seat<'_> {
        let (role, ends) = self.members[&member];
        Seat { rank: &self.roles[&role], span: if ends { Span::Until(NOW.after(days(1))) } else { Span::Always } }
    }

    /// Puts a member where they shall be, when an owner remains.
    fn place(&mut self, member: usize, place: Option<(usize, bool)>) {
        let lasting = |place: Option<&(usize, bool)>| place.is_some_and(|(role, ends)| self.roles[role].owner && !ends);
        let (was, is) = (lasting(self.members.get(&member)), lasting(place.as_ref()));
        if owner_remains(was, is, self.owners() - usize::from(was)).is_err() {
            return;
        }
        match place {
            Some(place) => drop(self.members.insert(member, place)),
            None => drop(self.members.remove(&member)),
        }
    }

    /// Does what is tried, as far as it is allowed.
    fn attempt(&mut self, actor: usize, what: &Try) {
        let rank = self.roles[&self.members[&actor].0].clone();
        let by = Membership { active: rank.span != Span::Nothing, ..holder(&rank) };
        if !by.active && !matches!(what, Try::Leave) {
            return;
        }
        let role_at = |index: &Index| *index.get(&self.roles.keys().copied().collect::<Vec<_>>());
        let member_at = |index: &Index| *index.get(&self.members.keys().copied().collect::<Vec<_>>());
        self.next += 1;
        match what {
            Try::Create(level, held) => {
                let role = custom(*level, held);
                if may_create_role(&by, &role).is_ok() {
                    self.roles.insert(self.next, role);
                }
            }
            Try::Change(index, level, held, on) => {
                let at = role_at(index);
                let span = if *on { Span::Always } else { Span::Nothing };
                let new = Rank { span, ..custom(*level, held) };
                // Presets are fixed.
                if at >= Preset::ALL.len() && may_change_role(&by, &self.roles[&at], &new).is_ok() {
                    self.roles.insert(at, new);
                }
            }
            Try::Remove(index) => {
                let at = role_at(index);
                let used = self.members.values().any(|(role, _)| *role == at);
                if at >= Preset::ALL.len() && !used && may_remove_role(&by, &self.roles[&at]).is_ok() {
                    self.roles.remove(&at);
                }
            }
            Try::Invite(index) => {
                let role = role_at(index);
                if may_appoint(&by, &self.roles[&role]).is_ok() {
                    self.members.insert(self.next, (role, false));
                }
            }
            Try::Appoint(member, role, ends) => {
                let (member, role) = (member_at(member), role_at(role));
                let span = if *ends { Span::Until(NOW.after(days(1))) } else { Span::Always };
                let new = Seat { rank: &self.roles[&role], span };
                if may_change_member(&by, self.seat(member), new).is_ok() {
                    self.place(member, Some((role, *ends)));
                }
            }
            Try::Dismiss(member) => {
                let member = member_at(member);
                if may_remove_member(&by, self.seat(member).rank).is_ok() {
                    self.place(member, None);
                }
            }
            Try::Leave => self.place(actor, None),
        }
    }
}

proptest! {
    /// Everybody may everything but what these rules forbid: whatever they try, nobody gets more than whoever gave it has,
    /// nobody gets more by what they do themselves, and an owner remains.
    #[test]
    fn mg_04_mg_05_no_sequence_of_changes_gives_what_nobody_above_held_or_loses_the_last_owner(tries in tries()) {
        let mut now = Organisation::new();
        for (actor, what) in tries {
            let actor = *actor.get(&now.members.keys().copied().collect::<Vec<_>>());
            let before = now.clone();
            now.attempt(actor, &what);
            prop_assert!(now.owners() >= 1, "{what:?} leaves no owner");
            let (level, held) = before.held(actor);
            let by_owner = before.roles[&before.members[&actor].0].owner;
            for member in now.members.keys().copied() {
                let (had, has) = (before.held(member), now.held(member));
                let gained = has.1.difference(had.1);
                prop_assert!(gained.difference(held).is_empty(), "{what:?} gives {gained:?}");
                prop_assert!(has.0 <= had.0 || has.0 < level || (by_owner && has.0 == level), "{what:?} raises");
                prop_assert!(member != actor || gained.is_empty(), "{what:?} gives {gained:?} to themselves");
            }
        }
    }
}
