//! What objects look like in the OpenAPI document: made from the types of `xwms_core::contract`.

use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::shape::Purpose;

/// What marks a member that is set when the object is made, and not later.
const SET_ONCE: &str = "x-set-once";

/// An object that the document describes.
pub(crate) trait Described: Sync {
    /// Its name in the document.
    fn name(&self) -> String;

    /// Its schema in an answer.
    fn answer_schema(&self) -> Value;

    /// Its schema in a body for this purpose.
    fn body_schema(&self, purpose: Purpose) -> Value;

    /// An example of it in an answer.
    fn example(&self) -> Value;

    /// An example of it in a body for this purpose.
    fn body_example(&self, purpose: Purpose) -> Value;

    /// Whether its bodies are read by the contract's types.
    fn is_contract(&self) -> bool {
        true
    }
}

/// The object of a type.
pub(crate) struct Of<T>(PhantomData<fn() -> T>);

impl<T> Of<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: JsonSchema> Of<T> {
    /// The schema of the type, with the examples of its members apart.
    fn schema(&self, settings: SchemaSettings) -> (Value, Value) {
        let settings = settings.with(|settings| {
            settings.inline_subschemas = true;
            settings.meta_schema = None;
        });
        let mut schema: Value = settings.into_generator().into_root_schema_for::<T>().into();
        let mut examples = Map::new();
        if let Some(members) = schema.as_object_mut() {
            members.remove("title");
        }
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (name, property) in properties.into_iter().flatten() {
            let given = property.as_object_mut().and_then(|property| {
                property.remove(SET_ONCE);
                property.remove("examples")
            });
            if let Some(example) = given.as_ref().and_then(|examples| examples.get(0)) {
                examples.insert(name.clone(), example.clone());
            }
        }
        (schema, Value::Object(examples))
    }
}

impl<T: JsonSchema> Of<T> {
    /// The members that can't be set any more when an object changes.
    fn fixed(&self, purpose: Purpose) -> Vec<String> {
        let schema: Value = schemars::schema_for!(T).into();
        let members = schema["properties"].as_object().into_iter().flatten();
        let once = members.filter(|(_, member)| purpose == Purpose::Change && member[SET_ONCE] == true);
        once.map(|(name, _)| name.clone()).collect()
    }
}

impl<T: JsonSchema> Described for Of<T> {
    fn name(&self) -> String {
        T::schema_name().into_owned()
    }

    fn answer_schema(&self) -> Value {
        self.schema(SchemaSettings::draft2020_12().for_serialize()).0
    }

    fn body_schema(&self, purpose: Purpose) -> Value {
        let (mut schema, _) = self.schema(SchemaSettings::draft2020_12().for_deserialize());
        schema["additionalProperties"] = json!(false);
        for name in self.fixed(purpose) {
            schema["properties"].as_object_mut().and_then(|members| members.remove(&name));
        }
        let required = schema["required"].take();
        for (name, member) in schema["properties"].as_object_mut().into_iter().flatten() {
            let is_required = required.as_array().is_some_and(|names| names.iter().any(|it| it == name));
            // RFC 7396: `null` takes a list away.
            if member["type"] == "array" && !is_required {
                member["type"] = json!(["array", "null"]);
            }
        }
        match schema.as_object_mut() {
            Some(members) if purpose == Purpose::Change || required.is_null() => drop(members.remove("required")),
            _ => schema["required"] = required,
        }
        schema
    }

    fn example(&self) -> Value {
        self.schema(SchemaSettings::draft2020_12().for_serialize()).1
    }

    fn body_example(&self, purpose: Purpose) -> Value {
        let (_, mut example) = self.schema(SchemaSettings::draft2020_12().for_deserialize());
        for name in self.fixed(purpose) {
            example.as_object_mut().and_then(|members| members.remove(&name));
        }
        example
    }
}
