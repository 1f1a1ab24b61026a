//! The pages of whoever is signed in: who gets in, what every one of them is like, and that looking changes nothing.

use serde_json::Value;
use xwms_core::gate::permission::Permission;

use super::routes::{Route, desk_routes};
use super::signed_in;
use crate::admin::stage::{ROOMY, Stage, standing};
use crate::admin::{CLIENTS, path_of};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, PASSWORD, SECRET, World, on_both};

/// Roles that lack something.
const ROLES: [&str; 2] = ["viewer", "developer"];

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
const NEEDS: [(&str, Permission); 45] = [
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
    let members = format!("[[clients]]\nid = \"{CLIENT}\"\nmembers = [{}]\n", ROLES.map(member).join(", "));
    world.apply(&(ROLES.map(account).concat() + &members)).await;
    let mut stage = Stage::of_partner(&world).await;
    for role in ROLES {
        let path = path_of(&mut stage.owner, &format!("{CLIENTS}/{CLIENT}/roles"), "key", role).await;
        let held = stage.owner.get(&path).await.json()["permissions"].clone();
        let holds = |permission: Permission| held.as_array().unwrap().contains(&Value::from(permission.text()));
        let mut member = signed_in(&world, &format!("{role}@example.test")).await;
        let mut tried = 0;
        for route in client_routes().iter().filter(|route| route.get) {
            let Some(permission) = needs(route) else { continue };
            let path = filled(route, &stage);
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
