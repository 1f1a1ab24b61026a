//! Patterns of LIKE.

/// A text that stands for itself in a pattern, with `\\` as its escape.
pub(in crate::store) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}
