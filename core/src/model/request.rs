//! Requests of a client to one user (SPEC §2.7).

use super::text_enum;
use crate::error::FieldIssue;
use crate::text;

text_enum! {
    /// What a request asks for.
    RequestKind {
        /// More scopes.
        Access = "access",
        /// To be a tester.
        Test = "test",
    }
}

text_enum! {
    /// What became of a request.
    RequestStatus {
        /// The person has not decided yet.
        Pending = "pending",
        /// It holds until it expires.
        Accepted = "accepted",
        /// The person said no.
        Declined = "declined",
        /// The client took it back, or the person ended it.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What became of a request, as its client sees it.
    RequestState {
        /// The person has not decided yet.
        Pending = "pending",
        /// It holds until it expires.
        Accepted = "accepted",
        /// The person said no.
        Declined = "declined",
        /// The client took it back, or the person ended it.
        Withdrawn = "withdrawn",
        /// Its end came.
        Expired = "expired",
    }
}

impl From<RequestStatus> for RequestState {
    fn from(status: RequestStatus) -> Self {
        match status {
            RequestStatus::Pending => Self::Pending,
            RequestStatus::Accepted => Self::Accepted,
            RequestStatus::Declined => Self::Declined,
            RequestStatus::Withdrawn => Self::Withdrawn,
        }
    }
}

/// The longest reason, in characters.
const MAX_REASON_CHARACTERS: usize = 500;

/// Reads a reason that a person is told; spaces around it are dropped.
///
/// # Errors
/// `too_long` beyond 500 characters; `character` for controls other than line breaks, and for bidi controls.
pub fn parse_reason(text: &str) -> Result<String, FieldIssue> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > MAX_REASON_CHARACTERS {
        return Err(text!("too_long", max = MAX_REASON_CHARACTERS));
    }
    if text.chars().any(|character| super::label::is_control(character) && character != '\n') {
        return Err(text!("character-lines"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_plain_and_short() {
        assert_eq!(parse_reason(" To print\r\nyour name. ").unwrap(), "To print\nyour name.");
        assert!(parse_reason(&"ü".repeat(500)).is_ok());
        assert_eq!(parse_reason(&"ü".repeat(501)).unwrap_err().code(), "too_long");
        assert_eq!(parse_reason("a\u{202e}b").unwrap_err().code(), "character");
    }
}
