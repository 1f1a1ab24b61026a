//! Resource servers: who takes a token (RFC 8707).

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::sql_types::Text;

use super::stored_text;

/// So many are named in one request.
const MOST: usize = 10;

/// The addresses of resource servers, each as it was registered, in order. Its text is the addresses joined by a space, which
/// no address holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Resources(String);

/// Texts that name no resource servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidResources;

impl Resources {
    /// Reads what a request names; one named twice counts once.
    ///
    /// # Errors
    /// For a text with white space in it, and for more than ten.
    pub fn parse<'t>(texts: impl Iterator<Item = &'t str>) -> Result<Self, InvalidResources> {
        let mut all: Vec<&str> = texts.collect();
        all.sort_unstable();
        all.dedup();
        let fits = |text: &&str| !text.is_empty() && !text.contains(char::is_whitespace);
        if all.len() > MOST || !all.iter().all(fits) {
            return Err(InvalidResources);
        }
        Ok(Self(all.join(" ")))
    }

    /// The addresses, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(' ').filter(|text| !text.is_empty())
    }

    /// Whether none is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every one here is in `other` too.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|text| other.iter().any(|known| known == text))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn from_stored(text: String) -> Result<Self, String> {
        Ok(Self(text))
    }
}

stored_text!(Resources);

impl<'de> serde::Deserialize<'de> for Resources {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_a_set_in_order() {
        let read = |texts: &[&str]| Resources::parse(texts.iter().copied());
        let both = read(&["https://b.example/", "https://a.example/", "https://b.example/"]).unwrap();
        assert_eq!(both.as_str(), "https://a.example/ https://b.example/");
        assert!(read(&["https://a.example/"]).unwrap().is_subset(&both) && !both.is_subset(&Resources::default()));
        assert!(Resources::default().is_empty() && Resources::default().is_subset(&both));
        for wrong in [&[""][..], &["a b"], &["a\tb"]] {
            assert_eq!(read(wrong), Err(InvalidResources));
        }
        let many: Vec<String> = (0..=MOST).map(|number| format!("https://{number}.example/")).collect();
        assert_eq!(Resources::parse(many.iter().map(String::as_str)), Err(InvalidResources));
    }
}
