//! What a person shares with a client: what the scopes of a login open, and nothing else.

use serde_json::{Map, Value, json};

use crate::clock::Timestamp;
use crate::id::Subject;
use crate::model::scope::{EMAIL, OPENID, PHONE, PROFILE, PROVIDERS, ScopeSet, USERINFO};
use crate::store::tables::grants::Shareable;

/// Which claims each scope opens (OpenID Connect Core §5.4): what userinfo, ID tokens and discovery go by.
pub const CLAIMS: [(&str, &[&str]); 6] = [
    (OPENID, &["sub"]),
    (PROFILE, &["name", "given_name", "family_name", "picture", "locale", "zoneinfo", "updated_at"]),
    (EMAIL, &["email", "email_verified"]),
    (PROVIDERS, &["providers"]),
    (USERINFO, &["birthdate", "gender"]),
    (PHONE, &["phone_number", "phone_number_verified"]),
];
/// The scopes whose claims an ID token has too.
const IN_ID_TOKENS: [&str; 2] = [PROFILE, EMAIL];

/// A person, as far as the scopes of one login open them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPerson {
    /// The person as this client knows them.
    pub subject: Subject,
    /// By `profile`.
    pub profile: Option<SharedProfile>,
    /// By `email`.
    pub email: Option<SharedEmail>,
    /// By `userinfo`.
    pub details: Option<SharedDetails>,
    /// By `phone`, when there is a number.
    pub phone: Option<SharedPhone>,
    /// By `providers`: the sign-in providers that the person has linked.
    pub providers: Option<Vec<String>>,
}

/// Names, picture, locale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedProfile {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Address of a picture.
    pub picture: Option<String>,
    /// Language tag.
    pub locale: Option<String>,
    /// Time zone name.
    pub zoneinfo: Option<String>,
    /// When the profile last changed.
    pub updated_at: Timestamp,
}

/// The main address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedEmail {
    /// As written.
    pub address: String,
    /// Whether it is verified.
    pub verified: bool,
}

/// Birth date and gender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedDetails {
    /// ISO 8601 date.
    pub birth_date: Option<String>,
    /// In the person's own words.
    pub gender: Option<String>,
}

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedPhone {
    /// The number.
    pub number: String,
    /// Whether it is verified.
    pub verified: bool,
}

impl SharedPerson {
    /// What this scope opens of a person; the providers are read elsewhere.
    pub(crate) fn of(subject: Subject, person: Shareable, scope: &ScopeSet) -> Self {
        let profile = scope.contains(PROFILE).then_some(SharedProfile {
            given_name: person.given_name,
            family_name: person.family_name,
            picture: person.picture,
            locale: person.locale,
            zoneinfo: person.zoneinfo,
            updated_at: person.updated_at,
        });
        let email = SharedEmail { address: person.email, verified: person.email_verified };
        let details = SharedDetails { birth_date: person.birth_date, gender: person.gender };
        let verified = person.phone_number_verified;
        let phone = person.phone_number.map(|number| SharedPhone { number, verified });
        Self {
            subject,
            profile,
            email: scope.contains(EMAIL).then_some(email),
            details: scope.contains(USERINFO).then_some(details),
            phone: phone.filter(|_| scope.contains(PHONE)),
            providers: None,
        }
    }

    /// What an ID token for this scope says of a person.
    pub(super) fn in_id_token(subject: Subject, person: Shareable, scope: &ScopeSet) -> Map<String, Value> {
        let mut claims = Self::of(subject, person, &scope.intersection(&IN_ID_TOKENS.into_iter().collect())).claims();
        claims.remove("sub");
        claims
    }

    /// The claims that [`CLAIMS`] names; one that the person has not filled in is left out.
    pub fn claims(self) -> Map<String, Value> {
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| {
            if !value.is_null() {
                claims.insert(name.to_owned(), value);
            }
        };
        put("sub", json!(self.subject.to_string()));
        if let Some(profile) = self.profile {
            put("name", json!(profile.name()));
            put("given_name", json!(profile.given_name));
            put("family_name", json!(profile.family_name));
            put("picture", json!(profile.picture));
            put("locale", json!(profile.locale));
            put("zoneinfo", json!(profile.zoneinfo));
            put("updated_at", json!(profile.updated_at.seconds()));
        }
        if let Some(email) = self.email {
            put("email", json!(email.address));
            put("email_verified", json!(email.verified));
        }
        if let Some(details) = self.details {
            put("birthdate", json!(details.birth_date));
            put("gender", json!(details.gender));
        }
        if let Some(phone) = self.phone {
            put("phone_number", json!(phone.number));
            put("phone_number_verified", json!(phone.verified));
        }
        put("providers", json!(self.providers));
        claims
    }
}

impl SharedProfile {
    /// Given and family name, as one text; `None` when there is neither.
    pub fn name(&self) -> Option<String> {
        match (self.given_name.as_deref(), self.family_name.as_deref()) {
            (Some(given), Some(family)) => Some(format!("{given} {family}")),
            (Some(name), None) | (None, Some(name)) => Some(name.to_owned()),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ada() -> Shareable {
        let some = |text: &str| Some(text.to_owned());
        Shareable {
            email: "ada@example.test".to_owned(),
            email_verified: true,
            given_name: some("Ada"),
            family_name: some("Lovelace"),
            picture: some("https://pictures.example/ada"),
            locale: some("en"),
            zoneinfo: some("Europe/London"),
            birth_date: some("1815-12-10"),
            gender: some("female"),
            second_email: None,
            country: None,
            phone_number: some("+44 20 7946 0000"),
            phone_number_verified: true,
            updated_at: Timestamp::from_seconds(1),
        }
    }

    fn names(claims: &Map<String, Value>) -> BTreeSet<&str> {
        claims.keys().map(String::as_str).collect()
    }

    #[test]
    fn each_scope_opens_the_claims_that_are_listed_for_it() {
        for (scope, listed) in CLAIMS {
            let only: ScopeSet = [scope].into_iter().collect();
            let mut person = SharedPerson::of(Subject::generate(), ada(), &only);
            person.providers = (scope == PROVIDERS).then(|| vec!["Example".to_owned()]);
            let listed: BTreeSet<&str> = listed.iter().copied().chain(["sub"]).collect();
            assert_eq!(names(&person.claims()), listed, "{scope}");
        }
    }

    #[test]
    fn an_id_token_has_what_profile_and_email_open_and_no_more() {
        let in_id_token = |scope: &str| {
            let scope = ScopeSet::parse(scope).unwrap();
            let claims = SharedPerson::in_id_token(Subject::generate(), ada(), &scope);
            claims.keys().cloned().collect::<Vec<_>>().join(" ")
        };
        let profile = "family_name given_name locale name picture updated_at zoneinfo";
        assert_eq!(in_id_token("openid userinfo phone providers"), "");
        assert_eq!(in_id_token("openid email"), "email email_verified");
        assert_eq!(in_id_token("openid profile userinfo"), profile);
    }
}
