//! The roles, members, requests and verifications of a client in a file.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::permission::Preset;
use crate::id::{ClientId, DomainId, RoleId};
use crate::manage::fields::same_second;
use crate::manage::requests::{self, Asked};
use crate::manage::{members, roles, verifications};
use crate::model::scope::ScopeSet;
use crate::model::verification::VerificationStatus;
use crate::provision::apply::Work;
use crate::provision::entries::{ClientEntry, VerificationEntry};
use crate::store::tables::clients::Client;
use crate::store::tables::domains::Domain;
use crate::store::tables::members::Member;
use crate::store::tables::profiles;
use crate::store::tables::verifications::Verification;
use crate::{store, text};

/// Brings roles and members to what the file says.
pub(super) async fn bring(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<(), Error> {
    let known = store::tables::roles::of_client(work.change.conn, client.id).await?;
    for role in entry.roles.as_deref().unwrap_or_default() {
        let brought = match known.iter().find(|known| known.role_key == role.key.as_str()) {
            Some(known) => {
                let settings = work.of_ended(&role.settings, known.expires_at);
                roles::apply(&mut work.change, known.clone(), settings, None).await
            }
            None => match work.change.take(role.settings.clone().whole()) {
                Ok(settings) => roles::insert(&mut work.change, client.id, (role.key.clone(), settings), None).await,
                Err(error) => Err(error),
            },
        };
        work.judge(&role.path, brought)?;
    }
    bring_members(work, client, entry).await?;
    let Some(entries) = &entry.roles else { return Ok(()) };
    for role in known {
        if !role.preset && !entries.iter().any(|entry| entry.key.as_str() == role.role_key) {
            let deleted = roles::remove(&mut work.change, role, None).await;
            work.judge(&format!("{}.roles", entry.path), deleted)?;
        }
    }
    Ok(())
}

/// The billing owner stays an owner whatever the list says: `owner` is what names them.
async fn bring_members(work: &mut Work<'_>, client: &Client, entry: &ClientEntry) -> Result<(), Error> {
    let Some(entries) = &entry.members else { return Ok(()) };
    let roles: BTreeMap<String, RoleId> = store::tables::roles::of_client(work.change.conn, client.id)
        .await?
        .into_iter()
        .map(|role| (role.role_key, role.id))
        .collect();
    let key_of = |id: RoleId| roles.iter().find(|(_, role)| **role == id).map_or("", |(key, _)| key.as_str());
    let mut held: BTreeMap<String, Member> = BTreeMap::new();
    for member in store::tables::members::of_client(work.change.conn, client.id).await? {
        let account = match member.user_id {
            Some(user) => profiles::find(work.change.conn, user).await?,
            None => None,
        };
        held.insert(account.map_or_else(|| member.email_key.clone(), |account| account.email_key), member);
    }
    for member in entries {
        let Some(role) = roles.get(&member.role).copied() else {
            let known = roles.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            let unknown = text!("unknown_role", role = &member.role, known = known);
            work.errors.push(unknown.at(format!("{}.role", member.path)));
            continue;
        };
        let role = (role, member.role.as_str());
        let brought = match held.remove(member.email.key()) {
            Some(known) if is_owner(client, &known) => {
                if member.role != Preset::Owner.key() {
                    work.errors.push(text!("last_owner-billing").at(format!("{}.role", member.path)));
                }
                continue;
            }
            Some(known) => {
                let old_key = key_of(known.role_id);
                members::apply(&mut work.change, known, old_key, role, member.settings.clone()).await
            }
            None => members::insert(&mut work.change, client.id, &member.email, role, member.settings.clone()).await,
        };
        work.judge(&member.path, brought)?;
    }
    for member in held.into_values().filter(|member| !is_owner(client, member)) {
        let key = key_of(member.role_id);
        // One that has ended is as good as removed, unless it holds a role that is to go.
        let role_stays = entry.roles.as_ref().is_none_or(|listed| listed.iter().any(|role| role.key.as_str() == key));
        let preset = Preset::ALL.iter().any(|preset| preset.key() == key);
        if member.expires_at.is_some_and(|end| end <= work.change.now) && (role_stays || preset) {
            continue;
        }
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
                    let unknown = text!("unknown_domain-request", root = root.as_str());
                    work.errors.push(unknown.at(format!("{}.domain", request.path)));
                    continue;
                }
            },
            None => None,
        };
        let scopes: ScopeSet = request.scopes.iter().map(String::as_str).collect();
        let email_key = request.email.key().to_owned();
        asked.push((request, Asked { kind: request.kind, email_key, domain, scopes }));
    }
    for standing in store::tables::requests::standing(work.change.conn, client, work.change.now).await? {
        if !asked.iter().any(|(_, asked)| Asked::of(&standing) == *asked) {
            requests::withdraw(&mut work.change, standing).await?;
        }
    }
    for (request, asked) in asked {
        let answered = (request.terms.clone(), request.accepted);
        let brought = requests::set(&mut work.change, client, &request.email, &asked, answered).await;
        work.judge(&request.path, brought)?;
    }
    Ok(())
}

