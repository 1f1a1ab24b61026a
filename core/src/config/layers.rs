//! Layers of settings as TOML tables, laid on each other; a key that the lowest does not have is unknown.

use toml::{Table, Value};

use super::read::ConfigError;

/// The error without the line of the file it quotes, which may hold a password.
pub(super) fn parse(text: &str, place: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|why: toml::de::Error| {
        let before = why.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError::new(format!("{place}, line {line}: {}", why.message()))
    })
}

/// Every section and key, as `section.key`.
pub(super) fn paths(table: &Table, above: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (key, value) in table {
        let path = join(above, key);
        if let Value::Table(inner) = value {
            paths.extend(self::paths(inner, &path));
        }
        paths.push(path);
    }
    paths
}

pub(super) fn join(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}

/// Lays `over` on `table`; a key that is not there yet is unknown.
pub(super) fn merge(
    table: &mut Table,
    over: Table,
    place: &str,
    above: &str,
    known: &[String],
) -> Result<(), ConfigError> {
    for (key, value) in over {
        let path = join(above, &key);
        match (table.get_mut(&key), value) {
            (None, _) => return Err(unknown(place, &path, known)),
            (Some(Value::Table(inner)), Value::Table(over)) => merge(inner, over, place, &path, known)?,
            (Some(Value::Table(_)), _) => {
                return Err(ConfigError::new(format!("{place}: {path} is a section, not a key")));
            }
            (Some(slot), value) => *slot = value,
        }
    }
    Ok(())
}

/// Sets one key from the environment: as TOML where the text is some, else as the text. What the key has by default
/// decides in doubt: a text stays one whatever it looks like, and a list may be written with commas alone.
pub(super) fn set(table: &mut Table, name: &str, path: &str, text: &str, known: &[String]) -> Result<(), ConfigError> {
    let mut keys = path.split('.');
    let first = keys.next().and_then(|key| table.get_mut(key));
    let slot = keys.fold(first, |inner, key| inner?.as_table_mut()?.get_mut(key));
    let Some(slot) = slot else { return Err(unknown(name, path, known)) };
    let text_value = || Value::String(text.to_owned());
    *slot = match (&*slot, text.parse::<Value>().ok()) {
        (Value::Table(_), _) => return Err(ConfigError::new(format!("{name}: {path} is a section, not a key"))),
        (Value::String(_), Some(Value::String(quoted))) => Value::String(quoted),
        (Value::String(_), _) => text_value(),
        (Value::Array(_), Some(Value::Array(list))) => Value::Array(list),
        (Value::Array(_), _) => {
            let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
            Value::Array(entries.map(|entry| Value::String(entry.to_owned())).collect())
        }
        (_, value) => value.unwrap_or_else(text_value),
    };
    Ok(())
}

/// Names the keys nearest to one that there is not: by spelling, or of the same name in another section.
fn unknown(place: &str, path: &str, known: &[String]) -> ConfigError {
    let name_of = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let far = |other: &str| distance(path, other).min(distance(&name_of(path), &name_of(other)) + 1);
    let mut near: Vec<(usize, &String)> = known.iter().map(|other| (far(other), other)).collect();
    near.sort();
    let near: Vec<&str> = near.into_iter().take(3).map(|(_, other)| other.as_str()).collect();
    ConfigError::new(format!("{place}: there is no key {path}; did you mean {}?", near.join(", ")))
}

/// How many letters have to be changed, added or left out (Levenshtein).
pub(super) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (1..=b.len()).collect();
    let mut last = b.len();
    for (i, letter) in a.chars().enumerate() {
        let (mut diagonal, mut left) = (i, i + 1);
        for (cell, other) in row.iter_mut().zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(letter != *other)).min(above + 1).min(left + 1);
            (*cell, diagonal) = (left, above);
        }
        last = left;
    }
    last
}
