//! The steps of setting a client up: what each is called, and where it is done.

use xwms_core::contract::setup::SetupView;
use xwms_core::gate::setup::Step;
use xwms_core::id::ClientId;
use xwms_core::text;
use xwms_core::text::Text;

use crate::layout::Shell;
use crate::page::html::Html;
use crate::section::ClientSection;

/// The way to the step that comes next; nothing when all is done.
pub(crate) fn next(shell: &Shell, client: ClientId, setup: &SetupView) -> Html {
    setup.to_do().next().map_or_else(Html::default, |step| button(shell, client, setup, step))
}

/// The same on the page of what was made just now, which `setup` does not know yet.
pub(crate) fn next_after(shell: &Shell, (client, setup): (ClientId, &SetupView), made: Step) -> Html {
    let next = setup.to_do().find(|step| *step != made);
    next.map_or_else(Html::default, |step| button(shell, client, setup, step))
}

fn button(shell: &Shell, client: ClientId, setup: &SetupView, step: Step) -> Html {
    let words = shell.tell(text!("overview_next", step = name_of(step)));
    Html::paragraph(&Html::button(href_of(client, setup, step), words))
}

/// What a step is called.
pub(crate) fn name_of(step: Step) -> Text {
    match step {
        Step::Scopes => text!("overview_step-scopes"),
        Step::Secret => text!("overview_step-secret"),
        Step::Domain => text!("overview_step-domain"),
        Step::CallbackUrl => text!("overview_step-callback_url"),
        Step::Link => text!("overview_step-link"),
        Step::FirstLogin => text!("overview_step-first_login"),
    }
}

/// Where a step is done.
pub(crate) fn href_of(client: ClientId, setup: &SetupView, step: Step) -> String {
    let domains = ClientSection::Domains.href(client);
    match (step, setup.domain) {
        (Step::Scopes, _) => format!("{}/new", ClientSection::Scopes.href(client)),
        (Step::Secret, _) => format!("{}/new", ClientSection::Secrets.href(client)),
        (Step::Domain | Step::CallbackUrl | Step::Link, None) => format!("{domains}/new"),
        (Step::Domain, Some(domain)) => format!("{domains}/{domain}"),
        (Step::CallbackUrl, Some(domain)) => format!("{domains}/{domain}/urls/new?kind=callback"),
        (Step::Link, Some(domain)) => format!("{domains}/{domain}/secrets/link"),
        (Step::FirstLogin, _) => ClientSection::Quickstart.href(client),
    }
}
