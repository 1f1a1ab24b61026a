//! Whether a login may start, whom it lets in, and whether what it gave still holds (SPEC §2.1).

use super::denial::Denial;
use super::snapshot::{Client, Domain, Person, Snapshot};
use super::standing;
use super::{pkce, redirect_uri, resource};
use crate::clock::Timestamp;
use crate::id::DomainId;
use crate::model::resource::Resources;
use crate::model::scope::{OFFLINE_ACCESS, ScopeSet};
use crate::model::url::UrlKind;

/// A login that wants to start.
#[derive(Clone, Copy, Debug)]
pub struct Login<'a> {
    /// Where its answer shall go.
    pub redirect_uri: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// OAuth's `response_type`; natively ignored.
    pub response_type: Option<&'a str>,
    /// PKCE's challenge (RFC 7636 §4.2).
    pub code_challenge: Option<&'a str>,
    /// How the challenge was made; natively S256 when absent.
    pub code_challenge_method: Option<&'a str>,
    /// OpenID Connect's nonce.
    pub nonce: Option<&'a str>,
    /// The scopes asked for; an empty set is none.
    pub scope: Option<&'a ScopeSet>,
    /// The resource servers that its tokens shall be for; none is whoever takes tokens of ours.
    pub resources: Option<&'a Resources>,
    /// The front door.
    pub kind: LoginKind,
}

/// Which front door a login comes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginKind {
    /// `/oauth/authorize`.
    Authorize,
    /// `sign-token`.
    Native,
}

/// A login that may start.
#[derive(Clone, Debug)]
pub struct LoginAdmission<'s> {
    /// The domain it goes through.
    pub domain: &'s Domain,
    /// The scopes it asks for, all activated.
    pub scope: ScopeSet,
}

/// One rule, with a name for reports.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// Whether the attempt keeps it.
    pub test: fn(&Snapshot, &Login<'_>) -> Result<(), Denial>,
}

/// SPEC §2.1 in the order in which §2.4 answers: [`login`] stops at the first denial.
pub const LOGIN: [Rule; 8] = [
    Rule { name: "client_known", test: |s, _| known(&s.client) },
    Rule { name: "redirect_uri", test: |s, a| redirect_uri::find(s, UrlKind::Callback, a.redirect_uri).map(drop) },
    Rule { name: "client_not_suspended", test: |s, _| not_suspended(&s.client) },
    Rule { name: "plan_entitles", test: |s, a| entitled(s, a.now) },
    Rule { name: "response_type", test: |_, a| response_type(a) },
    Rule { name: "pkce", test: |s, a| pkce::asked(s, a) },
    Rule { name: "scope", test: |s, a| scope(s, a).map(drop) },
    Rule { name: "resource", test: |s, a| resource(s, a) },
];

/// So many rules of [`LOGIN`] settle where an answer goes; what breaks a later one may be told at the redirect URI.
const SETTLE_THE_ANSWER: usize = 4;

/// Whether the login may start, through which domain and with which scopes.
///
/// No scope at all means, natively, every activated scope that is asked at login, but `offline_access`.
///
/// # Errors
/// The first rule of [`LOGIN`] that is broken.
pub fn login<'s>(snapshot: &'s Snapshot, attempt: &Login<'_>) -> Result<LoginAdmission<'s>, Denial> {
    admit(snapshot, may_answer(snapshot, attempt)?, attempt)
}

/// The first half of [`login`]: whether an error of this request may be told at its redirect URI, and whose that is.
/// Nothing else of the request has been looked at.
///
/// # Errors
/// The first of the first four rules of [`LOGIN`] that is broken.
pub fn may_answer<'s>(snapshot: &'s Snapshot, attempt: &Login<'_>) -> Result<&'s Domain, Denial> {
    LOGIN[..SETTLE_THE_ANSWER].iter().try_for_each(|rule| (rule.test)(snapshot, attempt))?;
    redirect_uri::find(snapshot, UrlKind::Callback, attempt.redirect_uri)
}

/// The second half of [`login`], for a request that [`may_answer`] has found this domain for.
///
/// # Errors
/// The first of the other rules of [`LOGIN`] that is broken.
pub fn admit<'s>(snapshot: &Snapshot, domain: &'s Domain, attempt: &Login<'_>) -> Result<LoginAdmission<'s>, Denial> {
    LOGIN[SETTLE_THE_ANSWER..].iter().try_for_each(|rule| (rule.test)(snapshot, attempt))?;
    Ok(LoginAdmission { domain, scope: scope(snapshot, attempt)? })
}

/// Whether this person may log in through this domain.
///
/// # Errors
/// [`Denial::UserSuspended`], [`Denial::TestModeRefuses`] or, last, [`Denial::EmailUnverified`], which the person can
/// mend on the spot.
pub fn person(_: &Snapshot, domain: &Domain, person: &Person) -> Result<(), Denial> {
    let_in(domain, person)?;
    if person.email_verified { Ok(()) } else { Err(Denial::EmailUnverified) }
}

