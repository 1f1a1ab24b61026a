//! Check: every rule, asked about what somebody would send.

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::attempt::{CheckQuestion, CheckView, CheckedRule};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::{attempts, urls};
use xwms_core::model::url::UrlKind;
use xwms_core::text;

use super::denials;
use super::nearest::{Difference, nearest};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::table::{Column, Table};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// What the address may fill in. Nothing of a secret is among it.
const WORDS: [&str; 4] = ["redirect_uri", "scope", "domain", "ip"];
/// The reason that a registered URL may have been meant.
pub(super) const URI_UNKNOWN: &str = "redirect_uri_unknown";
/// As many domains are looked at for suggestions, and as many URLs of each.
const MOST_DOMAINS: usize = 10;
const MOST_URLS: i64 = 20;

pub(crate) async fn read(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::AttemptsRead)?;
    let query = &desk.signed_in().visit.query;
    let given = WORDS.iter().filter_map(|word| Some((*word, json!(query.get(word)?))));
    let values = Values::beginning(given);
    draw(&desk, &values, None).await
}

pub(crate) async fn check(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let domain = sent.fields.get("domain").and_then(|text| text.parse().ok());
    let checked = match sent.input::<CheckQuestion>(&[]) {
        Ok(question) => attempts::check(desk.core(), &desk.caller(), desk.client(), question).await,
        Err(why) => Err(why),
    };
    match checked {
        Ok(found) => draw(&desk, &Values::typed(sent.fields), Some((&found, domain))).await,
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw(&desk, &values, None).await
        }
    }
}

