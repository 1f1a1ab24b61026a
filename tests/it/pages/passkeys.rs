//! Passkeys, with an authenticator of our own.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use xwms_core::crypto::digest::sha256;

use super::second_factor::send;
use super::{ADA, CHARLES, submit, who};
use crate::browser::{Answer, Browser};
use crate::database::count;
use crate::oauth::tokens::claims;
use crate::world::{Given, PASSWORD, World, on_both};

const LOCALHOST: &str = "http://localhost:8080";
const NAMED: Given = Given { settings: &[("SERVER__ISSUER", LOCALHOST)], recorded: false };
const KEYS: &str = "/account/security/passkeys";
const NEW: &str = "/account/security/passkeys/new";
const BY_PASSKEY: &str = "/login/passkey";
/// Present, verified, with a credential.
const MAKES: u8 = 0x45;
/// Present and verified.
const SIGNS: u8 = 0x05;

/// An authenticator with one passkey in it.
struct Authenticator {
    id: Vec<u8>,
    pair: EcdsaKeyPair,
    count: u32,
    /// What each signature adds to the count: nothing where copies of the passkey are kept.
    counts: u32,
    origin: &'static str,
    host: &'static str,
}

impl Authenticator {
    fn new(id: &[u8]) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
        Self { id: id.to_vec(), pair, count: 0, counts: 1, origin: LOCALHOST, host: "localhost" }
    }

    fn client_data(&self, purpose: &str, challenge: &str) -> Vec<u8> {
        json!({ "type": purpose, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        [sha256(self.host.as_bytes()).as_slice(), &[flags], &self.count.to_be_bytes()].concat()
    }

    /// What a browser answers to `create`.
    fn make(&self, challenge: &str, flags: u8) -> String {
        let point = self.pair.public_key().as_ref();
        let key = [b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", &point[1..33], b"\x22\x58\x20", &point[33..]].concat();
        let credential = [&[0; 16], &(self.id.len() as u16).to_be_bytes()[..], &self.id, &key].concat();
        let data = [self.data(flags), credential].concat();
        let length = u8::try_from(data.len()).unwrap();
        let object =
            [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(), &[length], data.as_slice()].concat();
        let client_data = self.client_data("webauthn.create", challenge);
        self.answer(json!({ "clientDataJSON": text(&client_data), "attestationObject": text(&object) }))
    }

    /// What a browser answers to `get`.
    fn sign(&mut self, challenge: &str, flags: u8) -> String {
        self.count += self.counts;
        let (client_data, data) = (self.client_data("webauthn.get", challenge), self.data(flags));
        let signed = [data.as_slice(), &sha256(&client_data)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(json!({
            "clientDataJSON": text(&client_data),
            "authenticatorData": text(&data),
            "signature": text(signature.as_ref()),
        }))
    }

    fn answer(&self, response: Value) -> String {
        json!({ "id": text(&self.id), "rawId": text(&self.id), "type": "public-key", "response": response }).to_string()
    }
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a page asks the browser for.
fn asked(page: &Answer) -> Value {
    let json =
        page.body.split(" data-passkey=\"").nth(1).unwrap_or_else(|| panic!("no passkey is asked for: {page:?}"));
    serde_json::from_str(&json.split('"').next().unwrap().replace("&#34;", "\"")).unwrap()
}

fn challenge(page: &Answer) -> String {
    asked(page)["challenge"].as_str().unwrap().to_owned()
}

fn browser(world: &World) -> Browser {
    Browser::new(world.site.clone(), LOCALHOST)
}

async fn signed_in(world: &World, email: &str) -> Browser {
    let mut browser = browser(world);
    let page = browser.open("/login").await;
    browser.sign_in(&page, email, PASSWORD).await;
    assert_eq!(who(&mut browser).await.as_deref(), Some(email));
    browser
}

/// Adds a passkey in this browser, as the first second factor; gives the recovery codes.
async fn given_passkey(browser: &mut Browser, authenticator: &Authenticator, label: &str) -> Answer {
    let page = browser.get(NEW).await;
    let credential = authenticator.make(&challenge(&page), MAKES);
    let once = page.hidden("once").unwrap();
    let typed = [("once", once.as_str()), ("label", label), ("credential", &credential)];
    submit(browser, &page, NEW, &typed).await
}

on_both!(a_passkey_is_added_and_signs_in_by_itself, NAMED, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.get(NEW).await;
    let offer = asked(&page);
    assert_eq!((&offer["rp"]["id"], &offer["user"]["name"]), (&json!("localhost"), &json!(ADA)));
    assert_eq!(offer["authenticatorSelection"], json!({ "residentKey": "required", "userVerification": "required" }));
    assert!(
        page.body.contains("data-without-passkeys") && page.body.contains("/account/security/totp/new"),
        "{page:?}"
    );
    let mut phone = Authenticator::new(b"ada's phone");
    let added = given_passkey(&mut ada, &phone, "<i>My phone</i>").await;
    assert_eq!((added.status.as_u16(), added.location()), (201, "/account/security/recovery-codes"), "{added:?}");
    assert!(added.body.contains("id=\"codes\""), "{added:?}");
    let list = ada.get(KEYS).await.body;
    assert!(list.contains("&#60;i&#62;My phone") && list.contains("Your last second factor"), "{list}");
    assert_eq!(asked(&ada.get(NEW).await)["excludeCredentials"][0]["id"], text(&phone.id));
    // Another one comes without codes.
    let key = Authenticator::new(b"ada's key");
    let added = given_passkey(&mut ada, &key, "Key").await;
    assert!(added.location().starts_with("/account/security/passkeys?done=passkey."), "{added:?}");
    assert!(!ada.get(KEYS).await.body.contains("Your last second factor"));
    assert!(ada.get("/account/security").await.body.contains("2 passkeys"));

    // It signs in at a partner's without a password, and the ID token says how.
    let mut sofa = browser(&world);
    let login = sofa.open(&world.authorize(&[])).await;
    assert!(login.body.contains("autocomplete=\"username webauthn\""), "{login:?}");
    assert_eq!(
        asked(&login),
        json!({ "challenge": challenge(&login), "rpId": "localhost", "userVerification": "required" })
    );
    let answer = phone.sign(&challenge(&login), SIGNS);
    let entered = submit(&mut sofa, &login, BY_PASSKEY, &[("credential", &answer)]).await;
    let consent = sofa.follow(entered).await;
    let code = sofa.consent(&consent, "allow").await.parameter("code").unwrap();
    let mut caller = browser(&world);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*code),
        ("code_verifier", crate::world::VERIFIER),
        ("client_id", crate::world::CLIENT),
        ("client_secret", &*world.secret),
    ];
    let tokens = caller.post("/oauth/token", &fields).await.json();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("2"), &json!(["hwk", "user", "mfa"])));
    // Grave pages are open to it.
    assert_eq!(sofa.get(NEW).await.status, 200);
});

