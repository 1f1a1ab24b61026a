use askama::Template as _;
use xwms_core::account::apps::{App, Scope};
use xwms_core::account::invitations::Invitation;
use xwms_core::account::notifications::Notification;
use xwms_core::account::person::Person;
use xwms_core::account::requests::{Overview, Request, Shown};
use xwms_core::clock::Timestamp;
use xwms_core::id::{ClientId, MemberId, NotificationId, RequestId, UserId};
use xwms_core::model::message::StoredText;
use xwms_core::model::request::{RequestKind, RequestStatus};
use xwms_core::model::scope::{ScopeSet, Tier};
use xwms_core::text::{Language, Text};

use super::{apps, notifications, requests};
use crate::csrf::Csrf;
use crate::frame::{Area, Frame};
use crate::layout::Shell;

const NOW: Timestamp = Timestamp::from_seconds(1_790_000_000);

/// Each page, with this text wherever somebody else's stands.
#[expect(clippy::too_many_lines, reason = "one of each page")]
fn pages(text: &str, language: Language) -> Vec<(&'static str, String)> {
    let shell = Shell::new(language, Csrf::of_session("csrf-token-of-ada".to_owned()));
    let person = Person {
        id: UserId::generate(),
        name: text.to_owned(),
        email: text.to_owned(),
        email_verified: true,
        staff: None,
        unread: 1,
        zoneinfo: None,
    };
    let frame = Frame { person, area: Area::Account(None), done: None, documentation: None, support: None };
    let shown = |kind, status| Shown {
        request: Request {
            id: RequestId::from_bytes([1; 16]),
            client_id: ClientId::from_bytes([2; 16]),
            kind,
            email_key: "ada@example.test".to_owned(),
            user_id: None,
            subject: None,
            domain_id: None,
            scope: ScopeSet::parse("userinfo").unwrap(),
            reason: Some(text.to_owned()),
            status,
            delivered: true,
            expires_at: Some(NOW),
            created_at: NOW,
            decided_at: None,
        },
        client: text.to_owned(),
        domain: Some(text.to_owned()),
    };
    let (title, description) = (text.to_owned(), text.to_owned());
    let catalog = vec![Scope {
        name: "userinfo".to_owned(),
        title,
        description,
        opens: String::new(),
        tier: Tier::Verified,
        position: 1,
    }];
    let overview = Overview {
        waiting: vec![
            shown(RequestKind::Access, RequestStatus::Pending),
            shown(RequestKind::Test, RequestStatus::Pending),
        ],
        accepted: vec![shown(RequestKind::Access, RequestStatus::Accepted)],
        blocked: vec![(ClientId::from_bytes([3; 16]), text.to_owned())],
        catalog: catalog.clone(),
    };
    let app = App {
        client: ClientId::from_bytes([2; 16]),
        name: text.to_owned(),
        scope: ScopeSet::parse("userinfo").unwrap(),
        granted_at: NOW,
        logins: Some((NOW, NOW)),
    };
    let told = Notification {
        id: NotificationId::from_bytes([4; 16]),
        user_id: UserId::generate(),
        kind: "request.created".to_owned(),
        object_id: None,
        created_at: NOW,
        read_at: None,
        message: StoredText::from(&Text::new("plain").with("text", text)),
    };
    let (client, role) = (text.to_owned(), text.to_owned());
    let invitations = [Invitation { id: MemberId::from_bytes([5; 16]), client, role }];
    let told = [told];
    [
        ("requests", requests::page(&shell, &frame, &overview).render()),
        ("no requests", requests::page(&shell, &frame, &Overview::default()).render()),
        ("apps", apps::page(&shell, &frame, std::slice::from_ref(&app), &catalog).render()),
        ("end of an app", apps::confirmation(&shell, &frame, &app, &catalog).render()),
        ("no apps", apps::page(&shell, &frame, &[], &catalog).render()),
        ("notifications", notifications::page(&shell, &frame, &invitations, (&told, true)).render()),
        ("no notifications", notifications::page(&shell, &frame, &[], (&[], false)).render()),
    ]
    .map(|(name, html)| (name, html.unwrap()))
    .into()
}

#[test]
fn ni_01_no_text_becomes_markup() {
    for text in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title><svg/onload=1>"] {
        for (name, html) in pages(text, Language::English) {
            assert!(!html.contains(text), "{name}: {html}");
        }
    }
    for text in ["{{7777*7777}}", "${7777*7777}"] {
        for (name, html) in pages(text, Language::English) {
            assert!(!html.contains("60481729") && html.contains(text), "{name}: {html}");
        }
    }
}

#[test]
fn every_page_is_whole_and_its_forms_carry_the_token() {
    for (name, html) in pages("Analytical Engines", Language::English) {
        for part in [r#"<html lang="en">"#, r#"<main id="main">"#, "<h1", "</html>", r#"name="csrf-token""#] {
            assert_eq!(html.matches(part).count(), 1, "{part} in {name}");
        }
        let tokens = html.matches(r#"<input type="hidden" name="csrf" value="csrf-token-of-ada">"#).count();
        assert_eq!(html.matches(r#"<form method="post" action="/"#).count(), tokens, "{name}");
        assert_eq!(html.matches("<form").count(), tokens, "{name}");
    }
}

#[test]
fn forms_send_what_their_handlers_read() {
    let pages = pages("Analytical Engines", Language::English);
    let rows: [(&str, &[&str]); 4] = [
        (
            "requests",
            &[
                r#"name="request" value="request_"#,
                r#"name="answer" value="accept""#,
                r#"name="answer" value="decline""#,
                r#"name="answer" value="block""#,
                r#"name="answer" value="end""#,
                r#"name="client" value="client_"#,
                r#"name="answer" value="unblock""#,
            ],
        ),
        ("apps", &[r#"href="/account/apps/client_"#]),
        ("end of an app", &[r#"action="/account/apps""#, r#"name="client" value="client_"#]),
        (
            "notifications",
            &[
                r#"name="invitation" value="member_"#,
                r#"name="do" value="accept""#,
                r#"name="do" value="decline""#,
                r#"name="notification" value="notification_"#,
                r#"name="do" value="read""#,
                r#"name="do" value="delete""#,
                r#"name="do" value="read-all""#,
                "/account/notifications?before=notification_",
            ],
        ),
    ];
    for (name, parts) in rows {
        let html = &pages.iter().find(|(known, _)| *known == name).unwrap().1;
        for part in parts {
            assert!(html.contains(part), "{name}: {part}");
        }
    }
}

#[test]
fn a_page_speaks_one_language() {
    let english = crate::layout::tests::sentences(Language::English);
    for language in [Language::Dutch, Language::German] {
        let own = crate::layout::tests::sentences(language);
        for (name, html) in pages("1", language) {
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())), "{name}");
            for sentence in english.iter().filter(|sentence| !own.contains(*sentence)) {
                assert!(!html.contains(sentence.as_str()), "{name} in {}: {sentence}", language.tag());
            }
        }
    }
}
