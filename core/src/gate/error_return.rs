//! Where a failed login goes: the callback, the partner's fallback URI, or a page (SPEC §2.4).

use url::form_urlencoded::byte_serialize;

use super::denial::Denial;
use super::redirect_uri;
use super::snapshot::{Domain, Snapshot};
use crate::model::host::Host;
use crate::model::url::UrlKind;

/// A login that failed, and what is known of it.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// Why.
    pub denial: &'a Denial,
    /// Where its answer was to go, as sent.
    pub redirect_uri: &'a str,
    /// The relying party's `state`.
    pub state: Option<&'a str>,
    /// Who answers (RFC 9207), for OAuth; `None` natively, where only `error` and `state` are sent.
    pub issuer: Option<&'a str>,
    /// The reference of the refused attempt.
    pub reference: &'a str,
    /// Somebody is signed in in this browser.
    pub signed_in: bool,
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
}

/// How a failed login is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Return {
    /// By an error page that leads nowhere.
    Page,
    /// At the domain's fallback URI.
    Fallback {
        /// The way there, complete.
        uri: String,
        /// By a redirect; otherwise by a link on the error page, which names the host.
        automatic: bool,
    },
    /// At the redirect URI.
    Callback {
        /// The way there, complete.
        uri: String,
        /// By a redirect; otherwise by a link on the error page, which names the host.
        automatic: bool,
    },
}

/// How this failure is answered.
///
/// A redirect without a page happens only when the domain's ownership is proven, the target is this very machine, or the
/// person is signed in: otherwise anybody could register a client and use us to send people on (RFC 9700 §4.11.2). The
/// callback is chosen only when the gate finds it registered and in use, whatever the denial is.
pub fn decide(snapshot: &Snapshot, failure: &Failure<'_>) -> Return {
    if snapshot.client.deleted || failure.denial.stays_here() {
        return Return::Page;
    }
    let Ok(domain) = redirect_uri::find(snapshot, UrlKind::Callback, failure.redirect_uri) else {
        // Told alike, whether the URI is unknown or known and off.
        let told = Failure { denial: &Denial::RedirectUriUnknown, ..*failure };
        return fallback(named_by_host(snapshot, failure.redirect_uri), &told);
    };
    match failure.denial {
        Denial::ClientSuspended | Denial::PlanLapsed | Denial::TestModeRefuses if !failure.silent => {
            fallback(Some(domain), failure)
        }
        _ => callback(domain, failure),
    }
}

/// The domain a login was for, as far as its redirect URI tells: the one that has it, in use or not, else the one its host
/// names.
pub fn domain_of<'s>(snapshot: &'s Snapshot, redirect_uri: &str) -> Option<&'s Domain> {
    redirect_uri::owner(snapshot, UrlKind::Callback, redirect_uri).or_else(|| named_by_host(snapshot, redirect_uri))
}

/// A URL with further query parameters. Its own query is kept as it is; the values are percent-encoded, a space as `%20`.
/// A fragment is cut off: what the parameters answer never stands behind one.
pub fn with_parameters(uri: &str, parameters: &[(&str, &str)]) -> String {
    let mut uri = uri.split('#').next().unwrap_or(uri).to_owned();
    for (name, value) in parameters {
        match uri.chars().last() {
            Some('?' | '&') if uri.contains('?') => {}
            _ if uri.contains('?') => uri.push('&'),
            _ => uri.push('?'),
        }
        push_encoded(&mut uri, name);
        uri.push('=');
        push_encoded(&mut uri, value);
    }
    uri
}

impl Denial {
    /// Whether nothing may ever be redirected: nobody is known to answer to.
    const fn stays_here(&self) -> bool {
        matches!(self, Self::ClientUnknown | Self::RequestMalformed | Self::RedirectUriMissing)
    }
}

fn callback(domain: &Domain, failure: &Failure<'_>) -> Return {
    let explanation = failure.denial.public_explanation().to_string();
    let mut parameters = vec![("error", failure.denial.oauth_error())];
    if failure.issuer.is_some() {
        parameters.push(("error_description", &explanation));
    }
    parameters.extend(failure.state.map(|state| ("state", state)));
    parameters.extend(failure.issuer.map(|issuer| ("iss", issuer)));
    Return::Callback {
        uri: with_parameters(failure.redirect_uri, &parameters),
        automatic: is_automatic(domain, failure.redirect_uri, failure.signed_in),
    }
}

fn fallback(domain: Option<&Domain>, failure: &Failure<'_>) -> Return {
    let Some((domain, uri)) = domain.and_then(|domain| Some((domain, domain.fallback_uri.as_deref()?))) else {
        return Return::Page;
    };
    let explanation = failure.denial.public_explanation().to_string();
    let parameters = [
        ("error", failure.denial.oauth_error()),
        ("error_description", &explanation),
        ("reference", failure.reference),
    ];
    Return::Fallback { uri: with_parameters(uri, &parameters), automatic: is_automatic(domain, uri, failure.signed_in) }
}

