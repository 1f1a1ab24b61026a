//! A walk through everything that is called often, with what each step asked of the database.

use std::time::Duration;

use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;
use xwms_core::jobs;
use xwms_core::testing::Taken;

use crate::admin::{bearer, given_signed_in, of_client, path_of};
use crate::browser::{Answer, Browser};
use crate::native::server;
use crate::oauth::tokens::text;
use crate::pages::{ADA, mails, submit};
use crate::world::{CHALLENGE, CLIENT, OTHER_SECRET, PASSWORD, VERIFIER, World};

/// Steps by name, each with what it asked.
pub type Steps = Vec<(&'static str, Taken)>;

struct Walk<'w> {
    world: &'w World,
    steps: Steps,
}

impl Walk<'_> {
    /// Takes a step, with the client's configuration in memory.
    async fn step<T>(&mut self, name: &'static str, step: impl Future<Output = T>) -> T {
        self.world.snapshot().await;
        self.bare_step(name, step).await
    }

    async fn bare_step<T>(&mut self, name: &'static str, step: impl Future<Output = T>) -> T {
        self.world.statements.take();
        let outcome = step.await;
        self.steps.push((name, self.world.statements.take()));
        outcome
    }
}

/// Walks as Ada, who has never been at the partner's site before.
pub async fn walk(world: &World) -> Steps {
    let mut walk = Walk { world, steps: Vec::new() };
    public_documents(&mut walk).await;
    let mut browser = first_login(&mut walk).await;
    let tokens = further_login(&mut walk, &mut browser).await;
    what_tokens_open(&mut walk, &tokens).await;
    refreshing(&mut walk, &tokens).await;
    native_login(&mut walk, &mut browser).await;
    what_goes_wrong(&mut walk, &mut browser).await;
    logging_out(&mut walk).await;
    managing(&mut walk).await;
    by_itself(&mut walk).await;
    walk.steps
}

fn assert_status(answer: &Answer, status: u16) {
    assert_eq!(answer.status, status, "{answer:?}");
}

async fn public_documents(walk: &mut Walk<'_>) {
    let mut browser = walk.world.browser();
    for (name, path) in [("discovery", "/.well-known/openid-configuration"), ("jwks", "/oauth/jwks")] {
        assert_status(&walk.step(name, browser.get(path)).await, 200);
    }
}

/// Ada's first login at the partner's site, step by step.
async fn first_login(walk: &mut Walk<'_>) -> Browser {
    let world = walk.world;
    let mut browser = world.browser();
    let login = walk.step("authorize, not signed in", browser.get(&world.authorize(&[]))).await;
    let page = walk.step("login page", browser.get(login.location())).await;
    let wrong = [("email", ADA), ("password", "wrong horse battery staple")];
    let refused = walk.step("login, wrong password", submit(&mut browser, &page, "/login", &wrong)).await;
    assert_status(&refused, 422);
    let right = [("email", ADA), ("password", PASSWORD)];
    let signed_in = walk.step("login", submit(&mut browser, &page, "/login", &right)).await;
    assert_status(&signed_in, 303);
    let asked = walk.step("continue to consent", browser.get(signed_in.location())).await;
    let page = walk.step("consent page", browser.get(asked.location())).await;
    let allow = [("decision", "allow")];
    let allowed = walk.step("consent", submit(&mut browser, &page, "/consent", &allow)).await;
    let code = walk.step("continue to the code", browser.get(allowed.location())).await;
    assert!(code.parameter("code").is_some(), "{code:?}");
    browser
}

/// One more login in the same browser, which asks nothing, and the tokens it gives.
async fn further_login(walk: &mut Walk<'_>, browser: &mut Browser) -> Value {
    let world = walk.world;
    let again = walk.step("login in a known browser", async {
        let page = browser.get("/login?other=1").await;
        world.statements.take();
        submit(browser, &page, "/login", &[("email", ADA), ("password", PASSWORD)]).await
    });
    assert_status(&again.await, 303);
    assert_status(&walk.step("start page, signed in", browser.get("/")).await, 200);
    let straight = walk.step("authorize, straight to the code", browser.get(&world.authorize(&[]))).await;
    let code = straight.parameter("code").unwrap_or_else(|| panic!("{straight:?}"));
    let tokens = walk.step("token, code", world.redeem(&code)).await;
    assert_status(&tokens, 200);
    let online = browser.get(&world.authorize(&[("scope", "openid profile email")])).await.parameter("code").unwrap();
    let online = walk.step("token, code without a refresh token", world.redeem(&online)).await;
    assert_status(&online, 200);
    tokens.json()
}

