//! Root domains: the sites of a client (SPEC §2.5).

use std::convert::Infallible;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::host::Host;
use super::stored_text;
use crate::error::FieldIssue;
use crate::text;

/// Names that lead to no public site (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's `internal`).
/// `example` and `test` are not among them: they lead nowhere, so nobody can be harmed by them.
const SPECIAL_USE: [&str; 7] = ["local", "localhost", "internal", "onion", "invalid", "alt", "home.arpa"];

/// The registered name of a site, in lower-case A-labels. Hosts below it belong to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct RootDomain(String);

impl RootDomain {
    /// Reads a root domain that a new domain may have.
    ///
    /// # Errors
    /// As [`RootDomain::read`] and [`RootDomain::check`].
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let root = Self::read(text)?;
        root.check(false).map(|()| root)
    }

    /// The same for a new domain in test mode, where names such as `x.local` are allowed too.
    ///
    /// # Errors
    /// As [`RootDomain::parse`], without `special_use`.
    pub fn parse_for_test(text: &str) -> Result<Self, FieldIssue> {
        let root = Self::read(text)?;
        root.check(true).map(|()| root)
    }

    /// Reads the name of a site. Case, one final dot and U-labels are canonicalised.
    ///
    /// # Errors
    /// `malformed`, `ip_address`, or `localhost`.
    pub fn read(text: &str) -> Result<Self, FieldIssue> {
        match Host::parse(text) {
            Ok(Host::Ip(_)) => Err(text!("ip_address")),
            Ok(Host::Name(name)) if name == "localhost" => Err(text!("localhost")),
            Ok(Host::Name(name)) => Ok(Self(name)),
            Err(_) => Err(text!("malformed-root_domain")),
        }
    }

    /// Whether a domain may get this name, by today's Public Suffix List. One that has it keeps it.
    ///
    /// # Errors
    /// `public_suffix` (the private ones of the list too), `single_label`, or, unless `test_mode`, `special_use`.
    pub fn check(&self, test_mode: bool) -> Result<(), FieldIssue> {
        let name = self.as_str();
        if is_public_suffix(name) {
            return Err(text!("public_suffix", name = name));
        }
        if !name.contains('.') {
            return Err(text!("single_label"));
        }
        let is_special =
            || SPECIAL_USE.iter().any(|special| name.strip_suffix(special).is_some_and(|rest| rest.ends_with('.')));
        if !test_mode && is_special() { Err(text!("special_use")) } else { Ok(()) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    // Trusted as it is: a later edition of the suffix list must not lock a stored client out.
    fn from_stored(text: String) -> Result<Self, Infallible> {
        Ok(Self(text))
    }
}

stored_text!(RootDomain);

/// Whether strangers register right below this name: it is on the list, or a wildcard below it is (`*.kawasaki.jp`).
fn is_public_suffix(name: &str) -> bool {
    let listed = |name: &str| psl::suffix(name.as_bytes()).is_some_and(|suffix| suffix.is_known() && suffix == name);
    listed(name) || listed(&format!("any-label-at-all.{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        RootDomain::parse(text).map_or_else(|issue| issue.code().to_owned(), |_| "fine".to_owned())
    }

    #[test]
    fn a_root_domain_has_one_spelling() {
        for (text, root) in [
            ("engines.example", "engines.example"),
            ("Engines.Example.", "engines.example"),
            ("bücher.de", "xn--bcher-kva.de"),
            ("app.engines.example", "app.engines.example"),
            ("engines.co.uk", "engines.co.uk"),
            ("ada.github.io", "ada.github.io"),
            ("city.kawasaki.jp", "city.kawasaki.jp"),
        ] {
            assert_eq!(RootDomain::parse(text).unwrap().as_str(), root);
        }
    }

    #[test]
    fn each_bad_root_domain_gets_its_reason() {
        let label = format!("{}.example", "a".repeat(64));
        let long = format!("{}examples", "abcde.".repeat(41));
        let rows = [
            ("https://engines.example", "malformed"),
            ("engines.example/", "malformed"),
            ("engines.example:443", "malformed"),
            ("ada@engines.example", "malformed"),
            ("*.engines.example", "malformed"),
            ("x..y", "malformed"),
            ("-x.example", "malformed"),
            ("0x7f.1", "malformed"),
            ("2130706433", "malformed"),
            ("", "malformed"),
            (&label, "malformed"),
            (&long, "malformed"),
            ("1.2.3.4", "ip_address"),
            ("[::1]", "ip_address"),
            ("engines", "single_label"),
            ("com", "public_suffix"),
            ("localhost", "localhost"),
            ("co.uk", "public_suffix"),
            ("github.io", "public_suffix"),
            ("GitHub.io.", "public_suffix"),
            ("vercel.app", "public_suffix"),
            ("s3.amazonaws.com", "public_suffix"),
            ("kawasaki.jp", "public_suffix"),
            ("any.kawasaki.jp", "public_suffix"),
            ("公司.cn", "public_suffix"),
            ("x.local", "special_use"),
            ("x.internal", "special_use"),
            ("x.onion", "special_use"),
            ("x.localhost", "special_use"),
            ("home.arpa", "public_suffix"),
            ("x.home.arpa", "special_use"),
        ];
        for (text, reason) in rows {
            assert_eq!(code(text), reason, "{text}");
        }
    }

    #[test]
    fn test_mode_lets_private_names_in_and_nothing_else() {
        assert_eq!(RootDomain::parse_for_test("x.local").unwrap().as_str(), "x.local");
        for text in ["localhost", "local", "github.io", "127.0.0.1"] {
            assert!(RootDomain::parse_for_test(text).is_err(), "{text}");
        }
    }
}
