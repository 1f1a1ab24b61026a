//! What the staff decide about accounts, clients, scopes and keys.

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::staff::keys;

use super::{ask, given_signed_in, of_client, path_of, problem, wrong};
use crate::browser::Browser;
use crate::world::{CLIENT, OTHER_CLIENT, PASSWORD, World, on_both};

const STAFF: &str = "/admin/v1/staff";

/// Somebody of the staff, signed in: `reviewer` or `admin`.
pub async fn given_staff(world: &World, role: &str) -> Browser {
    let user = format!(
        "[[users]]\nemail = \"{role}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nstaff = \"{role}\"\n"
    );
    world.apply(&user).await;
    given_signed_in(world, &format!("{role}@example.test")).await
}

/// The number of the account of this address.
async fn sub_of(admin: &mut Browser, email: &str) -> String {
    let found = admin.get(&format!("{STAFF}/users?q={email}")).await.json();
    found["data"][0]["sub"].as_str().unwrap().to_owned()
}

/// The one entry of this action in the whole log.
pub(super) async fn entry(admin: &mut Browser, action: &str) -> Value {
    let log = admin.get(&format!("{STAFF}/audit?limit=200")).await.json();
    let found: Vec<&Value> = log["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == action).collect();
    assert_eq!(found.len(), 1, "{action}: {found:?}");
    found[0].clone()
}

on_both!(mg_20_the_staff_have_what_is_theirs, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let sub = sub_of(&mut given_staff(&world, "admin").await, "ada@example.test").await;
    let (user, client) = (format!("/users/{sub}"), format!("/clients/{OTHER_CLIENT}"));
    let rows = [
        (Method::GET, "/users", Value::Null),
        (Method::GET, user.as_str(), Value::Null),
        (Method::PATCH, &user, json!({ "suspended": true, "reason": "x" })),
        (Method::GET, "/clients", Value::Null),
        (Method::PATCH, &client, json!({ "suspended": true, "reason": "x" })),
        (Method::GET, "/scopes", Value::Null),
        (
            Method::POST,
            "/scopes",
            json!({ "name": "x", "title": "x", "description": "x", "opens": "x", "reason": "x" }),
        ),
        (Method::PATCH, "/scopes/email", json!({ "tier": "verified", "reason": "x" })),
        (Method::GET, "/keys", Value::Null),
        (Method::POST, "/keys/rotate", json!({ "now": true })),
        (Method::GET, "/audit", Value::Null),
    ];
    for (method, path, body) in rows {
        let path = format!("{STAFF}{path}");
        let of_owner = ask(&mut owner, method.clone(), &path, &body).await;
        assert_eq!(problem(&of_owner), (403, "staff_only".to_owned()), "{method} {path}");
        let of_reviewer = ask(&mut reviewer, method.clone(), &path, &body).await;
        assert_eq!(problem(&of_reviewer), (403, "staff_admin_only".to_owned()), "{method} {path}");
    }
    assert_eq!(reviewer.get(&format!("{STAFF}/verifications")).await.status, 200);
    assert_eq!(problem(&owner.get(&format!("{STAFF}/verifications")).await), (403, "staff_only".to_owned()));

    // A token of somebody of the staff does what it permits, and no more.
    let mut admin = given_signed_in(&world, "admin@example.test").await;
    let made = ask(&mut admin, Method::POST, "/admin/v1/tokens", &json!({ "permissions": ["staff:read"] })).await;
    let mut token = world.browser();
    token.headers.push(("authorization".to_owned(), format!("Bearer {}", made.json()["value"].as_str().unwrap())));
    assert_eq!(token.get(&format!("{STAFF}/users")).await.status, 200);
    let refused = ask(&mut token, Method::POST, &format!("{STAFF}/keys/rotate"), &Value::Null).await;
    assert_eq!(problem(&refused), (403, "permission_missing".to_owned()));
});

