//! The audit log: every entry and every seal is recomputed.

use xwms_core::audit::sealing::{self, Report};
use xwms_core::clock::Timestamp;
use xwms_core::database::Db;
use xwms_core::error::Error;

use super::Finding;

const SUBJECT: &str = "audit log";

/// Looks at the log, and for `kept`, a seal that was kept elsewhere, in its chain.
///
/// # Errors
/// The database's.
pub(super) async fn look(db: &Db, now: Timestamp, kept: Option<&str>) -> Result<Vec<Finding>, Error> {
    let mut findings = told(&sealing::examine(db, now).await?);
    if let Some(kept) = kept {
        findings.push(match sealing::find(db, kept).await? {
            Some(seal) => Finding::ok(SUBJECT, format!("the seal that you kept is number {}, of {}", seal.number, seal.at)),
            None => Finding::fail(
                SUBJECT,
                "the chain does not have the seal that you kept: the log was cut or written anew, or this is no seal of it",
            ),
        });
    }
    Ok(findings)
}

fn told(report: &Report) -> Vec<Finding> {
    if let Some(flaw) = &report.flaw {
        return vec![Finding::fail(SUBJECT, flaw)];
    }
    let whole = match &report.newest {
        Some(newest) => format!(
            "{} entries under {} seals, all as they were written; the newest seal is {}",
            report.sealed,
            newest.number,
            sealing::hex(&newest.seal)
        ),
        None => "nothing is sealed yet".to_owned(),
    };
    let mut findings = vec![Finding::ok(SUBJECT, whole)];
    if let Some(first) = report.first_late {
        let text =
            format!("{} entries wait for their seal for over 10 s, from {first} on: is a server running?", report.late);
        findings.push(Finding::warn(SUBJECT, text));
    }
    findings
}
