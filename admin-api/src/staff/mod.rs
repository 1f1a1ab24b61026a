//! What the staff of XWMS decide: `/staff`.

pub(crate) mod clients;
pub(crate) mod keys;
pub(crate) mod scopes;
pub(crate) mod users;
pub(crate) mod verifications;

use crate::operation::QueryParam;

const fn search(about: &'static str, example: &'static str) -> QueryParam {
    QueryParam { name: "q", about, example, choices: &[] }
}
