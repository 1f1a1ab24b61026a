//! The changes that every login makes: what it gives, what its code is exchanged for, a refresh. Each is one durable
//! change; single use is decided by one guarded statement in it.

use super::codes::{self, Code, CodeKind};
use super::db::{Conn, Db};
use super::grants::{self, Grant};
use super::refresh_tokens::{self, NewRefreshToken};
use super::{client_users, flows};
use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::error::Error;
use crate::id::FlowId;

/// What a login gives.
#[derive(Clone, Debug)]
pub struct NewLogin {
    /// The stored flow that it ends, if there was something to be asked.
    pub flow: Option<FlowId>,
    /// The grant. Its subject is for a person who logs in at this client for the first time; anybody else keeps theirs.
    pub grant: Grant,
    /// What the code is for.
    pub kind: CodeKind,
    /// The code.
    pub code: Code,
}

impl Db {
    /// Writes what a login gives, with the client user; false when its flow has ended, and then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub async fn issue(&self, login: NewLogin, now: Timestamp) -> Result<bool, Error> {
        self.change_together(async move |conn: &mut Conn| {
            let NewLogin { flow, mut grant, kind, code } = login;
            if let Some(flow) = flow
                && !flows::finish(conn, flow, now).await?
            {
                return Ok(false);
            }
            grant.subject = client_users::record_login(conn, &grant, now).await?;
            grants::insert(conn, grant).await?;
            codes::insert(conn, kind, code, now).await?;
            Ok(true)
        })
        .await
    }

    /// Spends a code and stores the first refresh token, if there is to be one; false when the code is spent or expired, and
    /// then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub async fn redeem(
        &self,
        code: CredentialKey,
        refresh: Option<NewRefreshToken>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.change_together(async move |conn: &mut Conn| {
            let spent = codes::spend(conn, code, now).await?;
            if spent && let Some(refresh) = refresh {
                refresh_tokens::insert(conn, refresh, now).await?;
            }
            Ok(spent)
        })
        .await
    }

    /// Spends a refresh token, by the request of this digest, and stores its child; false when the token is spent or
    /// expired, and then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub async fn rotate(
        &self,
        parent: CredentialKey,
        request: [u8; 32],
        child: NewRefreshToken,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.change_together(async move |conn: &mut Conn| {
            let spent = refresh_tokens::spend(conn, parent, request, now).await?;
            if spent {
                refresh_tokens::insert(conn, child, now).await?;
            }
            Ok(spent)
        })
        .await
    }
}
