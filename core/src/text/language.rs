//! The languages that people read.

/// A language of the message files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    /// English, which everything falls back to.
    #[default]
    English,
    /// Dutch.
    Dutch,
    /// German.
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::English, Self::Dutch, Self::German];

    /// Its tag (BCP 47), as `<html lang>` has it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
            Self::German => "de",
        }
    }

    /// The language of a tag such as `nl-BE`; `None` for one that there is no file for.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language to speak to somebody: that of their account, else the one their browser prefers, else English.
    ///
    /// `accept_language`: the header's value (RFC 9110 §12.5.4); a part that can't be read is passed over.
    pub fn choose(locale: Option<&str>, accept_language: Option<&str>) -> Self {
        locale.and_then(Self::of_tag).or_else(|| accept_language.and_then(preferred)).unwrap_or_default()
    }
}

fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for part in header.split(',') {
        let mut pieces = part.split(';').map(str::trim);
        let Some(language) = pieces.next().and_then(Language::of_tag) else { continue };
        let weight = pieces.find_map(|piece| piece.strip_prefix("q=")).map_or(Some(1000), thousandths);
        let Some(weight) = weight.filter(|weight| *weight > 0) else { continue };
        // Of two with the same weight, the first one named.
        if best.is_none_or(|(heaviest, _)| weight > heaviest) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// A weight from 0 to 1 with at most three digits behind its point (RFC 9110 §12.4.2), in thousandths.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = if digits(fraction) { format!("{fraction:0<3}").parse().ok()? } else { return None };
    match (whole, thousandths) {
        ("0", _) => Some(thousandths),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_decides_then_the_browser_then_english() {
        let rows = [
            (Some("nl"), Some("de"), Language::Dutch),
            (Some("de-AT"), None, Language::German),
            (Some("fr"), Some("nl-BE,nl;q=0.9"), Language::Dutch),
            (None, Some("fr-FR, de;q=0.8, en;q=0.5"), Language::German),
            (None, Some("en;q=0.3, nl;q=0.31"), Language::Dutch),
            (None, Some("nl;q=0, en"), Language::English),
            (None, Some("nl;q=1.5, de;q=0.001"), Language::German),
            (None, Some("*"), Language::English),
            (None, Some(";;,=,nl;q=x"), Language::English),
            (None, None, Language::English),
        ];
        for (locale, header, language) in rows {
            assert_eq!(Language::choose(locale, header), language, "{locale:?} {header:?}");
        }
    }
}
