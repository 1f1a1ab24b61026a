//! Access tokens whose signature was verified a short while ago. Verifying is most of the work of looking at a token, and
//! its answer never changes while the keys are the same. What may change (revocation, grant, consent, client) is not
//! remembered: it is asked at every use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::crypto::digest::sha256;
use crate::crypto::keys::KeySet;
use crate::model::token_claims::AccessClaims;

/// The claims of tokens, by the digest of the whole token. Bounded: two halves, of which the older one is dropped when the
/// newer one is full, so that what is used stays.
pub struct VerifiedTokens {
    halves: Mutex<Halves>,
    /// Tokens in one half at the most.
    most: usize,
}

#[derive(Default)]
struct Halves {
    /// The keys that the tokens were verified with. With other keys all are verified again.
    keys: Option<Arc<KeySet>>,
    newer: HashMap<[u8; 32], Arc<AccessClaims>>,
    older: HashMap<[u8; 32], Arc<AccessClaims>>,
}

impl VerifiedTokens {
    /// Remembers up to `most` tokens; none when it is 0.
    pub fn new(most: usize) -> Self {
        Self { halves: Mutex::default(), most: most / 2 }
    }

    /// The claims of this token: remembered, or by `verify`, whose refusals are not remembered.
    ///
    /// # Errors
    /// Those of `verify`.
    pub fn claims<E>(
        &self,
        token: &str,
        keys: &Arc<KeySet>,
        verify: impl FnOnce() -> Result<AccessClaims, E>,
    ) -> Result<Arc<AccessClaims>, E> {
        let digest = sha256(token.as_bytes());
        if let Some(claims) = self.with(keys, |halves| halves.find(&digest, self.most)) {
            return Ok(claims);
        }
        let claims = Arc::new(verify()?);
        self.with(keys, |halves| halves.insert(digest, Arc::clone(&claims), self.most));
        Ok(claims)
    }

    fn with<T>(&self, keys: &Arc<KeySet>, work: impl FnOnce(&mut Halves) -> T) -> T {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if !halves.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, keys)) {
            *halves = Halves { keys: Some(Arc::clone(keys)), ..Halves::default() };
        }
        work(&mut halves)
    }
}

impl Halves {
    fn find(&mut self, digest: &[u8; 32], most: usize) -> Option<Arc<AccessClaims>> {
        if let Some(claims) = self.newer.get(digest) {
            return Some(Arc::clone(claims));
        }
        let claims = self.older.remove(digest)?;
        self.insert(*digest, Arc::clone(&claims), most);
        Some(claims)
    }

    fn insert(&mut self, digest: [u8; 32], claims: Arc<AccessClaims>, most: usize) {
        if self.newer.len() >= most {
            self.older = std::mem::take(&mut self.newer);
        }
        if most > 0 {
            self.newer.insert(digest, claims);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::seal::MasterKey;
    use crate::id::{ClientId, DomainId};
    use crate::model::token_claims::Audience;

    fn claims(jti: &str) -> AccessClaims {
        AccessClaims {
            iss: String::new(),
            sub: String::new(),
            aud: Audience::of(vec![String::new()]),
            client_id: ClientId::from_bytes([1; 16]),
            scope: String::new(),
            jti: jti.to_owned(),
            iat: 0,
            exp: 0,
            domain: DomainId::from_bytes([1; 16]),
            auth_time: None,
            acr: None,
        }
    }

    fn keys() -> Arc<KeySet> {
        Arc::new(KeySet::new(Vec::new(), &MasterKey::from_bytes(&[7; 32])).unwrap())
    }

    /// Whether this token had to be verified.
    fn verified(remembered: &VerifiedTokens, token: &str, keys: &Arc<KeySet>) -> bool {
        let mut verified = false;
        let found = remembered.claims(token, keys, || {
            verified = true;
            Ok::<_, ()>(claims(token))
        });
        assert_eq!(found.unwrap().jti, token);
        verified
    }

    #[test]
    fn a_token_is_verified_once() {
        let (remembered, keys) = (VerifiedTokens::new(4), keys());
        assert!(verified(&remembered, "a", &keys));
        assert!(!verified(&remembered, "a", &keys));
        assert!(verified(&remembered, "b", &keys));
    }

    #[test]
    fn a_refusal_is_not_remembered() {
        let (remembered, keys) = (VerifiedTokens::new(4), keys());
        for _ in 0..2 {
            assert!(remembered.claims("a", &keys, || Err("forged")).is_err());
        }
        assert!(verified(&remembered, "a", &keys));
    }

    #[test]
    fn with_other_keys_every_token_is_verified_again() {
        let remembered = VerifiedTokens::new(4);
        let before = keys();
        assert!(verified(&remembered, "a", &before));
        assert!(verified(&remembered, "a", &keys()));
    }

    #[test]
    fn the_number_is_bounded_and_what_is_used_stays() {
        let (remembered, keys) = (VerifiedTokens::new(4), keys());
        for round in 0..100 {
            verified(&remembered, &format!("once {round}"), &keys);
            assert_eq!(verified(&remembered, "used", &keys), round == 0, "{round}");
            let halves = remembered.halves.lock().unwrap();
            assert!(halves.newer.len() + halves.older.len() <= 4, "{round}");
        }
        assert!(verified(&remembered, "once 0", &keys));
        assert!(verified(&VerifiedTokens::new(0), "a", &keys) && verified(&VerifiedTokens::new(1), "a", &keys));
    }
}
