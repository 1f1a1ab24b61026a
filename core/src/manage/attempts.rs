//! What a partner learns of refused attempts, and the check of an integration before there is one.

use std::net::IpAddr;

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::contract::attempt::{AttemptView, CheckQuestion, CheckView, CheckedRule};
use crate::contract::{Findings, Input};
use crate::crypto::credential::{Kind, StoredDigest};
use crate::error::Error;
use crate::gate::check::{self, Line, Question};
use crate::gate::denial::Denial;
use crate::gate::permission::Permission;
use crate::id::{AttemptId, ClientId};
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::attempts::{self, Attempt};
use crate::text;

/// The refused attempts of a client, newest first.
///
/// # Errors
/// Those of [`permit`](super::permit); the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    before: Option<AttemptId>,
    limit: i64,
) -> Result<Vec<AttemptView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::AttemptsRead)).await?;
    let found = attempts::newest(&mut reading.conn, client, before, limit).await?;
    Ok(found.into_iter().map(view).collect())
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
    let ip = asked.ip.as_deref().filter(|text| !text.is_empty()).map(str::parse::<IpAddr>).transpose();
    let ip = findings.value("ip", ip.map_err(|_| text!("malformed-address"))).flatten();
    findings.none()?;
    let secret = asked.secret.as_ref().map(|text| StoredDigest::parse(Kind::ClientSecret, text.expose()).ok_or(()));
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    let question = Question {
        redirect_uri: asked.redirect_uri.as_deref(),
        response_type: asked.response_type.as_deref(),
        code_challenge: asked.code_challenge.as_deref(),
        code_challenge_method: asked.code_challenge_method.as_deref(),
        scope: scope.as_ref(),
        secret: secret.as_ref().map(|secret| secret.as_ref().map_err(|_| ())),
        domain: asked.domain.as_deref(),
        ip,
    };
    let lines = check::check(&snapshot, &question, core.clock.now());
    Ok(CheckView { rules: lines.into_iter().map(rule).collect() })
}

fn view(attempt: Attempt) -> AttemptView {
    AttemptView {
        id: attempt.id,
        fix: Denial::fix_of(&attempt.reason).map(|fix| fix.to_string()),
        reason: attempt.reason,
        domain: attempt.domain_id,
        reference: attempt.reference,
        at: attempt.at,
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
