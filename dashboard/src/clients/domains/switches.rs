//! The switches of a domain: what bites is asked first, with what it ends.

use axum::response::Response;
use xwms_core::contract::domain::{DomainSettings, DomainView};
use xwms_core::gate::permission::Permission;
use xwms_core::manage::domain_facts::DomainFacts;
use xwms_core::manage::domains;
use xwms_core::request::params::Params;
use xwms_core::text;

use super::{OneDomain, below, facts_of, get, label_of, on_or_off, path_of, settings};
use crate::clients::bite;
use crate::desk::Place;
use crate::page::form::Form;
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;

/// The switches of a domain.
pub(super) const SWITCHES: [&str; 5] = ["allow_login", "allow_api", "active", "primary", "test_mode"];

/// GET of an address that only takes POST.
pub(crate) async fn back(desk: OneDomain) -> Response {
    let path = path_of(&desk);
    desk.go(&path)
}

pub(crate) async fn switch(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    desk.need_to_switch(Permission::DomainsUpdate)?;
    let domain = get(&desk).await?;
    let flips = flips(&domain, &sent.fields);
    if !bite::is_confirmed(&sent.fields) && bites(&flips) && facts_of(&desk).await?.logins > 0 {
        let path = bite::question(&path_of(&desk), &SWITCHES, &sent.fields);
        return Ok(desk.go(&path));
    }
    let changed = match sent.patch_of::<DomainSettings>(&SWITCHES, &["confirm"]) {
        Ok(patch) => domains::update(desk.core(), desk.caller(), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let (path, word) = (path_of(&desk), word(&flips));
            Ok(desk.done(&path, &word))
        }
        Err(why) => {
            let values = desk.refused(Values::of(&domain), sent.fields, why)?;
            settings::draw(&desk, &domain, &Values::of(&domain), &values).await
        }
    }
}

/// What these fields change, and to what.
fn flips(domain: &DomainView, fields: &Params) -> Vec<(&'static str, bool)> {
    let stands = Values::of(domain);
    let wanted = |name: &&'static str| match bite::last(fields, name) {
        "true" => Some((*name, true)),
        "false" => Some((*name, false)),
        _ => None,
    };
    SWITCHES.iter().filter_map(wanted).filter(|(name, on)| stands.flag(name) != *on).collect()
}

/// Whether people who log in now would find the way shut.
fn bites(flips: &[(&'static str, bool)]) -> bool {
    flips.iter().any(|flip| matches!(flip, ("allow_login" | "active", false) | ("test_mode", true)))
}

/// What is said afterwards.
fn word(flips: &[(&'static str, bool)]) -> String {
    match flips {
        [(name, true)] => format!("on-{name}"),
        [(name, false)] => format!("off-{name}"),
        _ => "saved".to_owned(),
    }
}

pub(crate) async fn ask(desk: OneDomain) -> Result<Response, Response> {
    desk.need_to_switch(Permission::DomainsUpdate)?;
    let query = bite::asked(&desk, &SWITCHES)?;
    let (domain, facts) = (get(&desk).await?, facts_of(&desk).await?);
    let flips = flips(&domain, query);
    if flips.contains(&("test_mode", true)) {
        desk.need(Permission::DomainsTest)?;
    }
    draw(&desk, &domain, facts, &flips)
}

fn draw(
    desk: &OneDomain,
    domain: &DomainView,
    facts: DomainFacts,
    flips: &[(&'static str, bool)],
) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), path_of(desk));
    let root = domain.settings.root_domain.as_str();
    let (title, submit) = match flips {
        [(name, on)] => {
            let what = label_of(shell, name);
            let (title, submit) = if *on {
                (text!("switch_on-title", what = &what, root = root), text!("switch_on-submit", what = &what))
            } else {
                (text!("switch_off-title", what = &what, root = root), text!("switch_off-submit", what = &what))
            };
            (shell.tell(title), shell.tell(submit))
        }
        _ => (shell.tell(text!("switch_several-title", root = root)), shell.say("shell_save")),
    };
    let mut lines = vec![(shell.say("domains_list-logins"), Html::text(facts.logins))];
    if flips.contains(&("active", false)) {
        lines.push((shell.say("domain_webhooks"), Html::text(facts.active_webhooks)));
    }
    lines.extend(flips.iter().map(|(name, on)| {
        let change = text!("switch_change", from = on_or_off(shell, !on), to = on_or_off(shell, *on));
        (label_of(shell, name), Html::text(shell.tell(change)))
    }));
    let meaning: Html = flips.iter().map(|flip| meaning(desk, *flip, facts)).collect();
    let nothing = Values::default();
    let mut form = Form::new(shell, &nothing, format!("{path}/switches"), submit).danger().cancel(path.clone());
    for (name, on) in flips {
        form = form.hidden(*name, if *on { "true" } else { "false" });
    }
    let form = form.hidden("confirm", "true");
    let page = below(desk, title, ("", String::new()))?;
    Ok(page.part(&Html::card(&Terms::new(lines).html().and(&meaning))).part(&form.html()).respond())
}

/// What follows from a switch.
fn meaning(desk: &OneDomain, flip: (&'static str, bool), facts: DomainFacts) -> Html {
    let shell = desk.shell();
    let words = match flip {
        ("allow_login", false) => shell.tell(text!("switch_off-allow_login", logins = facts.logins)),
        ("active", false) => shell.tell(text!("switch_off-active", logins = facts.logins)),
        ("allow_api", false) => shell.say("switch_off-allow_api"),
        ("test_mode", true) => shell.tell(text!("switch_on-test_mode", logins = facts.logins)),
        ("test_mode", false) => shell.say("switch_off-test_mode"),
        ("primary", true) => shell.say("field_primary-hint"),
        _ => return Html::default(),
    };
    Html::paragraph(&Html::text(words))
}
