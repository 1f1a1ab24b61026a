//! Whether something that was given still holds: asked of the database and the snapshot at every use.

use crate::error::Error;
use crate::gate::scope::RequestedScopes;
use crate::gate::{self, snapshot::Person, snapshot::Snapshot};
use crate::id::GrantId;
use crate::model::scope::ScopeSet;
use crate::state::Core;
use crate::store::tables::grants::{self, Grant, LiveGrant, Shareable};
use crate::store::tables::people;

/// A grant that holds now.
#[derive(Debug)]
pub struct Live {
    /// The grant.
    pub grant: Grant,
    /// What of the grant's scope still holds: activated, consented and unlocked now (SPEC §2.3).
    pub scope: ScopeSet,
    /// What of the person that scope may open.
    pub person: Shareable,
}

/// What of this grant holds now, if it belongs to this client and everything it rests on still stands: not revoked, not
/// expired, the person not suspended, the consent not ended, client and domain live, and the person let in where the
/// domain is in test mode.
///
/// # Errors
/// The database's.
pub async fn judge(core: &Core, snapshot: &Snapshot, found: LiveGrant) -> Result<Option<Live>, Error> {
    let now = core.clock.now();
    let grant = found.grant;
    let ended = grant.revoked_at.is_some() || grant.expires_at <= now || found.token_revoked;
    if ended || found.suspended || grant.client_id != snapshot.client.id {
        return Ok(None);
    }
    let Some(consented) = found.consented else { return Ok(None) };
    let mut person = Person::unrelated(grant.user_id, found.suspended, found.person.email_verified);
    if gate::scope::rests_on_relations(snapshot, snapshot.domain(grant.domain_id), &grant.scope) {
        people::relate(&mut core.db.read().await?, grant.client_id, &mut person, now).await?;
    }
    let Ok(domain) = gate::login::still_holds(snapshot, grant.domain_id, &person, now) else { return Ok(None) };
    let scopes = RequestedScopes { requested: &grant.scope, consented: &consented };
    let scope = gate::scope::granted(snapshot, domain, scopes, &person, now);
    Ok(Some(Live { grant, scope, person: found.person }))
}

/// The grant of this id, as far as it holds now ([`judge`]). `jti` is the access token's own id, where one is asked
/// about: it may have been revoked alone.
///
/// # Errors
/// The database's.
pub async fn find(core: &Core, snapshot: &Snapshot, id: GrantId, jti: Option<&str>) -> Result<Option<Live>, Error> {
    let found = grants::find_live(&mut core.db.read().await?, id, jti).await?;
    match found {
        Some(found) => judge(core, snapshot, found).await,
        None => Ok(None),
    }
}
