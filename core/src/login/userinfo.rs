//! What of a person an access token opens, asked of the database at every call (OpenID Connect Core §5.3).

use super::live;
use super::shared_person::SharedPerson;
use super::tokens;
use crate::error::Error;
use crate::model::scope::{OPENID, PROVIDERS, ScopeSet};
use crate::model::token_claims::AccessTokenId;
use crate::state::Core;
use crate::store::tables::user_providers;

/// Why an access token opens nothing.
#[derive(Debug)]
pub enum UserinfoRefused {
    /// It is none of ours, is no person's, has expired or was revoked, or what it rests on no longer holds.
    Token,
    /// It lacks the scope `openid`, or that no longer holds.
    Scope,
    /// The database says why.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for UserinfoRefused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The person of this access token, as far as the scopes that still hold open them.
///
/// # Errors
/// See [`UserinfoRefused`].
pub async fn userinfo(core: &Core, token: &str) -> Result<SharedPerson, UserinfoRefused> {
    let claims = tokens::verify_for_us(core, token).ok_or(UserinfoRefused::Token)?;
    let grant = AccessTokenId::grant_of(&claims.jti).ok_or(UserinfoRefused::Token)?;
    let snapshot = core.snapshots.get(claims.client_id).await?.ok_or(UserinfoRefused::Token)?;
    let live = live::find(core, &snapshot, grant, Some(&claims.jti)).await?.ok_or(UserinfoRefused::Token)?;
    // A token that was narrowed at refresh opens no more than it says.
    let scope = live.scope.intersection(&ScopeSet::parse(&claims.scope).unwrap_or_default());
    if !scope.contains(OPENID) {
        return Err(UserinfoRefused::Scope);
    }
    let mut person = SharedPerson::of(live.grant.subject, live.person, &scope);
    if scope.contains(PROVIDERS) {
        person.providers = Some(user_providers::names(&mut core.db.read().await?, live.grant.user_id).await?);
    }
    Ok(person)
}
