//! What is deleted is gone for good, and nothing inherits from it (SPEC §2.5).

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::error::Error;
use xwms_core::id::ClientId;
use xwms_core::provision::{Options, apply};

use super::{CLIENTS, ask, domain, given_signed_in, given_token, of_client, path_of, problem};
use crate::database::{count, is_sqlite, tables, texts};
use crate::world::{CLIENT, OTHER_CLIENT, SECRET, World, on_both};

const NONE: Value = Value::Null;

/// Ada is logged in, and the domain is verified for `userinfo`.
async fn given_verified_login(world: &World) -> (String, String) {
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
             scopes = [\"userinfo\"]\nstate = \"approved\"\n\
             [[clients.requests]]\nkind = \"test\"\nemail = \"ada@example.test\"\nstate = \"accepted\"\n"
        ))
        .await;
    let login = world.given_login("ada@example.test").await;
    let token = |name: &str| login[name].as_str().unwrap().to_owned();
    (token("access_token"), token("refresh_token"))
}

/// The tables that have rows of this client.
async fn tables_that_mention(world: &World, client: &str) -> Vec<String> {
    let db = &world.core.db;
    let sqlite = is_sqlite(db).await;
    let client: ClientId = client.parse().unwrap();
    let id: String = client.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut found = Vec::new();
    for table in tables(db).await {
        let columns = if sqlite {
            format!("SELECT name AS text FROM pragma_table_info('{table}') WHERE name = 'client_id'")
        } else {
            format!(
                "SELECT column_name::text AS text FROM information_schema.columns \
                 WHERE table_name = '{table}' AND column_name = 'client_id'"
            )
        };
        let hex = if sqlite { "lower(hex(client_id))" } else { "encode(client_id, 'hex')" };
        if !texts(db, &columns).await.is_empty() && count(db, &table, &format!("{hex} = '{id}'")).await > 0 {
            found.push(table);
        }
    }
    found
}

on_both!(mg_16_a_domain_that_is_made_again_inherits_nothing, async |world: World| {
    let (access, refresh) = given_verified_login(&world).await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = domain(&mut owner, "engines.example").await;
    let id = path.rsplit('/').next().unwrap();

    assert_eq!(ask(&mut owner, Method::DELETE, &path, &NONE).await.status, 204);
    assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));
    let again = json!({ "root_domain": "engines.example", "allow_api": true });
    let again = ask(&mut owner, Method::POST, &of_client("/domains"), &again).await;
    let made = again.json();
    assert_ne!(made["id"], *id);
    assert_eq!((&made["ownership"], &made["primary"]), (&json!("unproven"), &json!(false)));
    let again = again.headers["location"].to_str().unwrap();
    for list in ["urls", "secrets"] {
        assert_eq!(owner.get(&format!("{again}/{list}")).await.json()["data"], json!([]), "{list}");
    }
    assert_eq!(count(&world.core.db, "verification_items", "1 = 1").await, 0);

    // Everything back as it was, and still nothing of before works.
    let link = path_of(&mut owner, &of_client("/secrets"), "label", "Standard Key").await;
    let link = format!("{again}/secrets/{}", link.rsplit('/').next().unwrap());
    assert_eq!(ask(&mut owner, Method::PUT, &link, &NONE).await.status, 204);
    let url = json!({ "kind": "callback", "url": crate::world::CALLBACK });
    assert_eq!(ask(&mut owner, Method::POST, &format!("{again}/urls"), &url).await.status, 201);
    assert_eq!(world.userinfo(&access).await.status, 401);
    assert_eq!(world.introspect(&access).await, json!({ "active": false }));
    for (what, answer) in [("refresh", world.refresh(&refresh).await), ("code", world.redeem(&code).await)] {
        assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_grant")), "{what}");
    }
    assert_eq!(count(&world.core.db, "grants", "revoked_at IS NULL").await, 0);
    // Whoever agreed to share with the former site is asked for this one.
    let mut browser = world.browser();
    let page = browser.open(&world.authorize(&[])).await;
    let page = browser.sign_in(&page, "ada@example.test", crate::world::PASSWORD).await;
    assert!(page.path.starts_with("/consent"), "{page:?}");
});

