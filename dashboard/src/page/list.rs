//! Which part of a list a page shows: what its address says, and the links to the rest.

use std::str::FromStr;

use axum::response::Response;
use xwms_core::error::Error;
use xwms_core::text;
use xwms_core::text::Text;

use super::html::Html;
use super::table::pages;
use crate::desk::Place;
use crate::layout::Shell;

/// The most rows of one page.
const MOST: u32 = 50;

/// A part of a list. `C`: what its cursors are.
pub(crate) struct ListRequest<C> {
    /// Where the page before ended.
    pub(crate) after: Option<C>,
    limit: u32,
    /// The list's address with its filters.
    path: String,
}

impl<C: FromStr> ListRequest<C> {
    /// What the address of this page asks for. `path`: the list's; `filters`: the words of its query besides `cursor`,
    /// `limit` and `done`.
    ///
    /// # Errors
    /// 422 for a word that the list does not have, and for a bad `cursor` or `limit`.
    pub(crate) fn of(desk: &impl Place, path: &str, filters: &[&str]) -> Result<Self, Response> {
        let query = &desk.signed_in().visit.query;
        let known = [filters, &["cursor", "limit", "done"]].concat();
        let refuse = |issue: Text, field: &str| desk.fail(Error::Invalid(vec![issue.at(field)]));
        if let Some(name) = query.unknown(&known) {
            return Err(refuse(text!("unknown_field-query", known = known.join(", ")), name));
        }
        let limit = match query.get("limit") {
            None => Some(MOST),
            Some(text) => text.parse().ok().filter(|limit| (1..=MOST).contains(limit)),
        };
        let limit = limit.ok_or_else(|| refuse(text!("range", min = 1, max = MOST), "limit"))?;
        let after = query.get("cursor").map(str::parse).transpose();
        let after = after.map_err(|_| refuse(text!("invalid-cursor"), "cursor"))?;
        let kept = filters.iter().filter_map(|name| Some((*name, query.get(name)?)));
        let kept = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        let path = if kept.is_empty() { path.to_owned() } else { format!("{path}?{kept}") };
        Ok(Self { after, limit, path })
    }

    /// Leaves what follows the page before, of a short list that was read whole.
    pub(crate) fn begin<T>(&self, found: &mut Vec<T>, is: impl Fn(&T, &C) -> bool) {
        let Some(after) = &self.after else { return };
        let last = found.iter().position(|one| is(one, after));
        found.drain(..last.map_or(found.len(), |last| last + 1));
    }

    /// How many to look for: one more than is shown tells whether more follow.
    pub(crate) fn look_for(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Whether it is the beginning of the list.
    pub(crate) const fn is_first(&self) -> bool {
        self.after.is_none()
    }

    /// What is shown of what was found, and the links to the rest.
    pub(crate) fn cut<T>(&self, shell: &Shell, mut found: Vec<T>, cursor: impl Fn(&T) -> String) -> (Vec<T>, Html) {
        let limit = usize::try_from(self.limit).unwrap_or_default();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(cursor);
        let links = pages(shell, &self.path, self.is_first(), next.as_deref());
        (found, links)
    }
}
