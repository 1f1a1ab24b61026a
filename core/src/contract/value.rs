//! How the values of members are read, and what the API's document says of them.

use std::borrow::Cow;

use deserr::{Deserr, IntoValue, MergeWithError as _, Value, ValuePointerRef, take_cf_content};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Findings;
use crate::error::FieldIssue;
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::text::LongText;
use crate::model::url::Link;

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

/// A type with `parse(&str)`, and its JSON Schema (draft 2020-12).
macro_rules! text_value {
    ($type:ty, [$($max:ident)?], $schema:tt) => {
        impl $(<const $max: usize>)? FromText for $type {
            fn from_text(text: &str) -> Result<Self, FieldIssue> {
                Self::parse(text)
            }
        }

        impl $(<const $max: usize>)? Deserr<Findings> for $type {
            fn deserialize_from_value<V: IntoValue>(
                value: Value<V>,
                location: ValuePointerRef<'_>,
            ) -> Result<Self, Findings> {
                let text = <String as Deserr<Findings>>::deserialize_from_value(value, location)?;
                Self::parse(&text).map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
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
