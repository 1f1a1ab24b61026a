//! Too often, too many: wrong passwords and secrets, mails, logins in progress.

pub mod flow_room;
pub mod secret_guesses;