on_both!(mg_20_nobody_decides_about_themselves_or_their_own_client, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let own = sub_of(&mut admin, "admin@example.test").await;
    let body = json!({ "plan": "paid", "reason": "I am worth it" });
    let refused = ask(&mut admin, Method::PATCH, &format!("{STAFF}/users/{own}"), &body).await;
    assert_eq!(problem(&refused), (403, "conflict_of_interest".to_owned()));

    world.apply("[[users]]\nemail = \"charles@example.test\"\nstaff = \"admin\"\n").await;
    let mut charles = given_signed_in(&world, "charles@example.test").await;
    let body = json!({ "suspended": false, "reason": "it is mine" });
    let refused = ask(&mut charles, Method::PATCH, &format!("{STAFF}/clients/{CLIENT}"), &body).await;
    assert_eq!(problem(&refused), (403, "conflict_of_interest".to_owned()));

    // Nor does whoever was invited to it, about the client or about the account that it rests on.
    let payer = format!("{STAFF}/users/{}", sub_of(&mut admin, "charles@example.test").await);
    for (path, other) in [(format!("{STAFF}/clients/{CLIENT}"), false), (payer, true)] {
        let role = path_of(&mut charles, &of_client("/roles"), "key", "viewer").await;
        let body = json!({ "email": "admin@example.test", "role": role.rsplit('/').next() });
        let invited = ask(&mut charles, Method::POST, &of_client("/members"), &body).await;
        assert_eq!(invited.status, 201, "{invited:?}");
        let decide = json!({ "suspended": other, "reason": "as I see it" });
        let refused = ask(&mut admin, Method::PATCH, &path, &decide).await;
        assert_eq!(problem(&refused), (403, "conflict_of_interest".to_owned()), "{path}");
        if other {
            let paid = json!({ "plan": "free", "reason": "as I see it" });
            let refused = ask(&mut admin, Method::PATCH, &path, &paid).await;
            assert_eq!(problem(&refused), (403, "conflict_of_interest".to_owned()));
        }
        let member = invited.headers["location"].to_str().unwrap();
        assert_eq!(ask(&mut charles, Method::DELETE, member, &Value::Null).await.status, 204);
        assert_eq!(ask(&mut admin, Method::PATCH, &path, &decide).await.status, 200, "{path}");
    }
});

on_both!(accounts_are_found_by_address_or_number_and_hold_no_secret, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let found = async |admin: &mut Browser, query: &str| -> Vec<String> {
        let answer = admin.get(&format!("{STAFF}/users?{query}")).await;
        assert!(!answer.body.contains("password") && !answer.body.contains("argon2"), "{}", answer.body);
        let data = answer.json()["data"].as_array().unwrap().clone();
        data.iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(&mut admin, "q=Ada@example.test").await, ["ada@example.test"]);
    assert_eq!(found(&mut admin, "q=AD").await.len(), 2, "ada and admin");
    let sub = sub_of(&mut admin, "ada@example.test").await;
    assert_eq!(found(&mut admin, &format!("q={sub}")).await, ["ada@example.test"]);
    for none in ["q=%25", "q=_da", "q=da", "q=1000000000000"] {
        assert!(found(&mut admin, none).await.is_empty(), "{none}");
    }
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("{STAFF}/users?limit=2{cursor}")).await.json();
        all.extend(
            page["data"].as_array().unwrap().iter().map(|user| user["sub"].as_str().unwrap().parse::<i64>().unwrap()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((all.len(), all.is_sorted()), (4, true));
});

on_both!(in_07_a_suspended_account_is_out_at_once_and_what_was_revoked_stays_so, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    let tokens = world.given_login("ada@example.test").await;
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let user = format!("{STAFF}/users/{}", sub_of(&mut admin, "ada@example.test").await);

    let nothing = ask(&mut admin, Method::PATCH, &user, &json!({ "suspended": true })).await;
    assert_eq!(wrong(&nothing), [("reason".to_owned(), "required".to_owned())]);
    assert_eq!(ada.get("/admin/v1/clients").await.status, 200);

    let tag = admin.get(&user).await.headers["etag"].clone();
    let body = json!({ "suspended": true, "reason": "Sends spam" });
    let done = ask(&mut admin, Method::PATCH, &user, &body).await;
    assert_eq!((done.status.as_u16(), &done.json()["suspended"]), (200, &json!(true)));
    assert_ne!(done.headers["etag"], tag);
    assert_eq!(ada.get("/admin/v1/clients").await.status, 401);
    assert_eq!(world.userinfo(access).await.status, 401);
    assert_eq!(world.refresh(refresh).await.status, 400);
    assert_eq!(entry(&mut admin, "user.decided").await["after"]["reason"], "Sends spam");
    assert!(world.mail().await.contains("Sends spam"));

    let lifted = json!({ "suspended": false, "reason": "It was another" });
    assert_eq!(ask(&mut admin, Method::PATCH, &user, &lifted).await.status, 200);
    assert_eq!(ada.get("/admin/v1/clients").await.status, 401, "the session has ended");
    given_signed_in(&world, "ada@example.test").await;
});

