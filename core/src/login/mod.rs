//! People signing in, and what their logins give to clients: sessions, registration, recovery, flows, codes and tokens.

pub mod client;
pub mod client_credentials;
mod code;
pub mod consent;
pub mod csrf;
pub mod error_page;
pub mod flow;
pub mod flow_quota;
pub mod hints;
pub mod introspect;
pub mod issue;
pub mod links;
pub mod live;
pub mod logout;
pub mod origins;
pub mod passkey;
mod presented_token;
pub mod redeem;
pub mod registration;
pub mod revoke;
pub mod rotate;
pub(crate) mod second_factor;
pub mod second_step;
pub mod session;
pub mod shared_person;
pub mod sign_in;
pub mod sign_token;
pub mod status_message;
mod token_reuse;
pub mod tokens;
pub mod userinfo;
pub mod verify;

#[cfg(test)]
mod tests;
