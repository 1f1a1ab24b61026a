//! Passkeys (Web Authentication Level 3): what a browser answers when one is made, and when somebody signs in with one.
//!
//! No statement about the make of an authenticator is asked for, so none is looked at (§6.5, `none`): what counts is that the
//! key signs our challenge, for our origin, after its person was verified.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde::Deserialize;

use super::cbor::{self, Value};
use super::digest::sha256;

/// The algorithms that we check, by their COSE numbers (RFC 9053), the best first.
pub const ALGORITHMS: [i64; 3] = [-8, -7, -257];
/// The longest credential id (§4).
const LONGEST_ID: usize = 1023;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;

/// Whose answers count.
#[derive(Clone, Copy, Debug)]
pub struct RelyingParty<'a> {
    /// The host: `rp.id`.
    pub id: &'a str,
    /// Scheme, host and port of our pages.
    pub origin: &'a str,
}

/// What a passkey said of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// How often it has signed; zero for those that do not count.
    pub sign_count: i64,
    /// Whether copies of it are kept: else it never leaves one device.
    pub backed_up: bool,
}

/// A passkey that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its id, by which it is found.
    pub credential_id: Vec<u8>,
    /// Its public key (RFC 9052 §7).
    pub public_key: Vec<u8>,
    /// What it said of itself.
    pub said: Said,
}

/// An answer that does not count: another origin's, another challenge's, or none at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid;

/// `PublicKeyCredential.toJSON()` (§5.1), as far as we look.
#[derive(Deserialize)]
struct Credential<R> {
    #[serde(rename = "rawId")]
    raw_id: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attestation {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(rename = "type")]
    purpose: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// Reads the answer to `create` (§7.1). `accepts` says whether a challenge is ours.
///
/// # Errors
/// [`Invalid`].
pub fn read_made(json: &str, party: RelyingParty<'_>, accepts: impl Fn(&[u8]) -> bool) -> Result<Made, Invalid> {
    let credential: Credential<Attestation> = serde_json::from_str(json).map_err(|_| Invalid)?;
    let client_data = decode(&credential.response.client_data)?;
    check_client_data(&client_data, "webauthn.create", party, accepts)?;
    let object = decode(&credential.response.attestation_object)?;
    let (object, _) = cbor::read(&object).ok_or(Invalid)?;
    let data = object.text_member("authData").and_then(Value::bytes).ok_or(Invalid)?;
    let (flags, said) = authenticator_data(data, party)?;
    // Behind 37 bytes: 16 of the make, the length of the id, the id, the key (§6.5.1).
    let credential_data = data.get(37 + 16..).filter(|_| flags & HAS_CREDENTIAL != 0).ok_or(Invalid)?;
    let (length, rest) = credential_data.split_first_chunk::<2>().ok_or(Invalid)?;
    let (id, key) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(Invalid)?;
    let (read, left) = cbor::read(key).ok_or(Invalid)?;
    let key = key.get(..key.len() - left.len()).ok_or(Invalid)?;
    PublicKey::of(&read)?;
    if id.is_empty() || id.len() > LONGEST_ID || decode(&credential.raw_id)? != id {
        return Err(Invalid);
    }
    Ok(Made { credential_id: id.to_vec(), public_key: key.to_vec(), said })
}

/// The id of the passkey that answered `get`.
///
/// # Errors
/// [`Invalid`].
pub fn credential_id(json: &str) -> Result<Vec<u8>, Invalid> {
    let credential: Credential<serde::de::IgnoredAny> = serde_json::from_str(json).map_err(|_| Invalid)?;
    decode(&credential.raw_id)
}

/// Checks the answer to `get` (§7.2) of the passkey with this public key; answers with the challenge that it signed, and what
/// it said of itself.
///
/// # Errors
/// [`Invalid`].
pub fn read_signed(
    json: &str,
    party: RelyingParty<'_>,
    public_key: &[u8],
    accepts: impl Fn(&[u8]) -> bool,
) -> Result<(Vec<u8>, Said), Invalid> {
    let credential: Credential<Assertion> = serde_json::from_str(json).map_err(|_| Invalid)?;
    let client_data = decode(&credential.response.client_data)?;
    let challenge = check_client_data(&client_data, "webauthn.get", party, accepts)?;
    let data = decode(&credential.response.authenticator_data)?;
    let (_, said) = authenticator_data(&data, party)?;
    let (key, _) = cbor::read(public_key).ok_or(Invalid)?;
    let signed = [data.as_slice(), &sha256(&client_data)].concat();
    PublicKey::of(&key)?.check(&signed, &decode(&credential.response.signature)?)?;
    Ok((challenge, said))
}

fn check_client_data(
    json: &[u8],
    purpose: &str,
    party: RelyingParty<'_>,
    accepts: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, Invalid> {
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Invalid)?;
    let challenge = decode(&data.challenge)?;
    let ours = data.purpose == purpose && data.origin == party.origin && !data.cross_origin && accepts(&challenge);
    if ours { Ok(challenge) } else { Err(Invalid) }
}

/// The flags, and what else the authenticator said (§6.1): for our host, with its person there and verified.
fn authenticator_data(data: &[u8], party: RelyingParty<'_>) -> Result<(u8, Said), Invalid> {
    let (host, rest) = data.split_first_chunk::<32>().ok_or(Invalid)?;
    let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(Invalid)?;
    let (count, _) = rest.split_first_chunk::<4>().ok_or(Invalid)?;
    if *host != sha256(party.id.as_bytes()) || flags & USER_PRESENT == 0 || flags & USER_VERIFIED == 0 {
        return Err(Invalid);
    }
    let said = Said { sign_count: u32::from_be_bytes(*count).into(), backed_up: flags & BACKED_UP != 0 };
    Ok((*flags, said))
}

/// A public key of COSE (RFC 9053 §7).
enum PublicKey<'a> {
    P256([u8; 65]),
    Ed25519(&'a [u8]),
    Rsa(PublicKeyComponents<&'a [u8]>),
}

impl<'a> PublicKey<'a> {
    fn of(key: &Value<'a>) -> Result<Self, Invalid> {
        let number = |label| key.number_member(label).and_then(Value::number).ok_or(Invalid);
        let bytes = |label| key.number_member(label).and_then(Value::bytes).ok_or(Invalid);
        match (number(1)?, number(3)?) {
            (2, -7) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                let point = [&[4], x, y].concat();
                point.try_into().map(Self::P256).map_err(|_| Invalid)
            }
            (1, -8) if number(-1)? == 6 => Ok(Self::Ed25519(bytes(-2)?)),
            (3, -257) => Ok(Self::Rsa(PublicKeyComponents { n: bytes(-1)?, e: bytes(-2)? })),
            _ => Err(Invalid),
        }
    }

    fn check(&self, message: &[u8], signature: &[u8]) -> Result<(), Invalid> {
        match self {
            Self::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature),
            Self::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Self::Rsa(key) => key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature),
        }
        .map_err(|_| Invalid)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, Invalid> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Invalid)
}
