//! The reasons for which the gate says no.
//!
//! A denial is written four times: [`Denial::code`] for programs, [`Denial::explanation`] and [`Denial::fix`] for the
//! partner, and [`Denial::public_explanation`] for anybody.
//!
//! **Who may be told.** Code, explanation and fix go to the partner: to Attempts and the check page, and, once the secret
//! was verified, to the caller of the native API. A stranger (any browser, or a caller whose secret is wrong) gets
//! [`Denial::oauth_error`] and the public explanation only. That is one text for every redirect URI that will not do, one
//! for every client that may not log people in, and one for every failed client authentication, so that nothing can be
//! probed. The reasons `client_unknown`, `secret_malformed`, `secret_unknown`, `secret_inactive` and `secret_expired` are
//! answered alike to everybody who has not authenticated.

use super::flaw::{GrantFlaw, SecretFlaw};
use crate::id::DomainId;
use crate::model::scope::ScopeSet;
use crate::text;
use crate::text::Text;

/// As many names are listed in a text; of more, only the number.
const LISTED: usize = 10;

/// Why an attempt is not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// There is no such client, or it was deleted.
    ClientUnknown,
    /// The client is suspended, or its billing owner is.
    ClientSuspended,
    /// The billing owner's plan does not entitle the client, and the time of grace is over.
    PlanLapsed,

    /// No redirect URI was sent.
    RedirectUriMissing,
    /// The redirect URI is no URL of the client.
    RedirectUriUnknown,
    /// The URL is registered, and switched off.
    RedirectUriInactive,
    /// The URL is registered and good in test mode only, and the domain is not in test mode.
    RedirectUriNeedsTestMode,
    /// The domain is switched off.
    DomainInactive,
    /// The domain does not allow login.
    LoginNotAllowed,

    /// The request can't be read, or says twice who asks or where the answer goes.
    RequestMalformed,
    /// This parameter was sent more than once.
    ParameterRepeated(&'static str),
    /// This parameter has a value that is not taken.
    ParameterInvalid(&'static str),
    /// Request objects are not supported.
    RequestObjectUnsupported,
    /// Request objects by reference are not supported.
    RequestUriUnsupported,
    /// No response type was sent.
    ResponseTypeMissing,
    /// The response type is another than `code`.
    ResponseTypeUnsupported,
    /// No code challenge was sent.
    PkceMissing,
    /// Neither a code challenge was sent nor a nonce with `openid`, one of which this client needs.
    PkceOrNonceMissing,
    /// The challenge's method is another than S256.
    PkceMethodUnsupported,
    /// The challenge is no SHA-256 in base64url.
    PkceChallengeInvalid,
    /// No scope was asked for, or natively none is activated.
    ScopeMissing,
    /// The client has not activated these scopes.
    ScopeNotActivated(ScopeSet),
    /// These scopes are reserved, and not unlocked here.
    ScopeLocked(ScopeSet),
    /// These scopes are never given to a client on its own behalf.
    ScopeNotForClients(ScopeSet),

    /// Where a logout shall end is no logout URL in use of the client.
    LogoutUrlUnknown,
    /// What is named as a resource is no API URL in use of the client, or more than was granted.
    ResourceUnknown,

    /// The domain is in test mode, and the person is neither a member nor a tester.
    TestModeRefuses,
    /// The person's account is suspended.
    UserSuspended,
    /// The person's email address is not verified yet.
    EmailUnverified,
    /// The person said no.
    Declined,
    /// No page may be shown, and nobody is signed in, or not recently enough.
    LoginRequired,
    /// No page may be shown, and the person has to be asked.
    ConsentRequired,

    /// No secret was sent, and this takes one.
    SecretMissing,
    /// What was sent as the secret can be none.
    SecretMalformed(SecretFlaw),
    /// A client that can keep no secret may not do this.
    PublicClient,
    /// The secret is none of the client's.
    SecretUnknown,
    /// The secret is switched off.
    SecretInactive,
    /// The secret has expired.
    SecretExpired,
    /// The secret is not linked to the domain, or to no active one.
    SecretNotLinked,
    /// The domain named is none of the client's.
    DomainUnknown,
    /// What names the domain is neither an id nor a host.
    DomainMalformed,
    /// No domain was named, and several could be meant: these, all linked to the secret.
    DomainAmbiguous(Vec<DomainId>),
    /// The domain does not allow API calls.
    ApiNotAllowed,
    /// The caller's address is none of the domain's server IPs.
    IpNotAllowed,
    /// The code or refresh token gives no tokens.
    Grant(GrantFlaw),
}

impl Denial {
    /// A stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClientUnknown => "client_unknown",
            Self::ClientSuspended => "client_suspended",
            Self::PlanLapsed => "plan_lapsed",
            Self::RedirectUriMissing => "redirect_uri_missing",
            Self::RedirectUriUnknown => "redirect_uri_unknown",
            Self::RedirectUriInactive => "redirect_uri_inactive",
            Self::RedirectUriNeedsTestMode => "redirect_uri_needs_test_mode",
            Self::DomainInactive => "domain_inactive",
            Self::LoginNotAllowed => "login_not_allowed",
            Self::RequestMalformed => "request_malformed",
            Self::ParameterRepeated(_) => "parameter_repeated",
            Self::ParameterInvalid(_) => "parameter_invalid",
            Self::RequestObjectUnsupported => "request_not_supported",
            Self::RequestUriUnsupported => "request_uri_not_supported",
            Self::ResponseTypeMissing => "response_type_missing",
            Self::ResponseTypeUnsupported => "response_type_unsupported",
            Self::PkceMissing => "pkce_missing",
            Self::PkceOrNonceMissing => "pkce_or_nonce_missing",
            Self::PkceMethodUnsupported => "pkce_method_unsupported",
            Self::PkceChallengeInvalid => "pkce_challenge_invalid",
            Self::ScopeMissing => "scope_missing",
            Self::ScopeNotActivated(_) => "scope_not_activated",
            Self::ScopeLocked(_) => "scope_locked",
            Self::ScopeNotForClients(_) => "scope_not_for_clients",
            Self::LogoutUrlUnknown => "logout_url_unknown",
            Self::ResourceUnknown => "resource_unknown",
            Self::TestModeRefuses => "test_mode_refuses",
            Self::UserSuspended => "user_suspended",
            Self::EmailUnverified => "email_unverified",
            Self::Declined => "declined",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::SecretMissing => "secret_missing",
            Self::SecretMalformed(_) => "secret_malformed",
            Self::PublicClient => "public_client",
            Self::SecretUnknown => "secret_unknown",
            Self::SecretInactive => "secret_inactive",
            Self::SecretExpired => "secret_expired",
            Self::SecretNotLinked => "secret_not_linked",
            Self::DomainUnknown => "domain_unknown",
            Self::DomainMalformed => "domain_malformed",
            Self::DomainAmbiguous(_) => "domain_ambiguous",
            Self::ApiNotAllowed => "api_not_allowed",
            Self::IpNotAllowed => "ip_not_allowed",
            Self::Grant(flaw) => flaw.code(),
        }
    }

    /// Whether the secret that was presented is none that is good: what somebody who guesses is told, whatever they hit.
    pub const fn is_of_the_secret(&self) -> bool {
        matches!(self, Self::SecretMalformed(_) | Self::SecretUnknown | Self::SecretInactive | Self::SecretExpired)
    }

    /// The error code of OAuth and OpenID Connect for this reason (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core
    /// §3.1.2.6).
    pub fn oauth_error(&self) -> &'static str {
        match self {
            Self::ClientSuspended | Self::PlanLapsed | Self::TestModeRefuses | Self::UserSuspended | Self::Declined => {
                "access_denied"
            }
            Self::ParameterInvalid("scope") => "invalid_scope",
            Self::RedirectUriMissing
            | Self::RedirectUriUnknown
            | Self::RedirectUriInactive
            | Self::RedirectUriNeedsTestMode
            | Self::LoginNotAllowed
            | Self::LogoutUrlUnknown
            | Self::RequestMalformed
            | Self::ParameterRepeated(_)
            | Self::ParameterInvalid(_)
            | Self::ResponseTypeMissing
            | Self::PkceMissing
            | Self::PkceOrNonceMissing
            | Self::PkceMethodUnsupported
            | Self::PkceChallengeInvalid
            | Self::DomainMalformed
            | Self::DomainAmbiguous(_) => "invalid_request",
            Self::RequestObjectUnsupported => "request_not_supported",
            Self::RequestUriUnsupported => "request_uri_not_supported",
            Self::ResponseTypeUnsupported => "unsupported_response_type",
            Self::ScopeMissing | Self::ScopeNotActivated(_) | Self::ScopeLocked(_) | Self::ScopeNotForClients(_) => {
                "invalid_scope"
            }
            Self::ResourceUnknown => "invalid_target",
            Self::EmailUnverified => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::PublicClient => "unauthorized_client",
            Self::Grant(_) => "invalid_grant",
            Self::ClientUnknown
            | Self::SecretMissing
            | Self::SecretMalformed(_)
            | Self::SecretUnknown
            | Self::SecretInactive
            | Self::SecretExpired
            | Self::SecretNotLinked
            | Self::DomainInactive
            | Self::DomainUnknown
            | Self::ApiNotAllowed
            | Self::IpNotAllowed => "invalid_client",
        }
    }

    /// What is wrong, for the partner: one sentence, in English in ASCII, with ids, parameter and scope names only.
    pub fn explanation(&self) -> Text {
        match self {
            Self::ClientUnknown => text!("client_unknown-explanation"),
            Self::ClientSuspended => text!("client_suspended-explanation"),
            Self::PlanLapsed => text!("plan_lapsed-explanation"),
            Self::RedirectUriMissing => text!("redirect_uri_missing-explanation"),
            Self::RedirectUriUnknown => text!("redirect_uri_unknown-explanation"),
            Self::RedirectUriInactive => text!("redirect_uri_inactive-explanation"),
            Self::RedirectUriNeedsTestMode => text!("redirect_uri_needs_test_mode-explanation"),
            Self::DomainInactive => text!("domain_inactive-explanation"),
            Self::LoginNotAllowed => text!("login_not_allowed-explanation"),
            Self::RequestMalformed => text!("request_malformed-explanation"),
            Self::ParameterRepeated(name) => text!("parameter_repeated-explanation", name = *name),
            Self::ParameterInvalid(name) => text!("parameter_invalid-explanation", name = *name),
            Self::RequestObjectUnsupported => text!("request_not_supported-explanation"),
            Self::RequestUriUnsupported => text!("request_uri_not_supported-explanation"),
            Self::ResponseTypeMissing => text!("response_type_missing-explanation"),
            Self::ResponseTypeUnsupported => text!("response_type_unsupported-explanation"),
            Self::PkceMissing => text!("pkce_missing-explanation"),
            Self::PkceOrNonceMissing => text!("pkce_or_nonce_missing-explanation"),
            Self::PkceMethodUnsupported => text!("pkce_method_unsupported-explanation"),
            Self::PkceChallengeInvalid => text!("pkce_challenge_invalid-explanation"),
            Self::ScopeMissing => text!("scope_missing-explanation"),
            Self::ScopeNotActivated(names) => text!("scope_not_activated-explanation", names = listed(names.iter())),
            Self::ScopeLocked(names) => text!("scope_locked-explanation", names = listed(names.iter())),
            Self::ScopeNotForClients(names) => text!("scope_not_for_clients-explanation", names = listed(names.iter())),
            Self::LogoutUrlUnknown => text!("logout_url_unknown-explanation"),
            Self::ResourceUnknown => text!("resource_unknown-explanation"),
            Self::TestModeRefuses => text!("test_mode_refuses-explanation"),
            Self::UserSuspended => text!("user_suspended-explanation"),
            Self::EmailUnverified => text!("email_unverified-explanation"),
            Self::Declined => text!("declined-explanation"),
            Self::LoginRequired => text!("login_required-explanation"),
            Self::ConsentRequired => text!("consent_required-explanation"),
            Self::SecretMissing => text!("secret_missing-explanation"),
            Self::SecretMalformed(_) => text!("secret_malformed-explanation"),
            Self::PublicClient => text!("public_client-explanation"),
            Self::SecretUnknown => text!("secret_unknown-explanation"),
            Self::SecretInactive => text!("secret_inactive-explanation"),
            Self::SecretExpired => text!("secret_expired-explanation"),
            Self::SecretNotLinked => text!("secret_not_linked-explanation"),
            Self::DomainUnknown => text!("domain_unknown-explanation"),
            Self::DomainMalformed => text!("domain_malformed-explanation"),
            Self::DomainAmbiguous(choices) => text!("domain_ambiguous-explanation", choices = listed(choices)),
            Self::ApiNotAllowed => text!("api_not_allowed-explanation"),
            Self::IpNotAllowed => text!("ip_not_allowed-explanation"),
            Self::Grant(flaw) => flaw.explanation(),
        }
    }

    /// What anybody may read of it: the explanation, or a text that tells no more than that it does not go.
    pub fn public_explanation(&self) -> Text {
        match self {
            Self::RedirectUriUnknown
            | Self::RedirectUriInactive
            | Self::RedirectUriNeedsTestMode
            | Self::DomainInactive
            | Self::LoginNotAllowed => text!("login_refused-redirect_uri"),
            Self::ClientSuspended | Self::PlanLapsed => text!("login_refused-client"),
            Self::TestModeRefuses => text!("login_refused-test_mode"),
            Self::UserSuspended => text!("login_refused-user"),
            Self::SecretMalformed(_)
            | Self::SecretUnknown
            | Self::SecretInactive
            | Self::SecretExpired
            | Self::SecretNotLinked
            | Self::DomainUnknown
            | Self::DomainAmbiguous(_)
            | Self::ApiNotAllowed
            | Self::IpNotAllowed => text!("login_refused-authentication"),
            Self::ClientUnknown
            | Self::RedirectUriMissing
            | Self::RequestMalformed
            | Self::ParameterRepeated(_)
            | Self::ParameterInvalid(_)
            | Self::RequestObjectUnsupported
            | Self::RequestUriUnsupported
            | Self::ResponseTypeMissing
            | Self::ResponseTypeUnsupported
            | Self::PkceMissing
            | Self::PkceOrNonceMissing
            | Self::PkceMethodUnsupported
            | Self::PkceChallengeInvalid
            | Self::ScopeMissing
            | Self::ScopeNotActivated(_)
            | Self::ScopeLocked(_)
            | Self::ScopeNotForClients(_)
            | Self::LogoutUrlUnknown
            | Self::ResourceUnknown
            | Self::EmailUnverified
            | Self::Declined
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::SecretMissing
            | Self::PublicClient
            | Self::Grant(_)
            | Self::DomainMalformed => self.explanation(),
        }
    }

    /// One of each reason, with nothing in it.
    pub fn each() -> Vec<Self> {
        let reasons = [
            Self::ClientUnknown,
            Self::ClientSuspended,
            Self::PlanLapsed,
            Self::RedirectUriMissing,
            Self::RedirectUriUnknown,
            Self::RedirectUriInactive,
            Self::RedirectUriNeedsTestMode,
            Self::DomainInactive,
            Self::LoginNotAllowed,
            Self::RequestMalformed,
            Self::ParameterRepeated("state"),
            Self::ParameterInvalid("prompt"),
            Self::RequestObjectUnsupported,
            Self::RequestUriUnsupported,
            Self::ResponseTypeMissing,
            Self::ResponseTypeUnsupported,
            Self::PkceMissing,
            Self::PkceOrNonceMissing,
            Self::PkceMethodUnsupported,
            Self::PkceChallengeInvalid,
            Self::ScopeMissing,
            Self::ScopeNotActivated(ScopeSet::default()),
            Self::ScopeLocked(ScopeSet::default()),
            Self::ScopeNotForClients(ScopeSet::default()),
            Self::LogoutUrlUnknown,
            Self::ResourceUnknown,
            Self::TestModeRefuses,
            Self::UserSuspended,
            Self::EmailUnverified,
            Self::Declined,
            Self::LoginRequired,
            Self::ConsentRequired,
            Self::SecretMissing,
            Self::SecretMalformed(SecretFlaw::Form),
            Self::PublicClient,
            Self::SecretUnknown,
            Self::SecretInactive,
            Self::SecretExpired,
            Self::SecretNotLinked,
            Self::DomainUnknown,
            Self::DomainMalformed,
            Self::DomainAmbiguous(Vec::new()),
            Self::ApiNotAllowed,
            Self::IpNotAllowed,
        ];
        reasons.into_iter().chain(GrantFlaw::ALL.map(Self::Grant)).collect()
    }

    /// What of a reason is kept beside its code.
    pub const fn detail(&self) -> Option<&'static str> {
        match self {
            Self::SecretMalformed(flaw) => Some(flaw.code()),
            _ => None,
        }
    }

    /// What the partner changes, by the [`Denial::code`] and the [`Denial::detail`] that were kept of a reason.
    pub fn fix_of(code: &str, detail: Option<&str>) -> Option<Text> {
        let flaws = SecretFlaw::ALL.map(Self::SecretMalformed).into_iter().filter(|denial| denial.detail() == detail);
        let mut all = flaws.chain(Self::each());
        all.find(|denial| denial.code() == code).map(|denial| denial.fix())
    }

    /// What the partner changes so that it goes.
    pub fn fix(&self) -> Text {
        match self {
            Self::ClientUnknown => text!("client_unknown-fix"),
            Self::ClientSuspended => text!("client_suspended-fix"),
            Self::PlanLapsed => text!("plan_lapsed-fix"),
            Self::RedirectUriMissing => text!("redirect_uri_missing-fix"),
            Self::RedirectUriUnknown => text!("redirect_uri_unknown-fix"),
            Self::RedirectUriInactive => text!("redirect_uri_inactive-fix"),
            Self::RedirectUriNeedsTestMode => text!("redirect_uri_needs_test_mode-fix"),
            Self::DomainInactive => text!("domain_inactive-fix"),
            Self::LoginNotAllowed => text!("login_not_allowed-fix"),
            Self::RequestMalformed => text!("request_malformed-fix"),
            Self::ParameterRepeated(_) => text!("parameter_repeated-fix"),
            Self::ParameterInvalid(_) => text!("parameter_invalid-fix"),
            Self::RequestObjectUnsupported | Self::RequestUriUnsupported => text!("request_not_supported-fix"),
            Self::ResponseTypeMissing | Self::ResponseTypeUnsupported => text!("response_type_missing-fix"),
            Self::PkceMissing => text!("pkce_missing-fix"),
            Self::PkceOrNonceMissing => text!("pkce_or_nonce_missing-fix"),
            Self::PkceMethodUnsupported | Self::PkceChallengeInvalid => text!("pkce_method_unsupported-fix"),
            Self::ScopeMissing => text!("scope_missing-fix"),
            Self::ScopeNotActivated(_) => text!("scope_not_activated-fix"),
            Self::ScopeLocked(_) => text!("scope_locked-fix"),
            Self::ScopeNotForClients(_) => text!("scope_not_for_clients-fix"),
            Self::LogoutUrlUnknown => text!("logout_url_unknown-fix"),
            Self::ResourceUnknown => text!("resource_unknown-fix"),
            Self::TestModeRefuses => text!("test_mode_refuses-fix"),
            Self::UserSuspended => text!("user_suspended-fix"),
            Self::EmailUnverified => text!("email_unverified-fix"),
            Self::Declined => text!("declined-fix"),
            Self::LoginRequired | Self::ConsentRequired => text!("login_required-fix"),
            Self::SecretMissing => text!("secret_missing-fix"),
            Self::SecretMalformed(flaw) => flaw.fix(),
            Self::PublicClient => text!("public_client-fix"),
            Self::SecretUnknown => text!("secret_unknown-fix"),
            Self::SecretInactive => text!("secret_inactive-fix"),
            Self::SecretExpired => text!("secret_expired-fix"),
            Self::SecretNotLinked => text!("secret_not_linked-fix"),
            Self::DomainUnknown => text!("domain_unknown-fix"),
            Self::DomainMalformed => text!("domain_malformed-fix"),
            Self::DomainAmbiguous(_) => text!("domain_ambiguous-fix"),
            Self::ApiNotAllowed => text!("api_not_allowed-fix"),
            Self::IpNotAllowed => text!("ip_not_allowed-fix"),
            Self::Grant(flaw) => flaw.fix(),
        }
    }
}

