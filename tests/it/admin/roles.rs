//! `/admin/v1/clients/{client}/roles`: who may make and change which.

use serde_json::{Value, json};

use super::person::{ADA, CHARLES, Person, faults, given_people, outcome};
use crate::world::{OTHER_CLIENT, World, on_both};

on_both!(a_role_is_made_copied_changed_and_deleted, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let presets: Vec<Value> = owner.get("roles").await.json()["data"].as_array().unwrap().clone();
    let mut keys: Vec<&str> = presets.iter().map(|role| role["key"].as_str().unwrap()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["admin", "developer", "owner", "viewer"]);

    let body = json!({
        "name": "Night shift", "description": "Rotates <b>secrets</b>", "permissions": ["secrets:read"],
        "group": "Operations", "level": 20, "expires_at": "2030-01-31T12:00:00Z",
    });
    let made = owner.post("roles", body.clone()).await;
    let role = made.json();
    assert_eq!((made.status.as_u16(), &role["key"]), (201, &json!("night-shift")));
    let path = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(owner.get(&path).await.json(), role);
    for member in ["name", "description", "permissions", "group", "level", "expires_at"] {
        assert_eq!(role[member], body[member], "{member}");
    }
    assert_eq!(owner.post("roles", body).await.json()["key"], "night-shift-2");
    let again = owner.post("roles", json!({ "name": "Night", "key": "night-shift" })).await;
    assert_eq!(outcome(&again), (409, "key_taken".to_owned()));

    let mut keys = async |query: &str| {
        let found = owner.get(&format!("roles?{query}")).await.json();
        let found = found["data"].as_array().unwrap().iter().map(|role| role["key"].as_str().unwrap().to_owned());
        found.collect::<Vec<_>>()
    };
    assert_eq!(keys("group=Operations").await, ["night-shift", "night-shift-2"]);
    assert_eq!(keys("group=Operations&limit=1").await, ["night-shift"]);
    assert!(keys("group=operations").await.is_empty() && keys("limit=200").await.len() == 6);
    assert_eq!(faults(&owner.get("roles?group=a%E2%80%AEb").await), [("group".to_owned(), "character".to_owned())]);

    let changed = owner.patch(&path, json!({ "group": null, "level": 30, "expires_at": null })).await;
    assert_eq!((&changed.json()["group"], &changed.json()["level"]), (&Value::Null, &json!(30)));
    owner.browser.headers.push(("if-match".to_owned(), made.headers["etag"].to_str().unwrap().to_owned()));
    assert_eq!(outcome(&owner.patch(&path, json!({ "level": 40 })).await), (412, "stale".to_owned()));
    owner.browser.headers.pop();

    let id = role["id"].as_str().unwrap().to_owned();
    let member = owner.made("members", json!({ "email": ADA, "role": id })).await;
    assert_eq!(outcome(&owner.delete(&path).await), (409, "role_in_use".to_owned()));
    assert_eq!(owner.delete(&format!("members/{member}")).await.status, 204);
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(outcome(&owner.get(&path).await), (404, "not_found".to_owned()));
});

on_both!(bad_fields_are_told_and_change_nothing, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.made("roles", json!({ "name": "Night shift" })).await;
    let before = owner.get("roles").await.body;
    let rows = [
        (json!({ "name": "" }), "name", "required"),
        (json!({ "name": "a\u{202e}b" }), "name", "character"),
        (json!({ "level": 101 }), "level", "range"),
        (json!({ "level": "20" }), "level", "not_an_integer"),
        (json!({ "permissions": ["moon:read"] }), "permissions[0]", "unknown_permission"),
        (json!({ "permissions": ["staff:read"] }), "permissions[0]", "unknown_permission"),
        (json!({ "expires_at": "2020-01-01T00:00:00Z" }), "expires_at", "past"),
        (json!({ "key": "owner" }), "key", "unknown_field"),
        (json!({ "preset": true }), "preset", "unknown_field"),
        (json!({ "client": OTHER_CLIENT }), "client", "unknown_field"),
    ];
    for (body, field, code) in rows {
        let answer = owner.patch(&format!("roles/{role}"), body.clone()).await;
        let found = faults(&answer);
        assert_eq!(found[0].0, field, "{body}");
        assert!(found[0].1 == code || field == "name", "{body}: {found:?}");
    }
    for body in [json!({}), json!({ "key": "x" }), json!({ "name": "x", "key": "X Y" })] {
        faults(&owner.post("roles", body).await);
    }
    assert_eq!(owner.get("roles").await.body, before);
});

