//! Public ids: TypeIDs (a prefix, `_`, and a UUIDv7 in lower-case Crockford base32) and a user's number.
//!
//! An id tells when it was made, so it is guessable in time and never a credential.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clock::Timestamp;
use crate::random;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is no id of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix an id of this kind has.
    pub expected: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not an id of the form {}_ and 26 characters", self.expected)
    }
}

impl std::error::Error for InvalidId {}

const NO_VALUE: u8 = 255;

/// What each byte stands for.
const VALUES: [u8; 256] = {
    let mut values = [NO_VALUE; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
};

fn encode(bytes: [u8; 16]) -> [u8; 26] {
    let number = u128::from_be_bytes(bytes);
    let mut text = [0; 26];
    for (index, character) in text.iter_mut().enumerate() {
        *character = ALPHABET[(number >> (5 * (25 - index)) & 31) as usize];
    }
    text
}

fn decode(text: &str) -> Option<[u8; 16]> {
    // 26 characters hold 130 bits: the first may be at most 7.
    if text.len() != 26 || text.as_bytes()[0] > b'7' {
        return None;
    }
    let mut number: u128 = 0;
    for character in text.bytes() {
        let value = VALUES[usize::from(character)];
        if value == NO_VALUE {
            return None;
        }
        number = number << 5 | u128::from(value);
    }
    Some(number.to_be_bytes())
}

/// How many ids this program has made.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A UUIDv7 (RFC 9562 §5.7). Where others have random bits right behind the milliseconds, these have 26 bits that count
/// (§6.2, method 1), so that what one program makes within a millisecond sorts as it was made: the entries of one change,
/// above all. 48 random bits follow.
fn uuid_v7(now: Timestamp) -> [u8; 16] {
    let milliseconds = u64::try_from(now.milliseconds()).unwrap_or(0);
    let count = MADE.fetch_add(1, Ordering::Relaxed);
    let mut behind: [u8; 10] = random::bytes();
    // Twelve bits and fourteen: the upper half of the first byte is the version's, two bits of the third the variant's, and
    // the builder sets them.
    let ([_, _, a, b], [_, _, c, d]) = ((count >> 14).to_be_bytes(), (count & 0x3fff).to_be_bytes());
    behind[..4].copy_from_slice(&[a, b, c, d]);
    *uuid::Builder::from_unix_timestamp_millis(milliseconds, &behind).into_uuid().as_bytes()
}

/// Declares an id of its own type, so that two kinds never mix.
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Binary)]
        pub struct $name([u8; 16]);

        impl $name {
            /// A fresh id, sortable by `now`.
            pub fn generate(now: Timestamp) -> Self {
                Self(uuid_v7(now))
            }

            /// The id as it is stored: the 16 bytes of its UUID.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }

            /// The least id that is made at this moment or later.
            pub fn first_at(moment: Timestamp) -> Self {
                let milliseconds = u64::try_from(moment.milliseconds()).unwrap_or(0);
                Self((u128::from(milliseconds) << 80).to_be_bytes())
            }

            /// When it was made.
            pub fn made_at(&self) -> Timestamp {
                let milliseconds = u128::from_be_bytes(self.0) >> 80;
                Timestamp::from_milliseconds(i64::try_from(milliseconds).unwrap_or(0))
            }

            /// The id of these 16 bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                // The alphabet is ASCII, so it is text.
                f.write_str(std::str::from_utf8(&encode(self.0)).unwrap_or_default())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { expected: $prefix })
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
                let pattern = concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$");
                schemars::json_schema!({ "type": "string", "pattern": pattern })
            }
        }

        impl<E: deserr::DeserializeError + deserr::MergeWithError<crate::error::FieldIssue>> deserr::Deserr<E> for $name {
            fn deserialize_from_value<V: deserr::IntoValue>(
                value: deserr::Value<V>,
                location: deserr::ValuePointerRef<'_>,
            ) -> Result<Self, E> {
                let id = match &value {
                    deserr::Value::String(text) => text.parse().ok(),
                    _ => None,
                };
                let wrong = || crate::text!("not_an_id", prefix = $prefix);
                id.ok_or_else(|| deserr::take_cf_content(E::merge(None, wrong(), location)))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for $name
        where
            [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, DB>,
            ) -> diesel::serialize::Result {
                self.0.as_slice().to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for $name
        where
            Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let stored = Vec::<u8>::from_sql(bytes)?;
                Ok(Self(stored.try_into().map_err(|_| concat!("a stored ", $prefix, " id is not 16 bytes long"))?))
            }
        }
    };
}

typed_id!(
    /// A client: one integration of one partner.
    ClientId, "client");
typed_id!(
    /// A domain of a client.
    DomainId, "domain");
typed_id!(
    /// A callback, webhook or logout URL of a domain.
    UrlId, "url");
typed_id!(
    /// A client secret.
    SecretId, "secret");
typed_id!(
    /// A role in a client's organisation.
    RoleId, "role");
typed_id!(
    /// A membership in a client's organisation.
    MemberId, "member");
typed_id!(
    /// A request of a client to one user.
    RequestId, "request");
