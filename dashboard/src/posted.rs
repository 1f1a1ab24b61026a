//! Forms that our own pages sent: where, by whom, and what they say.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use axum::response::Response;
use serde_json::{Map, Value};
use xwms_core::account::password;
use xwms_core::clock::Timestamp;
use xwms_core::contract::{Contract, Input, Patch, form};
use xwms_core::error::Error;
use xwms_core::login::csrf;
use xwms_core::manage::fields::Expected;
use xwms_core::manage::idempotency::Once;
use xwms_core::manage::permit::Caller;
use xwms_core::request::cookies;
use xwms_core::request::params::Params;
use xwms_core::secret::Secret;
use xwms_core::state::Core;
use xwms_core::text;
use xwms_core::zone::Zone;

use crate::csrf::is_foreign;
use crate::desk::Place;
use crate::signed_in::SignedIn;
use crate::visit::{Visit, read_form};

/// Fields that every form may have beside those of what it changes.
const BESIDE: [&str; 3] = ["csrf", "once", "if_match"];

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
    /// Where its times are meant.
    zone: Zone,
}

impl<D: Place> FromRequest<Core> for Posted<D> {
    type Rejection = Response;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, core).await?;
        let foreign = is_foreign(&parts.headers, core.config.server.issuer());
        let fields = read_form(&visit, Request::from_parts(parts.clone(), body)).await?;
        let path = parts.uri.path().to_owned();
        let signed_in = match SignedIn::of(visit, path.clone()).await? {
            Ok(signed_in) => signed_in,
            Err(visit) if foreign => return Err(visit.forged()),
            Err(visit) => return Err(crate::signed_out::page(&visit, &fields, &path)),
        };
        if foreign || !csrf::valid(core, &signed_in.session.key, fields.text("csrf")) {
            return Err(signed_in.visit.forged());
        }
        let zone = Zone::of(signed_in.person.zoneinfo.as_deref());
        let desk = D::open(signed_in, &mut parts).await?;
        Ok(Self { desk, sent: Sent { fields, path, zone } })
    }
}

impl Sent {
    /// The caller of the use case, who has it carried out once however often this form is sent.
    pub(crate) fn caller(&self, signed_in: &SignedIn) -> Caller {
        let caller = signed_in.caller();
        let once = self.fields.get("once").map(|key| {
            // A password is no part of what is made, and no digest of one is kept.
            let body = self.fields.canonical_without(&["csrf", "once", "password", "code"]);
            Once::of(&caller, &format!("POST {}", self.path), key, body.as_bytes())
        });
        Caller { once, ..caller }
    }

    /// The version that was read when the form was drawn.
    pub(crate) fn if_match(&self) -> Expected {
        // What is no version of ours is none that stands.
        let version = |text| Timestamp::from_milliseconds(i64::from_str_radix(text, 16).unwrap_or(-1));
        self.fields.get("if_match").map(version).into()
    }

    /// What the form says of a resource. `beside`: its own fields.
    fn members<T: Contract>(&self, beside: &[&str]) -> Result<Map<String, Value>, Error> {
        let beside = [&BESIDE, beside].concat();
        form::members::<T>(self.fields.pairs(), &beside, &self.zone).map_err(|unknown| unknown_field(&unknown.0))
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

    /// A new resource, by a form that has these of its members and no others.
    ///
    /// # Errors
    /// As [`Sent::input`].
    pub(crate) fn input_of<T: Contract>(&self, fields: &[&str], beside: &[&str]) -> Result<Input<T>, Error> {
        self.known(fields, beside)?;
        self.input(beside)
    }

    /// What changes of a resource, by a form that has these of its members and no others.
    ///
    /// # Errors
    /// As [`Sent::input`].
    pub(crate) fn patch_of<T: Contract>(&self, fields: &[&str], beside: &[&str]) -> Result<Patch<T>, Error> {
        self.known(fields, beside)?;
        self.patch(beside)
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
        Ok(Self { fields, path: self.path.clone(), zone: self.zone.clone() })
    }

    /// Goes on only when the name of what is to end was typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `confirm_name`, or for a field that a confirmation does not have.
    pub(crate) fn confirmed(&self, name: &str) -> Result<(), Error> {
        self.only(&["confirm_name", "password", "code"])?;
        let typed = self.fields.text("confirm_name") == name;
        if typed { Ok(()) } else { Err(Error::Invalid(vec![text!("confirm_name", name = name).at("confirm_name")])) }
    }

    /// Takes what a page with something grave on it sends: only when the person said a while ago at the most who they are,
    /// or gives their `password` with it, and a `code` where their account has a second factor.
    ///
    /// # Errors
    /// [`Error::Invalid`] with field `password` or `code`; those of [`password::check`].
    pub(crate) async fn recent(&self, signed_in: &SignedIn) -> Result<(), Error> {
        if password::may_send(signed_in.core(), &signed_in.session) {
            return Ok(());
        }
        let mut missing = Vec::new();
        if self.fields.get("password").is_none() {
            missing.push(text!("required-password").at("password"));
        }
        if signed_in.session.second_factor && self.fields.get("code").is_none() {
            missing.push(text!("required-code").at("code"));
        }
        if !missing.is_empty() {
            return Err(Error::Invalid(missing));
        }
        password::check(signed_in.core(), self.current(signed_in)).await
    }

    /// The password and the code that were typed, as what stands.
    pub(crate) fn current<'s>(&self, signed_in: &'s SignedIn) -> password::Current<'s> {
        password::Current {
            session: &signed_in.session,
            password: Secret::new(self.fields.text("password").to_owned()),
            code: Secret::new(self.fields.text("code").to_owned()),
            device: signed_in.visit.cookie(cookies::DEVICE),
            address: signed_in.visit.address,
        }
    }

    /// Goes on only when the form has no fields but these, each once: for forms that no contract reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first other one.
    pub(crate) fn only(&self, fields: &[&str]) -> Result<(), Error> {
        self.known(fields, &[])?;
        match self.fields.repeated(&[&BESIDE, fields].concat()) {
            Some(name) => Err(unknown_field(name)),
            None => Ok(()),
        }
    }

    /// Goes on only when the form has no fields but these. Which of them may be repeated, their contract says: before a
    /// check box stands a hidden field of its name.
    fn known(&self, fields: &[&str], beside: &[&str]) -> Result<(), Error> {
        match self.fields.unknown(&[&BESIDE, fields, beside].concat()) {
            Some(name) => Err(unknown_field(name)),
            None => Ok(()),
        }
    }
}

/// The form does not have this field, or has it once.
fn unknown_field(name: &str) -> Error {
    Error::Invalid(vec![text!("unknown_field-form").at(name)])
}
