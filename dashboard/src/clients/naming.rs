//! How the domains of a client are named on its pages.

use axum::response::Response;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, Subject};
use xwms_core::manage::client_context::{ClientContext, DomainMode};
use xwms_core::manage::urls;
use xwms_core::model::url::UrlKind;

use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::form::Choice;
use crate::page::html::{Html, Look};
use crate::section::ClientSection;

/// A domain has so many URLs at the most.
const MOST_URLS: i64 = 100;

/// What a person is called: by their name, their address, or the number that the client knows them by.
pub(super) fn person(name: Option<&String>, email: Option<&String>, sub: Option<Subject>) -> String {
    name.or(email).cloned().or_else(|| sub.map(|sub| sub.to_string())).unwrap_or_default()
}

/// The address behind the name, where there are both.
pub(super) fn behind_name(name: Option<&String>, email: Option<&String>) -> Html {
    let both = name.and(email);
    both.map_or_else(Html::default, |email| Html::text(" ").and(&Html::soft(email)))
}

/// A domain by its name, as a link for whoever may follow it; one that is gone by its id.
pub(super) fn domain(shell: &Shell, context: &ClientContext, id: DomainId) -> Html {
    let Some(known) = context.domains.iter().find(|domain| domain.id == id) else { return Html::code(id) };
    let name = if context.may(Permission::DomainsRead) {
        Html::link(domain_path(context.client.id, id), &known.root_domain)
    } else {
        Html::words(&known.root_domain)
    };
    let mode = known.test_mode.then(|| Html::badge(Look::Test, shell.say("state_test_mode")));
    Html::joined([Some(name), mode].into_iter().flatten(), " ")
}

/// A choice of one domain, or of none in particular.
pub(super) fn domain_choices(shell: &Shell, context: &ClientContext, none: String) -> Vec<Choice> {
    let none = Choice::new("", Html::text(none));
    let choice = |domain: &DomainMode| {
        let mode = domain.test_mode.then(|| format!(" · {}", shell.say("state_test_mode")));
        let name = format!("{}{}", domain.root_domain, mode.unwrap_or_default());
        Choice::new(domain.id.to_string(), Html::text(name))
    };
    std::iter::once(none).chain(context.domains.iter().map(choice)).collect()
}

/// The callback URLs of a domain that are in use, for whoever may read them.
pub(super) async fn callbacks_of<P: ClientIds>(
    desk: &ClientDesk<P>,
    domain: &DomainMode,
) -> Result<Vec<String>, Response> {
    if !desk.may(Permission::UrlsRead) {
        return Ok(Vec::new());
    }
    let found = urls::list(desk.core(), &desk.caller(), (desk.client(), domain.id), None, MOST_URLS).await;
    let found = found.map_err(|why| desk.fail(why))?.into_iter().map(|url| url.settings);
    let callbacks = found.filter(|url| url.once.kind == UrlKind::Callback && url.settings.active);
    Ok(callbacks.map(|url| url.settings.url.as_str().to_owned()).collect())
}

/// The page of a domain.
pub(super) fn domain_path(client: ClientId, domain: DomainId) -> String {
    format!("{}/{domain}", ClientSection::Domains.href(client))
}
