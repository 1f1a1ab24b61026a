//! Applications to become a Verified Partner: made, decided, taken back, ended, renewed.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::manage::verifications;
use xwms_core::provision::{Options, apply};
use xwms_core::testing;

use super::staff::given_staff;
use super::{ask, given_signed_in, of_client, patch, problem, wrong};
use crate::browser::Browser;
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

pub(super) const QUEUE: &str = "/admin/v1/staff/verifications";
const DAY: Duration = Duration::from_secs(86_400);

/// The ids of the partner's two domains.
async fn domains(world: &World) -> (String, String) {
    let snapshot = world.snapshot().await;
    let id = |root: &str| snapshot.domains.iter().find(|it| it.root.as_str() == root).unwrap().id.to_string();
    (id("engines.example"), id("more-engines.example"))
}

/// An application for personal details on the first domain; its path as the staff have it.
pub(super) async fn given_application(world: &World, owner: &mut Browser) -> String {
    let (first, _) = domains(world).await;
    let body = json!({ "domains": [first], "scopes": ["userinfo"], "notes": "Cards" });
    let made = ask(owner, Method::POST, &of_client("/verifications"), &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    format!("{QUEUE}/{}", made.json()["id"].as_str().unwrap())
}

/// The decision about all items of an application as it stands.
pub(super) async fn decision(staff: &mut Browser, application: &str, decision: &str) -> Value {
    let read = staff.get(application).await.json();
    let items = read["items"].as_array().unwrap().iter();
    let items: Vec<Value> = items
        .map(|it| json!({ "domain": it["domain"], "scope": it["scope"], "decision": decision, "reason": "As we see it" }))
        .collect();
    json!({ "version": read["version"], "items": items })
}

pub async fn decide(staff: &mut Browser, application: &str, what: &str) {
    let body = decision(staff, application, what).await;
    let decided = ask(staff, Method::POST, &format!("{application}/decision"), &body).await;
    assert_eq!(decided.status, 200, "{decided:?}");
}

/// Whether personal details are unlocked for the client by itself.
pub(super) async fn unlocked(world: &World) -> bool {
    let fields = [("grant_type", "client_credentials"), ("scope", "userinfo")];
    world.client_post("/oauth/token", &fields).await.status == 200
}

/// The page on which Ada is asked to consent.
pub(super) async fn consent(world: &World) -> String {
    let mut ada = world.browser();
    let login = ada.open(&world.authorize(&[])).await;
    let consent = ada.sign_in(&login, "ada@example.test", crate::world::PASSWORD).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    consent.body
}

async fn has_badge(world: &World) -> bool {
    consent(world).await.contains("Verified partner")
}

on_both!(an_application_is_decided_and_unlocks_at_once, async |world: World| {
    world.given_webhook("engines.example").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let list = of_client("/verifications");
    let (first, second) = domains(&world).await;
    let body = json!({ "domains": [first, second], "scopes": ["userinfo"] });
    let made = ask(&mut owner, Method::POST, &list, &body).await;
    assert_eq!((made.status.as_u16(), &made.json()["status"]), (201, &json!("pending")), "{made:?}");
    assert_eq!(made.json()["items"].as_array().unwrap().len(), 2);
    let second_one = ask(&mut owner, Method::POST, &list, &body).await;
    assert_eq!(problem(&second_one), (409, "verification_pending".to_owned()));
    assert!(!unlocked(&world).await && !has_badge(&world).await);

    let queue = reviewer.get(QUEUE).await.json();
    assert_eq!(
        (&queue["data"][0]["client_name"], &queue["data"][0]["version"]),
        (&json!("Analytical Engines"), &json!(1))
    );
    let application = format!("{QUEUE}/{}", made.json()["id"].as_str().unwrap());
    let item = |domain: &str, decision: &str, reason: &str| json!({ "domain": domain, "scope": "userinfo", "decision": decision, "reason": reason });
    let send = async |staff: &mut Browser, items: Value| {
        let body = json!({ "version": 1, "items": items });
        ask(staff, Method::POST, &format!("{application}/decision"), &body).await
    };
    for (items, field, code) in [
        (json!([item(&first, "approve", "")]), "items", "incomplete"),
        (json!([item(&first, "approve", ""), item(&first, "reject", "no")]), "items[1]", "repeated"),
        (json!([item(&first, "approve", ""), item(&second, "reject", " ")]), "items[1].reason", "required"),
        (json!([item("domain_01jd3v8m1efb9rkyq9wzvw2x4a", "approve", "")]), "items[0]", "unknown_item"),
        (json!([item(&first, "perhaps", "")]), "items[0].decision", "unknown_value"),
    ] {
        let refused = wrong(&send(&mut reviewer, items).await);
        assert!(refused.contains(&(field.to_owned(), code.to_owned())), "{field} {code} in {refused:?}");
    }
    assert_eq!(reviewer.get(&application).await.json()["status"], "pending");

    let items = json!([item(&first, "approve", ""), item(&second, "reject", "No privacy page")]);
    let decided = send(&mut reviewer, items.clone()).await;
    assert_eq!((decided.status.as_u16(), &decided.json()["status"]), (200, &json!("approved")), "{decided:?}");
    assert!(unlocked(&world).await && has_badge(&world).await);
    assert_eq!(problem(&send(&mut reviewer, items).await), (409, "verification_decided".to_owned()));
    assert_eq!(reviewer.get(QUEUE).await.json()["data"], json!([]));

    // The partner reads why, the owners are told, webhooks and the audit log have it.
    let seen = owner.get(made.headers["location"].to_str().unwrap()).await.json();
    let rejected = seen["items"].as_array().unwrap().iter().find(|it| it["domain"] == second.as_str()).unwrap();
    assert_eq!((&rejected["status"], &rejected["reason"]), (&json!("rejected"), &json!("No privacy page")));
    assert_eq!(seen["expires_at"], "2027-03-01T12:00:00Z");
    assert!(world.mail().await.contains("No privacy page"));
    let events = testing::published(&world.core.db, CLIENT.parse().unwrap()).await.unwrap();
    assert_eq!(events.iter().filter(|event| event.event.as_str() == "verification.decided").count(), 1);
    let log = owner.get(&format!("{}?action=verification.decided_by_staff", of_client("/audit"))).await.json();
    assert!(log["data"][0]["after"].to_string().contains("No privacy page"), "{log}");
});

on_both!(what_can_t_be_applied_for_is_refused, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let list = of_client("/verifications");
    let (first, _) = domains(&world).await;
    for (body, field) in [
        (json!({ "domains": [], "scopes": ["userinfo"] }), "domains"),
        (json!({ "domains": [first], "scopes": [] }), "scopes"),
        (json!({ "domains": ["engines.example"], "scopes": ["userinfo"] }), "domains[0]"),
        (json!({ "domains": [first], "scopes": ["phone"] }), "scopes"),
        (json!({ "domains": [first], "scopes": ["unheard-of"] }), "scopes"),
        (json!({ "domains": [first], "scopes": ["userinfo"], "notes": "a\u{202e}b" }), "notes"),
        (json!({ "domains": [first], "scopes": ["userinfo"], "status": "approved" }), "status"),
    ] {
        let refused = ask(&mut owner, Method::POST, &list, &body).await;
        assert_eq!(wrong(&refused)[0].0, field, "{body}");
    }
    // A domain of another client of the same owner is as unknown as one that is not there.
    let other = world.core.snapshots.get(OTHER_CLIENT.parse().unwrap()).await.unwrap().unwrap().domains[0].id;
    let foreign = json!({ "domains": [other], "scopes": ["userinfo"] });
    assert_eq!(problem(&ask(&mut owner, Method::POST, &list, &foreign).await), (404, "not_found".to_owned()));
    let of_other = format!("/admin/v1/clients/{OTHER_CLIENT}/verifications");
    let unproven = json!({ "domains": [other], "scopes": ["profile"] });
    assert_eq!(
        problem(&ask(&mut owner, Method::POST, &of_other, &unproven).await),
        (409, "domain_unproven".to_owned())
    );
    assert_eq!(owner.get(&list).await.json()["data"], json!([]));
});

