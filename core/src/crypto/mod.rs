//! Signing, hashing and sealing: the only place that knows ring, Argon2 and RSA, beside the source of random bytes.

mod base62;
mod cbor;
pub mod credential;
pub mod digest;
mod jwk;
pub mod jws;
pub mod keys;
pub mod password;
pub mod recovery_code;
pub mod seal;
pub mod signed_request;
pub mod tls;
pub mod totp;
pub mod webhook_secret;
pub mod webauthn;
