//! What a provisioning file may hold (SPEC §8), with the names of SPEC §5.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::entries::{
    ClientEntry, DomainEntry, File, MemberEntry, RequestEntry, RoleEntry, ScopeEntry, SecretEntry, UrlEntry, UserEntry,
    VerificationEntry,
};
use super::reader::{Lines, Reader, Report};
use crate::contract::Findings;
use crate::contract::account::AccountSettings;
use crate::contract::domain::DomainSettings;
use crate::contract::secret::SecretSettings;
use crate::contract::url::NewUrl;
use crate::error::{Error, FieldError};
use crate::manage::accounts;
use crate::manage::domains;
use crate::manage::requests;
use crate::manage::secrets;
use crate::manage::urls;
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::role::RoleKey;
use crate::model::root_domain::RootDomain;
use crate::model::url::Allows;
use crate::model::verification::VerificationStatus;
use crate::secret::Secret;
use crate::text;

/// The largest file, in bytes: what `export` writes of a hundred thousand small clients fits.
pub const MAX_BYTES: usize = 1 << 26;

/// Reads a file; `issuer` is what fallbacks are held against.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong with it, each naming its path and its line.
pub(super) fn read(text: &str, issuer: &str) -> Result<(File, Lines), Error> {
    if text.len() > MAX_BYTES {
        return Err(Error::Invalid(vec![text!("too_long-file", max = MAX_BYTES >> 20).at("file")]));
    }
    let table = DeTable::parse(text).map_err(|error| Error::Invalid(vec![no_toml(text, &error)]))?;
    let report = Report::new(text);
    let file = Context { report: &report, issuer }.file(table.get_ref());
    let (errors, lines) = report.into_parts();
    if errors.is_empty() { Ok((file, lines)) } else { Err(Error::Invalid(lines.told(errors))) }
}

/// The parser's own words and the line. Not the line's text: a password may stand there.
fn no_toml(text: &str, error: &toml::de::Error) -> FieldError {
    let start = error.span().map_or(0, |span| span.start);
    let line = 1 + text.as_bytes().iter().take(start).filter(|&&byte| byte == b'\n').count();
    FieldError { line: Some(line), ..text!("malformed-toml", why = error.message()).at("file") }
}

struct Context<'t> {
    report: &'t Report<'t>,
    issuer: &'t str,
}

impl<'t> Context<'t> {
    fn file(&self, table: &'t DeTable<'t>) -> File {
        let reader = Reader::new(self.report, table, String::new());
        let scopes = self.entries(&reader, "scopes", Self::scope).unwrap_or_default();
        let users = self.entries(&reader, "users", Self::user).unwrap_or_default();
        let clients = self.entries(&reader, "clients", Self::client).unwrap_or_default();
        reader.end();
        let file = File { scopes, users, clients };
        self.unique(&file.scopes, |scope| (scope.path.as_str(), scope.name.as_str().to_owned()));
        self.unique(&file.users, |user| (user.path.as_str(), user.email.key().to_owned()));
        self.unique(&file.clients, |client| {
            let named = || {
                let owner = client.owner.as_ref().map(EmailAddress::key).unwrap_or_default();
                format!("{} ({owner})", client.fields.text("name").unwrap_or_default())
            };
            (client.path.as_str(), client.id.map_or_else(named, |id| id.to_string()))
        });
        file
    }

    fn scope(&self, reader: Reader<'t>) -> Option<ScopeEntry> {
        let (name, fields) = (reader.needed("name"), reader.settings());
        Some(ScopeEntry { path: reader.end(), name: name?, fields })
    }

    fn user(&self, reader: Reader<'t>) -> Option<UserEntry> {
        let email = reader.needed::<EmailAddress>("email");
        let fields = reader.settings::<AccountSettings>();
        let password = reader.value("password").map(Secret::new);
        if let (Some(email), Some(password)) = (&email, &password) {
            let names = ["given_name", "family_name"].map(|name| fields.text(name));
            self.report.value(reader.at("password"), accounts::check_password(password, email, names));
        }
        Some(UserEntry { path: reader.end(), email: email?, password, fields })
    }

    fn client(&self, reader: Reader<'t>) -> Option<ClientEntry> {
        let entry = ClientEntry {
            id: reader.value("id"),
            owner: reader.value("owner"),
            suspended: reader.value("suspended"),
            fields: reader.settings(),
            secrets: self.entries(&reader, "secrets", Self::secret),
            domains: self.entries(&reader, "domains", Self::domain),
            roles: self.entries(&reader, "roles", Self::role),
            members: self.entries(&reader, "members", Self::member),
            requests: self.entries(&reader, "requests", Self::request),
            verifications: self.entries(&reader, "verifications", Self::verification),
            path: reader.end(),
        };
        self.client_is_consistent(&entry);
        Some(entry)
    }

    /// Nothing in the file's lists is said twice.
    fn client_is_consistent(&self, entry: &ClientEntry) {
        let secrets = entry.secrets.as_deref().unwrap_or_default();
        self.unique(secrets, |secret| (secret.path.as_str(), secret.label.clone()));
        let domains = entry.domains.as_deref().unwrap_or_default();
        self.unique(domains, |domain| (domain.path.as_str(), domain.root.to_string()));
        for domain in domains.iter().filter(|domain| domain.fields.flag("primary") == Some(true)).skip(1) {
            self.report.add(format!("{}.primary", domain.path), text!("duplicate-primary"));
        }
        let roles = entry.roles.as_deref().unwrap_or_default();
        self.unique(roles, |role| (role.path.as_str(), role.key.as_str().to_owned()));
        let members = entry.members.as_deref().unwrap_or_default();
        self.unique(members, |member| (member.path.as_str(), member.email.key().to_owned()));
        let requests = entry.requests.as_deref().unwrap_or_default();
        self.unique(requests, |request| {
            let scopes: BTreeSet<&str> = request.scopes.iter().map(String::as_str).collect();
            let domain = request.domain.as_ref().map(RootDomain::as_str);
            (request.path.as_str(), format!("{} {} {domain:?} {scopes:?}", request.kind, request.email.key()))
        });
        let verifications = entry.verifications.as_deref().unwrap_or_default();
        self.unique(verifications, |v| (v.path.as_str(), format!("{:?} {:?}", v.domains, v.scopes)));
    }

