//! What a partner learns of refused attempts, and the check of an integration before there is one.

use std::net::IpAddr;

use super::permit::{self, Caller};
use crate::crypto::credential::{Kind, StoredDigest};
use crate::error::Error;
use crate::gate::check::{self, Line, Question};
use crate::gate::permission::Permission;
use crate::id::{AttemptId, ClientId};
use crate::model::scope::ScopeSet;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::attempts::{self, Attempt};

/// What a partner asks about; what is `None` is not asked.
#[derive(Debug, Default)]
pub struct CheckFields {
    /// Where a login's answer shall go.
    pub redirect_uri: Option<String>,
    /// OAuth's `response_type`.
    pub response_type: Option<String>,
    /// PKCE's challenge.
    pub code_challenge: Option<String>,
    /// How it was made.
    pub code_challenge_method: Option<String>,
    /// Scopes, joined by a space.
    pub scope: Option<String>,
    /// A client secret. It is neither stored nor told to anybody.
    pub secret: Option<Secret<String>>,
    /// A domain, as an id, a root domain or a host.
    pub domain: Option<String>,
    /// The address of a server that calls.
    pub ip: Option<String>,
}

/// The refused attempts of a client, newest first.
///
/// # Errors
/// Those of [`permit::to_read`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    before: Option<AttemptId>,
    limit: i64,
) -> Result<Vec<Attempt>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::AttemptsRead, core.clock.now()).await?;
    Ok(attempts::newest(&mut conn, client, before, limit).await?)
}

/// Every rule that the question touches, with why it is broken if it is.
///
/// # Errors
/// [`Error::Invalid`] for `scope` and `ip`; those of [`permit::to_read`]; the database's.
pub async fn check(core: &Core, caller: &Caller, client: ClientId, fields: &CheckFields) -> Result<Vec<Line>, Error> {
    let now = core.clock.now();
    {
        let mut conn = core.db.read().await?;
        permit::to_read(&mut conn, caller, client, Permission::AttemptsRead, now).await?;
    }
    let scope = fields.scope.as_deref().filter(|text| !text.is_empty()).map(ScopeSet::parse).transpose();
    let scope = scope.map_err(|_| Error::invalid("scope", "malformed", "give names of scopes, joined by a space"))?;
    let ip = fields.ip.as_deref().filter(|text| !text.is_empty()).map(str::parse::<IpAddr>).transpose();
    let ip = ip.map_err(|_| Error::invalid("ip", "malformed", "give one address, such as 192.0.2.1 or 2001:db8::1"))?;
    let secret = fields.secret.as_ref().map(|text| StoredDigest::parse(Kind::ClientSecret, text.expose()).ok_or(()));
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    let question = Question {
        redirect_uri: fields.redirect_uri.as_deref(),
        response_type: fields.response_type.as_deref(),
        code_challenge: fields.code_challenge.as_deref(),
        code_challenge_method: fields.code_challenge_method.as_deref(),
        scope: scope.as_ref(),
        secret: secret.as_ref().map(|secret| secret.as_ref().map_err(|_| ())),
        domain: fields.domain.as_deref(),
        ip,
    };
    Ok(check::check(&snapshot, &question, now))
}
