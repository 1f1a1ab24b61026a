//! What a page says after a change: a word in the address, which only our own server can have put there for this person, at
//! this page, just now.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::crypto::credential::CredentialKey;
use crate::state::Core;

/// For so long it counts.
const FRESH: Duration = Duration::from_secs(120);
/// So many characters of the authentication code stand in the address.
const CODE_LENGTH: usize = 22;

/// The value of `done` for the page at `path`, of whoever has this session: `WORD.SECONDS.MAC`.
pub fn sign(core: &Core, session: &CredentialKey, path: &str, word: &str) -> String {
    let seconds = core.clock.now().milliseconds() / 1000;
    let code = code(core, session, path, &format!("{word}.{seconds}"));
    format!("{word}.{seconds}.{code}")
}

/// The word of a `done` that counts; `None` for any other.
pub fn read<'d>(core: &Core, session: &CredentialKey, path: &str, done: &'d str) -> Option<&'d str> {
    let (told, presented) = done.rsplit_once('.')?;
    let (word, seconds) = told.rsplit_once('.')?;
    let at = Timestamp::from_seconds(seconds.parse().ok()?);
    let is_ours =
        crate::crypto::digest::constant_time_eq(code(core, session, path, told).as_bytes(), presented.as_bytes());
    let now = core.clock.now();
    (is_ours && at <= now && now < at.after(FRESH)).then_some(word)
}

fn code(core: &Core, session: &CredentialKey, path: &str, told: &str) -> String {
    let key = core.master_key.mac_key("done");
    let message = [session.as_bytes(), path.as_bytes(), b"\n", told.as_bytes()].concat();
    let mut code = key.token(&message);
    code.truncate(CODE_LENGTH);
    code
}
