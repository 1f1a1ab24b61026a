//! MG-02: ids of another tenant name nothing, wherever they stand: in every place of every path, body and query that the
//! OpenAPI document has.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;

use super::document::{Operation, Position, kind_of, operations};
use super::stage::{Ids, ROOMY, Stage, id, standing};
use super::{given_token, problem, wrong};
use crate::bad_input::assert_same;
use crate::browser::{Answer, Browser};
use crate::world::{World, on_both};

/// Members of bodies that are heeded only beside others than the document's example has: the whole body, in which the
/// foreign id takes its place.
fn body_for(operation: &Operation, position: &Position, ours: &Ids) -> Option<Value> {
    match (operation.id.as_str(), position.pointer.as_str()) {
        ("createMember", "/sub") => Some(json!({ "role": ours["role"], "sub": "" })),
        ("createRequest", "/sub") => Some(json!({ "kind": "access", "scopes": ["userinfo"], "sub": "" })),
        ("createRequest", "/domain") => Some(json!({ "kind": "test", "email": "ada@example.test", "domain": "" })),
        _ => None,
    }
}

/// Every mixture of our ids and theirs for the parameters of a path, but for the one that is all ours.
fn mixtures(operation: &Operation, ours: &Ids, theirs: &Ids) -> Vec<String> {
    let foreign = |bits: u32, name: &str| {
        let at = operation.parameters.iter().position(|parameter| parameter == name).unwrap();
        bits & (1 << at) != 0
    };
    let mixtures = 1..1_u32 << operation.parameters.len();
    let path = |bits| operation.filled(|name| id(if foreign(bits, name) { theirs } else { ours }, name).to_owned());
    mixtures.map(path).collect()
}

/// The path with an id of ours that is of another kind, in each place but the client's.
fn of_other_kinds(operation: &Operation, ours: &Ids) -> Vec<String> {
    let others = operation.parameters.iter().filter(|name| !matches!(name.as_str(), "client" | "name"));
    let wrong = |name: &str| id(ours, if name == "domain" { "secret" } else { "domain" }).to_owned();
    others
        .map(|other| operation.filled(|name| if name == other { wrong(name) } else { id(ours, name).to_owned() }))
        .collect()
}

fn assert_unknown(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 404, "{what}: {answer:?}");
    assert_eq!(problem(answer).1, "not_found", "{what}");
}

/// Somebody who may make the request in their own client: without one, a foreign id would be refused for another reason.
async fn given_callers(world: &World, stage: &mut Stage<'_>) -> Vec<Browser> {
    let all: Vec<&str> = Permission::ALL.iter().filter(|it| it.is_for_roles()).map(|it| it.text()).collect();
    let token = given_token(world, &mut stage.owner, &all).await;
    vec![stage.owner.clone(), token]
}

on_both!(mg_02_another_tenants_ids_in_a_path_name_nothing, ROOMY, async |world: World| {
    let mut ours = Stage::of_partner(&world).await;
    let mut theirs = Stage::of_stranger(&world).await;
    let mut callers = given_callers(&world, &mut ours).await;
    let mut tried = 0;
    let named = |it: &Operation| matches!(it.needs.as_str(), "client" | "account") && !it.parameters.is_empty();
    for operation in operations().iter().filter(|it| named(it)) {
        let of_account = operation.needs == "account";
        if of_account {
            for stage in [&mut ours, &mut theirs] {
                let made = stage.owner.post_json("/admin/v1/tokens", &json!({ "permissions": ["domains:read"] })).await;
                stage.ids.insert("token", made.json()["id"].as_str().unwrap().to_owned());
            }
        }
        // What the client has itself is found: only then does it say something that the rest is not.
        if operation.method == Method::GET {
            let request = ours.request(operation);
            let found = request.send(&operation.method, &mut ours.owner).await;
            assert_eq!(found.status, operation.done, "{}: {found:?}", operation.id);
        }
        let before = standing(&world).await;
        let request = ours.request(operation);
        let paths = [mixtures(operation, &ours.ids, &theirs.ids), of_other_kinds(operation, &ours.ids)].concat();
        for path in paths {
            // A token of a client is none of its maker's account.
            for caller in callers.iter_mut().take(if of_account { 1 } else { 2 }) {
                let answer = request.at(&path).send(&operation.method, caller).await;
                assert_unknown(&answer, &format!("{} {path}", operation.method));
                tried += 1;
            }
        }
        assert_same(&before, &standing(&world).await, &operation.id);
    }
    assert!(tried > 300, "{tried}");
});

on_both!(mg_02_another_tenants_ids_in_a_body_name_nothing, ROOMY, async |world: World| {
    let mut ours = Stage::of_partner(&world).await;
    let theirs = Stage::of_stranger(&world).await;
    let mut tried = Vec::new();
    for operation in operations().iter().filter(|it| it.has_caller()) {
        for position in operation.positions() {
            let what = format!("{} {}", operation.id, position.pointer);
            let mut caller = ours.caller_of(operation);
            let request = ours.prepare(operation, &mut caller).await;
            let mut body = body_for(operation, &position, &ours.ids).unwrap_or(request.json.clone());
            let place = body.pointer_mut(&position.pointer);
            *place.unwrap_or_else(|| panic!("{what} is not in {}: say one in `body_for`", request.json)) =
                json!(id(&theirs.ids, &position.kind));
            let before = standing(&world).await;
            let answer = request.with(operation, &body).send(&operation.method, &mut caller).await;
            if operation.id == "decideVerification" {
                // An application has items: a foreign domain is none of them, and the one left out is told as well.
                let unknown = ("items[0]".to_owned(), "unknown_item".to_owned());
                assert!(wrong(&answer).contains(&unknown), "{what}: {answer:?}");
            } else {
                assert_unknown(&answer, &what);
            }
            assert_same(&before, &standing(&world).await, &what);
            tried.push(what);
        }
    }
    assert!(tried.len() > 6, "{tried:?}");
});

on_both!(mg_02_another_tenants_ids_in_a_query_find_nothing, ROOMY, async |world: World| {
    let mut ours = Stage::of_partner(&world).await;
    let theirs = Stage::of_stranger(&world).await;
    let mut tried = 0;
    for operation in operations().iter().filter(|it| it.needs == "client") {
        let kind = |(name, example): &(String, Value)| Some((name.clone(), kind_of(example.as_str()?)?.to_owned()));
        for (name, kind) in operation.query.iter().filter_map(kind) {
            let path = ours.request(operation).path;
            for foreign in theirs.ids.values() {
                let found = ours.owner.get(&format!("{path}?{name}={foreign}")).await;
                // An id of another kind is no id there.
                let nothing = found.status == 422 || found.json()["data"] == json!([]);
                assert!(nothing, "{path}?{name}={foreign}: {found:?}");
            }
            let own = ours.owner.get(&format!("{path}?{name}={}", ours.ids[kind.as_str()])).await;
            assert_eq!(own.status, 200, "{path}?{name}=");
            tried += 1;
        }
    }
    assert!(tried > 0);
});
