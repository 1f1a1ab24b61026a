use std::time::Duration;

use askama::Template as _;
use xwms_core::error::FieldError;
use xwms_core::id::FlowId;
use xwms_core::model::scope::ScopeSet;
use xwms_core::text::{Language, Text};

use super::consent::{ConsentPage, ConsentView, ShareLine};
use super::login::{ContinuePage, LoginError, LoginPage};
use super::logout::LogoutPage;
use super::note::NotePage;
use super::recovery::{ForgotPage, ResetPage};
use super::registration::{CheckMailPage, MailNeededPage, RegisterPage, Typed, VerifyEmailPage};
use super::second::SecondPage;
use super::start::StartPage;
use super::{Account, Partner};
use crate::csrf::Csrf;
use crate::layout::Shell;

/// Every text that a page can be given from outside.
struct Texts<'a> {
    shell: Shell,
    partner: Partner<'a>,
    account: Account<'a>,
    typed: Typed<'a>,
    token: &'a str,
    host: &'a str,
    shares: Vec<ShareLine>,
    errors: Vec<FieldError>,
    papers: &'a str,
}

const FLOW: FlowId = FlowId::from_bytes([7; 16]);

impl<'a> Texts<'a> {
    fn ordinary() -> Self {
        let share = |title, description| ShareLine {
            title: Text::new("plain").with("text", title),
            description: Text::new("plain").with("text", description),
        };
        Self {
            shell: Shell::new(Language::English, Csrf::of_session("csrf-token-of-ada".to_owned())),
            partner: Partner { name: "Analytical Engines", host: "engines.example", verified: true, logo: None },
            account: Account { name: "Ada Lovelace", email: "ada@example.test" },
            typed: Typed { given_name: "Ada", family_name: "Lovelace", email: "ada@example.test" },
            token: "xwms_em_token",
            host: "engines.example",
            shares: vec![
                share("Sign-in", "Know who you are at this site: a stable number, no name."),
                share("Name and picture", "See your name, picture, language and time zone."),
                share("Email address", "See your email address and whether it is verified."),
                share("Stay connected", "Stay connected while you are away, until you end it."),
            ],
            errors: Vec::new(),
            papers: "https://engines.example/legal",
        }
    }

    /// The same text everywhere.
    fn all(text: &'a str) -> Self {
        let errors = ["given_name", "family_name", "email", "password"];
        let error = |field: &str| Text::new("plain").with("text", text).at(field);
        Self {
            shell: Shell::new(Language::English, Csrf::of_session(text.to_owned())),
            partner: Partner { name: text, host: text, verified: false, logo: None },
            account: Account { name: text, email: text },
            typed: Typed { given_name: text, family_name: text, email: text },
            token: text,
            host: text,
            shares: vec![
                ShareLine {
                    title: Text::new("plain").with("text", text),
                    description: Text::new("plain").with("text", text)
                };
                2
            ],
            errors: errors.into_iter().map(error).collect(),
            papers: text,
        }
    }

