//! The OpenAPI document: served, printed and checked in, and each time the same.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::world::{World, on_both};

#[test]
fn the_document_in_docs_is_the_one_that_the_code_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let given = format!("{}\n", xwms::openapi::text());
    if std::env::var_os("XWMS_WRITE_OPENAPI").is_some() {
        std::fs::write(&path, &given).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == given, "docs/openapi.json is stale: write it anew with `cargo run -- openapi > docs/openapi.json`");
}

#[test]
fn every_operation_is_named_once_and_says_what_it_needs() {
    let document = xwms_admin_api::openapi();
    let mut names = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let told = format!("{method} {path}");
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{told}");
            assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{told}");
            assert!(operation["x-needs"].is_string(), "{told}");
            assert!(operation["responses"].as_object().unwrap().len() > 2, "{told}");
        }
    }
    every_reference_leads_somewhere(&document, &document);
}

fn every_reference_leads_somewhere(document: &Value, part: &Value) {
    match part {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
            }
            members.values().for_each(|member| every_reference_leads_somewhere(document, member));
        }
        Value::Array(items) => items.iter().for_each(|item| every_reference_leads_somewhere(document, item)),
        _ => {}
    }
}

on_both!(anybody_may_read_the_document, async |world: World| {
    let served = world.browser().get("/admin/v1/openapi.json").await;
    assert_eq!((served.status.as_u16(), served.json()), (200, xwms_admin_api::openapi()));
});
