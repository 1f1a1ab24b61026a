//! Loads one client's configuration whole, as the gate takes it.

use diesel::prelude::*;
use diesel_async::{AnsiTransactionManager, AsyncConnection, RunQueryDsl, TransactionManager};

use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::error::Error;
use crate::gate::snapshot::{Client, ClientSecret, Domain, Snapshot, Url};
use crate::gate::standing::{self, PlanRules};
use crate::id::{ClientId, DomainId, SecretId, UrlId, UserId};
use crate::model::account::Plan;
use crate::model::client::{ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
use crate::model::domain::Ownership;
use crate::model::image::ImageDigest;
use crate::model::root_domain::RootDomain;
use crate::model::scope::Tier;
use crate::model::server_ip::ServerIp;
use crate::model::url::UrlKind;
use crate::store::engine::conn::{Conn, SqliteConn, with_conn};
use crate::store::engine::lent::in_time;
use crate::store::schema::{
    client_scopes, client_secrets, clients, domain_server_ips, domain_urls, domains, scopes, secret_links, users,
};
use crate::store::tables::verifications;

#[derive(Queryable, Selectable)]
#[diesel(table_name = clients)]
struct ClientRow {
    name: String,
    reviewed_name: Option<String>,
    logo_digest: Option<ImageDigest>,
    reviewed_logo_digest: Option<ImageDigest>,
    homepage_url: Option<String>,
    privacy_url: Option<String>,
    terms_url: Option<String>,
    subject_type: SubjectType,
    id_token_alg: SigningAlg,
    suspended_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    pkce: Pkce,
    id_token_claims: IdTokenClaims,
    client_type: ClientType,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct OwnerRow {
    id: UserId,
    plan: Plan,
    plan_valid_until: Option<Timestamp>,
    suspended_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = domains)]
struct DomainRow {
    id: DomainId,
    root_domain: RootDomain,
    internal_name: Option<String>,
    fallback_uri: Option<String>,
    fallback_response: Option<String>,
    allow_login: bool,
    allow_api: bool,
    active: bool,
    is_primary: bool,
    test_mode: bool,
    ownership: Ownership,
    created_at: Timestamp,
}

/// The configuration of this client, all of it as it stood at one moment; `None` when there is no such client or it was
/// deleted.
///
/// # Errors
/// The database's, or [`Error::Internal`] when a stored value does not parse.
pub(crate) async fn load(conn: &mut Conn, id: ClientId, plans: PlanRules) -> Result<Option<Snapshot>, Error> {
    match conn {
        Conn::Sqlite(conn) => <SqliteConn as AsyncConnection>::TransactionManager::begin_transaction(&mut **conn).await,
        Conn::Postgres(lent) => in_time!(lent, |c| AnsiTransactionManager::begin_transaction_sql(c, ONE_MOMENT)),
    }?;
    let loaded = read(conn, id, plans).await;
    match conn {
        Conn::Sqlite(conn) => {
            <SqliteConn as AsyncConnection>::TransactionManager::commit_transaction(&mut **conn).await
        }
        Conn::Postgres(lent) => in_time!(lent, |c| AnsiTransactionManager::commit_transaction(c)),
    }?;
    loaded
}

/// PostgreSQL would else take a new look for each statement.
const ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

async fn read(conn: &mut Conn, id: ClientId, plans: PlanRules) -> Result<Option<Snapshot>, Error> {
    let query = clients::table
        .inner_join(users::table.on(users::id.nullable().eq(clients::billing_owner)))
        .filter(clients::id.eq(id))
        .filter(clients::deleted_at.is_null());
    let found: Option<(ClientRow, OwnerRow)> =
        with_conn!(conn, |c| query.select((ClientRow::as_select(), OwnerRow::as_select())).first(c)).optional()?;
    let Some((client, owner)) = found else { return Ok(None) };
    let activated = client_scopes::table.inner_join(scopes::table).filter(client_scopes::client_id.eq(id)).select((
        scopes::name,
        scopes::tier,
        client_scopes::at_login,
    ));
    let activated: Vec<(String, Tier, bool)> = with_conn!(conn, |c| activated.load(c))?;
    let coverage = verifications::coverage(conn, id).await?;
    Ok(Some(Snapshot {
        client: Client {
            id,
            name: client.name,
            logo: client.logo_digest,
            reviewed_name: client.reviewed_name,
            reviewed_logo: client.reviewed_logo_digest,
            homepage_url: client.homepage_url,
            privacy_url: client.privacy_url,
            terms_url: client.terms_url,
            subject_type: client.subject_type,
            id_token_alg: client.id_token_alg,
            id_token_claims: client.id_token_claims,
            pkce: client.pkce,
            client_type: client.client_type,
            deleted: client.deleted_at.is_some(),
            suspended: standing::is_suspended(client.suspended_at, owner.suspended_at),
            entitled_until: standing::entitled_until(owner.plan, owner.plan_valid_until, plans),
            billing_owner: owner.id,
        },
        domains: load_domains(conn, id).await?,
        secrets: load_secrets(conn, id).await?,
        at_login: activated.iter().filter(|(.., at_login)| *at_login).map(|(name, ..)| name.as_str()).collect(),
        scopes: activated.into_iter().map(|(name, tier, _)| (name, tier)).collect(),
        coverage,
        login_grace: plans.grace,
    }))
}

async fn load_domains(conn: &mut Conn, client: ClientId) -> Result<Vec<Domain>, Error> {
    let query = domains::table.filter(domains::client_id.eq(client)).order(domains::id);
    let rows: Vec<DomainRow> = with_conn!(conn, |c| query.select(DomainRow::as_select()).load(c))?;
    let query = domain_urls::table
        .inner_join(domains::table)
        .filter(domains::client_id.eq(client))
        .order(domain_urls::id)
        .select((domain_urls::domain_id, domain_urls::id, domain_urls::kind, domain_urls::url, domain_urls::active));
    let urls: Vec<(DomainId, UrlId, UrlKind, String, bool)> = with_conn!(conn, |c| query.load(c))?;
    let query = domain_server_ips::table
        .inner_join(domains::table)
        .filter(domains::client_id.eq(client))
        .select((domain_server_ips::domain_id, domain_server_ips::network));
    let ips: Vec<(DomainId, String)> = with_conn!(conn, |c| query.load(c))?;

    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let server_ips = ips.iter().filter(|(domain, _)| *domain == row.id);
        let server_ips: Result<Vec<ServerIp>, _> = server_ips.map(|(_, network)| ServerIp::parse(network)).collect();
        found.push(Domain {
            id: row.id,
            root: row.root_domain,
            internal_name: row.internal_name,
            fallback_uri: row.fallback_uri,
            fallback_response: row.fallback_response,
            active: row.active,
            allow_login: row.allow_login,
            allow_api: row.allow_api,
            primary: row.is_primary,
            test_mode: row.test_mode,
            proven: standing::is_proven(row.ownership),
            server_ips: server_ips.map_err(|_| Error::Internal("a stored server IP can't be read"))?,
            urls: urls
                .iter()
                .filter(|(domain, ..)| *domain == row.id)
                .map(|(_, id, kind, url, active)| Url { id: *id, kind: *kind, url: url.clone(), active: *active })
                .collect(),
            created_at: row.created_at,
        });
    }
    Ok(found)
}

async fn load_secrets(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientSecret>> {
    type Row = (SecretId, StoredDigest, bool, Option<Timestamp>);
    let query = client_secrets::table.filter(client_secrets::client_id.eq(client)).order(client_secrets::id).select((
        client_secrets::id,
        client_secrets::digest,
        client_secrets::active,
        client_secrets::expires_at,
    ));
    let rows: Vec<Row> = with_conn!(conn, |c| query.load(c))?;
    let query = secret_links::table
        .inner_join(client_secrets::table)
        .filter(client_secrets::client_id.eq(client))
        .select((secret_links::secret_id, secret_links::domain_id));
    let links: Vec<(SecretId, DomainId)> = with_conn!(conn, |c| query.load(c))?;
    let linked = |id| links.iter().filter(move |(secret, _)| *secret == id).map(|(_, domain)| *domain).collect();
    Ok(rows
        .into_iter()
        .map(|(id, digest, active, expires_at)| ClientSecret { id, digest, active, expires_at, links: linked(id) })
        .collect())
}