on_both!(vw_01_a_decision_about_what_was_changed_meanwhile_is_stale, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    let body = decision(&mut reviewer, &application, "approve").await;
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
             scopes = [\"userinfo\"]\nnotes = \"Something else\"\n"
        ))
        .await;
    let stale = ask(&mut reviewer, Method::POST, &format!("{application}/decision"), &body).await;
    assert_eq!(problem(&stale), (409, "verification_changed".to_owned()));
    assert!(!unlocked(&world).await);
    decide(&mut reviewer, &application, "approve").await;
    assert!(unlocked(&world).await);
});

on_both!(vw_01_what_a_domain_has_become_meanwhile_decides, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    world.change_domain("test_mode = true").await;
    // One may apply in test mode; it is approved when that is off.
    let application = given_application(&world, &mut owner).await;
    let body = decision(&mut reviewer, &application, "approve").await;
    let path = format!("{application}/decision");
    let refused = ask(&mut reviewer, Method::POST, &path, &body).await;
    assert_eq!(problem(&refused), (409, "domain_in_test_mode".to_owned()));
    world.change_domain("test_mode = false\nownership = \"unproven\"").await;
    let refused = ask(&mut reviewer, Method::POST, &path, &body).await;
    assert_eq!(problem(&refused), (409, "domain_unproven".to_owned()));
    decide(&mut reviewer, &application, "reject").await;
    assert_eq!(owner.get(&of_client("/verifications")).await.json()["data"][0]["status"], "rejected");
});

