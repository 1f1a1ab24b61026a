//! HTML forms, read as the objects of a contract: the schema of the type says what each field is, so no page lists the
//! members of a resource again.
//!
//! - `true`/`false` of a check box: the last value counts, since a hidden `false` stands before it.
//! - An empty text clears what may be empty, and leaves the default of what has one.
//! - A list is its name repeated, one value a line, or `name[0].member` where its items are objects.
//! - A time is RFC 3339, `YYYY-MM-DDTHH:MM`, or `YYYY-MM-DD`, which is the end of that day; the last two in the zone of
//!   whoever typed it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Map, Value};

use super::Contract;
use crate::clock::Timestamp;
use crate::zone::{DayEnd, Zone};

/// A field that the form of this type does not have, or has once and was sent more often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField(pub String);

/// The members of a form of this type. `beside`: the names of the form's own fields, which are none of the type's. `zone`:
/// where its times are meant.
///
/// # Errors
/// [`UnknownField`].
pub fn members<'f, T: Contract>(
    fields: impl Iterator<Item = (&'f str, &'f str)>,
    beside: &[&str],
    zone: &Zone,
) -> Result<Map<String, Value>, UnknownField> {
    let schema = schema_of::<T>();
    let (mut plain, mut objects) = (BTreeMap::<&str, Vec<&str>>::new(), BTreeMap::<&str, Items<'f>>::new());
    for (name, value) in fields.filter(|(name, _)| !beside.contains(name)) {
        match indexed(name) {
            Some((list, index, member)) => {
                let item = objects.entry(list).or_default().entry(index).or_default();
                if item.insert(member, value).is_some() {
                    return Err(UnknownField(name.to_owned()));
                }
            }
            None => plain.entry(name).or_default().push(value),
        }
    }
    let mut members = Map::new();
    for (name, values) in plain {
        let unknown = || UnknownField(name.to_owned());
        let member = schema["properties"].get(name).ok_or_else(unknown)?;
        let once = !matches!(kind(member), Kind::List | Kind::Flag);
        if once && values.len() > 1 {
            return Err(unknown());
        }
        if let Some(value) = read(member, &values, is_required(&schema, name), zone) {
            members.insert(name.to_owned(), value);
        }
    }
    for (name, items) in objects {
        let item = &schema["properties"][name]["items"];
        let items =
            items.into_values().map(|fields| object(item, name, &fields, zone)).collect::<Result<Vec<_>, _>>()?;
        members.insert(name.to_owned(), items.into());
    }
    Ok(members)
}

type Items<'f> = BTreeMap<usize, BTreeMap<&'f str, &'f str>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Flag,
    Number,
    List,
    Text,
}

/// The schema of the type as bodies are read by it.
fn schema_of<T: JsonSchema>() -> Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
    let settings = settings.with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().into()
}

fn kind(member: &Value) -> Kind {
    let is = |kind: &str| match &member["type"] {
        Value::String(only) => only == kind,
        Value::Array(several) => several.iter().any(|it| it == kind),
        _ => false,
    };
    match () {
        () if is("boolean") => Kind::Flag,
        () if is("integer") => Kind::Number,
        () if is("array") => Kind::List,
        () => Kind::Text,
    }
}

fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|it| it == name))
}

/// `name[0].member`.
fn indexed(name: &str) -> Option<(&str, usize, &str)> {
    let (list, rest) = name.split_once('[')?;
    let (index, member) = rest.split_once("].")?;
    Some((list, index.parse().ok().filter(|index| *index < 10_000)?, member))
}

fn object(item: &Value, list: &str, fields: &BTreeMap<&str, &str>, zone: &Zone) -> Result<Value, UnknownField> {
    let mut members = Map::new();
    for (name, value) in fields {
        let member = item["properties"].get(name).ok_or_else(|| UnknownField(format!("{list}[].{name}")))?;
        if let Some(value) = read(member, &[value], is_required(item, name), zone) {
            members.insert((*name).to_owned(), value);
        }
    }
    Ok(members.into())
}

