//! What a provisioning file may hold (SPEC §8), with the names of SPEC §5.

use std::collections::BTreeSet;

use toml::de::DeTable;

use super::entries::{
    ClientEntry, DomainEntry, File, MemberEntry, RequestEntry, RoleEntry, ScopeEntry, SecretEntry, UrlEntry, UserEntry,
    VerificationEntry,
};
use super::reader::{Lines, Reader, Report};
use crate::clock::Timestamp;
use crate::contract::Findings;
use crate::contract::domain::DomainSettings;
use crate::contract::secret::SecretSettings;
use crate::contract::url::UrlSettings;
use crate::error::{Error, FieldError, FieldIssue};
use crate::id::ClientId;
use crate::manage::accounts::{self, AccountFields};
use crate::manage::domains;
use crate::manage::members::{self, MemberFields};
use crate::manage::requests::{self, RequestFields};
use crate::manage::roles::{self, RoleFields};
use crate::manage::secrets;
use crate::manage::urls;
use crate::model::account::Plan;
use crate::model::domain::Ownership;
use crate::model::email::EmailAddress;
use crate::model::label::Label;
use crate::model::member::MemberStatus;
use crate::model::password;
use crate::model::request::RequestKind;
use crate::model::root_domain::RootDomain;
use crate::model::scope::ScopeName;
use crate::model::verification::VerificationStatus;
use crate::secret::Secret;
use crate::text;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// Any time that people give lies after it: whether an end has passed is for what the entry is brought to, which may have
/// it already.
const LONG_AGO: Timestamp = Timestamp::from_seconds(0);

/// Reads a file; `issuer` is what fallbacks are held against.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong with it, each naming its path and its line.
pub(super) fn read(text: &str, issuer: &str) -> Result<(File, Lines), Error> {
    if text.len() > MAX_BYTES {
        let issue = FieldIssue::english("too_long", "a provisioning file has at most 1 MiB");
        return Err(Error::Invalid(vec![issue.at("file")]));
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
    FieldIssue::english("malformed", format!("line {line}: this is no TOML: {}", error.message())).at("file")
}

struct Context<'t> {
    report: &'t Report<'t>,
    issuer: &'t str,
}

impl<'t> Context<'t> {
    fn file(&self, table: &'t DeTable<'t>) -> File {
        let reader = Reader::new(self.report, table, String::new());
        let scopes =
            reader.tables("scopes").unwrap_or_default().into_iter().filter_map(|entry| self.scope(entry)).collect();
        let users =
            reader.tables("users").unwrap_or_default().into_iter().filter_map(|entry| self.user(entry)).collect();
        let clients =
            reader.tables("clients").unwrap_or_default().into_iter().filter_map(|entry| self.client(entry)).collect();
        reader.end();
        let file = File { scopes, users, clients };
        self.unique(&file.scopes, |scope| (scope.path.as_str(), scope.name.as_str().to_owned()), "scope");
        self.unique(&file.users, |user| (user.path.as_str(), user.email.key().to_owned()), "account");
        self.unique(
            &file.clients,
            |client| {
                let named = || {
                    let owner = client.owner.as_ref().map(EmailAddress::key).unwrap_or_default();
                    format!("{} of {owner}", client.fields.text("name").unwrap_or_default())
                };
                (client.path.as_str(), client.id.map_or_else(named, |id| id.to_string()))
            },
            "client",
        );
        file
    }

    fn scope(&self, reader: Reader<'t>) -> Option<ScopeEntry> {
        reader.must("name");
        let (name, fields) = (reader.parsed("name", ScopeName::parse), reader.settings());
        let path = reader.path.clone();
        reader.end();
        Some(ScopeEntry { path, name: name?, fields })
    }

    fn user(&self, reader: Reader<'t>) -> Option<UserEntry> {
        let email = self.email(&reader, "email");
        let fields = AccountFields {
            given_name: reader.text("given_name"),
            family_name: reader.text("family_name"),
            email_verified: reader.boolean("email_verified"),
            second_email: reader.text("second_email"),
            picture: reader.text("picture"),
            locale: reader.text("locale"),
            zoneinfo: reader.text("zoneinfo"),
            birth_date: reader.text("birth_date"),
            gender: reader.text("gender"),
            country: reader.text("country"),
            phone_number: reader.text("phone_number"),
            phone_number_verified: reader.boolean("phone_number_verified"),
            plan: reader.choice("plan", Plan::ALL, Plan::as_str),
            plan_valid_until: reader.time("plan_valid_until"),
            staff: reader.text("staff"),
            suspended: reader.boolean("suspended"),
        };
        let password = reader.text("password").map(Secret::new);
        let (path, at_password) = (reader.path.clone(), reader.at("password"));
        reader.end();
        let email = email?;
        self.report.extend(&path, accounts::check(&fields, &accounts::blank(&email, LONG_AGO)));
        if let Some(password) = &password {
            let about = [Some(email.address()), fields.given_name.as_deref(), fields.family_name.as_deref()];
            let about: Vec<&str> = about.into_iter().flatten().collect();
            self.report.value(at_password, password::check_new(password, &about));
        }
        Some(UserEntry { path, email, password, fields })
    }

