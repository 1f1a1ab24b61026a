//! Bodies: a JSON object whose members are all known; what is wrong with it is told member by member.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use serde_json::{Map, Value};
use xwms_core::error::{Error, FieldError};
use xwms_core::json;
use xwms_core::state::Core;

use crate::problem::Problem;

/// The object in a request's body.
pub(crate) struct Object(Map<String, Value>);

impl FromRequest<Core> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_lowercase();
        let patch = request.method() == http::Method::PATCH && content_type == "application/merge-patch+json";
        if content_type != "application/json" && !patch {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send application/json",
            ));
        }
        let body = Bytes::from_request(request, core).await.map_err(|why| {
            let status = why.into_response().status();
            Problem::new(status, "too_large", "the body is too large, or did not arrive whole")
        })?;
        match json::object(&body) {
            Ok(object) => Ok(Self(object)),
            Err(why) => Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", why.0)),
        }
    }
}

/// Takes members out of an object one by one; what is left at the end is unknown.
pub(crate) struct Members {
    left: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Object {
    pub(crate) fn members(self) -> Members {
        Members { left: self.0, errors: Vec::new() }
    }
}

impl Members {
    /// A text. `null` clears, which is what an empty text does.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.left.remove(name)? {
            Value::String(text) => Some(text),
            Value::Null => Some(String::new()),
            _ => {
                self.wrong(name, "not_a_string", "give a text");
                None
            }
        }
    }

    /// A text that is one of a few.
    pub(crate) fn choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>, choices: &str) -> Option<T> {
        let text = self.text(name)?;
        let chosen = parse(&text);
        if chosen.is_none() {
            self.wrong(name, "unknown_value", &format!("give one of {choices}"));
        }
        chosen
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let value = self.left.remove(name)?;
        let texts = match value {
            Value::Array(items) => items
                .into_iter()
                .map(|item| if let Value::String(text) = item { Some(text) } else { None })
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        if texts.is_none() {
            self.wrong(name, "not_a_list", "give a list of texts");
        }
        texts
    }

    /// All that was wrong, unknown members included.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub(crate) fn end(mut self) -> Result<(), Error> {
        let unknown: Vec<String> = self.left.keys().cloned().collect();
        for name in unknown {
            self.wrong(&name, "unknown_field", "there is no such member");
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Invalid(self.errors)) }
    }

    fn wrong(&mut self, field: &str, code: &'static str, message: &str) {
        self.errors.push(FieldError { field: field.to_owned(), code, message: message.to_owned() });
    }
}