    /// Every page, by a name.
    fn pages(&self) -> Vec<(&'static str, String)> {
        let Self { shell, partner, account, typed, token, host, shares, errors, papers } = self;
        let (flow, partner, account) = (Some(FLOW), *partner, *account);
        let email = typed.email;
        let scope = ScopeSet::parse("openid profile").unwrap();
        let consent = ConsentView {
            flow: FLOW,
            partner,
            account,
            shares,
            scope: &scope,
            test_mode: false,
            privacy_url: Some(papers),
            terms_url: Some(papers),
        };
        let unverified = Partner { verified: false, ..partner };
        let tested = ConsentView { partner: unverified, test_mode: true, terms_url: None, ..consent };
        let wait = LoginError::TooMany { retry_after: Duration::from_secs(95) };
        let (wrong, by_passkey) = (LoginError::WrongPassword, LoginError::WrongPasskey);
        let asked = || Some((*token).to_owned());
        let codes = LoginError::TooManyCodes { retry_after: Duration::from_secs(30) };
        let plain = Shell::without_forms(shell.language());
        [
            ("start", StartPage::new(&plain, None).render()),
            ("start-signed-in", StartPage::new(shell, Some(account)).render()),
            ("login", LoginPage::new(shell, None, None, "", None).render()),
            ("login-flow", LoginPage::new(shell, flow, Some(partner), email, None).render()),
            ("login-wrong", LoginPage::new(shell, flow, Some(partner), email, Some(wrong)).render()),
            ("login-too-many", LoginPage::new(shell, None, None, email, Some(wait)).render()),
            ("login-too-many-codes", LoginPage::new(shell, None, None, email, Some(codes)).render()),
            ("second", SecondPage::new(shell, flow, Some(partner), false).render()),
            ("second-wrong", SecondPage::new(shell, None, None, true).back_to(Some(token)).render()),
            ("login-passkey", LoginPage::new(shell, flow, None, "", Some(by_passkey)).or_by_passkey(asked()).render()),
            ("second-passkey", SecondPage::new(shell, flow, None, false).or_by_passkey(asked()).render()),
            ("login-busy", LoginPage::new(shell, None, None, email, Some(LoginError::Busy)).render()),
            ("continue", ContinuePage::new(shell, FLOW, partner, account).render()),
            ("register", RegisterPage::new(shell, flow, Some(partner), Typed::default(), &[]).render()),
            ("register-errors", RegisterPage::new(shell, None, None, *typed, errors).render()),
            ("check-mail", CheckMailPage::registered(shell, email).render()),
            ("forgot-sent", CheckMailPage::forgot(shell, email).render()),
            ("verify-email", VerifyEmailPage::confirm(shell, token, flow, email).render()),
            ("verify-email-sign-in", VerifyEmailPage::sign_in(shell, token, flow, email, Some(wrong)).render()),
            ("mail-needed", MailNeededPage::new(shell, FLOW, partner, account, true).render()),
            ("forgot", ForgotPage::new(shell, "", errors).render()),
            ("reset", ResetPage::new(shell, token, email, errors).render()),
            ("consent", ConsentPage::new(shell, consent).render()),
            ("consent-test-mode", ConsentPage::new(shell, tested).render()),
            ("logout", LogoutPage::new(shell, flow, account, Some(host)).render()),
            ("email-verified", NotePage::email_verified(shell).render()),
            ("password-set", NotePage::password_set(shell).render()),
            ("signed-out", NotePage::signed_out(shell).render()),
            ("link-gone", NotePage::reset_link_gone(shell).render()),
            ("verify-link-gone", NotePage::verify_link_gone(shell).render()),
        ]
        .map(|(name, html)| (name, html.unwrap()))
        .into()
    }
}

#[test]
fn no_text_becomes_markup() {
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onfocus='alert(1)",
        "</title><svg/onload=1>",
    ] {
        for (name, html) in Texts::all(text).pages() {
            assert!(!html.contains(text), "{name}: {html}");
        }
    }
}

#[test]
fn no_page_has_a_script_or_a_style_in_it() {
    // Passkeys alone need a script: it is a file of ours, and stands where one is offered.
    let of_passkeys = format!("<script src=\"{}\" defer></script>", crate::assets::PASSKEYS.path());
    for (name, html) in Texts::ordinary().pages() {
        assert_eq!(html.contains(&of_passkeys), name.ends_with("-passkey"), "{name}");
        let lower = html.replace(&of_passkeys, "").to_lowercase();
        for part in
            ["<script", "<style", " style=", "javascript:", " onclick", " onload", " onsubmit", "<iframe", "http-equiv"]
        {
            assert!(!lower.contains(part), "{part} is in {name}");
        }
    }
}