/// Takes back what the file's verifications no longer say. Before the domains: a verified one can't go into test mode.
pub(super) async fn end_verifications(work: &mut Work<'_>, client: ClientId, entry: &ClientEntry) -> Result<(), Error> {
    let Some(entries) = &entry.verifications else { return Ok(()) };
    for known in known(work, client).await?.into_iter().filter(|known| !known.ended) {
        if !entries.iter().any(|entry| says(entry, &known)) {
            verifications::end(&mut work.change, &known.group).await?;
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
    let known = known(work, client).await?;
    let roots = roots(work, client).await?;
    for verification in entry.verifications.as_deref().unwrap_or_default() {
        let end = verification.fields.text("expires_at").and_then(Timestamp::parse);
        let is_told = |known: &Known| {
            says(verification, known) && (!known.ended || same_second(known.group.verification.expires_at, end))
        };
        if let Some(known) = known.iter().find(|known| is_told(known)) {
            let old = known.group.verification.clone();
            let updated = verifications::update(&mut work.change, old, verification.fields.clone()).await;
            work.judge(&verification.path, updated)?;
            continue;
        }
        let missing = verification.domains.iter().filter(|root| !roots.contains_key(root.as_str()));
        let missing: Vec<&str> = missing.map(|root| root.as_str()).collect();
        if !missing.is_empty() {
            let issue = text!("unknown_domain-verification", roots = missing.join(", "));
            work.errors.push(issue.at(format!("{}.domains", verification.path)));
            continue;
        }
        let domains: Vec<&Domain> = verification.domains.iter().filter_map(|root| roots.get(root.as_str())).collect();
        let made = make_verification(work, client, verification, &domains).await;
        work.judge(&verification.path, made)?;
    }
    Ok(())
}

async fn make_verification(
    work: &mut Work<'_>,
    client: ClientId,
    entry: &VerificationEntry,
    domains: &[&Domain],
) -> Result<Verification, Error> {
    let approved = entry.state == Some(VerificationStatus::Approved);
    let settings = verifications::settings_of_new(&mut work.change, entry.fields.clone(), approved)?;
    let application = verifications::Application { domains, scopes: &entry.scopes, settings, approved };
    verifications::create(&mut work.change, client, application).await
}

async fn roots(work: &mut Work<'_>, client: ClientId) -> Result<BTreeMap<String, Domain>, Error> {
    let domains = store::tables::domains::of_client(work.change.conn, client).await?;
    Ok(domains.into_iter().map(|domain| (domain.root_domain.to_string(), domain)).collect())
}

/// What stands of an application, and what was applied for.
struct Known {
    group: verifications::Group,
    /// It came to its end: what says so is told already, and nothing is to be taken back.
    ended: bool,
    /// The root domains of the group.
    roots: BTreeSet<String>,
    /// Those of the whole application, whatever was decided about them.
    asked_roots: BTreeSet<String>,
    /// The scopes of the whole application.
    asked_scopes: BTreeSet<String>,
}

async fn known(work: &mut Work<'_>, client: ClientId) -> Result<Vec<Known>, Error> {
    let mut applications = store::tables::verifications::standing(work.change.conn, client, work.change.now).await?;
    let ended = store::tables::verifications::ended(work.change.conn, client, work.change.now).await?;
    applications.extend(ended.iter().cloned());
    let items = store::tables::verifications::items_of_client(work.change.conn, client).await?;
    let names: BTreeMap<DomainId, String> =
        roots(work, client).await?.into_iter().map(|(root, domain)| (domain.id, root)).collect();
    let groups = verifications::groups(&applications, &items).into_iter();
    let known = groups.map(|group| {
        let asked = || items.iter().filter(|item| item.verification_id == group.verification.id);
        Known {
            ended: ended.iter().any(|it| it.id == group.verification.id),
            roots: group.domains.iter().filter_map(|id| names.get(id).cloned()).collect(),
            asked_roots: asked().filter_map(|item| names.get(&item.domain_id).cloned()).collect(),
            asked_scopes: asked().map(|item| item.scope.clone()).collect(),
            group,
        }
    });
    Ok(known.collect())
}

/// Whether what stands is what an entry of the file says. An entry without a state leaves to the staff what became of it:
/// it is also that of which they approved a part.
fn says(entry: &VerificationEntry, known: &Known) -> bool {
    let of = |roots: &BTreeSet<String>, scopes: &BTreeSet<String>| {
        entry.scopes == *scopes && entry.domains.iter().map(|root| root.as_str()).eq(roots.iter().map(String::as_str))
    };
    let stands = of(&known.roots, &known.group.scopes);
    match entry.state {
        Some(state) => stands && state == known.group.verification.status,
        None => stands || of(&known.asked_roots, &known.asked_scopes),
    }
}
