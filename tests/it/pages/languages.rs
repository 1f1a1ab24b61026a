//! Pages, mails and notifications in the language of whoever reads them.

use serde_json::json;

use super::{ADA, CHARLES, mails, signed_in, submit};
use crate::admin::person::Person;
use crate::browser::Browser;
use crate::database::texts;
use crate::world::{PASSWORD, World, on_both};

fn browser(world: &World, languages: &str) -> Browser {
    let mut browser = world.browser();
    browser.headers.push(("accept-language".to_owned(), languages.to_owned()));
    browser
}

on_both!(a_page_speaks_the_language_of_the_browser, async |world: World| {
    for (languages, tag, sign_in, gone) in [
        ("nl-BE,nl;q=0.9,en;q=0.5", "nl", "Inloggen", "Deze login is voorbij"),
        ("fr,de-AT;q=0.8,en;q=0.1", "de", "Anmelden", "Diese Anmeldung ist beendet"),
        ("en-GB", "en", "Sign in", "This login is over"),
        ("fr", "en", "Sign in", "This login is over"),
    ] {
        let mut browser = browser(&world, languages);
        let html = format!("<html lang=\"{tag}\">");
        let login = browser.get("/login").await.body;
        assert!(login.contains(&html) && login.contains(&format!("<h1>{sign_in}</h1>")), "{languages}: {login}");
        // A page that the authorization endpoint asked for, and one for an answer that has a status only.
        let answer = browser.get("/oauth/continue?flow=flow_x").await;
        assert_eq!(answer.status, 410);
        assert!(answer.body.contains(&html) && answer.body.contains(gone), "{languages}: {}", answer.body);
        let nothing = browser.get("/nothing").await;
        assert_eq!(nothing.status, 404);
        assert!(nothing.body.contains(&html), "{languages}: {}", nothing.body);
        let out = browser.get("/signed-out").await.body;
        assert!(out.contains(&html), "{languages}: {out}");
    }
});

on_both!(the_account_has_the_say_before_the_browser, async |world: World| {
    let mut browser = signed_in(&world, ADA).await;
    world.sql(&format!("UPDATE users SET locale = 'de-CH' WHERE email_key = '{ADA}'")).await;
    browser.headers.push(("accept-language".to_owned(), "nl".to_owned()));
    for path in ["/", "/account/requests", "/account/apps", "/account/notifications", "/logout"] {
        let page = browser.get(path).await.body;
        assert!(page.contains("<html lang=\"de\">"), "{path}: {page}");
    }
    // A form that no page of ours sent is refused in the same language.
    let refused = browser.post("/account/apps", &[("client", "x"), ("csrf", "wrong")]).await;
    assert!(refused.body.contains("Dieses Formular ist veraltet"), "{}", refused.body);
});

on_both!(a_mail_is_in_the_language_of_its_recipient, async |world: World| {
    world.sql(&format!("UPDATE users SET locale = 'de' WHERE email_key = '{ADA}'")).await;
    // The account's language, else the request's.
    for (email, subject) in [(ADA, "Legen Sie ein neues Passwort fest"), (CHARLES, "Stel een nieuw wachtwoord in")] {
        let mut browser = browser(&world, "nl");
        let form = browser.get("/forgot").await;
        assert_eq!(submit(&mut browser, &form, "/forgot", &[("email", email)]).await.status, 200);
        let sent = world.mail().await;
        assert!(sent.contains(&format!("Subject: {subject}")), "{sent}");
    }
    let mut browser = browser(&world, "nl");
    let form = browser.get("/register").await;
    let typed = [("given_name", "Grace"), ("family_name", ""), ("email", "grace@example.test"), ("password", PASSWORD)];
    assert_eq!(submit(&mut browser, &form, "/register", &typed).await.status, 200);
    let sent = mails(&world, 3).await.pop().unwrap();
    assert!(sent.text.contains("Bevestig dat dit jouw adres is:"), "{}", sent.text);
});

on_both!(what_is_told_is_drawn_in_its_readers_language, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    owner.made("domains", json!({ "root_domain": "languages.example", "test_mode": true })).await;
    let stored = texts(&world.core.db, "SELECT message AS text FROM notifications").await;
    assert_eq!(stored, [r#"{"id":"notice_test_mode","args":{"root":"languages.example"}}"#]);
    for (locale, told) in [
        ("en", "languages.example is in test mode now"),
        ("nl", "languages.example is nu in testmodus"),
        ("de", "languages.example ist jetzt im Testmodus"),
    ] {
        world.sql(&format!("UPDATE users SET locale = '{locale}' WHERE email_key = '{CHARLES}'")).await;
        let page = owner.browser.get("/account/notifications").await.body;
        assert!(page.contains(told), "{locale}: {page}");
    }
});
