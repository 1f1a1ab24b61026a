//! Lists: `{"data": […], "next_cursor": …}` with `limit` and `cursor`, and the other words of a query.

use std::str::FromStr;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::request::params::Params;
use xwms_core::state::Core;
use xwms_core::text;
use xwms_core::text::Text;

use crate::operation::QueryParam;
use crate::problem::Problem;

/// How many a page lists when the caller does not say.
const DEFAULT_LIMIT: u32 = 50;
/// The most that one page lists.
const MAX_LIMIT: u32 = 200;

/// The words of a query.
pub(crate) struct Query(Params);

impl FromRequestParts<Core> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Core) -> Result<Self, Problem> {
        let params = Params::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let params = params.map_err(|_| refused("query", text!("malformed-query")))?;
        if let Some(name) = params.first_repeated() {
            return Err(refused(name, text!("repeated")).into());
        }
        Ok(Self(params))
    }
}

impl Query {
    /// A word of it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)
    }

    /// Goes on only when nothing is asked but this, and of a list which page. Every read is asked for with the words that
    /// its operation has.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first other word.
    pub(crate) fn only(&self, words: &[QueryParam], is_list: bool) -> Result<(), Error> {
        let of_lists: &[&str] = if is_list { &["limit", "cursor"] } else { &[] };
        let known: Vec<&str> = words.iter().map(|word| word.name).chain(of_lists.iter().copied()).collect();
        match self.0.unknown(&known) {
            Some(name) => Err(refused(name, text!("unknown_field-query", known = known.join(", ")))),
            None => Ok(()),
        }
    }

    /// Which page is asked for. A cursor is what `C` reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `limit` or `cursor`.
    pub(crate) fn page<C: FromStr>(&self) -> Result<PageRequest<C>, Error> {
        let limit = match self.get("limit") {
            Some(text) => text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)),
            None => Some(DEFAULT_LIMIT),
        };
        let limit = limit.ok_or_else(|| refused("limit", text!("range", min = 1, max = MAX_LIMIT)))?;
        let wrong = |_| refused("cursor", text!("invalid-cursor"));
        let after = self.get("cursor").map(|text| text.parse().map_err(|_| wrong(()))).transpose()?;
        Ok(PageRequest { after, limit: i64::from(limit) })
    }
}

fn refused(field: &str, issue: Text) -> Error {
    Error::Invalid(vec![issue.at(field)])
}

/// A page that is asked for.
pub(crate) struct PageRequest<C> {
    /// Where the page before ended.
    pub(crate) after: Option<C>,
    limit: i64,
}

impl<C> PageRequest<C> {
    /// How many to look for: one more than is shown tells whether more follow.
    pub(crate) const fn look_for(&self) -> i64 {
        self.limit + 1
    }

    /// Cuts off what pages before this one have shown, of a list that was read whole because it is short.
    pub(crate) fn begin<T>(&self, found: &mut Vec<T>, is_last: impl Fn(&T, &C) -> bool) {
        if let Some(after) = &self.after {
            let end = found.iter().position(|item| is_last(item, after)).map_or(found.len(), |at| at + 1);
            found.drain(..end);
        }
    }

    /// The answer: as many as were asked for of what was found. `cursor` is what the next page begins after.
    pub(crate) fn answer<T, V: Serialize>(
        &self,
        mut found: Vec<T>,
        cursor: impl Fn(&T) -> String,
        view: impl Fn(T) -> V,
    ) -> Response {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = found.len() > limit;
        found.truncate(limit);
        let next_cursor = found.last().filter(|_| more).map(cursor);
        Json(Page { data: found.into_iter().map(view).collect(), next_cursor }).into_response()
    }
}

/// The answer of a list that has one page at the most.
pub(crate) fn whole<T, V: Serialize>(found: Vec<T>, view: impl Fn(T) -> V) -> Response {
    Json(Page { data: found.into_iter().map(view).collect(), next_cursor: None }).into_response()
}

#[derive(Serialize)]
struct Page<V> {
    data: Vec<V>,
    next_cursor: Option<String>,
}
