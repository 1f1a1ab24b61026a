//! Reads the layers into the configuration, and checks what one key asks of another.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::layers::{distance, merge, parse, paths, set};
use super::{Config, MailTransport};
use crate::crypto::signed_request::{ReporterKey, WebhookKey};
use crate::model::server_ip::ServerIp;

const DEFAULT: &str = include_str!("../../../config/default.toml");
const PREFIX: &str = "XWMS__";

/// What is wrong with the configuration, and where: a text for the operator. It holds no line of a file and no value of a
/// key that may hold a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) const fn new(told: String) -> Self {
        Self(told)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the defaults, the file, and of the environment what begins with `XWMS__`.
    ///
    /// # Errors
    /// The first thing that is wrong: an unknown key with its neighbours, a value out of range, keys that contradict each
    /// other.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = parse(DEFAULT, "config/default.toml")?;
        let known = paths(&table, "");
        if let Some(file) = file {
            let place = file.display().to_string();
            let text = std::fs::read_to_string(file)
                .map_err(|why| ConfigError::new(format!("{place} can't be read: {why}")))?;
            merge(&mut table, parse(&text, &place)?, &place, "", &known)?;
        }
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(PREFIX) {
                set(&mut table, &name, &path.to_lowercase().replace("__", "."), &value, &known)?;
            } else if let Some(meant) = meant_by(&name, &known) {
                return Err(ConfigError::new(format!("{name}: write {meant}, with two underscores")));
            }
        }
        let mut config: Self = table.try_into().map_err(|why: toml::de::Error| ConfigError::new(one_line(&why)))?;
        config.server.issuer = issuer(&config)?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let loopback = self.server.listen.ip().is_loopback();
        let longest_token = self.tokens.access_token_seconds.duration().max(self.tokens.id_token_seconds.duration());
        let url = self.database.url.expose();
        let path = url.strip_prefix("sqlite://");
        let rules = [
            (
                path.is_none_or(|path| {
                    !path.is_empty() && !path.starts_with([':']) && !path.starts_with("file:") && !path.contains('?')
                }),
                "database.url: behind sqlite:// stands a path and nothing else, such as sqlite://data/xwms.db; a database \
                 in memory, file: and parameters are not taken",
            ),
            (
                loopback || !self.webhooks.allow_loopback,
                "webhooks.allow_loopback may be true only when server.listen is a loopback address",
            ),
            (
                loopback || self.limits.enabled,
                "limits.enabled may be false only when server.listen is a loopback address",
            ),
            (
                ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)),
                "database.url begins with sqlite:// or postgres://",
            ),
            (
                self.mail.transport != MailTransport::Smtp || !self.mail.smtp_url.expose().is_empty(),
                "mail.smtp_url is empty, and mail.transport is \"smtp\"",
            ),
            (
                self.mail.transport != MailTransport::File || !self.mail.dir.is_empty(),
                "mail.dir is empty, and mail.transport is \"file\"",
            ),
            (!self.keys.master_key_file.is_empty(), "keys.master_key_file is empty"),
            (
                self.keys.publish_hours.duration() < self.keys.signing_days.duration(),
                "keys.publish_hours must be shorter than keys.signing_days",
            ),
            (
                self.keys.retired_hours.duration() >= longest_token,
                "keys.retired_hours must be as long as tokens.access_token_seconds and tokens.id_token_seconds, or \
                 tokens outlive the key they are checked with",
            ),
            (
                self.tokens.refresh_sliding_days.duration() <= self.tokens.refresh_absolute_days.duration(),
                "tokens.refresh_sliding_days must not be longer than tokens.refresh_absolute_days",
            ),
            (
                self.passwords.memory_kib.get() >= 8 * self.passwords.lanes.get(),
                "passwords.memory_kib must be at least 8 for each of passwords.lanes",
            ),
        ];
        match rules.iter().find(|(kept, _)| !kept) {
            Some((_, told)) => Err(ConfigError::new((*told).to_owned())),
            None => Ok(()),
        }
    }
}

/// The variable that is meant by one which begins with a section of ours after a single underscore.
fn meant_by(name: &str, known: &[String]) -> Option<String> {
    let rest = name.strip_prefix("XWMS_")?.to_lowercase().replace("__", "_");
    let of_section = known.iter().filter(|path| {
        let section = path.split_once('.').map(|(section, _)| section);
        section.is_some_and(|section| rest.strip_prefix(section).is_some_and(|rest| rest.starts_with('_')))
    });
    let near = of_section.min_by_key(|path| distance(&path.replace('.', "_"), &rest))?;
    Some(format!("{PREFIX}{}", near.to_uppercase().replace('.', "__")))
}

