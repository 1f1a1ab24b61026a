//! What somebody gives beside their password: a code of their authenticator app, or a recovery code. Each counts once.

use crate::clock::Timestamp;
use crate::crypto::recovery_code;
use crate::crypto::totp::{self, TotpKey};
use crate::database::Conn;
use crate::error::Error;
use crate::id::UserId;
use crate::mail::messages;
use crate::postbox::post;
use crate::state::Core;
use crate::store::tables::{profiles, recovery_codes, totp_keys};

use super::links::{FORGOT_PATH, link};

/// A code that was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Used {
    /// That of the authenticator app.
    App,
    /// A recovery code.
    Recovery,
}

/// Uses a code of this person up; `None` for a wrong one, and for one that was used before. The person's row is held.
///
/// # Errors
/// The database's.
pub(crate) async fn take(
    core: &Core,
    conn: &mut Conn,
    user: UserId,
    typed: &str,
    now: Timestamp,
) -> Result<Option<Used>, Error> {
    if let Some(code) = totp::read_code(typed) {
        let Some((sealed, _)) = totp_keys::find(conn, user).await? else { return Ok(None) };
        let Some(step) = open(core, user, &sealed)?.step_of(&code, now) else { return Ok(None) };
        return Ok(totp_keys::take_step(conn, user, step).await?.then_some(Used::App));
    }
    let Some(code) = recovery_code::read(typed) else { return Ok(None) };
    let digest = recovery_code::digest(&core.master_key.mac_key("recovery code"), user, &code);
    Ok(recovery_codes::spend(conn, user, &digest).await?.then_some(Used::Recovery))
}

/// Tells a person by mail that a recovery code was used, and how many are left. It is done, so nothing that goes wrong here
/// undoes it.
pub(crate) async fn tell_of_recovery(core: &Core, user: UserId) {
    let read = async {
        let mut conn = core.db.read().await?;
        let account = profiles::find(&mut conn, user).await?;
        Ok::<_, Error>((account, recovery_codes::count(&mut conn, user).await?))
    };
    match read.await {
        Ok((Some(account), left)) => {
            let forgot = link(core, FORGOT_PATH, None, None);
            post(core, messages::recovery_code_used(&account.email, account.language(), left, &forgot));
        }
        Ok((None, _)) => {}
        Err(why) => tracing::error!(?why, "nobody was told that a recovery code was used"),
    }
}

/// Seals the key of a person's app.
pub(crate) fn seal(core: &Core, user: UserId, key: &TotpKey) -> Vec<u8> {
    core.master_key.seal(&context(user), key.as_bytes())
}

fn open(core: &Core, user: UserId, sealed: &[u8]) -> Result<TotpKey, Error> {
    let opened = core.master_key.open(&context(user), sealed).ok();
    let key = opened.and_then(|bytes| TotpKey::from_bytes(bytes.expose()));
    key.ok_or(Error::Internal("the key of an authenticator app does not open"))
}

fn context(user: UserId) -> Vec<u8> {
    [b"totp key ".as_slice(), &user.number().to_be_bytes()].concat()
}
