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

text_enum! {
    /// Which way a login went: what is counted for a time only, to say what hangs on a thing.
    Way {
        /// The callback URL that it ended at.
        Url = "url",
        /// The secret that its code was redeemed with.
        Secret = "secret",
    }
}
