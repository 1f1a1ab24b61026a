//! Which registered URL somebody may have meant, and where theirs differs.

/// Where two texts differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference<'t> {
    /// What is alike before it.
    pub(super) before: &'t str,
    /// What stands here.
    pub(super) wrong: &'t str,
    /// What stands there.
    pub(super) right: &'t str,
    /// What is alike after it.
    pub(super) after: &'t str,
}

/// The one of `known` that differs the least from `typed`, and where.
pub(super) fn nearest<'t>(typed: &'t str, known: &'t [String]) -> Option<(&'t str, Difference<'t>)> {
    let all = known.iter().map(|known| (known.as_str(), difference(typed, known)));
    all.min_by_key(|(_, difference)| difference.wrong.len().max(difference.right.len()))
}

fn difference<'t>(typed: &'t str, known: &'t str) -> Difference<'t> {
    let before: usize =
        typed.chars().zip(known.chars()).take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let (before, rest) = typed.split_at(before);
    let other = known.get(before.len()..).unwrap_or_default();
    let pairs = rest.chars().rev().zip(other.chars().rev());
    let after: usize = pairs.take_while(|(one, other)| one == other).map(|(one, _)| one.len_utf8()).sum();
    let (wrong, after) = rest.split_at(rest.len() - after);
    let right = other.get(..other.len() - after.len()).unwrap_or_default();
    Difference { before, wrong, right, after }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_what_is_not_alike() {
        let rows = [
            ("https://a.example/cb/", "https://a.example/cb", ("https://a.example/cb", "/", "", "")),
            ("http://a.example/cb", "https://a.example/cb", ("http", "", "s", "://a.example/cb")),
            ("https://a.example/CB", "https://a.example/cb", ("https://a.example/", "CB", "cb", "")),
            ("", "x", ("", "", "x", "")),
        ];
        for (typed, known, (before, wrong, right, after)) in rows {
            assert_eq!(difference(typed, known), Difference { before, wrong, right, after });
        }
    }

    #[test]
    fn the_nearest_differs_the_least() {
        let known = ["https://b.example/".to_owned(), "https://a.example/cb".to_owned()];
        let found = nearest("https://a.example/cb/", &known).unwrap();
        assert_eq!(found.0, "https://a.example/cb");
        assert!(nearest("x", &[]).is_none());
    }
}
