//! `/admin/v1/clients/{client}/members`: invitations, the last owner, whom a search finds.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::manage::succession;

use super::person::{ADA, CHARLES, Person, faults, given_people, outcome};
use crate::database::{count, texts};
use crate::world::{CLIENT, Given, OTHER_CLIENT, World, on_both};

const NOTIFICATIONS: &str = "/account/notifications";

fn accept(id: &str) -> [(&'static str, &str); 2] {
    [("do", "accept"), ("invitation", id)]
}

on_both!(an_invitation_grants_nothing_until_its_person_accepts, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    let made = owner.post("members", json!({ "email": "Ada@Example.test", "role": role })).await;
    let member = made.json();
    assert_eq!((made.status.as_u16(), &member["status"], &member["sub"]), (201, &json!("invited"), &Value::Null));
    let id = member["id"].as_str().unwrap().to_owned();
    let again = owner.post("members", json!({ "email": ADA, "role": role })).await;
    assert_eq!(outcome(&again), (409, "already_member".to_owned()));

    let mail = world.mail().await;
    assert!(mail.contains("invites you") && mail.contains("Analytical Engines"), "{mail}");
    let mut ada = Person::new(&world, ADA).await;
    assert_eq!(outcome(&ada.get("members").await), (404, "not_found".to_owned()));
    let page = ada.get(NOTIFICATIONS).await;
    assert!(page.body.contains("Analytical Engines") && page.body.contains(&id), "{}", page.body);

    assert_eq!(ada.form(NOTIFICATIONS, &accept(&id)).await.status, 303);
    assert_eq!(ada.get("members").await.status, 200);
    let member = owner.get(&format!("members/{id}")).await.json();
    assert_eq!((&member["status"], &member["email"]), (&json!("active"), &json!(ADA)));
    assert!(member["sub"].is_string());
    assert!(!ada.get(NOTIFICATIONS).await.body.contains(&id));

    // Who reads may leave, and is nobody there from then on.
    assert_eq!(outcome(&ada.delete(&format!("members/{id}")).await), (204, String::new()));
    assert_eq!(outcome(&ada.get("members").await), (404, "not_found".to_owned()));
});

on_both!(mg_17_only_the_person_who_was_invited_accepts_and_once, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("admin").await;
    let id = owner.made("members", json!({ "email": "unverified@example.test", "role": role })).await;
    let (mut ada, mut unverified) =
        (Person::new(&world, ADA).await, Person::new(&world, "unverified@example.test").await);
    assert!(!unverified.get(NOTIFICATIONS).await.body.contains(&id));
    assert_eq!(unverified.form(NOTIFICATIONS, &accept(&id)).await.status, 403);
    for person in [&mut owner, &mut ada] {
        assert_eq!(person.form(NOTIFICATIONS, &accept(&id)).await.status, 404);
    }
    assert_eq!(ada.get(&format!("{NOTIFICATIONS}?do=accept&invitation={id}")).await.status, 200);
    assert_eq!(owner.get(&format!("members/{id}")).await.json()["status"], "invited");

    world.sql("UPDATE users SET email_verified = TRUE").await;
    assert_eq!(unverified.form(NOTIFICATIONS, &accept(&id)).await.status, 303);
    assert_eq!(unverified.form(NOTIFICATIONS, &accept(&id)).await.status, 404);
    assert_eq!(unverified.get("members").await.status, 200);

    // What was taken back, or declined, can't be accepted any more.
    let id = owner.made("members", json!({ "email": ADA, "role": role })).await;
    assert_eq!(owner.delete(&format!("members/{id}")).await.status, 204);
    assert_eq!(ada.form(NOTIFICATIONS, &accept(&id)).await.status, 404);
    let id = owner.made("members", json!({ "email": ADA, "role": role })).await;
    assert_eq!(ada.form(NOTIFICATIONS, &[("do", "decline"), ("invitation", &id)]).await.status, 303);
    assert_eq!(ada.form(NOTIFICATIONS, &accept(&id)).await.status, 404);
    assert_eq!(outcome(&owner.get(&format!("members/{id}")).await), (404, "not_found".to_owned()));
});

