//! Second factors: authenticator apps and recovery codes, at signing in and on the pages of the account.

use std::time::Duration;

use ring::hmac;
use serde_json::json;

use super::{ADA, CHARLES, NEW_PASSWORD, browser_at, mails, mails_at_most, signed_in, submit, who};
use crate::admin::person::Person;
use crate::browser::{Answer, Browser};
use crate::database::count;
use crate::oauth::at_rest::{dump, holds};
use crate::oauth::tokens::claims;
use crate::world::{PASSWORD, World, on_both};

const SECURITY: &str = "/account/security";
pub const NEW_APP: &str = "/account/security/totp/new";
const DELETE_APP: &str = "/account/security/totp/delete";
const CODES: &str = "/account/security/recovery-codes";
pub const SECOND: &str = "/login/second";

/// An authenticator app, and the recovery codes on paper.
#[derive(Clone)]
pub struct App {
    key: Vec<u8>,
    pub codes: Vec<String>,
}

impl App {
    /// The app that scans a page with a key.
    fn of(page: &Answer) -> Self {
        let shown = page.body.split("<code id=\"key\">").nth(1).unwrap_or_else(|| panic!("no key in {page:?}"));
        let shown = shown.split('<').next().unwrap();
        assert!(shown.split(' ').all(|group| group.len() == 4), "{shown}");
        let letters = shown.bytes().filter(|letter| *letter != b' ');
        let mut bits = letters.flat_map(|letter| {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
            (0..5).rev().map(move |bit| (value >> bit & 1) as u8)
        });
        let key = std::iter::from_fn(|| (0..8).try_fold(0, |byte, _| Some(byte << 1 | bits.next()?)));
        Self { key: key.collect(), codes: Vec::new() }
    }