on_both!(in_07_a_suspended_client_or_owner_can_be_read_and_not_changed, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let access = world.given_login("ada@example.test").await["access_token"].as_str().unwrap().to_owned();
    let owner_account = format!("{STAFF}/users/{}", sub_of(&mut admin, "charles@example.test").await);
    let client = format!("{STAFF}/clients/{CLIENT}");
    let found = admin.get(&format!("{STAFF}/clients?q=analytical")).await.json();
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["suspended"]), (&json!(CLIENT), &json!(false)));
    assert_eq!(admin.get(&format!("{STAFF}/clients?q=%25")).await.json()["data"], json!([]));
    let owned = admin.get(&format!("{STAFF}/clients?q=charles@example.test")).await.json();
    assert_eq!(owned["data"].as_array().unwrap().len(), 2);

    for suspended in [&client, &owner_account] {
        let body = json!({ "suspended": true, "reason": "Under inquiry" });
        assert_eq!(ask(&mut admin, Method::PATCH, suspended, &body).await.status, 200, "{suspended}");
        assert_eq!(world.userinfo(&access).await.status, 401, "{suspended}");
        assert_ne!(world.browser().get(&world.authorize(&[])).await.status, 303, "{suspended}");
        assert_eq!(world.client_post("/oauth/introspect", &[("token", &access)]).await.status, 401, "{suspended}");
        if suspended == &client {
            assert_eq!(owner.get(&of_client("")).await.status, 200);
            let refused = ask(&mut owner, Method::PATCH, &of_client(""), &json!({ "name": "Other" })).await;
            assert_eq!(problem(&refused), (409, "client_suspended".to_owned()));
        } else {
            assert_eq!(owner.get(&of_client("")).await.status, 401);
        }
        let lifted = json!({ "suspended": false, "reason": "Found well" });
        assert_eq!(ask(&mut admin, Method::PATCH, suspended, &lifted).await.status, 200, "{suspended}");
        assert_eq!(world.userinfo(&access).await.status, 200, "{suspended}");
    }
    assert!(world.mail().await.contains("Under inquiry"));
    let stale = {
        admin.headers.push(("if-match".to_owned(), "\"0\"".to_owned()));
        ask(&mut admin, Method::PATCH, &client, &json!({ "suspended": true, "reason": "x" })).await
    };
    assert_eq!(problem(&stale), (412, "stale".to_owned()));
});

