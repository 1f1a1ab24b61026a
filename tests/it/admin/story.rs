//! A partner's whole way, through HTTP alone: from an account that pays for nothing to a verified partner with a team.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use super::person::{ADA, CHARLES, Person, outcome};
use crate::browser::Answer;
use crate::world::{CHALLENGE, PASSWORD, VERIFIER, World, basic, on_both};

const GRACE: &str = "grace@example.test";
const STAFF: &str = "staff@example.test";
const CALLBACK: &str = "https://app.looms.example/cb";

/// The partner's client, and what its servers know.
struct Looms {
    client: String,
    secret: String,
}

impl Looms {
    fn path(&self, rest: &str) -> String {
        format!("/admin/v1/clients/{}{rest}", self.client)
    }

    /// Somebody logs in at the partner's site and agrees to what they are asked; gives the token answer.
    async fn login(&self, world: &World, email: &str, scope: &str) -> Value {
        let mut browser = world.browser();
        let asked = world.authorize(&[
            ("client_id", self.client.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", scope),
            ("code_challenge", CHALLENGE),
        ]);
        let login = browser.open(&asked).await;
        let mut answer = browser.sign_in(&login, email, PASSWORD).await;
        if answer.path.starts_with("/consent") {
            answer = browser.consent(&answer, "allow").await;
        }
        let code = answer.parameter("code").unwrap_or_else(|| panic!("no code: {answer:?}"));
        let mut server = world.browser();
        server.headers.push(basic(&self.client, &self.secret));
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let tokens = server.post("/oauth/token", &fields).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens.json()
    }
}

fn id(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

fn has(tokens: &Value, scope: &str) -> bool {
    tokens["scope"].as_str().unwrap().split(' ').any(|name| name == scope)
}

on_both!(a_partner_goes_from_no_plan_to_a_verified_partner_with_a_team, async |world: World| {
    world
        .apply(&format!(
            "[[users]]\nemail = \"{GRACE}\"\npassword = \"{PASSWORD}\"\nemail_verified = true\n\
             [[users]]\nemail = \"{STAFF}\"\npassword = \"{PASSWORD}\"\nemail_verified = true\nstaff = \"admin\"\n"
        ))
        .await;
    let mut grace = Person::new(&world, GRACE).await;
    let mut staff = Person::new(&world, STAFF).await;

    // Without a plan there is no client; the staff note that Grace pays, and then there is.
    let new = json!({ "name": "Looms", "homepage_url": "https://looms.example/" });
    assert_eq!(outcome(&grace.post("/admin/v1/clients", new.clone()).await), (402, "plan_required".to_owned()));
    let found = staff.get(&format!("/admin/v1/staff/users?q={GRACE}")).await.json();
    let account = format!("/admin/v1/staff/users/{}", found["data"][0]["sub"].as_str().unwrap());
    let paid = staff.patch(&account, json!({ "plan": "paid", "reason": "The invoice was paid." })).await;
    assert_eq!(paid.status, 200, "{paid:?}");
    let client = id(&grace.post("/admin/v1/clients", new).await);
    let mut looms = Looms { client, secret: String::new() };

    // Scopes, a secret that is told once, a domain with its toggles, its URLs, and the link between them.
    for scope in ["openid", "profile", "email", "userinfo"] {
        let activated = grace.post(&looms.path("/scopes"), json!({ "name": scope })).await;
        assert_eq!(activated.status, 201, "{activated:?}");
    }
    let made = grace.browser.send(Method::POST, &looms.path("/secrets"), None, Vec::new()).await;
    let secret = id(&made);
    assert_eq!(made.json()["label"], "Standard Key");
    looms.secret = made.json()["value"].as_str().unwrap().to_owned();
    let read = grace.get(&looms.path(&format!("/secrets/{secret}"))).await;
    assert!(!read.body.contains(&looms.secret), "{read:?}");
    let toggles = json!({ "root_domain": "looms.example", "allow_login": true, "allow_api": true, "active": true });
    let made = grace.post(&looms.path("/domains"), toggles).await;
    let domain = id(&made);
    assert_eq!((&made.json()["primary"], &made.json()["ownership"]), (&json!(true), &json!("unproven")));
    let urls = looms.path(&format!("/domains/{domain}/urls"));
    id(&grace.post(&urls, json!({ "kind": "callback", "url": CALLBACK })).await);
    let webhook = grace.post(&urls, json!({ "kind": "webhook", "url": "https://app.looms.example/hook" })).await;
    id(&webhook);
    assert!(webhook.json()["value"].as_str().unwrap().starts_with("whsec_"), "{webhook:?}");
    let link = looms.path(&format!("/domains/{domain}/secrets/{secret}"));
    assert_eq!(grace.browser.send(Method::PUT, &link, None, Vec::new()).await.status, 204);
    let question = json!({ "redirect_uri": CALLBACK, "scope": "openid profile", "secret": looms.secret });
    let checked = grace.post(&looms.path("/check"), question).await.json();
    assert!(checked["rules"].as_array().unwrap().iter().all(|rule| rule["pass"] == json!(true)), "{checked}");

    // Ada logs in, and the partner sees her and counts her. What is reserved stays reserved.
    let tokens = looms.login(&world, ADA, "openid profile userinfo").await;
    assert!(has(&tokens, "profile") && !has(&tokens, "userinfo"), "{tokens}");
    let users = grace.get(&looms.path("/users")).await.json();
    assert_eq!(users["data"].as_array().unwrap().len(), 1);
    world.clock.advance(Duration::from_secs(60));
    xwms_core::login_stats::fold(&world.core).await.unwrap();
    let stats = grace.get(&looms.path("/stats")).await.json();
    assert_eq!(stats["total"], json!({ "users": 1, "logins": 1 }));

    // Asked for more, Ada accepts on her own page: the reserved scope is released to her, and to nobody else.
    let asked = json!({ "kind": "access", "email": ADA, "scopes": ["userinfo"], "reason": "To greet you rightly." });
    let request = id(&grace.post(&looms.path("/requests"), asked).await);
    world.mail().await;
    let mut ada = Person::new(&world, ADA).await;
    let accepted = ada.form("/account/requests", &[("answer", "accept"), ("request", &request)]).await;
    assert!(accepted.location().starts_with("/account/requests?done=accepted."), "{accepted:?}");
    let asked = looms.path(&format!("/requests/{request}"));
    assert_eq!(grace.get(&asked).await.json()["status"], "accepted");
    assert!(has(&looms.login(&world, ADA, "openid profile userinfo").await, "userinfo"));
    assert!(!has(&looms.login(&world, CHARLES, "openid profile userinfo").await, "userinfo"));

    // The domain is proven, the staff approve, and the scope is released to everybody.
    let ownership = looms.path(&format!("/domains/{domain}/ownership"));
    let begun = grace.post(&ownership, json!({})).await.json();
    world.dns.set_texts("_xwms-challenge.looms.example", &[begun["token"].as_str().unwrap()]);
    assert_eq!(grace.post(&ownership, json!({})).await.json()["ownership"], "proven");
    let application = json!({ "domains": [domain], "scopes": ["userinfo"], "notes": "Birthdays on the first page." });
    let verification = id(&grace.post(&looms.path("/verifications"), application).await);
    let queued = format!("/admin/v1/staff/verifications/{verification}");
    let version = staff.get(&queued).await.json()["version"].clone();
    let item = json!({ "domain": domain, "scope": "userinfo", "decision": "approve", "reason": "As described." });
    let decided = staff.post(&format!("{queued}/decision"), json!({ "version": version, "items": [item] })).await;
    assert_eq!((decided.status.as_u16(), &decided.json()["status"]), (200, &json!("approved")), "{decided:?}");
    assert!(has(&looms.login(&world, CHARLES, "openid profile userinfo").await, "userinfo"));

    // Ada joins the team with a role of the partner's own, until it ends.
    let role = json!({ "name": "Support", "level": 20, "permissions": ["client:read", "attempts:read", "users:read"] });
    let role = id(&grace.post(&looms.path("/roles"), role).await);
    let ends = json!({ "email": ADA, "role": role, "expires_at": "2026-03-01T13:00:00Z" });
    let member = id(&grace.post(&looms.path("/members"), ends).await);
    world.mail().await;
    assert_eq!(ada.get(&looms.path("/attempts")).await.status, 404, "an invitation grants nothing");
    let joined = ada.form("/account/notifications", &[("do", "accept"), ("invitation", &member)]).await;
    assert!(joined.location().starts_with("/account/notifications?done=joined."), "{joined:?}");
    assert_eq!(ada.get(&looms.path("/attempts")).await.status, 200);
    let refused = ada.post(&looms.path("/secrets"), json!({})).await;
    assert_eq!(outcome(&refused), (403, "permission_missing".to_owned()));
    world.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(ada.get(&looms.path("/attempts")).await.status, 404, "from that second on");

    // Who did it all stands in the log.
    let log = grace.get(&looms.path("/audit?limit=200")).await.json();
    let actions: Vec<&str> =
        log["data"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    for action in ["client.created", "secret.created", "domain.created", "link.created", "role.created"] {
        assert!(actions.contains(&action), "{action} is not in {actions:?}");
    }
});
