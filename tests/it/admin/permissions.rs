//! MG-01: every operation, by every kind of caller, is open or closed as the OpenAPI document says it is.

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::gate::permission::{Permission, Preset};
use xwms_core::model::permissions::Permissions;

use super::document::{Operation, operations};
use super::stage::{Prepared, ROOMY, Stage, standing};
use super::{bearer, given_signed_in};
use crate::bad_input::assert_same;
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, World, on_both};

/// Somebody who calls, with what they may.
struct Caller {
    who: &'static str,
    browser: Browser,
    /// The permissions in the partner's organisation; `None` is for those who are no members of it.
    held: Option<Permissions>,
    /// The permissions of their account: all in a browser, a few with a token.
    of_account: Permissions,
    staff: &'static str,
}

/// A file with people of every place in the client.
fn members() -> String {
    // Everybody pays, so that nobody is refused for want of a plan.
    let account = |who: &str| {
        format!(
            "[[users]]\nemail = \"{who}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nplan = \"paid\"\n"
        )
    };
    let mut file = String::new();
    for who in ["viewer", "developer", "manager", "expired", "inactive", "stranger"] {
        file.push_str(&account(who));
    }
    for staff in ["reviewer", "admin"] {
        file.push_str(&format!("{}staff = \"{staff}\"\n", account(&format!("staff-{staff}"))));
    }
    file.push_str(&format!(
        r#"
[[clients]]
id = "{CLIENT}"
roles = [{{ key = "night-shift", name = "Night shift", level = 60, permissions = ["client:read"], active = false }}]
members = [
    {{ email = "viewer@example.test", role = "viewer" }},
    {{ email = "developer@example.test", role = "developer" }},
    {{ email = "manager@example.test", role = "admin" }},
    {{ email = "expired@example.test", role = "admin", expires_at = "2026-03-01T12:00:01Z" }},
    {{ email = "inactive@example.test", role = "night-shift" }},
]
"#
    ));
    file
}

async fn given_callers(world: &World) -> Vec<Caller> {
    world.apply(&members()).await;
    world.clock.advance(Duration::from_secs(1));
    let everything: Permissions = Permission::ALL.iter().copied().collect();
    let mut callers = vec![Caller {
        who: "anonymous",
        browser: world.browser(),
        held: None,
        of_account: Permissions::NONE,
        staff: "nobody",
    }];
    for (who, email, preset, staff) in [
        ("viewer", "viewer", Some(Preset::Viewer), ""),
        ("developer", "developer", Some(Preset::Developer), ""),
        ("admin", "manager", Some(Preset::Admin), ""),
        ("owner", "charles", Some(Preset::Owner), ""),
        ("expired member", "expired", None, ""),
        ("member of an inactive role", "inactive", None, ""),
        ("stranger", "stranger", None, ""),
        ("staff reviewer", "staff-reviewer", None, "reviewer"),
        ("staff admin", "staff-admin", None, "admin"),
    ] {
        let browser = given_signed_in(world, &format!("{email}@example.test")).await;
        let held = preset.map(Preset::permissions);
        callers.push(Caller { who, browser, held, of_account: everything, staff });
    }
    let mut owner = given_signed_in(world, "charles@example.test").await;
    let narrow = Permissions::from_iter([Permission::DomainsRead]);
    let body = json!({ "permissions": ["domains:read"] });
    for (who, path, of_account) in [
        ("narrow token of the client", format!("/admin/v1/clients/{CLIENT}/tokens"), Permissions::NONE),
        ("narrow token of the account", "/admin/v1/tokens".to_owned(), narrow),
    ] {
        let made = owner.post_json(&path, &body).await;
        let browser = bearer(world, made.json()["value"].as_str().unwrap());
        callers.push(Caller { who, browser, held: Some(narrow), of_account, staff: "" });
    }
    callers
}

