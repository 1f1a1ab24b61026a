//! What a partner learns of refused attempts, and the check of an integration before there is one.

use std::net::IpAddr;

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::clock::Timestamp;
use crate::contract::attempt::{AttemptView, CheckQuestion, CheckView, CheckedRule};
use crate::contract::{Findings, Input};
use crate::error::Error;
use crate::gate::check::{self, Line, Question};
use crate::gate::denial::Denial;
use crate::gate::flaw::read_secret;
use crate::gate::permission::Permission;
use crate::id::{AttemptId, ClientId, DomainId};
use crate::model::day::Day;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::attempts::{self, Attempt, Filter};
use crate::text;

/// Which attempts are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct AttemptFields<'a> {
    /// For this reason: the code of a denial.
    pub reason: Option<&'a str>,
    /// At the domain of this id.
    pub domain: Option<&'a str>,
    /// What the person was shown.
    pub reference: Option<&'a str>,
    /// Of this time or later: a day, or a time as RFC 3339 writes it.
    pub from: Option<&'a str>,
    /// Of this day or earlier, or of before this time.
    pub to: Option<&'a str>,
}

/// The refused attempts of a client, newest first.
///
/// # Errors
/// [`Error::Invalid`] for `domain`, `from` or `to`; those of [`permit`](super::permit); the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, fields): (ClientId, AttemptFields<'_>),
    before: Option<AttemptId>,
    limit: i64,
) -> Result<Vec<AttemptView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::AttemptsRead)).await?;
    let filter = filter(client, fields)?;
    let found = attempts::newest(&mut reading.conn, &filter, before, limit).await?;
    Ok(found.into_iter().map(view).collect())
}

fn filter(client: ClientId, fields: AttemptFields<'_>) -> Result<Filter, Error> {
    let mut findings = Findings::default();
    let id = |text: &str| text.parse::<DomainId>().map_err(|_| text!("not_an_id", prefix = "domain"));
    let domain = findings.value("domain", fields.domain.map(id).transpose()).flatten();
    let mut moment = |field, text: Option<&str>, later_days| {
        let read = text.map(|text| moment(text, later_days).ok_or_else(|| text!("malformed-time"))).transpose();
        findings.value(field, read).flatten()
    };
    let (from, to) = (moment("from", fields.from, 0), moment("to", fields.to, 1));
    findings.none()?;
    let reference = fields.reference.map(|text| text.trim().to_lowercase());
    Ok(Filter { client, reason: fields.reason.map(str::to_owned), domain, reference, from, to })
}

/// A time, or so many days after the beginning of a day.
fn moment(text: &str, later_days: i64) -> Option<Timestamp> {
    let day = || Day::parse(text).map(|day| day.plus(later_days).begin());
    Timestamp::parse(text).or_else(day)
}

/// Every rule that the question touches, with why it is broken if it is.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; those of [`permit`](super::permit); the database's.
pub async fn check(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    question: Input<CheckQuestion>,
) -> Result<CheckView, Error> {
    drop(runner::read(core, caller, Ask::Client(client, Permission::AttemptsRead)).await?);
    let mut findings = Findings::default();
    let asked = question.take(&mut findings)?;
    let scope = asked.scope.as_deref().filter(|text| !text.is_empty()).map(ScopeSet::parse).transpose();
    let scope = findings.value("scope", scope.map_err(|_| text!("malformed-scope"))).flatten();
    let named = asked.resource.as_deref().filter(|text| !text.is_empty());
    let resources = named.map(|text| Resources::parse(std::iter::once(text))).transpose();
    let resources = findings.value("resource", resources.map_err(|_| text!("character-line"))).flatten();
    let ip = asked.ip.as_deref().filter(|text| !text.is_empty()).map(str::parse::<IpAddr>).transpose();
    let ip = findings.value("ip", ip.map_err(|_| text!("malformed-address"))).flatten();
    findings.none()?;
    let secret = asked.secret.as_ref().map(|text| read_secret(text.expose()));
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    let question = Question {
        redirect_uri: asked.redirect_uri.as_deref(),
        response_type: asked.response_type.as_deref(),
        code_challenge: asked.code_challenge.as_deref(),
        code_challenge_method: asked.code_challenge_method.as_deref(),
        nonce: asked.nonce.as_deref(),
        scope: scope.as_ref(),
        resources: resources.as_ref(),
        secret: secret.as_ref().map(|secret| secret.as_ref().map_err(|flaw| *flaw)),
        domain: asked.domain.as_deref(),
        ip,
    };
    let lines = check::check(&snapshot, &question, core.clock.now());
    Ok(CheckView { rules: lines.into_iter().map(rule).collect() })
}

fn view(attempt: Attempt) -> AttemptView {
    AttemptView {
        id: attempt.id,
        fix: Denial::fix_of(&attempt.reason, attempt.detail.as_deref()).map(|fix| fix.to_string()),
        reason: attempt.reason,
        detail: attempt.detail,
        domain: attempt.domain_id,
        reference: attempt.reference,
        at: attempt.at,
        address: attempt.address,
        redirect_uri: attempt.redirect_uri,
        scopes: attempt.scope.map(|scope| scope.split(' ').map(str::to_owned).collect()),
    }
}

fn rule(line: Line) -> CheckedRule {
    let denial = line.denial.as_ref();
    CheckedRule {
        rule: line.rule,
        pass: denial.is_none(),
        reason: denial.map(Denial::code),
        fix: denial.map(|denial| denial.fix().to_string()),
    }
}
