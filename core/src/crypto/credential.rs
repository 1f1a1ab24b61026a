//! Opaque credentials of machines: 256 random bits, typed by a prefix, and never stored as they are.
//!
//! There are two forms. What people keep in a configuration (client secrets and API tokens) ends with a checksum, so
//! that a secret scanner can tell one from noise without asking us; it is stored as a [`StoredDigest`]. What lives in a
//! database table by the million (codes, tokens, sessions) carries the time it was made, so that its
//! [`CredentialKey`] sorts by age and new rows land next to each other. The time is no part of the secret.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;

use super::base62;
use super::digest::{MacKey, constant_time_eq, sha256};
use crate::clock::Timestamp;
use crate::random;
use crate::secret::Secret;

/// What a credential is for. One kind is never accepted as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A client secret, `xwms_sk_`. With a checksum.
    ClientSecret,
    /// A token for the management API, `xwms_pat_`. With a checksum.
    ApiToken,
    /// An authorization code, `xwms_ac_`.
    Code,
    /// What a native login's callback carries, `xwms_ct_`.
    CallbackToken,
    /// What begins a native login, `xwms_st_`.
    SignToken,
    /// A refresh token, `xwms_rt_`.
    RefreshToken,
    /// The cookie of a signed-in browser, `xwms_ss_`.
    Session,
    /// The cookie of a browser somebody has signed in with before, `xwms_kd_`.
    Device,
    /// A link in an email, `xwms_em_`.
    EmailToken,
    /// The cookie that binds a login in progress to its browser, `xwms_br_`.
    Browser,
    /// The cookie of a login that waits for its second step, `xwms_sf_`.
    SecondStep,
}

impl Kind {
    /// How credentials of this kind begin.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ClientSecret => "xwms_sk_",
            Self::ApiToken => "xwms_pat_",
            Self::Code => "xwms_ac_",
            Self::CallbackToken => "xwms_ct_",
            Self::SignToken => "xwms_st_",
            Self::RefreshToken => "xwms_rt_",
            Self::Session => "xwms_ss_",
            Self::Device => "xwms_kd_",
            Self::EmailToken => "xwms_em_",
            Self::Browser => "xwms_br_",
            Self::SecondStep => "xwms_sf_",
        }
    }

    /// Whether a text begins like one of this kind with a checksum, is as long and of the same characters.
    pub fn looks_like(self, text: &str) -> bool {
        let body = text.strip_prefix(self.prefix()).filter(|_| self.has_checksum());
        let length = base62::LENGTH_OF_256_BITS + base62::LENGTH_OF_CHECKSUM;
        body.is_some_and(|body| body.len() == length && base62::is_base62(body))
    }

    const fn has_checksum(self) -> bool {
        matches!(self, Self::ClientSecret | Self::ApiToken)
    }
}

/// A credential that was just made: the only moment at which its text is known.
#[derive(Debug)]
pub struct Credential {
    text: Secret<String>,
    made_at: [u8; TIME_LENGTH],
}

impl Credential {
    /// A fresh credential of 256 random bits. `now` becomes part of its key.
    pub fn generate(kind: Kind, now: Timestamp) -> Self {
        Self::of(kind, now, random::bytes())
    }

    /// The credential that follows from `parent`: the same key, kind, parent and time give the same text, and without
    /// the key nobody can tell it from a random one.
    ///
    /// So a retried refresh gets the child that the first answer had, though only digests are stored.
    pub fn derive(kind: Kind, now: Timestamp, key: &MacKey, parent: &CredentialKey) -> Self {
        Self::of(kind, now, key.mac(&[parent.as_bytes().as_slice(), kind.prefix().as_bytes()].concat()))
    }

    /// The key under which the credential `text` is stored; `None` when it is none of this kind, by prefix, length or
    /// alphabet. That the text was ever given out is for the store to say.
    ///
    /// Client secrets and API tokens have no time in them: for these see [`StoredDigest::parse`].
    pub fn parse(kind: Kind, text: &str) -> Option<CredentialKey> {
        let body =
            text.strip_prefix(kind.prefix()).filter(|body| body.len() == TIMED_LENGTH && !kind.has_checksum())?;
        let bytes = URL_SAFE_NO_PAD.decode(body).ok()?;
        Some(CredentialKey::new(*bytes.first_chunk()?, text))
    }

    /// The text to hand out, once.
    pub const fn text(&self) -> &Secret<String> {
        &self.text
    }

    /// The text to hand out, once.
    pub fn into_text(self) -> Secret<String> {
        self.text
    }

    /// The key to store it under.
    pub fn key(&self) -> CredentialKey {
        CredentialKey::new(self.made_at, self.text.expose())
    }

    /// The digest to store, for client secrets and API tokens.
    pub fn digest(&self) -> StoredDigest {
        StoredDigest(sha256(self.text.expose().as_bytes()))
    }

    /// The last four characters, by which its owner recognises it later.
    pub fn hint(&self) -> String {
        hint(self.text.expose())
    }

