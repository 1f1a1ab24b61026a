//! Every member of every body is held to what the OpenAPI document says of it: its type, its limits, whether it can be
//! left out. The faults are generated from the schemas.

use serde_json::{Map, Value, json};

use super::document::{Body, Operation, operations};
use super::stage::{Prepared, ROOMY, Stage, standing};
use super::wrong;
use crate::bad_input::assert_same;
use crate::browser::{Answer, Browser};
use crate::world::{World, on_both};

/// A fault: where it is, as a JSON pointer, and what stands there; `None` is nothing.
struct Fault {
    pointer: String,
    value: Option<Value>,
}

impl Fault {
    /// The field as an answer names it: `items[0].reason`.
    fn field(&self) -> String {
        let mut field = String::new();
        for part in self.pointer.split('/').skip(1) {
            match part.parse::<usize>() {
                Ok(index) => field.push_str(&format!("[{index}]")),
                Err(_) if field.is_empty() => field.push_str(part),
                Err(_) => field.push_str(&format!(".{part}")),
            }
        }
        field
    }

    /// A body that has it.
    fn put_in(&self, body: &Value) -> Value {
        let mut body = body.clone();
        let (above, name) = self.pointer.rsplit_once('/').unwrap();
        match (body.pointer_mut(above).unwrap(), &self.value) {
            (Value::Object(members), Some(value)) => drop(members.insert(name.to_owned(), value.clone())),
            (Value::Object(members), None) => drop(members.remove(name)),
            (Value::Array(items), Some(value)) => items[0] = value.clone(),
            (above, _) => panic!("{above} has no {name}"),
        }
        body
    }
}

fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(all) => all.iter().map(|it| it.as_str().unwrap()).collect(),
        _ => Vec::new(),
    }
}

/// Values that a schema excludes.
fn excluded(schema: &Value) -> Vec<Value> {
    let types = types(schema);
    let one_of_each =
        [("string", json!("text")), ("integer", json!(5)), ("boolean", json!(true)), ("null", Value::Null)];
    let mut values: Vec<Value> =
        one_of_each.into_iter().filter(|(kind, _)| !types.contains(kind)).map(|(_, value)| value).collect();
    values.extend([json!(1.5), json!({ "a": {} })]);
    if types.contains(&"array") {
        values.extend([json!([5]), json!(["text", null])]);
    } else {
        values.push(json!(["text"]));
    }
    if let Some(most) = schema["maxLength"].as_u64() {
        values.push("x".repeat(usize::try_from(most).unwrap() + 1).into());
    }
    if schema.get("pattern").or(schema.get("enum")).or(schema.get("format")).is_some() {
        values.push(json!("unheard of"));
        // Where `null` clears, an empty text does so as well.
        values.extend((!types.contains(&"null")).then(|| json!("")));
    }
    values.extend(schema["minimum"].as_i64().map(|least| json!(least - 1)));
    values.extend(schema["maximum"].as_i64().map(|most| json!(most + 1)));
    values
}

/// Every fault of an object of this schema.
fn faults(schema: &Value, pointer: &str, found: &mut Vec<Fault>) {
    found.push(Fault { pointer: format!("{pointer}/nonsense"), value: Some(json!(1)) });
    for required in schema["required"].as_array().into_iter().flatten() {
        found.push(Fault { pointer: format!("{pointer}/{}", required.as_str().unwrap()), value: None });
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let pointer = format!("{pointer}/{name}");
        found.extend(excluded(member).into_iter().map(|value| Fault { pointer: pointer.clone(), value: Some(value) }));
        if member["items"].get("properties").is_some() {
            faults(&member["items"], &format!("{pointer}/0"), found);
        }
    }
}

/// What is taken although the document excludes it.
fn is_taken(operation: &Operation, fault: &Fault) -> bool {
    match (operation.id.as_str(), fault.field().as_str()) {
        // Only a rejection needs a reason.
        ("decideVerification", "items[0].reason") => fault.value.is_none(),
        _ => false,
    }
}

/// The fields that an answer names.
fn named(operation: &Operation, body: &Value, answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{} with {body}: {answer:?}", operation.id);
    wrong(answer).into_iter().map(|(field, _)| field).collect()
}

/// Every fault by itself, and then one in each member: that is told about all of them at once.
async fn assert_refused(operation: &Operation, request: &Prepared, caller: &mut Browser, faults: &[Fault]) {
    for fault in faults.iter().filter(|fault| !is_taken(operation, fault)) {
        let (field, body) = (fault.field(), fault.put_in(&request.json));
        let answer = request.with(operation, &body).send(&operation.method, caller).await;
        let named = named(operation, &body, &answer);
        let is_told = named.iter().any(|name| name.starts_with(&field) || field.starts_with(name.as_str()));
        assert!(is_told, "{}: {field} is not among {named:?} for {body}", operation.id);
    }
    let members = operation.members();
    if !members.is_empty() {
        let bad = members.iter().map(|name| (name.clone(), json!({ "a": {} }))).collect::<Map<_, _>>().into();
        let answer = request.with(operation, &bad).send(&operation.method, caller).await;
        let named = named(operation, &bad, &answer);
        assert!(members.iter().all(|name| named.contains(name)), "{}: {named:?}", operation.id);
    }
}

on_both!(every_member_of_every_body_is_held_to_the_document, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    let mut tried = 0;
    for operation in operations().iter().filter(|it| it.has_caller()) {
        let Body::Json { schema, .. } = &operation.body else { continue };
        let mut all = Vec::new();
        faults(schema, "", &mut all);
        tried += all.len();
        let mut caller = stage.caller_of(operation);
        let request = stage.prepare(operation, &mut caller).await;
        let before = standing(&world).await;
        assert_refused(operation, &request, &mut caller, &all).await;
        assert_same(&before, &standing(&world).await, &operation.id);
        for fault in all.iter().filter(|fault| is_taken(operation, fault)) {
            let request = stage.prepare(operation, &mut caller).await;
            let body = fault.put_in(&request.json);
            let answer = request.with(operation, &body).send(&operation.method, &mut caller).await;
            let told = "is refused now: it is no exception any more";
            assert_eq!(answer.status, operation.done, "{} {} {told}: {answer:?}", operation.id, fault.field());
        }
    }
    assert!(tried > 500, "{tried}");
});