    fn client(&self, reader: Reader<'t>) -> Option<ClientEntry> {
        let id = reader.parsed("id", |text| {
            text.parse::<ClientId>().map_err(|error| FieldIssue::english("malformed", error.to_string()))
        });
        let owner = reader.parsed("owner", EmailAddress::parse);
        let fields = reader.settings();
        let entry = ClientEntry {
            path: reader.path.clone(),
            id,
            owner,
            suspended: reader.boolean("suspended"),
            secrets: self.entries(&reader, "secrets", Self::secret),
            domains: self.entries(&reader, "domains", Self::domain),
            roles: self.entries(&reader, "roles", Self::role),
            members: self.entries(&reader, "members", Self::member),
            requests: self.entries(&reader, "requests", Self::request),
            verifications: self.entries(&reader, "verifications", Self::verification),
            fields,
        };
        reader.end();
        self.client_is_consistent(&entry);
        Some(entry)
    }

    /// Nothing in the file's lists is said twice.
    fn client_is_consistent(&self, entry: &ClientEntry) {
        let secrets = entry.secrets.as_deref().unwrap_or_default();
        self.unique(secrets, |secret| (secret.path.as_str(), secret.label.clone()), "secret");
        let domains = entry.domains.as_deref().unwrap_or_default();
        self.unique(domains, |domain| (domain.path.as_str(), domain.root.to_string()), "domain");
        for domain in domains.iter().filter(|domain| domain.fields.flag("primary") == Some(true)).skip(1) {
            self.report.value::<()>(format!("{}.primary", domain.path), Err(text!("duplicate-primary")));
        }
        let roles = entry.roles.as_deref().unwrap_or_default();
        self.unique(roles, |role| (role.path.as_str(), role.key.clone()), "role");
        let members = entry.members.as_deref().unwrap_or_default();
        self.unique(members, |member| (member.path.as_str(), member.email.key().to_owned()), "member");
        let requests = entry.requests.as_deref().unwrap_or_default();
        self.unique(
            requests,
            |request| {
                let scopes: BTreeSet<&str> = request.scopes.iter().map(String::as_str).collect();
                let domain = request.domain.as_ref().map(RootDomain::as_str);
                (request.path.as_str(), format!("{} {} {domain:?} {scopes:?}", request.kind, request.email.key()))
            },
            "request",
        );
        let verifications = entry.verifications.as_deref().unwrap_or_default();
        self.unique(verifications, |v| (v.path.as_str(), format!("{:?} {:?}", v.domains, v.scopes)), "verification");
    }

    fn secret(&self, reader: Reader<'t>) -> Option<SecretEntry> {
        reader.must("label");
        let fields = reader.settings::<SecretSettings>();
        let value = reader.text("value").map(Secret::new);
        let path = reader.path.clone();
        reader.end();
        if value.as_ref().is_some_and(|value| !secrets::is_value(value)) {
            self.report.value::<()>(format!("{path}.value"), Err(text!("weak")));
        }
        let label = Label::parse(fields.text("label")?).ok()?.into_string();
        Some(SecretEntry { path, label, value, fields })
    }

    fn domain(&self, reader: Reader<'t>) -> Option<DomainEntry> {
        reader.must("root_domain");
        let fields = reader.settings::<DomainSettings>();
        let ownership = reader.choice("ownership", Ownership::ALL, Ownership::as_str);
        let secrets = reader.texts("secrets");
        let urls = self.entries(&reader, "urls", Self::url);
        let path = reader.path.clone();
        reader.end();
        let root = RootDomain::read(fields.text("root_domain")?).ok()?;
        // Where the file does not say whether it is in test mode, what test mode allows passes here.
        let test_mode = fields.flag("test_mode").unwrap_or(true);
        if let Some(settings) = fields.clone().or("test_mode", true.into()).whole().good() {
            let mut findings = Findings::default();
            domains::check(&mut findings, &settings, self.issuer);
            self.report.extend(&path, findings.into_errors());
        }
        let listed = urls.as_deref().unwrap_or_default();
        for entry in listed {
            self.report.value(format!("{}.url", entry.path), urls::check(&entry.settings, &root, test_mode));
        }
        let identity = |url: &UrlSettings| format!("{} {}", url.kind, url.url.as_str());
        self.unique(listed, |url| (url.path.as_str(), identity(&url.settings)), "URL");
        Some(DomainEntry { path, root, ownership, secrets, urls, fields })
    }

