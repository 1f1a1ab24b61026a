//! The changes that every login makes: what it gives, what its code is exchanged for, a refresh. Each is one durable
//! change; single use is decided by one guarded statement in it. On PostgreSQL those that wait share one statement.

mod issue;
mod redeem;
mod rotate;

use std::collections::HashSet;

use diesel::QueryableByName;
use diesel::sql_types::Binary;

use self::issue::Issue;
use self::redeem::Redeem;
use self::rotate::Rotate;
use super::engine::db::{Conn, Db};
use super::engine::grouped::{Group, Grouped, Pools};
use super::engine::writer::Undo;
use super::tables::codes::{Code, CodeKind};
use super::tables::grants::Grant;
use super::tables::refresh_tokens::NewRefreshToken;
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
    pub(crate) async fn issue(&self, login: NewLogin, now: Timestamp) -> Result<bool, Error> {
        let group = self.groups().filter(|_| login.flow.is_none());
        self.grouped(Issue { login, now }, group.map(|groups| &groups.issue)).await
    }

    /// Spends a code and stores the first refresh token, if there is to be one; false when the code is spent or expired, and
    /// then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn redeem(
        &self,
        code: CredentialKey,
        refresh: Option<NewRefreshToken>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.grouped(Redeem { code, refresh, now }, self.groups().map(|groups| &groups.redeem)).await
    }

    /// Spends a refresh token, by the request of this digest, and stores its child; false when the token is spent or
    /// expired, and then nothing is written.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn rotate(
        &self,
        parent: CredentialKey,
        request: [u8; 32],
        child: NewRefreshToken,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.grouped(Rotate { parent, request, child, now }, self.groups().map(|groups| &groups.rotate)).await
    }

    async fn grouped<R: Grouped>(&self, request: R, group: Option<&Group<R>>) -> Result<bool, Error> {
        match group {
            Some(group) => group.run(request).await,
            None => {
                // It fails only when the database does.
                let change = async move |conn: &mut Conn| request.alone(conn).await;
                self.change_or_undo(Undo::WithItsGroup, change).await
            }
        }
    }
}

/// Where the changes of logins share statements.
#[derive(Clone)]
pub(super) struct Groups {
    issue: Group<Issue>,
    redeem: Group<Redeem>,
    rotate: Group<Rotate>,
}

impl Groups {
    /// How many there are, and so how many connections they use.
    pub(super) const COUNT: usize = 3;

    /// Starts the task of each.
    pub(super) fn start(pools: &Pools) -> Self {
        Self {
            issue: Group::start(pools.clone()),
            redeem: Group::start(pools.clone()),
            rotate: Group::start(pools.clone()),
        }
    }
}

/// A row that a group's statement answers with: the key of what was spent or stored.
#[derive(QueryableByName)]
struct Granted {
    #[diesel(sql_type = Binary)]
    key: CredentialKey,
}

/// What a group's statement takes as one array: this of every request.
fn column<'r, R, T>(requests: &'r [R], of: impl Fn(&'r R) -> T) -> Vec<T> {
    requests.iter().map(of).collect()
}

/// Of each request, whether the row with its key came back.
fn granted<R>(rows: Vec<Granted>, requests: &[R], key: impl Fn(&R) -> CredentialKey) -> Vec<bool> {
    let rows: HashSet<CredentialKey> = rows.into_iter().map(|row| row.key).collect();
    requests.iter().map(|request| rows.contains(&key(request))).collect()
}
