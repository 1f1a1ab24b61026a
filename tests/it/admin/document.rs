//! The operations of the API, read from its OpenAPI document: tests are generated from them, so that a new operation is
//! tested without anybody thinking of it.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;

use super::logos::png;

/// An operation, as the document describes it.
#[derive(Clone)]
pub struct Operation {
    pub id: String,
    pub method: Method,
    /// With its parameters in braces.
    pub path: String,
    /// The names of those parameters, in order.
    pub parameters: Vec<String>,
    /// The parameters of the query, each with its example.
    pub query: Vec<(String, Value)>,
    pub needs: String,
    pub permission: Option<Permission>,
    /// Whether it has the header `If-Match`.
    pub has_if_match: bool,
    /// The status when all goes well.
    pub done: u16,
    pub body: Body,
}

/// What a request carries.
#[derive(Clone)]
pub enum Body {
    Nothing,
    Picture,
    Json { example: Value, schema: Value },
}

/// Where an id stands in a body, as a JSON pointer, and of what it is.
#[derive(Debug)]
pub struct Position {
    pub pointer: String,
    pub kind: String,
}

impl Operation {
    fn read(document: &Value, path: &str, method: &str, told: &Value) -> Self {
        let parameters = |place: &str| {
            let all = told["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            all.iter().filter(|it| it["in"] == place).cloned().collect::<Vec<Value>>()
        };
        let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
        let done = told["responses"].as_object().unwrap().keys().find(|status| status.starts_with('2'));
        Self {
            id: told["operationId"].as_str().unwrap().to_owned(),
            method: method.to_uppercase().parse().unwrap(),
            path: path.to_owned(),
            parameters: parameters("path").iter().map(name).collect(),
            query: parameters("query").iter().map(|it| (name(it), it["example"].clone())).collect(),
            needs: told["x-needs"].as_str().unwrap().to_owned(),
            permission: told["x-permission"].as_str().map(|text| Permission::parse(text).unwrap()),
            has_if_match: parameters("header").iter().any(|it| it["name"] == "If-Match"),
            done: done.unwrap().parse().unwrap(),
            body: Body::read(document, &told["requestBody"]["content"]),
        }
    }

    /// The path with these values for its parameters.
    pub fn filled(&self, value: impl Fn(&str) -> String) -> String {
        self.parameters.iter().fold(self.path.clone(), |path, name| path.replace(&format!("{{{name}}}"), &value(name)))
    }

    /// Whether somebody calls it who is known: neither a service that signs nor anybody at all.
    pub fn has_caller(&self) -> bool {
        !matches!(self.needs.as_str(), "signature" | "nobody")
    }

    /// The members of the body.
    pub fn members(&self) -> Vec<String> {
        let Body::Json { schema, .. } = &self.body else { return Vec::new() };
        schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
    }

    /// Every place of an id in the body.
    pub fn positions(&self) -> Vec<Position> {
        let mut found = Vec::new();
        if let Body::Json { example, schema } = &self.body {
            find_ids("", "", schema, example, &mut found);
        }
        found
    }
}

impl Body {
    fn read(document: &Value, content: &Value) -> Self {
        if let Some(json) = content.get("application/json") {
            return Self::Json { example: json["example"].clone(), schema: whole(document, &json["schema"]) };
        }
        if content.get("image/png").is_some() { Self::Picture } else { Self::Nothing }
    }

    /// The media type and the bytes; `json` is what an object is to be.
    pub fn sent(&self, json: &Value) -> (Option<&'static str>, Vec<u8>) {
        match self {
            Self::Nothing => (None, Vec::new()),
            Self::Picture => (Some("image/png"), png(7)),
            Self::Json { .. } => (Some("application/json"), json.to_string().into_bytes()),
        }
    }
}

/// A schema with what it refers to in its place, and `null` among the types of what may also be that.
fn whole(document: &Value, schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(|item| whole(document, item)).collect(),
        Value::Object(members) => {
            let mut all: serde_json::Map<String, Value> = serde_json::Map::new();
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("$ref", Value::String(reference)) => {
                        let found = document.pointer(reference.trim_start_matches('#')).unwrap();
                        all.extend(whole(document, found).as_object().unwrap().clone());
                    }
                    ("anyOf" | "oneOf", Value::Array(kinds)) => {
                        let is_null = |kind: &&Value| kind["type"] == "null";
                        let kinds_but_null: Vec<&Value> = kinds.iter().filter(|kind| !is_null(kind)).collect();
                        assert_eq!(kinds_but_null.len(), 1, "say here how to read {schema}");
                        all.extend(whole(document, kinds_but_null[0]).as_object().unwrap().clone());
                        if kinds.iter().any(|kind| is_null(&kind)) {
                            all.insert("type".to_owned(), json!([all["type"], "null"]));
                        }
                    }
                    _ => drop(all.insert(name.clone(), whole(document, value))),
                }
            }
            all.into()
        }
        plain => plain.clone(),
    }
}

/// Finds ids by the pattern in the schema, by the form of the example, and the numbers of people by their name.
fn find_ids(pointer: &str, name: &str, schema: &Value, example: &Value, found: &mut Vec<Position>) {
    let pattern = schema["pattern"].as_str().and_then(|pattern| pattern.strip_prefix('^'));
    let kind = pattern.and_then(|pattern| pattern.split_once("_[0-7]")).map(|(kind, _)| kind);
    let kind = kind.or_else(|| kind_of(example.as_str()?)).or((name == "sub").then_some("sub"));
    if let Some(kind) = kind {
        found.push(Position { pointer: pointer.to_owned(), kind: kind.to_owned() });
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        find_ids(&format!("{pointer}/{name}"), name, schema, &example[name], found);
    }
    if let Some(items) = schema.get("items") {
        find_ids(&format!("{pointer}/0"), "", items, &example[0], found);
    }
}

/// What a text is an id of, if it is one.
pub fn kind_of(text: &str) -> Option<&str> {
    let (kind, id) = text.split_once('_')?;
    (id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())).then_some(kind)
}

/// All operations: those that end something come last, and what is deepest in a path before what holds it.
pub fn operations() -> Vec<Operation> {
    let document = xwms_admin_api::openapi();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, told) in methods.as_object().unwrap() {
            all.push(Operation::read(&document, path, method, told));
        }
    }
    all.sort_by_key(|it| {
        let depth = it.path.split('/').count();
        (it.method != Method::GET, it.method == Method::DELETE, it.id == "deleteClient", usize::MAX - depth)
    });
    all
}
