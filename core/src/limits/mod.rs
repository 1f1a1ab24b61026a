//! Too often, too many: wrong passwords and secrets, mails, logins in progress, checks of domains.

pub mod checks_under_way;
pub mod flow_room;
pub mod secret_guesses;
