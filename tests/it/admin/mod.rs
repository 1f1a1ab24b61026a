//! The management API.

use axum::http::Method;
use serde_json::Value;

use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, World};

mod attempts;
mod audit;
mod bodies;
mod client_scopes;
mod clients;
mod counts;
pub mod document;
mod domains;
mod endings;
mod foreign_ids;
mod idempotency;
mod if_match;
mod leaks;
mod letters;
pub mod logos;
mod members;
mod openapi;
mod ownership;
mod permissions;
pub mod person;
mod plans;
mod requests;
mod reviews;
mod roles;
mod secrets;
pub mod staff;
pub mod stage;
mod stats;
mod story;
mod switches;
mod tenants;
mod tokens;
mod urls;
mod users;
pub mod verifications;

pub use staff::given_staff;

pub const CLIENTS: &str = "/admin/v1/clients";

/// A browser in which somebody is signed in, with the token that our pages carry.
pub async fn given_signed_in(world: &World, email: &str) -> Browser {
    let mut browser = world.browser();
    let page = browser.open("/login").await;
    browser.sign_in(&page, email, PASSWORD).await;
    let start = browser.open("/").await;
    let token = start.body.split("name=\"csrf-token\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    browser.headers.push(("x-csrf-token".to_owned(), token.to_owned()));
    browser
}

/// A caller with this API token.
pub fn bearer(world: &World, token: &str) -> Browser {
    let mut caller = world.browser();
    caller.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    caller
}

/// The path of something of the partner's client.
pub fn of_client(rest: &str) -> String {
    format!("/admin/v1/clients/{CLIENT}{rest}")
}

pub async fn patch(caller: &mut Browser, path: &str, body: &Value) -> Answer {
    caller.send(Method::PATCH, path, Some("application/merge-patch+json"), body.to_string().into_bytes()).await
}

pub async fn delete(caller: &mut Browser, path: &str) -> Answer {
    caller.send(Method::DELETE, path, None, Vec::new()).await
}

/// Status and code of a problem document.
pub fn problem(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.headers["content-type"], "application/problem+json", "{answer:?}");
    (answer.status.as_u16(), answer.json()["code"].as_str().unwrap().to_owned())
}

/// A caller with an API token of the client that permits this.
pub async fn given_token(world: &World, owner: &mut Browser, permissions: &[&str]) -> Browser {
    let body = serde_json::json!({ "permissions": permissions });
    let made = ask(owner, Method::POST, &of_client("/tokens"), &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let mut caller = world.browser();
    caller.headers.push(("authorization".to_owned(), format!("Bearer {}", made.json()["value"].as_str().unwrap())));
    caller
}

/// A request; null is no body.
pub async fn ask(browser: &mut Browser, method: Method, path: &str, body: &Value) -> Answer {
    match body {
        Value::Null => browser.send(method, path, None, Vec::new()).await,
        body => browser.send(method, path, Some("application/json"), body.to_string().into_bytes()).await,
    }
}

/// The path of the object in a list whose member has this value.
pub async fn path_of(browser: &mut Browser, list: &str, member: &str, value: &str) -> String {
    let found = browser.get(&format!("{list}?limit=200")).await.json();
    let found = found["data"].as_array().unwrap().iter().find(|object| object[member] == value);
    let id = found.unwrap_or_else(|| panic!("{list} has no {value}"))["id"].as_str().unwrap();
    format!("{list}/{id}")
}

/// The path of a domain of the partner's client.
pub async fn domain(browser: &mut Browser, root: &str) -> String {
    path_of(browser, &of_client("/domains"), "root_domain", root).await
}

/// The fields that a 422 names, each with its code.
pub fn wrong(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(problem(answer), (422, "invalid".to_owned()), "{answer:?}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}
