//! The signing keys: making one, keeping its private half sealed, and the set that is in force.

use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use rsa::pkcs8::{EncodePrivateKey, SecretDocument};
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde::Serialize;

pub use super::jwk::{InvalidKey, PublicKey};
use super::jws::SigningKey;
use super::seal::MasterKey;
use crate::model::client::SigningAlg;
use crate::random;
use crate::secret::Secret;

/// A key that was just made, or handed in: what a row of `signing_keys` is made of.
#[derive(Clone, Debug)]
pub struct GeneratedKey {
    /// Its name: the RFC 7638 thumbprint of the public key.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// The private key as a PKCS#8 document. To store it, see [`GeneratedKey::seal`].
    pub private_pkcs8: Secret<Vec<u8>>,
}

impl GeneratedKey {
    /// The key in a PKCS#8 document: P-256 with its public key, or RSA of 2048 to 4096 bits.
    ///
    /// # Errors
    /// If it holds no such key.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, InvalidKey> {
        let public = SigningKey::from_pkcs8(der)?.public().clone();
        Ok(Self {
            kid: public.kid().to_owned(),
            alg: public.alg(),
            public_jwk: public.to_json(),
            private_pkcs8: Secret::new(der.to_vec()),
        })
    }

    /// The key in a PEM file: a PKCS#8 document between `-----BEGIN PRIVATE KEY-----` and its end.
    ///
    /// # Errors
    /// If it holds no such key.
    pub fn from_pem(pem: &str) -> Result<Self, InvalidKey> {
        let (label, document) = SecretDocument::from_pem(pem).map_err(|_| InvalidKey)?;
        if label != PRIVATE_KEY_LABEL {
            return Err(InvalidKey);
        }
        Self::from_pkcs8(document.as_bytes())
    }

    /// The private key, encrypted under the master key for this `kid` only.
    pub fn seal(&self, master_key: &MasterKey) -> Vec<u8> {
        master_key.seal(&context(&self.kid), self.private_pkcs8.expose())
    }
}

/// Makes a key: P-256, or RSA of 2048 bits. The latter keeps a processor busy for tenths of a second: call it from a
/// thread that may block.
///
/// # Errors
/// If the key that was made cannot be read back, which has not been seen.
pub fn generate(alg: SigningAlg) -> Result<GeneratedKey, InvalidKey> {
    match alg {
        SigningAlg::Es256 => {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random::generator());
            GeneratedKey::from_pkcs8(made.map_err(|_| InvalidKey)?.as_ref())
        }
        SigningAlg::Rs256 => {
            let made = rsa::PrivateKey::new(&mut OperatingSystem, RSA_BITS).map_err(|_| InvalidKey)?;
            GeneratedKey::from_pkcs8(made.to_pkcs8_der().map_err(|_| InvalidKey)?.as_bytes())
        }
    }
}

/// Where a key stands in its life. Of each algorithm one key is `Current`, and at most one `Next`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Text)]
pub enum KeyState {
    /// It signs.
    Current,
    /// It is published, and will sign.
    Next,
    /// It no longer signs; tokens it has signed may still be out there.
    Retired,
}

impl KeyState {
    /// The state as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Next => "next",
            Self::Retired => "retired",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for KeyState
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.as_str().to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for KeyState
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let stored = String::from_sql(bytes)?;
        let known = [Self::Current, Self::Next, Self::Retired].into_iter().find(|state| state.as_str() == stored);
        known.ok_or_else(|| "a stored state of a signing key is unknown".into())
    }
}

/// A row of `signing_keys`, as far as it decides here.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub alg: SigningAlg,
    /// Where it stands in its life.
    pub state: KeyState,
    /// The public key as a JWK.
    pub public_jwk: String,
    /// The private key as [`GeneratedKey::seal`] gives it.
    pub sealed_private_key: Vec<u8>,
}

/// The keys that are in force at one moment.
#[derive(Debug)]
pub struct KeySet {
    current: Vec<SigningKey>,
    public: Vec<PublicKey>,
    jwks: Arc<[u8]>,
}

impl KeySet {
    /// The set of these rows. Only the private keys that sign are opened.
    ///
    /// # Errors
    /// Names the first key whose parts do not belong together, or which the master key does not open.
    pub fn new(mut rows: Vec<StoredKey>, master_key: &MasterKey) -> Result<Self, UnusableKey> {
        rows.sort_by(|a, b| (a.state, &a.kid).cmp(&(b.state, &b.kid)));
        let mut current: Vec<SigningKey> = Vec::new();
        let mut public = Vec::with_capacity(rows.len());
        for row in &rows {
            let unusable = |reason| UnusableKey { kid: row.kid.clone(), reason };
            let key = PublicKey::from_json(&row.public_jwk).map_err(|_| unusable("its public key is not its own"))?;
            if key.kid() != row.kid || key.alg() != row.alg {
                return Err(unusable("its public key is not its own"));
            }
            if row.state == KeyState::Current {
                if current.iter().any(|other| other.alg() == row.alg) {
                    return Err(unusable("another key of its algorithm is current"));
                }
                let private = master_key.open(&context(&row.kid), &row.sealed_private_key);
                let private = private.map_err(|_| unusable("the master key does not open it"))?;
                let private = SigningKey::from_pkcs8(private.expose()).ok().filter(|private| private.kid() == row.kid);
                current.push(private.ok_or_else(|| unusable("its private key is not its own"))?);
            }
            public.push(key);
        }
        let jwks =
            document(&public).map_err(|_| UnusableKey { kid: String::new(), reason: "no key has a JSON form" })?;
        Ok(Self { current, public, jwks })
    }

