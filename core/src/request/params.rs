//! Parameters of OAuth requests: form-encoded, each at most once (OAuth 2.1 §3.1, §3.2).

use std::borrow::Cow;
use std::collections::HashSet;

/// The most parameters of one request: what is walked through once for each must have an end.
const MOST: usize = 2_000;

/// The parameters of one request. An empty value counts as an omitted one; unknown parameters are ignored.
#[derive(Debug, Default)]
pub struct Params(Vec<(String, String)>);

/// What is no list of texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// In this order.
impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Params {
    /// Reads `application/x-www-form-urlencoded` text, of a query or a body.
    ///
    /// # Errors
    /// [`NotText`] when a name or a value is not UTF-8 once decoded, or, but for a `password`, holds NUL, which PostgreSQL
    /// can't store; also when there are more of them than any request has.
    pub fn parse(encoded: &[u8]) -> Result<Self, NotText> {
        if encoded.iter().filter(|&&byte| byte == b'&').count() >= MOST {
            return Err(NotText);
        }
        encoded
            .split(|&byte| byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let mut halves = pair.splitn(2, |&byte| byte == b'=');
                let name = halves.next().unwrap_or_default();
                let value = halves.next().unwrap_or_default();
                let (name, value) = (form_decode(name)?, form_decode(value)?);
                // A password is hashed as its bytes are, and never stored as a text.
                if name.contains('\0') || value.contains('\0') && !matches!(name.as_str(), "password" | "new_password")
                {
                    return Err(NotText);
                }
                Ok((name, value))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The value of a parameter; the first one where it is repeated.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The values of a parameter that may be repeated; empty ones count as omitted.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter stands here more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// The first of `names` that is repeated.
    pub fn repeated<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.is_repeated(name))
    }

    /// Every parameter, in the order they were sent.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The first parameter that stands here again.
    pub fn first_repeated(&self) -> Option<&str> {
        let mut seen = HashSet::with_capacity(self.0.len());
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !seen.insert(*name))
    }

    /// The first parameter that is none of `known`.
    pub fn unknown(&self, known: &[&str]) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !known.contains(name))
    }

    /// The value of a parameter, be it empty; an empty text when it is absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Adds the parameters of another part of the same request, so that repetition across parts shows.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The parameters but for these, sorted, as one text: two requests are the same when it is.
    pub fn canonical_without(&self, left_out: &[&str]) -> String {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .filter(|(name, value)| !value.is_empty() && !left_out.contains(&name.as_str()))
            .map(|(name, value)| format!("{}:{name}={}:{value}", name.len(), value.len()))
            .collect();
        pairs.sort();
        pairs.join("&")
    }

    /// The parameters, form-encoded again.
    pub fn encode(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

/// Decodes `+` and `%XX`.
///
/// # Errors
/// [`NotText`].
pub fn form_decode(encoded: &[u8]) -> Result<String, NotText> {
    let spaced: Cow<'_, [u8]> = if encoded.contains(&b'+') {
        encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect::<Vec<_>>().into()
    } else {
        encoded.into()
    };
    percent_encoding::percent_decode(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded_and_empty_ones_are_omitted() {
        let params = Params::parse(b"scope=openid+email&state=%C3%A9%26&nonce=&flag").unwrap();
        assert_eq!(params.get("scope"), Some("openid email"));
        assert_eq!(params.get("state"), Some("é&"));
        assert_eq!((params.get("nonce"), params.get("flag"), params.get("absent")), (None, None, None));
    }

    #[test]
    fn a_repeated_parameter_is_found_across_parts_and_with_equal_values() {
        let mut params = Params::parse(b"state=1").unwrap();
        params.extend(Params::parse(b"state=1&scope=a").unwrap());
        assert_eq!(params.repeated(&["scope", "state"]), Some("state"));
        assert_eq!(params.repeated(&["scope"]), None);
    }

    #[test]
    fn f_44_parameters_have_an_end_and_the_first_repeated_one_is_found_in_one_walk() {
        let many = |count: usize| (0..count).map(|number| format!("a{number}")).collect::<Vec<_>>().join("&");
        assert!(Params::parse(many(MOST).as_bytes()).unwrap().first_repeated().is_none());
        assert_eq!(Params::parse(many(MOST + 1).as_bytes()).unwrap_err(), NotText);
        let repeated = Params::parse(b"a&b=1&c&b=2&a").unwrap();
        assert_eq!(repeated.first_repeated(), Some("b"));
    }

    #[test]
    fn what_is_not_utf8_or_holds_nul_is_refused() {
        for encoded in [&b"state=%ff"[..], b"\xff=1", b"state=a%00", b"%00=1", b"state=\0"] {
            assert_eq!(Params::parse(encoded).unwrap_err(), NotText);
        }
    }

    #[test]
    fn the_same_request_is_recognised_whatever_the_order() {
        let one = Params::parse(b"a=1&client_secret=x&b=2").unwrap().canonical_without(&["client_secret"]);
        let two = Params::parse(b"b=2&a=1").unwrap().canonical_without(&[]);
        let other = Params::parse(b"a=1%262%3Ab%3D2").unwrap().canonical_without(&[]);
        assert_eq!(one, two);
        assert_ne!(one, other);
    }
}