/// The value of a member; `None` is left out.
fn read(member: &Value, values: &[&str], required: bool, zone: &Zone) -> Option<Value> {
    let last = values.last().copied().unwrap_or_default();
    match kind(member) {
        Kind::Flag => Some(match last {
            "true" => true.into(),
            "false" => false.into(),
            other => other.into(),
        }),
        Kind::Number if last.is_empty() => None,
        // What is no number stays as it was typed, and is refused as such.
        Kind::Number => Some(last.trim().parse::<i64>().map_or_else(|_| last.into(), Value::from)),
        Kind::List => {
            let lines = values.iter().flat_map(|value| value.lines()).map(str::trim);
            Some(lines.filter(|line| !line.is_empty()).map(Value::from).collect())
        }
        Kind::Text if last.is_empty() && !required => match member.get("default") {
            Some(_) => None,
            None => Some(Value::Null),
        },
        Kind::Text if member["format"] == "date-time" => Some(time(last, zone).into()),
        Kind::Text => Some(last.into()),
    }
}

/// A time in full; what is none stays as it was typed, and so does one that was in full.
fn time(text: &str, zone: &Zone) -> String {
    if Timestamp::parse(text).is_some() {
        return text.to_owned();
    }
    zone.read(text, DayEnd::Last).map_or_else(|| text.to_owned(), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::domain::DomainSettings;
    use crate::contract::secret::{Rotation, SecretSettings};
    use crate::contract::staff::Decision;

    #[test]
    fn a_form_is_read_as_its_resource() {
        let fields = [
            ("csrf", "x"),
            ("root_domain", "engines.example"),
            ("server_ips", "192.0.2.7\r\n\r\n 2001:db8::/32 "),
            ("internal_name", ""),
            ("active", "false"),
            ("active", "true"),
            ("test_mode", "false"),
        ];
        let read = members::<DomainSettings>(fields.into_iter(), &["csrf"], &Zone::UTC).unwrap();
        let expected = json!({
            "root_domain": "engines.example", "server_ips": ["192.0.2.7", "2001:db8::/32"], "internal_name": null,
            "active": true, "test_mode": false,
        });
        assert_eq!(Value::Object(read), expected);
    }

    #[test]
    fn what_a_form_does_not_have_is_refused() {
        let rows: [&[(&str, &str)]; 3] = [
            &[("admin", "true")],
            &[("root_domain", "a.example"), ("root_domain", "b.example")],
            &[("csrf[0].a", "1")],
        ];
        for fields in rows {
            assert!(members::<DomainSettings>(fields.iter().copied(), &["csrf"], &Zone::UTC).is_err(), "{fields:?}");
        }
    }

    #[test]
    fn an_empty_text_leaves_a_default_and_clears_what_may_be_empty() {
        let read = |fields: &[(&'static str, &'static str)]| {
            Value::Object(members::<SecretSettings>(fields.iter().copied(), &[], &Zone::UTC).unwrap())
        };
        assert_eq!(read(&[("label", ""), ("expires_at", "")]), json!({ "expires_at": null }));
        let ends = [
            ("2030-01-31", "2030-01-31T23:59:59Z"),
            ("2030-01-31T12:00", "2030-01-31T12:00:00Z"),
            ("2030-01-31T12:00:00+01:00", "2030-01-31T12:00:00+01:00"),
            ("tomorrow", "tomorrow"),
        ];
        for (typed, expected) in ends {
            assert_eq!(read(&[("expires_at", typed)]), json!({ "expires_at": expected }));
        }
    }

    #[test]
    fn a_number_is_a_number_and_anything_else_stays_for_the_contract_to_refuse() {
        for (typed, expected) in [("3600", json!(3600)), ("soon", json!("soon"))] {
            let read = members::<Rotation>([("overlap_seconds", typed)].into_iter(), &[], &Zone::UTC).unwrap();
            assert_eq!(Value::Object(read), json!({ "overlap_seconds": expected }));
        }
    }

    #[test]
    fn a_list_of_objects_is_read_by_the_paths_that_errors_use() {
        let fields = [
            ("version", "3"),
            ("items[0].domain", "domain_1"),
            ("items[0].decision", "approve"),
            ("items[1].domain", "domain_2"),
            ("items[1].reason", "No."),
        ];
        let read = Value::Object(members::<Decision>(fields.into_iter(), &[], &Zone::UTC).unwrap());
        let items = json!([{ "domain": "domain_1", "decision": "approve" }, { "domain": "domain_2", "reason": "No." }]);
        assert_eq!(read["items"], items);
        assert!(members::<Decision>([("items[0].admin", "1")].into_iter(), &[], &Zone::UTC).is_err());
    }
}
