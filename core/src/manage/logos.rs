//! Logos of clients and of domains (SPEC §2.5).
//!
//! People see the logo of a client on the consent page. That of a Verified Partner was looked at by the staff: a change of
//! it, and its removal too, waits for the next review, and until then the page goes on showing what it showed.

use std::time::Duration;

use serde_json::json;

use super::change::Change;
use super::clients::is_verified;
use super::domains::updated;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use super::verifications::{self, What};
use crate::contract::logo::LogoView;
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DomainId};
use crate::model::image::ImageDigest;
use crate::picture::{self, MediaType, Picture};
use crate::state::Core;
use crate::store::tables::clients::{self, Client};
use crate::store::tables::domains::{self, Domain};
use crate::store::tables::images::{self, ClientLogos};
use crate::throttle;

/// Uploads that a client may make in [`WINDOW`].
const UPLOADS: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);

/// Whose logo it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The client's own.
    Client,
    /// That of one of its domains.
    Domain(DomainId),
}

impl Whose {
    const fn to_read(self, client: ClientId) -> Ask {
        match self {
            Self::Client => Ask::Client(client, Permission::ClientRead),
            Self::Domain(_) => Ask::Client(client, Permission::DomainsRead),
        }
    }

    const fn to_change(self, client: ClientId) -> Ask {
        match self {
            Self::Client => Ask::Client(client, Permission::ClientUpdate),
            Self::Domain(_) => Ask::Client(client, Permission::DomainsUpdate),
        }
    }
}

/// A picture as it was sent.
#[derive(Debug)]
pub struct Upload {
    /// What it is said to be.
    pub media_type: MediaType,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Sets a logo.
///
/// # Errors
/// Those of [`super::permit`] for `client:update` or `domains:update`; [`Error::NotFound`] for the domain;
/// [`Error::TooMany`]; as [`picture::read`]; the database's.
pub async fn put(
    core: &Core,
    caller: Caller,
    client: ClientId,
    whose: Whose,
    upload: Upload,
) -> Result<Done<LogoView>, Error> {
    // Whoever may not has nothing decoded.
    let asks = caller.clone();
    runner::change(core, asks, whose.to_change(client), async move |change: &mut Change<'_>| {
        find(change, whose).await.map(drop)
    })
    .await?;
    throttle::count_for_client(core, "logo", client, UPLOADS, WINDOW).await?;
    let Picture { png, width, height } = picture::read(upload.media_type, upload.bytes).await?;
    let digest = ImageDigest::of(&png);
    let url = format!("{}{}", core.config.server.issuer(), digest.path());
    runner::change(core, caller, whose.to_change(client), async move |change: &mut Change<'_>| {
        let holder = find(change, whose).await?;
        images::insert(change.conn, digest, &png, change.now).await?;
        set(change, holder, Some(digest)).await?;
        Ok(LogoView { url, digest: digest.to_string(), width, height })
    })
    .await
}

/// Removes a logo.
///
/// # Errors
/// As [`put`]; [`Error::NotFound`] when there is none.
pub async fn delete(core: &Core, caller: Caller, client: ClientId, whose: Whose) -> Result<Done<()>, Error> {
    runner::change(core, caller, whose.to_change(client), async move |change: &mut Change<'_>| {
        let holder = find(change, whose).await?;
        if set(change, holder, None).await? { Ok(()) } else { Err(Error::NotFound("logo")) }
    })
    .await
}

/// The logo that the partner has chosen, a PNG.
///
/// # Errors
/// Those of [`super::permit`] for `client:read` or `domains:read`; [`Error::NotFound`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, whose: Whose) -> Result<Vec<u8>, Error> {
    let mut reading = runner::read(core, caller, whose.to_read(client)).await?;
    let content = match chosen(&mut reading.conn, client, whose).await? {
        Some(digest) => images::content(&mut reading.conn, digest).await?,
        None => None,
    };
    content.ok_or(Error::NotFound("logo"))
}