    /// What it shows now, some steps earlier or later.
    pub fn code_at(&self, world: &World, steps: i64) -> String {
        let step = world.clock.now().seconds() / 30 + steps;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.key);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let offset = usize::from(tag.as_ref()[19] & 15);
        let word = u32::from_be_bytes(tag.as_ref()[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// A code that was not shown before: that of the next half minute, once it has come.
    pub fn next_code(&self, world: &World) -> String {
        world.clock.advance(Duration::from_secs(30));
        self.code_at(world, 0)
    }
}

/// The recovery codes on a page.
fn codes_on(page: &Answer) -> Vec<String> {
    let shown = page.body.split("<code id=\"codes\">").nth(1).unwrap_or_else(|| panic!("no codes in {page:?}"));
    shown.split('<').next().unwrap().lines().map(str::to_owned).collect()
}

/// Sends the form of a page with what is hidden in it.
pub async fn send(browser: &mut Browser, path: &str, typed: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{page:?}");
    let once = page.hidden("once");
    let once = once.iter().map(|once| ("once", once.as_str()));
    let typed: Vec<_> = once.chain(typed.iter().copied()).collect();
    submit(browser, &page, path, &typed).await
}

/// Adds an app to the account of whoever is signed in there.
pub async fn given_app(world: &World, browser: &mut Browser) -> App {
    let mut app = App::of(&browser.get(NEW_APP).await);
    let added = send(browser, NEW_APP, &[("code", &app.code_at(world, 0))]).await;
    assert_eq!(added.status, 201, "{added:?}");
    app.codes = codes_on(&added);
    app
}

/// The page that asks for the second factor, after the right password.
async fn at_second_step(browser: &mut Browser, email: &str, password: &str) -> Answer {
    let page = browser.open("/login?other=1").await;
    let second = browser.sign_in(&page, email, password).await;
    assert!(second.status == 200 && second.path.starts_with(SECOND), "{second:?}");
    second
}

on_both!(an_app_is_added_by_its_code_and_asked_for_at_the_next_login, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let page = ada.get(NEW_APP).await;
    assert!(
        page.body.contains("<svg class=\"qr\"") && page.body.contains("autocomplete=\"one-time-code\""),
        "{page:?}"
    );
    let app = App::of(&page);
    assert_eq!(App::of(&ada.get(NEW_APP).await).key, app.key, "drawn again it is the same");
    for wrong in ["", "12345", "abcdef", &app.code_at(&world, 2), &app.code_at(&world, -2)] {
        let refused = send(&mut ada, NEW_APP, &[("code", wrong)]).await;
        assert!(refused.status == 422 && App::of(&refused).key == app.key, "{wrong}: {refused:?}");
    }
    assert_eq!(count(&world.core.db, "totp_keys", "1 = 1").await, 0);

    let code = app.code_at(&world, 0);
    let page = ada.get(NEW_APP).await;
    let once = page.hidden("once").unwrap();
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let typed = [("once", once.as_str()), ("code", &spaced)];
    let added = submit(&mut ada, &page, NEW_APP, &typed).await;
    assert_eq!((added.status.as_u16(), added.location()), (201, CODES), "{added:?}");
    let codes = codes_on(&added);
    assert!(codes.len() == 10 && codes.iter().all(|code| code.len() == 14), "{codes:?}");
    assert!(added.body.contains("download=\"xwms-recovery-codes.txt\"") && added.body.contains("data-copy=\"codes\""));
    let again = submit(&mut ada, &page, NEW_APP, &typed).await;
    assert!(again.status == 200 && !codes.iter().any(|code| again.body.contains(code)), "{again:?}");
    let security = ada.get(SECURITY).await;
    assert!(security.body.contains("10 of 10 left") && security.body.contains("Since 1 Mar 2026"), "{security:?}");

    // The next login asks for the code that the app shows then; the one it was added with counts no more.
    let mut sofa = world.browser();
    let second = at_second_step(&mut sofa, ADA, PASSWORD).await;
    let stale = submit(&mut sofa, &second, SECOND, &[("code", &code)]).await;
    assert!(stale.status == 422 && stale.body.contains("Error: One more step"), "{stale:?}");
    let fresh = app.next_code(&world);
    let entered = submit(&mut sofa, &second, SECOND, &[("code", &fresh)]).await;
    assert_eq!((entered.status.as_u16(), entered.location()), (303, "/"), "{entered:?}");
    assert_eq!(who(&mut sofa).await.as_deref(), Some(ADA));
    let mut train = world.browser();
    let second = at_second_step(&mut train, ADA, PASSWORD).await;
    let twice = submit(&mut train, &second, SECOND, &[("code", &fresh)]).await;
    assert_eq!(twice.status, 422, "each step is accepted once: {twice:?}");
    assert_eq!(who(&mut train).await, None);
});

on_both!(lo_01_the_session_is_another_after_the_second_factor, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    let before = ada.cookies["xwms_session"].clone();
    let second = at_second_step(&mut ada, ADA, PASSWORD).await;
    let step = ada.cookies["xwms_second"].clone();
    assert_eq!(ada.cookies["xwms_session"], before, "until then nothing has changed");
    let entered = submit(&mut ada, &second, SECOND, &[("code", &app.next_code(&world))]).await;
    assert_eq!(entered.status, 303, "{entered:?}");
    assert!(!ada.cookies.contains_key("xwms_second"));
    assert_ne!(ada.cookies["xwms_session"], before);

    // The old session is over, and so is the step: a planted cookie of either is worth nothing.
    let mut thief = world.browser();
    thief.cookies.insert("xwms_session".to_owned(), before);
    thief.cookies.insert("xwms_second".to_owned(), step);
    assert_eq!(who(&mut thief).await, None);
    assert_eq!(thief.get(SECOND).await.location(), "/login");
    // And one kind of credential is never taken for another.
    let session = ada.cookies["xwms_session"].clone();
    thief.cookies.insert("xwms_second".to_owned(), session);
    assert_eq!(thief.get(SECOND).await.location(), "/login");
});

