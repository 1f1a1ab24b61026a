//! Whom a relying party expects to log in (OpenID Connect Core §3.1.2.1): `id_token_hint` and `login_hint`.

use super::flow::LoginRequest;
use super::session::Session;
use super::tokens::id_token_hint;
use crate::error::Error;
use crate::id::{ClientId, Subject, UserId};
use crate::model::email;
use crate::state::Core;
use crate::store::tables::{client_users, users};

/// What a request says of the person.
#[derive(Clone, Copy, Debug)]
pub struct Hints<'a> {
    /// An ID token of theirs, expired or not.
    pub id_token: Option<&'a str>,
    /// Their email address.
    pub login: Option<&'a str>,
}

/// Has a login go on with the person that is meant and nobody else, or, where only their address is given, ask which account
/// is meant when somebody else is signed in.
///
/// # Errors
/// The database's.
pub async fn heed(
    core: &Core,
    client: ClientId,
    hints: Hints<'_>,
    request: &mut LoginRequest,
    session: Option<&Session>,
) -> Result<(), Error> {
    match (hints.id_token, hints.login, session) {
        (Some(token), _, _) => {
            let Some(user) = subject_of(core, client, token).await? else {
                // Whose it was can't be told: nobody who happens to be signed in is taken for them.
                request.ask_account = true;
                return Ok(());
            };
            request.user = Some(user);
            if request.login_hint.is_none() {
                let account = users::find(&mut core.db.read().await?, user).await?;
                request.login_hint = account.map(|account| account.email);
            }
        }
        (None, Some(hint), Some(session)) if hint.contains('@') => {
            let account = users::find(&mut core.db.read().await?, session.user_id).await?;
            request.ask_account |= account.is_none_or(|account| email::key(&account.email) != email::key(hint));
        }
        (None, ..) => {}
    }
    Ok(())
}

/// Whose ID token this is; `None` when it is none of ours for this client, or of nobody that the client knows.
async fn subject_of(core: &Core, client: ClientId, token: &str) -> Result<Option<UserId>, Error> {
    let claims = id_token_hint(core, token).filter(|claims| claims.aud == client.to_string());
    let Some(subject) = claims.and_then(|claims| claims.sub.parse::<Subject>().ok()) else { return Ok(None) };
    let found = client_users::find(&mut core.db.read().await?, client, subject).await?;
    Ok(found.map(|found| found.user_id))
}
