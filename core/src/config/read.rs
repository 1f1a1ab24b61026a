//! Reads the layers, tells what is wrong with them, and checks what one key asks of another.

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, Error as _};
use toml::{Table, Value};

use super::Config;
use crate::model::server_ip::ServerIp;

const DEFAULT: &str = include_str!("../../../config/default.toml");
const PREFIX: &str = "XWMS__";

/// What is wrong with the configuration, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(String);

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
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .map_err(|why| ConfigError(format!("{} can't be read: {why}", file.display())))?;
            let place = file.display().to_string();
            merge(&mut table, parse(&text, &place)?, &place, "")?;
        }
        for (name, value) in environment {
            if let Some(path) = name.strip_prefix(PREFIX) {
                set(&mut table, &name, path, &value)?;
            }
        }
        let mut config: Self =
            table.try_into().map_err(|why: toml::de::Error| ConfigError(why.to_string().trim().to_owned()))?;
        config.settle_issuer()?;
        config.check()?;
        Ok(config)
    }

    fn settle_issuer(&mut self) -> Result<(), ConfigError> {
        let server = &mut self.server;
        if server.issuer.is_empty() {
            server.issuer = format!("http://{}", server.listen);
        }
        let wrong = |why: &str| ConfigError(format!("server.issuer {}: {why}", server.issuer));
        let url = url::Url::parse(&server.issuer).map_err(|_| wrong("is no URL"))?;
        if url.origin().ascii_serialization() != server.issuer {
            return Err(wrong("must be an origin: scheme, host and port, in lower case, without a path or final slash"));
        }
        let loopback = match url.host() {
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        match url.scheme() {
            "https" => Ok(()),
            "http" if loopback => Ok(()),
            _ => Err(wrong("must be https; http is for loopback addresses only")),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let loopback = self.server.listen.ip().is_loopback();
        if !loopback && self.webhooks.allow_loopback {
            return Err(ConfigError("webhooks.allow_loopback may be true only when server.listen is a loopback address".to_owned()));
        }
        if !loopback && !self.limits.enabled {
            return Err(ConfigError("limits.enabled may be false only when server.listen is a loopback address".to_owned()));
        }
        let url = self.database.url.expose();
        if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(ConfigError("database.url begins with sqlite:// or postgres://".to_owned()));
        }
        Ok(())
    }
}

fn parse(text: &str, place: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|why: toml::de::Error| ConfigError(format!("{place}: {}", why.to_string().trim())))
}

/// Lays `over` on `table`; a key that is not there yet is unknown.
fn merge(table: &mut Table, over: Table, place: &str, path: &str) -> Result<(), ConfigError> {
    for (key, value) in over {
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match (table.get_mut(&key), value) {
            (None, _) => return Err(unknown(place, &full, &key, table)),
            (Some(Value::Table(inner)), Value::Table(over)) => merge(inner, over, place, &full)?,
            (Some(Value::Table(_)), _) => return Err(ConfigError(format!("{place}: {full} is a section"))),
            (Some(known), value) => *known = value,
        }
    }
    Ok(())
}

/// Sets one key from the environment. Its value is read as TOML where it is some, else as a text; where a list is
/// expected, a text is split at its commas.
fn set(table: &mut Table, name: &str, path: &str, text: &str) -> Result<(), ConfigError> {
    let lower = path.to_lowercase();
    let mut keys: Vec<&str> = lower.split("__").collect();
    let last = keys.pop().unwrap_or_default();
    let mut table = table;
    for key in keys {
        if !table.get(key).is_some_and(Value::is_table) {
            return Err(unknown(name, key, key, table));
        }
        table = match &mut table[key] {
            Value::Table(inner) => inner,
            _ => return Err(ConfigError(format!("{name} goes into a key that is no section"))),
        };
    }
    if !table.contains_key(last) {
        return Err(unknown(name, last, last, table));
    }
    let known = &mut table[last];
    *known = match (&*known, format!("value = {text}").parse::<Table>().ok().and_then(|mut read| read.remove("value"))) {
        (Value::String(_), _) => Value::String(text.to_owned()),
        (Value::Table(_), _) => return Err(ConfigError(format!("{name} names a section, not a key"))),
        (Value::Array(_), Some(Value::Array(list))) => Value::Array(list),
        (Value::Array(_), _) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
        (_, Some(value)) => value,
        (_, None) => return Err(ConfigError(format!("{name}: the value can't be read"))),
    };
    Ok(())
}

