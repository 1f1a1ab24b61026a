//! Applications to become a Verified Partner (SPEC §2.8).

use super::text_enum;

text_enum! {
    /// What became of an application.
    VerificationStatus {
        /// Staff have not decided yet.
        Pending = "pending",
        /// What its approved items say is unlocked.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// The client took it back.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What has become of an application until now.
    VerificationState {
        /// Staff have not decided yet.
        Pending = "pending",
        /// What its approved items say is unlocked, until its end.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// The client took it back.
        Withdrawn = "withdrawn",
        /// It was approved, and staff took that back.
        Revoked = "revoked",
    }
}

impl VerificationState {
    /// Of an application with this status, which was taken back after its approval or not.
    pub const fn of(status: VerificationStatus, revoked: bool) -> Self {
        match status {
            _ if revoked => Self::Revoked,
            VerificationStatus::Pending => Self::Pending,
            VerificationStatus::Approved => Self::Approved,
            VerificationStatus::Rejected => Self::Rejected,
            VerificationStatus::Withdrawn => Self::Withdrawn,
        }
    }

    /// The status that is stored.
    pub const fn status(self) -> VerificationStatus {
        match self {
            Self::Pending => VerificationStatus::Pending,
            Self::Approved | Self::Revoked => VerificationStatus::Approved,
            Self::Rejected => VerificationStatus::Rejected,
            Self::Withdrawn => VerificationStatus::Withdrawn,
        }
    }
}

text_enum! {
    /// What the staff decide about one scope on one domain.
    Verdict {
        /// It is unlocked.
        Approve = "approve",
        /// It is refused.
        Reject = "reject",
    }
}

text_enum! {
    /// What was decided about one scope on one domain.
    ItemStatus {
        /// Nothing yet.
        Pending = "pending",
        /// Unlocked.
        Approved = "approved",
        /// Refused, or taken back.
        Rejected = "rejected",
    }
}
