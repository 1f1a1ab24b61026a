//! Writing a provisioning file from what is there: all clients and their people, without passwords and secrets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::clock::Timestamp;
use crate::contract::account::AccountSettings;
use crate::contract::client::ClientSettings;
use crate::contract::client_scope::ScopeUse;
use crate::contract::domain::DomainSettings;
use crate::contract::member::ProvisionedMember;
use crate::contract::request::RequestTerms;
use crate::contract::role::RoleSettings;
use crate::contract::scope::ScopeSettings;
use crate::contract::secret::SecretSettings;
use crate::contract::url::NewUrl;
use crate::database::{Conn, Db};
use crate::error::Error;
use crate::id::{ClientId, DomainId, RoleId, UserId};
use crate::manage::scopes::is_at_login;
use crate::manage::verifications::groups;
use crate::manage::{
    self, accounts, catalog, clients as of_clients, domains as of_domains, secrets as of_secrets, urls as of_urls,
};
use crate::model::domain::Ownership;
use crate::model::request::{RequestKind, RequestStatus};
use crate::model::scope::ScopeSet;
use crate::model::verification::VerificationStatus;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::profiles::{self, Profile};
use crate::store::tables::{client_scopes, domain_urls, members, requests, roles, scopes, secrets, verifications};

/// Writes a file that brings an empty database to where this one is, but for passwords, secrets' values, and what has come
/// to its end: an expired role or secret is written as switched off, an expired membership or request not at all. Applied
/// here it changes nothing.
///
/// # Errors
/// The database's.
pub async fn export(db: &Db, now: Timestamp) -> Result<String, Error> {
    let mut conn = db.read().await?;
    let profiles = profiles::all(&mut conn).await?;
    let addresses: BTreeMap<UserId, String> = profiles.iter().map(|user| (user.id, user.email.clone())).collect();
    let user = |user: Profile| ExportedUser { settings: accounts::settings_of(&user), email: user.email };
    let users = profiles.into_iter().map(user).collect();
    let mut file = ExportedFile { scopes: Vec::new(), users, clients: Vec::new() };
    for found in clients::all(&mut conn).await? {
        file.clients.push(client(&mut conn, found, &addresses, now).await?);
    }
    file.scopes = scopes_of(&mut conn, &file.clients).await?;
    toml::to_string(&file).map_err(|_| Error::Internal("what is there can't be written as TOML"))
}

#[derive(Serialize)]
struct ExportedFile {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<ExportedScope>,
    users: Vec<ExportedUser>,
    clients: Vec<ExportedClient>,
}

#[derive(Serialize)]
struct ExportedScope {
    name: String,
    #[serde(flatten)]
    settings: ScopeSettings,
}

#[derive(Serialize)]
struct ExportedUser {
    email: String,
    #[serde(flatten)]
    settings: AccountSettings,
}

#[derive(Serialize)]
struct ExportedClient {
    id: ClientId,
    owner: String,
    #[serde(flatten)]
    settings: ClientSettings,
    suspended: bool,
    secrets: Vec<SecretSettings>,
    domains: Vec<ExportedDomain>,
    roles: Vec<ExportedRole>,
    members: Vec<ExportedMember>,
    requests: Vec<ExportedRequest>,
    verifications: Vec<ExportedVerification>,
}

#[derive(Serialize)]
struct ExportedDomain {
    #[serde(flatten)]
    settings: DomainSettings,
    ownership: Ownership,
    secrets: Vec<String>,
    urls: Vec<NewUrl>,
}

#[derive(Serialize)]
struct ExportedRole {
    key: String,
    #[serde(flatten)]
    settings: RoleSettings,
}

