//! The management API.

use axum::http::Method;
use serde_json::Value;

use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, World};

mod attempts;
mod clients;
mod idempotency;
mod openapi;
mod permissions;
mod stats;
mod tokens;

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