/// The issuer as configured, or that of the address listened on.
fn issuer(config: &Config) -> Result<String, ConfigError> {
    let set = &config.server.issuer;
    let text = if set.is_empty() { format!("http://{}", config.server.listen) } else { set.clone() };
    let wrong = |why: &str| ConfigError::new(format!("server.issuer {text}: {why}"));
    let url = url::Url::parse(&text).map_err(|_| wrong("is no URL"))?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ if set.is_empty() => return Err(wrong("set it: what is not loopback needs an https address of its own")),
        _ => return Err(wrong("must be https; http is for loopback addresses only")),
    }
    let origin = url.origin().ascii_serialization();
    // Made from the address, it may say a port that goes without saying; set by hand it has to be the text that relying
    // parties compare.
    if !set.is_empty() && origin != text {
        return Err(wrong(&format!("must be an origin, without path, final slash or default port: {origin}")));
    }
    Ok(origin)
}

fn one_line(why: &toml::de::Error) -> String {
    why.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn server_ips<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ServerIp>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let read = |text: &String| ServerIp::parse(text).map_err(|why| D::Error::custom(format!("{text}: {}", why)));
    texts.iter().map(read).collect()
}

pub(super) fn webhook_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WebhookKey>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let message = "a secret is whsec_ and the base64 of 24 to 64 bytes";
    WebhookKey::parse(&text).map(Some).ok_or_else(|| D::Error::custom(message))
}

pub(super) fn reporters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ReporterKey>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let message = "a reporter is the identifier of its key, =, and the base64 of its public key: P-256, as in PEM";
    texts.iter().map(|text| ReporterKey::parse(text).ok_or_else(|| D::Error::custom(message))).collect()
}

pub(super) fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    listening(&text).map(Some).map_err(D::Error::custom)
}

pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    listening(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// An address of this machine with a port. `localhost` is the loopback address, whatever the machine's own names say.
fn listening(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let wrong = |_| format!("{text:?} is no address with a port, such as 127.0.0.1:8080, [::1]:8080 or localhost:8080");
    numeric.as_deref().unwrap_or(text).parse().map_err(wrong)
}

/// An address that a page may link to.
pub(super) fn optional_link<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    let scheme = url::Url::parse(&text).ok().map(|url| url.scheme().to_owned());
    match scheme.as_deref() {
        Some("https" | "http" | "mailto") => Ok(Some(text)),
        _ => Err(D::Error::custom(format!("{text} is no https:// or mailto: address"))),
    }
}

