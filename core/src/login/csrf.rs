//! The token on every form: only a page of ours, shown to this browser, can know it.

use crate::crypto::credential::CredentialKey;
use crate::state::Core;

/// The token of the forms shown to one browser: 43 characters. `binding` is the key of its session's cookie, or, before
/// anybody has signed in, of the cookie that the login is bound to.
///
/// It says nothing about the cookie, and is good as long as that is.
pub fn token(core: &Core, binding: &CredentialKey) -> String {
    core.master_key.mac_key("csrf").token(binding.as_bytes())
}

/// Whether `presented` is the token of this browser; compared in constant time.
pub fn valid(core: &Core, binding: &CredentialKey, presented: &str) -> bool {
    core.master_key.mac_key("csrf").accepts(binding.as_bytes(), presented)
}

/// Whether the browser says that a page of another origin sent this request (Fetch Metadata, RFC 6454 §7). `sites` and
/// `origins`: the values of `Sec-Fetch-Site` and `Origin`; `issuer`: our origin.
///
/// A sibling host is another origin, and so is another port. Silence is no proof of guilt: old browsers say nothing, and
/// `Origin: null` is what a private one may say of our own page. Then the token alone decides. A header sent twice, or
/// with a value that is not known, is no browser's.
pub fn is_foreign<'h>(
    mut sites: impl Iterator<Item = &'h [u8]>,
    mut origins: impl Iterator<Item = &'h [u8]>,
    issuer: &str,
) -> bool {
    let site = match (sites.next(), sites.next()) {
        (None, _) | (Some(b"same-origin" | b"none"), None) => false,
        (Some(_), _) => true,
    };
    let origin = match (origins.next(), origins.next()) {
        (None, _) | (Some(b"null"), None) => false,
        (Some(origin), None) => !origin.eq_ignore_ascii_case(issuer.as_bytes()),
        (Some(_), Some(_)) => true,
    };
    site || origin
}
