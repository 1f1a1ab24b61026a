//! Parameters that a browser brings back from XWMS.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::pages::Problem;

/// The query of a request, decoded.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The value of `name`, if it is there; an empty one counts as absent (RFC 6749 §3.1).
    ///
    /// # Errors
    /// A parameter that is there twice: it is not for us to choose one (RFC 6749 §3.1).
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let first = values.next().filter(|value| !value.is_empty());
        match values.next() {
            None => Ok(first),
            Some(_) => Err(Problem::refused("invalid_request", "The address has a parameter twice.")),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Params {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Params, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Params(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