on_both!(lo_02_after_the_password_alone_nothing_opens, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    let second = browser.sign_in(&login, ADA, PASSWORD).await;
    assert!(second.path.starts_with(SECOND) && second.body.contains("Analytical Engines"), "{second:?}");
    let flow = second.hidden("flow").unwrap();

    assert_eq!(browser.get("/account").await.location(), "/login?return=%2Faccount");
    assert_eq!(browser.get("/admin/v1/clients").await.status, 401);
    let on = browser.open(&format!("/oauth/continue?flow={flow}")).await;
    assert!(on.path.starts_with("/login?flow="), "{on:?}");
    assert_eq!(submit(&mut browser, &second, "/login/continue", &[]).await.status, 303);
    assert_eq!(who(&mut browser).await, None);
    for path in [NEW_APP, CODES, DELETE_APP] {
        assert!(browser.get(path).await.location().starts_with("/login?return="), "{path}");
        assert_eq!(submit(&mut browser, &second, path, &[("code", "123456")]).await.status, 403, "{path}");
    }
    assert_eq!(submit(&mut browser, &second, SECOND, &[]).await.status, 422);
    assert_eq!(submit(&mut browser, &second, SECOND, &[("code", "")]).await.status, 422);
    assert_eq!(who(&mut browser).await, None);

    // With the code the login goes on where it was, and says what happened.
    let entered = submit(&mut browser, &second, SECOND, &[("code", &app.next_code(&world))]).await;
    let consent = browser.follow(entered).await;
    let code = browser.consent(&consent, "allow").await.parameter("code").unwrap();
    let tokens = world.redeem(&code).await.json();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("2"), &json!(["pwd", "otp", "mfa"])));
    assert_eq!(claims["auth_time"], world.clock.now().seconds());
    let refreshed = world.refresh(tokens["refresh_token"].as_str().unwrap()).await.json();
    let again = crate::oauth::tokens::claims(refreshed["id_token"].as_str().unwrap());
    assert_eq!((&again["acr"], &again["amr"]), (&claims["acr"], &claims["amr"]));
});

on_both!(lo_04_wrong_codes_count_for_the_account_wherever_they_come_from, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    // Five wrong ones, from addresses and sessions of their own: the last ends the login.
    for nth in 1..=5 {
        let mut stranger = browser_at(&world, &format!("192.0.2.{nth}"));
        let second = at_second_step(&mut stranger, ADA, PASSWORD).await;
        let answer = submit(&mut stranger, &second, SECOND, &[("code", "000000")]).await;
        let waits = nth == 5;
        assert_eq!(answer.status.as_u16(), if waits { 429 } else { 422 }, "{nth}: {answer:?}");
        assert_eq!(answer.headers.contains_key("retry-after"), waits);
        assert_eq!(answer.body.contains("Too many wrong codes"), waits, "{answer:?}");
        if waits {
            assert_eq!(stranger.get(SECOND).await.location(), "/login", "back to the password");
        }
    }
    // Then not even a right one is looked at, from anywhere that the account does not know,
    let mut stranger = browser_at(&world, "198.51.100.7");
    let second = at_second_step(&mut stranger, ADA, PASSWORD).await;
    let answer = submit(&mut stranger, &second, SECOND, &[("code", &app.codes[0])]).await;
    assert_eq!((answer.status.as_u16(), who(&mut stranger).await), (429, None), "{answer:?}");
    // while a browser that it knows gets in all the same: nobody locks an account.
    let second = at_second_step(&mut ada, ADA, PASSWORD).await;
    let entered = submit(&mut ada, &second, SECOND, &[("code", &app.code_at(&world, 1))]).await;
    assert_eq!(entered.status, 303, "{entered:?}");
    // The wait ends; each further wrong one doubles it.
    world.clock.advance(Duration::from_secs(30));
    for wait in [60, 120, 240] {
        let mut stranger = world.browser();
        let second = at_second_step(&mut stranger, ADA, PASSWORD).await;
        let answer = submit(&mut stranger, &second, SECOND, &[("code", "000000")]).await;
        assert_eq!(answer.headers["retry-after"], wait.to_string(), "{answer:?}");
        world.clock.advance(Duration::from_secs(wait));
    }
    let mut stranger = world.browser();
    let second = at_second_step(&mut stranger, ADA, PASSWORD).await;
    let entered = submit(&mut stranger, &second, SECOND, &[("code", &app.code_at(&world, 0))]).await;
    assert_eq!(entered.status, 303, "{entered:?}");
});

