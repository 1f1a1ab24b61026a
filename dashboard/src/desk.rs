//! Places in the pages of whoever is signed in: a client, the staff's desk, their account. Each opens for whoever belongs
//! there, and draws its refusals inside its own frame.

use std::fmt;

use axum::extract::{FromRequestParts, Path};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;
use xwms_core::account::password;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::client_context::{self, ClientContext, Standing};
use xwms_core::manage::permit::Caller;
use xwms_core::model::account::Staff;
use xwms_core::request::params::Params;
use xwms_core::state::Core;
use xwms_core::text;
use xwms_core::zone::Zone;

use crate::frame::{Area, Frame};
use crate::layout::Shell;
use crate::page::Page;
use crate::page::html::Html;
use crate::page::values::Values;
use crate::section::{AccountSection, ClientSection, StaffSection};
use crate::signed_in::SignedIn;
use crate::visit::see_other;

/// What every place has: who is there, what stands around its pages, and what they are drawn with.
pub(crate) struct Desk {
    signed_in: SignedIn,
    frame: Frame,
    shell: Shell,
}

impl Desk {
    fn at(signed_in: SignedIn, area: Area) -> Self {
        let zone = Zone::of(signed_in.person.zoneinfo.as_deref());
        let (frame, shell) = (signed_in.frame(area), signed_in.visit.shell().in_zone(zone));
        Self { signed_in, frame, shell }
    }
}

/// A place in the pages of whoever is signed in.
pub(crate) trait Place: Sized + Send {
    /// Opens it for this person.
    fn open(signed_in: SignedIn, parts: &mut Parts) -> impl Future<Output = Result<Self, Response>> + Send;

    fn desk(&self) -> &Desk;

    fn into_desk(self) -> Desk;

    fn signed_in(&self) -> &SignedIn {
        &self.desk().signed_in
    }

    fn frame(&self) -> &Frame {
        &self.desk().frame
    }

    fn into_signed_in(self) -> SignedIn {
        self.into_desk().signed_in
    }

    /// What its pages are drawn with.
    fn shell(&self) -> &Shell {
        &self.desk().shell
    }

    fn core(&self) -> &Core {
        self.signed_in().core()
    }

    /// As whom use cases are called.
    fn caller(&self) -> Caller {
        self.signed_in().caller()
    }

    /// Opens a page with something grave on it: only when the person said a short while ago who they are. Else the way to
    /// say it, and back.
    fn recent(&self) -> Result<(), Response> {
        let SignedIn { visit, session, path, .. } = self.signed_in();
        if password::may_open(&visit.core, session) {
            return Ok(());
        }
        let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        Err(see_other(&format!("/login/confirm?return={back}")))
    }

    /// 303 to a page that says what was done.
    fn done(self, path: &str, word: &str) -> Response {
        self.into_signed_in().done(path, word)
    }

    /// 303 to another page.
    fn go(self, path: &str) -> Response {
        self.into_signed_in().visit.go(path)
    }

    /// The page for what can't be done here: inside the frame where it is a matter of this place.
    fn fail(&self, why: Error) -> Response {
        let (status, text) = match &why {
            Error::Forbidden { permission } => {
                (StatusCode::FORBIDDEN, text!("page_forbidden-text", permission = *permission))
            }
            Error::Refused(text) => (StatusCode::FORBIDDEN, text.clone()),
            Error::PlanRequired => (StatusCode::PAYMENT_REQUIRED, text!("shell_plan_required")),
            Error::Conflict(text) => (StatusCode::CONFLICT, text.clone()),
            _ => return self.signed_in().visit.failed(why),
        };
        let shell = self.shell();
        Page::new(shell, self.frame(), shell.say("page_refused-title"))
            .status(status)
            .part(&Html::card(&Html::paragraph(&Html::text(shell.tell(text)))))
            .respond()
    }

    /// What a form holds after it was refused.
    fn refused(&self, values: Values, sent: Params, why: Error) -> Result<Values, Response> {
        values.refused(sent, why).map_err(|why| self.fail(why))
    }
}

/// A page of the account.
pub(crate) struct AccountDesk {
    desk: Desk,
}