on_both!(dv_10_the_proof_is_looked_for_once_more_when_it_is_approved, async |world: World| {
    const NAME: &str = "_xwms-challenge.engines.example";
    world.change_domain("ownership = \"unproven\"").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let site = of_client(&format!("/domains/{}", domains(&world).await.0));
    let proof = format!("{site}/ownership");
    let begun = ask(&mut owner, Method::POST, &proof, &Value::Null).await.json();
    let token = begun["token"].as_str().unwrap();
    world.dns.set_texts(NAME, &[token]);
    assert_eq!(ask(&mut owner, Method::POST, &proof, &Value::Null).await.json()["ownership"], "proven");
    let application = given_application(&world, &mut owner).await;
    let body = decision(&mut reviewer, &application, "approve").await;

    world.dns.clear();
    let refused = ask(&mut reviewer, Method::POST, &format!("{application}/decision"), &body).await;
    assert_eq!(problem(&refused), (409, "domain_unproven".to_owned()));
    assert!(!unlocked(&world).await);
    assert_eq!(owner.get(&site).await.json()["ownership"], "proven", "one miss takes nothing away");
    world.dns.set_texts(NAME, &[token]);
    decide(&mut reviewer, &application, "approve").await;
    assert!(unlocked(&world).await);
});

on_both!(vw_03_nobody_decides_about_their_own_client_and_one_of_two_ends_wins, async |world: World| {
    world.apply("[[users]]\nemail = \"charles@example.test\"\nstaff = \"reviewer\"\n").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    for round in 0..4 {
        let application = given_application(&world, &mut owner).await;
        let body = decision(&mut owner, &application, "approve").await;
        let path = format!("{application}/decision");
        let refused = ask(&mut owner, Method::POST, &path, &body).await;
        assert_eq!(problem(&refused), (403, "conflict_of_interest".to_owned()));

        let own = application.replace(QUEUE, &of_client("/verifications"));
        let (withdrawn, decided) = tokio::join!(
            ask(&mut owner, Method::DELETE, &own, &Value::Null),
            ask(&mut reviewer, Method::POST, &path, &body),
        );
        let ends = (withdrawn.status.as_u16(), decided.status.as_u16());
        assert!(matches!(ends, (204, 409) | (409, 200)), "{round}: {ends:?}");
        let status = if ends.0 == 204 { "withdrawn" } else { "approved" };
        assert_eq!(owner.get(&own).await.json()["status"], status, "{round}");
    }
});