on_both!(a_recovery_code_signs_in_once_and_new_ones_end_the_old, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    let mail = mails_at_most(&world, 1).await.remove(0);
    assert!(mail.to == ADA && mail.text.contains("authenticator app was just added"), "{}", mail.text);
    let mut sofa = world.browser();
    let second = at_second_step(&mut sofa, ADA, PASSWORD).await;
    let typed = app.codes[3].to_uppercase().replace('-', " ");
    assert_eq!(submit(&mut sofa, &second, SECOND, &[("code", &typed)]).await.status, 303);
    let mail = mails_at_most(&world, 2).await.remove(1);
    assert!(mail.text.contains("a recovery code. 9 codes are left"), "{}", mail.text);
    assert!(!mail.text.contains(&app.codes[3]));
    assert!(sofa.get(SECURITY).await.body.contains("9 of 10 left"));
    let mut train = world.browser();
    let second = at_second_step(&mut train, ADA, PASSWORD).await;
    assert_eq!(submit(&mut train, &second, SECOND, &[("code", &app.codes[3])]).await.status, 422, "once");

    let made = send(&mut sofa, CODES, &[]).await;
    assert_eq!((made.status.as_u16(), made.location()), (201, CODES), "{made:?}");
    let fresh = codes_on(&made);
    assert!(fresh.len() == 10 && !fresh.iter().any(|code| app.codes.contains(code)));
    // What waited for its second step begins anew: what it was asked for is no more.
    assert_eq!(submit(&mut train, &second, SECOND, &[("code", &fresh[0])]).await.location(), "/login");
    let second = at_second_step(&mut train, ADA, PASSWORD).await;
    assert_eq!(submit(&mut train, &second, SECOND, &[("code", &app.codes[0])]).await.status, 422, "an old one");
    assert_eq!(submit(&mut train, &second, SECOND, &[("code", &fresh[0])]).await.status, 303);
    // Of two who use one at once, one gets in.
    let (mut one, mut other) = (world.browser(), world.browser());
    let (a, b) = (at_second_step(&mut one, ADA, PASSWORD).await, at_second_step(&mut other, ADA, PASSWORD).await);
    let typed = [("code", fresh[1].as_str())];
    let (a, b) = tokio::join!(submit(&mut one, &a, SECOND, &typed), submit(&mut other, &b, SECOND, &typed));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    // Nobody else's account takes them.
    let mut charles = signed_in(&world, CHARLES).await;
    assert!(charles.get(CODES).await.body.contains(NEW_APP));
    let page = charles.get("/account").await;
    assert_eq!(submit(&mut charles, &page, CODES, &[]).await.status, 409);
    given_app(&world, &mut charles).await;
    let mut thief = world.browser();
    let second = at_second_step(&mut thief, CHARLES, PASSWORD).await;
    assert_eq!(submit(&mut thief, &second, SECOND, &[("code", &fresh[2])]).await.status, 422);
});

on_both!(lo_10_a_new_password_leaves_the_second_factor_as_it_is, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    let mut waiting = world.browser();
    let step = at_second_step(&mut waiting, ADA, PASSWORD).await;
    let mut browser = world.browser();
    let page = browser.get("/forgot").await;
    submit(&mut browser, &page, "/forgot", &[("email", ADA)]).await;
    let link = mails(&world, 2).await[1].link("/reset");
    let page = browser.get(&link).await;
    assert_eq!(submit(&mut browser, &page, "/reset", &[("password", NEW_PASSWORD)]).await.status, 200);

    // A login that waits on the strength of the old password is over.
    let late = submit(&mut waiting, &step, SECOND, &[("code", &app.next_code(&world))]).await;
    assert_eq!((late.location(), who(&mut waiting).await), ("/login", None), "{late:?}");
    let second = at_second_step(&mut browser, ADA, NEW_PASSWORD).await;
    assert_eq!(who(&mut browser).await, None);
    assert_eq!(submit(&mut browser, &second, SECOND, &[("code", &app.next_code(&world))]).await.status, 303);
    assert!(browser.get(SECURITY).await.body.contains("10 of 10 left"));
});