on_both!(a_passkey_that_did_not_sign_what_was_asked_is_refused, NAMED, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.get(NEW).await;
    let phone = Authenticator::new(b"phone");
    let far = Authenticator { origin: "https://evil.test", ..Authenticator::new(b"far") };
    let other = Authenticator { host: "evil.test", ..Authenticator::new(b"other") };
    let asked_here = challenge(&page);
    let mut charles = signed_in(&world, CHARLES).await;
    let asked_of_charles = challenge(&charles.get(NEW).await);
    let login = challenge(&browser(&world).get("/login").await);
    for (what, credential) in [
        ("nothing", String::new()),
        ("no JSON", "{".to_owned()),
        ("another origin", far.make(&asked_here, MAKES)),
        ("another host", other.make(&asked_here, MAKES)),
        ("nobody verified", phone.make(&asked_here, 0x41)),
        ("nobody there", phone.make(&asked_here, 0x44)),
        ("another person's challenge", phone.make(&asked_of_charles, MAKES)),
        ("a challenge for signing in", phone.make(&login, MAKES)),
        ("a challenge of nobody", phone.make(&text(&[7; 56]), MAKES)),
    ] {
        let refused = send(&mut ada, NEW, &[("label", "x"), ("credential", &credential)]).await;
        assert_eq!(refused.status, 422, "{what}: {refused:?}");
    }
    assert_eq!(
        send(&mut ada, NEW, &[("label", ""), ("credential", &phone.make(&asked_here, MAKES))]).await.status,
        422
    );
    assert_eq!(count(&world.core.db, "passkeys", "1 = 1").await, 0);

    let mut phone = phone;
    assert_eq!(given_passkey(&mut ada, &phone, "Phone").await.status, 201);
    // The same credential is nobody else's too.
    assert_eq!(given_passkey(&mut charles, &phone, "Phone").await.status, 422);
    let mut sofa = browser(&world);
    let page = sofa.get("/login").await;
    let (here, elsewhere) = (challenge(&page), challenge(&browser(&world).get("/login").await));
    let mut stranger = Authenticator::new(b"phone");
    stranger.count = 40;
    for (what, answer) in [
        ("nothing", String::new()),
        ("another browser's challenge", phone.sign(&elsewhere, SIGNS)),
        ("a challenge for a new one", phone.sign(&asked_here, SIGNS)),
        ("nobody verified", phone.sign(&here, 0x01)),
        ("another key of this id", stranger.sign(&here, SIGNS)),
        ("an unknown one", Authenticator::new(b"unknown").sign(&here, SIGNS)),
        ("what made it", phone.make(&here, MAKES)),
    ] {
        let refused = submit(&mut sofa, &page, BY_PASSKEY, &[("credential", &answer)]).await;
        assert_eq!((refused.status.as_u16(), who(&mut sofa).await), (422, None), "{what}: {refused:?}");
        assert!(refused.body.contains("passkey was not accepted"), "{what}");
    }
    // An answer counts once, while the page does, and no copy of a passkey counts.
    let answer = phone.sign(&here, SIGNS);
    assert_eq!(submit(&mut sofa, &page, BY_PASSKEY, &[("credential", &answer)]).await.status, 303);
    assert_eq!(who(&mut sofa).await.as_deref(), Some(ADA));
    let again = sofa.get("/login?other=1").await;
    assert_eq!(submit(&mut sofa, &again, BY_PASSKEY, &[("credential", &answer)]).await.status, 422);
    let fresh = challenge(&again);
    phone.count -= 1;
    let copied = phone.sign(&fresh, SIGNS);
    assert_eq!(submit(&mut sofa, &again, BY_PASSKEY, &[("credential", &copied)]).await.status, 422);
    let late = phone.sign(&fresh, SIGNS);
    world.clock.advance(Duration::from_secs(3600));
    assert_eq!(submit(&mut sofa, &again, BY_PASSKEY, &[("credential", &late)]).await.status, 422);
    world.sql("UPDATE users SET suspended_at = 1 WHERE email = 'ada@example.test'").await;
    let mut train = browser(&world);
    let page = train.get("/login").await;
    let suspended = phone.sign(&challenge(&page), SIGNS);
    assert_eq!(submit(&mut train, &page, BY_PASSKEY, &[("credential", &suspended)]).await.status, 422);
    xwms_core::jobs::clean(&world.core).await.unwrap();
    assert_eq!(count(&world.core.db, "spent_challenges", "1 = 1").await, 0);
});

