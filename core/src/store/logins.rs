//! The changes that every login makes: what it gives, what its code is exchanged for, a refresh. Each is one durable
//! change; single use is decided by one guarded statement in it. On PostgreSQL those that wait share one statement.

mod issue;
mod redeem;
mod rotate;

use std::collections::HashSet;

use diesel::QueryableByName;
use diesel::sql_types::Binary;

pub(in crate::store) use self::issue::Issue;
pub(in crate::store) use self::redeem::Redeem;
pub(in crate::store) use self::rotate::Rotate;
use super::engine::grouped::{Group, Pools};
use super::tables::codes::{Code, CodeKind};
use super::tables::grants::Grant;
use super::tables::outbox::WebhookEvent;
use crate::crypto::credential::CredentialKey;
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
    /// What the client's webhooks are told, by the grant's subject; nothing when it has none.
    pub told: Option<WebhookEvent>,
}

/// Where the changes of logins share statements.
#[derive(Clone)]
pub(super) struct Groups {
    pub(super) issue: Group<Issue>,
    pub(super) redeem: Group<Redeem>,
    pub(super) rotate: Group<Rotate>,
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