    fn secret(&self, reader: Reader<'t>) -> Option<SecretEntry> {
        reader.must("label");
        let fields = reader.settings::<SecretSettings>();
        let value = reader.value("value").map(Secret::new);
        if value.as_ref().is_some_and(|value| !secrets::is_value(value)) {
            reader.refuse("value", text!("weak"));
        }
        let path = reader.end();
        let label = Label::parse(fields.text("label")?).ok()?.into_string();
        Some(SecretEntry { path, label, value, fields })
    }

    fn domain(&self, reader: Reader<'t>) -> Option<DomainEntry> {
        reader.must("root_domain");
        let fields = reader.settings::<DomainSettings>();
        let (ownership, secrets) = (reader.value("ownership"), reader.value("secrets"));
        let urls = self.entries(&reader, "urls", Self::url);
        let path = reader.end();
        let root = RootDomain::read(fields.text("root_domain")?).ok()?;
        // Where the file does not say whether it is in test mode, what test mode allows passes here.
        let test_mode = fields.flag("test_mode").unwrap_or(true);
        if let Some(settings) = fields.clone().or("test_mode", true.into()).whole().good() {
            let mut findings = Findings::default();
            domains::check(&mut findings, &settings, self.issuer);
            self.report.extend(&path, findings.into_errors());
        }
        let listed = urls.as_deref().unwrap_or_default();
        // Whether the client is a public one is known only where it is made.
        let allows = Allows { test_mode, apps: true };
        for entry in listed {
            self.report.value(format!("{}.url", entry.path), urls::check(&entry.new, &root, allows));
        }
        let identity = |new: &NewUrl| format!("{} {}", new.once.kind, new.settings.url.as_str());
        self.unique(listed, |url| (url.path.as_str(), identity(&url.new)));
        Some(DomainEntry { path, root, ownership, secrets, urls, fields })
    }

    fn url(&self, reader: Reader<'t>) -> Option<UrlEntry> {
        reader.must("kind");
        reader.must("url");
        let fields = reader.settings::<NewUrl>();
        let active = fields.flag("active");
        Some(UrlEntry { path: reader.end(), new: fields.whole().good()?, active })
    }

    fn role(&self, reader: Reader<'t>) -> Option<RoleEntry> {
        reader.must("key");
        let (key, settings) = (reader.parsed("key", RoleKey::parse_own), reader.settings());
        Some(RoleEntry { path: reader.end(), key: key?, settings })
    }

    fn member(&self, reader: Reader<'t>) -> Option<MemberEntry> {
        let (email, role, settings) = (reader.needed("email"), reader.needed("role"), reader.settings());
        Some(MemberEntry { path: reader.end(), email: email?, role: role?, settings })
    }

    fn request(&self, reader: Reader<'t>) -> Option<RequestEntry> {
        let (kind, email) = (reader.needed("kind"), reader.needed("email"));
        let domain = reader.parsed("domain", RootDomain::parse_for_test);
        let scopes: Vec<String> = reader.value("scopes").unwrap_or_default();
        let accepted = reader.choice("state", &["pending", "accepted"], |word| word) == Some("accepted");
        let (terms, path) = (reader.settings(), reader.end());
        let kind = kind?;
        let wrong = requests::check_kind(kind, !scopes.is_empty(), domain.is_some());
        self.report.extend(&path, wrong.into_iter().collect());
        Some(RequestEntry { path, kind, email: email?, domain, scopes, accepted, terms })
    }

    fn verification(&self, reader: Reader<'t>) -> Option<VerificationEntry> {
        let domains: Vec<String> = reader.value("domains").unwrap_or_default();
        let scopes: BTreeSet<String> = reader.value("scopes").unwrap_or_default();
        for (key, empty) in [("domains", domains.is_empty()), ("scopes", scopes.is_empty())] {
            if empty {
                reader.refuse(key, text!("required"));
            }
        }
        let domains = domains.iter().enumerate().filter_map(|(index, text)| {
            self.report.value(reader.at(&format!("domains[{index}]")), RootDomain::parse_for_test(text))
        });
        let domains = domains.collect();
        let states = [VerificationStatus::Pending, VerificationStatus::Approved];
        let state = reader.choice("state", &states, VerificationStatus::as_str);
        let fields = reader.settings();
        Some(VerificationEntry { path: reader.end(), domains, scopes, state, fields })
    }

    fn entries<T>(
        &self,
        reader: &Reader<'t>,
        key: &'static str,
        read: impl Fn(&Self, Reader<'t>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let tables = reader.tables(key)?;
        Some(tables.into_iter().filter_map(|table| read(self, table)).collect())
    }

    /// Complains about every entry that an earlier one has said already.
    fn unique<'e, T>(&self, entries: &'e [T], identity: impl Fn(&'e T) -> (&'e str, String)) {
        let mut seen = BTreeSet::new();
        for (path, identity) in entries.iter().map(identity) {
            if !seen.insert(identity.clone()) {
                self.report.add(path, text!("duplicate-entry", entry = identity));
            }
        }
    }
}
