//! A token for the client itself (OAuth 2.1 §4.2): issued from the snapshot alone, without a query or a row.

use super::client::ClaimedClient;
use super::tokens::{Access, ScopeRefused, TokenRefused, Tokens};
use crate::gate::client_authentication::Purpose;
use crate::gate::denial::Denial;
use crate::gate::resource::target;
use crate::gate::scope;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::state::Core;

/// What a client asks for on its own behalf.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The domain to act for: an id, a root domain or a host. It may be left out where only one can be meant.
    pub domain: Option<&'a str>,
    /// The scope; all that is to be had without one.
    pub scope: Option<&'a str>,
    /// The resource servers that the token shall be for.
    pub resources: &'a Resources,
}

/// Issues an access token for the client itself, for one of its domains.
///
/// # Errors
/// [`TokenRefused::Client`], also when the domain is not told or malformed; [`TokenRefused::Scope`].
pub fn issue(core: &Core, client: &ClaimedClient, wanted: &Wanted<'_>) -> Result<Tokens, TokenRefused> {
    let authenticated = client.authenticate(core, Purpose::ClientCredentials { named: wanted.domain })?;
    let domain = authenticated.and_then(|id| client.snapshot.domain(id));
    let domain = domain.ok_or_else(|| client.refused(core, authenticated, Denial::DomainUnknown))?;
    let asked = wanted.scope.map(ScopeSet::parse).transpose().map_err(|_| ScopeRefused::Malformed)?;
    let now = core.clock.now();
    let scope =
        scope::client_credentials(&client.snapshot, domain, asked.as_ref(), now).map_err(ScopeRefused::Denied)?;
    let resources = target(&client.snapshot, &Resources::default(), wanted.resources)
        .map_err(|denial| client.refused(core, authenticated, denial))?;
    let (id, subject) = (client.id(), client.id().to_string());
    let access =
        Access { subject, client: id, domain: domain.id, grant: None, scope, resources: &resources, signed_in: None };
    Ok(access.tokens(core, now)?)
}