async fn draw(
    desk: &ClientDesk<ClientId>,
    values: &Values,
    found: Option<(&CheckView, Option<DomainId>)>,
) -> Result<Response, Response> {
    let shell = desk.shell();
    let callbacks = callbacks(desk).await?;
    let is_unknown = found.is_some_and(|(found, _)| found.rules.iter().any(|rule| rule.reason == Some(URI_UNKNOWN)));
    let meant = is_unknown.then(|| meant(shell, &values.text("redirect_uri"), &callbacks)).flatten();
    let found = found.map(|(found, domain)| result(desk, found, domain)).unwrap_or_default();
    let roots = desk.context()?.domains.iter().map(|domain| domain.root_domain.clone()).collect();
    let line = |name| Control::line(name, label_of(shell, name)).optional(shell);
    let secret = Control::input("secret", label_of(shell, "secret"), "password", "off").optional(shell);
    let few = ["response_type", "code_challenge", "code_challenge_method", "nonce", "resource"].map(line);
    let form = Form::new(shell, values, ClientSection::Check.href(desk.client()), shell.say("check_submit"))
        .field(line("redirect_uri").suggestions(callbacks).hint(shell.say("check_redirect_uri-hint")))
        .field(line("scope").hint(shell.say("check_scope-hint")))
        .field(line("domain").suggestions(roots).hint(shell.say("check_domain-hint")))
        .field(line("ip").hint(shell.say("check_ip-hint")))
        .field(secret.hint(shell.say("check_secret-hint")))
        .folded(&shell.say("check_more"), few);
    Ok(desk
        .page(shell.say("section_check"))
        .purpose(shell.say("check_purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&found)
        .part(&meant.unwrap_or_default())
        .part(&form.html())
        .respond())
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "redirect_uri" => shell.say("check_redirect_uri"),
        "scope" => shell.say("check_scope"),
        "domain" => shell.say("field_domain"),
        "ip" => shell.say("check_ip"),
        "secret" => shell.say("check_secret"),
        // OAuth's own names, the same in every language.
        other => other.to_owned(),
    }
}

/// The registered callback URLs, for whoever may read them.
pub(super) async fn callbacks(desk: &ClientDesk<ClientId>) -> Result<Vec<String>, Response> {
    let mut all = Vec::new();
    if !desk.may(Permission::UrlsRead) {
        return Ok(all);
    }
    for domain in desk.context()?.domains.iter().take(MOST_DOMAINS) {
        let ids = (desk.client(), domain.id);
        let found = urls::list(desk.core(), &desk.caller(), ids, None, MOST_URLS).await;
        let found = found.map_err(|why| desk.fail(why))?.into_iter().map(|url| url.settings);
        let found = found.filter(|url| url.once.kind == UrlKind::Callback);
        all.extend(found.map(|url| url.settings.url.as_str().to_owned()));
    }
    Ok(all)
}

/// The registered URL that is nearest to this one, and where they differ.
fn meant(shell: &Shell, typed: &str, known: &[String]) -> Option<Html> {
    let (url, Difference { before, wrong, right, after }) = nearest(typed, known)?;
    let at = before.chars().count() + 1;
    let words = match (wrong.is_empty(), right.is_empty()) {
        (true, _) => text!("check_nearest-missing", at = at, right = right),
        (false, true) => text!("check_nearest-extra", at = at, wrong = wrong),
        (false, false) => text!("check_nearest-other", at = at, wrong = wrong, right = right),
    };
    let marked = Html::joined([Html::text(before), Html::mark(wrong), Html::text(after)], "");
    let lines = [Html::text(shell.tell(text!("check_nearest", url = url))), marked, Html::text(shell.tell(words))];
    Some(Html::card(&lines.iter().map(Html::paragraph).collect()))
}

/// Every rule with its answer, the broken ones first.
fn result(desk: &ClientDesk<ClientId>, found: &CheckView, domain: Option<DomainId>) -> Html {
    let shell = desk.shell();
    let passed = found.rules.iter().filter(|rule| rule.pass).count();
    let heading = Html::heading(shell.tell(text!("check_passed", passed = passed, all = found.rules.len())));
    let columns = [
        Column::of(shell.say("check_rule")),
        Column::of(shell.say("check_result")),
        Column::of(shell.say("check_why")),
        Column::of(shell.say("check_fix")),
    ];
    let (kept, broken): (Vec<_>, Vec<_>) = found.rules.iter().partition(|rule| rule.pass);
    let row = |rule: &CheckedRule| {
        let name = Html::text(rule_in_words(shell, rule.rule)).and(&Html::text(" ")).and(&Html::code(rule.rule));
        let why = rule.reason.map(|code| denials::reason(shell, code));
        let fix = rule.reason.map(|code| denials::fix(shell, (code, None), desk.client(), domain));
        [name, answer(shell, rule.pass), why.unwrap_or_default(), fix.unwrap_or_default()]
    };
    let rows = broken.into_iter().chain(kept).map(row);
    heading.and(&Table::new(shell.say("check_caption"), columns).rows(rows).html())
}

fn answer(shell: &Shell, passes: bool) -> Html {
    if passes {
        Html::badge(Look::Good, shell.say("check_passes"))
    } else {
        Html::badge(Look::Bad, shell.say("check_fails"))
    }
}

/// What a rule asks.
fn rule_in_words(shell: &Shell, rule: &str) -> String {
    match rule {
        "client_known" => shell.say("check_rule-client_known"),
        "client_not_suspended" => shell.say("check_rule-client_not_suspended"),
        "plan_entitles" => shell.say("check_rule-plan_entitles"),
        "redirect_uri" => shell.say("check_rule-redirect_uri"),
        "response_type" => shell.say("check_rule-response_type"),
        "pkce" => shell.say("check_rule-pkce"),
        "scope" => shell.say("check_rule-scope"),
        "resource" => shell.say("check_rule-resource"),
        "secret_known" => shell.say("check_rule-secret_known"),
        "secret_active" => shell.say("check_rule-secret_active"),
        "secret_not_expired" => shell.say("check_rule-secret_not_expired"),
        "domain_named" => shell.say("check_rule-domain_named"),
        "secret_linked" => shell.say("check_rule-secret_linked"),
        "domain_active" => shell.say("check_rule-domain_active"),
        "api_allowed" => shell.say("check_rule-api_allowed"),
        "ip_allowed" => shell.say("check_rule-ip_allowed"),
        "scope_unlocked" => shell.say("check_rule-scope_unlocked"),
        other => other.to_owned(),
    }
}
