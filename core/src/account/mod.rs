//! What people do on their own pages: answer requests and invitations, end what they share, read what they are told, say
//! who they are, look after their sessions and their password.

pub mod apps;
pub mod general;
pub mod invitations;
pub mod notifications;
pub mod passkeys;
pub mod password;
pub mod person;
pub mod plan;
pub mod recovery;
pub mod requests;
pub mod second_factors;
pub mod sessions;