on_both!(lo_11_a_change_of_a_factor_ends_all_that_rests_on_the_account, async |world: World| {
    let mut sofa = signed_in(&world, ADA).await;
    let mut charles = signed_in(&world, CHARLES).await;
    let mut app = None;
    for change in ["added", "new codes", "replaced", "removed"] {
        let code = app.as_ref().map(|app: &App| app.next_code(&world));
        let mut ada = world.browser();
        let page = ada.open("/login").await;
        let second = ada.sign_in(&page, ADA, PASSWORD).await;
        if let Some(code) = &code {
            assert_eq!(submit(&mut ada, &second, SECOND, &[("code", code)]).await.status, 303, "{change}");
        }
        // Given another session, a grant, and a token of the account,
        let mut person = Person::of(ada.clone()).await;
        let token = json!({ "label": "Deployment", "permissions": ["client:read"] });
        let pat = person.post("/admin/v1/tokens", token).await.json()["value"].as_str().unwrap().to_owned();
        let code = world.code_in(&mut ada, ADA, &[]).await;
        let tokens = world.redeem(&code).await.json();
        let before = count(&world.core.db, "sessions", "1 = 1").await;
        // when a factor changes in one of them,
        let answer = match change {
            "added" | "replaced" => {
                let mut new = App::of(&ada.get(NEW_APP).await);
                let answer = send(&mut ada, NEW_APP, &[("code", &new.code_at(&world, 0))]).await;
                if change == "added" {
                    new.codes = codes_on(&answer);
                }
                app = Some(new);
                answer
            }
            "new codes" => send(&mut ada, CODES, &[]).await,
            _ => send(&mut ada, DELETE_APP, &[]).await,
        };
        assert!(matches!(answer.status.as_u16(), 201 | 303), "{change}: {answer:?}");
        // then the others are over, all but the one it was done in, and nobody else is touched.
        assert_eq!(who(&mut sofa).await, None, "{change}");
        assert_eq!(who(&mut ada).await.as_deref(), Some(ADA), "{change}");
        assert_eq!(who(&mut charles).await.as_deref(), Some(CHARLES), "{change}");
        assert!(before >= 2, "{change}");
        assert_eq!(world.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401, "{change}");
        assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).await.error(), "invalid_grant");
        let mut caller = world.browser();
        caller.headers.push(("authorization".to_owned(), format!("Bearer {pat}")));
        assert_eq!(caller.get("/admin/v1/clients").await.status, 401, "{change}");
        sofa = ada;
    }
    let told: Vec<String> = mails_at_most(&world, 4).await.into_iter().map(|mail| mail.text).collect();
    for (text, part) in told.iter().zip(["was just added", "New recovery codes", "was just added", "was just removed"])
    {
        assert!(text.contains(part) && text.contains("Every other device was signed out"), "{text}");
    }
    assert_eq!(count(&world.core.db, "recovery_codes", "1 = 1").await, 0, "with the last factor go its codes");
    let mut browser = world.browser();
    let page = browser.open("/login").await;
    assert!(browser.sign_in(&page, ADA, PASSWORD).await.body.contains("Signed in as"));
});

on_both!(lo_18_a_grave_page_asks_for_all_that_the_account_has, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    // A sign-in of this moment that is weaker than the account opens nothing grave.
    world.sql("UPDATE sessions SET amr = 'pwd'").await;
    assert!(ada.get(CODES).await.location().starts_with("/login/confirm"));
    world.sql("UPDATE sessions SET amr = 'pwd otp mfa'").await;
    assert_eq!(ada.get(CODES).await.status, 200, "both were given just now");
    let form = ada.get(CODES).await;
    world.clock.advance(Duration::from_secs(600));
    let confirm = ada.open(CODES).await;
    assert!(confirm.path.starts_with("/login/confirm") && confirm.hidden("return").unwrap() == CODES, "{confirm:?}");
    // The password alone is no proof, nor is a code alone, nor one that was used.
    let code = app.code_at(&world, 0);
    for typed in [
        vec![("password", PASSWORD)],
        vec![("password", PASSWORD), ("code", "000000")],
        vec![("password", "wrong horse battery staple"), ("code", &code)],
    ] {
        let typed: Vec<_> = typed.into_iter().chain([("return", CODES)]).collect();
        let refused = submit(&mut ada, &confirm, "/login/confirm", &typed).await;
        assert!(refused.status == 422 && !refused.body.contains(&code), "{typed:?}: {refused:?}");
        assert!(ada.get(CODES).await.location().starts_with("/login/confirm"));
    }
    let before = ada.cookies["xwms_session"].clone();
    let typed = [("password", PASSWORD), ("code", &code), ("return", CODES)];
    let confirmed = submit(&mut ada, &confirm, "/login/confirm", &typed).await;
    assert_eq!(confirmed.location(), CODES, "{confirmed:?}");
    assert_ne!(ada.cookies["xwms_session"], before, "lo_01: another cookie after it");
    assert_eq!(ada.get(CODES).await.status, 200);

    // A form may be older by half an hour; then both are asked for in it, and nothing is lost.
    world.clock.advance(Duration::from_secs(2401));
    let page = ada.get("/account").await;
    let late = submit(&mut ada, &page, CODES, &[("once", &form.hidden("once").unwrap())]).await;
    assert!(late.status == 422 && late.body.contains("name=\"password\"") && late.body.contains("name=\"code\""));
    let only = submit(&mut ada, &page, CODES, &[("password", PASSWORD)]).await;
    assert_eq!(only.status, 422, "{only:?}");
    let both = [("password", PASSWORD), ("code", &app.code_at(&world, 0))];
    assert_eq!(submit(&mut ada, &page, CODES, &both).await.status, 201);
    // At the new app's page the code is the new one's, so who it is is asked elsewhere.
    let elsewhere = submit(&mut ada, &page, NEW_APP, &[("code", "123456")]).await;
    assert!(elsewhere.location().starts_with("/login/confirm"), "{elsewhere:?}");
    // Nor does the password change by the password alone.
    let typed = [("password", PASSWORD), ("new_password", NEW_PASSWORD)];
    let refused = submit(&mut ada, &page, "/account/security/password", &typed).await;
    assert!(refused.status == 422 && refused.body.contains("name=\"code\""), "{refused:?}");
    let with = [typed[0], typed[1], ("code", &app.next_code(&world))];
    assert_eq!(submit(&mut ada, &page, "/account/security/password", &with).await.status, 303);
});

