//! The roles, members, requests and verifications of a client in a file.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;
use crate::gate::permission::Preset;
use crate::id::{ClientId, DomainId, RoleId};
use crate::manage::requests::Asked;
use crate::manage::{members, requests, roles, verifications};
use crate::model::scope::ScopeSet;
use crate::model::verification::VerificationStatus;
use crate::provision::apply::Work;
use crate::provision::file::{ClientEntry, VerificationEntry};
use crate::store;
use crate::store::clients::Client;
use crate::store::domains::Domain;
use crate::store::members::Member;
use crate::store::profiles;

/// Brings roles and members to what the file says.
pub(super) async fn bring(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<(), Error> {
    let known = store::roles::of_client(work.change.conn, client.id).await?;
    for role in entry.roles.as_deref().unwrap_or_default() {
        let brought = match known.iter().find(|known| known.role_key == role.key) {
            Some(known) => roles::apply(&mut work.change, known.clone(), &role.fields, None).await,
            None => roles::insert(&mut work.change, client.id, &role.key, &role.fields, None).await,
        };
        work.judge(&role.path, brought)?;
    }
    bring_members(work, client, entry).await?;
    let Some(entries) = &entry.roles else { return Ok(()) };
    for role in known {
        if !role.preset && !entries.iter().any(|entry| entry.key == role.role_key) {
            let deleted = roles::remove(&mut work.change, role, None).await;
            work.judge(&format!("{}.roles", entry.path), deleted)?;
        }
    }
    Ok(())
}

/// The billing owner stays an owner whatever the list says: `owner` is what names them.
async fn bring_members(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<(), Error> {
    let Some(entries) = &entry.members else { return Ok(()) };
    let roles: BTreeMap<String, RoleId> = store::roles::of_client(work.change.conn, client.id)
        .await?
        .into_iter()
        .map(|role| (role.role_key, role.id))
        .collect();
    let key_of = |id: RoleId| roles.iter().find(|(_, role)| **role == id).map_or("", |(key, _)| key.as_str());
    let mut held: BTreeMap<String, Member> = BTreeMap::new();
    for member in store::members::of_client(work.change.conn, client.id).await? {
        let account = match member.user_id {
            Some(user) => profiles::find(work.change.conn, user).await?,
            None => None,
        };
        held.insert(account.map_or_else(|| member.email_key.clone(), |account| account.email_key), member);
    }
    for member in entries {
        let Some(role) = roles.get(&member.role).copied() else {
            let known = roles.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let message = format!("there is no role {:?}; the client has: {known}", member.role);
            work.refuse(&format!("{}.role", member.path), "unknown_role", message);
            continue;
        };
        let role = (role, member.role.as_str());
        let brought = match held.remove(member.email.key()) {
            Some(known) if is_owner(client, &known) => {
                if member.role != Preset::Owner.key() {
                    let message = "the account that owns the client keeps the role \"owner\"";
                    work.refuse(&format!("{}.role", member.path), "last_owner", message);
                }
                continue;
            }
            Some(known) => {
                let old_key = key_of(known.role_id);
                members::apply(&mut work.change, known, old_key, role, &member.fields).await
            }
            None => members::insert(&mut work.change, client.id, &member.email, role, &member.fields).await,
        };
        work.judge(&member.path, brought)?;
    }
    for member in held.into_values().filter(|member| !is_owner(client, member)) {
        let key = key_of(member.role_id);
        members::remove(&mut work.change, member, key).await?;
    }
    Ok(())
}

fn is_owner(client: &Client, member: &Member) -> bool {
    member.user_id.is_some() && member.user_id == client.billing_owner
}

/// Brings requests to what the file says; those that it does not name are taken back.
pub(super) async fn bring_requests(work: &mut Work<'_>, client: ClientId, entry: &ClientEntry) -> Result<(), Error> {
    let Some(entries) = &entry.requests else { return Ok(()) };
    let roots = roots(work, client).await?;
    let mut asked = Vec::with_capacity(entries.len());
    for request in entries {
        let domain = match &request.domain {
            Some(root) => match roots.get(root.as_str()) {
                Some(domain) => Some(domain.id),
                None => {
                    let message = format!("the client has no domain {root}");
                    work.refuse(&format!("{}.domain", request.path), "unknown_domain", message);
                    continue;
                }
            },
            None => None,
        };
        let scopes: ScopeSet = request.scopes.iter().map(String::as_str).collect();
        let email_key = request.email.key().to_owned();
        asked.push((request, Asked { kind: request.kind, email_key, domain, scopes }));
    }
    for standing in store::requests::standing(work.change.conn, client, work.change.now).await? {
        if !asked.iter().any(|(_, asked)| Asked::of(&standing) == *asked) {
            requests::withdraw(&mut work.change, standing).await?;
        }
    }
    for (request, asked) in asked {
        let brought = requests::set(&mut work.change, client, &request.email, &asked, &request.fields).await;
        work.judge(&request.path, brought)?;
    }
    Ok(())
}

/// Takes back what the file's verifications no longer say. Before the domains: a verified one can't go into test mode.
pub(super) async fn end_verifications(work: &mut Work<'_>, client: ClientId, entry: &ClientEntry) -> Result<(), Error> {
    let Some(entries) = &entry.verifications else { return Ok(()) };
    for (group, roots) in groups(work, client).await? {
        if !entries.iter().any(|entry| says(entry, &group, &roots)) {
            verifications::end(&mut work.change, &group).await?;
        }
    }
    Ok(())
}

/// Makes and changes verifications.
pub(super) async fn bring_verifications(
    work: &mut Work<'_>,
    client: ClientId,
    entry: &ClientEntry,
) -> Result<(), Error> {
    let groups = groups(work, client).await?;
    let roots = roots(work, client).await?;
    for verification in entry.verifications.as_deref().unwrap_or_default() {
        if let Some((group, _)) = groups.iter().find(|(group, roots)| says(verification, group, roots)) {
            let updated =
                verifications::update(&mut work.change, group.verification.clone(), &verification.fields).await;
            work.judge(&verification.path, updated)?;
            continue;
        }
        let missing = verification.domains.iter().filter(|root| !roots.contains_key(root.as_str()));
        let missing: Vec<&str> = missing.map(|root| root.as_str()).collect();
        if !missing.is_empty() {
            let message = format!("the client has no domain {}", missing.join(", "));
            work.refuse(&format!("{}.domains", verification.path), "unknown_domain", message);
            continue;
        }
        let domains: Vec<&Domain> = verification.domains.iter().filter_map(|root| roots.get(root.as_str())).collect();
        let made =
            verifications::create(&mut work.change, client, &domains, &verification.scopes, &verification.fields).await;
        work.judge(&verification.path, made)?;
    }
    Ok(())
}

async fn roots(work: &mut Work<'_>, client: ClientId) -> Result<BTreeMap<String, Domain>, Error> {
    let domains = store::domains::of_client(work.change.conn, client).await?;
    Ok(domains.into_iter().map(|domain| (domain.root_domain.to_string(), domain)).collect())
}

async fn groups(work: &mut Work<'_>, client: ClientId) -> Result<Vec<(verifications::Group, BTreeSet<String>)>, Error> {
    let standing = store::verifications::standing(work.change.conn, client, work.change.now).await?;
    let items = store::verifications::items_of_client(work.change.conn, client).await?;
    let names: BTreeMap<DomainId, String> =
        roots(work, client).await?.into_iter().map(|(root, domain)| (domain.id, root)).collect();
    let named = |group: &verifications::Group| group.domains.iter().filter_map(|id| names.get(id).cloned()).collect();
    let groups = verifications::groups(&standing, &items);
    Ok(groups.into_iter().map(|group| (named(&group), group)).map(|(roots, group)| (group, roots)).collect())
}

/// Whether a group is what an entry of the file says.
fn says(entry: &VerificationEntry, group: &verifications::Group, roots: &BTreeSet<String>) -> bool {
    let approved = group.verification.status == VerificationStatus::Approved;
    entry.fields.approved == approved
        && entry.scopes == group.scopes
        && entry.domains.iter().map(|root| root.as_str()).eq(roots.iter().map(String::as_str))
}