    fn of(kind: Kind, now: Timestamp, secret: [u8; 32]) -> Self {
        let made_at = time_bytes(now);
        let mut text = kind.prefix().to_owned();
        if kind.has_checksum() {
            text.push_str(&base62::of_256_bits(secret));
            text.push_str(&base62::checksum(&text));
        } else {
            URL_SAFE_NO_PAD.encode_string([made_at.as_slice(), &secret].concat(), &mut text);
        }
        Self { text: Secret::new(text), made_at }
    }
}

/// The last four characters of a client secret or API token that somebody else made.
pub fn hint(text: &str) -> String {
    let start = text.char_indices().rev().nth(3).map_or(0, |(index, _)| index);
    text[start..].to_owned()
}

/// What is stored in place of a credential: the six bytes of its time (milliseconds, big-endian) and the SHA-256 of
/// its whole text. It sorts by time, and leads to the credential for nobody.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Binary)]
pub struct CredentialKey([u8; KEY_LENGTH]);

impl CredentialKey {
    /// The key as it is stored.
    pub const fn as_bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.0
    }

    /// The key of these stored bytes.
    pub const fn from_bytes(bytes: [u8; KEY_LENGTH]) -> Self {
        Self(bytes)
    }

    /// What sorts before every key made at `time` or later, and after every earlier one.
    pub fn first_of(time: Timestamp) -> Self {
        let mut key = [0; KEY_LENGTH];
        key[..TIME_LENGTH].copy_from_slice(&time_bytes(time));
        Self(key)
    }

    fn new(made_at: [u8; TIME_LENGTH], text: &str) -> Self {
        let mut key = [0; KEY_LENGTH];
        key[..TIME_LENGTH].copy_from_slice(&made_at);
        key[TIME_LENGTH..].copy_from_slice(&sha256(text.as_bytes()));
        Self(key)
    }
}

/// Nothing of the key: it names a credential, and logs shall not.
impl fmt::Debug for CredentialKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialKey([hidden])")
    }
}

impl<DB: Backend> ToSql<Binary, DB> for CredentialKey
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for CredentialKey
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let stored = Vec::<u8>::from_sql(bytes)?;
        Ok(Self(stored.try_into().map_err(|_| "a stored credential key is not 38 bytes long")?))
    }
}

/// What is stored in place of a client secret or an API token: the SHA-256 of its whole text. Compared in constant
/// time. (A slow hash would protect nothing here: 256 random bits cannot be guessed.)
#[derive(Clone, Copy, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct StoredDigest([u8; 32]);

impl StoredDigest {
    /// The digest of the client secret or API token `text`; `None` when its prefix, length, alphabet or checksum is
    /// wrong, or when it is so uniform that nothing random can have made it.
    ///
    /// Kinds without a checksum have a [`CredentialKey`] instead, and give `None`.
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        if !kind.looks_like(text) {
            return None;
        }
        let body = text.strip_prefix(kind.prefix())?;
        let (precedes, sum) = text.split_at(text.len() - base62::LENGTH_OF_CHECKSUM);
        let random = &body[..base62::LENGTH_OF_256_BITS];
        (base62::different_characters(random) >= LEAST_DIFFERENT && base62::checksum(precedes) == sum)
            .then(|| Self(sha256(text.as_bytes())))
    }

    /// The digest as it is stored.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest of these stored bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl PartialEq for StoredDigest {
    fn eq(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl Eq for StoredDigest {}

/// Nothing of the digest: it names a credential, and logs shall not.
impl fmt::Debug for StoredDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredDigest([hidden])")
    }
}

impl<DB: Backend> ToSql<Binary, DB> for StoredDigest
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for StoredDigest
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let stored = Vec::<u8>::from_sql(bytes)?;
        Ok(Self(stored.try_into().map_err(|_| "a stored digest is not 32 bytes long")?))
    }
}

const TIME_LENGTH: usize = 6;
const KEY_LENGTH: usize = TIME_LENGTH + 32;
/// Characters of base64url for six bytes of time and 32 random ones.
const TIMED_LENGTH: usize = 51;
/// Of 43 random characters some 31 differ; fewer than 12 do once in 10^18, so such a value was made up.
const LEAST_DIFFERENT: usize = 12;

