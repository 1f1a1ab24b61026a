//! How the values of members are read, and what the API's document says of them.

use std::borrow::Cow;

use deserr::{
    DeserializeError as _, Deserr, ErrorKind, IntoValue, MergeWithError as _, Value, ValueKind, ValuePointerRef,
    take_cf_content,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Findings;
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::Subject;
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::permission_set::RolePermission;
use crate::model::role::{Level, RoleKey};
use crate::model::text::LongText;
use crate::model::url::Link;
use crate::text;

/// A value that is sent as a text and parsed once.
pub(super) trait FromText: Sized {
    /// Reads it.
    fn from_text(text: &str) -> Result<Self, FieldIssue>;
}

/// Reads a text that `null` or an empty one takes away, for `#[deserr(try_from(Option<String>) = optional -> FieldIssue)]`.
pub(super) fn optional<T: FromText>(text: Option<String>) -> Result<Option<T>, FieldIssue> {
    text.filter(|text| !text.is_empty()).map(|text| T::from_text(&text)).transpose()
}

/// A list that `null` empties, for `#[deserr(from(Option<Vec<T>>) = list)]`.
pub(super) fn list<T>(items: Option<Vec<T>>) -> Vec<T> {
    items.unwrap_or_default()
}

/// Reads an RFC 3339 time, to the second.
fn read_time(text: &str) -> Result<Timestamp, FieldIssue> {
    let time = Timestamp::parse(text).map(|time| Timestamp::from_seconds(time.seconds()));
    time.ok_or_else(|| text!("malformed-time"))
}

fn subject(text: &str) -> Result<Subject, FieldIssue> {
    text.parse().map_err(|_| text!("malformed-sub"))
}

/// A type with `parse(&str)`, or with a function that reads it, and its JSON Schema (draft 2020-12).
macro_rules! text_value {
    ($type:ty, [$($max:ident)?], $schema:tt) => {
        text_value!($type, [$($max)?], $schema, <$type>::parse);
    };
    ($type:ty, [$($max:ident)?], $schema:tt, $parse:expr) => {
        impl $(<const $max: usize>)? FromText for $type {
            fn from_text(text: &str) -> Result<Self, FieldIssue> {
                $parse(text)
            }
        }

        impl $(<const $max: usize>)? Deserr<Findings> for $type {
            fn deserialize_from_value<V: IntoValue>(
                value: Value<V>,
                location: ValuePointerRef<'_>,
            ) -> Result<Self, Findings> {
                let text = <String as Deserr<Findings>>::deserialize_from_value(value, location)?;
                $parse(&text).map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
            }
        }

        impl $(<const $max: usize>)? JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

text_value!(Label, [], { "type": "string", "minLength": 1, "maxLength": 120 });
text_value!(EmailAddress, [], { "type": "string", "format": "email", "maxLength": 254 });
text_value!(Link, [], { "type": "string", "format": "uri", "maxLength": 2048 });
text_value!(LongText<MAX>, [MAX], { "type": "string", "minLength": 1, "maxLength": MAX });
text_value!(RoleKey, [], { "type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[a-z0-9_-]+$" });
text_value!(RolePermission, [], { "type": "string", "pattern": "^[a-z]+:[a-z]+$" });
text_value!(Timestamp, [], { "type": "string", "format": "date-time" }, read_time);
text_value!(Subject, [], { "type": "string", "maxLength": 16, "pattern": "^[1-9][0-9]{12,15}$" }, subject);

impl Deserr<Findings> for Level {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef<'_>) -> Result<Self, Findings> {
        let level = match value {
            Value::Integer(number) => i64::try_from(number).unwrap_or(i64::MAX),
            Value::NegativeInteger(number) => number,
            actual => {
                let wrong = ErrorKind::IncorrectValueKind { actual, accepted: &[ValueKind::Integer] };
                return Err(take_cf_content(Findings::error(None, wrong, location)));
            }
        };
        Self::parse(level).map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
    }
}

impl JsonSchema for Level {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Level".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": 100 })
    }
}