async fn what_tokens_open(walk: &mut Walk<'_>, tokens: &Value) {
    let world = walk.world;
    let (access, refresh) = (text(tokens, "access_token"), text(tokens, "refresh_token"));
    assert_status(&walk.step("userinfo", world.userinfo(access)).await, 200);
    let own = [("grant_type", "client_credentials")];
    let own = walk.step("token, client credentials", world.client_post("/oauth/token", &own)).await.json();
    let rows = [
        ("introspect, access token", access),
        ("introspect, refresh token", refresh),
        ("introspect, client credentials", text(&own, "access_token")),
    ];
    for (name, token) in rows {
        assert_eq!(walk.step(name, world.introspect(token)).await["active"], true, "{name}");
    }
    assert_eq!(walk.step("introspect, unknown token", world.introspect("unknown")).await["active"], false);
}

/// Refresh tokens from their first use to their revocation, and past it.
async fn refreshing(walk: &mut Walk<'_>, tokens: &Value) {
    let world = walk.world;
    let first = text(tokens, "refresh_token");
    let second = walk.step("token, refresh", world.refresh(first)).await;
    assert_status(&second, 200);
    let second = second.json();
    assert_status(&walk.step("token, refresh repeated", world.refresh(first)).await, 200);
    for (name, kind) in [("revoke, access token", "access_token"), ("revoke, refresh token", "refresh_token")] {
        let fields = [("token", text(&second, kind))];
        assert_status(&walk.step(name, world.client_post("/oauth/revoke", &fields)).await, 200);
    }
    let revoked = walk.step("token, refresh revoked", world.refresh(text(&second, "refresh_token"))).await;
    assert_eq!(revoked.error(), "invalid_grant");

    let other = world.given_login(ADA).await;
    let spent = text(&other, "refresh_token");
    assert_status(&world.refresh(spent).await, 200);
    world.clock.advance(Duration::from_secs(11));
    let reused = walk.step("token, refresh used twice", async {
        let reused = world.refresh(spent).await;
        mails(world, 2).await;
        reused
    });
    assert_eq!(reused.await.error(), "invalid_grant");
}

async fn native_login(walk: &mut Walk<'_>, browser: &mut Browser) {
    let world = walk.world;
    let mut partner = server(world, &world.secret);
    let asked = partner.sign_in_url(json!({ "code_challenge": CHALLENGE }));
    let url = walk.step("sign-token", asked).await;
    let back = walk.step("sign-in, straight to the token", browser.get(&url)).await;
    let token = back.parameter("token").unwrap_or_else(|| panic!("{back:?}"));
    let wrong = json!({ "token": token, "code_verifier": "x".repeat(43) });
    assert_status(&walk.step("sign-token-verify, wrong verifier", partner.verify(wrong)).await, 403);
    let right = json!({ "token": token, "code_verifier": VERIFIER });
    assert_status(&walk.step("sign-token-verify", partner.verify(right)).await, 200);
    let unknown = json!({ "token": "unknown" });
    assert_status(&walk.step("sign-token-verify, unknown token", partner.verify(unknown)).await, 404);
}

/// What a partner's machine reads with an API token: each list from its middle.
async fn managing(walk: &mut Walk<'_>) {
    let world = walk.world;
    let mut owner = given_signed_in(world, "charles@example.test").await;
    let all: Vec<&str> = Permission::ALL.iter().filter(|it| it.is_for_roles()).map(|it| it.text()).collect();
    let made = owner.post_json(&of_client("/tokens"), &json!({ "permissions": all })).await;
    let mut caller = bearer(world, text(&made.json(), "value"));
    let domain = path_of(&mut owner, &of_client("/domains"), "root_domain", "engines.example").await;
    let secret = path_of(&mut owner, &of_client("/secrets"), "label", "Standard Key").await;
    let after = |kind: &str| format!("limit=2&cursor={kind}_01jd3v8m1efb9rkyq9wzvw2x4a");
    let lists = [
        ("list of secrets", of_client(&format!("/secrets?{}", after("secret")))),
        ("list of domains", of_client(&format!("/domains?{}", after("domain")))),
        ("list of URLs", format!("{domain}/urls?{}", after("url"))),
        ("list of users", of_client("/users?limit=2&cursor=1234567890123")),
        ("list of requests", of_client(&format!("/requests?{}", after("request")))),
        ("list of verifications", of_client(&format!("/verifications?{}", after("verification")))),
        ("list of roles", of_client(&format!("/roles?{}", after("role")))),
        ("list of members", of_client(&format!("/members?{}", after("member")))),
        ("list of attempts", of_client(&format!("/attempts?{}", after("attempt")))),
        ("list of audit entries", of_client(&format!("/audit?{}", after("audit")))),
        ("list of API tokens", of_client(&format!("/tokens?{}", after("token")))),
        ("secret", secret),
        ("domain", domain),
        ("statistics", of_client("/stats")),
    ];
    for (name, path) in lists {
        assert_status(&walk.step(name, caller.get(&path)).await, 200);
    }
}

