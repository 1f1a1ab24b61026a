//! "Check my integration": every rule about what a partner sends, each with pass or fail (SPEC §2, §5).
//!
//! The rules are those that decide: they are asked here one by one, where an endpoint stops at the first that is broken.

use std::net::IpAddr;

use super::client_authentication;
use super::denial::Denial;
use super::domain_choice::{default_domain, named_domain};
use super::flaw::SecretFlaw;
use super::login::{LOGIN, Login, LoginKind};
use super::redirect_uri;
use super::scope;
use super::snapshot::{ClientSecret, Domain, Snapshot};
use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::model::resource::Resources;
use crate::model::scope::ScopeSet;
use crate::model::url::UrlKind;

/// What a partner asks about; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// Where a login's answer shall go.
    pub redirect_uri: Option<&'a str>,
    /// OAuth's `response_type`.
    pub response_type: Option<&'a str>,
    /// PKCE's challenge.
    pub code_challenge: Option<&'a str>,
    /// How it was made.
    pub code_challenge_method: Option<&'a str>,
    /// OpenID Connect's nonce.
    pub nonce: Option<&'a str>,
    /// The scopes of a login.
    pub scope: Option<&'a ScopeSet>,
    /// The resource servers that tokens shall be for.
    pub resources: Option<&'a Resources>,
    /// The digest of a secret; `Err` is a text that can be none.
    pub secret: Option<Result<&'a StoredDigest, SecretFlaw>>,
    /// The domain, as an id, a root domain or a host.
    pub domain: Option<&'a str>,
    /// Where a server calls from.
    pub ip: Option<IpAddr>,
}

/// A rule, and why it is broken if it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub rule: &'static str,
    /// Why it is broken.
    pub denial: Option<Denial>,
}

/// Every rule that the question touches, in the order in which they are asked of a request.
pub fn check(snapshot: &Snapshot, question: &Question<'_>, now: Timestamp) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut note = |rule, answer: Result<(), Denial>| lines.push(Line { rule, denial: answer.err() });
    let pkce = question.code_challenge.is_some() || question.code_challenge_method.is_some();
    let authorize = question.response_type.is_some() || question.nonce.is_some() || pkce;
    let login = Login {
        redirect_uri: question.redirect_uri.unwrap_or_default(),
        now,
        response_type: question.response_type,
        code_challenge: question.code_challenge,
        code_challenge_method: question.code_challenge_method,
        nonce: question.nonce,
        scope: question.scope,
        resources: question.resources,
        kind: if authorize { LoginKind::Authorize } else { LoginKind::Native },
    };
    for rule in &LOGIN {
        let asked = match rule.name {
            "redirect_uri" => question.redirect_uri.is_some(),
            "response_type" => question.response_type.is_some(),
            "pkce" => authorize,
            "scope" => question.scope.is_some(),
            "resource" => question.resources.is_some(),
            _ => true,
        };
        if asked {
            note(rule.name, (rule.test)(snapshot, &login));
        }
    }
    let secret = question.secret.map(|secret| match secret {
        Ok(digest) => client_authentication::find(snapshot, digest),
        Err(flaw) => Err(Denial::SecretMalformed(flaw)),
    });
    if let Some(secret) = &secret {
        note("secret_known", secret.as_ref().map(drop).map_err(Clone::clone));
        if let Ok(secret) = secret {
            note("secret_active", client_authentication::is_active(secret));
            note("secret_not_expired", client_authentication::is_unexpired(secret, now));
        }
    }
    let own = secret.and_then(Result::ok);
    let Some(domain) = meant(snapshot, question, own) else { return lines };
    note("domain_named", domain.as_ref().map(drop).map_err(Clone::clone));
    let Ok(domain) = domain else { return lines };
    if let Some(secret) = own {
        let linked = secret.is_linked_to(domain);
        note("secret_linked", if linked { Ok(()) } else { Err(Denial::SecretNotLinked) });
    }
    note("domain_active", client_authentication::domain_is_active(domain));
    if question.secret.is_some() || (question.ip.is_some() && !snapshot.client.is_public()) {
        note("api_allowed", client_authentication::api_is_allowed(domain));
    }
    if let Some(ip) = question.ip {
        note("ip_allowed", client_authentication::ip_is_allowed(domain, ip));
    }
    if let Some(asked) = question.scope {
        note("scope_unlocked", unlocked(snapshot, domain, asked, now));
    }
    lines
}

