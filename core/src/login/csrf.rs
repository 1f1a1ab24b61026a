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