on_both!(a_scope_is_added_and_changed_for_all_clients_at_once, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let scopes = format!("{STAFF}/scopes");
    let bad =
        json!({ "name": "Birth day", "title": "", "description": "x", "opens": "y", "tier": "other", "reason": "" });
    let mut fields: Vec<String> =
        wrong(&ask(&mut admin, Method::POST, &scopes, &bad).await).into_iter().map(|it| it.0).collect();
    fields.sort();
    assert_eq!(fields, ["name", "reason", "tier", "title"], "all that is wrong is told at once");
    let good = json!({
        "name": "birthday", "title": "Birthday", "description": "See your birthday.", "opens": "birth_date",
        "reason": "Partners ask for it",
    });
    let made = ask(&mut admin, Method::POST, &scopes, &good).await;
    assert_eq!((made.status.as_u16(), &made.json()["tier"]), (201, &json!("verified")));
    let again = ask(&mut admin, Method::POST, &scopes, &good).await;
    assert_eq!(problem(&again), (409, "name_taken".to_owned()));
    let last =
        admin.get(&format!("{scopes}?limit=200")).await.json()["data"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["name"], "birthday");

    // `profile` becomes reserved: who has no approval for it is refused on the next request.
    let ask_for_profile = [("grant_type", "client_credentials"), ("scope", "profile")];
    assert_eq!(world.client_post("/oauth/token", &ask_for_profile).await.status, 200);
    let body = json!({ "tier": "verified", "reason": "It says much" });
    let changed = ask(&mut admin, Method::PATCH, &format!("{scopes}/profile"), &body).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(world.client_post("/oauth/token", &ask_for_profile).await.status, 400);
    let entry = entry(&mut admin, "catalog.scope_changed").await;
    assert_eq!(entry["after"], json!({ "tier": "verified", "reason": "It says much" }));

    // What it opens, and why, need not be said.
    let short = json!({ "name": "shoe.size", "title": "Shoe size", "description": "See your shoe size." });
    let made = ask(&mut admin, Method::POST, &scopes, &short).await;
    assert_eq!((made.status.as_u16(), &made.json()["opens"]), (201, &json!("")), "{made:?}");
    let changed = ask(&mut admin, Method::PATCH, &format!("{scopes}/shoe.size"), &json!({ "tier": "open" })).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["tier"]), (200, &json!("open")), "{changed:?}");
    for missing in ["title", "description"] {
        let mut less = short.clone();
        less.as_object_mut().unwrap().remove(missing);
        let refused = wrong(&ask(&mut admin, Method::POST, &scopes, &less).await);
        assert_eq!(refused, [(missing.to_owned(), "required".to_owned())]);
    }
    let log = admin.get(&format!("{STAFF}/audit?limit=1")).await.json();
    assert_eq!(log["data"][0]["after"], json!({ "tier": "open" }));
    let absent = ask(&mut admin, Method::PATCH, &format!("{scopes}/absent"), &body).await;
    assert_eq!(problem(&absent), (404, "not_found".to_owned()));
});

on_both!(the_operators_rotation_is_audited, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let core = &world.core;
    for (at_once, count) in [(false, 1), (true, 2)] {
        let rotated = keys::rotate_as_operator(&core.db, &core.master_key, &core.config, core.clock.now(), at_once);
        assert_eq!(rotated.await.unwrap().len(), 2);
        let log = admin.get(&format!("{STAFF}/audit?action=signing_keys.rotation_ordered")).await.json();
        let newest = &log["data"][0];
        assert_eq!(log["data"].as_array().unwrap().len(), count);
        assert_eq!((&newest["actor"], &newest["after"]), (&json!("operator"), &json!({ "at_once": at_once })));
    }
});

on_both!(jw_05_keys_are_listed_and_rotated_without_a_private_part, async |world: World| {
    let mut admin = given_staff(&world, "admin").await;
    let keys = admin.get(&format!("{STAFF}/keys")).await;
    assert_eq!(keys.json()["data"].as_array().unwrap().len(), 2);
    let order = json!({ "now": true, "reason": "An operator has left" });
    let rotated = ask(&mut admin, Method::POST, &format!("{STAFF}/keys/rotate"), &order).await;
    assert_eq!(rotated.status, 200, "{rotated:?}");
    let states: Vec<Value> =
        rotated.json()["data"].as_array().unwrap().iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == "retired").count(), 2, "{states:?}");
    let published = world.browser().get("/oauth/jwks").await;
    for text in [&keys.body, &rotated.body, &published.body] {
        for private in ["\"d\"", "\"p\"", "\"q\"", "\"dp\"", "\"dq\"", "\"qi\"", "\"k\"", "sealed"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
    let entry = entry(&mut admin, "signing_keys.rotation_ordered").await;
    assert_eq!(entry["after"], json!({ "at_once": true, "reason": "An operator has left" }));
    // What is signed now is signed with the new key, which the key set has.
    let tokens = world.given_login("ada@example.test").await;
    assert_eq!(world.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 200);
});
