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