#[derive(Serialize)]
struct ExportedMember {
    email: String,
    role: String,
    #[serde(flatten)]
    settings: ProvisionedMember,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct ExportedRequest {
    kind: RequestKind,
    email: String,
    domain: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes: Vec<String>,
    #[serde(flatten)]
    terms: RequestTerms,
    state: RequestStatus,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct ExportedVerification {
    domains: BTreeSet<String>,
    scopes: BTreeSet<String>,
    notes: Option<String>,
    expires_at: Option<Timestamp>,
    state: VerificationStatus,
}

async fn client(
    conn: &mut Conn,
    client: Client,
    addresses: &BTreeMap<UserId, String>,
    now: Timestamp,
) -> Result<ExportedClient, Error> {
    let mut found = domains::of_client(conn, client.id).await?;
    found.sort_by(|a, b| a.root_domain.cmp(&b.root_domain));
    let roots: BTreeMap<DomainId, String> =
        found.iter().map(|domain| (domain.id, domain.root_domain.to_string())).collect();
    let address = |user: Option<UserId>| user.and_then(|user| addresses.get(&user)).cloned();
    Ok(ExportedClient {
        id: client.id,
        owner: address(client.billing_owner).ok_or(Error::Internal("a client without an owner"))?,
        suspended: client.suspended_at.is_some(),
        secrets: secrets_of(conn, client.id, now).await?,
        domains: domains_of(conn, client.id, found).await?,
        roles: roles_of(conn, client.id, now).await?,
        members: members_of(conn, client.id, client.billing_owner, addresses, now).await?,
        requests: requests_of(conn, client.id, &roots, addresses, now).await?,
        verifications: verifications_of(conn, client.id, &roots, now).await?,
        settings: {
            let activated = client_scopes::described(conn, client.id).await?;
            let scopes = activated.iter().map(|activated| {
                // What is as by default goes without saying.
                let by_default = is_at_login(activated.scope.tier);
                let at_login = Some(activated.at_login).filter(|at_login| *at_login != by_default);
                ScopeUse { name: activated.scope.name.clone(), at_login }
            });
            ClientSettings { scopes: scopes.collect(), ..of_clients::settings_of(client, &ScopeSet::default()) }
        },
    })
}

/// What the catalog says of the scopes that these clients use, where that is not what it says at first start.
async fn scopes_of(conn: &mut Conn, clients: &[ExportedClient]) -> Result<Vec<ExportedScope>, Error> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for client in clients {
        used.extend(client.settings.scopes.iter().map(|scope| scope.name.as_str()));
        used.extend(client.requests.iter().flat_map(|request| &request.scopes).map(String::as_str));
        used.extend(client.verifications.iter().flat_map(|it| &it.scopes).map(String::as_str));
    }
    let all = scopes::all(conn).await?.into_iter();
    let other = all.filter(|scope| used.contains(scope.name.as_str()) && !catalog::is_as_at_first(scope));
    let written = other.map(|scope| ExportedScope { settings: catalog::settings(&scope), name: scope.name });
    Ok(written.collect())
}

async fn secrets_of(conn: &mut Conn, client: ClientId, now: Timestamp) -> Result<Vec<SecretSettings>, Error> {
    let found = secrets::of_client(conn, client).await?;
    let written = found.into_iter().map(|secret| {
        let (active, expires_at) = unexpired(secret.active, secret.expires_at, now);
        SecretSettings { active, expires_at, ..of_secrets::settings_of(&secret) }
    });
    Ok(written.collect())
}

async fn domains_of(conn: &mut Conn, client: ClientId, found: Vec<Domain>) -> Result<Vec<ExportedDomain>, Error> {
    let urls = domain_urls::of_client(conn, client).await?;
    let ips = domains::server_ips(conn, client).await?;
    let secrets = secrets::of_client(conn, client).await?;
    let links = secrets::links_of_client(conn, client).await?;
    let written = found.into_iter().map(|domain| {
        let linked = secrets.iter().filter(|secret| links.contains(&(secret.id, domain.id)));
        let own_urls = urls.iter().filter(|url| url.domain_id == domain.id);
        let networks = ips.iter().filter(|(id, _)| *id == domain.id).map(|(_, network)| network.clone());
        ExportedDomain {
            settings: of_domains::settings_of(&domain, &networks.collect::<Vec<_>>()),
            ownership: domain.ownership,
            secrets: linked.map(|secret| secret.label.clone()).collect(),
            urls: own_urls.map(of_urls::as_new).collect(),
        }
    });
    Ok(written.collect())
}

async fn roles_of(conn: &mut Conn, client: ClientId, now: Timestamp) -> Result<Vec<ExportedRole>, Error> {
    let own = roles::of_client(conn, client).await?.into_iter().filter(|role| !role.preset);
    let written = own.map(|role| {
        let (active, expires_at) = unexpired(role.active, role.expires_at, now);
        let settings = RoleSettings { active, expires_at, ..manage::roles::settings(&role) };
        ExportedRole { key: role.role_key, settings }
    });
    Ok(written.collect())
}

/// All members but the owner, whom `owner` names.
async fn members_of(
    conn: &mut Conn,
    client: ClientId,
    owner: Option<UserId>,
    addresses: &BTreeMap<UserId, String>,
    now: Timestamp,
) -> Result<Vec<ExportedMember>, Error> {
    let keys: BTreeMap<RoleId, String> =
        roles::of_client(conn, client).await?.into_iter().map(|role| (role.id, role.role_key)).collect();
    let live = members::of_client(conn, client).await?.into_iter().filter(|member| {
        (member.user_id.is_none() || member.user_id != owner) && member.expires_at.is_none_or(|end| now < end)
    });
    let mut written: Vec<ExportedMember> = live
        .map(|member| ExportedMember {
            email: member.user_id.and_then(|user| addresses.get(&user).cloned()).unwrap_or(member.email_key),
            role: keys.get(&member.role_id).cloned().unwrap_or_default(),
            settings: ProvisionedMember { expires_at: member.expires_at, status: Some(member.status) },
        })
        .collect();
    written.sort_by(|a, b| a.email.cmp(&b.email));
    Ok(written)
}

async fn requests_of(
    conn: &mut Conn,
    client: ClientId,
    roots: &BTreeMap<DomainId, String>,
    addresses: &BTreeMap<UserId, String>,
    now: Timestamp,
) -> Result<Vec<ExportedRequest>, Error> {
    let standing = requests::standing(conn, client, now).await?;
    let written = standing.into_iter().map(|request| ExportedRequest {
        terms: manage::requests::terms(&request),
        kind: request.kind,
        email: request.user_id.and_then(|user| addresses.get(&user).cloned()).unwrap_or(request.email_key),
        domain: request.domain_id.and_then(|domain| roots.get(&domain).cloned()),
        scopes: request.scope.iter().map(str::to_owned).collect(),
        state: request.status,
    });
    // The same thing asked and accepted twice is one entry.
    let mut written: Vec<ExportedRequest> = written.collect();
    written.sort();
    written.dedup_by(|a, b| (a.kind, &a.email, &a.domain, &a.scopes) == (b.kind, &b.email, &b.domain, &b.scopes));
    Ok(written)
}

async fn verifications_of(
    conn: &mut Conn,
    client: ClientId,
    roots: &BTreeMap<DomainId, String>,
    now: Timestamp,
) -> Result<Vec<ExportedVerification>, Error> {
    let standing = verifications::standing(conn, client, now).await?;
    let items = verifications::items_of_client(conn, client).await?;
    let written = groups(&standing, &items).into_iter().map(|group| ExportedVerification {
        domains: group.domains.iter().filter_map(|id| roots.get(id).cloned()).collect(),
        scopes: group.scopes,
        notes: group.verification.notes().map(|notes| notes.to_string()),
        expires_at: group.verification.expires_at,
        state: group.verification.status,
    });
    let mut written: Vec<ExportedVerification> = written.collect();
    // Of an approval and its renewal that waits, the approval stays.
    written.sort();
    written.sort_by_key(|it| (it.domains.clone(), it.scopes.clone(), it.state != VerificationStatus::Approved));
    written.dedup_by(|a, b| (&a.domains, &a.scopes) == (&b.domains, &b.scopes));
    Ok(written)
}

/// What has expired is as good as switched off, and no file can give an end that has passed.
fn unexpired(active: bool, expires_at: Option<Timestamp>, now: Timestamp) -> (bool, Option<Timestamp>) {
    match expires_at {
        Some(end) if end <= now => (false, None),
        other => (active, other),
    }
}
