//! The pages of whoever is signed in: who gets in, what every one of them is like, and that looking changes nothing.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;

use super::routes::{Route, desk_routes};
use super::signed_in;
use crate::admin::staff::given_staff;
use crate::admin::stage::{ROOMY, Stage, standing};
use crate::admin::{CLIENTS, ask, given_signed_in, path_of};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, SECRET, World, on_both};

/// Roles that lack something.
const ROLES: [&str; 3] = ["viewer", "developer", "admin"];

fn client_routes() -> Vec<Route> {
    let of_clients = |route: &Route| route.path.starts_with("/clients/{client}");
    let routes: Vec<_> = desk_routes().into_iter().filter(of_clients).collect();
    assert!(routes.len() >= 60, "{} routes", routes.len());
    routes
}

/// The path with the ids of the client on the stage, and a query where the page wants one.
fn filled(route: &Route, stage: &Stage<'_>) -> String {
    let path = stage.ids.iter().fold(route.path.clone(), |path, (kind, id)| path.replace(&format!("{{{kind}}}"), id));
    assert!(!path.contains('{'), "{path}: say here what stands for the rest");
    path
}

/// What a member needs to see a page, by the end of its address; the longest that fits counts.
const NEEDS: [(&str, Permission); 49] = [
    ("{client}", Permission::ClientRead),
    ("/domains", Permission::DomainsRead),
    ("/domains/new", Permission::DomainsCreate),
    ("/domains/{domain}", Permission::DomainsRead),
    ("/domains/{domain}/delete", Permission::DomainsDelete),
    ("/domains/{domain}/ownership", Permission::DomainsRead),
    ("/domains/{domain}/urls", Permission::UrlsRead),
    ("/domains/{domain}/urls/new", Permission::UrlsCreate),
    ("/domains/{domain}/urls/{url}", Permission::UrlsRead),
    ("/domains/{domain}/urls/{url}/delete", Permission::UrlsDelete),
    ("/domains/{domain}/urls/{url}/rotate", Permission::UrlsUpdate),
    ("/domains/{domain}/secrets", Permission::LinksRead),
    ("/domains/{domain}/secrets/link", Permission::LinksCreate),
    ("/domains/{domain}/secrets/{secret}/unlink", Permission::LinksDelete),
    ("/scopes", Permission::ScopesRead),
    ("/scopes/new", Permission::ScopesCreate),
    ("/scopes/{name}/delete", Permission::ScopesDelete),
    ("/secrets", Permission::SecretsRead),
    ("/secrets/new", Permission::SecretsCreate),
    ("/secrets/{secret}", Permission::SecretsRead),
    ("/secrets/{secret}/rotate", Permission::SecretsCreate),
    ("/secrets/{secret}/delete", Permission::SecretsDelete),
    ("/users", Permission::UsersRead),
    ("/users/{sub}", Permission::UsersRead),
    ("/users/{sub}/delete", Permission::UsersDelete),
    ("/requests", Permission::RequestsRead),
    ("/requests/new", Permission::RequestsCreate),
    ("/requests/{request}", Permission::RequestsRead),
    ("/requests/{request}/delete", Permission::RequestsDelete),
    ("/stats", Permission::StatsRead),
    ("/webhooks", Permission::WebhooksRead),
    ("/webhooks/redeliver", Permission::WebhooksCreate),
    ("/webhooks/deliveries/{delivery}", Permission::WebhooksRead),
    ("/attempts", Permission::AttemptsRead),
    ("/check", Permission::AttemptsRead),
    ("/quickstart", Permission::ClientRead),
    ("/verifications", Permission::VerificationsRead),
    ("/verifications/new", Permission::VerificationsCreate),
    ("/verifications/{verification}", Permission::VerificationsRead),
    ("/members", Permission::MembersRead),
    ("/members/new", Permission::MembersCreate),
    ("/members/{member}", Permission::MembersRead),
    ("/roles", Permission::RolesRead),
    ("/roles/new", Permission::RolesCreate),
    ("/roles/{role}", Permission::RolesRead),
    ("/tokens", Permission::TokensRead),
    ("/tokens/new", Permission::TokensCreate),
    ("/audit", Permission::AuditRead),
    ("/settings", Permission::ClientRead),
];