/// Times before 1970 count as 1970: they come from a clock that is wrong, and must not break the order of bytes.
fn time_bytes(now: Timestamp) -> [u8; TIME_LENGTH] {
    let [_, _, time @ ..] = u64::try_from(now.milliseconds()).unwrap_or(0).to_be_bytes();
    time
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_769_860_800);

    const CHECKSUMMED: [Kind; 2] = [Kind::ClientSecret, Kind::ApiToken];
    const TIMED: [Kind; 8] = [
        Kind::Code,
        Kind::CallbackToken,
        Kind::SignToken,
        Kind::RefreshToken,
        Kind::Session,
        Kind::Device,
        Kind::EmailToken,
        Kind::Browser,
    ];

    #[test]
    fn a_timed_credential_leads_to_its_key_and_no_other_kind_does() {
        for kind in TIMED {
            let credential = Credential::generate(kind, NOW);
            let text = credential.text().expose();
            assert!(text.starts_with(kind.prefix()));
            for asked in TIMED.into_iter().chain(CHECKSUMMED) {
                let expected = (asked == kind).then(|| credential.key());
                assert_eq!(Credential::parse(asked, text), expected, "{kind:?} as {asked:?}");
                assert_eq!(StoredDigest::parse(asked, text), None, "{kind:?} as {asked:?}");
            }
        }
    }

    #[test]
    fn a_checksummed_credential_leads_to_its_digest_and_no_other_kind_does() {
        for kind in CHECKSUMMED {
            let credential = Credential::generate(kind, NOW);
            let text = credential.text().expose();
            assert_eq!(text.len(), kind.prefix().len() + 49);
            for asked in TIMED.into_iter().chain(CHECKSUMMED) {
                let expected = (asked == kind).then(|| credential.digest());
                assert_eq!(StoredDigest::parse(asked, text), expected, "{kind:?} as {asked:?}");
                assert_eq!(Credential::parse(asked, text), None, "{kind:?} as {asked:?}");
            }
            assert!(text.ends_with(&credential.hint()) && credential.hint().len() == 4);
        }
    }

    #[test]
    fn a_mistyped_credential_is_none() {
        let code = Credential::generate(Kind::Code, NOW).into_text();
        let code = code.expose();
        for wrong in [
            String::new(),
            "xwms_ac_".to_owned(),
            code[..code.len() - 1].to_owned(),
            format!("{code}A"),
            format!("{code}="),
            format!(" {code}"),
            code.replace("xwms_ac_", "XWMS_AC_"),
            format!("{}+", &code[..code.len() - 1]),
            // 51 characters hold two bits more than the bytes: they must be zero, or one credential had four spellings.
            format!("{}B", &code[..code.len() - 1]),
            format!("{}é", &code[..code.len() - 2]),
        ] {
            assert_eq!(Credential::parse(Kind::Code, &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_client_secret_with_a_wrong_checksum_or_no_entropy_is_none() {
        let weak = format!("xwms_sk_{}", "0123456789a".chars().cycle().take(43).collect::<String>());
        let weak = format!("{weak}{}", base62::checksum(&weak));
        let secret = Credential::generate(Kind::ClientSecret, NOW).into_text();
        let secret = secret.expose();
        let other = if secret.as_bytes()[8] == b'0' { '1' } else { '0' };
        for wrong in [
            weak,
            format!("xwms_sk_{other}{}", &secret[9..]),
            format!("xwms_sk_{}", "0".repeat(49)),
            secret[..secret.len() - 1].to_owned(),
            format!("{secret}0"),
            format!("{}é", &secret[..secret.len() - 2]),
            "xwms_sk_".to_owned(),
        ] {
            assert_eq!(StoredDigest::parse(Kind::ClientSecret, &wrong), None, "{wrong}");
        }
    }

    #[test]
    fn keys_sort_by_the_time_they_were_made() {
        let times = [-5, 0, 1, 255, 256, 1_769_860_800_000, 1_769_860_800_001].map(Timestamp::from_milliseconds);
        let keys = times.map(|time| Credential::generate(Kind::Code, time).key());
        assert!(keys[1..].is_sorted());
        assert_eq!(keys[0].as_bytes()[..6], [0; 6]);
    }

    #[test]
    fn a_derived_child_is_the_same_each_time_and_follows_from_everything_given() {
        let (key, parent) = (MacKey::new(&[1; 32]), Credential::generate(Kind::RefreshToken, NOW).key());
        let other_parent = Credential::generate(Kind::RefreshToken, NOW).key();
        let child = Credential::derive(Kind::RefreshToken, NOW, &key, &parent);
        let again = Credential::derive(Kind::RefreshToken, NOW, &key, &parent);
        assert_eq!(child.text().expose(), again.text().expose());
        assert_eq!(Credential::parse(Kind::RefreshToken, child.text().expose()), Some(child.key()));
        for other in [
            Credential::derive(Kind::Code, NOW, &key, &parent),
            Credential::derive(Kind::RefreshToken, Timestamp::from_seconds(1), &key, &parent),
            Credential::derive(Kind::RefreshToken, NOW, &MacKey::new(&[2; 32]), &parent),
            Credential::derive(Kind::RefreshToken, NOW, &key, &other_parent),
        ] {
            assert!(other.key() != child.key());
        }
    }

    #[test]
    fn nothing_of_a_credential_is_printed() {
        let credential = Credential::generate(Kind::ClientSecret, NOW);
        let printed = format!("{credential:?} {:?} {:?}", credential.key(), credential.digest());
        assert!(!printed.contains("xwms_sk_"));
        assert!(printed.contains("[secret]") && printed.contains("StoredDigest([hidden])"));
    }

    proptest! {
        #[test]
        fn no_text_makes_parsing_fail_otherwise_than_by_none(text: String) {
            for kind in TIMED.into_iter().chain(CHECKSUMMED) {
                let text = format!("{}{text}", kind.prefix());
                prop_assert_eq!(Credential::parse(kind, &text), None);
                prop_assert_eq!(StoredDigest::parse(kind, &text), None);
                prop_assert!(hint(&text).chars().count() == 4);
            }
        }
    }
}