on_both!(an_invitation_ends_with_its_time, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    let body = json!({ "email": ADA, "role": role, "expires_at": "2026-03-01T13:00:00Z" });
    let id = owner.made("members", body).await;
    let mut ada = Person::new(&world, ADA).await;
    assert!(ada.get(NOTIFICATIONS).await.body.contains(&id));
    world.clock.advance(Duration::from_secs(3600));
    assert!(!ada.get(NOTIFICATIONS).await.body.contains(&id));
    let late = ada.form(NOTIFICATIONS, &accept(&id)).await;
    assert!(late.status == 409 && late.body.contains("invitation has expired"), "{late:?}");
    assert_eq!(owner.get(&format!("members/{id}")).await.json()["status"], "invited");
});

on_both!(lo_07_nobody_learns_by_inviting_whether_an_address_has_an_account, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    given_people(&world, &["suspended"]).await;
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'suspended@example.test'").await;
    let mut seen = Vec::new();
    for name in ["ada", "nobody", "unverified", "suspended"] {
        let email = format!("{name}@example.test");
        let made = owner.post("members", json!({ "email": email, "role": role })).await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        world.mail().await;
        let read = owner.get(&format!("members/{id}")).await;
        let deleted = owner.delete(&format!("members/{id}")).await;
        let looks = |answer: &crate::browser::Answer| {
            let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
            headers.retain(|header| !header.starts_with("x-request-id") && !header.starts_with("content-length"));
            let all = format!("{} {headers:?} {}", answer.status, answer.body);
            all.replace(&email, "EMAIL").replace(&id, "ID")
        };
        seen.push([looks(&made), looks(&read), looks(&deleted)]);
    }
    for other in &seen[1..] {
        assert_eq!(*other, seen[0]);
    }
});

on_both!(mg_05_the_last_owner_stays, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let own = owner.member(CHARLES).await;
    let (own, viewer, owners) = (format!("members/{own}"), owner.role("viewer").await, owner.role("owner").await);
    let invited = owner.made("members", json!({ "email": ADA, "role": owners })).await;
    let refused = (409, "last_owner".to_owned());
    // An invitation is no owner, and an owner whose time is counted is none to rest on.
    for round in 0..2 {
        assert_eq!(outcome(&owner.delete(&own).await), refused, "{round}");
        assert_eq!(outcome(&owner.patch(&own, json!({ "role": viewer })).await), refused, "{round}");
        let ends = json!({ "expires_at": "2030-01-31T12:00:00Z" });
        assert_eq!(outcome(&owner.patch(&own, ends.clone()).await), refused, "{round}");
        if round == 0 {
            let mut ada = Person::new(&world, ADA).await;
            ada.form(NOTIFICATIONS, &accept(&invited)).await;
            assert_eq!(owner.patch(&format!("members/{invited}"), ends).await.status, 200);
        }
    }
    // With another owner for good each of them goes, and the other can't.
    let (mut dorothy, hers) = owner.given_member(&world, "dorothy@example.test", "owner").await;
    assert_eq!(dorothy.patch(&own, json!({ "role": viewer })).await.status, 200);
    assert_eq!(outcome(&dorothy.delete(&format!("members/{hers}")).await), refused);
    assert_eq!(outcome(&owner.delete(&format!("members/{hers}")).await), (403, "permission_missing".to_owned()));
});

on_both!(mg_05_two_owners_who_demote_each_other_at_once_leave_one, async |world: World| {
    world.apply(&format!("[[users]]\nemail = \"{ADA}\"\nplan = \"paid\"\n")).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let own = owner.member(CHARLES).await;
    let (ada, hers) = owner.given_member(&world, ADA, "owner").await;
    let (owners, viewer) = (owner.role("owner").await, owner.role("viewer").await);
    let owners_now = "user_id IS NOT NULL AND expires_at IS NULL AND role_id IN \
                      (SELECT id FROM roles WHERE preset AND role_key = 'owner')";
    let here = format!("{owners_now} AND client_id = (SELECT client_id FROM roles WHERE name = 'Here')");
    owner.made("roles", json!({ "name": "Here" })).await;
    for round in 0..crate::repetitions() {
        let demote = |mut person: Person, member: String| {
            let body = json!({ "role": viewer });
            tokio::spawn(async move { person.patch(&format!("members/{member}"), body).await })
        };
        let (one, other) = (demote(owner.clone(), hers.clone()), demote(ada.clone(), own.clone()));
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert_eq!(count(&world.core.db, "members", &here).await, 1, "{round}: {one:?} {other:?}");
        // Whoever is left makes the other an owner again.
        let (mut left, demoted) = if one.status == 200 { (owner.clone(), &hers) } else { (ada.clone(), &own) };
        let again = left.patch(&format!("members/{demoted}"), json!({ "role": owners })).await;
        assert_eq!(again.status, 200, "{round}: {again:?}");
    }
});

