//! Whoever is signed in, at one of their pages.

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use xwms_core::account::person::{self, Person};
use xwms_core::login::session::Session;
use xwms_core::login::status_message;
use xwms_core::manage::permit::Caller;
use xwms_core::state::Core;

use crate::frame::{Area, Frame};
use crate::visit::Visit;

/// A person who is signed in, at one of their pages.
pub(crate) struct SignedIn {
    pub(crate) visit: Visit,
    pub(crate) session: Session,
    pub(crate) person: Person,
    pub(crate) path: String,
}

impl SignedIn {
    /// Who this is; nobody when nobody is signed in.
    pub(crate) async fn of(visit: Visit, path: String) -> Result<Result<Self, Visit>, Response> {
        let Some(session) = visit.session.clone() else { return Ok(Err(visit)) };
        let person = person::get(&visit.core, session.user_id).await.map_err(|why| visit.failed(why))?;
        Ok(Ok(Self { visit, session, person, path }))
    }

    /// As whom use cases are called.
    pub(crate) fn caller(&self) -> Caller {
        Caller::signed_in(self.person.id, self.visit.address)
    }

    pub(crate) fn core(&self) -> &Core {
        &self.visit.core
    }

    /// What stands around their pages, here.
    pub(crate) fn frame(&self, area: Area) -> Frame {
        let done = self.visit.query.get("done");
        let done = done.and_then(|done| status_message::read(self.core(), &self.session.key, &self.path, done));
        let links = &self.core().config.pages;
        Frame {
            person: self.person.clone(),
            area,
            done: done.map(str::to_owned),
            documentation: links.documentation_url.clone(),
            support: links.support_url.clone(),
        }
    }

    /// 303 to a page that says what was done.
    pub(crate) fn done(self, path: &str, word: &str) -> Response {
        let without_query = path.split('?').next().unwrap_or_default();
        let done = status_message::sign(self.core(), &self.session.key, without_query, word);
        let separator = if path.contains('?') { '&' } else { '?' };
        self.visit.go(&format!("{path}{separator}done={done}"))
    }
}

/// Signed in, else the way to sign in and back.
impl FromRequestParts<Core> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Response> {
        let visit = Visit::from_request_parts(parts, core).await?;
        match Self::of(visit, parts.uri.path().to_owned()).await? {
            Ok(signed_in) => Ok(signed_in),
            Err(visit) => {
                let path = parts.uri.path_and_query().map_or("/account", http::uri::PathAndQuery::as_str);
                let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
                Err(visit.go(&format!("/login?return={back}")))
            }
        }
    }
}
