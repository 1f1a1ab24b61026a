//! The reasons for which the gate says no.
//!
//! A denial is written four times: [`Denial::code`] for programs, [`Denial::explanation`] and [`Denial::fix`] for the
//! partner, and [`Denial::public_explanation`] for anybody.
//!
//! **Who may be told.** Code, explanation and fix go to the partner: to Attempts and the check page, and, once the secret
//! was verified, to the caller of the native API. A stranger (any browser, or a caller whose secret is wrong) gets
//! [`Denial::oauth_error`] and the public explanation only. That is one text for every redirect URI that will not do, one
//! for every client that may not log people in, and one for every failed client authentication, so that nothing can be
//! probed. The reasons `client_unknown`, `secret_unknown`, `secret_inactive` and `secret_expired` are answered alike to
//! everybody who has not authenticated.

use crate::id::DomainId;
use crate::model::scope::ScopeSet;
use crate::text;
use crate::text::{Arg, Text};

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
            Self::PkceMethodUnsupported => "pkce_method_unsupported",
            Self::PkceChallengeInvalid => "pkce_challenge_invalid",
            Self::ScopeMissing => "scope_missing",
            Self::ScopeNotActivated(_) => "scope_not_activated",
            Self::ScopeLocked(_) => "scope_locked",
            Self::ScopeNotForClients(_) => "scope_not_for_clients",
            Self::TestModeRefuses => "test_mode_refuses",
            Self::UserSuspended => "user_suspended",
            Self::EmailUnverified => "email_unverified",
            Self::Declined => "declined",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::SecretUnknown => "secret_unknown",
            Self::SecretInactive => "secret_inactive",
            Self::SecretExpired => "secret_expired",
            Self::SecretNotLinked => "secret_not_linked",
            Self::DomainUnknown => "domain_unknown",
            Self::DomainMalformed => "domain_malformed",
            Self::DomainAmbiguous(_) => "domain_ambiguous",
            Self::ApiNotAllowed => "api_not_allowed",
            Self::IpNotAllowed => "ip_not_allowed",
        }
    }

    /// Whether the secret that was presented is none that is good: what somebody who guesses is told, whatever they hit.
    pub const fn is_of_the_secret(&self) -> bool {
        matches!(self, Self::SecretUnknown | Self::SecretInactive | Self::SecretExpired)
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
            | Self::RequestMalformed
            | Self::ParameterRepeated(_)
            | Self::ParameterInvalid(_)
            | Self::ResponseTypeMissing
            | Self::PkceMissing
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
            Self::EmailUnverified => "interaction_required",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::ClientUnknown
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
            Self::ParameterRepeated(name) => text!("denied-parameter_repeated", name = *name),
            Self::ParameterInvalid(name) => text!("denied-parameter_invalid", name = *name),
            Self::ScopeNotActivated(names) => text!("denied-scope_not_activated", names = listed(names.iter())),
            Self::ScopeLocked(names) => text!("denied-scope_locked", names = listed(names.iter())),
            Self::ScopeNotForClients(names) => text!("denied-scope_not_for_clients", names = listed(names.iter())),
            Self::DomainAmbiguous(choices) => text!("denied-domain_ambiguous", domains = listed(choices)),
            Self::ClientUnknown => text!("denied-client_unknown"),
            Self::ClientSuspended => text!("denied-client_suspended"),
            Self::PlanLapsed => text!("denied-plan_lapsed"),
            Self::RedirectUriMissing => text!("denied-redirect_uri_missing"),
            Self::RedirectUriUnknown => text!("denied-redirect_uri_unknown"),
            Self::RedirectUriInactive => text!("denied-redirect_uri_inactive"),
            Self::RedirectUriNeedsTestMode => text!("denied-redirect_uri_needs_test_mode"),
            Self::DomainInactive => text!("denied-domain_inactive"),
            Self::LoginNotAllowed => text!("denied-login_not_allowed"),
            Self::RequestMalformed => text!("denied-request_malformed"),
            Self::RequestObjectUnsupported => text!("denied-request_not_supported"),
            Self::RequestUriUnsupported => text!("denied-request_uri_not_supported"),
            Self::ResponseTypeMissing => text!("denied-response_type_missing"),
            Self::ResponseTypeUnsupported => text!("denied-response_type_unsupported"),
            Self::PkceMissing => text!("denied-pkce_missing"),
            Self::PkceMethodUnsupported => text!("denied-pkce_method_unsupported"),
            Self::PkceChallengeInvalid => text!("denied-pkce_challenge_invalid"),
            Self::ScopeMissing => text!("denied-scope_missing"),
            Self::TestModeRefuses => text!("denied-test_mode_refuses"),
            Self::UserSuspended => text!("denied-user_suspended"),
            Self::EmailUnverified => text!("denied-email_unverified"),
            Self::Declined => text!("denied-declined"),
            Self::LoginRequired => text!("denied-login_required"),
            Self::ConsentRequired => text!("denied-consent_required"),
            Self::SecretUnknown => text!("denied-secret_unknown"),
            Self::SecretInactive => text!("denied-secret_inactive"),
            Self::SecretExpired => text!("denied-secret_expired"),
            Self::SecretNotLinked => text!("denied-secret_not_linked"),
            Self::DomainUnknown => text!("denied-domain_unknown"),
            Self::DomainMalformed => text!("denied-domain_malformed"),
            Self::ApiNotAllowed => text!("denied-api_not_allowed"),
            Self::IpNotAllowed => text!("denied-ip_not_allowed"),
        }
    }

    /// What anybody may read of it: the explanation, or a text that tells no more than that it does not go.
    pub fn public_explanation(&self) -> Text {
        match self {
            Self::RedirectUriUnknown
            | Self::RedirectUriInactive
            | Self::RedirectUriNeedsTestMode
            | Self::DomainInactive
            | Self::LoginNotAllowed => text!("denied-public_redirect_uri"),
            Self::ClientSuspended | Self::PlanLapsed => text!("denied-public_client"),
            Self::TestModeRefuses => text!("denied-public_test_mode"),
            Self::UserSuspended => text!("denied-public_user"),
            Self::SecretUnknown
            | Self::SecretInactive
            | Self::SecretExpired
            | Self::SecretNotLinked
            | Self::DomainUnknown
            | Self::DomainAmbiguous(_)
            | Self::ApiNotAllowed
            | Self::IpNotAllowed => text!("denied-public_secret"),
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
            | Self::PkceMethodUnsupported
            | Self::PkceChallengeInvalid
            | Self::ScopeMissing
            | Self::ScopeNotActivated(_)
            | Self::ScopeLocked(_)
            | Self::ScopeNotForClients(_)
            | Self::EmailUnverified
            | Self::Declined
            | Self::LoginRequired
            | Self::ConsentRequired
            | Self::DomainMalformed => self.explanation(),
        }
    }

    /// One of each reason, with nothing in it.
    pub fn each() -> Vec<Self> {
        vec![
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
            Self::PkceMethodUnsupported,
            Self::PkceChallengeInvalid,
            Self::ScopeMissing,
            Self::ScopeNotActivated(ScopeSet::default()),
            Self::ScopeLocked(ScopeSet::default()),
            Self::ScopeNotForClients(ScopeSet::default()),
            Self::TestModeRefuses,
            Self::UserSuspended,
            Self::EmailUnverified,
            Self::Declined,
            Self::LoginRequired,
            Self::ConsentRequired,
            Self::SecretUnknown,
            Self::SecretInactive,
            Self::SecretExpired,
            Self::SecretNotLinked,
            Self::DomainUnknown,
            Self::DomainMalformed,
            Self::DomainAmbiguous(Vec::new()),
            Self::ApiNotAllowed,
            Self::IpNotAllowed,
        ]
    }

    /// What the partner changes, by the [`Denial::code`] that was kept of a reason.
    pub fn fix_of(code: &str) -> Option<&'static str> {
        Self::each().iter().find(|denial| denial.code() == code).map(Self::fix)
    }

    /// What the partner changes so that it goes.
    pub const fn fix(&self) -> &'static str {
        match self {
            Self::ClientUnknown => "Send the client's id as My Clients shows it.",
            Self::ClientSuspended => "Write to XWMS: the notice of the suspension says why and where.",
            Self::PlanLapsed => "Renew the plan of the billing owner, or make an owner with a plan the billing owner.",
            Self::RedirectUriMissing => "Send redirect_uri, also when only one is registered.",
            Self::RedirectUriUnknown => {
                "Register exactly this URL as a callback URL, or send one that is registered: scheme, host, port, path, \
                 query and case all count."
            }
            Self::RedirectUriInactive => "Switch the URL on under Integrations, Domains.",
            Self::RedirectUriNeedsTestMode => "Register an https URL on the domain, or switch test mode on.",
            Self::DomainInactive => "Switch the domain on under Integrations, Domains.",
            Self::LoginNotAllowed => "Switch allow login on for the domain.",
            Self::RequestMalformed => "Send client_id and redirect_uri once each, form-encoded in UTF-8.",
            Self::ParameterRepeated(_) => "Send each parameter once.",
            Self::ParameterInvalid(_) => "Look up which values the parameter takes.",
            Self::RequestObjectUnsupported | Self::RequestUriUnsupported => {
                "Send the parameters themselves, without a request object."
            }
            Self::ResponseTypeMissing | Self::ResponseTypeUnsupported => "Send response_type=code.",
            Self::PkceMissing | Self::PkceMethodUnsupported | Self::PkceChallengeInvalid => {
                "Send code_challenge, the base64url of the verifier's SHA-256 without padding, and \
                 code_challenge_method=S256."
            }
            Self::ScopeMissing => "Ask for at least one scope, such as openid, and activate it for the client.",
            Self::ScopeNotActivated(_) => "Activate the scopes under Integrations, Scopes, or do not ask for them.",
            Self::ScopeLocked(_) => {
                "Apply for a verification that covers these scopes on this domain, or send the person an access request."
            }
            Self::ScopeNotForClients(_) => "Ask only for profile, email, providers, userinfo and useraddresses.",
            Self::TestModeRefuses => {
                "Send the person a test user request, make them a member, or switch test mode off."
            }
            Self::UserSuspended => "Nothing: this person can't log in anywhere.",
            Self::EmailUnverified => "Nothing: the person verifies the address, then the login goes on.",
            Self::Declined => "Nothing: the person chose not to share the data.",
            Self::LoginRequired | Self::ConsentRequired => "Start the login again without prompt=none.",
            Self::SecretUnknown => "Send a secret of this client, whole and unchanged.",
            Self::SecretInactive => "Switch the secret on, or use another.",
            Self::SecretExpired => "Make a new secret and use it, or move the expiry.",
            Self::SecretNotLinked => "Link the secret to the domain, which has to be active.",
            Self::DomainUnknown => "Name a domain of this client by its id, its root domain or a host below it.",
            Self::DomainMalformed => "Name the domain by its id or a host alone, without scheme, port or path.",
            Self::DomainAmbiguous(_) => {
                "Name the domain, by the parameter domain or the header X-Client-Domain, or make one the primary domain."
            }
            Self::ApiNotAllowed => "Switch allow API on for the domain.",
            Self::IpNotAllowed => "Add the address of the calling server to the domain's server IPs.",
        }
    }
}

