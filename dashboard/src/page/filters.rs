//! What narrows a list: a form that asks for the same page again.

use askama::Template;
use serde_json::Value;

use super::form::Control;
use super::html::Html;
use super::values::Values;
use crate::layout::Shell;
use crate::signed_in::Place;

/// A form that narrows a list.
#[derive(Template)]
#[template(path = "page/filters.html")]
pub(crate) struct Filters<'f> {
    shell: &'f Shell,
    values: &'f Values,
    path: String,
    fields: Vec<Control>,
    apply: String,
    clear: String,
}

impl<'f> Filters<'f> {
    /// For the list at this address.
    pub(crate) fn new(shell: &'f Shell, values: &'f Values, path: &str) -> Self {
        let (apply, clear) = (shell.say("filter_form-apply"), shell.say("filter_form-clear"));
        Self { shell, values, path: path.to_owned(), fields: Vec::new(), apply, clear }
    }

    /// With this field.
    #[must_use]
    pub(crate) fn field(mut self, control: Control) -> Self {
        self.fields.push(control.filled(self.shell, self.values));
        self
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}

/// What the address of a page says of these filters.
pub(crate) fn asked(desk: &impl Place, filters: &[&'static str]) -> Values {
    let query = &desk.signed_in().visit.query;
    Values::beginning(filters.iter().map(|name| (*name, Value::from(query.text(name)))))
}