on_both!(an_answer_of_a_passkey_that_does_not_count_is_taken_once, NAMED, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let mut synced = Authenticator { counts: 0, ..Authenticator::new(b"synced") };
    assert_eq!(given_passkey(&mut ada, &synced, "Synced").await.status, 201);
    let mut sofa = browser(&world);
    for _ in 0..2 {
        let page = sofa.get("/login?other=1").await;
        let answer = synced.sign(&challenge(&page), SIGNS);
        let taken = submit(&mut sofa, &page, BY_PASSKEY, &[("credential", &answer)]).await;
        assert_eq!((taken.status.as_u16(), who(&mut sofa).await.as_deref()), (303, Some(ADA)));
        let page = sofa.get("/login?other=1").await;
        let again = submit(&mut sofa, &page, BY_PASSKEY, &[("credential", &answer)]).await;
        assert_eq!(again.status, 422, "{again:?}");
    }
});

on_both!(lo_18_a_passkey_confirms_and_the_last_one_is_deleted_with_care, NAMED, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let mut phone = Authenticator::new(b"phone");
    assert_eq!(given_passkey(&mut ada, &phone, "Phone").await.status, 201);
    world.clock.advance(Duration::from_secs(601));
    let confirm = ada.open(NEW).await;
    assert!(confirm.path.starts_with("/login/confirm"), "{confirm:?}");
    let mut charles = signed_in(&world, CHARLES).await;
    let mut foreign = Authenticator::new(b"charles");
    assert_eq!(given_passkey(&mut charles, &foreign, "His").await.status, 201);
    let wrong = foreign.sign(&challenge(&confirm), SIGNS);
    let wrong = [("credential", wrong.as_str()), ("return", KEYS)];
    assert_eq!(submit(&mut ada, &confirm, "/login/confirm", &wrong).await.status, 422, "another person's");
    let right = phone.sign(&challenge(&confirm), SIGNS);
    let right = [("credential", right.as_str()), ("return", KEYS)];
    assert_eq!(submit(&mut ada, &confirm, "/login/confirm", &right).await.location(), KEYS);

    let list = ada.get(KEYS).await.body;
    let delete = list.split("href=\"").find(|rest| rest.contains("/delete\"")).unwrap().split('"').next().unwrap();
    assert!(ada.get(delete).await.body.contains("last second factor"));
    assert_eq!(charles.get(delete).await.status, 404, "it is hers");
    let page = charles.get("/account").await;
    assert_eq!(submit(&mut charles, &page, delete, &[]).await.status, 404);
    assert_eq!(count(&world.core.db, "passkeys", "1 = 1").await, 2);
    let deleted = send(&mut ada, delete, &[]).await;
    assert!(deleted.location().starts_with("/account/security/passkeys?done=keyless."), "{deleted:?}");
    assert_eq!(count(&world.core.db, "recovery_codes", "1 = 1").await, 10, "hers are gone, his stay");
    // The password alone signs in again.
    signed_in(&world, ADA).await;
});