/// Whether what a login gave still holds: asked at each use of a code, refresh or access token, as far as the client and
/// the person are concerned. Consent and scopes are asked in [`super::scope`].
///
/// Allow login and the URL are not looked at: they say what may start.
///
/// # Errors
/// What has changed since: the client, the domain ([`Denial::DomainUnknown`] when it was deleted) or the person.
pub fn still_holds<'s>(
    snapshot: &'s Snapshot,
    domain: DomainId,
    person: &Person,
    now: Timestamp,
) -> Result<&'s Domain, Denial> {
    client_live(snapshot, now)?;
    let domain = snapshot.domain(domain).ok_or(Denial::DomainUnknown)?;
    if !domain.active {
        return Err(Denial::DomainInactive);
    }
    let_in(domain, person)?;
    Ok(domain)
}

/// Whether the client exists, is not suspended, and its plan entitles it or lapsed a short while ago.
///
/// # Errors
/// [`Denial::ClientUnknown`], [`Denial::ClientSuspended`] or [`Denial::PlanLapsed`].
pub(super) fn client_live(snapshot: &Snapshot, now: Timestamp) -> Result<(), Denial> {
    known(&snapshot.client)?;
    not_suspended(&snapshot.client)?;
    entitled(snapshot, now)
}

fn known(client: &Client) -> Result<(), Denial> {
    if client.deleted { Err(Denial::ClientUnknown) } else { Ok(()) }
}

fn not_suspended(client: &Client) -> Result<(), Denial> {
    if client.suspended { Err(Denial::ClientSuspended) } else { Ok(()) }
}

fn entitled(snapshot: &Snapshot, now: Timestamp) -> Result<(), Denial> {
    let goes_on = standing::lets_log_in(snapshot.client.entitled_until, snapshot.login_grace, now);
    if goes_on { Ok(()) } else { Err(Denial::PlanLapsed) }
}

fn let_in(domain: &Domain, person: &Person) -> Result<(), Denial> {
    if person.suspended {
        return Err(Denial::UserSuspended);
    }
    if domain.test_mode && !domain.tested_by(person) {
        return Err(Denial::TestModeRefuses);
    }
    Ok(())
}

fn response_type(attempt: &Login<'_>) -> Result<(), Denial> {
    match (attempt.kind, attempt.response_type) {
        (LoginKind::Native, _) | (LoginKind::Authorize, Some("code")) => Ok(()),
        (LoginKind::Authorize, None | Some("")) => Err(Denial::ResponseTypeMissing),
        (LoginKind::Authorize, Some(_)) => Err(Denial::ResponseTypeUnsupported),
    }
}

fn resource(snapshot: &Snapshot, attempt: &Login<'_>) -> Result<(), Denial> {
    let Some(asked) = attempt.resources else { return Ok(()) };
    resource::target(snapshot, &Resources::default(), asked).map(drop)
}

