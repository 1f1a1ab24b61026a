//! Addresses of our own pages, as requests name them: where somebody goes on after they have signed in.

/// The longest that is gone back to.
const LONGEST: usize = 2000;

/// Whether this is the address of a page of ours, and of nobody else's: letters, digits, `-`, `_`, `.` and `~` between
/// single slashes, no part of it `.` or `..`, and a query that is written as one.
pub(crate) fn is_own_page(address: &str) -> bool {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let of_path = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let of_query = |byte: u8| of_path(byte) || b"%&=+:@,/;!$*()".contains(&byte);
    let word = |word: &str| !word.is_empty() && !matches!(word, "." | "..") && word.bytes().all(of_path);
    let is_path = path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(word));
    address.len() <= LONGEST && is_path && query.bytes().all(of_query)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_ours_is_gone_back_to() {
        for address in [
            "/account/requests",
            "/clients",
            "/clients/client_01jd3v8m1efb9rkyq9wzvw2x4a/members",
            "/clients/client_01jd3v8m1efb9rkyq9wzvw2x4a/stats.csv?from=2026-01-01&by=scope",
            "/account?x=//evil.test",
            "/clients?q=caf%C3%A9+noir",
        ] {
            assert!(is_own_page(address), "{address}");
        }
        for address in [
            "",
            "/",
            "?x=1",
            "//evil.test",
            "//evil.test?x=1",
            "/\\evil.test",
            "/account//evil.test",
            "https://evil.test/",
            "account",
            "/account/../x",
            "/account/./x",
            "/..",
            "/%2f%2fevil.test",
            "/account?x=\\evil.test",
            "/account?x=<script>",
            "/account?x=1#y",
            "/account?x=1 2",
            "/account\r\nX: y",
            "/account?x=\r\nX: y",
            "/@evil.test",
            "/account/\u{ff0f}",
        ] {
            assert!(!is_own_page(address), "{address:?}");
        }
        assert!(!is_own_page(&format!("/account?x={}", "y".repeat(LONGEST))));
    }
}
