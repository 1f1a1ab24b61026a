//! Requests of people who are signed in: who it is, where in the pages they are, and what their form says.

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use xwms_core::account::password;
use xwms_core::account::person::{self, Person};
use xwms_core::clock::Timestamp;
use xwms_core::contract::{Contract, Input, Patch, form};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::login::csrf;
use xwms_core::login::session::Session;
use xwms_core::login::status_message;
use xwms_core::manage::client_context::{self, ClientContext, Standing};
use xwms_core::manage::idempotency::Once;
use xwms_core::manage::permit::Caller;
use xwms_core::model::account::Staff;
use xwms_core::request::cookies;
use xwms_core::request::params::Params;
use xwms_core::secret::Secret;
use xwms_core::state::Core;
use xwms_core::text;

use crate::csrf::is_foreign;
use crate::frame::{Area, Frame};
use crate::layout::Shell;
use crate::page::Page;
use crate::page::html::Html;
use crate::page::values::Values;
use crate::section::{AccountSection, ClientSection, StaffSection};
use crate::visit::{Visit, see_other};

/// Fields that every form may have beside those of what it changes.
const BESIDE: [&str; 3] = ["csrf", "once", "if_match"];

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
    fn frame(&self, area: Area) -> Frame {
        let done = self.visit.query.get("done");
        let done = done.and_then(|done| status_message::read(self.core(), &self.session.key, &self.path, done));
        Frame { person: self.person.clone(), area, done: done.map(str::to_owned) }
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

/// A place in the pages of whoever is signed in.
pub(crate) trait Place: Sized + Send {
    /// Opens it for this person.
    fn open(signed_in: SignedIn, parts: &mut Parts) -> impl Future<Output = Result<Self, Response>> + Send;

    fn signed_in(&self) -> &SignedIn;

    fn frame(&self) -> &Frame;

    fn into_signed_in(self) -> SignedIn;

    /// What its pages are drawn with.
    fn shell(&self) -> &Shell;

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
    signed_in: SignedIn,
    frame: Frame,
    shell: Shell,
}

impl Place for AccountDesk {
    async fn open(signed_in: SignedIn, parts: &mut Parts) -> Result<Self, Response> {
        let path = parts.uri.path();
        let section = AccountSection::ALL.iter().rev().find(|section| {
            let rest = path.strip_prefix(section.href());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && section.href() != "/account")
        });
        let (frame, shell) = (signed_in.frame(Area::Account(section.copied())), signed_in.visit.shell());
        Ok(Self { frame, shell, signed_in })
    }

    fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn into_signed_in(self) -> SignedIn {
        self.signed_in
    }

    fn shell(&self) -> &Shell {
        &self.shell
    }
}

impl AccountDesk {
    /// A page of the account.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        Page::new(&self.shell, &self.frame, heading)
    }
}

/// A page of a client. `P`: what its path names, the client first.
pub(crate) struct ClientDesk<P> {
    signed_in: SignedIn,
    frame: Frame,
    shell: Shell,
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
        let (frame, shell) = (signed_in.frame(Area::Client(Box::new(context), section)), signed_in.visit.shell());
        Ok(Self { frame, shell, ids, signed_in })
    }

    fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn into_signed_in(self) -> SignedIn {
        self.signed_in
    }

    fn shell(&self) -> &Shell {
        &self.shell
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
        self.frame.client().ok_or_else(|| self.fail(Error::Internal("a page of a client without its client")))
    }

    /// Whether the person's role has this permission.
    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.frame.client().is_some_and(|context| context.may(permission))
    }

    /// Whether the person may do this now: their role has the permission, and the client can be changed.
    pub(crate) fn may_now(&self, permission: Permission) -> bool {
        self.frame.client().is_some_and(|context| context.may(permission) && context.standing == Standing::Live)
    }

    /// Goes on only with this permission: for pages that show a form or a confirmation. A page of a change also answers as
    /// the change would while no plan entitles the client, and while it is suspended.
    ///
    /// # Errors
    /// 403, 402 or 409, inside the client's frame.
    pub(crate) fn need(&self, permission: Permission) -> Result<(), Response> {
        if !self.may(permission) {
            return Err(self.fail(Error::Forbidden { permission: permission.text() }));
        }
        match self.context()?.standing {
            _ if permission.text().ends_with(":read") => Ok(()),
            Standing::Live => Ok(()),
            Standing::ReadOnly { .. } => Err(self.fail(Error::PlanRequired)),
            Standing::Suspended { .. } => Err(self.fail(Error::Conflict(text!("client_suspended-read_only")))),
        }
    }

    /// A page of the client, below its own.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        let name = self.frame.client().map(|context| context.client.settings.name.as_str().to_owned());
        Page::new(&self.shell, &self.frame, heading)
            .crumb(format!("/clients/{}", self.client()), name.unwrap_or_default())
    }

    /// The way to what happened to a thing, for those who may read it.
    pub(crate) fn history(&self, id: impl fmt::Display) -> Html {
        if !self.may(Permission::AuditRead) {
            return Html::default();
        }
        let path = ClientSection::Audit.href(self.client());
        Html::quiet_button(format!("{path}?object={id}"), self.shell.say("shell_history"))
    }

    /// A button for what people come here to do, or in its place why this person can't.
    pub(crate) fn primary(&self, permission: Permission, href: &str, action: String) -> Html {
        let Some(context) = self.frame.client() else { return Html::default() };
        crate::frame::lacking(&self.shell, context, permission, action.clone())
            .unwrap_or_else(|| Html::button(href, action))
    }
}

