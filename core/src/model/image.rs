//! Pictures by what they are: the SHA-256 of their content.

use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;

/// The digest of a picture, by which it is stored and served.
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
#[diesel(sql_type = Binary)]
pub struct ImageDigest([u8; 32]);

impl ImageDigest {
    /// The digest itself, a SHA-256.
    pub(crate) const fn from_sha256(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// Where the picture is served.
    pub fn path(self) -> String {
        format!("/images/{self}.png")
    }
}

/// 64 hexadecimal digits in lower case.
impl fmt::Display for ImageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// There is one spelling only.
impl FromStr for ImageDigest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let digits = text.as_bytes();
        if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NoDigest);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
            *byte = pair.iter().filter_map(|digit| value(*digit)).fold(0, |all, value| all << 4 | value);
        }
        Ok(Self(bytes))
    }
}

/// A text is not the digest of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDigest;

impl<DB: Backend> ToSql<Binary, DB> for ImageDigest
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for ImageDigest
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = Vec::<u8>::from_sql(bytes)?;
        Ok(Self(bytes.try_into().map_err(|_| "a digest has 32 bytes")?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_has_one_spelling() {
        let digest = ImageDigest::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((digest.to_string().as_str(), text.parse()), (text, Ok(digest)));
        assert_eq!(digest.path(), format!("/images/{text}.png"));
        for other in ["", &text[1..], &text.to_uppercase(), &text.replace('a', "g"), &format!("{text}0")] {
            assert_eq!(other.parse::<ImageDigest>(), Err(NoDigest), "{other}");
        }
    }
}
