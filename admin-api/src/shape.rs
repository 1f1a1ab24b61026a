//! What objects look like on the wire: one table for each, from which bodies are read and the OpenAPI document is made.

use serde_json::{Map, Value, json};
use xwms_core::error::{Error, FieldError};
use xwms_core::text::Text;

use crate::schema::Described;

/// An object on the wire.
pub(crate) struct Shape {
    /// Its name in the OpenAPI document.
    pub(crate) name: &'static str,
    /// Its members, in order.
    pub(crate) members: &'static [Member],
}

/// A member of an object.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) set: Set,
    /// What it is, in one line.
    pub(crate) about: &'static str,
    /// An example, as JSON.
    pub(crate) example: &'static str,
}

/// What a member's value is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// An id with this prefix.
    Id(&'static str),
    /// The same, or `null`.
    NullableId(&'static str),
    /// A text of so many characters at the most.
    Text(u32),
    /// A text that `null` or an empty one clears.
    NullableText(u32),
    /// An RFC 3339 time.
    Time,
    /// The same; `null` is never.
    NullableTime,
    Bool,
    /// A whole number in this range.
    Integer(i64, i64),
    /// One of a few texts.
    OneOf(&'static [&'static str]),
    /// A list of texts; `null` in a body is an empty one.
    Texts,
}

/// Who sets a member.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    /// Nobody: it is read only.
    Never,
    /// The caller, when the object is made.
    Once,
    /// The same, and it can't be left out.
    OnceRequired,
    /// The caller, when the object is made and later.
    Always,
    /// The same, and it can't be left out when the object is made.
    Required,
    /// The caller, once the object is there.
    Later,
}

/// A member by its five facts, in a line.
pub(crate) const fn member(
    name: &'static str,
    kind: Kind,
    set: Set,
    about: &'static str,
    example: &'static str,
) -> Member {
    Member { name, kind, set, about, example }
}

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It describes an object to make.
    Create,
    /// It changes one that is there.
    Change,
}

impl Set {
    pub(crate) fn allows(self, purpose: Purpose) -> bool {
        match self {
            Self::Never => false,
            Self::Once | Self::OnceRequired => purpose == Purpose::Create,
            Self::Always | Self::Required => true,
            Self::Later => purpose == Purpose::Change,
        }
    }

    pub(crate) fn requires(self, purpose: Purpose) -> bool {
        purpose == Purpose::Create && matches!(self, Self::OnceRequired | Self::Required)
    }
}

/// The members of a body, each of the right type, taken out one by one.
pub(crate) struct Members {
    left: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl Members {
    /// Reads a body of this shape. What is wrong with it is told at [`Members::end`], member by member, together with
    /// what the use case finds.
    pub(crate) fn of(body: Map<String, Value>, shape: &Shape, purpose: Purpose) -> Self {
        let mut this = Self { left: Map::new(), errors: Vec::new() };
        for member in shape.members.iter().filter(|member| member.set.requires(purpose)) {
            if body.get(member.name).is_none_or(Value::is_null) {
                this.wrong(member.name, "required", "it can't be left out");
            }
        }
        for (name, value) in body {
            match shape.members.iter().find(|member| member.name == name && member.set.allows(purpose)) {
                None => this.wrong(&name, "unknown_field", "there is no such member to set"),
                Some(member) => match member.kind.fits(&value) {
                    Ok(()) => drop(this.left.insert(name, value)),
                    Err((code, right)) => this.wrong(&name, code, &right),
                },
            }
        }
        this
    }

    /// A text. `null` clears, which is what an empty text does.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.left.remove(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            _ => Some(String::new()),
        }
    }

    /// A text that is one of a few.
    pub(crate) fn choice<T>(&mut self, name: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        parse(self.left.remove(name)?.as_str()?)
    }

    /// An id.
    pub(crate) fn id<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        self.left.remove(name)?.as_str()?.parse().ok()
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.left.remove(name)?.as_bool()
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        self.left.remove(name)?.as_i64()
    }

    /// A list of texts.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let items = match self.left.remove(name)? {
            Value::Array(items) => items,
            // RFC 7396: it is taken away.
            Value::Null => Vec::new(),
            _ => return None,
        };
        Some(items.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// Goes on only when nothing was wrong.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that was.
    pub(crate) fn end(mut self) -> Result<(), Error> {
        for name in self.left.keys().cloned().collect::<Vec<_>>() {
            self.wrong(&name, "unknown_field", "there is no such member to set");
        }
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Invalid(self.errors)) }
    }

    fn wrong(&mut self, field: &str, code: &'static str, message: &str) {
        self.errors.push(Text::english(code, message).at(field));
    }
}

