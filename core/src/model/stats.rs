//! What logins are counted by.

use super::text_enum;

text_enum! {
    /// What logins are counted by, beside the day.
    Dimension {
        /// Nothing more.
        Total = "total",
        /// The domain they went through.
        Domain = "domain",
        /// Each scope they were given for.
        Scope = "scope",
    }
}
