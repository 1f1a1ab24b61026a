//! Email addresses: as written, and as counted.

use unicode_normalization::UnicodeNormalization;

use super::host::Host;
use super::label::is_invisible;
use crate::error::FieldIssue;
use crate::text;

/// The longest address, in bytes (RFC 5321 §4.5.3.1.3, less the angle brackets).
const MAX_BYTES: usize = 254;
/// The longest part before the `@`, in bytes (RFC 5321 §4.5.3.1.1).
const MAX_LOCAL_BYTES: usize = 64;

/// An address that mail can be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress {
    address: String,
    key: String,
}

impl EmailAddress {
    /// Reads an address; spaces around it are dropped, nothing else is changed.
    ///
    /// # Errors
    /// `malformed` when there is not exactly one `@` between a name and a domain of two labels or more, or a character in
    /// it that would need quoting or is not seen; `too_long` beyond 254 bytes.
    pub fn parse(text: &str) -> Result<Self, FieldIssue> {
        let address = text.trim();
        if address.len() > MAX_BYTES {
            return Err(text!("too_long-email"));
        }
        let parts = address.split_once('@').filter(|(local, domain)| is_local_part(local) && is_mail_domain(domain));
        if parts.is_none() {
            return Err(text!("malformed-email"));
        }
        Ok(Self { address: address.to_owned(), key: key(address) })
    }

    /// An address that was parsed before it was stored.
    pub(crate) fn stored(address: String) -> Self {
        Self { key: key(&address), address }
    }

    /// The address as it was written: where mail goes.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// One text for all spellings of the address: what accounts, counters and requests are found by.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// As it was written.
impl serde::Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.address)
    }
}

/// The key of any text typed as an address, good or bad: case, surrounding spaces, compatibility spellings (NFKC) and the
/// two forms of an international domain make no difference.
///
/// Two mailboxes may share a key. So mail goes to the address that the account holds, never to the one typed.
pub fn key(text: &str) -> String {
    let folded = fold(text);
    let folded = folded.trim();
    match folded.rsplit_once('@') {
        Some((local, domain)) => match Host::parse(domain) {
            Ok(Host::Name(domain)) => format!("{local}@{domain}"),
            _ => folded.to_owned(),
        },
        None => folded.to_owned(),
    }
}

/// Character by character, so that no letter depends on its neighbours; and again, until nothing moves.
fn fold(text: &str) -> String {
    let once = |text: &str| text.nfkc().flat_map(char::to_lowercase).nfkc().collect::<String>();
    let mut folded = once(text);
    // Two rounds settle all of Unicode; the bound only says that this ends.
    for _ in 0..3 {
        let again = once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// A dot-atom (RFC 5322 §3.2.3), with letters of any script (RFC 6531 §3.3).
fn is_local_part(text: &str) -> bool {
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom.chars().all(|c| {
                c != '@' && !is_invisible(c) && !matches!(c, '"' | '(' | ')' | ',' | ':'..='<' | '>' | '['..=']')
            })
    };
    text.len() <= MAX_LOCAL_BYTES && text.split('.').all(atom)
}

fn is_mail_domain(text: &str) -> bool {
    let bare = !text.ends_with('.') && !text.chars().any(is_invisible);
    bare && matches!(Host::parse(text), Ok(Host::Name(name)) if name.contains('.'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_kept_as_written() {
        for (text, address) in [
            ("ada@example.test", "ada@example.test"),
            ("  Ada.Lovelace+xwms@Example.Test\n", "Ada.Lovelace+xwms@Example.Test"),
            ("o'hara_{x}=1/2@example.test", "o'hara_{x}=1/2@example.test"),
            ("ädä@bücher.example", "ädä@bücher.example"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().address(), address);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let local = format!("{}@example.test", "a".repeat(65));
        for text in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.test",
            "ada@example",
            "ada@localhost",
            "ada@127.0.0.1",
            "ada@[127.0.0.1]",
            "ada@@example.test",
            "ada@b@example.test",
            "\"a@b\"@example.test",
            "ada lovelace@example.test",
            "Ada <ada@example.test>",
            "ada@example.test,eve@evil.test",
            "ada@example.test\nBcc: eve@evil.test",
            "ada\0@example.test",
            "ada\r\n@example.test",
            "a\u{200b}da@example.test",
            "ada\u{202e}@example.test",
            ".ada@example.test",
            "ada.@example.test",
            "a..b@example.test",
            "ada@example.test.",
            "ada@ex_ample.test",
            "ada@exa\u{ad}mple.test",
            "ada@-x.test",
            &local,
        ] {
            assert_eq!(
                EmailAddress::parse(text).map_err(|issue| issue.code().to_owned()),
                Err("malformed".to_owned()),
                "{text:?}"
            );
        }
        let long = format!("ada@{}test", "engines.".repeat(32));
        assert_eq!(EmailAddress::parse(&long).unwrap_err().code(), "too_long");
    }

    #[test]
    fn all_spellings_share_one_key() {
        for text in [
            "ada@bücher.example",
            "ADA@BÜCHER.EXAMPLE",
            " ada@bücher.example\t",
            "ａｄａ＠bücher.example",
            "ⓐda@bu\u{308}cher.example",
            "ada@xn--bcher-kva.example",
            "ada@bücher．example",
            "ada@bücher.example.",
        ] {
            assert_eq!(key(text), "ada@xn--bcher-kva.example", "{text:?}");
        }
        assert_ne!(key("ada@example.test"), key("a.da@example.test"));
        assert_ne!(key("ada@example.test"), key("adа@example.test"), "a Cyrillic letter is another letter");
        assert_eq!(key(" Not An Address "), "not an address");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key(text in "\\PC{0,12}@?\\PC{0,12}(\\.[a-zß。]{1,5})?") {
            prop_assert_eq!(key(&key(&text)), key(&text));
        }

        #[test]
        fn case_and_spaces_make_no_difference(local in "[a-zé]{1,9}", domain in "[a-z]{1,9}\\.test") {
            let address = EmailAddress::parse(&format!("{local}@{domain}")).unwrap();
            let shouted = format!(" {}@{} ", local.to_uppercase(), domain.to_uppercase());
            prop_assert_eq!(key(&shouted), address.key());
        }
    }
}
