//! A login gives a code.

use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Granted, NewLogin, column, granted};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::id::{ClientId, UserId};
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::Conn;
use crate::store::engine::grouped::Grouped;
use crate::store::tables::{client_users, codes, flows, grants, outbox};

/// What a login gives, and when.
pub(in crate::store) struct Issue {
    pub(in crate::store) login: NewLogin,
    pub(in crate::store) now: Timestamp,
}

/// The subject that a client knows the person by comes back from `known`, and everything else is written from what is
/// joined to it: so a row of `client_users` is always locked before those that hang on it, as in a login by itself.
const TOGETHER: &str = r#"
    WITH input AS (
        SELECT * FROM unnest(
            $1::bigint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[],
            $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bytea[], $15::text[],
            $16::bytea[], $17::bytea[], $18::bytea[], $19::text[], $20::text[], $21::text[], $22::bigint[],
            $23::bytea[], $24::bytea[], $25::text[], $26::text[], $27::text[], $28::text[]
        ) AS input (
            now, grant_id, client_id, domain_id, user_id, consent_id, first_subject, session_id,
            scope, authenticated_at, created_at, expires_at, revoked_at, code_key, kind,
            code_grant_id, code_client_id, code_domain_id, redirect_uri, code_challenge, nonce, code_expires_at,
            url_id, event_id, event, event_body, resources, amr
        )
    ), known AS (
        INSERT INTO client_users (client_id, user_id, subject, first_login_at, last_login_at, logins)
        SELECT client_id, user_id, first_subject, now, now, 1 FROM input
        ON CONFLICT (client_id, user_id)
            DO UPDATE SET last_login_at = excluded.last_login_at, logins = client_users.logins + 1
        RETURNING client_id, user_id, subject
    ), login AS MATERIALIZED (
        SELECT input.*, known.subject FROM input
        JOIN known ON known.user_id = input.user_id AND known.client_id = input.client_id
    ), domain AS (
        INSERT INTO client_user_domains (client_id, user_id, domain_id, last_login_at)
        SELECT client_id, user_id, domain_id, now FROM login
        ON CONFLICT (client_id, user_id, domain_id) DO UPDATE SET last_login_at = excluded.last_login_at
    ), given AS (
        INSERT INTO grants (id, client_id, domain_id, user_id, consent_id, subject, session_id, scope,
            authenticated_at, created_at, expires_at, revoked_at, url_id, resources, amr)
        SELECT grant_id, client_id, domain_id, user_id, consent_id, subject, session_id, scope,
            authenticated_at, created_at, expires_at, revoked_at, url_id, resources, amr
        FROM login
    ), told AS (
        INSERT INTO outbox (id, client_id, domain_id, event, body, created_at)
        SELECT event_id, client_id, domain_id, event,
            replace(event_body, '"' || first_subject || '"', '"' || subject || '"'), now
        FROM login WHERE event_id IS NOT NULL
    )
    INSERT INTO codes (code_key, kind, grant_id, client_id, domain_id, redirect_uri, code_challenge, nonce,
        wrong_tries, created_at, expires_at)
    SELECT code_key, kind, code_grant_id, code_client_id, code_domain_id, redirect_uri, code_challenge, nonce,
        0, now, code_expires_at
    FROM login
    RETURNING code_key AS key"#;

/// For a login without a flow: only [`Grouped::alone`] ends one.
impl Grouped for Issue {
    type Key = (ClientId, UserId);

    fn key(&self) -> (ClientId, UserId) {
        (self.login.grant.client_id, self.login.grant.user_id)
    }

    async fn together(conn: &mut AsyncPgConnection, requests: &[Self]) -> QueryResult<Vec<bool>> {
        let query = diesel::sql_query(TOGETHER)
            .bind::<Array<BigInt>, _>(column(requests, |one| one.now))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.grant.id))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.grant.client_id))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.grant.domain_id))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.grant.user_id))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.grant.consent_id))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.grant.subject))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.grant.session_id))
            .bind::<Array<Text>, _>(column(requests, |one| one.login.grant.scope.as_str()))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.grant.authenticated_at))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.grant.created_at))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.grant.expires_at))
            .bind::<Array<Nullable<BigInt>>, _>(column(requests, |one| one.login.grant.revoked_at))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.code.code_key))
            .bind::<Array<Text>, _>(column(requests, |one| one.login.kind.text()))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.code.grant_id))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.code.client_id))
            .bind::<Array<Binary>, _>(column(requests, |one| one.login.code.domain_id))
            .bind::<Array<Text>, _>(column(requests, |one| one.login.code.redirect_uri.as_str()))
            .bind::<Array<Nullable<Text>>, _>(column(requests, |one| one.login.code.code_challenge.as_deref()))
            .bind::<Array<Nullable<Text>>, _>(column(requests, |one| one.login.code.nonce.as_deref()))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.login.code.expires_at))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.login.grant.url_id))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.login.told.as_ref().map(|it| it.id)))
            .bind::<Array<Nullable<Text>>, _>(column(requests, |one| one.login.told.as_ref().map(|it| it.event)))
            .bind::<Array<Nullable<Text>>, _>(column(requests, |one| {
                one.login.told.as_ref().map(|it| it.body.as_str())
            }))
            .bind::<Array<Text>, _>(column(requests, |one| one.login.grant.resources.as_str()))
            .bind::<Array<Text>, _>(column(requests, |one| one.login.grant.amr.as_str()));
        let rows: Vec<Granted> = Cached(query).load(conn).await?;
        Ok(granted(rows, requests, |one| one.login.code.code_key))
    }

    async fn alone(self, conn: &mut Conn) -> Result<bool, Error> {
        let Self { login: NewLogin { flow, mut grant, kind, code, told }, now } = self;
        if let Some(flow) = flow
            && !flows::finish(conn, flow, now).await?
        {
            return Ok(false);
        }
        let subject = client_users::record_login(conn, &grant, now).await?;
        if let Some(told) = told {
            outbox::insert(conn, &told.about(grant.subject, subject)).await?;
        }
        grant.subject = subject;
        grants::insert(conn, grant).await?;
        codes::insert(conn, kind, code, now).await?;
        Ok(true)
    }
}
