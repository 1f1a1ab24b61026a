//! The words of the platform as types, one noun a file: text is parsed once, at the edge, and trusted afterwards.

pub mod account;
pub mod amr;
pub mod client;
pub mod day;
pub mod domain;
pub mod email;
pub mod event;
pub mod fallback;
pub mod host;
pub mod image;
pub mod label;
pub mod member;
pub mod message;
pub mod password;
pub mod permission;
pub mod permission_set;
pub mod permissions;
pub mod profile;
pub mod reason;
pub mod request;
pub mod resource;
pub mod role;
pub mod root_domain;
pub mod scope;
pub mod server_ip;
pub mod stats;
pub mod text;
pub mod token_claims;
pub mod url;
pub mod verification;

/// Stores a type as its text: it has `as_str` and `from_stored(String) -> Result<Self, impl Error>`.
macro_rules! stored_text {
    ($name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.as_str().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $name
        where
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self::from_stored(String::from_sql(bytes)?)?)
            }
        }
    };
}
use stored_text;

/// Declares a choice whose values have one text each, in the database and on the wire.
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// Its text.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }

            /// The value of this text, written exactly so.
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$value),)+
                    _ => None,
                }
            }

            fn from_stored(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("not one of {}: {text}", [$($text),+].join(", ")))
            }
        }

        crate::model::stored_text!($name);

        impl<E: deserr::DeserializeError> deserr::Deserr<E> for $name {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                location: deserr::ValuePointerRef<'_>,
            ) -> Result<Self, E> {
                let text = String::deserialize_from_value(value, location)?;
                Self::parse(&text).ok_or_else(|| {
                    let unknown = deserr::ErrorKind::UnknownValue { value: &text, accepted: &[$($text),+] };
                    deserr::take_cf_content(E::error::<V>(None, unknown, location))
                })
            }
        }

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($text),+] })
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::from_stored(text).map_err(serde::de::Error::custom)
            }
        }
    };
}
use text_enum;
