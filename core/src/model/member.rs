//! Membership in a client's organisation.

use super::text_enum;

text_enum! {
    /// How far a membership has come.
    MemberStatus {
        /// The person has not accepted yet; it grants nothing.
        Invited = "invited",
        /// It counts.
        Active = "active",
    }
}
