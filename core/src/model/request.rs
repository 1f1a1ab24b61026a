//! Requests of a client to one user (SPEC §2.7).

use super::text_enum;

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
