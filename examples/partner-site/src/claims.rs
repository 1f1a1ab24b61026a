//! What XWMS told about a person, made ready for a table.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A JSON object of claims.
pub(crate) type Claims = Map<String, Value>;

/// Claims with one origin, in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The claims as a section; those that are null were not shared, and are left out.
pub(crate) fn section(title: &'static str, claims: &Claims) -> Section {
    let rows = claims
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| Row { name: name.clone(), value: shown(name, value) })
        .collect();
    Section { title, rows }
}

/// How to call the person: the first of name, given name and email that was shared, else the `sub`.
pub(crate) fn display_name(claims: &Claims, sub: &str) -> String {
    ["name", "given_name", "email"]
        .iter()
        .filter_map(|name| claims.get(*name)?.as_str())
        .find(|text| !text.trim().is_empty())
        .unwrap_or(sub)
        .to_owned()
}

/// The claims inside a compact JWS (RFC 7515 §7.1), whose signature the caller has verified: a library's own claims
/// type keeps only those it knows, and the page shows all.
pub(crate) fn of_verified_token(token: &str) -> Option<Claims> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Times (RFC 7519 §4.1: seconds since 1970) are shown as dates too; everything else as it came.
fn shown(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if ["exp", "iat", "nbf", "auth_time", "updated_at"].contains(&name) => {
            date(number.as_i64()).map_or_else(|| number.to_string(), |date| format!("{date} ({number})"))
        }
        other => other.to_string(),
    }
}

fn date(seconds: Option<i64>) -> Option<String> {
    OffsetDateTime::from_unix_timestamp(seconds?).ok()?.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_kind_of_value_is_readable() {
        let rows = [
            ("name", json!("Ada Lovelace"), "Ada Lovelace"),
            ("email_verified", json!(true), "true"),
            ("amr", json!(["pwd"]), r#"["pwd"]"#),
            ("exp", json!(0), "1970-01-01T00:00:00Z (0)"),
            ("exp", json!(i64::MAX), "9223372036854775807"),
            ("exp", json!(1.5), "1.5"),
        ];
        for (name, value, text) in rows {
            assert_eq!(shown(name, &value), text);
        }
    }

    #[test]
    fn the_name_falls_back_to_what_is_there() {
        let rows = [
            (json!({"name": "Ada", "email": "ada@example.test"}), "Ada"),
            (json!({"name": null, "email": "ada@example.test"}), "ada@example.test"),
            (json!({"name": " "}), "1815"),
        ];
        for (claims, name) in rows {
            assert_eq!(display_name(claims.as_object().unwrap(), "1815"), name);
        }
    }

    #[test]
    fn what_is_no_token_has_no_claims() {
        for text in ["", "a", "a.b.c", "a.W10.c", "..", "a.!.c"] {
            assert_eq!(of_verified_token(text), None);
        }
    }
}