on_both!(the_bill_goes_to_the_longest_standing_owner_whose_plan_entitles, async |world: World| {
    given_people(&world, &["dorothy", "mary"]).await;
    world.apply("[[users]]\nemail = \"dorothy@example.test\"\nplan = \"paid\"\n").await;
    let mut owner = Person::new(&world, CHARLES).await;
    let own = owner.member(CHARLES).await;
    for email in [ADA, "dorothy@example.test", "mary@example.test"] {
        world.clock.advance(Duration::from_secs(1));
        owner.given_member(&world, email, "owner").await;
    }
    assert_eq!(owner.delete(&format!("members/{own}")).await.status, 204);
    let mut dorothy = Person::new(&world, "dorothy@example.test").await;
    let client = format!("/admin/v1/clients/{CLIENT}");
    assert_eq!(dorothy.get(&client).await.json()["owner"], "dorothy@example.test");
    assert!(dorothy.get(NOTIFICATIONS).await.body.contains("your plan that entitles it"));
    // Her plan entitles it from the next request on, and his does not count any more.
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'charles@example.test'").await;
    assert_eq!(dorothy.patch(&client, json!({ "name": "Engines" })).await.status, 200);
    world.sql("UPDATE users SET plan = 'free' WHERE email = 'dorothy@example.test'").await;
    let refused = dorothy.patch(&client, json!({ "name": "Free" })).await;
    assert_eq!(outcome(&refused), (402, "plan_required".to_owned()));
});

const TWO_CLIENTS: Given = Given { settings: &[("PLANS__PAID__MAX_CLIENTS", "2")], recorded: false };

