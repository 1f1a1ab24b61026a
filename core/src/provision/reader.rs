//! Reads TOML by asking: what nobody asked for is an unknown key, and every complaint names its line.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use deserr::{Deserr, IntoValue as _, ValuePointerRef};
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::contract::{Contract, Findings, Patch, member_names};
use crate::error::{FieldError, FieldIssue};
use crate::text;

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
    path: String,
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
    pub(super) fn add(&self, path: impl Into<String>, issue: FieldIssue) {
        self.errors.borrow_mut().push(issue.at(path));
    }

    /// Complains about fields of what stands at `path`.
    pub(super) fn extend(&self, path: &str, errors: Vec<FieldError>) {
        self.errors.borrow_mut().extend(errors.into_iter().map(|error| under(path, error)));
    }

    /// The value, or `None` after complaining about it.
    pub(super) fn value<T>(&self, path: impl Into<String>, read: Result<T, FieldIssue>) -> Option<T> {
        read.map_err(|issue| self.add(path, issue)).ok()
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
    pub(super) fn refuse(&self, key: &str, issue: FieldIssue) {
        self.report.add(self.at(key), issue);
    }

    /// What stands at a key, as bodies and forms read it too. No complaint repeats it: a secret may stand in the wrong
    /// place.
    pub(super) fn value<T: Deserr<Findings>>(&self, key: &'static str) -> Option<T> {
        let value = self.json(key, self.get(key)?).into_value();
        let read = T::deserialize_from_value(value, ValuePointerRef::Origin.push_key(key));
        read.map_err(|findings| self.report.extend(&self.path, findings.into_errors())).ok()
    }

    /// Complains when a key is absent.
    pub(super) fn must(&self, key: &'static str) {
        if self.get(key).is_none() {
            self.refuse(key, text!("required"));
        }
    }

    /// What must stand at a key.
    pub(super) fn needed<T: Deserr<Findings>>(&self, key: &'static str) -> Option<T> {
        self.must(key);
        self.value(key)
    }

    /// A text as something better; complains when it is none.
    pub(super) fn parsed<T>(&self, key: &'static str, read: impl FnOnce(&str) -> Result<T, FieldIssue>) -> Option<T> {
        let text: String = self.value(key)?;
        self.report.value(self.at(key), read(&text))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &'static str, all: &[T], word: impl Fn(T) -> &'static str) -> Option<T> {
        self.parsed(key, |text| {
            let words = || all.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ");
            let found = all.iter().copied().find(|value| word(*value) == text);
            found.ok_or_else(|| text!("unknown_value", choices = words()))
        })
    }

    /// A list of tables.
    pub(super) fn tables(&self, key: &'static str) -> Option<Vec<Reader<'t>>> {
        let Some(list) = self.get(key)?.as_array() else {
            self.refuse(key, text!("not_a_list-tables"));
            return None;
        };
        let mut tables = Vec::with_capacity(list.len());
        for (index, value) in list.iter().enumerate() {
            let at = format!("{key}[{index}]");
            self.report.see(&self.at(&at), value.span().start);
            match value.get_ref().as_table() {
                Some(table) => tables.push(Reader::new(self.report, table, self.at(&at))),
                None => self.refuse(&at, text!("not_an_object-table")),
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
                    self.refuse(&at, text!("duplicate-item", text = text));
                }
                _ => array.push(json),
            }
        }
        Value::Array(array)
    }

    /// Complains about every key that was not asked for; gives where the table stands.
    pub(super) fn end(self) -> String {
        let asked = self.asked.borrow();
        for (key, _) in self.table.iter().filter(|(key, _)| !asked.contains(key.get_ref().as_ref())) {
            let known = asked.iter().map(Cow::as_ref).collect::<Vec<_>>().join(", ");
            let key: &str = key.get_ref();
            self.refuse(key, text!("unknown_field-key", key = key, known = known));
        }
        drop(asked);
        self.path
    }

    fn get(&self, key: &'static str) -> Option<&'t DeValue<'t>> {
        self.asked.borrow_mut().insert(Cow::Borrowed(key));
        self.table.get(key).map(Spanned::get_ref)
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