    /// The key that signs with `alg`.
    pub fn current(&self, alg: SigningAlg) -> Option<&SigningKey> {
        self.current.iter().find(|key| key.alg() == alg)
    }

    /// The public key named `kid`, in whatever state.
    pub fn public(&self, kid: &str) -> Option<&PublicKey> {
        self.public.iter().find(|key| key.kid() == kid)
    }

    /// Whether it is the set of these rows: the same keys, and the same ones sign.
    pub fn is_of(&self, rows: &[StoredKey]) -> bool {
        let signs = |row: &StoredKey| self.current(row.alg).is_some_and(|key| key.kid() == row.kid);
        let same = |row: &StoredKey| self.public(&row.kid).is_some() && signs(row) == (row.state == KeyState::Current);
        self.public.len() == rows.len() && rows.iter().all(same)
    }

    /// The JWKS document (RFC 7517 §5): the public keys, the signing ones first. Made once.
    pub const fn jwks(&self) -> &Arc<[u8]> {
        &self.jwks
    }
}

/// A stored key that cannot be used: the database or the master key is another than it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusableKey {
    /// Its name.
    pub kid: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl fmt::Display for UnusableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the signing key {} cannot be used: {}", self.kid, self.reason)
    }
}

impl std::error::Error for UnusableKey {}

/// The set in force, shared by all who sign and verify, and replaced whole when keys change. Clones share it.
#[derive(Clone, Debug)]
pub struct KeyRing(Arc<RwLock<Arc<KeySet>>>);

impl KeyRing {
    /// A ring with this set in force.
    pub fn new(keys: KeySet) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(keys))))
    }

    /// The set in force. Who holds it goes on with it, whatever replaces it meanwhile.
    pub fn get(&self) -> Arc<KeySet> {
        // Nothing can fail while the lock is held, so what it guards is whole even if a thread has died there.
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another set in force, at once for all clones.
    pub fn replace(&self, keys: KeySet) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }
}

const RSA_BITS: usize = 2048;
const PRIVATE_KEY_LABEL: &str = "PRIVATE KEY";

/// What a private key is sealed for: it opens nowhere but in its own row.
fn context(kid: &str) -> Vec<u8> {
    format!("signing key {kid}").into_bytes()
}

fn document(keys: &[PublicKey]) -> serde_json::Result<Arc<[u8]>> {
    #[derive(Serialize)]
    struct Document<K> {
        keys: Vec<K>,
    }
    let keys = keys.iter().map(PublicKey::as_jwk).collect();
    serde_json::to_vec(&Document { keys }).map(Arc::from)
}

/// Our source of random bytes, as the `rsa` crate asks for one.
struct OperatingSystem;

