//! Attempts: the logins and calls that were refused, and what to change.

use axum::response::Response;
use xwms_core::contract::attempt::AttemptView;
use xwms_core::id::{AttemptId, ClientId};
use xwms_core::manage::attempts::{self, AttemptFields};

use super::check::{URI_UNKNOWN, callbacks};
use super::nearest::nearest;
use super::{denials, naming};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::Control;
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table};
use crate::section::ClientSection;

/// The filters: what a person was shown comes first, since that is what they send.
const WORDS: [&str; 5] = ["reference", "reason", "domain", "from", "to"];

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let path = ClientSection::Attempts.href(desk.client());
    let asked = ListRequest::<AttemptId>::of(&desk, &path, &WORDS)?;
    let query = &desk.signed_in().visit.query;
    let fields = AttemptFields {
        reason: query.get("reason"),
        domain: query.get("domain"),
        reference: query.get("reference"),
        from: query.get("from"),
        to: query.get("to"),
    };
    let found =
        attempts::list(desk.core(), &desk.caller(), (desk.client(), fields), asked.after, asked.look_for()).await;
    let mut filters = Filters::of(&desk, &path, &WORDS);
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |attempt| attempt.id.to_string());
    let domains = naming::domain_choices(shell, context, shell.say("users_any_domain"));
    let filters = filters
        .field(Control::line("reference", label_of(shell, "reference")).hint(shell.say("attempts_reference-hint")))
        .field(Control::line("reason", label_of(shell, "reason")).hint(shell.say("attempts_reason-hint")))
        .field(Control::select("domain", label_of(shell, "domain"), domains))
        .field(Control::input("from", label_of(shell, "from"), "date", "off"))
        .field(Control::input("to", label_of(shell, "to"), "date", "off"));
    let page = desk
        .page(shell.say("section_attempts"))
        .purpose(shell.say("attempts_purpose"))
        .refused(filters.values(), |name| label_of(shell, name));
    if found.is_empty() && asked.is_first() {
        let shown = if filters.narrow() { filters.html() } else { Html::default() };
        return Ok(page.part(&shown).part(&filters.empty(shell.say("attempts_none"))).respond());
    }
    let callbacks = callbacks(&desk).await?;
    Ok(page.part(&filters.html()).part(&table(&desk, &found, &callbacks)?).part(&pages).respond())
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "reference" => shell.say("attempts_reference"),
        "reason" => shell.say("attempts_reason"),
        "domain" => shell.say("field_domain"),
        "from" => shell.say("field_from"),
        "to" => shell.say("field_to"),
        other => other.to_owned(),
    }
}

/// What was sent, and the registered URL that is nearest to it.
fn sent(shell: &Shell, attempt: &AttemptView, callbacks: &[String]) -> Html {
    let scopes = attempt.scopes.as_ref().map(|scopes| scopes.join(" "));
    let unknown = attempt.redirect_uri.as_deref().filter(|_| attempt.reason == URI_UNKNOWN);
    let near = unknown.and_then(|uri| nearest(uri, callbacks)).map(|(url, _)| url.to_owned());
    let facts = [
        (shell.say("attempts_address"), attempt.address.clone()),
        (shell.say("attempts_redirect_uri"), attempt.redirect_uri.clone()),
        (shell.say("attempts_nearest"), near),
        (shell.say("attempts_scopes"), scopes),
    ];
    let said = facts.into_iter().filter_map(|(name, fact)| fact.map(|fact| (name, fact)));
    said.map(|(name, fact)| Html::paragraph(&Html::soft(format!("{name}: ")).and(&Html::code(fact)))).collect()
}

fn table(desk: &ClientDesk<ClientId>, found: &[AttemptView], callbacks: &[String]) -> Result<Html, Response> {
    let (shell, context, client) = (desk.shell(), desk.context()?, desk.client());
    let columns = [
        Column::of(shell.say("attempts_time")),
        Column::of(shell.say("attempts_reason")),
        Column::of(shell.say("field_domain")),
        Column::of(shell.say("attempts_reference")),
        Column::of(shell.say("attempts_fix")),
        Column::actions(shell.say("shell_actions")),
    ];
    let check = ClientSection::Check.href(client);
    let rows = found.iter().map(|attempt| {
        let domain = attempt.domain.map(|domain| naming::domain(shell, context, domain));
        let query = attempt.domain.map(|domain| format!("?domain={domain}")).unwrap_or_default();
        [
            Html::time(shell, attempt.at),
            denials::reason(shell, &attempt.reason).and(&sent(shell, attempt, callbacks)),
            domain.unwrap_or_default(),
            Html::code(&attempt.reference),
            denials::fix(shell, (&attempt.reason, attempt.detail.as_deref()), client, attempt.domain),
            Html::action(format!("{check}{query}"), shell.say("attempts_check"), &attempt.reference),
        ]
    });
    Ok(Table::new(shell.say("attempts_caption"), columns).rows(rows).html())
}
