//! What a person says on the consent page.

use super::flow::{Decision, Flow, FlowRefused, Step, next_step};
use super::session::Session;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::snapshot::Snapshot;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::consents::{self, Allowed};
use crate::store::tables::{flows, scopes};

pub use crate::store::tables::scopes::Scope;

/// A consent page that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// Who sent it.
    pub session: &'a Session,
    /// What they said.
    pub decision: Decision,
    /// The scopes that the page listed.
    pub shown: Option<&'a ScopeSet>,
}

/// Writes what the person said. What is allowed is what [`next_step`] would list now; when the page listed something else (a
/// scope was unlocked or locked meanwhile) nothing is written, and the answer is false. A no needs no list.
///
/// # Errors
/// [`FlowRefused::Gone`] when the flow was decided before, or there is nothing to be asked any more.
pub async fn decide(core: &Core, snapshot: &Snapshot, flow: &Flow, answer: Answer<'_>) -> Result<bool, FlowRefused> {
    let Answer { session, decision, shown } = answer;
    let Some(id) = flow.id else { return Err(FlowRefused::Gone) };
    let Step::Consent(offer) = next_step(core, snapshot, flow, Some(session)).await? else {
        return Err(FlowRefused::Gone);
    };
    if decision == Decision::Allowed && shown != Some(&offer.scope) {
        return Ok(false);
    }
    let (now, client, user) = (core.clock.now(), flow.client, session.user_id);
    let decided = core
        .db
        .change(async move |conn: &mut Conn| {
            if !flows::decide(conn, id, decision.text()).await? {
                return Ok(false);
            }
            if decision == Decision::Allowed {
                let allowed =
                    Allowed { client, user, scope: &offer.scope, domain: offer.domain, test_mode: offer.test_mode };
                consents::allow(conn, allowed, now).await?;
            }
            Ok(true)
        })
        .await?;
    if decided { Ok(true) } else { Err(FlowRefused::Gone) }
}

/// The catalog of scopes, for what the page says of each.
///
/// # Errors
/// The database's.
pub async fn catalog(core: &Core) -> Result<Vec<Scope>, Error> {
    Ok(scopes::all(&mut core.db.read().await?).await?)
}