/// A page of the staff's desk. `P`: what its path names.
pub(crate) struct StaffDesk<P = ()> {
    signed_in: SignedIn,
    frame: Frame,
    shell: Shell,
    /// What the path names.
    pub(crate) ids: P,
}

impl<P: DeserializeOwned + Send> Place for StaffDesk<P> {
    async fn open(signed_in: SignedIn, parts: &mut Parts) -> Result<Self, Response> {
        let section = StaffSection::of_path(parts.uri.path());
        let staff = signed_in.person.staff;
        let ids = Path::<P>::from_request_parts(parts, &()).await;
        let (frame, shell) = (signed_in.frame(Area::Staff(section)), signed_in.visit.shell());
        let desk = StaffDesk { frame, shell, signed_in, ids: () };
        match (staff, ids) {
            // Whoever is none of the staff does not learn which pages they have.
            (None, _) => Err(desk.signed_in.visit.failed(Error::NotFound("page"))),
            (Some(Staff::Reviewer), _) if !section.is_for_reviewers() => {
                Err(desk.fail(Error::Refused(text!("staff_admin_only"))))
            }
            (Some(_), Err(_)) => Err(desk.signed_in.visit.failed(Error::NotFound("page"))),
            (Some(Staff::Reviewer | Staff::Admin), Ok(Path(ids))) => {
                let StaffDesk { signed_in, frame, shell, .. } = desk;
                Ok(Self { signed_in, frame, shell, ids })
            }
        }
    }

    fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    fn frame(&self) -> &Frame {
        &self.frame
    }

    fn into_signed_in(self) -> SignedIn {
        self.signed_in
    }

    fn shell(&self) -> &Shell {
        &self.shell
    }
}

impl<P> StaffDesk<P> {
    /// A link to a page of admins; to a reviewer its words alone.
    pub(crate) fn link(&self, section: StaffSection, id: impl fmt::Display, words: impl fmt::Display) -> Html {
        let is_open = self.signed_in.person.staff == Some(Staff::Admin) || section.is_for_reviewers();
        if is_open { Html::link(format!("{}/{id}", section.href()), words) } else { Html::words(words) }
    }

    /// A page of the desk.
    pub(crate) fn page(&self, heading: String) -> Page<'_> {
        Page::new(&self.shell, &self.frame, heading)
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

/// A form that one of our pages sent, at its place.
pub(crate) struct Posted<D> {
    /// Where, and by whom.
    pub(crate) desk: D,
    /// What it says.
    pub(crate) sent: Sent,
}

/// The fields of a form.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) fields: Params,
    path: String,
}

impl<D: Place> FromRequest<Core> for Posted<D> {
    type Rejection = Response;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, core).await?;
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(visit.forged());
        }
        let foreign = is_foreign(&parts.headers, core.config.server.issuer());
        let body = Bytes::from_request(Request::from_parts(parts.clone(), body), core).await;
        let body = body.map_err(IntoResponse::into_response)?;
        let fields = Params::parse(&body).map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
        let path = parts.uri.path().to_owned();
        let signed_in = match SignedIn::of(visit, path.clone()).await? {
            Ok(signed_in) => signed_in,
            Err(visit) if foreign => return Err(visit.forged()),
            Err(visit) => return Err(crate::signed_out::page(&visit, &fields, &path)),
        };
        if foreign || !csrf::valid(core, &signed_in.session.key, fields.text("csrf")) {
            return Err(signed_in.visit.forged());
        }
        let desk = D::open(signed_in, &mut parts).await?;
        Ok(Self { desk, sent: Sent { fields, path } })
    }
}