/// Whether a browser may be sent to this URL of the domain without a page that names its host.
pub fn is_automatic(domain: &Domain, target: &str, signed_in: bool) -> bool {
    domain.proven || signed_in || Host::of_url(target).is_some_and(|host| host.is_loopback())
}

/// The only active domain whose root the URI's host is or lies under.
fn named_by_host<'s>(snapshot: &'s Snapshot, redirect_uri: &str) -> Option<&'s Domain> {
    let host = Host::of_url(redirect_uri)?;
    let mut holders = snapshot.domains.iter().filter(|domain| domain.active && domain.holds(&host));
    let domain = holders.next()?;
    holders.next().is_none().then_some(domain)
}

fn push_encoded(uri: &mut String, text: &str) {
    for part in byte_serialize(text.as_bytes()) {
        // Form encoding writes a space as +, which not every reader takes for one; a real + is %2B by now.
        uri.push_str(if part == "+" { "%20" } else { part });
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{CALLBACK, LIVE, LOOPBACK, TEST, good, scopes};
    use super::*;
    use crate::model::root_domain::RootDomain;

    const FALLBACK: &str = "https://engines.example/sorry?from=xwms";

    fn failure<'a>(denial: &'a Denial, redirect_uri: &'a str) -> Failure<'a> {
        Failure {
            denial,
            redirect_uri,
            state: Some("a b&c"),
            issuer: Some("https://id.example"),
            reference: "abcdefgh2345",
            signed_in: false,
            silent: false,
        }
    }

    fn with_fallback() -> Snapshot {
        let mut snapshot = good();
        snapshot.domains[0].fallback_uri = Some(FALLBACK.to_owned());
        snapshot
    }

    fn is_fallback(answer: &Return) -> bool {
        matches!(answer, Return::Fallback { uri, .. } if uri.starts_with(FALLBACK))
    }

    #[test]
    fn of_an_unknown_client_nothing_is_ever_redirected() {
        let mut snapshot = with_fallback();
        for denial in [Denial::ClientUnknown, Denial::RequestMalformed, Denial::RedirectUriMissing] {
            assert_eq!(decide(&snapshot, &failure(&denial, CALLBACK)), Return::Page);
        }
        snapshot.client.deleted = true;
        assert_eq!(decide(&snapshot, &failure(&Denial::ScopeMissing, CALLBACK)), Return::Page);
    }

    #[test]
    fn fb_01_a_wrong_redirect_uri_leads_to_the_fallback_of_its_host() {
        let snapshot = with_fallback();
        let denial = Denial::RedirectUriUnknown;
        let Return::Fallback { uri, automatic } = decide(&snapshot, &failure(&denial, "https://engines.example/other"))
        else {
            panic!("the stored URI is the target");
        };
        assert!(automatic, "the domain is proven");
        assert_eq!(
            uri,
            "https://engines.example/sorry?from=xwms&error=invalid_request&error_description=The%20redirect%20URI%20is\
             %20not%20one%20that%20this%20client%20may%20use%20for%20logins.&reference=abcdefgh2345"
        );
        for foreign in [
            "https://evil.test/cb",
            "https://engines.example@evil.test/cb",
            "https://evilengines.example/cb",
            "https://engines.example.evil.test/cb",
            "https://looms.example/other",
            "engines://engines.example/cb",
            "javascript:alert(1)",
            "http://127.0.0.1:1/other",
            "",
        ] {
            assert_eq!(decide(&snapshot, &failure(&denial, foreign)), Return::Page, "{foreign}");
        }
    }

    #[test]
    fn fb_01_only_one_active_domain_may_be_meant() {
        let denial = Denial::RedirectUriUnknown;
        let asked = failure(&denial, "https://app.engines.example/other");
        let mut snapshot = with_fallback();
        snapshot.domains[1].root = RootDomain::parse("app.engines.example").unwrap();
        assert_eq!(decide(&snapshot, &asked), Return::Page, "two could be meant");
        snapshot.domains[1].active = false;
        assert!(is_fallback(&decide(&snapshot, &asked)));
        snapshot.domains[0].active = false;
        assert_eq!(decide(&snapshot, &asked), Return::Page);
    }

    #[test]
    fn ru_06_what_is_known_but_off_is_answered_as_the_unknown() {
        let unknown = Denial::RedirectUriUnknown;
        type Row = (fn(&mut Snapshot), Denial);
        let changes: [Row; 2] = [
            (|s| s.domains[0].urls[0].active = false, Denial::RedirectUriInactive),
            (|s| s.domains[0].allow_login = false, Denial::LoginNotAllowed),
        ];
        for (change, denial) in changes {
            let mut snapshot = with_fallback();
            change(&mut snapshot);
            let answer = decide(&snapshot, &failure(&denial, CALLBACK));
            assert!(is_fallback(&answer));
            assert_eq!(answer, decide(&snapshot, &failure(&unknown, CALLBACK)));
            let late = Denial::ScopeMissing;
            assert_eq!(answer, decide(&snapshot, &failure(&late, CALLBACK)), "never to a callback that is off");
        }
    }

    #[test]
    fn a_client_or_person_that_may_not_goes_to_the_fallback_or_silently_back() {
        for denial in [Denial::ClientSuspended, Denial::PlanLapsed, Denial::TestModeRefuses] {
            let asked = failure(&denial, CALLBACK);
            assert_eq!(decide(&good(), &asked), Return::Page);
            assert!(is_fallback(&decide(&with_fallback(), &asked)));
            let Return::Callback { uri, .. } = decide(&with_fallback(), &Failure { silent: true, ..asked }) else {
                panic!("prompt=none shows no page");
            };
            assert!(uri.starts_with("https://app.engines.example/cb?error=access_denied&"));
        }
    }

    #[test]
    fn anything_else_goes_back_to_the_callback() {
        let snapshot = with_fallback();
        let denial = Denial::ScopeNotActivated(scopes("address phone"));
        let uri = "https://app.engines.example/cb?error=invalid_scope&error_description=The%20client%20has%20not%20\
                   activated%20these%20scopes%3A%20address%2C%20phone.&state=a%20b%26c&iss=https%3A%2F%2Fid.example";
        let expected = Return::Callback { uri: uri.to_owned(), automatic: true };
        assert_eq!(decide(&snapshot, &failure(&denial, CALLBACK)), expected);
    }

    #[test]
    fn natively_a_callback_gets_error_and_state_alone() {
        let snapshot = good();
        let (denial, port) = (Denial::Declined, "http://127.0.0.1:9999/callback");
        let native = Failure { issuer: None, ..failure(&denial, port) };
        let uri = "http://127.0.0.1:9999/callback?error=access_denied&state=a%20b%26c".to_owned();
        assert_eq!(decide(&snapshot, &native), Return::Callback { uri, automatic: true });
        let uri = "http://127.0.0.1:9999/callback?error=access_denied".to_owned();
        let answer = decide(&snapshot, &Failure { state: None, ..native });
        assert_eq!(answer, Return::Callback { uri, automatic: true });
    }

    #[test]
    fn fb_02_nobody_is_sent_on_by_a_client_that_anybody_could_have_made() {
        let mut snapshot = with_fallback();
        snapshot.domains[0].proven = false;
        let (wrong, elsewhere) = (Denial::RedirectUriUnknown, "https://engines.example/other");
        for (denial, uri) in [
            (&wrong, elsewhere),
            (&Denial::ScopeMissing, CALLBACK),
            (&Denial::LoginRequired, CALLBACK),
            (&Denial::Declined, CALLBACK),
            (&Denial::ClientSuspended, CALLBACK),
        ] {
            for (signed_in, silent) in [(false, false), (false, true), (true, false), (true, true)] {
                let asked = Failure { signed_in, silent, ..failure(denial, uri) };
                match decide(&snapshot, &asked) {
                    Return::Fallback { automatic, .. } | Return::Callback { automatic, .. } => {
                        assert_eq!(automatic, signed_in, "{denial:?}");
                    }
                    Return::Page => panic!("there is a way to offer for {denial:?}"),
                }
            }
        }
        let local = decide(&snapshot, &failure(&Denial::ScopeMissing, LOOPBACK));
        assert!(matches!(local, Return::Callback { automatic: true, .. }), "this machine is nobody's target");
    }

    #[test]
    fn fb_04_parameters_are_added_and_nothing_is_taken_away() {
        let added = [("error", "a&b=c d+\"é\r\n"), ("x", "")];
        let text = "error=a%26b%3Dc%20d%2B%22%C3%A9%0D%0A&x=";
        for (uri, before) in [
            ("https://engines.example/cb", "https://engines.example/cb?"),
            ("https://engines.example", "https://engines.example?"),
            ("https://engines.example/cb?", "https://engines.example/cb?"),
            ("https://engines.example/cb?a=%20b&c", "https://engines.example/cb?a=%20b&c&"),
            ("https://engines.example/cb?a=1&", "https://engines.example/cb?a=1&"),
            ("https://engines.example/a&", "https://engines.example/a&?"),
            ("https://engines.example/cb#top?", "https://engines.example/cb?"),
        ] {
            assert_eq!(with_parameters(uri, &added), format!("{before}{text}"), "{uri}");
        }
        assert_eq!(with_parameters("https://engines.example/cb", &[]), "https://engines.example/cb");
    }

    #[test]
    fn an_attempt_belongs_to_the_domain_of_its_url_or_host() {
        let mut snapshot = good();
        snapshot.domains[1].active = false;
        let of = |uri: &str| domain_of(&snapshot, uri).map(|domain| domain.id);
        for (uri, domain) in [
            (CALLBACK, Some(LIVE)),
            ("https://x.engines.example/", Some(LIVE)),
            (LOOPBACK, Some(TEST)),
            ("https://looms.example/cb", Some(TEST)),
            ("https://looms.example/other", None),
            ("https://evil.test/", None),
        ] {
            assert_eq!(of(uri), domain, "{uri}");
        }
    }
}
