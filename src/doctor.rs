//! `xwms doctor`: looks at an installation, says what is well and what is not, and changes nothing.

mod audit;

use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpStream;
use url::Url;
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::config::{Config, ConfigError, Keys, MailTransport};
use xwms_core::crypto::keys::KeyState;
use xwms_core::crypto::seal::{MasterKey, MasterKeyError};
use xwms_core::database::health::{self, Durability, Schema};
use xwms_core::database::{Conn, Db};
use xwms_core::error::Error;
use xwms_core::key_rotation;
use xwms_core::key_rotation::SigningKey;
use xwms_core::mail::Mailer;
use xwms_core::model::client::SigningAlg;

use crate::wire::StartError;
use crate::{database, log, output};

/// What `doctor` is told.
#[derive(Debug, clap::Args)]
pub struct DoctorArgs {
    /// Look for this seal in the chain of the audit log: one that was kept elsewhere, such as in the log of a server
    #[arg(long, value_name = "SEAL")]
    seal: Option<String>,
}

/// Checks what the configuration names, one line a check on standard output.
///
/// # Errors
/// When a check failed.
pub async fn run(config: Result<Config, ConfigError>, args: DoctorArgs) -> Result<(), StartError> {
    let findings = match &config {
        Ok(config) => {
            log::start(&config.log)?;
            examine(config, Clock::system().now(), args.seal.as_deref()).await
        }
        Err(why) => vec![Finding::fail("configuration", why)],
    };
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    output::result(&lines.join("\n"))?;
    match findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count() {
        0 => Ok(()),
        failed => Err(StartError(format!("{failed} of {} checks failed", findings.len()))),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// The outcome of one check.
#[derive(Debug)]
struct Finding {
    verdict: Verdict,
    subject: &'static str,
    text: String,
}

impl Finding {
    fn ok(subject: &'static str, text: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Ok, subject, text: text.to_string() }
    }

    fn warn(subject: &'static str, text: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Warn, subject, text: text.to_string() }
    }

    fn fail(subject: &'static str, text: impl fmt::Display) -> Self {
        Self { verdict: Verdict::Fail, subject, text: text.to_string() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "OK",
            Verdict::Warn => "WARN",
            Verdict::Fail => "FAIL",
        };
        // A text of several lines, such as a TOML error with its place, stays one check.
        write!(f, "{verdict:4}  {}: {}", self.subject, self.text.replace('\n', "\n      "))
    }
}

/// The public suffix list that this program was built with.
const PUBLIC_SUFFIX_LIST: &str = "psl 2.1.247";
/// Clocks of two machines that differ by more make tokens expire at odd times.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);
/// A running server rotates within seconds.
const ROTATION_TOLERANCE: Duration = Duration::from_secs(600);
const MAIL_SERVER_WAIT: Duration = Duration::from_secs(5);

async fn examine(config: &Config, now: Timestamp, seal: Option<&str>) -> Vec<Finding> {
    let mut findings = vec![Finding::ok("configuration", "it is complete and consistent"), issuer(config)];
    let rows = match database::existing(config).await {
        Ok(db) => look_into(&db, now, seal, &mut findings).await,
        Err(why) => {
            findings.push(Finding::fail("database", why));
            None
        }
    };
    let master_key = MasterKey::from_file(Path::new(&config.keys.master_key_file));
    findings.push(master_key_file(&master_key, rows.as_deref(), config));
    if let Some(rows) = &rows {
        findings.extend(signing_keys(rows, master_key.ok().as_ref(), &config.keys, now));
    }
    findings.push(mail(config).await);
    findings.push(Finding::ok("public suffix list", format!("that of {PUBLIC_SUFFIX_LIST}, built in")));
    findings
}

fn issuer(config: &Config) -> Finding {
    let issuer = config.server.issuer();
    match issuer.starts_with("https://") {
        true => Finding::ok("issuer", issuer),
        // The configuration lets http through for loopback only.
        false => Finding::ok("issuer", format!("{issuer}, on this machine only")),
    }
}

/// Checks the database itself, and brings the signing keys along.
async fn look_into(
    db: &Db,
    now: Timestamp,
    seal: Option<&str>,
    findings: &mut Vec<Finding>,
) -> Option<Vec<SigningKey>> {
    match ask(db, now, seal).await {
        Ok((found, rows)) => {
            findings.extend(found);
            Some(rows)
        }
        Err(error) => {
            findings.push(Finding::fail("database", told(&error)));
            None
        }
    }
}

async fn ask(db: &Db, now: Timestamp, seal: Option<&str>) -> Result<(Vec<Finding>, Vec<SigningKey>), Error> {
    let mut conn: Conn = db.read().await?;
    let mut findings = vec![schema(&health::schema(&mut conn).await?)];
    if let Some(durability) = health::durability(&mut conn).await? {
        findings.push(durable(&durability));
    }
    let theirs = health::clock(&mut conn).await?;
    let rows = key_rotation::list(db).await?;
    findings.push(clock(now, theirs, &rows));
    drop(conn);
    findings.extend(audit::look(db, now, seal).await?);
    Ok((findings, rows))
}

fn told(error: &Error) -> String {
    match error {
        Error::Unavailable => "it is away; the log says why".to_owned(),
        Error::Storage(why) => format!("it can't be read, perhaps for want of `xwms migrate`: {why}"),
        error => format!("it can't be read: {error:?}"),
    }
}

fn schema(schema: &Schema) -> Finding {
    let Schema { missing, unknown } = schema;
    if !unknown.is_empty() {
        Finding::fail("schema", format!("a newer program has changed it ({}): use that one", unknown.join(", ")))
    } else if !missing.is_empty() {
        Finding::fail("schema", format!("it is not up to date ({}): run `xwms migrate`", missing.join(", ")))
    } else {
        Finding::ok("schema", "it is up to date")
    }
}

fn durable(durability: &Durability) -> Finding {
    let Durability { synchronous_commit, fsync, synchronous_standby_names: names, .. } = durability;
    let Durability { synchronous, asynchronous, hidden, .. } = durability;
    let subject = "durability";
    let standbys = synchronous + asynchronous + hidden;
    let lost = "should one take over, changes that were acknowledged may be lost";
    if fsync != "on" {
        Finding::fail(subject, "fsync is off: a crash of the machine may lose all. Set it to on")
    } else if synchronous_commit == "off" {
        Finding::fail(subject, "synchronous_commit is off: a crash loses commits that were acknowledged. Set it to on")
    } else if synchronous_commit == "local" && standbys > 0 {
        Finding::warn(subject, format!("synchronous_commit is local, so no commit waits for a standby: {lost}"))
    } else if names.is_empty() && standbys > 0 {
        let cure = "Set synchronous_standby_names, for example to 'ANY 1 (*)', or Patroni's synchronous_mode";
        let text = "synchronous_standby_names is empty and every standby asynchronous";
        Finding::warn(subject, format!("{text} ({standbys}): {lost}. {cure}"))
    } else if !names.is_empty() && synchronous + hidden == 0 {
        let text = "is connected: every change waits until one is";
        Finding::fail(subject, format!("synchronous_standby_names is {names}, and none of them {text}"))
    } else if *asynchronous > 0 {
        let cure = "Let a synchronous one take over, as Patroni's synchronous_mode does";
        Finding::warn(subject, format!("{asynchronous} of {standbys} standbys are asynchronous: {lost}. {cure}"))
    } else if *hidden > 0 {
        let cure = "GRANT pg_read_all_stats to this database user to know";
        Finding::warn(subject, format!("{hidden} standbys may be asynchronous: {lost}. {cure}"))
    } else if *synchronous > 0 {
        let text = "and a commit waits for a standby as well";
        Finding::ok(subject, format!("synchronous_commit is {synchronous_commit}, {text} ({names})"))
    } else {
        Finding::ok(subject, format!("synchronous_commit is {synchronous_commit}, and there is no standby"))
    }
}

/// `theirs`: the clock of the database's machine.
fn clock(now: Timestamp, theirs: Option<Timestamp>, rows: &[SigningKey]) -> Finding {
    let apart = theirs.map_or(Duration::ZERO, |theirs| now.since(theirs).max(theirs.since(now)));
    if rows.iter().any(|row| row.published_at > now.after(CLOCK_TOLERANCE)) {
        Finding::fail("clock", format!("it says {now}, and a signing key was published after that"))
    } else if apart > CLOCK_TOLERANCE {
        Finding::warn("clock", format!("it is {} s apart from the database's", apart.as_secs()))
    } else {
        Finding::ok("clock", now)
    }
}

fn master_key_file(key: &Result<MasterKey, MasterKeyError>, rows: Option<&[SigningKey]>, config: &Config) -> Finding {
    match key {
        Ok(_) => Finding::ok("master key", format!("{}, for its owner only", config.keys.master_key_file)),
        Err(MasterKeyError::Missing(path)) if rows.is_some_and(<[SigningKey]>::is_empty) => {
            let path = path.display();
            match config.server.listen.ip().is_loopback() {
                true => Finding::warn("master key", format!("the first start will make {path}")),
                false => {
                    Finding::fail("master key", format!("there is none at {path}, and this server must be given one"))
                }
            }
        }
        Err(MasterKeyError::Missing(path)) if rows.is_none() => {
            let path = path.display();
            let text = "and without the database it can't be told whether one may be made";
            Finding::fail("master key", format!("there is none at {path}, {text}"))
        }
        Err(why) => Finding::fail("master key", why),
    }
}

fn signing_keys(rows: &[SigningKey], master_key: Option<&MasterKey>, keys: &Keys, now: Timestamp) -> Vec<Finding> {
    let subject = "signing keys";
    if rows.is_empty() {
        return vec![Finding::warn(subject, "there are none yet: the first start of the server makes them")];
    }
    let mut findings: Vec<Finding> = SigningAlg::ALL.iter().map(|alg| of_algorithm(*alg, rows, keys, now)).collect();
    let Some(master_key) = master_key else { return findings };
    let shut: Vec<String> =
        rows.iter().filter_map(|row| key_rotation::usable(row, master_key).err()).map(|why| why.to_string()).collect();
    findings.push(match shut.is_empty() {
        true => Finding::ok(subject, format!("the master key opens all {}", rows.len())),
        false => Finding::fail(subject, shut.join("\n")),
    });
    findings
}

fn of_algorithm(alg: SigningAlg, rows: &[SigningKey], keys: &Keys, now: Timestamp) -> Finding {
    let subject = "signing keys";
    let find = |state| rows.iter().find(|row| row.alg == alg && row.state == state);
    let Some(current) = find(KeyState::Current) else {
        return Finding::fail(subject, format!("none signs with {alg}: the next start of the server makes one"));
    };
    let until = key_rotation::signs_until(current, keys);
    match find(KeyState::Next) {
        Some(next) => {
            let from = next.signs_from.unwrap_or(until);
            let text = format!("{alg} {} signs; {} is published and signs from {from}", current.kid, next.kid);
            if from.after(ROTATION_TOLERANCE) < now { late(text) } else { Finding::ok(subject, text) }
        }
        None => {
            let text = format!("{alg} {} signs until {until}", current.kid);
            let publish = until.before(keys.publish_hours.duration());
            if publish.after(ROTATION_TOLERANCE) < now { late(text) } else { Finding::ok(subject, text) }
        }
    }
}

fn late(text: String) -> Finding {
    Finding::warn("signing keys", format!("{text}: this is overdue, and a running server would have done it"))
}

async fn mail(config: &Config) -> Finding {
    let subject = "mail";
    let config_mail = &config.mail;
    if let Err(why) = Mailer::new(config_mail) {
        return Finding::fail(subject, why);
    }
    match config_mail.transport {
        MailTransport::File if config.server.listen.ip().is_loopback() => {
            Finding::ok(subject, format!("into the folder {}", config_mail.dir))
        }
        MailTransport::File => {
            Finding::warn(subject, format!("it goes into the folder {} and reaches nobody", config_mail.dir))
        }
        MailTransport::Smtp => mail_server(config_mail.smtp_url.expose()).await,
    }
}

/// Whether somebody listens there. Nothing is sent.
async fn mail_server(url: &str) -> Finding {
    let subject = "mail";
    let Some((host, port)) = Url::parse(url).ok().and_then(|url| place(&url)) else {
        return Finding::fail(subject, "mail.smtp_url names no host");
    };
    match tokio::time::timeout(MAIL_SERVER_WAIT, TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Finding::ok(subject, format!("{host}:{port} takes connections")),
        Ok(Err(why)) => Finding::fail(subject, format!("{host}:{port}: {why}")),
        Err(_) => Finding::fail(subject, format!("{host}:{port} does not answer")),
    }
}

/// Where a mail URL leads; without a port, to the one that its scheme and TLS have (RFC 8314 §3.3).
fn place(url: &Url) -> Option<(String, u16)> {
    let usual = match url.scheme() {
        "smtps" => 465,
        _ if url.query_pairs().any(|(key, _)| key == "tls") => 587,
        _ => 25,
    };
    let host = url.host_str()?.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_owned(), url.port().unwrap_or(usual)))
}

#[cfg(test)]
mod tests;
