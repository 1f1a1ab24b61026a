//! Sessions of browsers, in memory: logins that have begun, and who is signed in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::header::{self, HeaderMap};
use openidconnect::core::CoreIdToken;
use openidconnect::{AccessToken, CsrfToken, Nonce, PkceCodeVerifier, RefreshToken};

use crate::claims::Section;

/// The session cookie. Browsers send cookies to every port of a host, so its name must be none of XWMS's, which all
/// begin with `xwms_`.
const COOKIE: &str = "partner_session";
const MAX_SESSIONS: usize = 1_024;
const MAX_ATTEMPTS: usize = 8;
const ATTEMPT_LIFE: Duration = Duration::from_secs(10 * 60);
const IDLE_LIFE: Duration = Duration::from_secs(8 * 60 * 60);

/// The sessions of all browsers, at most `MAX_SESSIONS`.
#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

/// A login that has begun in a browser and is not back yet.
pub(crate) struct Attempt {
    /// Comes back byte for byte; what does not was not begun in this browser (RFC 6749 §10.12).
    pub(crate) state: CsrfToken,
    /// RFC 7636 §4.1.
    pub(crate) verifier: PkceCodeVerifier,
    pub(crate) way: Way,
}

/// Which of the two ways a login goes.
pub(crate) enum Way {
    Oidc { nonce: Nonce },
    Native,
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) name: String,
    pub(crate) sub: String,
    pub(crate) sections: Vec<Section>,
    /// `None` for the native API, which gives no tokens.
    pub(crate) tokens: Option<Tokens>,
}

/// What the token endpoint gave.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) access: AccessToken,
    pub(crate) refresh: Option<RefreshToken>,
    pub(crate) id: CoreIdToken,
    pub(crate) scope: Vec<String>,
    pub(crate) expires: Option<Instant>,
}

impl Sessions {
    /// Keeps an attempt in the browser's session, or in a new one; answers with the session's id.
    pub(crate) fn begin(&self, cookie: Option<&str>, attempt: Attempt, now: Instant) -> String {
        let mut sessions = self.lock();
        let id = match cookie.filter(|id| sessions.get(*id).is_some_and(|session| session.is_live(now))) {
            Some(id) => id.to_owned(),
            None => new_id(),
        };
        make_room(&mut sessions, &id, now);
        let session = sessions.entry(id.clone()).or_insert_with(|| Session::new(now));
        session.last_used = now;
        session.attempts.retain(|(begun, _)| is_recent(*begun, now));
        if session.attempts.len() >= MAX_ATTEMPTS {
            session.attempts.remove(0);
        }
        session.attempts.push((now, attempt));
        id
    }

    /// Takes the attempt with this `state` out of this browser's session: each comes back once, and only there.
    pub(crate) fn take(&self, cookie: &str, state: &str, now: Instant) -> Option<Attempt> {
        let mut sessions = self.lock();
        let session = sessions.get_mut(cookie).filter(|session| session.is_live(now))?;
        let place = session
            .attempts
            .iter()
            .position(|(begun, attempt)| is_recent(*begun, now) && attempt.state.secret() == state)?;
        Some(session.attempts.remove(place).1)
    }

    /// Puts a new session in the place of the browser's old one. The id changes: one that was planted before the
    /// login leads nowhere after it.
    pub(crate) fn sign_in(&self, cookie: &str, person: SignedIn, now: Instant) -> String {
        let mut sessions = self.lock();
        sessions.remove(cookie);
        let id = new_id();
        make_room(&mut sessions, &id, now);
        sessions.insert(id.clone(), Session { signed_in: Some(Arc::new(person)), ..Session::new(now) });
        id
    }

    /// Who is signed in in this session.
    pub(crate) fn signed_in(&self, cookie: &str, now: Instant) -> Option<Arc<SignedIn>> {
        let mut sessions = self.lock();
        let session = sessions.get_mut(cookie).filter(|session| session.is_live(now))?;
        session.last_used = now;
        session.signed_in.clone()
    }

    /// Keeps what a refresh gave, unless the session has ended meanwhile.
    pub(crate) fn refreshed(&self, cookie: &str, person: SignedIn) {
        if let Some(session) = self.lock().get_mut(cookie).filter(|session| session.signed_in.is_some()) {
            session.signed_in = Some(Arc::new(person));
        }
    }

    /// Ends the session; answers with who was signed in.
    pub(crate) fn end(&self, cookie: &str) -> Option<Arc<SignedIn>> {
        self.lock().remove(cookie)?.signed_in
    }

    /// Every change leaves the map whole, so a thread that died in one leaves nothing broken.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The session id that the browser sent; none when it sent several, since one of them was planted.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<&str> {
    let mut ids = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, _)| *name == COOKIE)
        .map(|(_, id)| id);
    let id = ids.next()?;
    ids.next().is_none().then_some(id)
}