typed_id!(
    /// An application to become a Verified Partner.
    VerificationId, "verification");
typed_id!(
    /// A login in progress.
    FlowId, "flow");
typed_id!(
    /// What one login gave to one client; its codes and tokens lead back to it.
    GrantId, "grant");
typed_id!(
    /// A person's consent to a client.
    ConsentId, "consent");
typed_id!(
    /// A session of a browser: the `sid` of ID tokens.
    SessionId, "session");
typed_id!(
    /// A refused attempt.
    AttemptId, "attempt");
typed_id!(
    /// An entry of the audit log.
    AuditId, "audit");
typed_id!(
    /// A token for the management API.
    TokenId, "token");
typed_id!(
    /// A passkey.
    PasskeyId, "passkey");
typed_id!(
    /// Something a person is told on their own pages.
    NotificationId, "notification");
typed_id!(
    /// Something on its way to a person who may have an account or none.
    LetterId, "letter");
typed_id!(
    /// An event that webhooks are told of.
    EventId, "event");
typed_id!(
    /// An event on its way to one webhook URL: the `webhook-id` of its message.
    DeliveryId, "delivery");

/// A user's number: random, 10^12 ≤ n < 2^53, never reused.
///
/// Inside XWMS it names the account; what a client sees is a [`Subject`], and only
/// `store::tables::client_users` leads from the one to the other.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
pub struct UserId(i64);

/// A user as one client knows them: the `sub` claim, a decimal string.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::BigInt)]
pub struct Subject(i64);

const SMALLEST_NUMBER: i64 = 1_000_000_000_000;
const NUMBERS_END: i64 = 1 << 53;

/// A number that survives a double: 10^12 ≤ n < 2^53. The range is no power of two; the bias of the remainder is below
/// 2^-10 and of no use to anybody, since nothing rests on a number's being secret.
fn random_number() -> i64 {
    let random = u64::from_be_bytes(random::bytes()) % (NUMBERS_END - SMALLEST_NUMBER).unsigned_abs();
    SMALLEST_NUMBER + random.cast_signed()
}

macro_rules! number {
    ($name:ident) => {
        impl $name {
            /// A fresh random number. That nobody has it yet is for the store's unique index to say.
            pub fn generate() -> Self {
                Self(random_number())
            }

            /// The number itself.
            pub const fn number(self) -> i64 {
                self.0
            }

            /// The number `n`, when it is in range.
            pub fn from_number(n: i64) -> Option<Self> {
                (SMALLEST_NUMBER..NUMBERS_END).contains(&n).then_some(Self(n))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let number = text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
                number.and_then(Self::from_number).ok_or(InvalidId { expected: "sub" })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::BigInt, DB> for $name
        where
            i64: diesel::serialize::ToSql<diesel::sql_types::BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                self.0.to_sql(out)
            }
        }

        impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB> for $name
        where
            i64: diesel::deserialize::FromSql<diesel::sql_types::BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }
    };
}

number!(UserId);
number!(Subject);

impl UserId {
    /// The subject under which a client with `subject_type` `public` knows this user: the same number.
    pub const fn as_public_subject(self) -> Subject {
        Subject(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        #[test]
        fn an_id_survives_its_text(bytes: [u8; 16]) {
            let id = ClientId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().parse::<ClientId>(), Ok(id));
        }

        #[test]
        fn ids_sort_as_their_texts(a: [u8; 16], b: [u8; 16]) {
            let (a, b) = (DomainId::from_bytes(a), DomainId::from_bytes(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn ids_of_one_millisecond_sort_as_they_were_made() {
        let now = Timestamp::from_milliseconds(1_234_567_890_123);
        let ids: Vec<ClientId> = (0..20_000).map(|_| ClientId::generate(now)).collect();
        assert!(ids.is_sorted());
        assert!(
            ids[0] > ClientId::first_at(now) && ids[19_999] < ClientId::first_at(now.after(Duration::from_millis(1)))
        );
        assert!(ids.iter().all(|id| uuid::Uuid::from_bytes(*id.as_bytes()).get_version_num() == 7));
    }

    #[test]
    fn another_kind_or_form_is_refused() {
        let id = ClientId::from_bytes([7; 16]).to_string();
        let upper = id.replace("client_", "").to_uppercase();
        for wrong in [
            id.replace("client", "domain"),
            id.replace("client_", ""),
            format!("{id}0"),
            format!("client_{upper}"),
            format!("client_8{}", "0".repeat(25)),
            "client_".to_owned(),
        ] {
            assert!(wrong.parse::<ClientId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_subject_is_a_number_that_survives_a_double() {
        for _ in 0..1000 {
            let subject = Subject::generate();
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "that is the test")]
            let through_double = subject.number() as f64 as i64;
            assert_eq!(through_double, subject.number());
            assert_eq!(subject.to_string().parse(), Ok(subject));
        }
        for wrong in ["1", "-1000000000000", "+1000000000000", "9007199254740992", "1000000000000.0", ""] {
            assert!(wrong.parse::<Subject>().is_err(), "{wrong}");
        }
    }
}
