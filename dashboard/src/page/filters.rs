//! What narrows a list: a form that changes nothing, and whose address can be sent to somebody.

use askama::Template;
use axum::response::Response;
use serde_json::json;
use xwms_core::error::Error;
use xwms_core::request::params::Params;

use super::form::Control;
use super::html::Html;
use super::values::Values;
use crate::layout::Shell;
use crate::signed_in::Place;

/// The filters of a list.
#[derive(Template)]
#[template(path = "page/filters.html")]
pub(crate) struct Filters<'f> {
    shell: &'f Shell,
    values: Values,
    path: &'f str,
    fields: Vec<Html>,
    is_narrowed: bool,
}

impl<'f> Filters<'f> {
    /// Of the list at `path`, by these words of its address.
    pub(crate) fn of(desk: &'f impl Place, path: &'f str, words: &[&'static str]) -> Self {
        let query = &desk.signed_in().visit.query;
        let given: Vec<_> = words.iter().filter_map(|word| Some((*word, json!(query.get(word)?)))).collect();
        let is_narrowed = !given.is_empty();
        Self { shell: desk.shell(), values: Values::beginning(given), path, fields: Vec::new(), is_narrowed }
    }

    /// With what is wrong with the words.
    ///
    /// # Errors
    /// What is no matter of the filters: it is a page of its own.
    pub(crate) fn refused(self, desk: &impl Place, why: Option<Error>) -> Result<Self, Response> {
        let Some(why) = why else { return Ok(self) };
        let sent = desk.signed_in().visit.query.encode();
        let sent = Params::parse(sent.as_bytes()).unwrap_or_default();
        Ok(Self { values: desk.refused(self.values, sent, why)?, ..self })
    }

    /// What its fields hold.
    pub(crate) const fn values(&self) -> &Values {
        &self.values
    }

    /// With this field.
    #[must_use]
    pub(crate) fn field(mut self, control: Control) -> Self {
        self.fields.push(control.filled(self.shell, &self.values).html());
        self
    }

    /// Whether the list shows not all that it has.
    pub(crate) const fn narrow(&self) -> bool {
        self.is_narrowed
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}
