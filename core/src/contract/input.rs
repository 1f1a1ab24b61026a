//! Objects as they are sent: read whole, or as what changes of one that is there.

use deserr::{Deserr, IntoValue, ValuePointerRef};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::Findings;
use crate::error::{Error, FieldError};

/// What can be set of a resource: read from what people and programs send, and written as it is.
pub trait Contract: Deserr<Findings> + Serialize + JsonSchema + Send + 'static {}

impl<T: Deserr<Findings> + Serialize + JsonSchema + Send + 'static> Contract for T {}

/// An object that was sent: what could be read of it, and what is wrong with the rest.
///
/// A member that is wrong counts as left out, so that a use case finds what is wrong with the others, and all of it is told
/// in one round. Nothing is changed as long as anything is wrong.
#[derive(Clone, Debug)]
pub struct Input<T> {
    value: Option<T>,
    findings: Findings,
}

impl<T: Contract> Input<T> {
    /// Reads an object.
    pub fn read(object: Map<String, Value>) -> Self {
        match value_of(object.clone()) {
            Ok(value) => Self { value: Some(value), findings: Findings::default() },
            Err(findings) => {
                let mut rest = object;
                for member in findings.members() {
                    rest.remove(member);
                }
                Self { value: value_of(rest).ok(), findings }
            }
        }
    }
}

impl<T> Input<T> {
    /// An object that was made here, and not sent.
    pub fn of(value: T) -> Self {
        Self { value: Some(value), findings: Findings::default() }
    }

    /// The object, when nothing is wrong with it.
    pub(crate) fn good(self) -> Option<T> {
        self.value.filter(|_| self.findings.is_empty())
    }

    /// What could be read of it.
    pub(crate) const fn seen(&self) -> Option<&T> {
        self.value.as_ref()
    }

    /// The object, with what is wrong noted among `findings`.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that was found when a member that can't be left out is missing or wrong.
    pub(crate) fn take(self, findings: &mut Findings) -> Result<T, Error> {
        findings.extend(self.findings.into_errors());
        self.value.ok_or_else(|| Error::Invalid(std::mem::take(findings).into_errors()))
    }
}

fn value_of<T: Contract>(object: Map<String, Value>) -> Result<T, Findings> {
    T::deserialize_from_value(Value::Object(object).into_value(), ValuePointerRef::Origin)
}

/// The names of the members that can be set.
pub(crate) fn member_names<T: JsonSchema>() -> Vec<String> {
    let schema = schemars::schema_for!(T);
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// What makes a resource: what is said once, when it is made, and its settings, which can change later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct New<O, S> {
    /// What is said once.
    #[serde(flatten)]
    pub once: O,
    /// Its settings.
    #[serde(flatten)]
    pub settings: S,
}

impl<O: Contract, S: Contract> Deserr<Findings> for New<O, S> {
    fn deserialize_from_value<V: IntoValue>(
        value: deserr::Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Findings> {
        read_both(value, location).map(|(once, settings)| Self { once, settings })
    }
}

/// Reads one object as two: the members of the first are its own, and all others are the second's.
pub(super) fn read_both<A: Contract, B: Contract, V: IntoValue>(
    value: deserr::Value<V>,
    location: ValuePointerRef<'_>,
) -> Result<(A, B), Findings> {
    let mut members: Map<String, Value> = match <Value as Deserr<Findings>>::deserialize_from_value(value, location)? {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    let names = member_names::<A>().into_iter();
    let first: Map<String, Value> = names.filter_map(|name| members.remove(&name).map(|value| (name, value))).collect();
    let first = A::deserialize_from_value(Value::Object(first).into_value(), location);
    let second = B::deserialize_from_value(Value::Object(members).into_value(), location);
    match (first, second) {
        (Ok(first), Ok(second)) => Ok((first, second)),
        (first, second) => {
            let mut findings = first.err().unwrap_or_default();
            findings.extend(second.err().unwrap_or_default().into_errors());
            Err(findings)
        }
    }
}

/// What changes of an object that is there: a JSON Merge Patch (RFC 7396) of its settings.
#[derive(Clone, Debug, Default)]
pub struct Patch<T> {
    members: Map<String, Value>,
    settings: std::marker::PhantomData<fn() -> T>,
}

impl<T: Contract> Patch<T> {
    /// A patch of these members.
    pub const fn new(members: Map<String, Value>) -> Self {
        Self { members, settings: std::marker::PhantomData }
    }

    /// Whether it says anything of this member.
    pub fn names(&self, member: &str) -> bool {
        self.members.contains_key(member)
    }

    /// The same without what it says of a member.
    #[must_use]
    pub(crate) fn without(mut self, member: &str) -> Self {
        self.members.remove(member);
        self
    }

    /// A member that is a text.
    pub(crate) fn text(&self, member: &str) -> Option<&str> {
        self.members.get(member).and_then(Value::as_str)
    }

    /// A member that is `true` or `false`.
    pub(crate) fn flag(&self, member: &str) -> Option<bool> {
        self.members.get(member).and_then(Value::as_bool)
    }

    /// The same, where a member that is not there has this value.
    #[must_use]
    pub(crate) fn or(mut self, member: &str, value: Value) -> Self {
        self.members.entry(member).or_insert(value);
        self
    }

    /// Whether all that it changes of what `stands` is to switch off some of `switches`.
    pub(crate) fn only_switches_off(&self, stands: &T, switches: &[&str]) -> bool {
        let stands = serde_json::to_value(stands).unwrap_or_default();
        let is_off = |name: &str, value: &Value| switches.contains(&name) && *value == Value::Bool(false);
        self.members.iter().all(|(name, value)| stands.get(name) == Some(value) || is_off(name, value))
    }

    /// The object that these members make by themselves.
    pub(crate) fn whole(self) -> Input<T> {
        Input::read(self.members)
    }

    /// What is wrong with the members by themselves. One that is not there may stand already.
    pub(crate) fn check(&self) -> Vec<FieldError> {
        let findings = value_of::<T>(self.members.clone()).err().unwrap_or_default();
        let there = |error: &FieldError| error.code() != "required" || self.members.contains_key(&error.field);
        findings.into_errors().into_iter().filter(there).collect()
    }

    /// The settings as they are to be.
    pub fn apply(self, settings: &T) -> Input<T> {
        let mut object = match serde_json::to_value(settings) {
            Ok(Value::Object(object)) => object,
            Ok(_) | Err(_) => Map::new(),
        };
        let current = object.clone();
        object.extend(self.members);
        match value_of(object.clone()) {
            Ok(value) => Input { value: Some(value), findings: Findings::default() },
            Err(findings) => {
                for member in findings.members() {
                    match current.get(member) {
                        Some(stands) => object.insert(member.to_owned(), stands.clone()),
                        None => object.remove(member),
                    };
                }
                Input { value: value_of(object).ok(), findings }
            }
        }
    }
}
