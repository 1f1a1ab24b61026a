//! MG-09: an operation heeds `If-Match` exactly when the OpenAPI document says so.

use axum::http::Method;

use super::document::{Operation, operations};
use super::problem;
use super::stage::{ROOMY, Stage, standing};
use crate::bad_input::assert_same;
use crate::browser::{Answer, Browser};
use crate::world::{World, on_both};

/// Tags that nothing has: of long ago, of long after, a weak one, and two of no form of ours.
const STALE: [&str; 5] = ["\"0\"", "\"7fffffffffff\"", "W/\"0\"", "\"stale\"", "stale"];

/// The tag of what a request changes: it is read at the same path, or at the one above when that names an action.
async fn tag(caller: &mut Browser, path: &str) -> String {
    let above = path.rsplit_once('/').unwrap().0;
    for path in [path, above] {
        let read = caller.get(path).await;
        if let Some(tag) = read.headers.get("etag") {
            return tag.to_str().unwrap().to_owned();
        }
    }
    panic!("nothing at {path} has an ETag");
}

/// Sends the operation's request under this condition.
async fn send(stage: &mut Stage<'_>, operation: &Operation, condition: Option<&str>) -> Answer {
    let mut caller = stage.caller_of(operation);
    let request = stage.prepare(operation, &mut caller).await;
    let condition = match condition {
        Some(condition) => condition.to_owned(),
        None => tag(&mut caller, &request.path).await,
    };
    request.send(&operation.method, &mut caller.with("if-match", &condition)).await
}

on_both!(mg_09_what_heeds_if_match_refuses_a_stale_tag_and_changes_nothing, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    let mut tried = 0;
    for operation in operations().iter().filter(|it| it.has_if_match) {
        let mut caller = stage.caller_of(operation);
        let request = stage.prepare(operation, &mut caller).await;
        let before = standing(&world).await;
        for stale in STALE {
            let refused = request.send(&operation.method, &mut caller.clone().with("if-match", stale)).await;
            assert_eq!(refused.status, 412, "{} if {stale}: {refused:?}", operation.id);
            assert_eq!(problem(&refused).1, "stale", "{} if {stale}", operation.id);
        }
        assert_same(&before, &standing(&world).await, &operation.id);
        for current in [None, Some("*")] {
            let done = send(&mut stage, operation, current).await;
            assert_eq!(done.status, operation.done, "{} if {current:?}: {done:?}", operation.id);
        }
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
});

on_both!(mg_09_what_has_no_if_match_in_the_document_does_not_heed_it, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    for operation in operations().iter().filter(|it| it.has_caller() && !it.has_if_match) {
        for ignored in [STALE[0], "stale"] {
            let done = send(&mut stage, operation, Some(ignored)).await;
            assert_eq!(done.status, operation.done, "{} if {ignored}: {done:?}", operation.id);
        }
    }
});

#[test]
fn every_patch_heeds_if_match() {
    let all = operations();
    for operation in all.iter().filter(|it| it.method == Method::PATCH) {
        assert!(operation.has_if_match, "{}", operation.id);
    }
}
