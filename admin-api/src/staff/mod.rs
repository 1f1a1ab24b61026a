//! What the staff of XWMS decide: `/staff`.

pub(crate) mod clients;
pub(crate) mod keys;
pub(crate) mod scopes;
pub(crate) mod users;
pub(crate) mod verifications;

use crate::operation::QueryParam;
use crate::shape::{Kind, Member, Set, member};

/// Why something is decided.
const REASON: Member = member("reason", Kind::Text(500), Set::Beside, "Why; it is audited.", "Unpaid since May.");

const fn search(about: &'static str, example: &'static str) -> QueryParam {
    QueryParam { name: "q", about, example, choices: &[] }
}
