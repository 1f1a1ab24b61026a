//! Lists as tables: a caption, columns, rows whose first cell names the thing, and what says that there is nothing.

use askama::Template;

use super::html::Html;
use crate::layout::Shell;

/// A table. Its rows are as many cells as it has columns.
#[derive(Template)]
#[template(path = "page/table.html")]
pub(crate) struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Html>>,
}

/// A column.
pub(crate) struct Column {
    title: String,
    is_number: bool,
    is_for_ear: bool,
}

impl Column {
    pub(crate) const fn of(title: String) -> Self {
        Self { title, is_number: false, is_for_ear: false }
    }

    /// Of numbers: they stand below each other.
    pub(crate) const fn number(title: String) -> Self {
        Self { title, is_number: true, is_for_ear: false }
    }

    /// Of what can be done with each: its title is heard and not seen.
    pub(crate) const fn actions(title: String) -> Self {
        Self { title, is_number: false, is_for_ear: true }
    }
}

impl Table {
    pub(crate) fn new(caption: String, columns: impl Into<Vec<Column>>) -> Self {
        Self { caption, columns: columns.into(), rows: Vec::new() }
    }

    /// With these rows, in the order of the columns.
    #[must_use]
    pub(crate) fn rows<const N: usize>(mut self, rows: impl IntoIterator<Item = [Html; N]>) -> Self {
        self.rows.extend(rows.into_iter().map(Vec::from));
        self
    }

    /// The table as HTML.
    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}

/// What stands in the place of a list that is empty: what it would hold, and what to press.
#[derive(Template)]
#[template(path = "page/empty.html")]
pub(crate) struct Empty {
    words: String,
    action: Option<Html>,
}

impl Empty {
    pub(crate) const fn new(words: String) -> Self {
        Self { words, action: None }
    }

    /// With a button, when the reader may press it.
    #[must_use]
    pub(crate) fn action(self, action: Option<Html>) -> Self {
        Self { action, ..self }
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}

/// Terms and what they are: how a thing is shown that is not changed here.
#[derive(Template)]
#[template(path = "page/terms.html")]
pub(crate) struct Terms {
    lines: Vec<(String, Html)>,
}

impl Terms {
    pub(crate) fn new(lines: impl IntoIterator<Item = (String, Html)>) -> Self {
        Self { lines: lines.into_iter().collect() }
    }

    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}

/// How many of a list are shown, and the way to the rest. `path`: the list's, with its filters and without `cursor`.
pub(crate) fn pages(shell: &Shell, path: &str, first: bool, next: Option<&str>) -> Html {
    if first && next.is_none() {
        return Html::default();
    }
    let separator = if path.contains('?') { '&' } else { '?' };
    let beginning = (!first).then(|| Html::link(path, shell.say("shell_pages-first")));
    let next =
        next.map(|cursor| Html::link(format!("{path}{separator}cursor={cursor}"), shell.say("shell_pages-next")));
    let links = Html::joined(beginning.into_iter().chain(next), " ");
    Html::drawn(format!("<nav class=\"pages\" aria-label=\"{}\">{links}</nav>", Html::text(shell.say("shell_pages"))))
}