fn needs(route: &Route) -> Option<Permission> {
    let below = route.path.strip_prefix("/clients/{client}").filter(|below| !below.is_empty()).unwrap_or("{client}");
    NEEDS.iter().find(|(end, _)| *end == below).map(|(_, permission)| *permission)
}

/// The token of somebody's forms.
pub(super) fn csrf(browser: &Browser) -> String {
    let (_, token) = browser.headers.iter().find(|(name, _)| name == "x-csrf-token").unwrap();
    token.clone()
}

/// What every page is like.
fn assert_is_page(path: &str, answer: &Answer) {
    let html = &answer.body;
    for (part, times) in [("<h1", 1), ("<main id=\"main\"", 1), ("</html>", 1), ("name=\"csrf-token\"", 1)] {
        assert_eq!(html.matches(part).count(), times, "{part} in {path}: {html}");
    }
    assert!(html.len() <= 60_000, "{path}: {} bytes", html.len());
    assert!(!html.contains(" style=") && !html.contains("<script>") && !html.contains("onclick"), "{path}");
    for form in html.split("<form method=\"post\"").skip(1) {
        let first = form.split("<input ").nth(1).unwrap_or_default();
        assert!(first.starts_with("type=\"hidden\" name=\"csrf\""), "{path}: {form:.300}");
    }
    assert!(html.contains(" · XWMS</title>"), "{path}");
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
    // An id that no message has shows as itself.
    for id in ["shell_", "section_", "state_", "done_", "overview_"] {
        assert!(!html.contains(&format!(">{id}")), "{path}: a message is missing: {id}");
    }
}

on_both!(whoever_may_sees_a_page_and_looking_changes_nothing, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let (mut owner, mut stranger) = (stage.owner.clone(), signed_in(&world, "ada@example.test").await);
    let before = standing(&world).await;
    for route in client_routes().iter().filter(|route| route.get) {
        let path = filled(route, &stage);
        let nobody = world.browser().get(&path).await;
        let back: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        assert_eq!((nobody.status.as_u16(), nobody.location()), (303, &*format!("/login?return={back}")), "{path}");
        assert_eq!(stranger.get(&path).await.status, 404, "{path}");
        let own = owner.get(&path).await;
        match own.status.as_u16() {
            200 if own.headers["content-type"].to_str().unwrap().starts_with("text/html") => {
                assert_is_page(&path, &own)
            }
            200 | 303 => {}
            _ => panic!("{path}: {own:?}"),
        }
    }
    assert_eq!(before, standing(&world).await);
});

on_both!(a_member_sees_what_their_role_permits, ROOMY, async |world: World| {
    let account = |role: &str| {
        format!("[[users]]\nemail = \"{role}@example.test\"\npassword = \"{PASSWORD}\"\nemail_verified = true\n")
    };
    let member = |role: &str| format!("{{ email = \"{role}@example.test\", role = \"{role}\" }}");
    let former = "{ email = \"former@example.test\", role = \"admin\", expires_at = \"2026-03-02T00:00:00Z\" }";
    let members = [ROLES.map(member).join(", "), former.to_owned()].join(", ");
    let members = format!("[[clients]]\nid = \"{CLIENT}\"\nmembers = [{members}]\n");
    world.apply(&(ROLES.map(account).concat() + &account("former") + &members)).await;
    let mut stage = Stage::of_partner(&world).await;
    world.clock.advance(Duration::from_secs(2 * 24 * 60 * 60));
    let mut former = signed_in(&world, "former@example.test").await;
    for role in ROLES {
        let mut owner = given_signed_in(&world, "charles@example.test").await;
        let path = path_of(&mut owner, &format!("{CLIENTS}/{CLIENT}/roles"), "key", role).await;
        let held = owner.get(&path).await.json()["permissions"].clone();
        let holds = |permission: Permission| held.as_array().unwrap().contains(&Value::from(permission.text()));
        let mut member = signed_in(&world, &format!("{role}@example.test")).await;
        let mut tried = 0;
        for route in client_routes().iter().filter(|route| route.get) {
            let path = filled(route, &stage);
            assert_eq!(former.get(&path).await.status, 404, "a membership that has ended: {path}");
            let Some(permission) = needs(route) else { continue };
            let answer = member.get(&path).await;
            let expected = if holds(permission) { 200 } else { 403 };
            assert_eq!(answer.status.as_u16(), expected, "{role} {path}: {answer:?}");
            if expected == 403 {
                assert!(answer.body.contains(permission.text()), "{path} does not name the permission");
                assert!(answer.body.contains("<nav aria-label=\"Client\">"), "{path} is not inside the client");
            }
            tried += 1;
        }
        assert!(tried >= 40, "{tried}");
        stage.owner = owner;
    }
});

