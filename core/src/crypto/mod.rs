//! Signing, hashing and random bytes: the only place that knows ring, Argon2 and RSA.

pub mod random;
