//! What people read of a client when it asks for everything that it has activated.

use super::permit::Caller;
use super::runner::{self, Ask};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::ClientId;
use crate::model::image::ImageDigest;
use crate::state::Core;
use crate::store::tables::scopes::{self, Scope};

/// What the consent page shows.
#[derive(Clone, Debug)]
pub struct ConsentPreview {
    /// The name that people see now.
    pub name: String,
    /// The site: the primary domain, else the first.
    pub host: String,
    /// Whether the badge stands with it.
    pub verified: bool,
    /// Where its logo is found.
    pub logo: Option<String>,
    /// What it asks for, in the order of the catalog.
    pub scopes: Vec<Scope>,
}

/// The consent page of this client, as people see it now.
///
/// # Errors
/// Those of [`permit`](super::permit) for `client:read`; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId) -> Result<ConsentPreview, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::ClientRead)).await?;
    let catalog = scopes::all(&mut reading.conn).await?;
    drop(reading);
    let (snapshot, now) = (core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?, core.clock.now());
    let primary = snapshot.domains.iter().find(|domain| domain.primary).or(snapshot.domains.first());
    Ok(ConsentPreview {
        name: snapshot.shown_name(now).to_owned(),
        host: primary.map(|domain| domain.root.to_string()).unwrap_or_default(),
        verified: snapshot.is_verified(now),
        logo: snapshot.shown_logo(now).map(ImageDigest::path),
        scopes: catalog.into_iter().filter(|scope| snapshot.scopes.contains_key(&scope.name)).collect(),
    })
}
