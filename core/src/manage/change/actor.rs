//! Who changes something, and the proof that they may.

use std::net::IpAddr;

use crate::audit;
use crate::id::{TokenId, UserId};

/// Who changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Whoever runs the program's commands on its machine.
    Operator,
    /// A service that signs what it sends, such as the payment provider's adapter.
    Service {
        /// What it is called.
        name: &'static str,
        /// Where the request comes from.
        address: IpAddr,
    },
    /// The program itself, on its own time.
    Schedule,
    /// A signed-in person, or an API token of theirs.
    User {
        /// The account.
        id: UserId,
        /// The token.
        token: Option<TokenId>,
        /// They do it as one of the staff.
        staff: bool,
        /// Where the request comes from.
        address: IpAddr,
    },
}

impl Actor {
    /// As the audit log names it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Operator => "operator".to_owned(),
            Self::Service { name, .. } => format!("service {name}"),
            Self::Schedule => "schedule".to_owned(),
            Self::User { id, token, staff, .. } => {
                let what = if *staff { audit::STAFF } else { "user" };
                let by = token.map(|token| format!(" by {token}")).unwrap_or_default();
                format!("{what} {}{by}", id.as_public_subject())
            }
        }
    }

    pub(super) fn address(&self) -> String {
        match self {
            Self::Operator | Self::Schedule => String::new(),
            Self::Service { address, .. } | Self::User { address, .. } => address.to_string(),
        }
    }
}

/// The proof that somebody may make a change. Only [`permit`](crate::manage::permit) gives it, after asking for the permission, and the
/// program's own commands have it.
#[derive(Debug)]
pub struct Permit(pub(super) Actor);

impl Permit {
    /// That of the operator, whom the machine's own permissions have let in.
    pub(crate) const fn of_operator() -> Self {
        Self(Actor::Operator)
    }

    /// That of whoever was let in just now.
    pub(in crate::manage) const fn of(actor: Actor) -> Self {
        Self(actor)
    }

    /// Who has it.
    pub const fn actor(&self) -> &Actor {
        &self.0
    }
}