on_both!(the_desk_of_the_staff_opens_for_them_alone, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let sub =
        stage.staff.clone().get("/admin/v1/staff/users?q=ada@example.test").await.json()["data"][0]["sub"].clone();
    let sub = sub.as_str().unwrap();
    given_staff(&world, "reviewer").await;
    let mut reviewer = signed_in(&world, "reviewer@example.test").await;
    let mut admin = signed_in(&world, "admin@example.test").await;
    let mut owner = signed_in(&world, "charles@example.test").await;
    let before = standing(&world).await;
    let routes: Vec<_> =
        desk_routes().into_iter().filter(|route| route.path.starts_with("/staff/") && route.get).collect();
    assert!(routes.len() >= 14, "{}", routes.len());
    for route in routes {
        let path = filled(&Route { path: route.path.replace("{sub}", sub), ..route }, &stage);
        assert_eq!(world.browser().get(&path).await.status, 303, "{path}");
        let refused = owner.get(&path).await;
        assert_eq!(refused.status, 404, "{path}: {refused:?}");
        let answer = admin.get(&path).await;
        assert!([200, 303, 409].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        if answer.status == 200 && !path.ends_with(".jsonl") {
            assert_is_page(&path, &answer);
        }
        let answer = reviewer.get(&path).await;
        if path.starts_with("/staff/verifications") {
            assert!([200, 303, 409].contains(&answer.status.as_u16()), "{path}: {answer:?}");
        } else {
            assert_eq!(answer.status, 403, "{path}: {answer:?}");
        }
    }
    assert_eq!(before, standing(&world).await);
});

/// English sentences of ours that stand in pages as they are: at least three words of a message, between its arguments.
fn sentences(language: &str) -> Vec<String> {
    let folder = format!("{}/core/src/text/{language}", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let lines: Vec<String> = files.flat_map(|file| file.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let texts = lines.iter().filter_map(|line| line.split_once(" = ")).map(|(_, text)| text);
    let pieces = texts.flat_map(|text| text.split(['{', '}', '<', '>']));
    let long = pieces.map(str::trim).filter(|piece| piece.split(' ').count() >= 3 && !piece.starts_with('$'));
    long.map(|piece| piece.replace('\'', "&#39;").replace('"', "&#34;")).collect()
}

on_both!(no_page_is_half_in_another_language, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let people = ["charles@example.test", "admin@example.test"];
    let mut browsers = Vec::new();
    for email in people {
        browsers.push(signed_in(&world, email).await);
    }
    world.sql("UPDATE users SET locale = 'nl'").await;
    let english = sentences("en");
    let dutch = sentences("nl").concat();
    let foreign: Vec<&String> = english.iter().filter(|sentence| !dutch.contains(*sentence)).collect();
    assert!(foreign.len() > 800, "{}", foreign.len());
    let mut seen = 0;
    for browser in &mut browsers {
        for route in desk_routes().iter().filter(|route| route.get && !route.leads_back()) {
            let path =
                stage.ids.iter().fold(route.path.clone(), |path, (kind, id)| path.replace(&format!("{{{kind}}}"), id));
            let answer = browser.get(&path).await;
            // The catalog's own words are what the staff have written, and change there.
            let is_page = answer.status == 200 && !path.starts_with("/staff/scopes");
            if !is_page || !answer.headers["content-type"].to_str().unwrap().starts_with("text/html") {
                continue;
            }
            assert!(answer.body.contains("<html lang=\"nl\""), "{path}");
            let found: Vec<_> = foreign.iter().filter(|sentence| answer.body.contains(sentence.as_str())).collect();
            assert!(found.is_empty(), "{path} says in English: {found:?}");
            seen += 1;
        }
    }
    assert!(seen >= 80, "{seen} pages");
});

on_both!(names_of_partners_stay_text_and_take_no_more_room_than_there_is, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    let wide = "\u{6f22}".repeat(120);
    let hostile = ["\"><img src=x onerror=alert(1)>", "\u{5d0}\u{5d1}</bdi></a><script>alert(1)</script>", &wide];
    for (number, name) in hostile.into_iter().enumerate() {
        for (kind, field) in
            [("domain", "internal_name"), ("secret", "label"), ("role", "name"), ("role", "description")]
        {
            let path = format!("{CLIENTS}/{CLIENT}/{kind}s/{}", stage.ids[kind]);
            let changed = ask(&mut stage.owner, Method::PATCH, &path, &json!({ field: name })).await;
            assert!([200, 422].contains(&changed.status.as_u16()), "{kind} {field}: {changed:?}");
        }
        let description = json!({ "description": name, "homepage_url": format!("https://engines.example/{number}") });
        let path = format!("{CLIENTS}/{CLIENT}");
        assert_eq!(ask(&mut stage.owner, Method::PATCH, &path, &description).await.status, 200);
        let mut owner = stage.owner.clone();
        for route in client_routes().iter().filter(|route| route.get) {
            let path = filled(route, &stage);
            let answer = owner.get(&path).await;
            if answer.status != 200 || !answer.headers["content-type"].to_str().unwrap().starts_with("text/html") {
                continue;
            }
            assert_is_page(&path, &answer);
            assert!(!answer.body.contains("<img src=x") && !answer.body.contains("</bdi></a><script"), "{path}");
        }
    }
});

