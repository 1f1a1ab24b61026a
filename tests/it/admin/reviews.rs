//! Reviews of what people are shown of a client: its name, its logo, its links.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::manage::verifications;

use super::logos::png;
use super::staff::given_staff;
use super::verifications::{QUEUE, consent, decide, decision, given_application, unlocked};
use super::{ask, delete, domain, given_signed_in, of_client, patch, problem};
use crate::browser::Browser;
use crate::world::{CLIENT, ISSUER, World, on_both};

const DAY: Duration = Duration::from_secs(86_400);

/// Sets the client's logo; gives its address.
async fn put_logo(owner: &mut Browser, colour: u8) -> Value {
    let put = owner.send(Method::PUT, &of_client("/logo"), Some("image/png"), png(colour)).await;
    assert_eq!(put.status, 200, "{put:?}");
    put.json()["url"].clone()
}

/// The applications that wait for the staff.
async fn waiting(reviewer: &mut Browser) -> Vec<Value> {
    reviewer.get(QUEUE).await.json()["data"].as_array().unwrap().clone()
}

on_both!(vw_01_what_people_are_shown_of_a_client_is_decided_about_as_it_was_read, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let first = put_logo(&mut owner, 1).await;
    let application = given_application(&world, &mut owner).await;
    let path = format!("{application}/decision");
    let changed = (409, "verification_changed".to_owned());
    for change in [
        json!({ "name": "Bank of Engines" }),
        json!({ "homepage_url": "https://bank.engines.example/" }),
        json!({ "privacy_url": "https://bank.engines.example/privacy" }),
        json!({ "terms_url": "https://bank.engines.example/terms" }),
        json!({ "contact_email": "bank@engines.example" }),
    ] {
        let body = decision(&mut reviewer, &application, "approve").await;
        assert_eq!(patch(&mut owner, &of_client(""), &change).await.status, 200);
        assert_eq!(problem(&ask(&mut reviewer, Method::POST, &path, &body).await), changed, "{change}");
    }
    let body = decision(&mut reviewer, &application, "approve").await;
    let second = put_logo(&mut owner, 2).await;
    assert_eq!(problem(&ask(&mut reviewer, Method::POST, &path, &body).await), changed);
    let body = decision(&mut reviewer, &application, "approve").await;
    assert_eq!(delete(&mut owner, &of_client("/logo")).await.status, 204);
    assert_eq!(problem(&ask(&mut reviewer, Method::POST, &path, &body).await), changed);
    let body = decision(&mut reviewer, &application, "approve").await;
    world.apply(&format!("[[clients]]\nid = \"{CLIENT}\"\nname = \"Engines\"\n")).await;
    assert_eq!(problem(&ask(&mut reviewer, Method::POST, &path, &body).await), changed);
    // What nobody sees is nothing to look at again, nor is what stays as it is.
    let body = decision(&mut reviewer, &application, "approve").await;
    patch(&mut owner, &of_client(""), &json!({ "name": "Engines", "id_token_alg": "ES256" })).await;
    assert_eq!(ask(&mut reviewer, Method::POST, &path, &body).await.status, 200);

    // Staff see both: what is shown now, and what they are asked about.
    put_logo(&mut owner, 1).await;
    let application = given_application(&world, &mut owner).await;
    patch(&mut owner, &of_client(""), &json!({ "name": "Bank of Engines" })).await;
    let read = reviewer.get(&application).await.json();
    assert_eq!((&read["client_name"], &read["shown_name"]), (&json!("Bank of Engines"), &json!("Engines")));
    assert_eq!((&read["logo_url"], &read["shown_logo_url"]), (&first, &Value::Null));
    assert_eq!(reviewer.get(first.as_str().unwrap().trim_start_matches(ISSUER)).await.status, 200);
    assert_ne!(first, second);
    decide(&mut reviewer, &application, "approve").await;
    let read = reviewer.get(&application).await.json();
    assert_eq!((&read["shown_name"], &read["shown_logo_url"]), (&json!("Bank of Engines"), &first));
});