#[test]
fn every_page_is_whole() {
    for (name, html) in Texts::ordinary().pages() {
        for part in [r#"<html lang="en">"#, r#"<meta name="viewport""#, "<main>", "<h1", "</html>"] {
            assert_eq!(html.matches(part).count(), 1, "{part} in {name}");
        }
        let title = html.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0;
        assert!(title.ends_with(" · XWMS") && title.len() > " · XWMS".len(), "{name}: {title}");
        assert_eq!(
            html.matches("<form").count(),
            html.matches(r#"<input type="hidden" name="csrf""#).count(),
            "{name}"
        );
        assert_eq!(html.matches("<form").count(), html.matches(r#"<form method="post" action="/"#).count(), "{name}");
    }
}

#[test]
fn every_input_has_a_label_and_a_purpose() {
    for (name, html) in Texts::ordinary().pages() {
        for input in html.split("<input ").skip(1).map(|rest| rest.split_once('>').unwrap().0) {
            if input.starts_with(r#"type="hidden""#) {
                continue;
            }
            let id = input.split_once(r#"id=""#).unwrap().1.split_once('"').unwrap().0;
            assert!(html.contains(&format!(r#"<label for="{id}">"#)), "{name}: {id}");
            assert!(input.contains("autocomplete=\""), "{name}: {input}");
        }
    }
}

#[test]
fn what_is_said_of_a_field_is_on_the_page() {
    for (name, html) in Texts::all("no").pages() {
        for ids in html.split(r#"aria-describedby=""#).skip(1).map(|rest| rest.split_once('"').unwrap().0) {
            for id in ids.split(' ') {
                assert_eq!(html.matches(&format!(r#"id="{id}""#)).count(), 1, "{name}: {id}");
            }
        }
    }
}

#[test]
fn a_signed_in_persons_page_has_the_token_in_its_head() {
    let texts = Texts::ordinary();
    let meta = r#"<meta name="csrf-token" content="csrf-token-of-ada">"#;
    let html = |shell: &Shell| ContinuePage::new(shell, FLOW, texts.partner, texts.account).render().unwrap();
    assert!(html(&texts.shell).contains(meta));
    let browser = Shell::new(Language::English, Csrf::of_browser("csrf-token-of-ada".to_owned()));
    assert!(!html(&browser).contains("<meta name=\"csrf-token\""));
}

#[test]
fn forms_send_what_their_handlers_read() {
    let flow = format!(r#"<input type="hidden" name="flow" value="{FLOW}">"#);
    let token = r#"<input type="hidden" name="token" value="xwms_em_token">"#;
    let (allow, deny) = (r#"name="decision" value="allow""#, r#"name="decision" value="deny""#);
    let (email, password) = (r#"name="email" type="email""#, r#"name="password" type="password""#);
    let rows: [(&str, &str, Vec<&str>); _] = [
        ("login-flow", "/login", vec![&flow, email, password]),
        ("continue", "/login/continue", vec![&flow]),
        ("register", "/register", vec![&flow, email, password, "name=\"given_name\"", "name=\"family_name\""]),
        ("verify-email", "/verify-email", vec![&flow, token]),
        ("verify-email-sign-in", "/verify-email", vec![&flow, token, email, password]),
        ("mail-needed", "/verify-email/resend", vec![&flow]),
        ("forgot", "/forgot", vec![email]),
        ("reset", "/reset", vec![token, password]),
        ("consent", "/consent", vec![&flow, allow, deny]),
        ("logout", "/logout", vec![&flow]),
        ("start-signed-in", "/logout", vec![]),
    ];
    let pages = Texts::ordinary().pages();
    for (name, action, fields) in rows {
        let html = &pages.iter().find(|(known, _)| *known == name).unwrap().1;
        let form = html.split_once(&format!(r#"action="{action}""#)).unwrap().1.split_once("</form>").unwrap().0;
        for field in fields {
            assert!(form.contains(field), "{name}: {field}");
        }
    }
}

#[test]
fn consent_says_who_asks_and_for_what() {
    let pages = Texts::ordinary().pages();
    let page = |name| &pages.iter().find(|(known, _)| *known == name).unwrap().1;
    let (verified, tested) = (page("consent"), page("consent-test-mode"));
    for part in ["Analytical Engines", "<strong>engines.example</strong>", "Name and picture", "ada@example.test"] {
        assert!(verified.contains(part), "{part}");
    }
    assert!(verified.contains("Verified partner") && !tested.contains("Verified partner"));
    assert!(tested.contains("test mode") && !verified.contains("test mode"));
    assert!(tested.contains("has not verified this partner"));
}

#[test]
fn a_link_that_is_no_web_address_is_left_out() {
    let html =
        |papers| Texts { papers, ..Texts::ordinary() }.pages().into_iter().find(|page| page.0 == "consent").unwrap().1;
    for papers in ["javascript:alert(1)", "data:text/html,x", "//evil.example/", "/login", "https://"] {
        assert!(!html(papers).contains("privacy policy"), "{papers}");
    }
    assert!(html("https://engines.example/legal").contains("privacy policy"));
}

#[test]
fn a_letter_stands_for_a_name() {
    let rows = [("ada", "A"), ("  «Œuvre»", "Œ"), ("ßtraße", "SS"), ("42nd", "4"), ("🙂", ""), ("", "")];
    for (name, letter) in rows {
        assert_eq!(super::initial(name), letter);
    }
}

#[test]
fn a_page_speaks_one_language() {
    let texts = |language| Texts {
        shell: Shell::new(language, Csrf::of_session("csrf-token-of-ada".to_owned())),
        // What the staff have written themselves of a scope stays as it is.
        shares: Vec::new(),
        ..Texts::ordinary()
    };
    let english = crate::layout::tests::sentences(Language::English);
    for language in [Language::Dutch, Language::German] {
        let own = crate::layout::tests::sentences(language);
        for (name, html) in texts(language).pages() {
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}");
            for sentence in english.iter().filter(|sentence| !own.contains(*sentence)) {
                assert!(!html.contains(sentence.as_str()), "{name} in {}: {sentence}", language.tag());
            }
        }
    }
    let page = |language, name| {
        texts(language).pages().into_iter().find(|(known, _)| *known == name).map(|(_, html)| html).unwrap()
    };
    assert!(page(Language::Dutch, "login-flow").contains("<button class=\"full\">Inloggen</button>"));
    assert!(page(Language::Dutch, "consent").contains("De site <strong>engines.example</strong> vraagt hierom:"));
    assert!(page(Language::German, "login-wrong").contains("Versuchen Sie es erneut."));
    assert!(page(Language::German, "consent").contains("Anmelden bei <bdi>Analytical Engines</bdi>"));
}