/// The `Set-Cookie` value that gives the browser this session. Without `Secure`: the site is on plain http.
pub(crate) fn set_cookie(id: &str) -> String {
    format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` value that takes the session from the browser.
pub(crate) fn clear_cookie() -> String {
    format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
}

struct Session {
    last_used: Instant,
    attempts: Vec<(Instant, Attempt)>,
    signed_in: Option<Arc<SignedIn>>,
}

impl Session {
    fn new(now: Instant) -> Session {
        Session { last_used: now, attempts: Vec::new(), signed_in: None }
    }

    fn is_live(&self, now: Instant) -> bool {
        let life = if self.signed_in.is_some() { IDLE_LIFE } else { ATTEMPT_LIFE };
        now.saturating_duration_since(self.last_used) < life
    }
}

fn is_recent(begun: Instant, now: Instant) -> bool {
    now.saturating_duration_since(begun) < ATTEMPT_LIFE
}

/// 256 random bits, in base64url.
fn new_id() -> String {
    CsrfToken::new_random_len(32).into_secret()
}

/// Makes room for one more session when the map is full. Sessions in which nobody is signed in go first, then the
/// longest unused: strangers who begin logins can sign nobody out before the map is full of people.
fn make_room(sessions: &mut HashMap<String, Session>, for_id: &str, now: Instant) {
    if sessions.len() < MAX_SESSIONS || sessions.contains_key(for_id) {
        return;
    }
    sessions.retain(|_, session| session.is_live(now));
    while sessions.len() >= MAX_SESSIONS {
        let first = sessions.iter().min_by_key(|(_, session)| (session.signed_in.is_some(), session.last_used));
        let Some(id) = first.map(|(id, _)| id.clone()) else { return };
        sessions.remove(&id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(state: &str) -> Attempt {
        let verifier = PkceCodeVerifier::new("v".repeat(43));
        Attempt { state: CsrfToken::new(state.to_owned()), verifier, way: Way::Native }
    }

    fn ada() -> SignedIn {
        SignedIn { name: "Ada".to_owned(), sub: "1815".to_owned(), sections: Vec::new(), tokens: None }
    }

    #[test]
    fn an_attempt_comes_back_once_and_only_to_its_browser() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let ada = sessions.begin(None, attempt("ada"), now);
        let other = sessions.begin(None, attempt("other"), now);

        assert!(sessions.take(&other, "ada", now).is_none());
        assert!(sessions.take(&ada, "", now).is_none());
        assert!(sessions.take(&ada, "ada", now).is_some());
        assert!(sessions.take(&ada, "ada", now).is_none());
    }

    #[test]
    fn an_attempt_ends_after_ten_minutes() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.begin(None, attempt("ada"), now);
        let id_again = sessions.begin(Some(&id), attempt("late"), now + Duration::from_secs(300));

        assert_eq!(id, id_again);
        assert!(sessions.take(&id, "ada", now + ATTEMPT_LIFE).is_none());
        assert!(sessions.take(&id, "late", now + ATTEMPT_LIFE).is_some());
    }

    #[test]
    fn signing_in_changes_the_id() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let before = sessions.begin(None, attempt("ada"), now);

        let after = sessions.sign_in(&before, ada(), now);

        assert_ne!(before, after);
        assert!(sessions.signed_in(&before, now).is_none());
        assert!(sessions.signed_in(&after, now).is_some());
        assert!(sessions.signed_in(&after, now + IDLE_LIFE).is_none());
    }

    #[test]
    fn a_planted_id_is_not_taken_over() {
        let (sessions, now) = (Sessions::default(), Instant::now());

        assert_ne!(sessions.begin(Some("planted"), attempt("ada"), now), "planted");
    }

    #[test]
    fn strangers_sign_nobody_out() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let ada = sessions.sign_in("", ada(), now);

        for _ in 0..MAX_SESSIONS + 10 {
            sessions.begin(None, attempt("stranger"), now + Duration::from_secs(1));
        }

        assert_eq!(sessions.lock().len(), MAX_SESSIONS);
        assert!(sessions.signed_in(&ada, now).is_some());
    }

    #[test]
    fn a_browser_keeps_its_newest_attempts() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.begin(None, attempt("0"), now);
        for state in 1..=MAX_ATTEMPTS {
            sessions.begin(Some(&id), attempt(&state.to_string()), now);
        }

        assert!(sessions.take(&id, "0", now).is_none());
        assert!(sessions.take(&id, "1", now).is_some());
    }

    #[test]
    fn a_refresh_does_not_bring_an_ended_session_back() {
        let (sessions, now) = (Sessions::default(), Instant::now());
        let id = sessions.sign_in("", ada(), now);
        sessions.end(&id);

        sessions.refreshed(&id, ada());

        assert!(sessions.signed_in(&id, now).is_none());
    }

    #[test]
    fn the_cookie_is_found_among_others_and_must_be_one() {
        let rows = [
            ("partner_session=a", Some("a")),
            ("xwms_session=x; partner_session=a; b=c", Some("a")),
            ("my_partner_session=a", None),
            ("partner_session=a; partner_session=b", None),
            ("partner_session", None),
        ];
        for (line, id) in rows {
            let headers = [(header::COOKIE, line.parse().unwrap())].into_iter().collect();

            assert_eq!(cookie(&headers), id);
        }
    }
}
