//! What of a client needs attention now: a line and a link each.

use axum::response::Response;
use xwms_core::id::ClientId;
use xwms_core::manage::attention::{self, Concern};
use xwms_core::text;

use super::naming::domain_path;
use crate::desk::{ClientDesk, Place};
use crate::page::html::Html;
use crate::section::ClientSection;

/// The card with all of it; nothing when nothing does.
pub(super) async fn card(desk: &ClientDesk<ClientId>) -> Result<Html, Response> {
    let context = desk.context()?;
    let found = attention::of_client(desk.core(), &desk.caller(), context).await.map_err(|why| desk.fail(why))?;
    if found.is_empty() {
        return Ok(Html::default());
    }
    let lines: Html = found.iter().map(|concern| Html::drawn(format!("<li>{}</li>", line(desk, concern)))).collect();
    let heading = Html::heading(desk.shell().say("attention_title"));
    Ok(Html::card(&heading.and(&Html::drawn(format!("<ul>{lines}</ul>")))))
}

/// What it is about, as the way there.
fn line(desk: &ClientDesk<ClientId>, concern: &Concern) -> Html {
    let (shell, client) = (desk.shell(), desk.client());
    let secrets = ClientSection::Secrets.href(client);
    let (href, text) = match concern {
        Concern::SecretLeaked(id, label) => {
            (format!("{secrets}/{id}"), text!("attention_leaked", label = label.as_str()))
        }
        Concern::SecretExpires(id, label, end) => (
            format!("{secrets}/{id}/rotate"),
            text!("attention_expires", label = label.as_str(), end = Html::day(shell, *end)),
        ),
        Concern::ProofMissed(id, root) => {
            (format!("{}/ownership", domain_path(client, *id)), text!("attention_proof", root = root.as_str()))
        }
        Concern::NoCallback(id, root) => {
            (format!("{}/urls", domain_path(client, *id)), text!("attention_callback", root = root.as_str()))
        }
        Concern::NoSecret(id, root) => {
            (format!("{}/secrets", domain_path(client, *id)), text!("attention_secret", root = root.as_str()))
        }
        Concern::Parked(parked) => {
            let href = format!("{}?status=parked", ClientSection::Webhooks.href(client));
            (href, text!("attention_parked", parked = *parked))
        }
        Concern::NameUnderReview(shown) => {
            (ClientSection::Verifications.href(client), text!("attention_name", shown = shown.as_str()))
        }
        Concern::ApprovalEnds(id, end) => (
            format!("{}/{id}", ClientSection::Verifications.href(client)),
            text!("attention_approval", end = Html::day(shell, *end)),
        ),
        Concern::RequestAnswered(id, accepted) => {
            let text = if *accepted { text!("attention_accepted") } else { text!("attention_declined") };
            (format!("/clients/{client}/requests/{id}"), text)
        }
        Concern::SingleOwner => (ClientSection::Members.href(client), text!("attention_owner")),
    };
    Html::link(href, shell.tell(text))
}
