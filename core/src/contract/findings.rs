//! All that is wrong with what was sent, told in one round.

use std::convert::Infallible;
use std::ops::ControlFlow;

use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};

use crate::error::{Error, FieldError, FieldIssue};
use crate::text;
use crate::text::Text;

/// The bad fields found so far.
#[derive(Clone, Debug, Default)]
pub struct Findings(Vec<FieldError>);

impl Findings {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &str, issue: FieldIssue) {
        self.0.push(issue.at(field));
    }

    /// Notes all of these.
    pub fn extend(&mut self, errors: impl IntoIterator<Item = FieldError>) {
        self.0.extend(errors);
    }

    /// The value that was read, or `None` after noting what is wrong with it.
    pub fn value<T>(&mut self, field: &str, read: Result<T, FieldIssue>) -> Option<T> {
        read.map_err(|issue| self.add(field, issue)).ok()
    }

    /// Whether anything is wrong with this field.
    pub(crate) fn name(&self, field: &str) -> bool {
        self.members().any(|member| member == field)
    }

    /// Whether nothing was found.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was found.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// Goes on only when nothing was found.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all bad fields.
    pub fn none(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }

    /// The members of the object that something is wrong with.
    pub(super) fn members(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|error| error.field.split(['.', '[']).next().unwrap_or_default())
    }
}

impl DeserializeError for Findings {
    fn error<V: IntoValue>(
        found: Option<Self>,
        error: ErrorKind<'_, V>,
        location: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let (field, text) = match error {
            ErrorKind::UnknownKey { key, .. } => (member(location, key), text!("unknown_field")),
            ErrorKind::MissingField { field } => (member(location, field), text!("required")),
            ErrorKind::IncorrectValueKind { accepted, .. } => match location {
                ValuePointerRef::Index { prev, .. } => (path(*prev), text!("not_a_list")),
                _ => (path(location), wrong_kind(accepted)),
            },
            ErrorKind::UnknownValue { accepted, .. } => {
                (path(location), text!("unknown_value", choices = accepted.join(", ")))
            }
            ErrorKind::BadSequenceLen { .. } | ErrorKind::Unexpected { .. } => {
                (path(location), text!("malformed-member"))
            }
        };
        let mut findings = found.unwrap_or_default();
        findings.add(&field, text);
        ControlFlow::Continue(findings)
    }
}

impl MergeWithError<Self> for Findings {
    fn merge(found: Option<Self>, other: Self, _: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let mut findings = found.unwrap_or_default();
        for error in other.0 {
            // Several items of one list may be wrong in the same way.
            if !findings.0.contains(&error) {
                findings.0.push(error);
            }
        }
        ControlFlow::Continue(findings)
    }
}

impl MergeWithError<FieldIssue> for Findings {
    fn merge(found: Option<Self>, issue: FieldIssue, location: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        let mut findings = found.unwrap_or_default();
        findings.add(&path(location), issue);
        ControlFlow::Continue(findings)
    }
}

impl MergeWithError<Infallible> for Findings {
    fn merge(_: Option<Self>, never: Infallible, _: ValuePointerRef<'_>) -> ControlFlow<Self, Self> {
        match never {}
    }
}

fn wrong_kind(accepted: &[ValueKind]) -> Text {
    match accepted.first() {
        Some(ValueKind::Boolean) => text!("not_a_boolean"),
        Some(ValueKind::Integer | ValueKind::NegativeInteger) => text!("not_an_integer"),
        Some(ValueKind::Sequence) => text!("not_a_list"),
        Some(ValueKind::Map) => text!("not_an_object"),
        Some(ValueKind::String | ValueKind::Float | ValueKind::Null) | None => text!("not_a_string"),
    }
}

/// A place in a body, as errors name it: `server_ips[3]`, `items[0].scope`.
fn path(location: ValuePointerRef<'_>) -> String {
    match location {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => member(*prev, key),
        ValuePointerRef::Index { index, prev } => format!("{}[{index}]", path(*prev)),
    }
}

fn member(location: ValuePointerRef<'_>, key: &str) -> String {
    let of = path(location);
    if of.is_empty() { key.to_owned() } else { format!("{of}.{key}") }
}