async fn shown_name(world: &World) -> String {
    world.snapshot().await.shown_name(world.clock.now()).to_owned()
}

on_both!(a_new_name_waits_for_its_review, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    ask(&mut owner, Method::PATCH, &of_client(""), &json!({ "name": "Bank of Engines" })).await;
    assert_eq!(shown_name(&world).await, "Analytical Engines");
    let application = given_application(&world, &mut owner).await;
    let read = reviewer.get(&application).await.json();
    assert_eq!(
        (&read["client_name"], &read["reviewed_name"]),
        (&json!("Bank of Engines"), &json!("Analytical Engines"))
    );
    decide(&mut reviewer, &application, "approve").await;
    assert_eq!(shown_name(&world).await, "Bank of Engines");
});

on_both!(a_new_name_or_logo_asks_for_its_review_by_itself, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let named = |name: &str| json!({ "name": name });
    let (client, list) = (of_client(""), of_client("/verifications"));
    patch(&mut owner, &client, &named("Engines")).await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    assert!(waiting(&mut reviewer).await.is_empty());

    patch(&mut owner, &client, &named("Bank of Engines")).await;
    let asked = &waiting(&mut reviewer).await[0];
    assert_eq!((&asked["automatic"], &asked["version"]), (&json!(true), &json!(1)), "{asked}");
    let item = &asked["items"][0];
    assert_eq!((&item["root_domain"], &item["scope"]), (&json!("engines.example"), &json!("userinfo")));
    let notes = asked["notes"].as_str().unwrap();
    assert!(notes.contains("Engines\u{201d} to \u{201c}Bank of Engines"), "{notes}");
    assert!(world.mail().await.contains("Subject: A new name or logo of yours is reviewed"));
    put_logo(&mut owner, 1).await;
    let asked = &waiting(&mut reviewer).await[0];
    assert!(asked["version"] == 2 && asked["notes"].as_str().unwrap().contains("A logo was added"), "{asked}");
    patch(&mut owner, &client, &json!({ "homepage_url": "https://engines.example/home" })).await;
    assert_eq!(waiting(&mut reviewer).await[0]["version"], 3);

    // What is taken back need not be looked at.
    assert_eq!(delete(&mut owner, &of_client("/logo")).await.status, 204);
    assert_eq!(waiting(&mut reviewer).await[0]["version"], 4);
    patch(&mut owner, &client, &named("Engines")).await;
    assert!(waiting(&mut reviewer).await.is_empty());
    assert_eq!(owner.get(&list).await.json()["data"][1]["status"], "withdrawn");

    // An application of the partner's own takes its place, and when that is withdrawn the name still waits.
    patch(&mut owner, &client, &named("Bank of Engines")).await;
    let own = given_application(&world, &mut owner).await;
    let queue = waiting(&mut reviewer).await;
    assert_eq!((queue.len(), &queue[0]["automatic"]), (1, &json!(false)));
    assert_eq!(delete(&mut owner, &own.replace(QUEUE, &list)).await.status, 204);
    assert_eq!(waiting(&mut reviewer).await[0]["automatic"], true);

    // A no leaves what stands, and is told with its reason.
    let review = format!("{QUEUE}/{}", waiting(&mut reviewer).await[0]["id"].as_str().unwrap());
    decide(&mut reviewer, &review, "reject").await;
    assert!(unlocked(&world).await && consent(&world).await.contains("Engines"));
    assert!(!consent(&world).await.contains("Bank of Engines"));
    let mail = world.mail().await;
    assert!(mail.contains("is not accepted") && mail.contains("As we see it"), "{mail}");
    patch(&mut owner, &client, &json!({ "homepage_url": "https://engines.example/" })).await;
    assert!(waiting(&mut reviewer).await.is_empty(), "it was answered");
    patch(&mut owner, &client, &named("Engine House")).await;
    let review = format!("{QUEUE}/{}", waiting(&mut reviewer).await[0]["id"].as_str().unwrap());
    decide(&mut reviewer, &review, "approve").await;
    assert!(consent(&world).await.contains("Engine House"));
});

