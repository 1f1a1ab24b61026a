//! What the fields of a form hold: what stands, or after a refusal what was typed, and what is wrong with it.

use http::StatusCode;
use serde_json::{Map, Value};
use xwms_core::contract::View;
use xwms_core::error::{Error, FieldError};
use xwms_core::request::params::Params;
use xwms_core::text;
use xwms_core::text::Text;

use super::html::Html;

/// Why a form was refused as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// 402, 403, 409, 412, 422 or 429.
    pub(crate) status: StatusCode,
    /// What is said above the form; with one bad field, that is said at the field alone.
    pub(crate) notice: Option<Text>,
    /// Who was faster, and when.
    pub(crate) by: Option<Html>,
}

/// What the fields of a form hold.
#[derive(Debug, Default)]
pub(crate) struct Values {
    current: Map<String, Value>,
    version: Option<String>,
    sent: Option<Params>,
    refusal: Option<Refusal>,
    errors: Vec<FieldError>,
}

impl Values {
    /// Those of a resource as it stands.
    pub(crate) fn of(view: &impl View) -> Self {
        let current = match serde_json::to_value(view) {
            Ok(Value::Object(members)) => members,
            Ok(_) | Err(_) => Map::new(),
        };
        let version = view.version().map(|version| format!("{:x}", version.milliseconds()));
        Self { current, version, ..Self::default() }
    }

    /// Those of a form that begins with these.
    pub(crate) fn beginning(members: impl IntoIterator<Item = (&'static str, Value)>) -> Self {
        let current = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { current, ..Self::default() }
    }

    /// With this value too.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.current.insert(name.to_owned(), value.into());
        self
    }

    /// What was typed into a form that changes nothing, to be asked again.
    pub(crate) fn typed(sent: Params) -> Self {
        Self { sent: Some(sent), ..Self::default() }
    }

    /// The same, of which these are wrong.
    #[must_use]
    pub(crate) fn wrong(self, errors: Vec<FieldError>) -> Self {
        let refusal = Refusal { status: StatusCode::UNPROCESSABLE_ENTITY, notice: None, by: None };
        Self { refusal: Some(refusal), errors, ..self }
    }

    /// The same, with what was typed and why it was refused.
    ///
    /// # Errors
    /// What is no matter of this form: it is a page of its own.
    pub(crate) fn refused(self, sent: Params, why: Error) -> Result<Self, Error> {
        let (status, notice, errors) = match why {
            Error::Invalid(errors) => (StatusCode::UNPROCESSABLE_ENTITY, None, errors),
            Error::Conflict(text) => (StatusCode::CONFLICT, Some(text), Vec::new()),
            Error::TooManyAtOnce(text) => (StatusCode::CONFLICT, Some(text), Vec::new()),
            Error::Refused(text) => (StatusCode::FORBIDDEN, Some(text), Vec::new()),
            Error::PlanRequired => (StatusCode::PAYMENT_REQUIRED, Some(text!("shell_plan_required")), Vec::new()),
            Error::StalePrecondition => (StatusCode::PRECONDITION_FAILED, Some(text!("shell_stale")), Vec::new()),
            Error::IdempotencyKeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, Some(text!("shell_sent_twice")), Vec::new())
            }
            Error::TooMany { retry_after } => {
                let wait = crate::error::wait(retry_after);
                (StatusCode::TOO_MANY_REQUESTS, Some(text!("shell_too_many", wait = wait)), Vec::new())
            }
            why @ (Error::NotFound(_)
            | Error::Forbidden { .. }
            | Error::Unavailable
            | Error::Storage(_)
            | Error::Internal(_)) => return Err(why),
        };
        Ok(Self { sent: Some(sent), refusal: Some(Refusal { status, notice, by: None }), errors, ..self })
    }

    /// The same refusal of what stands: where the form that was sent is not the one that is drawn.
    #[must_use]
    pub(crate) fn without_what_was_sent(self) -> Self {
        Self { sent: None, ..self }
    }

    /// Whether it was refused.
    pub(crate) const fn is_refused(&self) -> bool {
        self.refusal.is_some()
    }

    /// Whether somebody else was faster.
    pub(crate) fn is_overtaken(&self) -> bool {
        self.refusal.as_ref().is_some_and(|refusal| refusal.status == StatusCode::PRECONDITION_FAILED)
    }

    /// The same, with who was faster.
    #[must_use]
    pub(crate) fn by(mut self, who: Html) -> Self {
        if let Some(refusal) = &mut self.refusal {
            refusal.by = Some(who);
        }
        self
    }

    /// Why it was refused, when it was.
    pub(crate) const fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The bad fields.
    pub(crate) fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// What `If-Match` is to say: what was read when the form was drawn; after somebody else was faster, what stands now.
    pub(crate) fn version(&self) -> Option<&str> {
        let sent = self.sent.as_ref().filter(|_| !self.is_overtaken()).and_then(|sent| sent.get("if_match"));
        sent.or(self.version.as_deref())
    }

    /// The value of a text field.
    pub(crate) fn text(&self, name: &str) -> String {
        if let Some(sent) = &self.sent {
            return sent.text(name).to_owned();
        }
        self.stands(name)
    }

    /// What stands of a field, as a form would show it.
    pub(crate) fn stands(&self, name: &str) -> String {
        match self.current.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
            Some(other) => other.to_string(),
        }
    }

    /// The value of a check box.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match &self.sent {
            Some(sent) => {
                sent.pairs().filter(|(known, _)| *known == name).last().is_some_and(|(_, value)| value == "true")
            }
            None => self.current.get(name).and_then(Value::as_bool).unwrap_or_default(),
        }
    }

    /// The chosen ones of several.
    pub(crate) fn chosen(&self, name: &str) -> Vec<String> {
        match &self.sent {
            Some(sent) => sent.pairs().filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).collect(),
            None => match self.current.get(name) {
                Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                Some(Value::String(only)) => vec![only.clone()],
                Some(Value::Number(number)) => vec![number.to_string()],
                _ => Vec::new(),
            },
        }
    }

    /// What is wrong with a field, or with a part of it.
    pub(crate) fn error(&self, name: &str) -> Option<&FieldError> {
        let is_of = |error: &&FieldError| {
            error.field == name || error.field.strip_prefix(name).is_some_and(|rest| rest.starts_with('['))
        };
        self.errors.iter().find(is_of)
    }

    /// What stands now, where it differs from what was typed: after somebody else was faster.
    pub(crate) fn stands_now(&self, name: &str) -> Option<String> {
        let (typed, stands) = (self.text(name), self.stands(name));
        (self.is_overtaken() && typed != stands).then_some(stands)
    }
}