on_both!(mg_16_a_secret_that_is_made_again_has_no_links_and_ends_nothing, async |world: World| {
    let (access, refresh) = given_verified_login(&world).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = path_of(&mut owner, &of_client("/secrets"), "label", "Standard Key").await;
    assert_eq!(ask(&mut owner, Method::DELETE, &path, &NONE).await.status, 204);
    assert_eq!(world.userinfo(&access).await.status, 200);
    assert_eq!(world.refresh(&refresh).await.status, 401);

    let again = ask(&mut owner, Method::POST, &of_client("/secrets"), &json!({ "label": "Standard Key" })).await.json();
    let fields = [
        ("client_id", CLIENT),
        ("client_secret", again["value"].as_str().unwrap()),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh.as_str()),
    ];
    assert_eq!(world.browser().post("/oauth/token", &fields).await.status, 401, "nobody has linked it");
    let link = format!("{}/secrets/{}", domain(&mut owner, "engines.example").await, again["id"].as_str().unwrap());
    ask(&mut owner, Method::PUT, &link, &NONE).await;
    assert_eq!(world.browser().post("/oauth/token", &fields).await.status, 200);
});

on_both!(mg_16_a_deleted_client_ends_everything_and_its_id_is_not_given_again, async |world: World| {
    let (access, refresh) = given_verified_login(&world).await;
    let (_, code) = world.given_code("ada@example.test", &[]).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut admin = given_token(&world, &mut owner, &["client:read", "client:update", "domains:delete"]).await;
    let refused = ask(&mut admin, Method::DELETE, &of_client(""), &NONE).await;
    assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));

    assert_eq!(ask(&mut owner, Method::DELETE, &of_client(""), &NONE).await.status, 204);

    // No login, no token, no management.
    let login = world.browser().get(&world.authorize(&[])).await;
    assert_eq!((login.status.as_u16(), login.location()), (400, ""));
    assert_eq!(world.userinfo(&access).await.status, 401);
    for answer in [world.refresh(&refresh).await, world.redeem(&code).await] {
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client".to_owned()));
    }
    let mut server = world.browser();
    server.headers = crate::world::native_headers(SECRET);
    assert_eq!(server.post_json("/api/sign-token", &json!({})).await.status, 401);
    for path in [of_client(""), of_client("/domains"), of_client("/secrets")] {
        assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));
    }
    assert_eq!(problem(&ask(&mut owner, Method::DELETE, &of_client(""), &NONE).await), (404, "not_found".to_owned()));
    assert_eq!(problem(&admin.get(&of_client("")).await), (401, "not_signed_in".to_owned()));
    let list = owner.get(CLIENTS).await.json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);

    // Nothing stays but the tombstone, and what was audited.
    assert_eq!(count(&world.core.db, "grants", "revoked_at IS NULL").await, 0);
    assert_eq!(count(&world.core.db, "consents", "ended_at IS NULL").await, 0);
    let tombstones = "deleted_at IS NOT NULL AND billing_owner IS NULL AND contact_email IS NULL";
    assert_eq!(count(&world.core.db, "clients", tombstones).await, 1);
    // What is over and ends by itself, and what tells of the past.
    let past = ["audit_entries", "codes", "consents", "flows", "grants", "outbox"];
    let mut kept = tables_that_mention(&world, CLIENT).await;
    kept.retain(|table| !past.contains(&table.as_str()));
    assert_eq!(kept, Vec::<String>::new());
    assert!(tables_that_mention(&world, OTHER_CLIENT).await.len() >= 5, "the other client has what it had");
    assert_eq!(count(&world.core.db, "verification_items", "1 = 1").await, 0);
    assert_eq!(count(&world.core.db, "audit_entries", "action = 'client.deleted'").await, 1);
    assert!(world.mail().await.contains("was deleted"));

    // Not even by an operator, and a namesake starts with nothing.
    let file =
        format!("[[clients]]\nid = \"{CLIENT}\"\nname = \"Analytical Engines\"\nowner = \"charles@example.test\"\n");
    let refused = apply(&world.core, &file, Options::default()).await;
    assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].code() == "deleted"));
    let made = owner.post_json(CLIENTS, &json!({ "name": "Analytical Engines" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let made = made.headers["location"].to_str().unwrap();
    for list in ["domains", "secrets", "scopes"] {
        assert_eq!(owner.get(&format!("{made}/{list}")).await.json()["data"], json!([]), "{list}");
    }
});
