//! Reads TOML by asking: what nobody asked for is an unknown key, and every complaint names its line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use serde_json::{Map, Value, json};

use crate::contract::{Contract, Patch, member_names};
use crate::error::{FieldError, FieldIssue};

/// The lines that the keys of a file stand on, by their paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(BTreeMap<String, usize>);

/// What is wrong with a file, and where its keys stand.
#[derive(Debug)]
pub(super) struct Report<'t> {
    text: &'t str,
    errors: RefCell<Vec<FieldError>>,
    lines: RefCell<Lines>,
}

/// One table of a file.
#[derive(Debug)]
pub(super) struct Reader<'t> {
    report: &'t Report<'t>,
    table: &'t DeTable<'t>,
    /// Where it stands, such as `clients[0].domains[1]`; empty for the whole file.
    pub(super) path: String,
    asked: RefCell<BTreeSet<Cow<'static, str>>>,
}

impl Lines {
    /// The complaints in the order of their lines, each beginning with its own.
    pub(super) fn told(&self, mut errors: Vec<FieldError>) -> Vec<FieldError> {
        errors.sort_by_key(|error| self.of(&error.field));
        for error in &mut errors {
            error.line = self.of(&error.field);
        }
        errors
    }

    /// The line of this path, or of what it is in.
    fn of(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            if let Some(line) = self.0.get(path) {
                return Some(*line);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }
}

impl<'t> Report<'t> {
    /// An empty report on this text.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, errors: RefCell::default(), lines: RefCell::default() }
    }

    /// Complains about a path.
    pub(super) fn add(&self, path: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.errors.borrow_mut().push(FieldIssue::english(code, message.into()).at(path));
    }

    /// Complains about fields of what stands at `path`.
    pub(super) fn extend(&self, path: &str, errors: Vec<FieldError>) {
        self.errors.borrow_mut().extend(errors.into_iter().map(|error| under(path, error)));
    }

    /// The value, or `None` after complaining about it.
    pub(super) fn value<T>(&self, path: impl Into<String>, read: Result<T, FieldIssue>) -> Option<T> {
        read.map_err(|issue| self.errors.borrow_mut().push(issue.at(path))).ok()
    }

    /// All complaints, and the lines to tell them with.
    pub(super) fn into_parts(self) -> (Vec<FieldError>, Lines) {
        (self.errors.into_inner(), self.lines.into_inner())
    }

    fn see(&self, path: &str, start: usize) {
        let before = self.text.as_bytes().get(..start).unwrap_or_default();
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        self.lines.borrow_mut().0.insert(path.to_owned(), line);
    }
}

/// The same complaint, about a field of what stands at `path`.
pub(super) fn under(path: &str, error: FieldError) -> FieldError {
    FieldError { field: format!("{path}.{}", error.field), ..error }
}

impl<'t> Reader<'t> {
    /// Reads a table that stands at `path`.
    pub(super) fn new(report: &'t Report<'t>, table: &'t DeTable<'t>, path: String) -> Self {
        for (key, _) in table {
            report.see(&join(&path, key.get_ref()), key.span().start);
        }
        Self { report, table, path, asked: RefCell::default() }
    }

    /// The path of one of its keys.
    pub(super) fn at(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// Complains about one of its keys.
    pub(super) fn refuse(&self, key: &str, code: &'static str, message: impl Into<String>) {
        self.report.add(self.at(key), code, message);
    }

    /// A text.
    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        let value = self.get(key)?;
        match value.as_str() {
            Some(text) => Some(text.to_owned()),
            None => self.wrong(key, "a text in quotes"),
        }
    }

    /// Complains when a key is absent.
    pub(super) fn must(&self, key: &'static str) {
        if self.get(key).is_none() {
            self.refuse(key, "required", format!("{key} is missing"));
        }
    }

    /// A text that must be there.
    pub(super) fn needed(&self, key: &'static str) -> Option<String> {
        self.must(key);
        self.text(key)
    }

    /// A text as something better; complains when it is none.
    pub(super) fn parsed<T>(&self, key: &'static str, read: impl FnOnce(&str) -> Result<T, FieldIssue>) -> Option<T> {
        let text = self.text(key)?;
        self.report.value(self.at(key), read(&text))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        let text = self.text(key)?;
        let found = all.iter().copied().find(|value| word(*value) == text);
        if found.is_none() {
            let words: Vec<String> = all.iter().map(|value| format!("{:?}", word(*value))).collect();
            self.refuse(key, "unknown_value", format!("give one of {}", words.join(", ")));
        }
        found
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        value.as_bool().or_else(|| self.wrong(key, "true or false"))
    }

