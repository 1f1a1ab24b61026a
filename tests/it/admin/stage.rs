//! A client that has one of everything, so that each operation of the API finds what its path names.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Value, json};

use super::document::{Body, Operation, kind_of};
use super::staff::given_staff;
use super::verifications::{decide, decision};
use super::{CLIENTS, ask, given_signed_in, path_of};
use crate::browser::{Answer, Browser};
use crate::database::contents;
use crate::world::{CLIENT, Given, PASSWORD, World};

/// What a test needs that calls every operation: room for clients, and no waiting between calls.
pub const ROOMY: Given =
    Given { settings: &[("LIMITS__ENABLED", "false"), ("PLANS__PAID__MAX_CLIENTS", "100")], recorded: false };

/// Ids by what they are of, named as the parameters of paths are.
pub type Ids = BTreeMap<&'static str, String>;

/// Every row of every table, but for letters: those are on their way by themselves.
pub async fn standing(world: &World) -> BTreeMap<String, Vec<String>> {
    let mut standing = contents(&world.core.db).await;
    standing.remove("letters");
    standing
}

/// A client with its owner. Everything is made through the API.
pub struct Stage<'w> {
    world: &'w World,
    pub owner: Browser,
    /// An admin of the staff.
    pub staff: Browser,
    /// The one of each kind that is there all the time.
    pub ids: Ids,
    root: String,
    user: &'static str,
    /// The member that the owner is.
    own_place: String,
    number: u32,
}

/// A request that its operation has what it needs for.
#[derive(Clone)]
pub struct Prepared {
    pub path: String,
    pub json: Value,
    media_type: Option<&'static str>,
    body: Vec<u8>,
}

impl Prepared {
    /// The same request at another path.
    pub fn at(&self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self.clone() }
    }

    /// The same request with another body.
    pub fn with(&self, operation: &Operation, json: &Value) -> Self {
        let (media_type, body) = operation.body.sent(json);
        Self { json: json.clone(), media_type, body, ..self.clone() }
    }

    pub async fn send(&self, method: &Method, caller: &mut Browser) -> Answer {
        caller.send(method.clone(), &self.path, self.media_type, self.body.clone()).await
    }
}

impl<'w> Stage<'w> {
    /// The partner's own client, whose user is Ada.
    pub async fn of_partner(world: &'w World) -> Self {
        let file = format!(
            "[[clients]]\nid = \"{CLIENT}\"\nscopes = [\"openid\", \"profile\", \"email\", \"userinfo\", \"phone\"]\n"
        );
        world.apply(&file).await;
        let user = "ada@example.test";
        Self::new(world, CLIENT, ("charles@example.test", user), "engines.example", "phone").await
    }

    /// A client of somebody else, with a user of its own: Mary.
    pub async fn of_stranger(world: &'w World) -> Self {
        const STRANGE: &str = "client_01jd3v8m1efb9rkyq9wzvw2x4c";
        let (owner, user) = ("grace@example.test", "mary@example.test");
        let account = |email: &str| {
            format!(
                "[[users]]\nemail = \"{email}\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nplan = \"paid\"\n"
            )
        };
        let client = format!(
            r#"
[[clients]]
id = "{STRANGE}"
name = "Strangers"
owner = "{owner}"
scopes = ["openid", "profile", "userinfo", "address"]
  [[clients.domains]]
  root_domain = "foreign.example"
  allow_login = true
  active = true
  ownership = "proven"
  urls = [{{ kind = "callback", url = "https://app.foreign.example/cb" }}]
"#
        );
        world.apply(&[account(owner), account(user), client].concat()).await;
        Self::new(world, STRANGE, (owner, user), "foreign.example", "address").await
    }