on_both!(a_review_that_a_change_asks_for_renews_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    world.clock.advance(DAY * 276);
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    patch(&mut owner, &of_client(""), &json!({ "name": "Bank of Engines" })).await;
    verifications::remind(&world.core).await.unwrap();
    assert!(world.mail().await.contains("Subject: Your approval as a Verified Partner is about to end"));
    world.clock.advance(DAY * 90);
    world.core.snapshots.forget_all();
    assert!(!unlocked(&world).await);
});

on_both!(what_was_reviewed_is_shown_as_long_as_it_is_approved, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let old = put_logo(&mut owner, 1).await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    patch(&mut owner, &of_client(""), &json!({ "name": "Bank of Engines" })).await;
    let new = put_logo(&mut owner, 2).await;
    let shows = async |name: &str, logo: &Value| {
        let page = consent(&world).await;
        let path = logo.as_str().unwrap().trim_start_matches(ISSUER).to_owned();
        assert!(page.contains(name) && page.contains(&path), "{name} {path} in {page}");
        assert_eq!(shown_name(&world).await, name);
    };
    shows("Analytical Engines", &old).await;

    // When its time is over nothing is verified, and the page says no more of it than of any other.
    world.clock.advance(DAY * 366);
    shows("Bank of Engines", &new).await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_signed_in(&world, "reviewer@example.test").await;
    let asked = &waiting(&mut reviewer).await[0];
    assert_eq!((&asked["shown_name"], &asked["shown_logo_url"]), (&json!("Bank of Engines"), &new));
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;

    // So it is at once when it is taken back; and what was asked for by the change need not be looked at.
    patch(&mut owner, &of_client(""), &json!({ "name": "Engine House" })).await;
    shows("Bank of Engines", &new).await;
    assert_eq!(waiting(&mut reviewer).await.len(), 1);
    let body = json!({ "reason": "Sells what it reads" });
    let revoked = ask(&mut reviewer, Method::POST, &format!("{application}/revoke"), &body).await;
    assert_eq!(
        (&revoked.json()["shown_name"], &revoked.json()["reviewed_name"]),
        (&json!("Engine House"), &Value::Null)
    );
    shows("Engine House", &new).await;
    assert!(waiting(&mut reviewer).await.is_empty());
});

on_both!(a_review_goes_with_what_it_is_about_and_no_file_names_it, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut reviewer = given_staff(&world, "reviewer").await;
    let application = given_application(&world, &mut owner).await;
    decide(&mut reviewer, &application, "approve").await;
    let named = |name: &str| json!({ "name": name });
    patch(&mut owner, &of_client(""), &named("Bank of Engines")).await;
    let approved = "[[clients.verifications]]\ndomains = [\"engines.example\"]\nscopes = [\"userinfo\"]\n\
                    state = \"approved\"\n";
    let client = format!("[[clients]]\nid = \"{CLIENT}\"\n");
    world.apply(&format!("{client}{approved}")).await;
    assert_eq!(waiting(&mut reviewer).await.len(), 1, "a list without it ends it no more than one with it could");
    // The operator's word is the review.
    world.apply(&format!("{client}name = \"Engine House\"\n")).await;
    assert!(waiting(&mut reviewer).await.is_empty());
    assert_eq!(shown_name(&world).await, "Engine House");

    // When nothing is approved any more, there is nothing to look at.
    patch(&mut owner, &of_client(""), &named("Bank of Engines")).await;
    assert_eq!(waiting(&mut reviewer).await.len(), 1);
    let site = domain(&mut owner, "engines.example").await;
    assert_eq!(delete(&mut owner, &site).await.status, 204);
    assert!(waiting(&mut reviewer).await.is_empty());
    assert_eq!(shown_name(&world).await, "Bank of Engines");
});
