//! How the values of members are read, and what the API's document says of them.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::Hash;

use deserr::{Deserr, IntoValue, MergeWithError as _, Value, ValuePointerRef, take_cf_content};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::Findings;
use crate::clock::Timestamp;
use crate::error::FieldIssue;
use crate::gate::permission::Permission;
use crate::id::{Subject, UserId};
use crate::model::account::Staff;
use crate::model::email::EmailAddress;
use crate::model::fallback::FallbackResponse;
use crate::model::label::Label;
use crate::model::permission_set::RolePermission;
use crate::model::profile::{BirthDate, Country, Locale, PhoneNumber, Zoneinfo};
use crate::model::reason::Reason;
use crate::model::role::RoleKey;
use crate::model::root_domain::RootDomain;
use crate::model::scope::{Opens, ScopeName};
use crate::model::server_ip::ServerIp;
use crate::model::text::LongText;
use crate::model::url::{Link, SiteUrl};
use crate::secret::Secret;
use crate::text;
use crate::text::Text;

/// A value that is sent as a text and parsed once.
pub(super) trait FromText: Sized {
    /// Reads it.
    fn from_text(text: &str) -> Result<Self, FieldIssue>;
}

/// Reads a text that `null` or an empty one takes away, for `#[deserr(try_from(Option<String>) = optional -> FieldIssue)]`.
pub(super) fn optional<T: FromText>(text: Option<String>) -> Result<Option<T>, FieldIssue> {
    text.filter(|text| !text.is_empty()).map(|text| T::from_text(&text)).transpose()
}

/// What is on unless it is said otherwise, for `#[deserr(default = yes())]`.
pub(super) const fn yes() -> bool {
    true
}

/// A list that `null` empties, for `#[deserr(from(Option<Vec<T>>) = list)]`.
pub(super) fn list<T>(items: Option<Vec<T>>) -> Vec<T> {
    items.unwrap_or_default()
}

/// A list without repeats, in its order.
pub(super) fn distinct<T: Clone + Eq + Hash>(mut list: Vec<T>) -> Vec<T> {
    let mut seen = HashSet::with_capacity(list.len());
    list.retain(|item| seen.insert(item.clone()));
    list
}

/// A list of one item at least, for `#[deserr(try_from(Option<Vec<T>>) = some -> FieldIssue)]`.
pub(super) fn some<T>(items: Option<Vec<T>>) -> Result<Vec<T>, FieldIssue> {
    items.filter(|items| !items.is_empty()).ok_or_else(|| text!("required"))
}

/// A text of at most `MAX` characters, for `#[deserr(try_from(Option<String>) = at_most::<MAX> -> FieldIssue)]`.
pub(super) fn at_most<const MAX: usize>(text: Option<String>) -> Result<Option<String>, FieldIssue> {
    let fits = text.as_ref().is_none_or(|text| text.chars().count() <= MAX);
    if fits { Ok(text) } else { Err(text!("too_long", max = MAX)) }
}

/// The same of a credential.
pub(super) fn hidden<const MAX: usize>(text: Option<String>) -> Result<Option<Secret<String>>, FieldIssue> {
    at_most::<MAX>(text).map(|text| text.map(Secret::new))
}

/// Writes a sentence for programs, for `#[serde(serialize_with = "in_english")]`; pages say it in their reader's language.
pub(super) fn in_english<S: Serializer>(text: &Option<Text>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_ref().map(Text::to_string).serialize(serializer)
}

/// Writes a credential into the one answer that tells it, for `#[serde(serialize_with = "told_once")]`.
pub(super) fn told_once<S: Serializer>(value: &Option<Secret<String>>, serializer: S) -> Result<S::Ok, S::Error> {
    value.as_ref().map(Secret::expose).serialize(serializer)
}

impl FromText for Staff {
    fn from_text(text: &str) -> Result<Self, FieldIssue> {
        let all = || Self::ALL.iter().map(|staff| staff.as_str()).collect::<Vec<_>>().join(", ");
        Self::parse(text).ok_or_else(|| text!("unknown_value", choices = all()))
    }
}

/// Reads an RFC 3339 time, to the second.
fn read_time(text: &str) -> Result<Timestamp, FieldIssue> {
    let time = Timestamp::parse(text).map(|time| Timestamp::from_seconds(time.seconds()));
    time.ok_or_else(|| text!("malformed-time"))
}

fn read_permission(text: &str) -> Result<Permission, FieldIssue> {
    Permission::parse(text).ok_or_else(|| text!("unknown_permission-token"))
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

fn subject(text: &str) -> Result<Subject, FieldIssue> {
    text.parse().map_err(|_| text!("malformed-sub"))
}

/// A type with `parse(&str)`, or with a function that reads it, and its JSON Schema (draft 2020-12).
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
text_value!(Opens, [], { "type": "string", "maxLength": 500 });
text_value!(Reason, [], { "type": "string", "minLength": 1, "maxLength": 500 });
text_value!(ScopeName, [], { "type": "string", "maxLength": 64, "pattern": "^[a-z0-9_.:-]+$" });
text_value!(Permission, [], { "type": "string", "pattern": "^[a-z]+:[a-z]+$" }, read_permission);
text_value!(FallbackResponse, [], { "type": "string", "maxLength": 4096 });
text_value!(RootDomain, [], { "type": "string", "maxLength": 253 }, RootDomain::read);
text_value!(ServerIp, [], { "type": "string" });
text_value!(SiteUrl, [], { "type": "string", "format": "uri", "maxLength": 2048 });
text_value!(Timestamp, [], { "type": "string", "format": "date-time" }, read_time);
text_value!(Link, [], { "type": "string", "format": "uri", "maxLength": 2048 });
text_value!(LongText<MAX>, [MAX], { "type": "string", "minLength": 1, "maxLength": MAX });
text_value!(RoleKey, [], { "type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[a-z0-9_-]+$" });
text_value!(RolePermission, [], { "type": "string", "pattern": "^[a-z]+:[a-z]+$" });
text_value!(BirthDate, [], { "type": "string", "format": "date" });
text_value!(Country, [], { "type": "string", "pattern": "^[A-Z]{2}$" });
text_value!(Locale, [], { "type": "string", "maxLength": 35 });
text_value!(Zoneinfo, [], { "type": "string", "maxLength": 64 });
text_value!(PhoneNumber, [], { "type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$" });
text_value!(Subject, [], { "type": "string", "maxLength": 16, "pattern": "^[1-9][0-9]{12,15}$" }, subject);

impl Serialize for Permission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

/// The number of an account, as a text or as a number.
impl Deserr<Findings> for UserId {
    fn deserialize_from_value<V: IntoValue>(value: Value<V>, location: ValuePointerRef<'_>) -> Result<Self, Findings> {
        let read = match value {
            Value::String(text) => text.parse().map_err(|_| text!("malformed-account")),
            Value::Integer(number) => number.to_string().parse().map_err(|_| text!("malformed-account")),
            _ => Err(text!("not_a_number")),
        };
        read.map_err(|issue| take_cf_content(Findings::merge(None, issue, location)))
    }
}

impl JsonSchema for UserId {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "UserId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"], "pattern": "^[1-9][0-9]{12,15}$" })
    }
}
