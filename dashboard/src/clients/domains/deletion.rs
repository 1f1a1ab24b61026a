//! Delete domain: what goes with it, and whose logins end.

use axum::response::Response;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::manage::domain_facts::DomainFacts;
use xwms_core::manage::domains;
use xwms_core::text;

use super::{OneDomain, below, facts_of, label_of, mode_of, path_of};
use crate::desk::Place;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

pub(crate) async fn ask(desk: OneDomain) -> Result<Response, Response> {
    desk.need(Permission::DomainsDelete)?;
    let facts = facts_of(&desk).await?;
    draw(&desk, facts, &Values::default())
}

fn draw(desk: &OneDomain, facts: DomainFacts, values: &Values) -> Result<Response, Response> {
    let (shell, path, domain) = (desk.shell(), path_of(desk), mode_of(desk)?);
    let lines = [
        (shell.say("domains_list-logins"), Html::text(facts.logins)),
        (shell.say("domain_tab-urls"), Html::text(facts.urls)),
        (shell.say("domain_tab-secrets"), Html::text(facts.secrets)),
    ];
    let mut form =
        Form::new(shell, values, format!("{path}/delete"), shell.say("domains_delete")).danger().cancel(path.clone());
    if facts.logins > 0 {
        let hint = shell.tell(text!("field_confirm_name-hint", name = domain.root_domain.as_str()));
        form = form.field(Control::line("confirm_name", label_of(shell, "confirm_name")).hint(hint));
    }
    let nothing = Values::default();
    let milder = Form::new(shell, &nothing, format!("{path}/switches"), shell.say("shell_switch_off-instead"));
    let milder = milder.hidden("active", "false").quiet().html();
    let milder = if domain.active && desk.may_now(Permission::DomainsUpdate) { milder } else { Html::default() };
    let what = Html::paragraph(&Html::text(shell.tell(text!("domains_delete-what", logins = facts.logins))));
    let title = shell.tell(text!("domains_delete-title", root = domain.root_domain.as_str()));
    Ok(below(desk, title, ("", String::new()))?
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&Terms::new(lines).html().and(&what)))
        .part(&milder)
        .part(&form.html())
        .respond())
}

pub(crate) async fn delete(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    desk.need(Permission::DomainsDelete)?;
    let facts = facts_of(&desk).await?;
    let root = &mode_of(&desk)?.root_domain;
    let named = facts.logins == 0 || sent.fields.text("confirm_name").trim().eq_ignore_ascii_case(root);
    let unnamed = || Error::Invalid(vec![text!("confirm_root", name = root.as_str()).at("confirm_name")]);
    let allowed = sent.only(&["confirm_name"]).and_then(|()| if named { Ok(()) } else { Err(unnamed()) });
    let deleted = match allowed {
        Ok(()) => domains::delete(desk.core(), desk.caller(), desk.ids, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match deleted {
        Ok(_) => {
            let path = ClientSection::Domains.href(desk.client());
            Ok(desk.done(&path, "deleted"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw(&desk, facts, &values)
        }
    }
}