pub(super) fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?.to_lowercase();
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || !name.bytes().all(good) {
        return Err(D::Error::custom(format!("{name:?} is no header name")));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::super::layers::join;
    use super::*;
    use toml::{Table, Value};

    const OPEN: (&str, &str) = ("XWMS__SERVER__LISTEN", "0.0.0.0:80");
    const HTTPS: (&str, &str) = ("XWMS__SERVER__ISSUER", "https://id.example");

    fn load(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn load_file(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("xwms.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), [("XWMS__TOKENS__CODE_SECONDS".to_owned(), "20".to_owned())])
    }

    fn numbers(table: &Table, above: &str) -> Vec<String> {
        let of = |(key, value): (&String, &Value)| match value {
            Value::Table(inner) => numbers(inner, &join(above, key)),
            Value::Integer(_) => vec![join(above, key)],
            _ => vec![],
        };
        table.iter().flat_map(of).collect()
    }

    fn variable(path: &str) -> String {
        format!("{PREFIX}{}", path.to_uppercase().replace('.', "__"))
    }

    #[test]
    fn f_28_a_variable_with_one_underscore_is_no_silence() {
        let rows = [
            ("XWMS_SERVER_LISTEN", Some("XWMS__SERVER__LISTEN")),
            ("XWMS_SERVER__LISTN", Some("XWMS__SERVER__LISTEN")),
            ("XWMS_LOG_FILTER", Some("XWMS__LOG__FILTER")),
            ("XWMS_CLIENT_ID", None),
            ("XWMS_ISSUER", None),
            ("XWMS_TEST_REQUIRE", None),
        ];
        for (name, meant) in rows {
            let told = load(&[(name, "info")]).err().map(|why| why.to_string());
            let expected = meant.map(|meant| format!("{name}: write {meant}, with two underscores"));
            assert_eq!(told, expected, "{name}");
        }
    }

    #[test]
    fn f_19_an_address_that_sqlite_would_take_for_something_else_is_refused() {
        for url in ["sqlite:///d/x.db?mode=rwc", "sqlite://file:q.db", "sqlite://:memory:", "sqlite://"] {
            let told = load(&[("XWMS__DATABASE__URL", url)]).unwrap_err().to_string();
            assert!(told.contains("a path and nothing else"), "{url}: {told}");
        }
    }

    #[test]
    fn f_33_an_address_to_listen_on_is_told_how_to_be_written() {
        let local = load(&[("XWMS__SERVER__LISTEN", "localhost:9000")]).unwrap();
        assert_eq!(local.server.listen.to_string(), "127.0.0.1:9000");
        for key in ["LISTEN", "METRICS_LISTEN"] {
            for text in ["8080", "id.example:8080", "127.0.0.1", ":8080", "localhost:http"] {
                let told = load(&[(&format!("XWMS__SERVER__{key}"), text)]).unwrap_err().to_string();
                let place = format!("server.{}", key.to_lowercase());
                for part in [text, "such as 127.0.0.1:8080", &place] {
                    assert!(told.contains(part), "{key}={text}: {told}");
                }
            }
        }
    }

    #[test]
    fn the_defaults_are_read_and_each_has_its_comment() {
        // No field has a default in code and none is left out, so what loads has the keys of the struct, no more, no less.
        load(&[]).unwrap();
        let mut above = "";
        for line in DEFAULT.lines() {
            let is_key = !line.is_empty() && !line.starts_with(['#', '[']);
            assert!(!is_key || above.starts_with("# "), "no comment above {line}");
            above = line;
        }
    }

    #[test]
    fn a_key_that_is_left_out_of_the_defaults_is_missed() {
        for path in paths(&DEFAULT.parse().unwrap(), "") {
            let mut table: Table = DEFAULT.parse().unwrap();
            let (section, key) = path.rsplit_once('.').unwrap_or(("", &path));
            let inner = section.split('.').filter(|section| !section.is_empty());
            inner.fold(&mut table, |table, section| table[section].as_table_mut().unwrap()).remove(key);
            assert!(table.try_into::<Config>().is_err(), "{path}");
        }
    }

    #[test]
    fn every_number_has_a_range_and_is_named_when_out_of_it() {
        let all = numbers(&DEFAULT.parse().unwrap(), "");
        assert!(all.len() > 30, "{all:?}");
        for path in all {
            for value in ["-1", "9999999999", "9223372036854775807"] {
                let told = load(&[(&variable(&path), value)]).unwrap_err().to_string();
                for part in [path.as_str(), value, "between"] {
                    assert!(told.contains(part), "{path} = {value}: {told}");
                }
            }
        }
    }

    #[test]
    fn layers_stand_on_each_other() {
        let config = load_file("[server]\nlisten = \"127.0.0.1:9000\"\n[tokens]\ncode_seconds = 30\n").unwrap();
        assert_eq!(config.server.issuer(), "http://127.0.0.1:9000");
        assert_eq!(config.tokens.code_seconds.duration().as_secs(), 20);
        assert_eq!(config.tokens.access_token_seconds.duration().as_secs(), 600);
    }

    #[test]
    fn the_environment_gives_texts_and_lists_as_they_are_or_as_toml() {
        for text in ["10.0.0.0/8, ::1", "10.0.0.0/8,::1,", "[\"10.0.0.0/8\", \"::1\"]"] {
            assert_eq!(load(&[("XWMS__SERVER__TRUSTED_PROXIES", text)]).unwrap().server.trusted_proxies.len(), 2);
        }
        assert!(load(&[("XWMS__SERVER__TRUSTED_PROXIES", "")]).unwrap().server.trusted_proxies.is_empty());
        for (text, read) in [("5", "5"), ("true", "true"), ("\"a b\"", "a b"), ("a \" b # c", "a \" b # c"), ("", "")] {
            assert_eq!(load(&[("XWMS__NATIVE__NAME", text)]).unwrap().native.name, read);
        }
        assert!(!load(&[("XWMS__LIMITS__ENABLED", "false")]).unwrap().limits.enabled);
        assert!(load(&[("PATH", "x"), ("XWMS_LOG", "x")]).is_ok());
    }

    #[test]
    fn the_issuer_is_an_origin() {
        type Row<'a> = (&'a [(&'a str, &'a str)], Result<&'a str, &'a str>);
        let rows: [Row<'_>; 12] = [
            (&[], Ok("http://127.0.0.1:8080")),
            (&[("XWMS__SERVER__LISTEN", "127.0.0.1:80")], Ok("http://127.0.0.1")),
            (&[("XWMS__SERVER__LISTEN", "[::1]:8080")], Ok("http://[::1]:8080")),
            (&[OPEN, HTTPS], Ok("https://id.example")),
            (&[("XWMS__SERVER__ISSUER", "http://localhost:8080")], Ok("http://localhost:8080")),
            (&[OPEN], Err("set it")),
            (&[("XWMS__SERVER__ISSUER", "https://id.example/")], Err("final slash")),
            (&[("XWMS__SERVER__ISSUER", "https://id.example:443")], Err("default port")),
            (&[("XWMS__SERVER__ISSUER", "https://ID.example")], Err("https://id.example")),
            (&[("XWMS__SERVER__ISSUER", "https://ada@id.example")], Err("must be an origin")),
            (&[("XWMS__SERVER__ISSUER", "http://id.example")], Err("must be https")),
            (&[("XWMS__SERVER__ISSUER", "id.example")], Err("is no URL")),
        ];
        for (environment, expected) in rows {
            match (load(environment), expected) {
                (Ok(config), Ok(issuer)) => assert_eq!(config.server.issuer(), issuer),
                (Err(why), Err(told)) => assert!(why.to_string().contains(told), "{why}"),
                (got, _) => panic!("{environment:?}: {got:?}"),
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rows: [(&[(&str, &str)], &str); 20] = [
            (
                &[("XWMS__SERVER__LISTN", "x")],
                "XWMS__SERVER__LISTN: there is no key server.listn; did you mean server.listen",
            ),
            (&[("XWMS__SERVR__LISTEN", "x")], "did you mean server.listen"),
            (&[("XWMS__TOKENS__LISTEN", "x")], "did you mean server.listen"),
            (&[("XWMS__SERVER__LISTEN__PORT", "x")], "there is no key server.listen.port"),
            (&[("XWMS__", "x")], "there is no key"),
            (&[("XWMS__SERVER", "x")], "server is a section"),
            (&[("XWMS__TOKENS__CODE_SECONDS", "soon")], "tokens.code_seconds"),
            (&[("XWMS__TOKENS__CODE_SECONDS", "60.5")], "a whole number between 10 and 600"),
            (&[("XWMS__LOG__FORMAT", "xml")], "log.format"),
            (&[("XWMS__SERVER__LISTEN", "here")], "server.listen"),
            (&[("XWMS__SERVER__TRUSTED_PROXIES", "0.0.0.0/0")], "server.trusted_proxies"),
            (&[("XWMS__SERVER__FORWARDED_HEADER", "a b")], "server.forwarded_header"),
            (&[("XWMS__DATABASE__URL", "mysql://x")], "database.url begins with"),
            (&[("XWMS__MAIL__TRANSPORT", "smtp")], "mail.smtp_url is empty"),
            (&[("XWMS__KEYS__RETIRED_HOURS", "1"), ("XWMS__TOKENS__ID_TOKEN_SECONDS", "7200")], "keys.retired_hours"),
            (&[("XWMS__KEYS__SIGNING_DAYS", "1")], "keys.publish_hours"),
            (&[("XWMS__TOKENS__REFRESH_ABSOLUTE_DAYS", "1")], "tokens.refresh_sliding_days"),
            (&[("XWMS__PASSWORDS__MEMORY_KIB", "8"), ("XWMS__PASSWORDS__LANES", "2")], "passwords.memory_kib"),
            (&[OPEN, HTTPS, ("XWMS__LIMITS__ENABLED", "false")], "limits.enabled may be"),
            (&[OPEN, HTTPS, ("XWMS__WEBHOOKS__ALLOW_LOOPBACK", "true")], "webhooks.allow_loopback may be"),
        ];
        for (environment, told) in rows {
            let error = load(environment).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_file_is_as_strict_as_the_environment() {
        let rows = [
            ("[tokens]\ncode_second = 30\n", "there is no key tokens.code_second; did you mean tokens.code_seconds"),
            ("[servr]\nlisten = \"127.0.0.1:1\"\n", "there is no key servr; did you mean server"),
            ("server = 1\n", "server is a section"),
            ("[plans.paid]\nmax_client = 3\n", "did you mean plans.paid.max_clients"),
            ("[tokens]\naccess_token_seconds = 59\n", "tokens.access_token_seconds"),
            ("[server]\n\nlisten = \n", "line 3"),
        ];
        for (text, told) in rows {
            let error = load_file(text).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        let absent = Config::load(Some(Path::new("absent.toml")), []).unwrap_err().to_string();
        assert!(absent.starts_with("absent.toml can't be read"), "{absent}");
    }

    #[test]
    fn passwords_are_shown_neither_by_debug_nor_by_errors() {
        let config = load(&[
            ("XWMS__DATABASE__URL", "postgres://xwms:hunter2@db/x"),
            ("XWMS__MAIL__SMTP_URL", "smtps://xwms:hunter2@mail.example"),
        ]);
        assert!(!format!("{:?}", config.unwrap()).contains("hunter2"));
        let broken = load_file("[mail]\nsmtp_url = \"smtps://xwms:hunter2@mail.example\n").unwrap_err();
        assert!(!broken.to_string().contains("hunter2"), "{broken}");
        let refused = load(&[("XWMS__DATABASE__URL", "mysql://xwms:hunter2@db/x")]).unwrap_err();
        assert!(!refused.to_string().contains("hunter2"), "{refused}");
    }
}