on_both!(vw_04_what_is_taken_back_is_locked_at_once, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    let path = format!("{application}/revoke");
    let body = json!({ "reason": "Sells what it reads" });
    let early = ask(&mut reviewer, Method::POST, &path, &body).await;
    assert_eq!(problem(&early), (409, "verification_not_approved".to_owned()));
    decide(&mut reviewer, &application, "approve").await;
    let scopes = [("scope", "openid profile userinfo offline_access")];
    let (_, code) = world.given_code("ada@example.test", &scopes).await;
    let tokens = world.redeem(&code).await.json();
    let (access, refresh) = (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let holds = async |token: &str| world.introspect(token).await["scope"].as_str().unwrap().contains("userinfo");
    assert!(holds(access).await);

    // The proof of ownership lapses, and comes back.
    world.change_domain("ownership = \"unproven\"").await;
    assert!(!holds(access).await && !unlocked(&world).await);
    world.change_domain("ownership = \"proven\"").await;
    assert!(holds(access).await);

    let missing = ask(&mut reviewer, Method::POST, &path, &json!({})).await;
    assert_eq!(wrong(&missing), [("reason".to_owned(), "required".to_owned())]);
    let revoked = ask(&mut reviewer, Method::POST, &path, &body).await;
    assert_eq!((revoked.status.as_u16(), &revoked.json()["status"]), (200, &json!("revoked")), "{revoked:?}");
    assert!(!holds(access).await && !unlocked(&world).await && !has_badge_on_second_domain(&world).await);
    let refreshed = world.refresh(refresh).await.json();
    assert!(!refreshed["scope"].as_str().unwrap().contains("userinfo"), "{refreshed}");
    assert!(world.mail().await.contains("Sells what it reads"));
    let again = ask(&mut reviewer, Method::POST, &path, &body).await;
    assert_eq!(problem(&again), (409, "verification_not_approved".to_owned()));
    let mut listed = async |status: &str| {
        reviewer.get(&format!("{QUEUE}?status={status}")).await.json()["data"].as_array().map(Vec::len)
    };
    assert_eq!((listed("approved").await, listed("revoked").await, listed("gone").await), (Some(0), Some(1), None));
});

/// Ada has consented on the first domain: the page comes again on the second.
async fn has_badge_on_second_domain(world: &World) -> bool {
    let mut ada = world.browser();
    let changes = [("redirect_uri", crate::world::SECOND_CALLBACK)];
    let login = ada.open(&world.authorize(&changes)).await;
    let consent = ada.sign_in(&login, "ada@example.test", crate::world::PASSWORD).await;
    assert!(consent.path.starts_with("/consent"), "{consent:?}");
    consent.body.contains("Verified partner")
}

on_both!(an_approval_ends_in_time_and_goes_on_while_its_renewal_is_under_review, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    let notices = async || {
        verifications::remind(&world.core).await.unwrap();
        world.mail().await.matches("Subject: Your approval as a Verified Partner is about to end").count()
    };
    assert_eq!(notices().await, 0);
    // The plan is for good, the sessions are not.
    for (days, told) in [(274, 0), (1, 1), (1, 1), (59, 2), (23, 3), (1, 3)] {
        world.clock.advance(DAY * days);
        assert_eq!(notices().await, told, "after {days} days more");
    }
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_signed_in(&world, "reviewer@example.test").await;
    let renewal = given_application(&world, &mut owner).await;
    world.clock.advance(DAY * 10);
    world.core.snapshots.forget_all();
    assert!(unlocked(&world).await, "its end has come, and its renewal is under review");
    let site = of_client(&format!("/domains/{}", domains(&world).await.0));
    let refused = patch(&mut owner, &site, &json!({ "test_mode": true })).await;
    assert_eq!(problem(&refused), (409, "verified_domain".to_owned()));
    decide(&mut reviewer, &renewal, "reject").await;
    assert!(!unlocked(&world).await);

    // One that is made after the end revives nothing; its approval unlocks again.
    let late = given_application(&world, &mut owner).await;
    assert!(!unlocked(&world).await);
    decide(&mut reviewer, &late, "approve").await;
    assert!(unlocked(&world).await);
    world.clock.advance(DAY * 366);
    assert!(!unlocked(&world).await, "it ends by itself");
});