/// The first names, and how many there are beyond them.
fn listed<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let first = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => first,
        more => format!("{first} (+{more})"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::tests::LIVE;
    use super::*;

    #[test]
    fn each_reason_has_its_own_code_explanation_and_fix() {
        let codes: BTreeSet<&str> = Denial::each().iter().map(Denial::code).collect();
        let explanations: BTreeSet<String> =
            Denial::each().iter().map(|denial| denial.explanation().to_string()).collect();
        assert_eq!((codes.len(), explanations.len()), (Denial::each().len(), Denial::each().len()));
        for denial in Denial::each() {
            assert!(denial.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{denial:?}");
            assert!(denial.fix().to_string().ends_with('.'), "{denial:?}");
        }
    }

    /// RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E.
    #[test]
    fn texts_fit_into_an_error_description() {
        for denial in Denial::each() {
            for text in [denial.explanation(), denial.public_explanation(), denial.fix()].map(|text| text.to_string()) {
                let fits = |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && byte != b'"' && byte != b'\\';
                assert!(!text.is_empty() && text.bytes().all(fits), "{text}");
            }
        }
    }

    #[test]
    fn a_stranger_cannot_tell_what_is_registered_or_which_secrets_there_are() {
        let told = |denials: &[Denial]| {
            let texts = denials.iter().map(|denial| (denial.oauth_error(), denial.public_explanation().to_string()));
            texts.collect::<BTreeSet<_>>().len()
        };
        let malformed = Denial::SecretMalformed(SecretFlaw::Form);
        assert_eq!(told(&[malformed, Denial::SecretUnknown, Denial::SecretInactive, Denial::SecretExpired]), 1);
        assert_eq!(told(&[Denial::RedirectUriUnknown, Denial::RedirectUriInactive, Denial::LoginNotAllowed]), 1);
        assert_eq!(told(&[Denial::ClientSuspended, Denial::PlanLapsed]), 1);
    }

    #[test]
    fn what_is_seen_of_a_secret_says_what_to_change() {
        let fixes: BTreeSet<String> = SecretFlaw::ALL
            .map(|flaw| Denial::fix_of("secret_malformed", Some(flaw.code())).unwrap().to_string())
            .into();
        assert_eq!(fixes.len(), SecretFlaw::ALL.len());
        assert!(Denial::fix_of("secret_malformed", None).is_some() && Denial::fix_of("unheard_of", None).is_none());
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: ScopeSet = (10..30).map(|number| format!("s{number}")).collect();
        let text = Denial::ScopeNotActivated(names).explanation().to_string();
        assert!(text.ends_with("s18, s19 (+10)."), "{text}");
        let text = Denial::DomainAmbiguous(vec![LIVE]).explanation().to_string();
        assert!(text.ends_with(&format!("several: {LIVE}.")), "{text}");
    }
}
