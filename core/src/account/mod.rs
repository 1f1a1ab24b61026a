//! What people do on their own pages: answer requests and invitations, end what they share, read what they are told.

pub mod apps;
pub mod invitations;
pub mod notifications;
pub mod person;
pub mod recovery;
pub mod requests;
