//! What the demo's platform holds: a partner with a paid account, a client that is fully configured and asks to be
//! verified, a tester, and somebody of the staff.

use std::net::SocketAddr;
use std::path::Path;

use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::id::ClientId;
use xwms_core::provision;
use xwms_core::random;
use xwms_core::secret::Secret;
use xwms_core::state::Core;

use super::history::Visitor;
use crate::wire::StartError;

const OWNER: &str = "ada@example.test";
const TESTER: &str = "charles@example.test";
const STAFF: &str = "mary@example.test";
const DOMAIN: &str = "engines.example";
/// A domain that no site here is: it asks to be verified.
const SECOND_DOMAIN: &str = "difference.example";

/// People who log in at the second domain.
const VISITORS: [&str; 4] =
    ["visitor-1@example.test", "visitor-2@example.test", "visitor-3@example.test", "visitor-4@example.test"];

/// What was provisioned, with the credentials that are stored nowhere.
pub(super) struct Platform {
    /// The sample site's client.
    pub(super) client: ClientId,
    /// The secret of the client that is linked to its domain.
    pub(super) secret: Secret<String>,
    /// The domain that the sample site is.
    pub(super) domain: &'static str,
    owner_password: Secret<String>,
    tester_password: Secret<String>,
    staff_password: Secret<String>,
    /// Of the visitors: nobody needs to sign in as one.
    visitors_password: Secret<String>,
}

impl Platform {
    /// Provisions an empty platform; the sample site will be at `site`.
    pub(super) async fn provision(core: &Core, site: SocketAddr) -> Result<Self, StartError> {
        let now = core.clock.now();
        let platform = Self {
            client: ClientId::generate(now),
            secret: Credential::generate(Kind::ClientSecret, now).into_text(),
            domain: DOMAIN,
            owner_password: password(),
            tester_password: password(),
            staff_password: password(),
            visitors_password: password(),
        };
        apply(core, platform.file(site).expose()).await?;
        apply(core, platform.visitors().expose()).await?;
        Ok(platform)
    }

    /// Has the client ask to be verified.
    pub(super) async fn apply_for_verification(&self, core: &Core) -> Result<(), StartError> {
        apply(core, &self.verification()).await
    }