on_both!(an_end_is_told_of_unless_all_of_it_is_renewed, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let (first, second) = domains(&world).await;
    let apply = async |owner: &mut Browser, domains: &[&str]| {
        let body = json!({ "domains": domains, "scopes": ["userinfo"] });
        let made = ask(owner, Method::POST, &of_client("/verifications"), &body).await;
        format!("{QUEUE}/{}", made.json()["id"].as_str().unwrap())
    };
    let notices = async || {
        verifications::remind(&world.core).await.unwrap();
        world.mail().await.matches("Subject: Your approval as a Verified Partner is about to end").count()
    };
    let both = apply(&mut owner, &[&first, &second]).await;
    decide(&mut reviewer, &both, "approve").await;
    world.clock.advance(DAY * 276);
    // A renewal of all of it waits: nothing need be said, until it is refused.
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_signed_in(&world, "reviewer@example.test").await;
    let renewal = apply(&mut owner, &[&first, &second]).await;
    assert_eq!(notices().await, 0);
    decide(&mut reviewer, &renewal, "reject").await;
    assert_eq!((notices().await, notices().await), (1, 1));
    // One of a part is none of the rest, whether it waits or lasts longer.
    world.clock.advance(DAY * 60);
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_signed_in(&world, "reviewer@example.test").await;
    let part = apply(&mut owner, &[&first]).await;
    assert_eq!(notices().await, 2);
    decide(&mut reviewer, &part, "approve").await;
    world.clock.advance(DAY * 23);
    assert_eq!(notices().await, 3);

    // When its end is moved, nobody was told of the new one.
    let moved = "[[clients.verifications]]\ndomains = [\"engines.example\", \"more-engines.example\"]\n\
                 scopes = [\"userinfo\"]\nstate = \"approved\"\nexpires_at = \"2027-03-20T12:00:00Z\"\n";
    let kept = "[[clients.verifications]]\ndomains = [\"engines.example\"]\nscopes = [\"userinfo\"]\n\
                state = \"approved\"\n";
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\n{moved}{kept}")).await;
    assert_eq!(notices().await, 4);
});

on_both!(a_file_that_says_no_state_leaves_it_to_the_staff, async |world: World| {
    let mut reviewer = given_staff(&world, "reviewer").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let file = |state: &str| {
        format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\n\
             domains = [\"engines.example\", \"more-engines.example\"]\nscopes = [\"userinfo\"]\nnotes = \"Cards\"\n{state}"
        )
    };
    let changes = async |state: &str| {
        let applied = apply(&world.core, &file(state), Options::default()).await.unwrap();
        let lines = applied.lines();
        if applied.changed() { lines.len() } else { 0 }
    };
    assert_eq!(changes("").await, 1);
    assert_eq!(changes("").await, 0, "it waits");
    let (first, second) = domains(&world).await;
    let waiting = reviewer.get(QUEUE).await.json()["data"][0].clone();
    let application = format!("{QUEUE}/{}", waiting["id"].as_str().unwrap());
    let item = |domain: &str, decision: &str| json!({ "domain": domain, "scope": "userinfo", "decision": decision, "reason": "So it is" });
    let body = json!({ "version": 1, "items": [item(&first, "approve"), item(&second, "reject")] });
    assert_eq!(ask(&mut reviewer, Method::POST, &format!("{application}/decision"), &body).await.status, 200);

    // One was approved and one was not; the file says of neither that it should be otherwise.
    assert_eq!(changes("").await, 0);
    assert!(unlocked(&world).await);
    let log = owner.get(&format!("{}?action=verification.ended", of_client("/audit"))).await.json();
    assert_eq!(log["data"], json!([]));
    assert_eq!(changes("state = \"pending\"").await, 2, "what is said is made so");
    assert!(!unlocked(&world).await);
});
