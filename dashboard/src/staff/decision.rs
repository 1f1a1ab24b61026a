//! What is decided about an application, and the end of an approval.

use axum::response::Response;
use xwms_core::contract::staff::{Decision, Revocation, StaffVerificationView};
use xwms_core::contract::verification::VerificationItem;
use xwms_core::error::Error;
use xwms_core::model::verification::{ItemStatus, Verdict, VerificationState};
use xwms_core::request::params::Params;
use xwms_core::staff::facts::ClientFacts;
use xwms_core::staff::verifications;
use xwms_core::text;

use super::known;
use super::verifications::{OneVerification, draw, facts_of, get, item_path};
use crate::desk::Place;
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::StaffSection;

/// What people call a field.
pub(super) fn label_of(shell: &Shell, name: &str) -> String {
    match name.rsplit('.').next() {
        Some("decision") => shell.say("staff_decision"),
        Some("reason") => shell.say("staff_reason"),
        Some("items") => shell.say("staff_items"),
        _ => name.to_owned(),
    }
}

/// A line for each scope on each domain. Nothing is chosen beforehand.
pub(super) fn form(shell: &Shell, one: &StaffVerificationView, known: &ClientFacts, values: &Values) -> Html {
    let verification = &one.verification;
    let action = format!("{}/decision", item_path(verification.id));
    let form = Form::new(shell, values, action, shell.say("staff_decide")).once();
    let form = form.hidden("version", verification.version.to_string());
    let lines = verification.items.iter().enumerate();
    lines.fold(form, |form, (index, item)| line(shell, form, (index, item), known)).html()
}

fn line<'f>(shell: &Shell, form: Form<'f>, (index, item): (usize, &VerificationItem), known: &ClientFacts) -> Form<'f> {
    let place = |member: &str| format!("items[{index}].{member}");
    let verdicts = Verdict::ALL.iter().map(|verdict| {
        let word = match verdict {
            Verdict::Approve => shell.say("staff_approve"),
            Verdict::Reject => shell.say("staff_reject"),
        };
        Choice::new(verdict.as_str(), Html::text(word))
    });
    let label = shell.tell(text!("staff_item", scope = item.scope.as_str(), root = item.root_domain.as_str()));
    let scope = known.catalog.iter().find(|scope| scope.name == item.scope);
    let opens = scope.map(|scope| scope.opens.as_str()).filter(|opens| !opens.is_empty());
    let verdict = Control::radios(place("decision"), label, verdicts);
    let verdict = match opens {
        Some(opens) => verdict.hint(shell.tell(text!("staff_item-opens", opens = opens))),
        None => verdict,
    };
    let reason = Control::line(place("reason"), shell.say("staff_reason")).hint(shell.say("staff_reason-partner"));
    form.hidden(place("domain"), item.domain.to_string())
        .hidden(place("scope"), item.scope.clone())
        .field(verdict)
        .field(reason)
}

pub(super) async fn decide(form: Posted<OneVerification>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let decided = match sent.input::<Decision>(&[]) {
        Ok(input) => verifications::decide(desk.core(), sent.caller(desk.signed_in()), desk.ids, input).await,
        Err(why) => Err(why),
    };
    match decided {
        Ok(_) => {
            let path = item_path(desk.ids);
            Ok(desk.done(&path, "decided"))
        }
        Err(why) => {
            let one = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw(&desk, &one, &values).await
        }
    }
}

pub(super) async fn ask_revocation(desk: OneVerification) -> Result<Response, Response> {
    let one = get(&desk).await?;
    if one.verification.status != VerificationState::Approved {
        let why = Error::Conflict(text!("verification_not_approved"));
        let values = desk.refused(Values::default(), Params::default(), why)?;
        return draw(&desk, &one, &values).await;
    }
    draw_revocation(&desk, &one, &Values::default()).await
}

async fn draw_revocation(
    desk: &OneVerification,
    one: &StaffVerificationView,
    values: &Values,
) -> Result<Response, Response> {
    let shell = desk.shell();
    let known = facts_of(desk, one).await?;
    let item = item_path(desk.ids);
    let approved = one.verification.items.iter().filter(|item| item.status == ItemStatus::Approved);
    let what = approved.map(|item| {
        let text = text!("staff_item", scope = item.scope.as_str(), root = item.root_domain.as_str());
        Html::text(shell.tell(text))
    });
    let terms = Terms::new([
        (shell.say("staff_closes"), Html::joined(what, "; ")),
        (shell.say("staff_people"), Html::text(known.usage.people)),
    ]);
    let page = desk
        .page(shell.tell(text!("staff_revoke-title", name = one.client_name.as_str())))
        .crumb(StaffSection::Verifications.href(), shell.say("staff_queue-title"))
        .crumb(item.clone(), one.client_name.clone())
        .purpose(shell.say("staff_revoke-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()));
    if let Some(why) = &known.conflict {
        return Ok(page.part(&known::conflict(shell, why)).respond());
    }
    let reason = Control::area("reason", shell.say("staff_reason")).hint(shell.say("staff_reason-partner"));
    let form = Form::new(shell, values, format!("{item}/revoke"), shell.say("staff_revoke")).danger().field(reason);
    Ok(page.part(&form.cancel(item).html()).respond())
}

pub(super) async fn revoke(form: Posted<OneVerification>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let revoked = match sent.input::<Revocation>(&[]) {
        Ok(input) => verifications::revoke(desk.core(), sent.caller(desk.signed_in()), desk.ids, input).await,
        Err(why) => Err(why),
    };
    match revoked {
        Ok(_) => {
            let path = item_path(desk.ids);
            Ok(desk.done(&path, "revoked"))
        }
        Err(why) => {
            let one = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_revocation(&desk, &one, &values).await
        }
    }
}