on_both!(mg_04_nobody_raises_themselves_or_others_by_a_role, async |world: World| {
    given_people(&world, &["dorothy", "mary"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    // Given a role with what admins lack, one as high as theirs, and members with each.
    let strange = json!({ "name": "Closer", "permissions": ["client:delete"], "level": 5 });
    let strange = owner.made("roles", strange).await;
    let peer = owner.made("roles", json!({ "name": "Peer", "level": 80 })).await;
    let low = owner.made("roles", json!({ "name": "Low", "level": 5, "permissions": ["client:read"] })).await;
    let (mut admin, own) = owner.given_member(&world, ADA, "admin").await;
    let (_, higher) = owner.given_member(&world, "dorothy@example.test", "peer").await;
    let (_, lower) = owner.given_member(&world, "mary@example.test", "low").await;
    let (owners, admins) = (owner.role("owner").await, owner.role("admin").await);
    let first = owner.member(CHARLES).await;
    let before = (owner.get("roles").await.body, owner.get("members").await.body);

    let (level, lacking, preset) = ("level_too_low", "permission_not_held", "preset");
    let roles = [
        (json!({ "name": "A", "level": 80 }), 403, level),
        (json!({ "name": "A", "level": 100 }), 403, level),
        (json!({ "name": "A", "level": 5, "permissions": ["client:delete"] }), 403, lacking),
        (json!({ "name": "A", "key": "owner" }), 409, preset),
    ];
    for (body, status, code) in roles {
        assert_eq!(outcome(&admin.post("roles", body.clone()).await), (status, code.to_owned()), "{body}");
    }
    let changes = [
        (&peer, json!({ "name": "Mine" }), 403, level),
        (&peer, json!({ "level": 5 }), 403, level),
        (&peer, json!({ "group": "Mine" }), 403, level),
        (&low, json!({ "level": 80 }), 403, level),
        (&low, json!({ "permissions": ["client:delete"] }), 403, lacking),
        (&admins, json!({ "permissions": ["client:delete"] }), 409, preset),
        (&admins, json!({ "group": "Owners" }), 409, preset),
        (&owners, json!({ "active": false }), 409, preset),
        (&owners, json!({ "level": 1 }), 409, preset),
    ];
    for (role, body, status, code) in changes {
        let answer = admin.patch(&format!("roles/{role}"), body.clone()).await;
        assert_eq!(outcome(&answer), (status, code.to_owned()), "{body}");
    }
    for (role, status, code) in [(&peer, 403, level), (&admins, 409, preset), (&owners, 409, preset)] {
        assert_eq!(outcome(&admin.delete(&format!("roles/{role}")).await), (status, code.to_owned()));
    }
    for (role, code) in [(&owners, level), (&admins, level), (&peer, level), (&strange, lacking)] {
        let invited = admin.post("members", json!({ "email": "eve@example.test", "role": role })).await;
        assert_eq!(outcome(&invited), (403, code.to_owned()));
        let promoted = admin.patch(&format!("members/{lower}"), json!({ "role": role })).await;
        assert_eq!(outcome(&promoted), (403, code.to_owned()));
    }
    for member in [&first, &own, &higher] {
        let demoted = admin.patch(&format!("members/{member}"), json!({ "role": low })).await;
        assert_eq!(outcome(&demoted), (403, level.to_owned()));
    }
    for member in [&first, &higher] {
        assert_eq!(outcome(&admin.delete(&format!("members/{member}")).await), (403, level.to_owned()));
    }
    assert_eq!((owner.get("roles").await.body, owner.get("members").await.body), before);
});

on_both!(what_a_role_permits_is_in_force_on_the_next_request, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let body = json!({ "name": "Reader", "permissions": ["client:read", "roles:read"], "level": 20 });
    let role = owner.made("roles", body).await;
    let (mut ada, _) = owner.given_member(&world, ADA, "reader").await;
    assert_eq!(ada.get("roles").await.status, 200);
    assert_eq!(outcome(&ada.get("members").await), (403, "permission_missing".to_owned()));

    let path = format!("roles/{role}");
    owner.patch(&path, json!({ "permissions": ["client:read", "members:read"] })).await;
    assert_eq!((ada.get("roles").await.status.as_u16(), ada.get("members").await.status.as_u16()), (403, 200));
    owner.patch(&path, json!({ "active": false })).await;
    assert_eq!(outcome(&ada.get("members").await), (404, "not_found".to_owned()));
    owner.patch(&path, json!({ "active": true, "expires_at": "2026-03-01T12:00:10Z" })).await;
    assert_eq!(ada.get("members").await.status, 200);
    world.clock.advance(std::time::Duration::from_secs(10));
    assert_eq!(outcome(&ada.get("members").await), (404, "not_found".to_owned()));
});

on_both!(mg_02_another_clients_role_is_none, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let theirs = owner.get(&format!("/admin/v1/clients/{OTHER_CLIENT}/roles")).await.json();
    let theirs = theirs["data"][3]["id"].as_str().unwrap().to_owned();
    let member = owner.made("members", json!({ "email": ADA, "role": owner.clone().role("viewer").await })).await;
    let not_found = (404, "not_found".to_owned());
    let path = format!("roles/{theirs}");
    assert_eq!(outcome(&owner.get(&path).await), not_found);
    assert_eq!(outcome(&owner.patch(&path, json!({ "name": "x" })).await), not_found);
    assert_eq!(outcome(&owner.delete(&path).await), not_found);
    let invited = owner.post("members", json!({ "email": "eve@example.test", "role": theirs })).await;
    assert_eq!(outcome(&invited), not_found);
    let changed = owner.patch(&format!("members/{member}"), json!({ "role": theirs })).await;
    assert_eq!(outcome(&changed), not_found);
});
