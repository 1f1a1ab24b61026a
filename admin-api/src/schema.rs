//! What objects look like in the OpenAPI document: made from the types of `xwms_core::contract`.

use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// What a body is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It describes an object to make.
    Create,
    /// It changes one that is there.
    Change,
}

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
            let given = property.as_object_mut().and_then(|property| property.remove("examples"));
            if let Some(example) = given.as_ref().and_then(|examples| examples.get(0)) {
                examples.insert(name.clone(), example.clone());
            }
        }
        (schema, Value::Object(examples))
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
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, member) in schema["properties"].as_object_mut().into_iter().flatten() {
            // `null` empties a list that can be left out.
            if member["type"] == "array" && !required.contains(&json!(name)) {
                member["type"] = json!(["array", "null"]);
            }
        }
        if let Some(members) = schema.as_object_mut().filter(|_| purpose == Purpose::Change) {
            members.remove("required");
        }
        schema
    }

    fn example(&self) -> Value {
        self.schema(SchemaSettings::draft2020_12().for_serialize()).1
    }

    fn body_example(&self, _: Purpose) -> Value {
        self.schema(SchemaSettings::draft2020_12().for_deserialize()).1
    }
}
