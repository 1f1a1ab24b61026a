//! The OpenAPI 3.1 document, made from the list of operations.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::operation::{Method, Needs, Operation, PREFIX, RequestBody, ResponseBody};
use crate::schema::{Described, Purpose};

/// Operations that heed `If-Match` besides every PATCH.
const HEEDS_IF_MATCH: [&str; 8] = [
    "deleteClient",
    "deleteDomain",
    "deleteMember",
    "deleteRole",
    "deleteSecret",
    "deleteUrl",
    "rotateSecret",
    "rotateUrlSecret",
];

fn heeds_if_match(operation: &Operation) -> bool {
    operation.method == Method::Patch || HEEDS_IF_MATCH.contains(&operation.id)
}

/// The document of these operations. `issuer`: where the server answers.
pub(crate) fn document(operations: impl Iterator<Item = &'static Operation>) -> Value {
    let (mut paths, mut schemas, mut tags) = (Map::new(), Map::new(), BTreeSet::new());
    for operation in operations {
        for shape in shapes(operation) {
            schemas.insert(shape.name(), with_example(shape.answer_schema(), shape.example()));
        }
        tags.insert(tag(operation));
        let path = paths.entry(format!("{PREFIX}{}", operation.path)).or_insert_with(|| json!({}));
        path[operation.method.name()] = describe(operation);
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "XWMS management API",
            "version": "1",
            "description": "Everything a partner configures and everything the staff decide. Errors are problem documents \
                            (RFC 9457) with a stable `code`; lists are pages with `limit` and `cursor`; PATCH is a JSON Merge \
                            Patch; a POST with `Idempotency-Key` is carried out once.",
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>(),
        "paths": paths,
        "webhooks": crate::webhooks::messages(),
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "An API token, `xwms_pat_…`." },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "__Host-xwms_session",
                    "description": "A browser in which somebody is signed in; a change also sends `X-CSRF-Token`.",
                },
            },
        },
    })
}

fn describe(operation: &Operation) -> Value {
    let (needs, permission) = operation.needs.text();
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "tags": [tag(operation)],
        "x-needs": needs,
        "responses": answers(operation),
    });
    if let Some(permission) = permission {
        described["x-permission"] = json!(permission);
        described["description"] = json!(format!("Needs the permission `{permission}` ({needs})."));
    }
    described["security"] = match operation.needs {
        Needs::Signature | Needs::Nothing => json!([]),
        _ => json!([{ "token": [] }, { "session": [] }]),
    };
    let parameters = parameters(operation);
    if !parameters.is_empty() {
        described["parameters"] = json!(parameters);
    }
    if let Some(body) = body(operation) {
        described["requestBody"] = body;
    }
    described
}

/// The resource: the first word of the path that is none, without the client's.
fn tag(operation: &Operation) -> &'static str {
    let path = operation.path.strip_prefix("/clients/{client}/").unwrap_or(operation.path);
    path.trim_start_matches('/').split('/').next().unwrap_or_default()
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let mut all = Vec::new();
    for name in operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
        all.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
    }
    for word in operation.query {
        let schema = match word.choices {
            [] => json!({ "type": "string" }),
            choices => json!({ "type": "string", "enum": choices }),
        };
        all.push(json!({
            "name": word.name, "in": "query", "description": word.about, "schema": schema, "example": word.example,
        }));
    }
    if matches!(operation.response, ResponseBody::Page(_) | ResponseBody::Log(_)) {
        let limit = json!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 });
        all.push(json!({ "name": "limit", "in": "query", "description": "How many at the most.", "schema": limit }));
        let about = "`next_cursor` of the page before.";
        all.push(json!({ "name": "cursor", "in": "query", "description": about, "schema": { "type": "string" } }));
    }
    let signed = !matches!(operation.needs, Needs::Signature | Needs::Nothing);
    if operation.method == Method::Post && signed {
        all.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "maxLength": 255 },
            "description": "A text of the caller's own: a repeat within 24 hours is answered as the first one was.",
        }));
    }
    if heeds_if_match(operation) {
        let about = "The `ETag` that was read: a change made meanwhile is not overwritten.";
        all.push(json!({ "name": "If-Match", "in": "header", "schema": { "type": "string" }, "description": about }));
    }
    all
}

fn body(operation: &Operation) -> Option<Value> {
    let json_body = |shape: &dyn Described, purpose, required| {
        let content = json!({ "schema": shape.body_schema(purpose), "example": shape.body_example(purpose) });
        let mut types = Map::new();
        types.insert("application/json".to_owned(), content.clone());
        if operation.method == Method::Patch {
            types.insert("application/merge-patch+json".to_owned(), content);
        }
        json!({ "required": required, "content": types })
    };
    match operation.request {
        RequestBody::Nothing => None,
        RequestBody::New(shape) => Some(json_body(shape, Purpose::Create, true)),
        RequestBody::MaybeNew(shape) => Some(json_body(shape, Purpose::Create, false)),
        RequestBody::Changes(shape) => Some(json_body(shape, Purpose::Change, true)),
        RequestBody::Picture => {
            let picture = json!({ "schema": { "type": "string", "format": "binary" } });
            Some(json!({ "required": true, "content": {
                "image/png": picture, "image/jpeg": picture, "image/webp": picture,
            } }))
        }
        RequestBody::Foreign => Some(json!({ "required": true, "content": { "application/json": { "schema": {} } } })),
    }
}