impl Sent {
    /// The caller of the use case, who has it carried out once however often this form is sent.
    pub(crate) fn caller(&self, signed_in: &SignedIn) -> Caller {
        let caller = signed_in.caller();
        let once = self.fields.get("once").map(|key| {
            // A password is no part of what is made, and no digest of one is kept.
            let body = self.fields.canonical_without(&["csrf", "once", "password"]);
            Once::of(&caller, &format!("POST {}", self.path), key, body.as_bytes())
        });
        Caller { once, ..caller }
    }

    /// The version that was read when the form was drawn.
    pub(crate) fn if_match(&self) -> Option<Timestamp> {
        let text = self.fields.get("if_match")?;
        // What is no version of ours is none that stands.
        Some(Timestamp::from_milliseconds(i64::from_str_radix(text, 16).unwrap_or(-1)))
    }

    /// What the form says of a resource. `beside`: its own fields.
    fn members<T: Contract>(&self, beside: &[&str]) -> Result<Map<String, Value>, Error> {
        let beside = [&BESIDE, beside].concat();
        form::members::<T>(self.fields.pairs(), &beside).map_err(|unknown| {
            let issue = text!("unknown_field-form").at(unknown.0);
            Error::Invalid(vec![issue])
        })
    }

    /// A new resource.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a field that the resource does not have.
    pub(crate) fn input<T: Contract>(&self, beside: &[&str]) -> Result<Input<T>, Error> {
        self.members::<T>(beside).map(Input::read)
    }

    /// What changes of a resource.
    ///
    /// # Errors
    /// As [`Sent::input`].
    pub(crate) fn patch<T: Contract>(&self, beside: &[&str]) -> Result<Patch<T>, Error> {
        self.members::<T>(beside).map(Patch::new)
    }

    /// The same form, with this value of a field.
    ///
    /// # Errors
    /// Never: what was read once can be read again.
    pub(crate) fn with(&self, name: &str, value: &str) -> Result<Self, Error> {
        let others = self.fields.pairs().filter(|(known, _)| *known != name);
        let pairs = others.chain([(name, value)]);
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let fields =
            Params::parse(encoded.as_bytes()).map_err(|_| Error::Internal("a form that can't be read again"))?;
        Ok(Self { fields, path: self.path.clone() })
    }

    /// Goes on only when the name of what is to end was typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `confirm_name`, or for a field that a confirmation does not have.
    pub(crate) fn confirmed(&self, name: &str) -> Result<(), Error> {
        self.only(&["confirm_name", "password"])?;
        let typed = self.fields.text("confirm_name") == name;
        if typed { Ok(()) } else { Err(Error::Invalid(vec![text!("confirm_name", name = name).at("confirm_name")])) }
    }

    /// Takes what a page with something grave on it sends: only when the person said a while ago at the most who they are,
    /// or gives their `password` with it.
    ///
    /// # Errors
    /// [`Error::Invalid`] with field `password`; those of [`password::check`].
    pub(crate) async fn recent(&self, signed_in: &SignedIn) -> Result<(), Error> {
        if password::may_send(signed_in.core(), &signed_in.session) {
            return Ok(());
        }
        if self.fields.get("password").is_none() {
            return Err(Error::Invalid(vec![text!("required-password").at("password")]));
        }
        password::check(signed_in.core(), self.current(signed_in)).await
    }

    /// The password that was typed, as that which stands.
    pub(crate) fn current<'s>(&self, signed_in: &'s SignedIn) -> password::Current<'s> {
        password::Current {
            session: &signed_in.session,
            password: Secret::new(self.fields.text("password").to_owned()),
            device: signed_in.visit.cookie(cookies::DEVICE),
            address: signed_in.visit.address,
        }
    }

    /// Goes on only when the form has no fields but these, each once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first other one.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Error> {
        let known = [&BESIDE, known].concat();
        match self.fields.unknown(&known).or_else(|| self.fields.repeated(&known)) {
            Some(name) => Err(Error::Invalid(vec![text!("unknown_field-form").at(name)])),
            None => Ok(()),
        }
    }
}