impl Kind {
    /// Whether a value is of this kind, as far as a table can say; else a code and what would be right.
    fn fits(self, value: &Value) -> Result<(), (&'static str, String)> {
        let wrong = |code, right: &str| Err((code, right.to_owned()));
        let is_id = |prefix: &str, text: &str| text.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_'));
        match (self, value) {
            (Self::NullableId(_) | Self::NullableText(_) | Self::NullableTime, Value::Null)
            | (Self::Text(_) | Self::NullableText(_) | Self::Time | Self::NullableTime, Value::String(_))
            | (Self::Bool, Value::Bool(_)) => Ok(()),
            (Self::Id(prefix) | Self::NullableId(prefix), Value::String(text)) if is_id(prefix, text) => Ok(()),
            (Self::Id(prefix) | Self::NullableId(prefix), _) => {
                Err(("not_an_id", format!("give an id of the form {prefix}_ and 26 characters")))
            }
            (Self::Text(_) | Self::NullableText(_), _) => wrong("not_a_string", "give a text"),
            (Self::Time | Self::NullableTime, _) => wrong("not_a_string", "give a time, RFC 3339, as a text"),
            (Self::Bool, _) => wrong("not_a_boolean", "give true or false"),
            (Self::Integer(least, most), value) => match value.as_i64() {
                Some(number) if (least..=most).contains(&number) => Ok(()),
                Some(_) => Err(("range", format!("give a whole number from {least} to {most}"))),
                None => wrong("not_an_integer", "give a whole number"),
            },
            (Self::OneOf(choices), value) => match value.as_str() {
                Some(text) if choices.contains(&text) => Ok(()),
                Some(_) => Err(("unknown_value", format!("give one of {}", choices.join(", ")))),
                None => wrong("not_a_string", "give a text"),
            },
            (Self::Texts, Value::Null) => Ok(()),
            (Self::Texts, Value::Array(items)) if items.iter().all(Value::is_string) => Ok(()),
            (Self::Texts, _) => wrong("not_a_list", "give a list of texts"),
        }
    }

    /// Its JSON Schema (draft 2020-12, as in OpenAPI 3.1).
    fn schema(self) -> Value {
        let id = |prefix: &str| format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$");
        match self {
            Self::Id(prefix) => json!({ "type": "string", "pattern": id(prefix) }),
            Self::NullableId(prefix) => json!({ "type": ["string", "null"], "pattern": id(prefix) }),
            Self::Text(most) => json!({ "type": "string", "maxLength": most }),
            Self::NullableText(most) => json!({ "type": ["string", "null"], "maxLength": most }),
            Self::Time => json!({ "type": "string", "format": "date-time" }),
            Self::NullableTime => json!({ "type": ["string", "null"], "format": "date-time" }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Self::OneOf(choices) => json!({ "type": "string", "enum": choices }),
            Self::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        }
    }
}

impl Described for Shape {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn is_contract(&self) -> bool {
        false
    }

    /// The schema of the object in an answer. `value` is there in one answer only, so nothing is required to be.
    fn answer_schema(&self) -> Value {
        self.schema(|_| true, |member| member.name != "value" && member.set != Set::Later)
    }

    /// The schema of a body for this purpose.
    fn body_schema(&self, purpose: Purpose) -> Value {
        let mut schema = self.schema(|member| member.set.allows(purpose), |member| member.set.requires(purpose));
        schema["additionalProperties"] = json!(false);
        let taken_away = |member: &&Member| {
            matches!(member.kind, Kind::Texts) && member.set.allows(purpose) && !member.set.requires(purpose)
        };
        for member in self.members.iter().filter(taken_away) {
            schema["properties"][member.name]["type"] = json!(["array", "null"]);
        }
        schema
    }

    /// An example of the object in an answer.
    fn example(&self) -> Value {
        self.example_of(|member| member.name != "value")
    }

    /// An example of a body for this purpose.
    fn body_example(&self, purpose: Purpose) -> Value {
        self.example_of(|member| member.set.allows(purpose))
    }
}

impl Shape {
    fn example_of(&self, shown: impl Fn(&Member) -> bool) -> Value {
        let members = self.members.iter().filter(|member| shown(member));
        members.map(|member| (member.name.to_owned(), example_value(member))).collect::<Map<_, _>>().into()
    }

    fn schema(&self, shown: impl Fn(&Member) -> bool, required: impl Fn(&Member) -> bool) -> Value {
        let mut properties = Map::new();
        for member in self.members.iter().filter(|member| shown(member)) {
            let mut schema = member.kind.schema();
            schema["description"] = json!(member.about);
            properties.insert(member.name.to_owned(), schema);
        }
        let required: Vec<&str> =
            self.members.iter().filter(|m| shown(m) && required(m)).map(|member| member.name).collect();
        let mut schema = json!({ "type": "object", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }
}

/// An example stands in the table as JSON; one that is no JSON is a text.
fn example_value(member: &Member) -> Value {
    serde_json::from_str(member.example).unwrap_or_else(|_| Value::String(member.example.to_owned()))
}
