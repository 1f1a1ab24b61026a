//! The login that a page is part of, and the partner it is for.

use std::sync::Arc;

use axum::response::Response;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::login::flow::{self, Flow, FlowRefused};
use xwms_core::model::host::Host;
use xwms_core::model::image::ImageDigest;
use xwms_core::request::cookies;

use crate::public::Partner;
use crate::visit::Visit;

/// A login in progress, with the configuration of the client it is for.
pub(super) struct Login {
    pub(super) flow: Flow,
    pub(super) snapshot: Arc<Snapshot>,
    host: String,
    verified: bool,
    name: String,
    logo: Option<String>,
}

impl Login {
    /// The login that this visit names by `flow`, if it names one.
    pub(super) async fn of(visit: &Visit, id: Option<&str>) -> Result<Option<Self>, Response> {
        let Some(id) = id else { return Ok(None) };
        Self::open(visit, id).await.map(Some).map_err(|refused| visit.flow_refused(refused))
    }

    /// The login that this visit must name.
    pub(super) async fn required(visit: &Visit, id: Option<&str>) -> Result<Self, Response> {
        Self::open(visit, id.unwrap_or_default()).await.map_err(|refused| visit.flow_refused(refused))
    }

    async fn open(visit: &Visit, id: &str) -> Result<Self, FlowRefused> {
        let flow = flow::open(&visit.core, id, visit.cookie(cookies::BROWSER)).await?;
        let snapshot = visit.core.snapshots.get(flow.client).await?.ok_or(FlowRefused::Gone)?;
        let host = Host::of_url(&flow.request.redirect_uri).map(|host| host.to_string()).unwrap_or_default();
        let now = visit.core.clock.now();
        let verified = snapshot.is_verified(now);
        let name = snapshot.shown_name(now).to_owned();
        let logo = snapshot.shown_logo(now).map(ImageDigest::path);
        Ok(Self { flow, snapshot, host, verified, name, logo })
    }

    pub(super) fn partner(&self) -> Partner<'_> {
        Partner { name: &self.name, host: &self.host, verified: self.verified, logo: self.logo.as_deref() }
    }

    /// Where the login goes on.
    pub(super) fn way_on(&self) -> String {
        self.flow.id.map(|id| format!("/oauth/continue?flow={id}")).unwrap_or_default()
    }
}
