//! MG-01: every operation, by every kind of caller, is open or closed as the OpenAPI document says it is.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::gate::permission::{Permission, Preset};
use xwms_core::gate::permissions::Permissions;

use super::{bearer, given_signed_in};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, World, on_both};

/// An operation, as the document describes it.
struct Operation {
    told: String,
    method: Method,
    path: String,
    needs: String,
    permission: Option<Permission>,
    body: Option<(String, Vec<u8>)>,
}

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

fn operations() -> Vec<Operation> {
    let document = xwms_admin_api::openapi();
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
            let body = content.and_then(|content| content.iter().next()).map(|(media_type, content)| {
                let bytes = match content.get("example") {
                    Some(example) => example.to_string().into_bytes(),
                    None => b"no picture".to_vec(),
                };
                (media_type.clone(), bytes)
            });
            all.push(Operation {
                told: operation["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase().parse().unwrap(),
                path: filled(path),
                needs: operation["x-needs"].as_str().unwrap().to_owned(),
                permission: operation["x-permission"].as_str().map(|text| Permission::parse(text).unwrap()),
                body,
            });
        }
    }
    // What ends the client comes last.
    all.sort_by_key(|operation| operation.told == "deleteClient");
    all
}

/// The path with ids of the right form that lead nowhere, but for the client's.
fn filled(path: &str) -> String {
    let filled = path.split('/').map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        None => part.to_owned(),
        Some("client") => CLIENT.to_owned(),
        Some("sub") => "1234567890123456".to_owned(),
        Some("name") => "unheard_of".to_owned(),
        Some("v") => "verification_01jd3v8m1efb9rkyq9wzvw2x4z".to_owned(),
        Some(what) => format!("{what}_01jd3v8m1efb9rkyq9wzvw2x4z"),
    });
    filled.collect::<Vec<_>>().join("/")
}

async fn given_callers(world: &World) -> Vec<Caller> {
    let mut file = String::new();
    for who in ["viewer", "developer", "admin", "expired", "inactive", "stranger"] {
        file.push_str(&format!(
            "[[users]]\nemail = \"{who}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\n"
        ));
    }
    for staff in ["reviewer", "admin"] {
        file.push_str(&format!(
            "[[users]]\nemail = \"staff-{staff}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nstaff = \"{staff}\"\n"
        ));
    }
    file.push_str(&format!(
        r#"
[[clients]]
id = "{CLIENT}"
roles = [{{ key = "night-shift", name = "Night shift", level = 60, permissions = ["client:read"], active = false }}]
members = [
    {{ email = "viewer@example.test", role = "viewer" }},
    {{ email = "developer@example.test", role = "developer" }},
    {{ email = "admin@example.test", role = "admin" }},
    {{ email = "expired@example.test", role = "admin", expires_at = "2026-03-01T12:00:01Z" }},
    {{ email = "inactive@example.test", role = "night-shift" }},
]
"#
    ));
    world.apply(&file).await;
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
        ("admin", "admin", Some(Preset::Admin), ""),
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
    // The owner comes last: nobody else may end the client.
    callers.sort_by_key(|caller| caller.who == "owner");
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

on_both!(mg_01_every_operation_is_open_to_whom_the_document_says_and_to_nobody_else, async |world: World| {
    let mut callers = given_callers(&world).await;
    let mut tried = 0;
    for operation in operations() {
        for caller in &mut callers {
            let (media_type, body) = match &operation.body {
                Some((media_type, body)) => (Some(media_type.as_str()), body.clone()),
                None => (None, Vec::new()),
            };
            let answer = caller.browser.send(operation.method.clone(), &operation.path, media_type, body).await;
            let what =
                format!("{} ({} {}) by {}: {answer:?}", operation.told, operation.method, operation.path, caller.who);
            match expected(&operation, caller) {
                Ok(()) => {
                    let (status, code) = told(&answer);
                    assert!(!matches!(status, 401 | 405 | 500..), "{what}");
                    let closed = ["permission_missing", "staff_only", "staff_admin_only", "csrf"];
                    assert!(!closed.contains(&code.as_str()), "{what}");
                }
                Err((status, code)) => {
                    assert_eq!(told(&answer), (status, code.to_owned()), "{what}");
                    // Nor do they learn what is wrong with a request that they may not make.
                    for (media_type, body, query) in [
                        (Some("application/json"), &b"{\"nonsense\": 1}"[..], ""),
                        (Some("text/plain"), b"[", ""),
                        (None, b"", "?limit=0&limit=x"),
                    ] {
                        if operation.needs == "signature" {
                            break;
                        }
                        let path = format!("{}{query}", operation.path);
                        let answer =
                            caller.browser.send(operation.method.clone(), &path, media_type, body.to_vec()).await;
                        assert_eq!(told(&answer), (status, code.to_owned()), "{what}: {media_type:?} {query}");
                    }
                    if let (403, Some(permission)) =
                        (status, operation.permission.filter(|_| code == "permission_missing"))
                    {
                        assert!(answer.body.contains(permission.text()), "{what}");
                    }
                }
            }
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
});
