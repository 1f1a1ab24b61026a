//! Whether something that was given still holds: asked of the database and the snapshot at every use.

use std::sync::Arc;

use crate::error::Error;
use crate::gate::{self, snapshot::Person, snapshot::Snapshot, snapshot::Tests};
use crate::id::GrantId;
use crate::model::scope::{ScopeSet, Tier};
use crate::state::Core;
use crate::store::grants::{self, Grant, GrantUser};
use crate::store::people;

/// A grant that holds now.
#[derive(Debug)]
pub struct Live {
    /// The grant.
    pub grant: Grant,
    /// The person, as they are now.
    pub user: GrantUser,
    /// What of the grant's scope still holds: activated, consented and unlocked now (SPEC §2.3).
    pub scope: ScopeSet,
}

/// The grant of this id, if it belongs to this client and everything it rests on still holds: not revoked, not
/// expired, the person not suspended, the consent not ended, client and domain live, and the person let in where the
/// domain is in test mode. `jti` is the access token's own id, where one is asked about.
///
/// # Errors
/// The database's.
pub async fn find(
    core: &Core,
    snapshot: &Arc<Snapshot>,
    id: GrantId,
    jti: Option<&str>,
) -> Result<Option<Live>, Error> {
    let now = core.clock.now();
    let mut conn = core.db.read().await?;
    let Some(found) = grants::find_live(&mut conn, id, jti).await? else { return Ok(None) };
    let grant = found.grant;
    let ended = grant.revoked_at.is_some() || grant.expires_at <= now || found.token_revoked;
    let Some(consented) = found.consented.filter(|_| !ended && found.user.suspended_at.is_none()) else {
        return Ok(None);
    };
    if grant.client_id != snapshot.client.id {
        return Ok(None);
    }
    let test_mode = snapshot.domain(grant.domain_id).is_some_and(|domain| domain.test_mode);
    let reserved = grant.scope.iter().any(|name| snapshot.scopes.get(name) == Some(&Tier::Verified));
    let person = if test_mode || reserved {
        let Some(person) = people::find(&mut conn, grant.client_id, grant.user_id, now).await? else {
            return Ok(None);
        };
        person
    } else {
        // Neither membership nor accepted requests decide anything here, so they are not asked for.
        Person {
            id: grant.user_id,
            suspended: false,
            email_verified: found.user.email_verified,
            member: false,
            tests: Tests::None,
            accepted_access: ScopeSet::default(),
        }
    };
    let Ok(domain) = gate::login::still_holds(snapshot, grant.domain_id, &person, now) else { return Ok(None) };
    let scope = gate::scope::granted(snapshot, domain, &grant.scope, &consented, &person, now);
    Ok(Some(Live { grant, user: found.user, scope }))
}
