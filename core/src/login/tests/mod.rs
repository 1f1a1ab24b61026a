//! The use cases of this module on a database of their own and a clock moved by hand.

use std::net::IpAddr;
use std::time::Duration;

use super::registration::{self, NewAccount, NewUser};
use super::session::Session;
use super::sign_in::{Entered, FromBrowser, Refused, SignIn, SignedIn, sign_in};
use crate::clock::{Clock, Timestamp};
use crate::config::Config;
use crate::crypto::keys::{KeyRing, KeySet};
use crate::crypto::password::PasswordHasher;
use crate::crypto::seal::MasterKey;
use crate::database::{Conn, Db, Options};
use crate::error::Error;
use crate::gate::standing::PlanRules;
use crate::id::UserId;
use crate::mail::Mailer;
use crate::memory::snapshot_cache::SnapshotCache;
use crate::memory::verified_tokens::VerifiedTokens;
use crate::model::email::EmailAddress;
use crate::secret::Secret;
use crate::state::{Core, Parts};
use crate::text::Language;

mod accounts;
mod signing_in;

const ADA: &str = "ada@example.test";
const PASSWORD: &str = "correct horse battery staple";
const HERE: &str = "192.0.2.1";

struct World {
    core: Core,
    folder: tempfile::TempDir,
}

/// What a browser keeps.
#[derive(Default)]
struct Cookies {
    session: Option<String>,
    device: Option<String>,
}

impl World {
    /// Nobody there, everything as configured by default but for these settings and the cost of a password.
    async fn new(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cheap = [("MAIL__DIR", ""), ("PASSWORDS__MEMORY_KIB", "8"), ("PASSWORDS__ITERATIONS", "1")];
        let mail = folder.path().join("mail").display().to_string();
        let environment = cheap.iter().chain(settings).map(|(key, value)| {
            (format!("XWMS__{key}"), if *key == "MAIL__DIR" { mail.clone() } else { (*value).to_owned() })
        });
        let config = Config::load(None, environment).unwrap();
        let url = format!("sqlite://{}", folder.path().join("xwms.db").display());
        let options = Options { url, connections: 4, wait: Duration::from_secs(5), statements: None };
        let db = Db::open(&options).await.unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(1_769_860_800));
        let master_key = MasterKey::from_bytes(&[7; 32]);
        let plans = PlanRules { free: false, paid: true, grace: Duration::ZERO };
        let queue = config.passwords.queue.get() as usize;
        let core = Core::new(Parts {
            passwords: PasswordHasher::new(config.passwords.cost(), 2, queue).unwrap(),
            mailer: Mailer::new(&config.mail).unwrap(),
            keys: KeyRing::new(KeySet::new(Vec::new(), &master_key).unwrap()),
            snapshots: SnapshotCache::new(db.clone(), clock.clone(), plans, 1, Duration::from_secs(1)),
            attempts: Default::default(),
            secret_uses: Default::default(),
            token_uses: Default::default(),
            verified_tokens: VerifiedTokens::new(0),
            secret_guesses: Default::default(),
            outbound: crate::outbound::Outbound::nowhere(),
            ownership_checks: Default::default(),
            flow_room: Default::default(),
            outbox_bell: Default::default(),
            config,
            clock,
            db,
            master_key,
        });
        Self { core, folder }
    }

    async fn given_user(&self, email: &str) -> UserId {
        let hash = self.core.passwords.hash(Secret::new(PASSWORD.to_owned())).await.unwrap();
        let email = EmailAddress::parse(email).unwrap();
        let new = NewUser { email, password_hash: Some(hash), ..user_without_password() };
        let now = self.core.clock.now();
        self.change(async move |conn: &mut Conn| registration::create(conn, &new, now).await).await.unwrap()
    }

    async fn change<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        for<'c> F: AsyncFnOnce(&'c mut Conn) -> Result<T, Error>
            + crate::store::engine::writer::Change<&'c mut Conn, Result<T, Error>, Running: Send>
            + Send
            + 'static,
    {
        self.core.db.change(change).await
    }

    async fn sign_in_from(
        &self,
        address: &str,
        cookies: &Cookies,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, Refused> {
        let address: IpAddr = address.parse().unwrap();
        let from = SignIn {
            email,
            password: Secret::new(password.to_owned()),
            browser: FromBrowser {
                device: cookies.device.as_deref(),
                session: cookies.session.as_deref(),
                address,
                user_agent: "A Browser",
            },
        };
        match sign_in(&self.core, from).await? {
            Entered::In(signed_in) => Ok(*signed_in),
            Entered::Second(_) => panic!("nobody here has a second factor"),
        }
    }

    /// Signs in, and keeps the cookies.
    async fn sign_in(&self, cookies: &mut Cookies, email: &str, password: &str) -> Result<Session, Refused> {
        let signed_in = self.sign_in_from(HERE, cookies, email, password).await?;
        cookies.session = Some(signed_in.session_cookie.expose().clone());
        cookies.device = Some(signed_in.device_cookie.expose().clone());
        Ok(signed_in.session)
    }

    async fn register(&self, email: &str) -> Result<(), Error> {
        let new = NewAccount {
            email: email.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
            given_name: "Ada".to_owned(),
            family_name: "Lovelace".to_owned(),
            language: Language::English,
        };
        registration::register(&self.core, new, None, HERE.parse().unwrap()).await
    }

    /// The mails sent so far, as soon as there are so many, with lines joined.
    async fn mails(&self, count: usize) -> Vec<String> {
        let read = || {
            let files = std::fs::read_dir(self.folder.path().join("mail")).into_iter().flatten();
            let paths = files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some());
            paths.map(|path| std::fs::read_to_string(path).unwrap()).collect::<Vec<_>>()
        };
        // Sending has no end that anybody waits for, so this looks again and again.
        for _ in 0..5000 {
            if read().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let mails = read();
        assert_eq!(mails.len(), count);
        mails.into_iter().map(|mail| mail.replace("=\r\n", "").replace("=3D", "=")).collect()
    }
}

fn user_without_password() -> NewUser {
    NewUser {
        email: EmailAddress::parse(ADA).unwrap(),
        email_verified: false,
        password_hash: None,
        given_name: None,
        family_name: None,
        paid: true,
        staff: None,
    }
}

/// The token in the link of a mail.
fn token_in(mail: &str) -> String {
    let (_, rest) = mail.split_once("token=").unwrap();
    rest.chars().take_while(|&character| character.is_ascii_alphanumeric() || "-_".contains(character)).collect()
}

/// What became of a try, in a word.
fn word(result: &Result<SignedIn, Refused>) -> &'static str {
    match result {
        Ok(_) => "in",
        Err(Refused::WrongPassword) => "wrong",
        Err(Refused::TooMany { .. }) => "wait",
        Err(Refused::Busy) => "busy",
        Err(Refused::Failed(_)) => "failed",
    }
}
