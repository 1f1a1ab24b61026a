//! The list of secrets: which is in use, for what, and how much.

use std::collections::HashMap;

use axum::response::Response;
use xwms_core::contract::secret::SecretView;
use xwms_core::gate::permission::Permission;
use xwms_core::gate::standing;
use xwms_core::id::{ClientId, DomainId, SecretId};
use xwms_core::manage::{links, recent_logins, secrets};
use xwms_core::model::client::ClientType;
use xwms_core::text;

use super::{ending, last_used};
use crate::clients::naming::domain_path;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table};
use crate::section::ClientSection;

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Secrets.href(desk.client());
    let asked = ListRequest::<SecretId>::of(&desk, &path, &[])?;
    let found = secrets::list(desk.core(), &desk.caller(), desk.client(), asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |secret| secret.id.to_string());
    if desk.context()?.client.settings.client_type == ClientType::Public {
        let none = Empty::new(shell.say("public_client"));
        return Ok(desk.page(shell.say("section_secrets")).part(&none.html()).respond());
    }
    let primary = desk.primary(Permission::SecretsCreate, &format!("{path}/new"), shell.say("secrets_new-title"));
    let page = desk.page(shell.say("section_secrets")).purpose(shell.say("secrets_list-purpose")).primary(primary);
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&Empty::new(shell.say("secrets_list-none")).html()).respond());
    }
    let logins = recent_logins::by_secret(desk.core(), &desk.caller(), desk.client()).await;
    let logins = logins.map_err(|why| desk.fail(why))?;
    let linked = linked(&desk).await?;
    let columns = [
        Column::of(shell.say("secrets_list-secret")),
        Column::of(shell.say("secrets_ends_in")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("secrets_linked")),
        Column::of(shell.say("secrets_last_used")),
        Column::number(shell.say("shell_logins")),
        Column::actions(shell.say("shell_actions")),
    ];
    let rows = found.iter().map(|secret| {
        [
            Html::link(format!("{path}/{}", secret.id), secret.settings.label.as_str()),
            ending(secret),
            state(&desk, secret),
            linked.of(&desk, secret.id),
            last_used(shell, secret),
            Html::text(logins.get(&secret.id).copied().unwrap_or_default()),
            rotation(&desk, &path, secret),
        ]
    });
    let table = Table::new(shell.say("secrets_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

/// Rotating it, for whoever may and while it is of use.
fn rotation(desk: &ClientDesk<ClientId>, path: &str, secret: &SecretView) -> Html {
    if standing::stays_off(secret.leaked_at) || !desk.may_now(Permission::SecretsCreate) {
        return Html::default();
    }
    let href = format!("{path}/{}/rotate", secret.id);
    Html::action(href, desk.shell().say("shell_rotate"), secret.settings.label.as_str())
}

/// Which domains each secret may be used for, for whoever may read that.
pub(super) struct Linked(Option<HashMap<SecretId, Vec<DomainId>>>);

pub(super) async fn linked<P: ClientIds>(desk: &ClientDesk<P>) -> Result<Linked, Response> {
    if !desk.may(Permission::LinksRead) {
        return Ok(Linked(None));
    }
    let found = links::by_secret(desk.core(), &desk.caller(), desk.client()).await;
    Ok(Linked(Some(found.map_err(|why| desk.fail(why))?)))
}

impl Linked {
    /// The domains of one secret, as links.
    pub(super) fn of<P: ClientIds>(&self, desk: &ClientDesk<P>, secret: SecretId) -> Html {
        let (Some(linked), Some(context)) = (&self.0, desk.frame().client()) else { return Html::default() };
        let own = linked.get(&secret).map(Vec::as_slice).unwrap_or_default();
        if own.is_empty() {
            return Html::soft(desk.shell().say("secrets_linked-none"));
        }
        let domains = context.domains.iter().filter(|domain| own.contains(&domain.id));
        let named = domains.map(|domain| {
            let href = format!("{}/secrets", domain_path(desk.client(), domain.id));
            Html::link(href, &domain.root_domain)
        });
        Html::joined(named, ", ")
    }
}

/// How a secret stands, as a badge.
pub(crate) fn state<P: ClientIds>(desk: &ClientDesk<P>, secret: &SecretView) -> Html {
    let (shell, now) = (desk.shell(), desk.core().clock.now());
    if standing::stays_off(secret.leaked_at) {
        return Html::badge(Look::Bad, shell.say("state_leaked"));
    }
    let ends = secret.settings.expires_at;
    match (secret.settings.active, standing::ends_soon(ends, now)) {
        (false, _) => Html::badge(Look::Off, shell.say("state_off")),
        (true, Some(end)) => {
            let days = end.since(now).as_secs() / 86_400;
            Html::badge(Look::Care, shell.tell(text!("state_expires", days = days)))
        }
        (true, None) if ends.is_some_and(|end| end <= now) => Html::badge(Look::Bad, shell.say("state_expired")),
        (true, None) => Html::badge(Look::Good, shell.say("state_active")),
    }
}
