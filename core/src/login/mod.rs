//! People signing in: sessions, registration, recovery, and the logins that lead to a client.

pub mod csrf;
pub mod error_page;
pub mod flow;
pub mod flow_quota;
pub mod issue;
pub mod links;
pub mod live;
pub mod logout;
pub mod recovery;
pub mod registration;
pub mod session;
pub mod sign_in;
pub mod token_reuse;

#[cfg(test)]
mod tests;
