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
    let explanation = failure.denial.public_explanation();
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
    let explanation = failure.denial.public_explanation();
    let parameters = [
        ("error", failure.denial.oauth_error()),
        ("error_description", &explanation),
        ("reference", failure.reference),
    ];
    Return::Fallback { uri: with_parameters(uri, &parameters), automatic: is_automatic(domain, uri, failure.signed_in) }
}

fn is_automatic(domain: &Domain, target: &str, signed_in: bool) -> bool {
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
