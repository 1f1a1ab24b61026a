//! How the values of members are read, and what the API's document says of them.

use std::borrow::Cow;

use deserr::{
    DeserializeError as _, Deserr, ErrorKind, IntoValue, MergeWithError as _, Value, ValueKind, ValuePointerRef,
    take_cf_content,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::Findings;
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::id::Subject;
use crate::model::email::EmailAddress;
use crate::model::fallback::FallbackResponse;
use crate::model::label::Label;
use crate::model::permission_set::RolePermission;
use crate::model::role::{Level, RoleKey};
use crate::model::root_domain::RootDomain;
use crate::model::server_ip::ServerIp;
use crate::model::text::LongText;
use crate::model::url::{Link, SiteUrl};
use crate::secret::Secret;
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

/// A list without repeats, in its order.
pub(super) fn distinct<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    let mut kept = Vec::with_capacity(list.len());
    for item in list {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// Writes a credential into the one answer that tells it, for `#[serde(serialize_with = "told_once")]`.
#[expect(clippy::ref_option, reason = "serde gives the member as it is")]
pub(super) fn told_once<S: Serializer>(value: &Option<Secret<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Secret::expose).serialize(serializer)
}

/// Reads an RFC 3339 time, to the second.
fn read_time(text: &str) -> Result<Timestamp, FieldIssue> {
    let time = Timestamp::parse(text).map(|time| Timestamp::from_seconds(time.seconds()));
    time.ok_or_else(|| text!("malformed-time"))
}

fn subject(text: &str) -> Result<Subject, FieldIssue> {
    text.parse().map_err(|_| text!("malformed-sub"))
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Whole<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Whole<MIN, MAX> {
    /// A number that lies in the range.
    pub(crate) const fn of(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl<const MIN: i64, const MAX: i64> Deserr<Findings> for Whole<MIN, MAX> {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef<'_>) -> Result<Self, Findings> {
        let number = match value {
            Value::Integer(number) => Ok(i64::try_from(number).unwrap_or(i64::MAX)),
            Value::NegativeInteger(number) => Ok(number),
            _ => Err(text!("not_an_integer")),
        };
        let in_range = number.and_then(|number| {
            let fits = (MIN..=MAX).contains(&number);
            if fits { Ok(Self(number)) } else { Err(text!("range", min = MIN, max = MAX)) }
        });
        in_range.map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
    }
}

impl<const MIN: i64, const MAX: i64> JsonSchema for Whole<MIN, MAX> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Whole".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": MIN, "maximum": MAX })
    }
}

/// A type with `parse(&str)` or what else reads it, and its JSON Schema (draft 2020-12).
macro_rules! text_value {
    ($type:ty, [$($max:ident)?], $schema:tt) => {
        text_value!($type, [$($max)?], $schema, <$type>::parse);
    };
    ($type:ty, [$($max:ident)?], $schema:tt, $read:expr) => {
        impl $(<const $max: usize>)? FromText for $type {
            fn from_text(text: &str) -> Result<Self, FieldIssue> {
                $read(text)
            }
        }

        impl $(<const $max: usize>)? Deserr<Findings> for $type {
            fn deserialize_from_value<V: IntoValue>(
                value: Value<V>,
                location: ValuePointerRef<'_>,
            ) -> Result<Self, Findings> {
                let text = <String as Deserr<Findings>>::deserialize_from_value(value, location)?;
                $read(&text).map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
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
text_value!(FallbackResponse, [], { "type": "string", "maxLength": 4096 });
text_value!(RootDomain, [], { "type": "string", "maxLength": 253 }, RootDomain::read);
text_value!(ServerIp, [], { "type": "string" });
text_value!(SiteUrl, [], { "type": "string", "format": "uri", "maxLength": 2048 });
text_value!(Timestamp, [], { "type": "string", "format": "date-time" }, read_time);
text_value!(Link, [], { "type": "string", "format": "uri", "maxLength": 2048 });
text_value!(LongText<MAX>, [MAX], { "type": "string", "minLength": 1, "maxLength": MAX });
text_value!(RoleKey, [], { "type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[a-z0-9_-]+$" });
text_value!(RolePermission, [], { "type": "string", "pattern": "^[a-z]+:[a-z]+$" });
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