    fn url(&self, reader: Reader<'t>) -> Option<UrlEntry> {
        reader.must("kind");
        reader.must("url");
        let fields = reader.settings::<UrlSettings>();
        let (active, path) = (fields.flag("active"), reader.path.clone());
        reader.end();
        Some(UrlEntry { path, settings: fields.whole().good()?, active })
    }

    fn role(&self, reader: Reader<'t>) -> Option<RoleEntry> {
        let key = reader.needed("key");
        let fields = RoleFields {
            name: reader.text("name"),
            description: reader.text("description"),
            permissions: reader.texts("permissions"),
            group: reader.text("group"),
            level: reader.integer("level"),
            expires_at: reader.time("expires_at"),
            active: reader.boolean("active"),
        };
        let path = reader.path.clone();
        reader.end();
        let key = key?;
        self.report.extend(&path, roles::check(&key, &fields, LONG_AGO));
        Some(RoleEntry { path, key, fields })
    }

    fn member(&self, reader: Reader<'t>) -> Option<MemberEntry> {
        let (email, role) = (self.email(&reader, "email"), reader.needed("role"));
        let fields = MemberFields {
            expires_at: reader.time("expires_at"),
            status: reader.choice("status", MemberStatus::ALL, MemberStatus::as_str),
        };
        let path = reader.path.clone();
        reader.end();
        self.report.extend(&path, members::check(&fields, LONG_AGO));
        Some(MemberEntry { path, email: email?, role: role?, fields })
    }

    fn request(&self, reader: Reader<'t>) -> Option<RequestEntry> {
        reader.must("kind");
        let kind = reader.choice("kind", RequestKind::ALL, RequestKind::as_str);
        let email = self.email(&reader, "email");
        let domain = reader.parsed("domain", RootDomain::parse_for_test);
        let scopes = reader.texts("scopes").unwrap_or_default();
        let state = reader.choice("state", &["pending", "accepted"], |word| word);
        let fields = RequestFields {
            reason: reader.text("reason"),
            expires_at: reader.time("expires_at"),
            accepted: state == Some("accepted"),
        };
        let path = reader.path.clone();
        reader.end();
        let kind = kind?;
        let errors = requests::check(kind, !scopes.is_empty(), domain.is_some(), &fields, LONG_AGO);
        self.report.extend(&path, errors);
        Some(RequestEntry { path, kind, email: email?, domain, scopes, fields })
    }

    fn verification(&self, reader: Reader<'t>) -> Option<VerificationEntry> {
        let domains = reader.texts("domains").unwrap_or_default();
        let scopes: BTreeSet<String> = reader.texts("scopes").unwrap_or_default().into_iter().collect();
        for (key, empty) in [("domains", domains.is_empty()), ("scopes", scopes.is_empty())] {
            if empty {
                reader.refuse(key, "required", format!("name the {key} that are to be verified"));
            }
        }
        let states = [VerificationStatus::Pending, VerificationStatus::Approved];
        let state = reader.choice("state", &states, VerificationStatus::as_str);
        let fields = reader.settings();
        let path = reader.path.clone();
        let domains = domains.iter().enumerate().filter_map(|(index, text)| {
            self.report.value(format!("{path}.domains[{index}]"), RootDomain::parse_for_test(text))
        });
        let domains = domains.collect();
        reader.end();
        Some(VerificationEntry { path, domains, scopes, state, fields })
    }

    fn email(&self, reader: &Reader<'t>, key: &'static str) -> Option<EmailAddress> {
        let text = reader.needed(key)?;
        self.report.value(reader.at(key), EmailAddress::parse(&text))
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
    fn unique<'e, T>(&self, entries: &'e [T], identity: impl Fn(&'e T) -> (&'e str, String), noun: &str) {
        let mut seen = BTreeSet::new();
        for (path, identity) in entries.iter().map(identity) {
            if !seen.insert(identity.clone()) {
                self.report.add(path, "duplicate", format!("this {noun} is in the file already: {identity}"));
            }
        }
    }
}
