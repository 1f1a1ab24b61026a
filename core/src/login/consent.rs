//! What a person says on the consent page.

use super::flow::{Decision, Flow, FlowRefused, Offer, Step, next_step};
use super::session::Session;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::redirect_uri;
use crate::gate::snapshot::Snapshot;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::consents::{self, Allowed};
use crate::store::tables::{flows, profiles, scopes};

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
/// A page that was sent twice, or whose question another tab has answered meanwhile, leads on like the first: what was said
/// first in this login counts.
///
/// # Errors
/// [`FlowRefused::Gone`] when nothing of the login is stored; the database's.
pub async fn decide(core: &Core, snapshot: &Snapshot, flow: &Flow, answer: Answer<'_>) -> Result<bool, FlowRefused> {
    let Answer { session, decision, shown } = answer;
    let Some(id) = flow.id else { return Err(FlowRefused::Gone) };
    let offer = match next_step(core, snapshot, flow, Some(session)).await? {
        Step::Consent(offer) => Some(offer),
        // Nothing is asked any more. A no is one all the same.
        Step::Ready(_) if decision == Decision::Denied => None,
        Step::Ready(_) | Step::Denied | Step::SignIn(_) | Step::VerifyEmail(_) | Step::Refused(_) => return Ok(true),
    };
    let granted = offer.filter(|_| decision == Decision::Allowed);
    if granted.as_ref().is_some_and(|offer| shown != Some(&offer.scope)) {
        return Ok(false);
    }
    let (now, client, user, browser) = (core.clock.now(), flow.client, session.user_id, session.id);
    let for_app = redirect_uri::may_be_anybodys(snapshot, &flow.request.redirect_uri);
    let decided = async move |conn: &mut Conn| {
        // Several logins of one person may be answered at once: one yes after the other is added to the consent.
        profiles::hold(conn, user).await?;
        let is_first = flows::decide(conn, id, decision.text()).await?;
        if let Some(Offer { scope, domain, test_mode }) = granted.as_ref().filter(|_| is_first) {
            let allowed = Allowed { client, user, scope, domain: *domain, test_mode: *test_mode };
            let consent = consents::allow(conn, allowed, now).await?;
            if for_app {
                consents::note_session(conn, consent, browser).await?;
            }
        }
        Ok::<_, Error>(true)
    };
    Ok(core.db.change(decided).await?)
}

/// The catalog of scopes, for what the page says of each.
///
/// # Errors
/// The database's.
pub async fn catalog(core: &Core) -> Result<Vec<Scope>, Error> {
    Ok(scopes::all(&mut core.db.read().await?).await?)
}
