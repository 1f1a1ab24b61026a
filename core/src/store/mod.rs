//! ALL queries, by table, and the two databases under them.

pub mod api_tokens;
pub mod attempts;
pub mod client_users;
pub mod codes;
pub mod consents;
pub mod db;
pub mod email_tokens;
pub mod flows;
#[cfg(test)]
pub(crate) mod given;
pub mod grants;
pub mod known_devices;
pub mod people;
pub mod refresh_tokens;
mod schema;
pub mod scopes;
pub mod secrets;
pub mod sessions;
pub mod signing_keys;
pub mod snapshots;
pub mod throttles;
pub mod user_providers;
pub mod users;
pub mod writer;
