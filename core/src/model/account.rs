//! What the platform knows of an account beyond its profile.

use super::text_enum;

text_enum! {
    /// What an account pays for; what it entitles to comes from the configuration.
    Plan {
        /// Nothing.
        Free = "free",
        /// The paid plan.
        Paid = "paid",
    }
}

text_enum! {
    /// What a member of the staff may do.
    Staff {
        /// Decide about verifications.
        Reviewer = "reviewer",
        /// Everything.
        Admin = "admin",
    }
}