    /// A time, as TOML has them or as a text.
    pub(super) fn time(&self, key: &'static str) -> Option<String> {
        match self.get(key)? {
            DeValue::Datetime(time) => Some(time.to_string()),
            DeValue::String(text) => Some(text.to_string()),
            _ => self.wrong(key, "a time such as 2030-01-31T12:00:00Z"),
        }
    }

    /// A list of texts, none twice.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let list = self.list(key, "a list of texts")?;
        let mut texts: Vec<String> = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            let at = format!("{key}[{index}]");
            self.report.see(&self.at(&at), value.span().start);
            match value.get_ref().as_str() {
                Some(text) if texts.iter().any(|known| known == text) => {
                    self.refuse(&at, "duplicate", format!("{text:?} is in this list already"));
                }
                Some(text) => texts.push(text.to_owned()),
                None => self.refuse(&at, "type", "give a text in quotes"),
            }
        }
        Some(texts)
    }

    /// A list of tables.
    pub(super) fn tables(&self, key: &'static str) -> Option<Vec<Reader<'t>>> {
        let list = self.list(key, "a list of tables")?;
        let mut tables = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            let at = format!("{key}[{index}]");
            self.report.see(&self.at(&at), value.span().start);
            match value.get_ref().as_table() {
                Some(table) => tables.push(Reader::new(self.report, table, self.at(&at))),
                None => self.refuse(&at, "type", "give a table"),
            }
        }
        Some(tables)
    }

    /// What the table says of the settings of a resource; complains about what is wrong with them.
    pub(super) fn settings<T: Contract>(&self) -> Patch<T> {
        let mut members = Map::new();
        for name in member_names::<T>() {
            if let Some(value) = self.table.get(name.as_str()) {
                let json = self.json(&name, value.get_ref());
                members.insert(name.clone(), json);
            }
            self.asked.borrow_mut().insert(Cow::Owned(name));
        }
        let patch = Patch::new(members);
        self.report.extend(&self.path, patch.check());
        patch
    }

    /// A value of TOML as JSON has it: times are texts there. A list with the same text twice is complained about.
    fn json(&self, at: &str, value: &DeValue<'t>) -> Value {
        match value {
            DeValue::String(text) => json!(text),
            DeValue::Integer(number) => {
                let digits = number.as_str().replace('_', "");
                i64::from_str_radix(&digits, number.radix()).map_or(Value::Null, Value::from)
            }
            DeValue::Boolean(flag) => json!(flag),
            DeValue::Datetime(time) => json!(time.to_string()),
            DeValue::Float(number) => json!(number.as_str()),
            DeValue::Array(items) => self.array(at, items),
            DeValue::Table(table) => {
                let members = table.iter().map(|(key, value)| {
                    let at = format!("{at}.{}", key.get_ref());
                    (key.get_ref().to_string(), self.json(&at, value.get_ref()))
                });
                Value::Object(members.collect())
            }
        }
    }

    fn array(&self, at: &str, items: &[Spanned<DeValue<'t>>]) -> Value {
        let mut array: Vec<Value> = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let at = format!("{at}[{index}]");
            self.report.see(&self.at(&at), item.span().start);
            let json = self.json(&at, item.get_ref());
            match &json {
                Value::String(text) if array.contains(&json) => {
                    self.refuse(&at, "duplicate", format!("{text:?} is in this list already"));
                }
                _ => array.push(json),
            }
        }
        Value::Array(array)
    }

    /// Complains about every key that was not asked for.
    pub(super) fn end(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter().filter(|(key, _)| !asked.contains(key.get_ref().as_ref())) {
            let known = asked.iter().map(Cow::as_ref).collect::<Vec<_>>().join(", ");
            let message = format!("there is no key {:?} here; the keys are: {known}", key.get_ref());
            self.refuse(key.get_ref(), "unknown_key", message);
        }
    }

    fn get(&self, key: &'static str) -> Option<&'t DeValue<'t>> {
        self.asked.borrow_mut().insert(Cow::Borrowed(key));
        self.table.get(key).map(Spanned::get_ref)
    }

    fn list(&self, key: &'static str, what: &str) -> Option<&'t [Spanned<DeValue<'t>>]> {
        let value = self.get(key)?;
        value.as_array().map(|list| &list[..]).or_else(|| self.wrong(key, what))
    }

    /// The value itself is not repeated: it may be a secret in the wrong place.
    fn wrong<T>(&self, key: &str, what: &str) -> Option<T> {
        self.refuse(key, "type", format!("give {what}"));
        None
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
