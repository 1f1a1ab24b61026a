//! How a person signed in: `amr` (RFC 8176), and the level that it reaches: `acr`.

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::stored_text;

/// The `acr` of a sign-in with one factor.
pub const ONE_FACTOR: &str = "1";
/// The `acr` of a sign-in with two.
pub const TWO_FACTORS: &str = "2";

/// The methods of a sign-in, in the words of RFC 8176, joined by a space.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Amr(String);

impl Amr {
    /// With a password alone.
    pub fn password() -> Self {
        Self("pwd".to_owned())
    }

    /// With a password, and a code that counts once.
    pub fn password_and_code() -> Self {
        Self("pwd otp mfa".to_owned())
    }

    /// With a passkey, which is two factors: `backed_up` when copies of it are kept, else it never leaves one device.
    pub fn passkey(backed_up: bool) -> Self {
        Self(if backed_up { "swk user mfa" } else { "hwk user mfa" }.to_owned())
    }

    /// The words.
    pub fn words(&self) -> Vec<String> {
        self.0.split(' ').map(str::to_owned).collect()
    }

    /// Whether the person gave two factors.
    pub fn is_two_factors(&self) -> bool {
        self.0.split(' ').any(|word| word == "mfa")
    }

    /// The level: `1` or `2`.
    pub fn acr(&self) -> &'static str {
        if self.is_two_factors() { TWO_FACTORS } else { ONE_FACTOR }
    }

    /// As it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_stored(text: String) -> Result<Self, String> {
        Ok(Self(text))
    }
}

stored_text!(Amr);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jw_07_the_level_says_what_really_happened() {
        let rows = [
            (Amr::password(), "1", vec!["pwd"]),
            (Amr::password_and_code(), "2", vec!["pwd", "otp", "mfa"]),
            (Amr::passkey(true), "2", vec!["swk", "user", "mfa"]),
            (Amr::passkey(false), "2", vec!["hwk", "user", "mfa"]),
        ];
        for (amr, acr, words) in rows {
            assert_eq!((amr.acr(), amr.words()), (acr, words.into_iter().map(str::to_owned).collect()));
        }
    }
}