/// Whether those of the scopes that are activated open something there for anybody.
fn unlocked(snapshot: &Snapshot, domain: &Domain, asked: &ScopeSet, now: Timestamp) -> Result<(), Denial> {
    let activated = asked.iter().filter(|name| snapshot.scopes.contains_key(*name));
    let locked: ScopeSet = activated.filter(|name| !scope::unlocked(snapshot, domain, name, None, now)).collect();
    if locked.is_empty() { Ok(()) } else { Err(Denial::ScopeLocked(locked)) }
}

/// The domain that the question is about: the one it names, the one its redirect URI belongs to, the one its secret means,
/// or for what only a domain can answer, the client's primary one.
fn meant<'s>(
    snapshot: &'s Snapshot,
    question: &Question<'_>,
    secret: Option<&ClientSecret>,
) -> Option<Result<&'s Domain, Denial>> {
    let named = question.domain.filter(|text| !text.is_empty());
    let owner = question.redirect_uri.and_then(|uri| redirect_uri::owner(snapshot, UrlKind::Callback, uri));
    match (named, owner, secret) {
        (Some(text), _, secret) => Some(named_domain(snapshot, secret, text)),
        (None, Some(owner), _) => Some(Ok(owner)),
        (None, None, Some(secret)) => Some(default_domain(snapshot, secret, false)),
        (None, None, None) if question.ip.is_some() || question.scope.is_some() => primary(snapshot).map(Ok),
        (None, None, None) => None,
    }
}

fn primary(snapshot: &Snapshot) -> Option<&Domain> {
    snapshot.domains.iter().find(|domain| domain.primary)
}

/// Whether nothing is broken.
pub fn passes(lines: &[Line]) -> bool {
    lines.iter().all(|line| line.denial.is_none())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{CHALLENGE, NOW, SECRET, SERVER, good, scopes};
    use super::*;

    fn question<'a>(scope: &'a ScopeSet) -> Question<'a> {
        Question {
            redirect_uri: Some("https://app.engines.example/cb"),
            response_type: Some("code"),
            code_challenge: Some(CHALLENGE),
            code_challenge_method: Some("S256"),
            nonce: None,
            scope: Some(scope),
            resources: None,
            secret: Some(Ok(&SECRET)),
            domain: None,
            ip: Some(SERVER),
        }
    }

    #[test]
    fn what_is_right_passes_every_rule() {
        let scope = scopes("openid profile");
        let lines = check(&good(), &question(&scope), NOW);
        assert!(passes(&lines), "{lines:?}");
        assert_eq!(lines.len(), 16, "{lines:?}");
    }

    #[test]
    fn each_thing_that_is_wrong_breaks_its_rule_and_leaves_the_others() {
        type Row = (fn(&mut Snapshot), &'static [&'static str]);
        let rows: [Row; 9] = [
            (|s| s.client.suspended = true, &["client_not_suspended"]),
            (|s| s.domains[0].urls[0].active = false, &["redirect_uri"]),
            (|s| s.domains[0].allow_login = false, &["redirect_uri"]),
            (|s| s.domains[0].active = false, &["redirect_uri", "domain_active"]),
            (|s| s.domains[0].allow_api = false, &["api_allowed"]),
            (|s| s.secrets[0].active = false, &["secret_active"]),
            (|s| s.secrets[0].expires_at = Some(NOW), &["secret_not_expired"]),
            (|s| s.secrets[0].links.clear(), &["secret_linked"]),
            (|s| s.scopes.retain(|name, _| name != "profile"), &["scope"]),
        ];
        let scope = scopes("openid profile");
        for (break_it, broken) in rows {
            let mut snapshot = good();
            break_it(&mut snapshot);
            let lines = check(&snapshot, &question(&scope), NOW);
            let found: Vec<&str> = lines.iter().filter(|line| line.denial.is_some()).map(|line| line.rule).collect();
            assert_eq!(found, broken);
        }
    }

    #[test]
    fn what_is_not_asked_is_not_answered() {
        let lines = check(&good(), &Question::default(), NOW);
        let rules: Vec<&str> = lines.iter().map(|line| line.rule).collect();
        assert_eq!(rules, ["client_known", "client_not_suspended", "plan_entitles"]);
        let stranger = Question {
            secret: Some(Err(SecretFlaw::Form)),
            domain: Some("https://engines.example"),
            ..Question::default()
        };
        let lines = check(&good(), &stranger, NOW);
        let broken: Vec<_> = lines.iter().filter_map(|line| line.denial.clone()).collect();
        assert_eq!(broken, [Denial::SecretMalformed(SecretFlaw::Form), Denial::DomainMalformed]);
    }
}