/// Where everybody finds the logo that the partner has chosen, on our site; `None` when there is none.
///
/// # Errors
/// As [`get`], but for that.
pub async fn path(core: &Core, caller: &Caller, client: ClientId, whose: Whose) -> Result<Option<String>, Error> {
    let mut reading = runner::read(core, caller, whose.to_read(client)).await?;
    Ok(chosen(&mut reading.conn, client, whose).await?.map(ImageDigest::path))
}

async fn chosen(conn: &mut Conn, client: ClientId, whose: Whose) -> Result<Option<ImageDigest>, Error> {
    match whose {
        Whose::Client => Ok(images::of_client(conn, client).await?.logo_digest),
        Whose::Domain(domain) => {
            domains::find(conn, client, domain).await?.ok_or(Error::NotFound("domain"))?;
            Ok(images::of_domain(conn, domain).await?)
        }
    }
}

/// A picture for everybody who knows its address.
///
/// # Errors
/// The database's.
pub async fn published(core: &Core, digest: ImageDigest) -> Result<Option<Vec<u8>>, Error> {
    Ok(images::content(&mut core.db.read().await?, digest).await?)
}

/// The staff have looked at what the client shows: people see the logo that it has chosen from now on.
pub(crate) async fn reviewed(change: &mut Change<'_>, client: ClientId) -> Result<(), Error> {
    let ClientLogos { logo_digest, .. } = images::of_client(change.conn, client).await?;
    let shown = ClientLogos { logo_digest, reviewed_logo_digest: logo_digest };
    Ok(images::set_of_client(change.conn, client, shown).await?)
}

/// Deletes pictures that nobody shows any more: at most `batch`.
///
/// # Errors
/// The database's.
pub async fn clean(core: &Core, batch: i64) -> Result<usize, Error> {
    let unused = images::unused(&mut core.db.read().await?, batch).await?;
    if unused.is_empty() {
        return Ok(0);
    }
    core.db.change(async move |conn: &mut Conn| Ok(images::delete_unused(conn, &unused).await?)).await
}

/// What has the logo.
enum Holder {
    Client(Client),
    Domain(Domain),
}

async fn find(change: &mut Change<'_>, whose: Whose) -> Result<Holder, Error> {
    let client = change.access()?.client.clone();
    match whose {
        Whose::Client => Ok(Holder::Client(client)),
        Whose::Domain(domain) => {
            let found = domains::find(change.conn, client.id, domain).await?;
            found.map(Holder::Domain).ok_or(Error::NotFound("domain"))
        }
    }
}

/// Sets the logo; false when it is so already.
async fn set(change: &mut Change<'_>, holder: Holder, logo: Option<ImageDigest>) -> Result<bool, Error> {
    let facts = |logo: Option<ImageDigest>| json!({ "logo": logo.map(|digest| digest.to_string()) });
    match holder {
        Holder::Client(client) => {
            let old = images::of_client(change.conn, client.id).await?;
            let told = (facts(old.logo_digest), facts(logo));
            if !change.updated(Some(client.id), "client.updated", (client.id, &client.name), told) {
                return Ok(false);
            }
            let keep = is_verified(change, client.id).await?;
            let shown = if keep { old.reviewed_logo_digest } else { logo };
            let new = ClientLogos { logo_digest: logo, reviewed_logo_digest: shown };
            images::set_of_client(change.conn, client.id, new).await?;
            let updated_at = change.version_after(client.updated_at);
            let id = client.id;
            clients::update(change.conn, &Client { updated_at, ..client }).await?;
            verifications::settle(change, id, What::NameOrLogo).await?;
        }
        Holder::Domain(domain) => {
            let told = (facts(images::of_domain(change.conn, domain.id).await?), facts(logo));
            let (client, root) = (domain.client_id, domain.root_domain.as_str());
            if !change.updated(Some(client), "domain.updated", (domain.id, root), told) {
                return Ok(false);
            }
            images::set_of_domain(change.conn, domain.id, logo).await?;
            change.publish(client, Some(domain.id), updated(&domain));
            let updated_at = change.version_after(domain.updated_at);
            domains::update(change.conn, &Domain { updated_at, ..domain }).await?;
        }
    }
    Ok(true)
}
