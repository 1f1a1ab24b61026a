//! What people read. The program says a message's id and its arguments; the sentence is made of them at the edge, in the
//! reader's language, from the message files beside this one (Project Fluent).

mod bundles;
mod language;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use language::Language;

/// A message with its arguments: what is said, before it is known to whom.
///
/// The id is the code that programs read, optionally followed by a hyphen and what tells several sentences of one code
/// apart: `root_domain_taken`, `malformed-time`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    id: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    args: BTreeMap<Cow<'static, str>, Arg>,
}

/// An argument of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arg {
    /// A whole number, which also chooses between singular and plural.
    Number(i64),
    /// Text that is the same in every language.
    Text(String),
    /// A name that a partner chose. In a mail, one that reads as a link gives way to `instead`.
    Name {
        /// The name, as pages show it.
        name: String,
        /// What stands for it in a mail when it reads as a link.
        instead: String,
    },
    /// A message within a message.
    Message(Box<Text>),
}

/// Where a text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Medium {
    Page,
    Html,
    Mail,
}

impl Text {
    /// A message without arguments; [`text!`](crate::text!) adds them.
    pub fn new(id: &'static str) -> Self {
        Self { id: Cow::Borrowed(id), args: BTreeMap::new() }
    }

    /// The same message with this argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.insert(Cow::Borrowed(name), value.into());
        self
    }

    /// The stable code that programs decide by: the id up to its hyphen.
    pub fn code(&self) -> &str {
        self.id.split('-').next().unwrap_or_default()
    }

    /// The id of the message.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The sentence in this language, as a page or an API answer says it. Plain text: whoever shows it escapes it.
    pub fn say(&self, language: Language) -> String {
        bundles::format(self, language, Medium::Page)
    }

    /// The same as a mail says it: no name that a partner chose reads as a link there.
    pub fn say_in_mail(&self, language: Language) -> String {
        bundles::format(self, language, Medium::Mail)
    }

    /// The same as HTML: the markup of the message stands, and what its arguments say is escaped.
    pub fn say_as_html(&self, language: Language) -> String {
        bundles::format(self, language, Medium::Html)
    }
}

impl Medium {
    /// What somebody else wrote, as it stands in a sentence of ours.
    fn write(self, text: &str) -> Cow<'_, str> {
        const SPECIAL: [char; 5] = ['&', '<', '>', '"', '\''];
        if self != Self::Html || !text.contains(SPECIAL) {
            return Cow::Borrowed(text);
        }
        let escaped = text.chars().fold(String::with_capacity(text.len() + 16), |mut escaped, letter| {
            match letter {
                '&' => escaped.push_str("&#38;"),
                '<' => escaped.push_str("&#60;"),
                '>' => escaped.push_str("&#62;"),
                '"' => escaped.push_str("&#34;"),
                '\'' => escaped.push_str("&#39;"),
                letter => escaped.push(letter),
            }
            escaped
        });
        Cow::Owned(escaped)
    }
}

/// In English, for logs and for programs that read no other language.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.say(Language::English))
    }
}

impl Arg {
    fn in_language(&self, language: Language, medium: Medium) -> fluent_bundle::FluentValue<'_> {
        match self {
            Self::Number(number) => (*number).into(),
            Self::Text(text) => medium.write(text).into(),
            Self::Name { name, instead } => match medium {
                Medium::Mail if reads_as_link(name) => instead.as_str().into(),
                Medium::Page | Medium::Html | Medium::Mail => medium.write(name).into(),
            },
            Self::Message(text) => bundles::format(text, language, medium).into(),
        }
    }
}

/// Whether a mail program makes a link of this: it would stand in words that seem to be ours.
fn reads_as_link(name: &str) -> bool {
    name.contains('/') || name.to_lowercase().contains("www.")
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<Text> for Arg {
    fn from(text: Text) -> Self {
        Self::Message(Box::new(text))
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {
        $(impl From<$number> for Arg {
            fn from(number: $number) -> Self {
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        })+
    };
}

numbers!(i32, i64, u8, u16, u32, u64, usize);

/// A message by its id, with its arguments: `text!("root_domain_taken", root = root.as_str())`.
#[macro_export]
macro_rules! text {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::text::Text::new($id)$(.with(stringify!($name), $value))*
    };
}