impl TryRng for OperatingSystem {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(random::bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(random::bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        random::fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for OperatingSystem {}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA_TEST_KEY: &str = include_str!("../../../tests/it/fixtures/rsa_test_key.pem");

    fn master_key() -> MasterKey {
        MasterKey::from_bytes(&[7; 32])
    }

    fn stored(key: &GeneratedKey, state: KeyState) -> StoredKey {
        StoredKey {
            kid: key.kid.clone(),
            alg: key.alg,
            state,
            public_jwk: key.public_jwk.clone(),
            sealed_private_key: key.seal(&master_key()),
        }
    }

    fn es256() -> GeneratedKey {
        generate(SigningAlg::Es256).unwrap()
    }

    #[test]
    fn generated_keys_of_both_kinds_sign_after_storage() {
        for alg in [SigningAlg::Es256, SigningAlg::Rs256] {
            let key = generate(alg).unwrap();
            let keys = KeySet::new(vec![stored(&key, KeyState::Current)], &master_key()).unwrap();
            assert_eq!(keys.current(alg).unwrap().kid(), key.kid);
            assert_eq!((key.alg, key.kid.len()), (alg, 43));
        }
    }

    #[test]
    fn a_set_signs_with_its_current_keys_and_knows_them_all() {
        let (current, next, retired) = (es256(), es256(), es256());
        let rows = vec![
            stored(&retired, KeyState::Retired),
            stored(&next, KeyState::Next),
            stored(&current, KeyState::Current),
        ];
        let keys = KeySet::new(rows, &master_key()).unwrap();

        assert_eq!(keys.current(SigningAlg::Es256).unwrap().kid(), current.kid);
        assert!(keys.current(SigningAlg::Rs256).is_none());
        for key in [&current, &next, &retired] {
            assert_eq!(keys.public(&key.kid).unwrap().kid(), key.kid);
        }
        assert!(keys.public("../../x").is_none());
    }

    #[test]
    fn jw_05_the_published_document_has_public_members_only() {
        let (rsa, current, next) = (GeneratedKey::from_pem(RSA_TEST_KEY).unwrap(), es256(), es256());
        let rows = vec![
            stored(&next, KeyState::Next),
            // A private member that got into a row is not published either.
            StoredKey {
                public_jwk: rsa.public_jwk.replacen('{', r#"{"d":"AQ","qi":"AQ","#, 1),
                ..stored(&rsa, KeyState::Current)
            },
            stored(&current, KeyState::Current),
        ];
        let keys = KeySet::new(rows, &master_key()).unwrap();

        let document: serde_json::Value = serde_json::from_slice(keys.jwks()).unwrap();
        let published = document["keys"].as_array().unwrap();
        assert_eq!((document.as_object().unwrap().len(), published.len()), (1, 3));
        for key in published {
            let members: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
            match key["kty"].as_str() {
                Some("RSA") => assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]),
                _ => assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]),
            }
            assert_eq!(key["use"], "sig");
        }
        assert_eq!(published[2]["kid"], next.kid.as_str());
    }

    #[test]
    fn no_keys_publish_an_empty_document() {
        let keys = KeySet::new(Vec::new(), &master_key()).unwrap();
        assert_eq!(&**keys.jwks(), br#"{"keys":[]}"#);
    }

    #[test]
    fn a_row_whose_parts_do_not_belong_together_is_named() {
        let (a, b) = (es256(), es256());
        let good = stored(&a, KeyState::Current);
        let rows = [
            (StoredKey { public_jwk: b.public_jwk.clone(), ..good.clone() }, "its public key is not its own"),
            (StoredKey { alg: SigningAlg::Rs256, ..good.clone() }, "its public key is not its own"),
            (StoredKey { public_jwk: "{}".to_owned(), ..good.clone() }, "its public key is not its own"),
            // Sealed for another kid.
            (
                StoredKey { sealed_private_key: b.seal(&master_key()), ..good.clone() },
                "the master key does not open it",
            ),
            (
                StoredKey {
                    sealed_private_key: master_key().seal(&context(&a.kid), b.private_pkcs8.expose()),
                    ..good.clone()
                },
                "its private key is not its own",
            ),
            (
                StoredKey { sealed_private_key: master_key().seal(&context(&a.kid), b"no key"), ..good.clone() },
                "its private key is not its own",
            ),
        ];
        for (row, reason) in rows {
            let expected = UnusableKey { kid: a.kid.clone(), reason };
            assert_eq!(KeySet::new(vec![row], &master_key()).map(drop), Err(expected));
        }
        assert!(KeySet::new(vec![good.clone()], &master_key()).is_ok());
        assert!(KeySet::new(vec![good, stored(&b, KeyState::Current)], &master_key()).is_err());
    }

    #[test]
    fn st_03_another_master_key_opens_nothing() {
        let row = stored(&es256(), KeyState::Current);
        let refused = KeySet::new(vec![row], &MasterKey::from_bytes(&[8; 32])).unwrap_err();
        assert_eq!(refused.reason, "the master key does not open it");
    }

    #[test]
    fn a_key_is_read_from_a_pem_file_and_nothing_else_is() {
        let key = GeneratedKey::from_pem(RSA_TEST_KEY).unwrap();
        assert_eq!(key.alg, SigningAlg::Rs256);
        for wrong in [
            String::new(),
            RSA_TEST_KEY.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
            RSA_TEST_KEY.replace("PRIVATE KEY", "CERTIFICATE"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned(),
        ] {
            assert_eq!(GeneratedKey::from_pem(&wrong).map(drop), Err(InvalidKey));
        }
    }

    #[test]
    fn a_ring_hands_out_the_set_that_was_put_in_last() {
        let (old, new) = (es256(), es256());
        let set = |key: &GeneratedKey| KeySet::new(vec![stored(key, KeyState::Current)], &master_key()).unwrap();
        let ring = KeyRing::new(set(&old));
        let (clone, held) = (ring.clone(), ring.get());
        ring.replace(set(&new));
        assert!(clone.get().public(&new.kid).is_some() && clone.get().public(&old.kid).is_none());
        assert!(held.public(&old.kid).is_some());
    }

    #[test]
    fn st_01_nothing_of_a_private_key_is_printed_or_stored_in_the_clear() {
        let key = GeneratedKey::from_pem(RSA_TEST_KEY).unwrap();
        let private = key.private_pkcs8.expose();
        // Some bytes from the middle of the document, where the private exponent is.
        let telling = &private[400..416];
        assert!(!key.seal(&master_key()).windows(16).any(|window| window == telling));
        let keys = KeySet::new(vec![stored(&key, KeyState::Current)], &master_key()).unwrap();
        let printed = format!("{keys:?} {key:?}");
        assert!(printed.contains("[secret]"));
        assert!(!printed.contains(&format!("{telling:?}")[1..40]));
    }
}