fn answers(operation: &Operation) -> Value {
    let mut answers = Map::new();
    let object = |shape: &dyn Described| json!({ "$ref": format!("#/components/schemas/{}", shape.name()) });
    let json_answer = |about: &str, schema: Value| json!({ "description": about, "content": { "application/json": { "schema": schema } } });
    let (status, good) = match &operation.response {
        ResponseBody::Nothing => ("204", json!({ "description": "Done." })),
        ResponseBody::One(shape) => ("200", json_answer("Done.", object(*shape))),
        ResponseBody::Accepted(shape) => ("202", json_answer("It is on its way.", object(*shape))),
        ResponseBody::Made(shape) => {
            let mut made = json_answer("Made.", object(*shape));
            made["headers"] = json!({ "Location": { "description": "Where it is.", "schema": { "type": "string" } } });
            ("201", made)
        }
        ResponseBody::Page(shape) | ResponseBody::Log(shape) => {
            let page = json!({
                "type": "object",
                "required": ["data", "next_cursor"],
                "properties": {
                    "data": { "type": "array", "items": object(*shape) },
                    "next_cursor": { "type": ["string", "null"] },
                },
            });
            let mut answer = json_answer("A page.", page);
            if matches!(operation.response, ResponseBody::Log(_)) {
                answer["content"]["application/x-ndjson"] = json!({ "schema": { "type": "string" } });
            }
            ("200", answer)
        }
        ResponseBody::Picture => {
            let png = json!({ "schema": { "type": "string", "format": "binary" } });
            ("200", json!({ "description": "The picture.", "content": { "image/png": png } }))
        }
        ResponseBody::Table(shape) => {
            let mut table = json_answer("The table.", object(*shape));
            table["content"]["text/csv"] = json!({ "schema": { "type": "string" } });
            ("200", table)
        }
        ResponseBody::Other => ("200", json_answer("Done.", json!({}))),
    };
    answers.insert(status.to_owned(), good);
    let mut codes = codes(operation);
    codes.sort_unstable();
    codes.dedup();
    for group in codes.chunk_by(|a, b| a.0 == b.0) {
        let Some((status, _)) = group.first() else { continue };
        let named: Vec<String> = group.iter().map(|(_, code)| format!("`{code}`")).collect();
        let problem = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
        let answer = json!({ "description": named.join(", "), "content": { "application/problem+json": problem } });
        answers.insert(status.to_string(), answer);
    }
    answers.into()
}

/// Every code an operation may be refused with: its own, and those that follow from what it is.
fn codes(operation: &Operation) -> Vec<(u16, &'static str)> {
    let mut codes: Vec<(u16, &'static str)> = operation.refusals.to_vec();
    codes.extend([(400, "malformed"), (429, "too_many"), (503, "unavailable")]);
    if operation.path.contains('{') {
        codes.push((404, "not_found"));
    }
    if operation.needs != Needs::Nothing {
        codes.push((401, if operation.needs == Needs::Signature { "signature_invalid" } else { "not_signed_in" }));
    }
    let signed = !matches!(operation.needs, Needs::Signature | Needs::Nothing);
    if signed && operation.method.changes() {
        codes.extend([(403, "csrf"), (409, "client_suspended"), (402, "plan_required")]);
    }
    match operation.needs {
        Needs::Client(_) | Needs::Membership(_) | Needs::Own(_) | Needs::Listing(_) => {
            codes.push((403, "permission_missing"))
        }
        Needs::Reviewer(_) => codes.extend([(403, "permission_missing"), (403, "staff_only")]),
        Needs::Admin(_) => {
            codes.extend([(403, "permission_missing"), (403, "staff_only"), (403, "staff_admin_only")]);
        }
        Needs::Account | Needs::Signature | Needs::Nothing => {}
    }
    if signed && operation.method == Method::Post {
        codes.extend([(409, "in_progress"), (422, "idempotency_key_reused")]);
    }
    if heeds_if_match(operation) {
        codes.push((412, "stale"));
    }
    match operation.request {
        RequestBody::Nothing => {}
        RequestBody::New(_)
        | RequestBody::MaybeNew(_)
        | RequestBody::Changes(_)
        | RequestBody::Picture
        | RequestBody::Foreign => {
            codes.extend([(413, "too_large"), (415, "unsupported_media_type"), (422, "invalid")]);
        }
    }
    if matches!(operation.response, ResponseBody::Page(_) | ResponseBody::Log(_)) || !operation.query.is_empty() {
        codes.push((422, "invalid"));
    }
    codes
}

fn shapes(operation: &Operation) -> Vec<&'static dyn Described> {
    match operation.response {
        ResponseBody::One(shape)
        | ResponseBody::Accepted(shape)
        | ResponseBody::Made(shape)
        | ResponseBody::Page(shape)
        | ResponseBody::Log(shape)
        | ResponseBody::Table(shape) => {
            vec![shape]
        }
        ResponseBody::Nothing | ResponseBody::Picture | ResponseBody::Other => Vec::new(),
    }
}

fn with_example(mut schema: Value, example: Value) -> Value {
    schema["example"] = example;
    schema
}

fn problem_schema() -> Value {
    let field = json!({
        "type": "object",
        "required": ["field", "code", "message"],
        "properties": {
            "field": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" },
        },
    });
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "description": "Stable: programs decide by it." },
            "detail": { "type": "string" },
            "errors": { "type": "array", "items": field },
        },
        "example": {
            "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "code": "invalid",
            "detail": "some values are not right: see errors",
            "errors": [{ "field": "name", "code": "required", "message": "it can't be left out" }],
        },
    })
}
