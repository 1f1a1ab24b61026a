//! A throw-away XWMS to measure: a folder, a database, three clients, and people.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::cores::Cores;
use crate::failure::Failure;
use crate::management::{EACH, Managed};
use crate::postgres::Cluster;
use crate::worker::Client;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// Where a platform's database is.
pub(crate) struct Where {
    /// Without one it is a SQLite file in the platform's own folder.
    pub(crate) url: Option<String>,
    pub(crate) database_pid: Option<u32>,
}

impl Where {
    /// A fresh database in this cluster, or a file.
    pub(crate) async fn new(cluster: Option<&Cluster>, name: &str) -> Result<Self, Failure> {
        Ok(match cluster {
            Some(cluster) => {
                Self { url: Some(cluster.database(name).await?), database_pid: Some(cluster.process.pid()) }
            }
            None => Self { url: None, database_pid: None },
        })
    }
}

/// What every person of the platform signs in with: it guards nothing.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

const SCOPE: &str = "openid profile email offline_access";

/// An XWMS that is set up and does not run yet.
pub(crate) struct Platform {
    folder: TempDir,
    program: PathBuf,
    pub(crate) cores: Cores,
    pub(crate) address: SocketAddr,
    pub(crate) database_url: String,
    /// First the one with ES256 ID tokens, then the one with RS256.
    pub(crate) clients: [Client; 2],
    /// A client beside them, for the management API.
    pub(crate) managed: Managed,
}

impl Platform {
    /// Sets up one with so many people.
    pub(crate) fn set_up(cores: Cores, program: &Path, place: &Where, people: usize) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("xwms-bench-").tempdir()?;
        let address = free_address()?;
        let database_url = place.url.clone();
        let place = folder.path().display();
        let database_url = database_url.unwrap_or_else(|| format!("sqlite://{place}/xwms.db"));
        // Everything else is as it is by default, the limits and the log too.
        let config = format!(
            "[server]\nlisten = \"{address}\"\n\
             [database]\nurl = \"{database_url}\"\n\
             [keys]\nmaster_key_file = \"{place}/master.key\"\n\
             [mail]\ndir = \"{place}/mail\"\n"
        );
        std::fs::write(folder.path().join("xwms.toml"), config)?;
        let client = |id: &str, secret: String, site: &str| Client {
            id: id.to_owned(),
            secret,
            redirect_uri: format!("https://app.{site}/callback"),
            scope: SCOPE.to_owned(),
            own_parameters: Vec::new(),
        };
        let mut platform = Self {
            folder,
            program: program.to_owned(),
            cores,
            address,
            database_url,
            clients: [
                client("client_01jd3v8m1efb9rkyq9wzvw2x4a", String::new(), "engines.example"),
                client("client_01jd3v8m1efb9rkyq9wzvw2x4b", String::new(), "looms.example"),
            ],
            managed: Managed { client: "client_01jd3v8m1efb9rkyq9wzvw2x4c".to_owned(), token: String::new() },
        };
        for index in 0..2 {
            platform.clients[index].secret = platform.run(&["secret", "new"])?.trim().to_owned();
        }
        std::fs::write(platform.path("partners.toml"), provisioning(&platform, people))?;
        platform.run(&["apply", "partners.toml"])?;
        let (user, client) = ("owner@example.test", &platform.managed.client);
        let new = ["token", "new", "--user", user, "--client", client];
        let may = [
            "secrets:read",
            "secrets:create",
            "secrets:delete",
            "domains:read",
            "domains:create",
            "domains:delete",
            "users:read",
            "attempts:read",
        ]
        .map(|may| ["--permission", may])
        .concat();
        platform.managed.token = platform.run(&[&new[..], &may[..]].concat())?.trim().to_owned();
        Ok(platform)
    }

    /// A file of the platform.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds to the configuration, before a server runs.
    pub(crate) fn configure(&self, more: &str) -> Result<(), Failure> {
        let mut file = std::fs::OpenOptions::new().append(true).open(self.path("xwms.toml"))?;
        Ok(file.write_all(more.as_bytes())?)
    }

    /// The program with these arguments, with the platform's configuration alone.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("XWMS__")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).args(["--config", "xwms.toml"]).args(arguments);
        command
    }

    /// Runs a command of the program to its end, and returns what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let output = self.command(arguments).stdin(Stdio::null()).output();
        let output = output.map_err(|why| Failure::of(&self.program.display().to_string(), why))?;
        if !output.status.success() {
            return Err(Failure::of("xwms", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The address of a person by number.
pub(crate) fn email(person: usize) -> String {
    format!("person-{person}@example.test")
}

/// An address of loopback that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn provisioning(platform: &Platform, people: usize) -> String {
    let mut file = String::from(
        "[[users]]\nemail = \"owner@example.test\"\ngiven_name = \"Charles\"\nemail_verified = true\nplan = \"paid\"\n",
    );
    for person in 0..people {
        // Writing into a String does not fail.
        let _ = write!(
            file,
            "[[users]]\nemail = \"{}\"\npassword = \"{PASSWORD}\"\ngiven_name = \"Ada\"\nfamily_name = \"Lovelace\"\n\
             email_verified = true\n",
            email(person)
        );
    }
    for (client, alg) in platform.clients.iter().zip(["ES256", "RS256"]) {
        let host = client.redirect_uri.split('/').nth(2).unwrap_or_default();
        let root = host.split_once('.').map_or(host, |(_, root)| root);
        let _ = write!(
            file,
            "[[clients]]\nid = \"{}\"\nname = \"{root}\"\nowner = \"owner@example.test\"\nid_token_alg = \"{alg}\"\n\
             scopes = [\"openid\", \"profile\", \"email\", \"offline_access\"]\n\
             [[clients.secrets]]\nlabel = \"Standard Key\"\nvalue = \"{}\"\n\
             [[clients.domains]]\nroot_domain = \"{root}\"\nactive = true\nallow_login = true\nallow_api = true\n\
             primary = true\nownership = \"proven\"\nsecrets = [\"Standard Key\"]\n\
             urls = [{{ kind = \"callback\", url = \"{}\" }}]\n",
            client.id, client.secret, client.redirect_uri
        );
    }
    let managed = &platform.managed.client;
    let _ = writeln!(file, "[[clients]]\nid = \"{managed}\"\nname = \"managed\"\nowner = \"owner@example.test\"");
    if people > 0 {
        let _ = writeln!(file, "[[clients.members]]\nemail = \"{}\"\nrole = \"admin\"", email(0));
    }
    for number in 1..=EACH {
        let _ = write!(
            file,
            "[[clients.secrets]]\nlabel = \"Key {number:02}\"\n\
             [[clients.domains]]\nroot_domain = \"site-{number:02}.example\"\nserver_ips = [\"192.0.2.{number}\"]\n\
             primary = {}\n",
            number == 1
        );
    }
    file
}
