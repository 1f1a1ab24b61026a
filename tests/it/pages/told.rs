//! What pages tell of people, of times and of what needs somebody.

use serde_json::json;

use super::{ADA, CHARLES, mails, signed_in, submit};
use crate::admin::person::Person;
use crate::world::{CLIENT, World, on_both};

fn page(path: &str) -> String {
    format!("/clients/{CLIENT}{path}")
}

on_both!(a_user_is_told_by_what_they_share_now_and_by_nothing_else, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    world.given_code(ADA, &[("scope", "openid profile")]).await;
    let user = owner.get("users").await.json()["data"][0].clone();
    assert_eq!((&user["name"], &user["email"]), (&json!("Ada Lovelace"), &json!(null)));
    let list = owner.get(&page("/users")).await.body;
    assert!(list.contains("Ada Lovelace") && !list.contains(ADA), "{list}");

    // A scope that the client has not activated any more tells nothing, whatever was agreed to.
    assert_eq!(owner.delete("scopes/profile").await.status, 204);
    let user = owner.get("users").await.json()["data"][0].clone();
    assert_eq!((&user["name"], &user["email"]), (&json!(null), &json!(null)));
    let list = owner.get(&page("/users")).await.body;
    assert!(!list.contains("Ada Lovelace"), "{list}");
});

on_both!(times_are_shown_and_meant_where_the_person_lives, async |world: World| {
    world.sql(&format!("UPDATE users SET zoneinfo = 'Europe/Amsterdam' WHERE email_key = '{CHARLES}'")).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let fields = [("once", "z1"), ("label", "Zoned"), ("expires_at", "2030-01-31")];
    let made = owner.form(&page("/secrets/new"), &fields).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.location().rsplit('/').next().unwrap().to_owned();
    let secret = owner.get(&format!("secrets/{id}")).await.json();
    assert_eq!(secret["expires_at"], "2030-01-31T22:59:59Z", "the end of that day, there");
    let log = owner.get(&page("/audit")).await.body;
    assert!(log.contains("1 Mar 2026, 13:00 CET") && !log.contains("12:00 UTC"), "{log}");
    // What was shown and is sent back unchanged changes nothing.
    let fields = [("label", "Zoned"), ("expires_at", "2030-01-31T22:59:59Z")];
    assert_eq!(owner.form(&page(&format!("/secrets/{id}")), &fields).await.status, 303);
    assert_eq!(owner.get(&format!("secrets/{id}")).await.json()["expires_at"], secret["expires_at"]);
});

on_both!(the_overview_says_what_needs_somebody, async |world: World| {
    world.given_login(ADA).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let overview = owner.get(&page("")).await.body;
    assert!(overview.contains("There is only one owner."), "{overview}");
    assert!(!overview.contains("Spare expires on"), "{overview}");
    let soon = json!({ "label": "Spare", "expires_at": "2026-03-20T00:00:00Z" });
    let far = json!({ "label": "Later", "expires_at": "2026-09-01T00:00:00Z" });
    owner.made("secrets", soon).await;
    owner.made("secrets", far).await;
    let domain = owner.get("domains").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let linked = owner.get(&format!("domains/{domain}/secrets")).await.json();
    for secret in linked["data"].as_array().unwrap() {
        let path = format!("domains/{domain}/secrets/{}", secret["id"].as_str().unwrap());
        assert_eq!(owner.delete(&path).await.status, 204);
    }
    world.sql("UPDATE client_secrets SET leaked_at = 1, active = false WHERE label = 'Later'").await;
    world.sql("UPDATE clients SET reviewed_name = 'Old Engines'").await;
    let overview = owner.get(&page("")).await.body;
    for part in [
        "Spare expires on 20 Mar 2026.",
        "No usable secret is linked to ",
        "Later was found in public.",
        "People still see the name Old Engines until the new one is reviewed.",
    ] {
        assert!(overview.contains(part), "{part} is not in {overview}");
    }
    assert!(!overview.contains("Later expires on"), "{overview}");
});

on_both!(a_token_says_what_its_maker_may_not_any_more, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let (mut admin, member) = owner.given_member(&world, ADA, "admin").await;
    let permissions = json!({ "label": "Night", "permissions": ["secrets:create", "domains:read"] });
    let token = admin.made("tokens", permissions).await;
    let path = page(&format!("/tokens/{token}"));
    assert!(!owner.get(&path).await.body.contains("does not hold these now"));
    let viewer = owner.role("viewer").await;
    assert_eq!(owner.patch(&format!("members/{member}"), json!({ "role": viewer })).await.status, 200);
    let told = owner.get(&path).await.body;
    assert!(told.contains("does not hold these now, so the token may not use them: secrets:create<"), "{told}");
    assert!(told.contains("by") && told.contains("Ada Lovelace"), "who made it: {told}");
});

on_both!(an_unconfirmed_address_is_told_until_it_is_confirmed, async |world: World| {
    let mut browser = signed_in(&world, "unverified@example.test").await;
    let account = browser.get("/account").await;
    assert!(account.body.contains("<b>Confirm your address.</b>"), "{account:?}");
    let sent = submit(&mut browser, &account, "/verify-email/resend", &[]).await;
    assert!(sent.location().starts_with("/account?done=mailed."), "{sent:?}");
    let mail = mails(&world, 1).await.pop().unwrap();
    assert!(mail.to.contains("unverified@example.test"), "{}", mail.to);
    browser.get(&mail.link("/verify-email")).await;
    let mut ada = signed_in(&world, ADA).await;
    assert!(!ada.get("/account").await.body.contains("Confirm your address"));
});