/// The first names, and how many there are beyond them.
fn listed<T: ToString>(names: impl IntoIterator<Item = T>) -> Arg {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    let first = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => first.into(),
        more => text!("denied-more", first = first, count = more).into(),
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
            assert!(denial.fix().ends_with('.'), "{denial:?}");
        }
    }

    /// RFC 6749 §4.1.2.1: %x20-21 / %x23-5B / %x5D-7E.
    #[test]
    fn texts_fit_into_an_error_description() {
        for denial in Denial::each() {
            let texts = [denial.explanation(), denial.public_explanation()].map(|text| text.to_string());
            for text in texts.into_iter().chain([denial.fix().to_owned()]) {
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
        assert_eq!(told(&[Denial::SecretUnknown, Denial::SecretInactive, Denial::SecretExpired]), 1);
        assert_eq!(told(&[Denial::RedirectUriUnknown, Denial::RedirectUriInactive, Denial::LoginNotAllowed]), 1);
        assert_eq!(told(&[Denial::ClientSuspended, Denial::PlanLapsed]), 1);
    }

    #[test]
    fn a_long_list_is_cut() {
        let names: ScopeSet = (10..30).map(|number| format!("s{number}")).collect();
        let text = Denial::ScopeNotActivated(names).explanation().to_string();
        assert!(text.ends_with("s18, s19 and 10 more."), "{text}");
        let text = Denial::DomainAmbiguous(vec![LIVE]).explanation().to_string();
        assert!(text.ends_with(&format!("several: {LIVE}.")), "{text}");
    }
}
