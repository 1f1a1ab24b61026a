//! What a person is shown when something can't go on. Drawn by the dashboard, decided here.

use std::time::Duration;

use crate::error::Error;
use crate::gate::denial::Denial;

/// A page that says what went wrong and what can be done.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// HTTP status.
    pub status: u16,
    /// The heading.
    pub title: &'static str,
    /// What happened, in plain words.
    pub explanation: String,
    /// Twelve characters that the partner or the operator can search for.
    pub reference: String,
    /// Where the person may go on, when they choose to.
    pub way: Option<Way>,
    /// The partner's own words, shown as such.
    pub fallback_response: Option<String>,
    /// When to try again.
    pub retry_after: Option<Duration>,
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
        Self {
            status: if forbidden { 403 } else { 400 },
            title: if forbidden { "This login is not available" } else { "This login can't go on" },
            explanation: denial.public_explanation().to_string(),
            way,
            fallback_response,
            ..Self::plain(reference)
        }
    }

    /// A login that is over: finished, expired, or never was.
    pub fn flow_gone(reference: String) -> Self {
        Self {
            status: 410,
            title: "This login is over",
            explanation: "It was finished before, or took too long. Go back to the site and log in again.".to_owned(),
            ..Self::plain(reference)
        }
    }

    /// A login that another browser began.
    pub fn flow_mismatch(reference: String) -> Self {
        Self {
            status: 403,
            title: "This login belongs to another browser",
            explanation: "It was begun elsewhere, so it can't go on here. Go back to the site and log in again."
                .to_owned(),
            ..Self::plain(reference)
        }
    }

    /// A form that did not come from our own page.
    pub fn csrf(reference: String) -> Self {
        Self {
            status: 403,
            title: "This form is out of date",
            explanation: "Go back, load the page again, and send it once more.".to_owned(),
            ..Self::plain(reference)
        }
    }

    /// A form with a field that our page does not have, or one field twice.
    pub fn unknown_field(reference: String) -> Self {
        Self {
            status: 422,
            title: "We can't read that form",
            explanation: "It has a field that our page does not have. Go back and load the page again.".to_owned(),
            ..Self::plain(reference)
        }
    }

    /// A failure on our side, or too many tries. The database's own words go to the log only.
    pub fn failed(error: Error, reference: String) -> Self {
        let plain = Self::plain(reference.clone());
        let (status, title, explanation, retry_after) = match error {
            Error::TooMany { retry_after } => {
                (429, "Too many tries", "Wait a little, then try again.", Some(retry_after))
            }
            Error::Unavailable => {
                (503, "Back in a moment", "XWMS can't answer just now.", Some(Duration::from_secs(2)))
            }
            Error::Refused(message) => {
                return Self {
                    status: 403,
                    title: "You may not do this",
                    explanation: sentence(&message.to_string()),
                    ..plain
                };
            }
            Error::Conflict(message) => {
                return Self {
                    status: 409,
                    title: "This can't be done now",
                    explanation: sentence(&message.to_string()),
                    ..plain
                };
            }
            Error::NotFound(_) => (404, "There is nothing here", "Check the address.", None),
            other => {
                tracing::error!(error = ?other, reference, "a page failed");
                (500, "Something went wrong", "It is our fault, not yours. Try again in a moment.", None)
            }
        };
        Self { status, title, explanation: explanation.to_owned(), retry_after, ..plain }
    }

    fn plain(reference: String) -> Self {
        Self {
            status: 400,
            title: "",
            explanation: String::new(),
            reference,
            way: None,
            fallback_response: None,
            retry_after: None,
        }
    }
}

/// Words of ours with a capital and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}