async fn what_goes_wrong(walk: &mut Walk<'_>, browser: &mut Browser) {
    let world = walk.world;
    let strange = world.authorize(&[("scope", "openid strange")]);
    assert_status(&walk.step("authorize, refused", browser.get(&strange)).await, 303);
    let mut stranger = world.browser();
    assert_status(&walk.step("authorize, refused to a stranger", stranger.get(&strange)).await, 303);
    let silent = world.authorize(&[("prompt", "none")]);
    assert_status(&walk.step("authorize, silent and not signed in", stranger.get(&silent)).await, 303);
    let wrong = [("client_id", CLIENT), ("client_secret", OTHER_SECRET), CODE, ("code", "unknown")];
    assert_status(&walk.step("token, wrong secret", stranger.post("/oauth/token", &wrong)).await, 401);
    assert_eq!(walk.step("token, unknown code", world.redeem("unknown")).await.error(), "invalid_grant");

    let code = world.code_in(browser, ADA, &[]).await;
    let verifier = [CODE, ("code", &*code), ("code_verifier", &"x".repeat(43))];
    let wrong = walk.step("token, wrong verifier", world.client_post("/oauth/token", &verifier));
    assert_eq!(wrong.await.error(), "invalid_grant");
    assert_status(&world.redeem(&code).await, 200);
    world.clock.advance(Duration::from_secs(3));
    assert_eq!(walk.step("token, code used twice", world.redeem(&code)).await.error(), "invalid_grant");
    let mut nobody = world.browser();
    nobody.cookies.insert("xwms_session".to_owned(), browser.cookies["xwms_session"].clone());
    nobody.cookies.insert("xwms_browser".to_owned(), browser.cookies["xwms_browser"].clone());
    let over = walk.step("continue, unknown flow", nobody.get("/oauth/continue?flow=flow_00000000000000000000000000"));
    assert_status(&over.await, 410);
}

const CODE: (&str, &str) = ("grant_type", "authorization_code");

async fn logging_out(walk: &mut Walk<'_>) {
    let world = walk.world;
    let (mut browser, code) = world.given_code(ADA, &[]).await;
    let tokens = world.redeem(&code).await.json();
    let asks = walk.step("logout that asks", browser.get("/oauth/logout")).await;
    let page = walk.step("logout page", browser.get(asks.location())).await;
    assert_status(&walk.step("logout agreed", submit(&mut browser, &page, "/logout", &[])).await, 303);

    let (mut browser, code) = world.given_code(ADA, &[]).await;
    let hint = world.redeem(&code).await.json();
    let hint = format!("/oauth/logout?id_token_hint={}", text(&hint, "id_token"));
    assert_status(&walk.step("logout by a hint", browser.get(&hint)).await, 303);
    assert_status(&walk.step("userinfo after the logout", world.userinfo(text(&tokens, "access_token"))).await, 200);
}

/// What no request waits for.
async fn by_itself(walk: &mut Walk<'_>) {
    let world = walk.world;
    jobs::flush(&world.core).await.unwrap();
    walk.step("flush, nothing waits", jobs::flush(&world.core)).await.unwrap();
    let mut browser = world.browser();
    browser.get(&world.authorize(&[("scope", "openid strange")])).await;
    world.client_post("/oauth/token", &[("grant_type", "client_credentials")]).await;
    walk.step("flush, one attempt and one use of a secret", jobs::flush(&world.core)).await.unwrap();
    world.core.snapshots.forget_all();
    walk.bare_step("snapshot load", world.snapshot()).await;
    jobs::clean(&world.core).await.unwrap();
    walk.step("clean, nothing is due", jobs::clean(&world.core)).await.unwrap();
    // A year and a day later everything is due that these steps have left.
    world.clock.advance(Duration::from_secs(366 * 86_400));
    walk.step("clean, all is due", jobs::clean(&world.core)).await.unwrap();
}
