//! Facts about a client's site.

use super::text_enum;

text_enum! {
    /// Whether the partner has shown that the site is theirs (SPEC §2.5).
    Ownership {
        /// Nothing was shown yet.
        Unproven = "unproven",
        /// By a DNS record or a file on the site.
        Proven = "proven",
    }
}