    /// Who has logged in, and how often. The sample site is for whoever looks at the demo: it asks them for consent.
    pub(super) fn guests(&self) -> Vec<Visitor<'_>> {
        let callback = format!("https://{SECOND_DOMAIN}/callback");
        let password = &self.visitors_password;
        let visitor = |(email, every)| Visitor { email, password, callback: callback.clone(), every };
        VISITORS.into_iter().zip(1..).map(visitor).collect()
    }

    /// Those who log in at the second domain, as a file.
    fn visitors(&self) -> Secret<String> {
        let password = self.visitors_password.expose();
        let people = VISITORS.iter().zip(1..).map(|(email, number)| {
            format!(
                "[[users]]\nemail = \"{email}\"\npassword = \"{password}\"\ngiven_name = \"Visitor\"\n\
                 family_name = \"{number}\"\nemail_verified = true\n"
            )
        });
        Secret::new(people.collect())
    }

    fn verification(&self) -> String {
        let client = self.client;
        format!(
            r#"
[[clients]]
id = "{client}"
name = "Analytical Engines"
owner = "{OWNER}"

  [[clients.verifications]]
  domains = ["{SECOND_DOMAIN}"]
  scopes = ["userinfo", "useraddresses"]
  state = "pending"
  notes = "We send a card on birthdays, to the address that you choose."
"#
        )
    }

    /// The provisioning file, which a partner's operator would write.
    #[expect(clippy::too_many_lines, reason = "a provisioning file stands in it whole")]
    fn file(&self, site: SocketAddr) -> Secret<String> {
        let Self { client, secret, domain, owner_password, tester_password, staff_password, .. } = self;
        let (secret, owner_password, tester_password, staff_password) =
            (secret.expose(), owner_password.expose(), tester_password.expose(), staff_password.expose());
        Secret::new(format!(
            r#"
[[users]]
email = "{OWNER}"
password = "{owner_password}"
given_name = "Ada"
family_name = "Lovelace"
email_verified = true
plan = "paid"
locale = "en-GB"
zoneinfo = "Europe/London"
birth_date = "1815-12-10"
country = "GB"

[[users]]
email = "{TESTER}"
password = "{tester_password}"
given_name = "Charles"
family_name = "Babbage"
email_verified = true
locale = "en-GB"
zoneinfo = "Europe/London"
birth_date = "1791-12-26"
country = "GB"

[[users]]
email = "{STAFF}"
password = "{staff_password}"
given_name = "Mary"
family_name = "Somerville"
email_verified = true
locale = "en-GB"
zoneinfo = "Europe/London"
staff = "admin"

[[clients]]
id = "{client}"
name = "Analytical Engines"
owner = "{OWNER}"
contact_email = "{OWNER}"
homepage_url = "https://{domain}/"
privacy_url = "https://{domain}/privacy"
terms_url = "https://{domain}/terms"
scopes = ["openid", "profile", "email", "offline_access", "providers", "userinfo", "useraddresses", "address", "phone"]

  [[clients.secrets]]
  label = "Standard Key"
  value = "{secret}"

  [[clients.domains]]
  root_domain = "{domain}"
  internal_name = "Sample site"
  server_ips = ["127.0.0.1", "::1"]
  fallback_uri = "http://{site}/fallback"
  allow_login = true
  allow_api = true
  active = true
  primary = true
  test_mode = true
  ownership = "proven"
  secrets = ["Standard Key"]
  urls = [
    {{ kind = "callback", url = "http://{site}/callback" }},
    {{ kind = "callback", url = "http://{site}/native/callback" }},
    {{ kind = "logout", url = "http://{site}/" }},
  ]

  [[clients.domains]]
  root_domain = "{SECOND_DOMAIN}"
  internal_name = "Shop"
  allow_login = true
  active = true
  ownership = "proven"
  secrets = ["Standard Key"]
  urls = [{{ kind = "callback", url = "https://{SECOND_DOMAIN}/callback" }}]

  [[clients.requests]]
  kind = "test"
  email = "{TESTER}"
  state = "accepted"
"#
        ))
    }

    /// Addresses of logins that a partner gets wrong at first, each for a reason of its own.
    pub(super) fn refused_logins(&self, site: SocketAddr) -> [String; 4] {
        let client = self.client;
        let authorize = |rest: &str| format!("/oauth/authorize?client_id={client}&scope=openid&state=demo&{rest}");
        let callback = format!("redirect_uri=http%3A%2F%2F{site}%2Fcallback");
        [
            authorize(&format!("response_type=code&{callback}%2F")),
            authorize(&format!("response_type=token&{callback}")),
            authorize(&format!("response_type=code&{callback}")),
            authorize(&format!("response_type=code&redirect_uri=https%3A%2F%2F{SECOND_DOMAIN}%2Fwelcome")),
        ]
    }

    /// What a person needs in order to look around.
    pub(super) fn told(&self, issuer: &str, site: &str, mail: &Path) -> String {
        let Self { client, secret, domain, owner_password, tester_password, staff_password, .. } = self;
        let (secret, owner_password, tester_password, staff_password) =
            (secret.expose(), owner_password.expose(), tester_password.expose(), staff_password.expose());
        let mail = mail.display();
        format!(
            "
  XWMS                {issuer}
  Analytical Engines  {site}   a partner's site: log in there with XWMS

  Ada Lovelace        {OWNER}      password {owner_password}
                      owns the client, on a paid account: sign in at {issuer}/clients
  Charles Babbage     {TESTER}  password {tester_password}
                      has accepted a test user request
  Mary Somerville     {STAFF}     password {staff_password}
                      is an admin of the staff: sign in at {issuer}/staff

  Client              {client}
  Secret              {secret}
  Domain              {domain}, in test mode
  Mail                {mail}

  Ctrl-C ends the demo and removes all of this.
"
        )
    }
}

async fn apply(core: &Core, file: &str) -> Result<(), StartError> {
    let applied = provision::apply(core, file, provision::Options::default()).await;
    applied.map(drop).map_err(|error| StartError(format!("the demo's platform can't be provisioned: {error:?}")))
}

/// 80 bits, in letters and digits that are not mistaken for each other.
fn password() -> Secret<String> {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random::bytes::<16>().map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    Secret::new(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn st_10_every_demo_has_passwords_of_its_own() {
        let passwords = [password(), password()];
        assert_ne!(passwords[0].expose(), passwords[1].expose());
        for password in passwords {
            let password = password.expose();
            assert_eq!((password.len(), password.matches('-').count()), (19, 3));
        }
    }
}
