//! Secrets of webhooks: what deliveries are signed with (Standard Webhooks).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::digest::MacKey;
use super::seal::{InvalidSeal, MasterKey};
use crate::id::UrlId;
use crate::random;
use crate::secret::Secret;

/// How the text of one begins.
const PREFIX: &str = "whsec_";
const LENGTH: usize = 32;

/// The secret of one webhook URL: a key of 256 random bits. Its receiver has it as text, the database sealed.
#[derive(Debug)]
pub struct WebhookSecret(Secret<[u8; LENGTH]>);

impl WebhookSecret {
    /// A fresh one.
    pub fn generate() -> Self {
        Self(Secret::new(random::bytes()))
    }

    /// The text to hand out, once: `whsec_` and the key in base64.
    pub fn text(&self) -> Secret<String> {
        Secret::new(format!("{PREFIX}{}", STANDARD.encode(self.0.expose())))
    }

    /// The last four characters of the text.
    pub fn hint(&self) -> String {
        let text = self.text();
        text.expose().chars().skip(text.expose().len() - 4).collect()
    }

    /// The signature of a message, as `webhook-signature` has it: `v1,` and the HMAC-SHA-256 of its id, its time and its
    /// body.
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        let mac = MacKey::new(self.0.expose()).mac(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac))
    }

    /// What is stored. It opens for this URL only.
    pub fn seal(&self, master_key: &MasterKey, url: UrlId) -> Vec<u8> {
        master_key.seal(&context(url), self.0.expose())
    }

    /// Opens what [`WebhookSecret::seal`] made.
    ///
    /// # Errors
    /// If it was sealed under another key or for another URL, or is no longer as it was.
    pub fn open(master_key: &MasterKey, url: UrlId, sealed: &[u8]) -> Result<Self, InvalidSeal> {
        let opened = master_key.open(&context(url), sealed)?;
        let key = <[u8; LENGTH]>::try_from(opened.expose().as_slice()).map_err(|_| InvalidSeal)?;
        Ok(Self(Secret::new(key)))
    }
}

fn context(url: UrlId) -> Vec<u8> {
    [b"webhook secret ".as_slice(), url.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_opens_for_its_url_only() {
        let (key, url) = (MasterKey::from_bytes(&[1; 32]), UrlId::from_bytes([1; 16]));
        let secret = WebhookSecret::generate();
        let sealed = secret.seal(&key, url);

        let opened = WebhookSecret::open(&key, url, &sealed).unwrap();
        assert_eq!(opened.text().expose(), secret.text().expose());
        assert!(WebhookSecret::open(&key, UrlId::from_bytes([2; 16]), &sealed).is_err());
        assert!(WebhookSecret::open(&MasterKey::from_bytes(&[2; 32]), url, &sealed).is_err());
        let text = secret.text();
        let text = text.expose().strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(text).unwrap().len(), LENGTH);
        assert!(!format!("{secret:?}").contains(text));
    }
}
