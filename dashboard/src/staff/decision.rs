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
    lines.fold(form, |form, (index, item)| line(shell, form, (index, item), (known, values))).html()
}

fn line<'f>(
    shell: &Shell,
    form: Form<'f>,
    (index, item): (usize, &VerificationItem),
    (known, values): (&ClientFacts, &Values),
) -> Form<'f> {
    let place = |member: &str| format!("items[{index}].{member}");
    let verdicts = Verdict::ALL.iter().map(|verdict| {
        let word = match verdict {
            Verdict::Approve => shell.say("staff_approve"),
            Verdict::Reject => shell.say("staff_reject"),
        };
        Choice::new(verdict.as_str(), Html::text(word))
    });
    let is_new = values.is_refused() && values.text(&place("domain")).is_empty();
    let label = if is_new {
        shell.tell(text!("staff_item-new", scope = item.scope.as_str(), root = item.root_domain.as_str()))
    } else {
        shell.tell(text!("staff_item", scope = item.scope.as_str(), root = item.root_domain.as_str()))
    };
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
            // What was applied for may have changed meanwhile: a choice stays with what it was made for.
            let fields = placed(&sent.fields, &one.verification.items);
            let values = desk.refused(Values::default(), fields, why)?;
            draw(&desk, &one, &values).await
        }
    }
}

/// The choices that were sent, each at the place that its scope and domain have now. One that is gone is left out.
fn placed(sent: &Params, items: &[VerificationItem]) -> Params {
    let mut pairs: Vec<(String, String)> = sent
        .pairs()
        .filter(|(name, _)| !name.starts_with("items["))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    for (index, item) in items.iter().enumerate() {
        let Some(old) = place_of(sent, item) else { continue };
        for member in ["domain", "scope", "decision", "reason"] {
            if let Some(value) = sent.get(&format!("items[{old}].{member}")) {
                pairs.push((format!("items[{index}].{member}"), value.to_owned()));
            }
        }
    }
    pairs.into_iter().collect()
}

/// Where a form had this scope on this domain; `None` when it was not on it.
fn place_of(sent: &Params, item: &VerificationItem) -> Option<usize> {
    let is = |index: usize, member: &str, value: &str| sent.get(&format!("items[{index}].{member}")) == Some(value);
    let domain = item.domain.to_string();
    let places = (0..).take_while(|index| sent.get(&format!("items[{index}].domain")).is_some());
    places.into_iter().find(|index| is(*index, "domain", &domain) && is(*index, "scope", &item.scope))
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

#[cfg(test)]
mod tests {
    use xwms_core::clock::Timestamp;
    use xwms_core::id::DomainId;
    use xwms_core::model::root_domain::RootDomain;

    use super::*;

    #[test]
    fn a_choice_stays_with_what_it_was_made_for() {
        let [first, second] = [1, 2].map(|at| DomainId::generate(Timestamp::from_seconds(at)));
        let item = |domain: DomainId, scope: &str| VerificationItem {
            domain,
            root_domain: RootDomain::parse("engines.example").unwrap(),
            scope: scope.to_owned(),
            status: ItemStatus::Pending,
            reason: None,
        };
        let sent = format!(
            "version=1&items[0].domain={first}&items[0].scope=phone&items[0].decision=approve\
             &items[1].domain={second}&items[1].scope=phone&items[1].decision=reject&items[1].reason=No"
        );
        let sent = Params::parse(sent.as_bytes()).unwrap();
        let placed = placed(&sent, &[item(second, "phone"), item(second, "address")]);
        for (name, expected) in [
            ("version", "1"),
            ("items[0].decision", "reject"),
            ("items[0].reason", "No"),
            ("items[1].domain", ""),
            ("items[1].decision", ""),
        ] {
            assert_eq!(placed.text(name), expected, "{name}");
        }
    }
}