impl Place for AccountDesk {
    async fn open(signed_in: SignedIn, parts: &mut Parts) -> Result<Self, Response> {
        let path = parts.uri.path();
        let section = AccountSection::ALL.iter().rev().find(|section| {
            let rest = path.strip_prefix(section.href());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && section.href() != "/account")
        });
        Ok(Self { desk: Desk::at(signed_in, Area::Account(section.copied())) })
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn into_desk(self) -> Desk {
        self.desk
    }
}

impl AccountDesk {
    /// A page of the account.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        Page::new(&self.desk.shell, &self.desk.frame, heading)
    }
}

/// A page of a client. `P`: what its path names, the client first.
pub(crate) struct ClientDesk<P> {
    desk: Desk,
    /// What the path names.
    pub(crate) ids: P,
}

/// What a path names, of which the first is a client.
pub(crate) trait ClientIds: DeserializeOwned + Send {
    fn client(&self) -> ClientId;
}

impl ClientIds for ClientId {
    fn client(&self) -> ClientId {
        *self
    }
}

impl<A: DeserializeOwned + Send> ClientIds for (ClientId, A) {
    fn client(&self) -> ClientId {
        self.0
    }
}

impl<A: DeserializeOwned + Send, B: DeserializeOwned + Send> ClientIds for (ClientId, A, B) {
    fn client(&self) -> ClientId {
        self.0
    }
}

impl<P: ClientIds> Place for ClientDesk<P> {
    async fn open(signed_in: SignedIn, parts: &mut Parts) -> Result<Self, Response> {
        let ids = Path::<P>::from_request_parts(parts, &()).await;
        let Ok(Path(ids)) = ids else { return Err(signed_in.visit.failed(Error::NotFound("page"))) };
        let opened = client_context::open(signed_in.core(), &signed_in.caller(), ids.client()).await;
        let context = opened.map_err(|why| signed_in.visit.failed(why))?;
        let section = ClientSection::of_path(parts.uri.path());
        Ok(Self { desk: Desk::at(signed_in, Area::Client(Box::new(context), section)), ids })
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn into_desk(self) -> Desk {
        self.desk
    }
}

impl<P: ClientIds> ClientDesk<P> {
    pub(crate) fn client(&self) -> ClientId {
        self.ids.client()
    }

    /// The client and the person's place in it.
    ///
    /// # Errors
    /// Never, for a page of a client.
    pub(crate) fn context(&self) -> Result<&ClientContext, Response> {
        self.desk.frame.client().ok_or_else(|| self.fail(Error::Internal("a page of a client without its client")))
    }

    /// Whether the person's role has this permission.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.desk.frame.client().is_some_and(|context| context.may(permission))
    }

    /// Whether the person may do this now: their role has the permission, and the client can be changed, or ended in part.
    pub(crate) fn may_now(&self, permission: Permission) -> bool {
        self.may_switch(permission, permission.only_ends())
    }

    /// Whether the person may turn a switch now: without a plan, what is on can be switched off and nothing more.
    pub(crate) fn may_switch(&self, permission: Permission, is_on: bool) -> bool {
        let Some(context) = self.desk.frame.client() else { return false };
        context.may(permission)
            && match context.standing {
                Standing::Live => true,
                Standing::ReadOnly { .. } => is_on,
                Standing::Suspended { .. } => false,
            }
    }

    /// Goes on only with this permission: for pages that show a form or a confirmation. A page of a change also answers as
    /// the change would while no plan entitles the client, and while it is suspended.
    ///
    /// # Errors
    /// 403, 402 or 409, inside the client's frame.
    pub(crate) fn need(&self, permission: Permission) -> Result<(), Response> {
        match self.context()?.standing {
            Standing::ReadOnly { .. } if self.may(permission) && !permission.is_read() && !permission.only_ends() => {
                Err(self.fail(Error::PlanRequired))
            }
            _ => self.need_to_switch(permission),
        }
    }

