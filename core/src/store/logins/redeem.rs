//! A code is redeemed.

use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Binary, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Granted, column, granted};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::id::SecretId;
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::Conn;
use crate::store::engine::grouped::Grouped;
use crate::store::tables::refresh_tokens::NewRefreshToken;
use crate::store::tables::{codes, refresh_tokens};

/// A code that is to be spent by a caller with this secret, with the first refresh token, if there is to be one.
pub(in crate::store) struct Redeem {
    pub(in crate::store) code: CredentialKey,
    pub(in crate::store) secret: Option<SecretId>,
    pub(in crate::store) refresh: Option<NewRefreshToken>,
    pub(in crate::store) now: Timestamp,
}

/// That the code is one of those given is said twice: so a plan made while the table is empty goes by the key, too.
const TOGETHER: &str = "
    WITH spent AS (
        UPDATE codes SET used_at = input.now, secret_id = input.secret_id
        FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bytea[])
            AS input (code_key, now, token_key, grant_id, parent_key, expires_at, secret_id)
        WHERE codes.code_key = input.code_key AND codes.code_key = ANY ($1)
            AND codes.used_at IS NULL AND codes.expires_at > input.now
        RETURNING input.*
    ), stored AS (
        INSERT INTO refresh_tokens (token_key, grant_id, parent_key, created_at, expires_at)
        SELECT token_key, grant_id, parent_key, now, expires_at FROM spent WHERE token_key IS NOT NULL
    )
    SELECT code_key AS key FROM spent";

impl Grouped for Redeem {
    type Key = CredentialKey;

    fn key(&self) -> CredentialKey {
        self.code
    }

    async fn together(conn: &mut AsyncPgConnection, requests: &[Self]) -> QueryResult<Vec<bool>> {
        let query = diesel::sql_query(TOGETHER)
            .bind::<Array<Binary>, _>(column(requests, |one| one.code))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.now))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.refresh.map(|token| token.key)))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.refresh.map(|token| token.grant)))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.refresh.and_then(|token| token.parent)))
            .bind::<Array<Nullable<BigInt>>, _>(column(requests, |one| one.refresh.map(|token| token.expires_at)))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.secret));
        let rows: Vec<Granted> = Cached(query).load(conn).await?;
        Ok(granted(rows, requests, |one| one.code))
    }

    async fn alone(self, conn: &mut Conn) -> Result<bool, Error> {
        let spent = codes::spend(conn, self.code, self.secret, self.now).await?;
        if spent && let Some(refresh) = self.refresh {
            refresh_tokens::insert(conn, refresh, self.now).await?;
        }
        Ok(spent)
    }
}