/// What the document says will happen: `Ok` when the caller is let in, else the status and code of the refusal.
fn expected(operation: &Operation, caller: &Caller) -> Result<(), (u16, &'static str)> {
    let lets = |held: Permissions| operation.permission.is_none_or(|permission| held.contains(permission));
    let lacking = Err((403, "permission_missing"));
    match (operation.needs.as_str(), caller.who) {
        ("nobody", _) => Ok(()),
        ("signature", _) => Err((401, "signature_invalid")),
        (_, "anonymous") => Err((401, "not_signed_in")),
        ("client", _) => match &caller.held {
            None => Err((404, "not_found")),
            Some(held) => {
                if lets(*held) {
                    Ok(())
                } else {
                    lacking
                }
            }
        },
        ("account", _) => {
            if lets(caller.of_account) {
                Ok(())
            } else {
                lacking
            }
        }
        ("staff reviewer" | "staff admin", _) if caller.staff.is_empty() => Err((403, "staff_only")),
        ("staff admin", _) if caller.staff == "reviewer" => Err((403, "staff_admin_only")),
        ("staff reviewer" | "staff admin", _) => Ok(()),
        (needs, who) => panic!("{needs} by {who}"),
    }
}

fn told(answer: &Answer) -> (u16, String) {
    let code = serde_json::from_str::<Value>(&answer.body).ok();
    let code = code.and_then(|body| Some(body.get("code")?.as_str()?.to_owned()));
    (answer.status.as_u16(), code.unwrap_or_default())
}

/// What is refused although the document lets the caller in, each with the reason.
const REFUSED: [(&str, &str, u16, &str); 1] =
    // Whoever may change a client may change what it says; who pays for it is for its owners.
    [("setBillingOwner", "admin", 403, "owner")];

/// Requests by somebody who may not: refused alike, whatever is wrong with them besides.
async fn assert_closed(operation: &Operation, caller: &mut Caller, request: &Prepared, refusal: (u16, &str)) {
    let (status, code) = refusal;
    let what = format!("{} by {}", operation.id, caller.who);
    let answer = request.send(&operation.method, &mut caller.browser).await;
    assert_eq!(told(&answer), (status, code.to_owned()), "{what}: {answer:?}");
    if let (403, "permission_missing", Some(permission)) = (status, code, operation.permission) {
        assert!(answer.body.contains(permission.text()), "{what}: {answer:?}");
    }
    if !operation.has_caller() {
        return;
    }
    // Nor do they learn what is wrong with a request that they may not make.
    for (media_type, body, query) in [
        (Some("application/json"), &b"{\"nonsense\": 1}"[..], ""),
        (Some("text/plain"), b"[", ""),
        (None, b"", "?limit=0&limit=x"),
    ] {
        let path = format!("{}{query}", request.path);
        let answer = caller.browser.send(operation.method.clone(), &path, media_type, body.to_vec()).await;
        assert_eq!(told(&answer), (status, code.to_owned()), "{what}: {media_type:?} {query}");
    }
}

/// A request by somebody who may: it does what it is for.
async fn assert_open(operation: &Operation, caller: &mut Caller, request: &Prepared) {
    let answer = request.send(&operation.method, &mut caller.browser).await;
    let refused = REFUSED.iter().find(|(id, who, ..)| *id == operation.id && *who == caller.who);
    let expected = refused.map_or((operation.done, ""), |(_, _, status, code)| (*status, *code));
    let what = format!("{} ({} {}) by {}: {answer:?}", operation.id, operation.method, request.path, caller.who);
    assert_eq!(told(&answer), (expected.0, expected.1.to_owned()), "{what}");
}

on_both!(mg_01_every_operation_is_open_to_whom_the_document_says_and_to_nobody_else, ROOMY, async |world: World| {
    let mut callers = given_callers(&world).await;
    let mut stage = Stage::of_partner(&world).await;
    for operation in operations() {
        let before = standing(&world).await;
        let request = stage.request(&operation);
        for caller in &mut callers {
            if let Err(refusal) = expected(&operation, caller) {
                assert_closed(&operation, caller, &request, refusal).await;
            }
        }
        assert_same(&before, &standing(&world).await, &operation.id);
        let mut open = 0;
        for caller in &mut callers {
            if expected(&operation, caller).is_ok() {
                let request = stage.prepare(&operation, &mut caller.browser).await;
                assert_open(&operation, caller, &request).await;
                open += 1;
            }
        }
        assert_eq!(open == 0, operation.needs == "signature", "{} is open to {open} callers", operation.id);
    }
});
