//! What a person shares with a client: what the scopes of a login open, and nothing else.

use crate::clock::Timestamp;
use crate::id::Subject;
use crate::model::scope::{EMAIL, PHONE, PROFILE, ScopeSet, USERINFO};
use crate::store::tables::grants::Shareable;

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