    async fn new(
        world: &'w World,
        client: &str,
        (owner, user): (&str, &'static str),
        root: &str,
        scope: &'static str,
    ) -> Self {
        let staff = given_staff(world, "admin").await;
        let mut browser = given_signed_in(world, owner).await;
        let own_place = path_of(&mut browser, &format!("{CLIENTS}/{client}/members"), "email", owner).await;
        let own_place = own_place.rsplit('/').next().unwrap().to_owned();
        let ids = Ids::from([("client", client.to_owned()), ("name", scope.to_owned())]);
        let root = root.to_owned();
        let mut stage = Self { world, owner: browser, staff, ids, root, user, own_place, number: 0 };
        let (domains, root) = (stage.below("/domains"), stage.root.clone());
        let domain = path_of(&mut stage.owner, &domains, "root_domain", &root).await;
        stage.keep("domain", domain.rsplit('/').next().unwrap());
        stage.given_user().await;
        let users = stage.given(Method::GET, "/users", &Value::Null).await.json();
        stage.keep("sub", users["data"][0]["sub"].as_str().unwrap());
        for kind in ["url", "delivery", "secret", "role", "member", "request", "verification", "token"] {
            let id = stage.make(kind).await;
            stage.keep(kind, &id);
        }
        for path in ["/logo", "/domains/{domain}/logo"] {
            stage.given_logo(path).await;
        }
        stage.given(Method::PUT, "/domains/{domain}/secrets/{secret}", &Value::Null).await;
        stage
    }

    fn keep(&mut self, kind: &'static str, id: &str) {
        self.ids.insert(kind, id.to_owned());
    }

    fn next(&mut self) -> u32 {
        self.number += 1;
        self.number
    }

    /// A path below the client, with its ids for what stands in braces.
    fn below(&self, path: &str) -> String {
        let path = format!("{CLIENTS}/{{client}}{path}");
        self.ids.iter().fold(path, |path, (kind, id)| path.replace(&format!("{{{kind}}}"), id))
    }

    async fn given(&mut self, method: Method, path: &str, body: &Value) -> Answer {
        let path = self.below(path);
        let answer = ask(&mut self.owner, method.clone(), &path, body).await;
        assert!(answer.status.is_success(), "{method} {path}: {answer:?}");
        answer
    }

    async fn given_logo(&mut self, path: &str) {
        let (path, (media_type, body)) = (self.below(path), Body::Picture.sent(&Value::Null));
        let answer = self.owner.send(Method::PUT, &path, media_type, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// The user logs in, and consents where that is asked.
    async fn given_user(&mut self) {
        let callback = format!("https://app.{}/cb", self.root);
        let changes = [("client_id", &*self.ids["client"]), ("redirect_uri", &*callback), ("scope", "openid profile")];
        self.world.code_in(&mut self.world.browser(), self.user, &changes).await;
    }

    /// Makes one more of a kind; gives its id.
    async fn make(&mut self, kind: &str) -> String {
        let number = self.next();
        let email = format!("somebody{number}@example.test");
        let (list, body) = match kind {
            "domain" => ("/domains", json!({ "root_domain": format!("site{number}.example") })),
            "url" => {
                let url = format!("https://app.{}/{number}", self.root);
                ("/domains/{domain}/urls", json!({ "kind": "webhook", "url": url }))
            }
            "delivery" => ("/domains/{domain}/urls/{url}/ping", Value::Null),
            "secret" => ("/secrets", json!({ "label": format!("Key {number}") })),
            "role" => (
                "/roles",
                json!({
                    "key": format!("role-{number}"), "name": "Night shift", "level": 20,
                    "permissions": ["secrets:read", "secrets:create"],
                }),
            ),
            "member" => ("/members", json!({ "email": email, "role": self.ids["role"] })),
            "request" => ("/requests", json!({ "kind": "access", "email": email, "scopes": ["userinfo"] })),
            "verification" => {
                self.withdraw_applications().await;
                ("/verifications", json!({ "domains": [self.ids["domain"]], "scopes": ["userinfo"] }))
            }
            "token" => ("/tokens", json!({ "permissions": ["domains:read"] })),
            _ => panic!("say here how a client gets one more {kind}"),
        };
        let made = self.given(Method::POST, list, &body).await;
        made.json()["id"].as_str().unwrap().to_owned()
    }

    async fn withdraw_applications(&mut self) {
        let found = self.given(Method::GET, "/verifications?limit=200", &Value::Null).await.json();
        for pending in found["data"].as_array().unwrap().iter().filter(|it| it["status"] == "pending") {
            let path = format!("/verifications/{}", pending["id"].as_str().unwrap());
            self.given(Method::DELETE, &path, &Value::Null).await;
        }
    }

    /// Somebody who may call it.
    pub fn caller_of(&self, operation: &Operation) -> Browser {
        if operation.needs.starts_with("staff") { self.staff.clone() } else { self.owner.clone() }
    }

    /// An application that waits, as the staff have it.
    fn application(ids: &Ids) -> String {
        format!("/admin/v1/staff/verifications/{}", ids["verification"])
    }

    /// The request of an operation as it is, with the ids that are there all the time.
    pub fn request(&mut self, operation: &Operation) -> Prepared {
        let ids = self.ids.clone();
        self.with(operation, &ids)
    }

    /// The request of an operation that will do what it is for: whatever it ends was made for it, and whatever stands in
    /// its way has gone.
    pub async fn prepare(&mut self, operation: &Operation, caller: &mut Browser) -> Prepared {
        let mut ids = self.ids.clone();
        match operation.id.as_str() {
            "deleteDomain" => drop(ids.insert("domain", self.make("domain").await)),
            "deleteUrl" => drop(ids.insert("url", self.make("url").await)),
            "deleteSecret" | "rotateSecret" => drop(ids.insert("secret", self.make("secret").await)),
            "deleteRole" => drop(ids.insert("role", self.make("role").await)),
            "deleteMember" => drop(ids.insert("member", self.make("member").await)),
            "deleteRequest" => drop(ids.insert("request", self.make("request").await)),
            "deleteToken" => drop(ids.insert("token", self.make("token").await)),
            "deleteUser" => self.given_user().await,
            "deleteLink" => {
                self.given(Method::PUT, "/domains/{domain}/secrets/{secret}", &Value::Null).await;
            }
            "deleteLogo" => self.given_logo("/logo").await,
            "deleteDomainLogo" => self.given_logo("/domains/{domain}/logo").await,
            "activateScope" => self.without_scope().await,
            "deactivateScope" => {
                self.without_scope().await;
                let body = json!({ "name": ids["name"] });
                self.given(Method::POST, "/scopes", &body).await;
            }
            "createVerification" => self.withdraw_applications().await,
            "withdrawVerification" | "decideVerification" => {
                ids.insert("verification", self.make("verification").await);
            }
            "revokeVerification" => {
                ids.insert("verification", self.make("verification").await);
                decide(&mut self.staff, &Self::application(&ids), "approve").await;
            }
            "deleteClient" => {
                let made = ask(&mut self.owner, Method::POST, CLIENTS, &json!({ "name": "Short-lived" })).await;
                ids.insert("client", made.json()["id"].as_str().unwrap().to_owned());
            }
            "getAccountToken" | "deleteAccountToken" => {
                let body = json!({ "permissions": ["domains:read"] });
                let made = ask(caller, Method::POST, "/admin/v1/tokens", &body).await;
                ids.insert("token", made.json()["id"].as_str().unwrap().to_owned());
            }
            _ => {}
        }
        let prepared = self.with(operation, &ids);
        if operation.id == "decideVerification" {
            let json = decision(&mut self.staff, &Self::application(&ids), "approve").await;
            return prepared.with(operation, &json);
        }
        prepared
    }

    async fn without_scope(&mut self) {
        let path = self.below("/scopes/{name}");
        ask(&mut self.owner, Method::DELETE, &path, &Value::Null).await;
    }

    fn with(&mut self, operation: &Operation, ids: &Ids) -> Prepared {
        let path = operation.filled(|name| id(ids, name).to_owned());
        let json = match &operation.body {
            Body::Json { example, .. } => self.fitting(operation, example.clone(), ids),
            Body::Nothing | Body::Picture => Value::Null,
        };
        let (media_type, body) = operation.body.sent(&json);
        Prepared { path, json, media_type, body }
    }

    /// The example of the document, with ids that are there and names that are not.
    fn fitting(&mut self, operation: &Operation, mut body: Value, ids: &Ids) -> Value {
        with_ids(&mut body, ids);
        let number = self.next();
        let (site, email) = (format!("site{number}.example"), format!("somebody{number}@example.test"));
        let changes = match operation.id.as_str() {
            "createDomain" => {
                json!({ "root_domain": site, "fallback_uri": format!("https://{site}/sorry"), "primary": false })
            }
            "createUrl" => json!({ "url": format!("https://app.{}/{number}", self.root) }),
            "createSecret" | "updateSecret" => json!({ "label": format!("Key {number}") }),
            "createRole" => json!({ "key": format!("role-{number}") }),
            "createMember" | "createRequest" => json!({ "email": email }),
            "setBillingOwner" => json!({ "member": self.own_place }),
            "createStaffScope" => json!({ "name": format!("birthday{number}") }),
            "activateScope" => json!({ "name": ids["name"], "names": [] }),
            // Without `userinfo` there would be nothing left to apply for.
            "updateClient" => json!({ "scopes": ["openid", "profile", "email", "userinfo", ids["name"]] }),
            _ => json!({}),
        };
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }
}

/// The id of this kind.
pub fn id<'i>(ids: &'i Ids, kind: &str) -> &'i str {
    ids.get(kind).unwrap_or_else(|| panic!("a client on the stage has no {kind}: make one in `Stage::new`"))
}

fn with_ids(value: &mut Value, ids: &Ids) {
    match value {
        Value::String(text) => {
            if let Some(kind) = kind_of(text) {
                *text = id(ids, kind).to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| with_ids(item, ids)),
        Value::Object(members) => members.values_mut().for_each(|member| with_ids(member, ids)),
        _ => {}
    }
}
