//! A refresh token that came back a second time: whom it concerns is told (RFC 9700 §4.14.2).

use super::links::{FORGOT_PATH, link};
use super::live::Live;
use crate::error::Error;
use crate::gate::snapshot::Snapshot;
use crate::id::{ClientId, UserId};
use crate::mail::messages;
use crate::postbox::{in_background, post};
use crate::state::Core;
use crate::store::tables::{clients, users};
use crate::text::{Arg, Language};

/// Tells the person, and the partner, that the login `live` was ended because one of its refresh tokens was used twice.
/// Its end is committed before. Nobody waits for the mails; what goes wrong is logged.
pub(super) fn tell(core: &Core, snapshot: &Snapshot, live: &Live) {
    let client = &snapshot.client;
    tracing::warn!(client = %client.id, grant = %live.grant.id, "a refresh token was used twice: its login was ended");
    let (core, id, user) = (core.clone(), client.id, live.grant.user_id);
    let root = snapshot.domains.iter().find(|domain| domain.primary && domain.proven);
    let instead = root.map_or_else(|| id.to_string(), |domain| domain.root.to_string());
    let shown = snapshot.shown_name(core.clock.now()).to_owned();
    let name = Arg::Name { name: shown, instead: instead.clone() };
    in_background(async move {
        if let Err(why) = tell_person(&core, user, name).await {
            tracing::error!(?why, "a person was not told that a refresh token was used twice");
        }
        if let Err(why) = tell_partner(&core, id, instead).await {
            tracing::error!(?why, "a partner was not told that a refresh token was used twice");
        }
    });
}

async fn tell_person(core: &Core, user: UserId, client: Arg) -> Result<(), Error> {
    let found = users::find(&mut core.db.read().await?, user).await?;
    if let Some(person) = found {
        let (language, forgot) = (person.language_or(Language::English), link(core, FORGOT_PATH, None, None));
        post(core, messages::token_reused(&person.email, language, client, &forgot));
    }
    Ok(())
}

/// `instead`: what the client is called where its name reads as a link. The partner is reached at its contact address, and
/// without one where its billing owner is.
async fn tell_partner(core: &Core, id: ClientId, instead: String) -> Result<(), Error> {
    let mut conn = core.db.read().await?;
    let Some(client) = clients::find(&mut conn, id).await? else { return Ok(()) };
    let (to, language) = match (client.contact_email, client.billing_owner) {
        (Some(contact), _) => (contact, Language::English),
        (None, Some(owner)) => match users::find(&mut conn, owner).await? {
            Some(owner) => (owner.email.clone(), owner.language_or(Language::English)),
            None => return Ok(()),
        },
        (None, None) => return Ok(()),
    };
    drop(conn);
    let name = Arg::Name { name: client.name, instead };
    post(core, messages::partner_token_reused(&to, language, name));
    Ok(())
}
