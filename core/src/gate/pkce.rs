//! What binds a code to the login that asked for it (SPEC §2.1(4); RFC 7636, RFC 9700 §2.1.1).
//!
//! Nearly always PKCE does. A client whose setting says so may leave the challenge out: then the nonce of OpenID Connect,
//! which its ID token brings back, together with the client's authentication takes its place. A code without either is not
//! given, and none is redeemed.

use super::denial::Denial;
use super::login::{Login, LoginKind};
use super::snapshot::{Client, Snapshot};
use crate::model::client::Pkce;
use crate::model::scope::OPENID;

/// What a code has to be presented with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding<'c> {
    /// The verifier of this challenge.
    Challenge(&'c str),
    /// The client's authentication and no verifier: a client that sends one had sent a challenge, which somebody has taken
    /// out on the way (RFC 9700 §4.8.2).
    Nonce,
}

/// Whether a login brings what its code shall be bound by.
///
/// RFC 7636 §4.2: the base64url of a SHA-256 has 43 characters. A method that is left out would mean `plain` (§4.3),
/// which is refused; the native API knows S256 alone.
pub(super) fn asked(snapshot: &Snapshot, attempt: &Login<'_>) -> Result<(), Denial> {
    let challenge = match (attempt.kind, attempt.code_challenge) {
        (LoginKind::Native, None) => return Ok(()),
        (LoginKind::Authorize, None | Some("")) => return by_nonce(&snapshot.client, attempt),
        (_, Some(challenge)) => challenge,
    };
    match (attempt.kind, attempt.code_challenge_method) {
        (_, Some("S256")) | (LoginKind::Native, None) => {}
        _ => return Err(Denial::PkceMethodUnsupported),
    }
    let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if challenge.len() == 43 && challenge.bytes().all(base64url) { Ok(()) } else { Err(Denial::PkceChallengeInvalid) }
}

/// A login without a challenge. A method alone is what is left of one.
fn by_nonce(client: &Client, attempt: &Login<'_>) -> Result<(), Denial> {
    let has_method = attempt.code_challenge_method.is_some_and(|method| !method.is_empty());
    if !takes_nonces(client) || has_method {
        return Err(Denial::PkceMissing);
    }
    let openid = attempt.scope.is_some_and(|scope| scope.contains(OPENID));
    let nonce = attempt.nonce.is_some_and(|nonce| !nonce.is_empty());
    if openid && nonce { Ok(()) } else { Err(Denial::PkceOrNonceMissing) }
}

/// What a code of this client, given for this challenge or nonce, has to be presented with; `None` when nothing will do.
pub fn binding<'c>(client: &Client, challenge: Option<&'c str>, nonce: Option<&str>) -> Option<Binding<'c>> {
    match (challenge, nonce) {
        (Some(challenge), _) => Some(Binding::Challenge(challenge)),
        (None, Some(_)) if takes_nonces(client) => Some(Binding::Nonce),
        (None, _) => None,
    }
}

fn takes_nonces(client: &Client) -> bool {
    match client.pkce {
        Pkce::OrNonce => !client.is_public(),
        Pkce::Required => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::login::login;
    use super::super::tests::{CHALLENGE, good, good_login, scopes};
    use super::*;
    use crate::model::client::ClientType;

    fn or_nonce() -> Snapshot {
        let mut snapshot = good();
        snapshot.client.pkce = Pkce::OrNonce;
        snapshot
    }

    fn by_nonce() -> Login<'static> {
        Login { code_challenge: None, code_challenge_method: None, nonce: Some("n-0S6_WzA2Mj"), ..good_login() }
    }

    #[test]
    fn pk_01_a_nonce_binds_a_code_where_the_client_says_so() {
        let answer = |snapshot: &Snapshot, attempt: &Login<'_>| login(snapshot, attempt).map(drop);
        assert_eq!(answer(&or_nonce(), &by_nonce()), Ok(()));
        assert_eq!(answer(&good(), &by_nonce()), Err(Denial::PkceMissing));
        let mut public = or_nonce();
        public.client.client_type = ClientType::Public;
        assert_eq!(answer(&public, &by_nonce()), Err(Denial::PkceMissing), "nothing else would bind it");
        let profile = scopes("profile");
        let without_openid = Login { scope: Some(&profile), ..by_nonce() };
        for (attempt, denial) in [
            (Login { nonce: None, ..by_nonce() }, Denial::PkceOrNonceMissing),
            (Login { nonce: Some(""), ..by_nonce() }, Denial::PkceOrNonceMissing),
            (without_openid, Denial::PkceOrNonceMissing),
            (Login { code_challenge_method: Some("S256"), ..by_nonce() }, Denial::PkceMissing),
            (Login { code_challenge: Some("short"), ..by_nonce() }, Denial::PkceMethodUnsupported),
            (
                Login { code_challenge: Some(CHALLENGE), code_challenge_method: Some("plain"), ..by_nonce() },
                Denial::PkceMethodUnsupported,
            ),
        ] {
            assert_eq!(answer(&or_nonce(), &attempt), Err(denial), "{attempt:?}");
        }
    }

    #[test]
    fn pk_03_a_code_is_bound_by_its_challenge_or_its_nonce_or_by_nothing() {
        let (required, either) = (good().client, or_nonce().client);
        let bound = Some(Binding::Challenge(CHALLENGE));
        for client in [&required, &either] {
            assert_eq!(binding(client, Some(CHALLENGE), None), bound);
            assert_eq!(binding(client, Some(CHALLENGE), Some("n")), bound);
            assert_eq!(binding(client, None, None), None);
        }
        assert_eq!(binding(&either, None, Some("n")), Some(Binding::Nonce));
        assert_eq!(binding(&required, None, Some("n")), None);
        let public = Client { client_type: ClientType::Public, ..or_nonce().client };
        assert_eq!(binding(&public, None, Some("n")), None);
    }
}