on_both!(at_a_bare_address_no_page_asks_for_a_passkey, async |world: World| {
    let mut ada = crate::pages::signed_in(&world, ADA).await;
    for path in [NEW, "/login?other=1"] {
        let page = ada.get(path).await;
        assert!(
            page.status == 200 && !page.body.contains("data-passkey=") && !page.body.contains("webauthn"),
            "{path}"
        );
    }
    assert_eq!(ada.get("/.well-known/passkey-endpoints").await.status, 404);
    assert_eq!(ada.get("/.well-known/change-password").await.location(), "/account/security/password");
});

on_both!(lo_15_the_pages_that_ask_for_a_passkey_load_one_script_of_ours, NAMED, async |world: World| {
    let mut browser = browser(&world);
    let page = browser.get("/login").await;
    let script = format!("<script src=\"{}\" defer></script>", xwms_dashboard::assets::PASSKEYS.path());
    assert_eq!((page.body.matches(&script).count(), page.body.matches("<script").count()), (1, 1), "{page:?}");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(!policy.contains("connect-src") && !policy.contains("unsafe"), "{policy}");
    let script = browser.get(xwms_dashboard::assets::PASSKEYS.path()).await;
    assert!(script.status == 200 && script.headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    for path in ["/register", "/forgot", "/"] {
        assert!(!browser.get(path).await.body.contains("<script"), "{path}");
    }
    let pages = browser.get("/.well-known/passkey-endpoints").await.json();
    assert_eq!(pages["enroll"], "http://localhost:8080/account/security/passkeys/new");
});
