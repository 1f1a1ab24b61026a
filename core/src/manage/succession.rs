//! Whose plan entitles a client: when the billing owner stops being an owner for good, another owner takes over
//! (SPEC §1).

use serde_json::json;

use super::change::{Change, Notice};
use super::words::{Words, named};
use crate::error::Error;
use crate::gate::organisation::{Heir, successor};
use crate::id::UserId;
use crate::store::clients::{self, Client};
use crate::store::{members, profiles};

/// Hands the bill over when the billing owner is no owner any more, or not for good.
///
/// # Errors
/// The database's.
pub(crate) async fn settle(change: &mut Change<'_>, client: &Client) -> Result<(), Error> {
    let Some(payer) = client.billing_owner else { return Ok(()) };
    let owners = members::owners(change.conn, client.id).await?;
    let lasting = owners.iter().filter(|owner| owner.expires_at.is_none());
    let lasting: Vec<_> = lasting.filter_map(|owner| Some((owner.user_id?, owner.created_at))).collect();
    if lasting.iter().any(|(user, _)| *user == payer) {
        return Ok(());
    }
    let ids: Vec<UserId> = lasting.iter().map(|(user, _)| *user).collect();
    let accounts = profiles::several(change.conn, &ids).await?;
    let entitled = |user: UserId| {
        let account = accounts.iter().find(|account| account.id == user);
        account.is_some_and(|account| {
            account.suspended_at.is_none() && change.rules.entitlements(account, change.now).clients
        })
    };
    let heirs: Vec<Heir> =
        lasting.iter().map(|&(user, since)| Heir { user, since, entitled: entitled(user) }).collect();
    let Some(heir) = successor(&heirs) else { return Ok(()) };
    let handed =
        Client { billing_owner: Some(heir), updated_at: change.version_after(client.updated_at), ..client.clone() };
    clients::update(change.conn, &handed).await?;
    let owner = |user: UserId| json!({ "owner": user.as_public_subject() });
    let told = (owner(payer), owner(heir));
    change.updated(Some(client.id), "client.handed_over", client.id, &client.name, told);
    let named = named(change.conn, client).await?;
    change.notify(Notice {
        user: heir,
        kind: "client.handed_over".into(),
        object: Some(client.id.to_string()),
        subject: "You pay for a client now".to_owned(),
        text: Words::about(&named, |client| {
            format!(
                "Its billing owner is no owner of \"{client}\" any more, so it is your plan that entitles it from now on."
            )
        }),
    });
    Ok(())
}
