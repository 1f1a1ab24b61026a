//! What a person is shown when something can't go on. Drawn by the dashboard, decided here.

use std::time::Duration;

use crate::error::Error;
use crate::gate::denial::Denial;
use crate::text;
use crate::text::{Language, Text};

/// A page that says what went wrong and what can be done.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// The heading.
    pub title: Text,
    /// What happened, in plain words.
    pub explanation: Text,
    /// Twelve characters that the partner or the operator can search for.
    pub reference: String,
    /// Where the person may go on, when they choose to.
    pub way: Option<Way>,
    /// The partner's own words, shown as such.
    pub fallback_response: Option<String>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// The language of the person's account, when it is known who reads this; else the browser's decides.
    pub language: Option<Language>,
}

/// A way back to the partner that the person takes by a link, seeing where it leads.
#[derive(Clone, Debug)]
pub struct Way {
    /// The host that the page names.
    pub host: String,
    /// The link's target.
    pub uri: String,
}

impl Way {
    /// The way to this URI; `None` when it has no host to name.
    pub fn to(uri: &str) -> Option<Self> {
        let host = url::Url::parse(uri).ok()?.host_str()?.to_owned();
        Some(Self { host, uri: uri.to_owned() })
    }
}

impl ErrorPage {
    /// A login that the gate refused (SPEC §2.4).
    pub fn refused(denial: &Denial, reference: String, way: Option<Way>, fallback_response: Option<String>) -> Self {
        // SPEC §2.4 (c), and a person who may not or does not want to.
        let forbidden = matches!(
            denial,
            Denial::ClientSuspended
                | Denial::PlanLapsed
                | Denial::TestModeRefuses
                | Denial::UserSuspended
                | Denial::Declined
        );
        let title = if forbidden { text!("page_denied_for_now-title") } else { text!("page_denied-title") };
        let page = Self::new(if forbidden { 403 } else { 400 }, title, denial.public_explanation(), reference);
        Self { way, fallback_response, ..page }
    }

    /// A login that is over: finished, expired, or never was.
    pub fn flow_gone(reference: String) -> Self {
        Self::new(410, text!("page_login_gone-title"), text!("page_login_gone-text"), reference)
    }

    /// A login that another browser began.
    pub fn flow_mismatch(reference: String) -> Self {
        Self::new(403, text!("page_login_elsewhere-title"), text!("page_login_elsewhere-text"), reference)
    }

    /// A form that did not come from our own page.
    pub fn csrf(reference: String) -> Self {
        Self::new(403, text!("page_form_stale-title"), text!("page_form_stale-text"), reference)
    }

    /// A form with a field that our page does not have, or one field twice.
    pub fn unknown_field(reference: String) -> Self {
        let (title, text) = (text!("page_form_unknown_field-title"), text!("page_form_unknown_field-text"));
        Self::new(422, title, text, reference)
    }

    /// A use case that failed. What the database says goes to the log only.
    pub fn failed(error: Error, reference: String) -> Self {
        let (status, title, explanation) = match &error {
            Error::NotFound(_) => (404, text!("page_not_found-title"), text!("page_not_found-text")),
            Error::Forbidden { permission } => {
                (403, text!("page_refused-title"), text!("page_forbidden-text", permission = *permission))
            }
            Error::Refused(text) => (403, text!("page_refused-title"), text.clone()),
            Error::Invalid(errors) => {
                let first = errors.first().map(|error| error.text.clone());
                (422, text!("page_invalid-title"), first.unwrap_or_else(|| text!("page_invalid-text")))
            }
            Error::Conflict(text) => (409, text!("page_conflict-title"), text.clone()),
            Error::PlanRequired => (403, text!("page_plan_required-title"), text!("page_plan_required-text")),
            Error::StalePrecondition => {
                (412, text!("page_changed_meanwhile-title"), text!("page_changed_meanwhile-text"))
            }
            Error::IdempotencyKeyReused => (409, text!("page_conflict-title"), text!("page_key_reused-text")),
            Error::TooMany { .. } => (429, text!("page_too_many-title"), text!("page_too_many-text")),
            Error::TooManyAtOnce(text) => (409, text!("page_limit-title"), text.clone()),
            Error::Unavailable => (503, text!("page_unavailable-title"), text!("page_unavailable-text")),
            Error::Storage(_) | Error::Internal(_) => {
                tracing::error!(?error, reference, "a page failed");
                (500, text!("page_failed-title"), text!("page_failed-text"))
            }
        };
        let page = Self::new(status, title, explanation, reference);
        if let Error::TooMany { retry_after } = error {
            return Self { retry_after: Some(retry_after), ..page };
        }
        Self { retry_after: matches!(error, Error::Unavailable).then_some(Duration::from_secs(2)), ..page }
    }

    /// The same, for a reader whose account may say in which language.
    #[must_use]
    pub fn for_reader(self, language: Option<Language>) -> Self {
        Self { language, ..self }
    }

    const fn new(status: u16, title: Text, explanation: Text, reference: String) -> Self {
        Self {
            status,
            title,
            explanation,
            reference,
            way: None,
            fallback_response: None,
            retry_after: None,
            language: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_told_as_what_it_is() {
        let text = || text!("page_invalid-text");
        let rows = [
            (Error::NotFound("client"), 404),
            (Error::Forbidden { permission: "members:manage" }, 403),
            (Error::Refused(text()), 403),
            (Error::Invalid(vec![text().at("email")]), 422),
            (Error::Conflict(text()), 409),
            (Error::PlanRequired, 403),
            (Error::StalePrecondition, 412),
            (Error::IdempotencyKeyReused, 409),
            (Error::TooMany { retry_after: Duration::from_secs(7) }, 429),
            (Error::TooManyAtOnce(text()), 409),
            (Error::Unavailable, 503),
            (Error::Internal("it broke"), 500),
        ];
        for (error, status) in rows {
            let page = ErrorPage::failed(error, "k3v9q2m7x4bd".to_owned());
            assert_eq!(page.status, status, "{}", page.title);
            assert_eq!(page.retry_after.is_some(), matches!(status, 429 | 503), "{}", page.title);
            assert!(!page.explanation.to_string().contains("broke"));
        }
    }
}
