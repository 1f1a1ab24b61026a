//! ALL queries, by table, and the two databases under them.

pub mod api_tokens;
pub mod attempts;
pub mod audit;
pub mod client_scopes;
pub mod client_users;
pub mod clients;
pub mod codes;
pub mod consents;
pub mod db;
pub mod domain_urls;
pub mod domains;
pub mod email_tokens;
pub mod flows;
#[cfg(test)]
pub(crate) mod given;
pub mod grants;
pub mod health;
pub mod known_devices;
mod lent;
pub mod members;
pub mod people;
pub mod profiles;
pub mod refresh_tokens;
pub mod requests;
pub mod roles;
pub mod savepoint;
mod schema;
pub mod scopes;
pub mod secrets;
pub mod sessions;
pub mod signing_keys;
pub mod snapshots;
pub mod throttles;
pub mod user_providers;
pub mod users;
pub mod verifications;
pub mod writer;