on_both!(st_01_no_key_and_no_recovery_code_stands_in_the_database, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    at_second_step(&mut ada, ADA, PASSWORD).await;
    let dump = dump(&world).await;
    assert!(holds(&dump, ADA.as_bytes()));
    assert!(!holds(&dump, &app.key));
    let step = ada.cookies["xwms_second"].clone();
    for secret in app.codes.iter().chain([&step]) {
        assert!(!holds(&dump, secret.as_bytes()) && !holds(&dump, secret.replace('-', "").as_bytes()));
    }
    // Nor does the audit log tell them.
    let mut admin = Person::new(&world, CHARLES).await;
    world.apply(&format!("[[users]]\nemail = {CHARLES:?}\nstaff = \"admin\"\n")).await;
    let log = admin.get("/admin/v1/staff/audit?limit=200").await.body;
    assert!(log.contains("user.second_factor_added") && !log.contains(&app.codes[0]));
});

on_both!(a_login_waits_ten_minutes_for_its_second_step, async |world: World| {
    let mut ada = signed_in(&world, ADA).await;
    let app = given_app(&world, &mut ada).await;
    let typed = [("email", ADA), ("password", PASSWORD), ("return", "/account/security")];
    let waiting = async || {
        let mut browser = world.browser();
        let page = browser.get("/login?return=%2Faccount%2Fsecurity").await;
        let second = submit(&mut browser, &page, "/login", &typed).await;
        assert_eq!(second.location(), "/login/second?return=%2Faccount%2Fsecurity");
        let second = browser.follow(second).await;
        (browser, second)
    };
    let ((mut sofa, at_sofa), (mut late, at_late)) = (waiting().await, waiting().await);
    let right = |steps: i64| app.code_at(&world, steps);
    let back = at_sofa.hidden("return").unwrap();
    world.clock.advance(Duration::from_secs(599));
    let now = submit(&mut sofa, &at_sofa, SECOND, &[("code", &right(0)), ("return", &back)]).await;
    assert_eq!(now.location(), SECURITY);
    // A second later the other one is over, with a code that nobody has used.
    world.clock.advance(Duration::from_secs(1));
    let gone = submit(&mut late, &at_late, SECOND, &[("code", &right(1)), ("return", &back)]).await;
    assert_eq!(gone.location(), "/login?return=%2Faccount%2Fsecurity", "{gone:?}");
    xwms_core::jobs::clean(&world.core).await.unwrap();
    assert_eq!(count(&world.core.db, "second_steps", "1 = 1").await, 0);
    // A way back that is none of ours is not gone.
    let second = at_second_step(&mut late, ADA, PASSWORD).await;
    let away = [("code", app.next_code(&world)), ("return", "https://evil.test/".to_owned())];
    let away: Vec<_> = away.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(submit(&mut late, &second, SECOND, &away).await.location(), "/");
});
