//! What narrows a list: a form that changes nothing, and whose address can be sent to somebody.

use askama::Template;
use axum::response::Response;
use serde_json::json;
use xwms_core::error::Error;

use super::form::Control;
use super::html::Html;
use super::table::Empty;
use super::values::Values;
use crate::desk::Place;
use crate::layout::Shell;

/// The filters of a list.
#[derive(Template)]
#[template(path = "page/filters.html")]
pub(crate) struct Filters<'f> {
    shell: &'f Shell,
    values: Values,
    path: &'f str,
    /// The list that is not narrowed.
    whole: String,
    kept: Option<(&'static str, String)>,
    fields: Vec<Html>,
    is_narrowed: bool,
    is_live: bool,
}

impl<'f> Filters<'f> {
    /// Of the list at `path`, by these words of its address.
    pub(crate) fn of(desk: &'f impl Place, path: &'f str, words: &[&'static str]) -> Self {
        let query = &desk.signed_in().visit.query;
        let given: Vec<_> = words.iter().filter_map(|word| Some((*word, json!(query.get(word)?)))).collect();
        let is_narrowed = !given.is_empty();
        let values = Values::beginning(given);
        Self {
            shell: desk.shell(),
            values,
            path,
            whole: path.to_owned(),
            kept: None,
            fields: Vec::new(),
            is_narrowed,
            is_live: false,
        }
    }

    /// It finds while one types, where scripts run.
    #[must_use]
    pub(crate) fn live(self) -> Self {
        Self { is_live: true, ..self }
    }

    /// With a word that stays as it is: which list it is.
    #[must_use]
    pub(crate) fn keep(self, word: &'static str, value: &str) -> Self {
        let whole = format!("{}?{word}={value}", self.path);
        Self { whole, kept: Some((word, value.to_owned())), ..self }
    }

    /// What a list found; nothing, with what is wrong beside the fields, when a word of its address is.
    ///
    /// # Errors
    /// Any other failure is a page of its own.
    pub(crate) fn found<T>(&mut self, desk: &impl Place, found: Result<Vec<T>, Error>) -> Result<Vec<T>, Response> {
        match found {
            Err(Error::Invalid(errors)) => {
                self.values = std::mem::take(&mut self.values).wrong(errors);
                Ok(Vec::new())
            }
            other => other.map_err(|why| desk.fail(why)),
        }
    }

    /// With this field.
    #[must_use]
    pub(crate) fn field(mut self, control: Control) -> Self {
        self.fields.push(control.filled(self.shell, &self.values).html());
        self
    }

    /// What they say, and what is wrong with it.
    pub(crate) const fn values(&self) -> &Values {
        &self.values
    }

    /// Whether the list shows not all that it has.
    pub(crate) const fn narrow(&self) -> bool {
        self.is_narrowed
    }

    /// What stands in the place of a list that is empty: that nothing matches, or that there is nothing at all.
    pub(crate) fn empty(&self, nothing: String) -> Html {
        let nothing = if self.is_narrowed { self.shell.say("shell_no_match") } else { nothing };
        let clear = Html::quiet_button(&self.whole, self.shell.say("shell_clear"));
        Empty::new(nothing).action(self.is_narrowed.then_some(clear)).html()
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}