fn unknown(place: &str, full: &str, key: &str, table: &Table) -> ConfigError {
    let mut neighbours: Vec<&String> = table.keys().collect();
    neighbours.sort_by_key(|known| (distance(key, known), (*known).clone()));
    let nearest: Vec<&str> = neighbours.into_iter().take(3).map(String::as_str).collect();
    ConfigError(format!("{place}: there is no key {full}; near it are {}", nearest.join(", ")))
}

/// How many letters have to be changed, added or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let changed = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}

pub(super) fn server_ips<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ServerIp>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .map(|text| ServerIp::parse(text).map_err(|why| D::Error::custom(format!("{text}: {}", why.message))))
        .collect()
}

pub(super) fn optional_address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| D::Error::custom(format!("{text} is no address with a port")))
}

pub(super) fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?.to_lowercase();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || !name.bytes().all(token) {
        return Err(D::Error::custom(format!("{name} is no header name")));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::load(None, environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn every_default_has_a_comment_and_is_read() {
        load(&[]).unwrap();
        let mut commented = false;
        for line in DEFAULT.lines() {
            match line.trim() {
                "" => commented = false,
                line if line.starts_with('#') => commented = true,
                line if line.starts_with('[') => {}
                line => assert!(commented, "no comment above {line}"),
            }
        }
    }

    #[test]
    fn layers_stand_on_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("xwms.toml");
        std::fs::write(&file, "[server]\nlisten = \"127.0.0.1:9000\"\n[tokens]\ncode_seconds = 30\n").unwrap();
        let environment = [("XWMS__TOKENS__CODE_SECONDS".to_owned(), "20".to_owned()), ("PATH".to_owned(), "x".to_owned())];
        let config = Config::load(Some(&file), environment).unwrap();
        assert_eq!(config.server.issuer(), "http://127.0.0.1:9000");
        assert_eq!(config.tokens.code_seconds.duration().as_secs(), 20);
    }

    #[test]
    fn lists_are_taken_with_commas_and_as_toml() {
        for text in ["10.0.0.0/8, ::1", "[\"10.0.0.0/8\", \"::1\"]"] {
            let config = load(&[("XWMS__SERVER__TRUSTED_PROXIES", text)]).unwrap();
            assert_eq!(config.server.trusted_proxies.len(), 2);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rows: [(&[(&str, &str)], &str); 10] = [
            (&[("XWMS__SERVER__LISTN", "x")], "listn; near it are listen"),
            (&[("XWMS__SERVR__LISTEN", "x")], "servr; near it are server"),
            (&[("XWMS__SERVER", "x")], "names a section"),
            (&[("XWMS__TOKENS__CODE_SECONDS", "601")], "601 is not between 10 and 600"),
            (&[("XWMS__TOKENS__CODE_SECONDS", "soon")], "can't be read"),
            (&[("XWMS__SERVER__ISSUER", "https://id.example/")], "without a path or final slash"),
            (&[("XWMS__SERVER__ISSUER", "http://id.example")], "must be https"),
            (&[("XWMS__DATABASE__URL", "mysql://x")], "database.url begins with"),
            (&[("XWMS__SERVER__LISTEN", "0.0.0.0:80"), ("XWMS__SERVER__ISSUER", "https://id.example"), ("XWMS__LIMITS__ENABLED", "false")], "limits.enabled"),
            (&[("XWMS__SERVER__LISTEN", "0.0.0.0:80"), ("XWMS__SERVER__ISSUER", "https://id.example"), ("XWMS__WEBHOOKS__ALLOW_LOOPBACK", "true")], "webhooks.allow_loopback"),
        ];
        for (environment, told) in rows {
            let error = load(environment).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }

    #[test]
    fn passwords_in_urls_are_not_shown() {
        let config = load(&[("XWMS__DATABASE__URL", "postgres://xwms:hunter2@db/x")]).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
    }
}
