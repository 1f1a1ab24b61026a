//! What the site is told at its start.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use url::Url;

/// Where the site listens, and how XWMS knows it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that browsers reach the site at; its callback URLs begin with `http://` and this.
    pub listen: SocketAddr,
    /// The issuer: an origin without path, such as `http://127.0.0.1:8080`.
    pub issuer: Url,
    /// The client's id, `client_…`.
    pub client_id: String,
    /// A secret of the client that is linked to `domain`.
    pub client_secret: Secret,
    /// The domain that this site is, sent as `X-Client-Domain`: its root domain, a host, or its id.
    pub domain: String,
}

/// A text that is shown nowhere by accident: it has no `Display`, and its `Debug` says `[secret]`.
#[derive(Clone)]
pub struct Secret(String);

/// A setting that is missing or not well-formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// Name of the environment variable.
    pub name: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl Settings {
    /// Reads `PARTNER_LISTEN` (default `127.0.0.1:8081`), `PARTNER_ISSUER` (default `http://127.0.0.1:8080`),
    /// `PARTNER_CLIENT_ID`, `PARTNER_CLIENT_SECRET` and `PARTNER_DOMAIN` through `variable`.
    ///
    /// # Errors
    /// The first variable that is missing or not well-formed.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Settings, SettingsError> {
        let required = |name: &'static str| {
            variable(name).filter(|text| !text.is_empty()).ok_or(SettingsError { name, reason: "is not set" })
        };
        let listen = match variable("PARTNER_LISTEN") {
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)),
            Some(text) => text
                .parse()
                .map_err(|_| SettingsError { name: "PARTNER_LISTEN", reason: "is no address with a port" })?,
        };
        let issuer = variable("PARTNER_ISSUER").unwrap_or_else(|| "http://127.0.0.1:8080".to_owned());
        let issuer =
            Url::parse(&issuer).map_err(|_| SettingsError { name: "PARTNER_ISSUER", reason: "is no absolute URL" })?;
        Ok(Settings {
            listen,
            issuer,
            client_id: required("PARTNER_CLIENT_ID")?,
            client_secret: Secret::new(required("PARTNER_CLIENT_SECRET")?),
            domain: required("PARTNER_DOMAIN")?,
        })
    }

    /// The site's own origin, as browsers write it: without the default port.
    pub(crate) fn origin(&self) -> String {
        let origin = format!("http://{}", self.listen);
        origin.strip_suffix(":80").map(str::to_owned).unwrap_or(origin)
    }

    /// The issuer as XWMS writes it. A parsed URL always has a path, and the issuer has none; issuers are compared
    /// byte by byte.
    pub(crate) fn issuer_text(&self) -> String {
        self.issuer.as_str().trim_end_matches('/').to_owned()
    }
}

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment variable {} {}", self.name, self.reason)
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str) -> Option<String> {
        match name {
            "PARTNER_CLIENT_ID" => Some("client_engines".to_owned()),
            "PARTNER_CLIENT_SECRET" => Some("difference".to_owned()),
            "PARTNER_DOMAIN" => Some("engines.example".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn listen_and_issuer_have_defaults() {
        let settings = Settings::read(variable).unwrap();

        assert_eq!(settings.origin(), "http://127.0.0.1:8081");
        assert_eq!(settings.issuer_text(), "http://127.0.0.1:8080");
    }

    #[test]
    fn a_bad_or_missing_variable_is_named() {
        let rows = [
            ("PARTNER_LISTEN", Some("8081")),
            ("PARTNER_ISSUER", Some("127.0.0.1")),
            ("PARTNER_CLIENT_ID", None),
            ("PARTNER_CLIENT_SECRET", Some("")),
            ("PARTNER_DOMAIN", None),
        ];
        for (name, value) in rows {
            let read = |asked: &str| if asked == name { value.map(str::to_owned) } else { variable(asked) };

            assert_eq!(Settings::read(read).unwrap_err().name, name);
        }
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let shown = format!("{:?}", Settings::read(variable).unwrap());

        assert!(shown.contains("[secret]") && !shown.contains("difference"), "{shown}");
    }
}