on_both!(an_owner_hands_the_bill_to_another_owner, TWO_CLIENTS, async |world: World| {
    given_people(&world, &["dorothy", "mary"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let (client, bill) = (format!("/admin/v1/clients/{CLIENT}"), "billing-owner");
    let (viewer, owners) = (owner.role("viewer").await, owner.role("owner").await);
    let put = async |by: &mut Person, member: &str| {
        let (path, body) = (format!("{client}/{bill}"), json!({ "member": member }).to_string().into_bytes());
        by.browser.send(Method::PUT, &path, Some("application/json"), body).await
    };
    // Only to an owner who is one for good.
    let (mut ada, hers) = owner.given_member(&world, ADA, "viewer").await;
    let not_an_owner = (409, "not_an_owner".to_owned());
    assert_eq!(outcome(&put(&mut owner, &hers).await), not_an_owner);
    let ends = json!({ "role": owners, "expires_at": "2030-01-31T12:00:00Z" });
    assert_eq!(owner.patch(&format!("members/{hers}"), ends).await.status, 200);
    assert_eq!(outcome(&put(&mut owner, &hers).await), not_an_owner);
    assert_eq!(owner.patch(&format!("members/{hers}"), json!({ "expires_at": null })).await.status, 200);
    let invited = owner.made("members", json!({ "email": "dorothy@example.test", "role": owners })).await;
    assert_eq!(outcome(&put(&mut owner, &invited).await), not_an_owner);
    let unknown = "member_01jd3v8m1efb9rkyq9wzvw2x4z";
    assert_eq!(outcome(&put(&mut owner, unknown).await), (404, "not_found".to_owned()));
    assert_eq!(faults(&put(&mut owner, "member").await)[0].0, "member");
    // And to one whose plan has room for it.
    let unpaid = (402, "plan_required".to_owned());
    assert_eq!(outcome(&put(&mut owner, &hers).await), unpaid);
    world.apply(&format!("[[users]]\nemail = \"{ADA}\"\nplan = \"paid\"\n")).await;
    let mut own = Vec::new();
    for name in ["One", "Two"] {
        own.push(ada.made("/admin/v1/clients", json!({ "name": name })).await);
    }
    assert_eq!(outcome(&put(&mut owner, &hers).await), unpaid);
    assert_eq!(ada.delete(&format!("/admin/v1/clients/{}", own[0])).await.status, 204);
    // By an owner, and by nobody below.
    let (mut mary, _) = owner.given_member(&world, "mary@example.test", "admin").await;
    assert_eq!(outcome(&put(&mut mary, &hers).await), (403, "owner".to_owned()));
    assert_eq!(owner.get(&client).await.json()["owner"], CHARLES);

    // Also when the plan has lapsed: that is how the client comes to another.
    world.change_fact("plan lapsed").await;
    assert_eq!(outcome(&owner.patch(&client, json!({ "name": "Late" })).await), unpaid);
    assert_eq!(put(&mut owner, &hers).await.status, 204);
    assert_eq!(put(&mut owner, &hers).await.status, 204, "it is so already");
    assert_eq!(owner.patch(&client, json!({ "name": "In time" })).await.status, 200);
    assert_eq!(owner.get(&client).await.json()["owner"], ADA);
    assert!(ada.get(NOTIFICATIONS).await.body.contains("has handed you its bill"));
    assert!(owner.get(NOTIFICATIONS).await.body.contains("was handed to another of its owners"));
    let log = owner.get("audit?action=client.handed_over").await.json();
    assert_eq!(log["data"].as_array().unwrap().len(), 1, "{log}");
    assert_eq!(owner.delete(&format!("members/{}", owner.clone().member(CHARLES).await)).await.status, 204);
    assert_eq!(outcome(&owner.patch(&format!("members/{hers}"), json!({ "role": viewer })).await).0, 404);
});

on_both!(bad_members_are_told_and_change_nothing, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let role = owner.role("viewer").await;
    let id = owner.made("members", json!({ "email": ADA, "role": role })).await;
    let before = owner.get("members").await.body;
    for (body, field, code) in [
        (json!({ "role": role }), "email", "required"),
        (json!({ "email": "eve@example.test" }), "role", "required"),
        (json!({ "email": "eve", "role": role }), "email", "malformed"),
        (json!({ "email": "eve@example.test", "sub": "1234567890123", "role": role }), "sub", "not_here"),
        (json!({ "email": "eve@example.test", "role": "viewer" }), "role", "not_an_id"),
        (json!({ "email": "eve@example.test", "role": role, "status": "active" }), "status", "unknown_field"),
        (json!({ "email": "eve@example.test", "role": role, "expires_at": "soon" }), "expires_at", "malformed"),
    ] {
        let answer = owner.post("members", body.clone()).await;
        assert_eq!(faults(&answer)[0], (field.to_owned(), code.to_owned()), "{body}");
    }
    let stranger = owner.post("members", json!({ "sub": "1234567890123", "role": role })).await;
    assert_eq!(outcome(&stranger), (404, "not_found".to_owned()));
    for (body, field) in [
        (json!({ "status": "active" }), "status"),
        (json!({ "email": "eve@example.test" }), "email"),
        (json!({ "user_id": 1 }), "user_id"),
        (json!({ "expires_at": "2020-01-01T00:00:00Z" }), "expires_at"),
        (json!({ "role": null }), "role"),
    ] {
        assert_eq!(faults(&owner.patch(&format!("members/{id}"), body.clone()).await)[0].0, field, "{body}");
    }
    assert_eq!(owner.get("members").await.body, before);
    let theirs = format!("/admin/v1/clients/{OTHER_CLIENT}/members/{id}");
    assert_eq!(outcome(&owner.get(&theirs).await), (404, "not_found".to_owned()));
    assert_eq!(outcome(&owner.delete(&theirs).await), (404, "not_found".to_owned()));
});

on_both!(mg_15_a_search_finds_users_by_what_they_share_and_nobody_else, async |world: World| {
    world.given_login(ADA).await;
    given_people(&world, &["adam"]).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let mut search = async |text: &str| {
        let query = url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        owner.get(&format!("member-candidates?q={query}")).await.json()["data"].clone()
    };
    for text in ["", "a", "@", "%", "ad", "%%%", "___", "@example", "adam", "example.test"] {
        assert_eq!(search(text).await, json!([]), "{text:?}");
    }
    let ada = &search("LOVE").await[0];
    assert_eq!((&ada["name"], &ada["email"]), (&json!("Ada Lovelace"), &json!(ADA)));
    assert_eq!(search("ada@ex").await[0]["sub"], ada["sub"]);
    // Anybody else by the whole address only, and alike for those there are and are not.
    let of = |name: &str| json!([{ "sub": null, "name": null, "email": format!("{name}@example.test") }]);
    for name in ["adam", "nobody", "unverified"] {
        assert_eq!(search(&format!("{name}@example.test")).await, of(name));
    }
    // Names of any script, and the whole of one.
    world.apply("[[users]]\nemail = \"ada@example.test\"\ngiven_name = \"Ädä Émilie\"\n").await;
    for text in ["ÄDÄ", "émil", "ädä  émilie LOVE", "lovelace"] {
        assert_eq!(search(text).await[0]["sub"], ada["sub"], "{text}");
    }
    assert_eq!(search("dä émilie").await, json!([]), "from the beginning of a word");
    // What somebody does not share is not searched.
    world.sql("UPDATE consents SET scope = 'openid email'").await;
    assert_eq!(search("lovelace").await, json!([]));
    assert_eq!(search("ada@").await[0]["name"], Value::Null);
    world.change_fact("consent ended").await;
    assert_eq!(search("ada@example.test").await, of("ada"));

    let mut last = owner.get("member-candidates?q=ada").await;
    for _ in 0..40 {
        last = owner.get("member-candidates?q=ada").await;
    }
    assert_eq!(outcome(&last), (429, "too_many".to_owned()));
    assert!(last.headers.contains_key("retry-after"));
});

on_both!(a_user_is_invited_by_the_number_the_client_knows, async |world: World| {
    world.given_login(ADA).await;
    let mut owner = Person::new(&world, CHARLES).await;
    let sub = owner.get("users").await.json()["data"][0]["sub"].as_str().unwrap().to_owned();
    let role = owner.role("viewer").await;
    let made = owner.post("members", json!({ "sub": sub, "role": role })).await.json();
    assert_eq!((&made["sub"], &made["email"]), (&json!(sub), &Value::Null), "the address is not theirs to know");
    let mut ada = Person::new(&world, ADA).await;
    assert_eq!(ada.form(NOTIFICATIONS, &accept(made["id"].as_str().unwrap())).await.status, 303);
    assert_eq!(owner.member(ADA).await, made["id"]);
    // An audit entry for each step, in the transaction of the step.
    let actions = texts(&world.core.db, "SELECT action AS text FROM audit_entries WHERE action LIKE 'member.%'").await;
    assert!(["member.invited", "member.joined"].iter().all(|action| actions.iter().any(|known| known == action)));
});

on_both!(the_bill_goes_over_when_the_owner_who_pays_ends, async |world: World| {
    given_people(&world, &["dorothy"]).await;
    let mut charles = Person::new(&world, CHARLES).await;
    let (mut dorothy, _) = charles.given_member(&world, "dorothy@example.test", "owner").await;
    let own = format!("members/{}", charles.member(CHARLES).await);
    let client = format!("/admin/v1/clients/{CLIENT}");
    let pays = async |person: &mut Person| person.get(&client).await.json()["owner"].as_str().unwrap().to_owned();
    assert_eq!(charles.patch(&own, json!({ "expires_at": "2026-03-01T13:00:00Z" })).await.status, 200);
    let hand_over = async || succession::settle_due(&world.core).await.unwrap();
    hand_over().await;
    assert_eq!(pays(&mut dorothy).await, CHARLES, "he is an owner, and his plan entitles");
    let renamed = dorothy.patch(&client, json!({ "name": "Engines & Co" })).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");

    world.clock.advance(Duration::from_secs(3_599));
    hand_over().await;
    assert_eq!(pays(&mut dorothy).await, CHARLES);
    world.clock.advance(Duration::from_secs(1));
    for _ in 0..2 {
        hand_over().await;
        assert_eq!(pays(&mut dorothy).await, "dorothy@example.test");
    }
    let log = dorothy.get("audit?action=client.handed_over").await.json();
    assert_eq!((log["data"].as_array().unwrap().len(), &log["data"][0]["actor"]), (1, &json!("schedule")), "{log}");
    assert!(world.mail().await.contains("You pay for a client now"));
    let refused = dorothy.patch(&client, json!({ "name": "Other" })).await;
    assert_eq!(outcome(&refused), (402, "plan_required".to_owned()), "hers does not entitle");
});
