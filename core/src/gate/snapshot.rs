//! What the gate decides on: one client's configuration as plain data, and the facts of one person.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::crypto::credential::StoredDigest;
use crate::id::{ClientId, DomainId, SecretId, UrlId, UserId};
use crate::model::client::{ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
use crate::model::host::Host;
use crate::model::image::ImageDigest;
use crate::model::root_domain::RootDomain;
use crate::model::scope::{ScopeSet, Tier};
use crate::model::server_ip::ServerIp;
use crate::model::url::UrlKind;

/// One client's configuration.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The client itself.
    pub client: Client,
    /// Its domains.
    pub domains: Vec<Domain>,
    /// Its secrets.
    pub secrets: Vec<ClientSecret>,
    /// The scopes it has activated.
    pub scopes: BTreeMap<String, Tier>,
    /// Those of them that a login asks for when it names none.
    pub at_login: ScopeSet,
    /// What its approved verifications cover.
    pub coverage: Vec<Coverage>,
    /// For how long logins go on after the plan has lapsed.
    pub login_grace: Duration,
}

/// A client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// Its name, as the partner has it; [`Snapshot::shown_name`] is what people see.
    pub name: String,
    /// Its logo, as the partner has it; [`Snapshot::shown_logo`] is what people see.
    pub logo: Option<ImageDigest>,
    /// The name that staff have looked at, when it is another.
    pub reviewed_name: Option<String>,
    /// The logo that they have looked at.
    pub reviewed_logo: Option<ImageDigest>,
    /// Its homepage.
    pub homepage_url: Option<String>,
    /// Its privacy page.
    pub privacy_url: Option<String>,
    /// Its terms.
    pub terms_url: Option<String>,
    /// Which `sub` it sees.
    pub subject_type: SubjectType,
    /// What its ID tokens are signed with.
    pub id_token_alg: SigningAlg,
    /// What they say of a person.
    pub id_token_claims: IdTokenClaims,
    /// What binds its codes to a login.
    pub pkce: Pkce,
    /// Whether it can keep a secret.
    pub client_type: ClientType,
    /// It is gone for good.
    pub deleted: bool,
    /// It is suspended, or its billing owner is.
    pub suspended: bool,
    /// From this moment on its billing owner's plan does not entitle it; `None` is never.
    pub entitled_until: Option<Timestamp>,
    /// Whose plan it is.
    pub billing_owner: UserId,
}

/// A site of a client.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Its root domain.
    pub root: RootDomain,
    /// What the partner calls it.
    pub internal_name: Option<String>,
    /// Where failed logins go.
    pub fallback_uri: Option<String>,
    /// What the error page shows as the partner's words.
    pub fallback_response: Option<String>,
    /// It is in use.
    pub active: bool,
    /// Logins may start.
    pub allow_login: bool,
    /// Client credentials and the native user API may be used.
    pub allow_api: bool,
    /// It is the client's primary domain.
    pub primary: bool,
    /// It is in test mode.
    pub test_mode: bool,
    /// The partner has proven to own it.
    pub proven: bool,
    /// From where its servers call; none is from everywhere.
    pub server_ips: Vec<ServerIp>,
    /// Its URLs.
    pub urls: Vec<Url>,
    /// Since when it exists.
    pub created_at: Timestamp,
}

/// A URL of a domain.
#[derive(Clone, Debug)]
pub struct Url {
    /// Its id.
    pub id: UrlId,
    /// What it is for.
    pub kind: UrlKind,
    /// The URL, byte for byte as it was given.
    pub url: String,
    /// It is in use.
    pub active: bool,
}

/// A secret of a client.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// Its id.
    pub id: SecretId,
    /// What is stored of it.
    pub digest: StoredDigest,
    /// It is in use.
    pub active: bool,
    /// From this moment on it is no longer good.
    pub expires_at: Option<Timestamp>,
    /// The domains it may be used for.
    pub links: Vec<DomainId>,
}

/// An approved verification covers this scope on this domain.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The domain.
    pub domain: DomainId,
    /// The scope.
    pub scope: String,
    /// From this moment on it does not.
    pub until: Option<Timestamp>,
}

/// The facts of one person that decide, for one client. They come fresh from the database each time.
#[derive(Clone, Debug)]
pub struct Person {
    /// Whose facts they are.
    pub id: UserId,
    /// The account is suspended.
    pub suspended: bool,
    /// Its main email address is verified.
    pub email_verified: bool,
    /// Is a member of the client's organisation now.
    pub member: bool,
    /// Where the person has accepted to be a tester.
    pub tests: Tests,
    /// The scopes of the client's access requests that the person has accepted, and that stand now.
    pub accepted_access: ScopeSet,
}

/// Where somebody is a tester.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tests {
    /// Nowhere.
    None,
    /// On all the client's domains.
    All,
    /// On these.
    Domains(Vec<DomainId>),
}

impl Snapshot {
    /// The domain of this id, in use or not.
    pub fn domain(&self, id: DomainId) -> Option<&Domain> {
        self.domains.iter().find(|domain| domain.id == id)
    }

    /// Whether it is a Verified Partner now, for the badge; [`Coverage`] says what that unlocks. It is one for a domain
    /// that is proven to be its own.
    pub fn is_verified(&self, now: Timestamp) -> bool {
        let proven = |id| self.domain(id).is_some_and(|domain| domain.proven);
        self.coverage.iter().any(|coverage| coverage.holds(now) && proven(coverage.domain))
    }

    /// The name that people are shown: while something is approved, that which the staff have looked at.
    pub fn shown_name(&self, now: Timestamp) -> &str {
        let reviewed = self.client.reviewed_name.as_ref().filter(|_| self.is_approved(now));
        reviewed.unwrap_or(&self.client.name)
    }

    /// The logo that people are shown, likewise.
    pub fn shown_logo(&self, now: Timestamp) -> Option<ImageDigest> {
        if self.is_approved(now) { self.client.reviewed_logo } else { self.client.logo }
    }

    /// Whether an approval is in force, proven or not: what the staff have looked at stays as long.
    fn is_approved(&self, now: Timestamp) -> bool {
        self.coverage.iter().any(|coverage| coverage.holds(now))
    }
}

impl Client {
    /// Whether it can keep no secret, and is taken at its word.
    pub const fn is_public(&self) -> bool {
        match self.client_type {
            ClientType::Public => true,
            ClientType::Confidential => false,
        }
    }
}

impl Coverage {
    /// Whether its end has not come yet.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|end| now < end)
    }
}

impl Person {
    /// A person of whom neither membership nor requests are known, because nothing that is asked rests on them
    /// ([`super::scope::rests_on_relations`]).
    pub fn unrelated(id: UserId, suspended: bool, email_verified: bool) -> Self {
        let accepted_access = ScopeSet::default();
        Self { id, suspended, email_verified, member: false, tests: Tests::None, accepted_access }
    }
}

impl Domain {
    /// Whether this person may log in here while the domain is in test mode: a member of the client, or a tester.
    pub fn tested_by(&self, person: &Person) -> bool {
        person.member
            || match &person.tests {
                Tests::None => false,
                Tests::All => true,
                Tests::Domains(domains) => domains.contains(&self.id),
            }
    }

    /// Whether a URL of this host belongs to the domain by its name.
    pub(super) fn holds(&self, host: &Host) -> bool {
        host.is_or_is_under(&self.root)
    }
}

impl ClientSecret {
    /// Whether it may be used for this domain.
    pub(crate) fn is_linked_to(&self, domain: &Domain) -> bool {
        self.links.contains(&domain.id)
    }
}