fn scope(snapshot: &Snapshot, attempt: &Login<'_>) -> Result<ScopeSet, Denial> {
    if let Some(asked) = attempt.scope.filter(|asked| !asked.is_empty()) {
        let unknown: ScopeSet = asked.iter().filter(|name| !snapshot.scopes.contains_key(*name)).collect();
        return if unknown.is_empty() { Ok(asked.clone()) } else { Err(Denial::ScopeNotActivated(unknown)) };
    }
    let asked = |name: &&str| snapshot.at_login.contains(name) && *name != OFFLINE_ACCESS;
    let activated = snapshot.scopes.keys().map(String::as_str).filter(asked);
    match attempt.kind {
        LoginKind::Authorize => Err(Denial::ScopeMissing),
        LoginKind::Native => {
            Some(activated.collect()).filter(|scope: &ScopeSet| !scope.is_empty()).ok_or(Denial::ScopeMissing)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::snapshot::Tests;
    use super::super::tests::{CHALLENGE, LIVE, LOOPBACK, NOW, TEST, ada, days, good, good_login, scopes};
    use super::*;

    static PHONE_TOO: LazyLock<ScopeSet> = LazyLock::new(|| scopes("openid phone unheard_of"));
    static NOTHING: LazyLock<ScopeSet> = LazyLock::new(ScopeSet::default);

    #[test]
    fn a_login_that_lacks_nothing_starts() {
        let snapshot = good();
        let admitted = login(&snapshot, &good_login()).unwrap();
        assert_eq!((admitted.domain.id, admitted.scope), (LIVE, scopes("openid profile")));
    }

    #[test]
    fn each_broken_rule_is_the_reason_given() {
        type Row = (fn(&mut Snapshot, &mut Login<'static>), Denial);
        let rows: [Row; 28] = [
            (|s, _| s.client.deleted = true, Denial::ClientUnknown),
            (|s, _| s.client.suspended = true, Denial::ClientSuspended),
            (|s, _| s.client.entitled_until = Some(NOW.before(days(14))), Denial::PlanLapsed),
            (|s, a| a.now = s.client.entitled_until.unwrap().after(s.login_grace), Denial::PlanLapsed),
            (|_, a| a.redirect_uri = "https://app.engines.example/cb/", Denial::RedirectUriUnknown),
            (|_, a| a.redirect_uri = "", Denial::RedirectUriUnknown),
            (|s, _| s.domains[0].urls[0].active = false, Denial::RedirectUriInactive),
            (|s, _| s.domains[0].active = false, Denial::DomainInactive),
            (|s, _| s.domains[0].allow_login = false, Denial::LoginNotAllowed),
            (|_, a| a.response_type = None, Denial::ResponseTypeMissing),
            (|_, a| a.response_type = Some(""), Denial::ResponseTypeMissing),
            (|_, a| a.response_type = Some("token"), Denial::ResponseTypeUnsupported),
            (|_, a| a.response_type = Some("code id_token"), Denial::ResponseTypeUnsupported),
            (|_, a| a.response_type = Some("CODE"), Denial::ResponseTypeUnsupported),
            (|_, a| a.code_challenge = None, Denial::PkceMissing),
            (|_, a| a.code_challenge = Some(""), Denial::PkceMissing),
            (|_, a| a.code_challenge_method = None, Denial::PkceMethodUnsupported),
            (|_, a| a.code_challenge_method = Some("plain"), Denial::PkceMethodUnsupported),
            (|_, a| a.code_challenge_method = Some("S512"), Denial::PkceMethodUnsupported),
            (|_, a| a.code_challenge_method = Some("s256"), Denial::PkceMethodUnsupported),
            (|_, a| a.code_challenge = Some(&CHALLENGE[1..]), Denial::PkceChallengeInvalid),
            (
                |_, a| a.code_challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM0"),
                Denial::PkceChallengeInvalid,
            ),
            (
                |_, a| a.code_challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="),
                Denial::PkceChallengeInvalid,
            ),
            (
                |_, a| a.code_challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM"),
                Denial::PkceChallengeInvalid,
            ),
            (|_, a| a.scope = None, Denial::ScopeMissing),
            (|_, a| a.scope = Some(&NOTHING), Denial::ScopeMissing),
            (|_, a| a.scope = Some(&PHONE_TOO), Denial::ScopeNotActivated(scopes("phone unheard_of"))),
            (|s, _| s.scopes.retain(|name, _| name != "profile"), Denial::ScopeNotActivated(scopes("profile"))),
        ];
        for (break_it, reason) in rows {
            let (mut snapshot, mut attempt) = (good(), good_login());
            break_it(&mut snapshot, &mut attempt);
            assert_eq!(login(&snapshot, &attempt).unwrap_err(), reason);
        }
    }

    #[test]
    fn logins_go_on_until_the_grace_is_over() {
        let mut snapshot = good();
        let last = Timestamp::from_milliseconds(NOW.before(days(14)).milliseconds() + 1);
        for (end, admitted) in [(None, true), (Some(NOW.before(days(13))), true), (Some(last), true)] {
            snapshot.client.entitled_until = end;
            assert_eq!(login(&snapshot, &good_login()).is_ok(), admitted, "{end:?}");
        }
        snapshot.client.entitled_until = Some(NOW);
        snapshot.login_grace = days(0);
        assert_eq!(login(&snapshot, &good_login()).unwrap_err(), Denial::PlanLapsed);
    }

    #[test]
    fn natively_pkce_and_scope_may_be_left_out() {
        let snapshot = good();
        let native = Login {
            kind: LoginKind::Native,
            response_type: None,
            code_challenge: None,
            code_challenge_method: None,
            scope: None,
            ..good_login()
        };
        let admitted = login(&snapshot, &native).unwrap();
        assert_eq!(admitted.scope, scopes("email openid profile providers"), "reserved ones are not asked for");
        let chosen = Snapshot { at_login: scopes("offline_access openid userinfo"), ..good() };
        assert_eq!(login(&chosen, &native).unwrap().scope, scopes("openid userinfo"));
        let none = Snapshot { at_login: ScopeSet::default(), ..good() };
        assert_eq!(login(&none, &native).unwrap_err(), Denial::ScopeMissing);
        let challenged = Login { code_challenge: Some(CHALLENGE), ..native };
        assert!(login(&snapshot, &challenged).is_ok());
        for (broken, reason) in [
            (Login { code_challenge_method: Some("plain"), ..challenged }, Denial::PkceMethodUnsupported),
            (Login { code_challenge: Some("verifier"), ..native }, Denial::PkceChallengeInvalid),
            (Login { code_challenge: Some(""), ..native }, Denial::PkceChallengeInvalid),
            (Login { scope: Some(&PHONE_TOO), ..native }, Denial::ScopeNotActivated(scopes("phone unheard_of"))),
        ] {
            assert_eq!(login(&snapshot, &broken).unwrap_err(), reason);
        }
        let mut bare = good();
        bare.scopes.retain(|name, _| name == OFFLINE_ACCESS);
        assert_eq!(login(&bare, &native).unwrap_err(), Denial::ScopeMissing);
    }

    #[test]
    fn where_an_answer_goes_is_settled_before_the_request_is_read() {
        let snapshot = good();
        let broken = Login { response_type: None, scope: None, code_challenge: None, ..good_login() };
        let domain = may_answer(&snapshot, &broken).unwrap();
        assert_eq!(domain.id, LIVE);
        assert_eq!(admit(&snapshot, domain, &broken).unwrap_err(), Denial::ResponseTypeMissing);
        let lost = Login { redirect_uri: "https://evil.test/cb", ..broken };
        assert_eq!(login(&snapshot, &lost).unwrap_err(), Denial::RedirectUriUnknown);
        assert_eq!(may_answer(&snapshot, &lost).unwrap_err(), Denial::RedirectUriUnknown);
        let mut suspended = good();
        suspended.client.suspended = true;
        assert_eq!(may_answer(&suspended, &broken).unwrap_err(), Denial::ClientSuspended);
        assert_eq!(may_answer(&suspended, &lost).unwrap_err(), Denial::RedirectUriUnknown);
    }

    #[test]
    fn the_name_of_each_rule_is_its_own() {
        let mut names: Vec<&str> = LOGIN.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LOGIN.len());
    }

    #[test]
    fn test_mode_lets_members_and_testers_in_and_nobody_else() {
        let snapshot = good();
        let (live, test) = (&snapshot.domains[0], &snapshot.domains[1]);
        let rows = [
            (ada(), Err(Denial::TestModeRefuses)),
            (Person { member: true, ..ada() }, Ok(())),
            (Person { tests: Tests::All, ..ada() }, Ok(())),
            (Person { tests: Tests::Domains(vec![LIVE, TEST]), ..ada() }, Ok(())),
            (Person { tests: Tests::Domains(vec![LIVE]), ..ada() }, Err(Denial::TestModeRefuses)),
            (Person { email_verified: false, ..ada() }, Err(Denial::TestModeRefuses)),
            (Person { email_verified: false, member: true, ..ada() }, Err(Denial::EmailUnverified)),
            (Person { suspended: true, member: true, ..ada() }, Err(Denial::UserSuspended)),
        ];
        for (who, answer) in rows {
            assert_eq!(person(&snapshot, test, &who), answer, "{who:?}");
        }
        assert_eq!(person(&snapshot, live, &ada()), Ok(()));
        assert_eq!(person(&snapshot, live, &Person { suspended: true, ..ada() }), Err(Denial::UserSuspended));
        assert_eq!(person(&snapshot, live, &Person { email_verified: false, ..ada() }), Err(Denial::EmailUnverified));
        assert!(login(&snapshot, &Login { redirect_uri: LOOPBACK, ..good_login() }).is_ok(), "the person comes later");
    }

    #[test]
    fn what_a_login_gave_holds_while_client_domain_and_person_do() {
        type Row = (fn(&mut Snapshot, &mut Person), Result<(), Denial>);
        let rows: [Row; 12] = [
            (|_, _| {}, Ok(())),
            (|s, _| s.domains[1].allow_login = false, Ok(())),
            (|s, _| s.domains[1].allow_api = false, Ok(())),
            (|s, _| s.domains[1].urls.clear(), Ok(())),
            (|_, p| p.email_verified = false, Ok(())),
            (|s, _| s.client.deleted = true, Err(Denial::ClientUnknown)),
            (|s, _| s.client.suspended = true, Err(Denial::ClientSuspended)),
            (|s, _| s.client.entitled_until = Some(NOW.before(days(14))), Err(Denial::PlanLapsed)),
            (|s, _| s.domains[1].active = false, Err(Denial::DomainInactive)),
            (|s, _| drop(s.domains.pop()), Err(Denial::DomainUnknown)),
            (|_, p| p.suspended = true, Err(Denial::UserSuspended)),
            (|_, p| p.member = false, Err(Denial::TestModeRefuses)),
        ];
        for (change, answer) in rows {
            let (mut snapshot, mut person) = (good(), Person { member: true, ..ada() });
            change(&mut snapshot, &mut person);
            assert_eq!(still_holds(&snapshot, TEST, &person, NOW).map(drop), answer);
        }
    }
}
