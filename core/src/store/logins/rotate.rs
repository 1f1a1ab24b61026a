//! A refresh token is rotated.

use diesel::QueryResult;
use diesel::sql_types::{Array, BigInt, Binary, Nullable};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Granted, column, granted};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::store::engine::cached::Cached;
use crate::store::engine::conn::Conn;
use crate::store::engine::grouped::Grouped;
use crate::store::tables::refresh_tokens::{self, NewRefreshToken};

/// A refresh token that is to be spent, by the request of this digest, with its child.
pub(in crate::store) struct Rotate {
    pub(in crate::store) parent: CredentialKey,
    pub(in crate::store) request: [u8; 32],
    pub(in crate::store) child: NewRefreshToken,
    pub(in crate::store) now: Timestamp,
}

/// That the token is one of those given is said twice: so a plan made while the table is empty goes by the key, too.
const TOGETHER: &str = "
    WITH spent AS (
        UPDATE refresh_tokens SET used_at = input.now, request_digest = input.request
        FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bigint[])
            AS input (spent_key, request, now, token_key, grant_id, parent_key, expires_at)
        WHERE refresh_tokens.token_key = input.spent_key AND refresh_tokens.token_key = ANY ($1)
            AND refresh_tokens.used_at IS NULL AND refresh_tokens.expires_at > input.now
        RETURNING input.*
    ), stored AS (
        INSERT INTO refresh_tokens (token_key, grant_id, parent_key, created_at, expires_at)
        SELECT token_key, grant_id, parent_key, now, expires_at FROM spent
    )
    SELECT spent_key AS key FROM spent";

impl Grouped for Rotate {
    type Key = CredentialKey;

    fn key(&self) -> CredentialKey {
        self.parent
    }

    async fn together(conn: &mut AsyncPgConnection, requests: &[Self]) -> QueryResult<Vec<bool>> {
        let query = diesel::sql_query(TOGETHER)
            .bind::<Array<Binary>, _>(column(requests, |one| one.parent))
            .bind::<Array<Binary>, _>(column(requests, |one| one.request.as_slice()))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.now))
            .bind::<Array<Binary>, _>(column(requests, |one| one.child.key))
            .bind::<Array<Binary>, _>(column(requests, |one| one.child.grant))
            .bind::<Array<Nullable<Binary>>, _>(column(requests, |one| one.child.parent))
            .bind::<Array<BigInt>, _>(column(requests, |one| one.child.expires_at));
        let rows: Vec<Granted> = Cached(query).load(conn).await?;
        Ok(granted(rows, requests, |one| one.parent))
    }

    async fn alone(self, conn: &mut Conn) -> Result<bool, Error> {
        let spent = refresh_tokens::spend(conn, self.parent, self.request, self.now).await?;
        if spent {
            refresh_tokens::insert(conn, self.child, self.now).await?;
        }
        Ok(spent)
    }
}