    /// The same for what may only switch something off while no plan entitles the client: what it does is looked at when it
    /// is done.
    ///
    /// # Errors
    /// 403 or 409, inside the client's frame.
    pub(crate) fn need_to_switch(&self, permission: Permission) -> Result<(), Response> {
        if !self.may(permission) {
            return Err(self.fail(Error::Forbidden { permission: permission.text() }));
        }
        match self.context()?.standing {
            _ if permission.is_read() => Ok(()),
            Standing::Live | Standing::ReadOnly { .. } => Ok(()),
            Standing::Suspended { .. } => Err(self.fail(Error::Conflict(text!("client_suspended-read_only")))),
        }
    }

    /// A page of the client, below its own.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        let name = self.desk.frame.client().map(|context| context.client.settings.name.as_str().to_owned());
        Page::new(&self.desk.shell, &self.desk.frame, heading)
            .crumb(format!("/clients/{}", self.client()), name.unwrap_or_default())
    }

    /// The way to what happened to a thing, for those who may read it.
    pub(crate) fn history(&self, id: impl fmt::Display) -> Html {
        if !self.may(Permission::AuditRead) {
            return Html::default();
        }
        let path = ClientSection::Audit.href(self.client());
        Html::quiet_button(format!("{path}?object={id}"), self.desk.shell.say("shell_history"))
    }

    /// A button for what people come here to do, or in its place why this person can't.
    pub(crate) fn primary(&self, permission: Permission, href: &str, action: String) -> Html {
        let Some(context) = self.desk.frame.client() else { return Html::default() };
        match crate::frame::lacking(&self.desk.shell, context, permission, action.clone()) {
            Some(why) => why,
            None if self.may_now(permission) => Html::button(href, action),
            // The band above says why.
            None => Html::default(),
        }
    }
}

/// A page of the staff's desk. `P`: what its path names.
pub(crate) struct StaffDesk<P = ()> {
    desk: Desk,
    /// What the path names.
    pub(crate) ids: P,
}

impl<P: DeserializeOwned + Send> Place for StaffDesk<P> {
    async fn open(signed_in: SignedIn, parts: &mut Parts) -> Result<Self, Response> {
        let section = StaffSection::of_path(parts.uri.path());
        let staff = signed_in.person.staff;
        let ids = Path::<P>::from_request_parts(parts, &()).await;
        let place = StaffDesk { desk: Desk::at(signed_in, Area::Staff(section)), ids: () };
        match (staff, ids) {
            // Whoever is none of the staff does not learn which pages they have.
            (None, _) => Err(place.signed_in().visit.failed(Error::NotFound("page"))),
            (Some(Staff::Reviewer), _) if !section.is_for_reviewers() => {
                Err(place.fail(Error::Refused(text!("staff_admin_only"))))
            }
            (Some(_), Err(_)) => Err(place.signed_in().visit.failed(Error::NotFound("page"))),
            (Some(Staff::Reviewer | Staff::Admin), Ok(Path(ids))) => Ok(Self { desk: place.desk, ids }),
        }
    }

    fn desk(&self) -> &Desk {
        &self.desk
    }

    fn into_desk(self) -> Desk {
        self.desk
    }
}

impl<P> StaffDesk<P> {
    /// A link to a page of admins; to a reviewer its words alone.
    pub(crate) fn link(&self, section: StaffSection, id: impl fmt::Display, words: impl fmt::Display) -> Html {
        let is_open = self.desk.signed_in.person.staff == Some(Staff::Admin) || section.is_for_reviewers();
        if is_open { Html::link(format!("{}/{id}", section.href()), words) } else { Html::words(words) }
    }

    /// A page of the desk.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        Page::new(&self.desk.shell, &self.desk.frame, heading)
    }
}

macro_rules! opened_by_get {
    ($([$($generics:tt)*] $place:ty),+ $(,)?) => {
        $(impl<$($generics)*> FromRequestParts<Core> for $place {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, core: &Core) -> Result<Self, Response> {
                let signed_in = SignedIn::from_request_parts(parts, core).await?;
                Self::open(signed_in, parts).await
            }
        })+
    };
}

opened_by_get!([] AccountDesk, [P: ClientIds] ClientDesk<P>, [P: DeserializeOwned + Send] StaffDesk<P>);
