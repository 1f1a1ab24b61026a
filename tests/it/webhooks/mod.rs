//! What happened goes to the webhooks of partners (SPEC §6).

mod endpoints;
mod events;
mod manage;
mod pages;
mod receiver;

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::clock::Clock;
use xwms_core::testing;

use self::receiver::Receiver;
use crate::admin::person::{CHARLES, Person};
use crate::world::{CLIENT, Given, World};

/// Webhooks may go to this machine.
const LOOPBACK: Given = Given { settings: &[("WEBHOOKS__ALLOW_LOOPBACK", "true")], recorded: false };

/// A webhook URL, with what its messages are signed with.
struct Hook {
    /// Below the client.
    path: String,
    id: String,
    secret: String,
}

/// Delivers all that is due.
async fn deliver(world: &World) {
    testing::deliver(&world.core).await.unwrap();
}

async fn seconds(world: &World, seconds: u64) {
    world.clock.advance(Duration::from_secs(seconds));
}

/// A partner whose first domain is in test mode, at the time of this machine, so that libraries find messages fresh.
async fn given_owner(world: &World) -> Person {
    world.clock.advance(Clock::system().now().since(world.clock.now()));
    world.change_domain("test_mode = true").await;
    Person::new(world, CHARLES).await
}

/// The path of a domain's URLs, below the client.
async fn urls_of(owner: &mut Person, root: &str) -> String {
    let domains = owner.get("domains").await.json();
    let domain = domains["data"].as_array().unwrap().iter().find(|domain| domain["root_domain"] == root).unwrap();
    format!("domains/{}/urls", domain["id"].as_str().unwrap())
}

/// A webhook URL of the first domain.
async fn given_hook(owner: &mut Person, url: &str) -> Hook {
    let urls = urls_of(owner, "engines.example").await;
    let made = owner.post(&urls, json!({ "kind": "webhook", "url": url })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let (id, secret) = (made.json()["id"].as_str().unwrap().to_owned(), made.json()["value"].clone());
    Hook { path: format!("{urls}/{id}"), id, secret: secret.as_str().unwrap().to_owned() }
}

/// The deliveries of the client, newest first.
async fn deliveries(owner: &mut Person, query: &str) -> Vec<Value> {
    let found = owner.get(&format!("webhooks/deliveries{query}")).await;
    assert_eq!(found.status, 200, "{found:?}");
    found.json()["data"].as_array().unwrap().clone()
}

/// Sends a ping there.
async fn ping(owner: &mut Person, hook: &Hook) -> Value {
    let sent = owner.post(&format!("{}/ping", hook.path), json!({})).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    sent.json()
}

/// The whole path of what stands below the client.
fn absolute(path: &str) -> String {
    format!("/admin/v1/clients/{CLIENT}/{path}")
}
