//! Somebody at the management API and on their own pages, in one browser.

use axum::http::Method;
use serde_json::{Value, json};

use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, World};

pub const CHARLES: &str = "charles@example.test";
pub const ADA: &str = "ada@example.test";

/// A person who is signed in. Paths that do not begin with `/` are below the partner's client.
#[derive(Clone)]
pub struct Person {
    pub browser: Browser,
    token: String,
}

impl Person {
    pub async fn new(world: &World, email: &str) -> Self {
        Self::with(world, email, PASSWORD).await
    }

    /// The same, with this password.
    pub async fn with(world: &World, email: &str, password: &str) -> Self {
        let mut browser = world.browser();
        let page = browser.open("/login").await;
        browser.sign_in(&page, email, password).await;
        Self::of(browser).await
    }

    /// Whoever is signed in in this browser.
    pub async fn of(mut browser: Browser) -> Self {
        let start = browser.open("/").await;
        let token = start.body.split("name=\"csrf-token\" content=\"").nth(1).expect("signed in");
        let token = token.split('"').next().unwrap().to_owned();
        browser.headers.push(("x-csrf-token".to_owned(), token.clone()));
        Self { browser, token }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.browser.get(&below_client(path)).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Answer {
        self.browser.post_json(&below_client(path), &body).await
    }

    pub async fn patch(&mut self, path: &str, body: Value) -> Answer {
        let json = Some("application/merge-patch+json");
        self.browser.send(Method::PATCH, &below_client(path), json, body.to_string().into_bytes()).await
    }

    pub async fn delete(&mut self, path: &str) -> Answer {
        self.browser.send(Method::DELETE, &below_client(path), None, Vec::new()).await
    }

    /// The id of what a POST has made.
    pub async fn made(&mut self, path: &str, body: Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()["id"].as_str().unwrap().to_owned()
    }

    /// The id of the role with this key.
    pub async fn role(&mut self, key: &str) -> String {
        let roles = self.get("roles").await.json();
        let role = roles["data"].as_array().unwrap().iter().find(|role| role["key"] == key);
        role.unwrap_or_else(|| panic!("no role {key}"))["id"].as_str().unwrap().to_owned()
    }

    /// The id of the member with this address.
    pub async fn member(&mut self, email: &str) -> String {
        let members = self.get("members").await.json();
        let member = members["data"].as_array().unwrap().iter().find(|member| member["email"] == email);
        member.unwrap_or_else(|| panic!("no member {email}"))["id"].as_str().unwrap().to_owned()
    }

    /// Sends a form of one of this person's pages.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let fields: Vec<_> = [("csrf", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.browser.post(path, &fields).await
    }

    /// Invites somebody who has an account, and has them accept; gives them and the member's id.
    pub async fn given_member(&mut self, world: &World, email: &str, role: &str) -> (Self, String) {
        let role = self.role(role).await;
        let id = self.made("members", json!({ "email": email, "role": role })).await;
        let mut member = Self::new(world, email).await;
        let joined = member.form("/account/notifications", &[("do", "accept"), ("invitation", &id)]).await;
        assert!(joined.location().starts_with("/account/notifications?done=joined."), "{joined:?}");
        (member, id)
    }
}

fn below_client(path: &str) -> String {
    if path.starts_with('/') { path.to_owned() } else { format!("/admin/v1/clients/{CLIENT}/{path}") }
}

/// The status, and the stable code of a problem.
pub fn outcome(answer: &Answer) -> (u16, String) {
    let code = if answer.status.is_success() { None } else { answer.json()["code"].as_str().map(str::to_owned) };
    (answer.status.as_u16(), code.unwrap_or_default())
}

/// The codes of the bad fields.
pub fn faults(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(outcome(answer), (422, "invalid".to_owned()), "{answer:?}");
    let errors = answer.json()["errors"].as_array().unwrap().clone();
    let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
    errors.iter().map(|error| (text(error, "field"), text(error, "code"))).collect()
}

/// Makes accounts with verified addresses.
pub async fn given_people(world: &World, names: &[&str]) {
    let user = |name: &&str| {
        format!(
            "[[users]]\nemail = \"{name}@example.test\"\npassword = \"{PASSWORD}\"\ngiven_name = \"{name}\"\n\
             email_verified = true\n"
        )
    };
    world.apply(&names.iter().map(user).collect::<String>()).await;
}