on_both!(only_our_own_forms_change_anything, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let mut owner = stage.owner.clone();
    let token = csrf(&owner);
    let before = standing(&world).await;
    for route in client_routes().iter().filter(|route| route.post) {
        let path = filled(route, &stage);
        for fields in [&[][..], &[("csrf", "x")], &[("csrf", ""), ("name", "Engines")]] {
            assert_eq!(owner.post(&path, fields).await.status, 403, "{path} {fields:?}");
        }
        let mut elsewhere = owner.clone();
        elsewhere.headers.push(("sec-fetch-site".to_owned(), "cross-site".to_owned()));
        assert_eq!(elsewhere.post(&path, &[("csrf", &token)]).await.status, 403, "{path}");
        let signed_out = world.browser().post(&path, &[("csrf", &token), ("label", "Night <key>")]).await;
        assert_eq!(signed_out.status, 403, "{path}");
        if !path.ends_with("/logo") {
            assert!(signed_out.body.contains("Night &#60;key&#62;"), "{path}: what was typed is lost: {signed_out:?}");
            let unknown = owner.post(&path, &[("csrf", &token), ("nonsense", "1")]).await;
            assert_eq!(unknown.status, 422, "{path}: {unknown:?}");
        }
    }
    assert_eq!(before, standing(&world).await);
});

on_both!(a_secret_is_shown_once_and_taken_along, ROOMY, async |world: World| {
    let stage = Stage::of_partner(&world).await;
    let mut owner = stage.owner.clone();
    let (token, list) = (csrf(&owner), format!("/clients/{CLIENT}/secrets"));
    let fields = [("csrf", &*token), ("once", "a1"), ("label", "Night shift"), ("expires_at", "")];
    let made = owner.post(&format!("{list}/new"), &fields).await;
    let (item, value) = (made.location().to_owned(), made.body.split("<code id=\"value\">").nth(1).unwrap());
    let value = value.split('<').next().unwrap();
    assert_eq!((made.status.as_u16(), &value[..8]), (201, "xwms_sk_"), "{made:?}");
    assert_eq!(made.headers["cache-control"], "no-store");

    let again = owner.post(&format!("{list}/new"), &fields).await;
    assert_eq!(again.status, 200);
    assert!(!again.body.contains(value) && !owner.get(&item).await.body.contains(value));

    let file = owner.post(&format!("{item}/env"), &[("csrf", &token), ("value", value)]).await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"xwms.env\"");
    assert!(file.body.contains(&format!("XWMS_CLIENT_SECRET={value}\n")), "{file:?}");
    let other = owner.post(&format!("{item}/env"), &[("csrf", &token), ("value", SECRET)]).await;
    assert_eq!(other.status, 422, "{other:?}");
});

on_both!(clients_are_found_by_name, ROOMY, async |world: World| {
    let mut owner = Stage::of_partner(&world).await.owner;
    for (text, found) in [("engines", true), ("ANALYT", true), ("looms", false)] {
        let page = owner.get(&format!("/clients?q={text}")).await;
        assert_eq!(page.body.contains("Analytical Engines</bdi></a>"), found, "{text}: {page:?}");
    }
    assert_eq!(owner.get("/clients?name=engines").await.status, 422);
});
