//! What a file does, and what it does not do.

use super::*;
use crate::audit;
use crate::crypto::credential::{Kind, StoredDigest};
use crate::crypto::webhook_secret::WebhookSecret;
use crate::gate::standing::PlanRules;
use crate::secret::Secret;
use crate::store::tables::snapshots::load;

#[tokio::test(flavor = "multi_thread")]
async fn the_example_of_the_specification_applies() {
    let world = World::new().await;
    let outcome = world.apply(EXAMPLE).await.unwrap();

    let json = outcome.json();
    let value = json["clients"][0]["secrets"][0]["value"].as_str().unwrap().to_owned();
    let plans = PlanRules { free: false, paid: true, grace: Duration::ZERO };
    let mut conn = world.db.read().await.unwrap();
    let snapshot = load(&mut conn, id(), plans).await.unwrap().unwrap();
    let domain = &snapshot.domains[0];
    assert_eq!(snapshot.scopes.len(), 5);
    assert!(domain.primary && domain.test_mode && domain.allow_api && !domain.proven);
    assert_eq!((domain.urls.len(), domain.server_ips.len()), (2, 2));
    assert_eq!(snapshot.secrets[0].links, [domain.id]);
    assert_eq!(Some(snapshot.secrets[0].digest), StoredDigest::parse(Kind::ClientSecret, &value));
    assert_eq!(json["clients"][0]["id"], ID);
    assert_eq!(json["users"][0]["email"], "ada@example.test");
    let owner = world.user("ada@example.test").await.unwrap();
    let member = store::tables::members::membership(&mut conn, id(), owner.id).await.unwrap().unwrap();
    assert!(member.level == 100 && member.grants_at(NOW));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_audited_without_secrets() {
    let world = World::new().await;
    let outcome = world.apply(EXAMPLE).await.unwrap();
    let value = outcome.secrets[0].value.expose();

    let mut conn = world.db.read().await.unwrap();
    let mut entries = store::tables::audit::newest(&mut conn, Some(id()), 100).await.unwrap();
    entries.extend(store::tables::audit::newest(&mut conn, None, 100).await.unwrap());
    assert_eq!(entries.len(), outcome.events.len());
    for entry in &entries {
        assert!(audit::is_intact(entry));
        assert_eq!(entry.actor, "operator");
        let text = format!("{entry:?}");
        assert!(!text.contains(value) && !text.contains("staple") && !text.contains("Lovelace"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_everything_and_changes_nothing() {
    let world = World::new().await;
    let plan = Options { plan: true, ..Options::default() };
    let planned = world.apply_as(EXAMPLE, plan).await.unwrap();

    assert!(world.user("ada@example.test").await.is_none() && world.client().await.is_none());
    let json = planned.json().to_string();
    assert!(!json.contains("xwms_sk_") && !planned.lines().concat().contains("xwms_sk_"));
    assert_eq!(planned.lines().last().unwrap(), "only planned: nothing was changed");
    let applied = world.apply(EXAMPLE).await.unwrap();
    assert_eq!(actions(&planned), actions(&applied));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_time_there_is_nothing_to_change() {
    for file in [EXAMPLE, RICH] {
        let world = World::with(file).await;
        let again = world.apply(file).await.unwrap();
        assert_eq!(actions(&again), Vec::<String>::new());
        assert_eq!(again.lines(), ["nothing to change: everything is as the file says"]);
        assert_eq!(again.json()["changed"], false);
        assert_eq!(again.json()["clients"][0]["secrets"][0].get("value"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn absent_keys_stay_and_empty_ones_clear_and_unlisted_entries_go() {
    let world = World::with(RICH).await;
    let mine = format!("[[clients]]\nid = {ID:?}\n");

    // Nothing named, nothing changed.
    assert!(!world.apply(&mine).await.unwrap().changed());
    let cleared =
        world.apply(&format!("{mine}terms_url = \"\"\nscopes = [\"openid\"]\nverifications = []\n")).await.unwrap();
    let client = world.client().await.unwrap();
    assert_eq!((client.terms_url, client.privacy_url.is_some()), (None, true));
    assert_eq!(
        actions(&cleared),
        ["client.updated Analytical Engines", "scope.deactivated userinfo", "verification.ended ",]
    );
    let gone = world.apply(&format!("{mine}secrets = [{{ label = \"Old Key\" }}]\nmembers = []\nroles = []\nrequests = []\ndomains = [{{ root_domain = \"shop.example\", urls = [] }}]\n")).await.unwrap();
    assert_eq!(
        actions(&gone),
        [
            "url.deleted https://shop.example/callback",
            "url.deleted https://shop.example/hook",
            "domain.deleted engines.example",
            "domain.updated shop.example",
            "secret.deleted Standard Key",
            "member.deleted charles@example.test",
            "member.deleted nobody@example.test",
            "role.deleted night-shift",
            "request.withdrawn mary@example.test",
            "request.withdrawn nobody@example.test",
        ]
    );
    assert!(world.export().await.contains("primary = true"));
    assert!(world.user("charles@example.test").await.is_some(), "no user is ever deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_set_once_unless_asked_otherwise() {
    let user = |password: &str| format!("[[users]]\nemail = \"ada@example.test\"\npassword = {password:?}\n");
    let opens = async |world: &World, password: &str| {
        let mut conn = world.db.read().await.unwrap();
        let account = store::tables::profiles::find_by_email(&mut conn, "ada@example.test").await.unwrap().unwrap();
        let hash = store::tables::profiles::password_hash(&mut conn, account.id).await.unwrap();
        world.passwords.verify(Secret::new(password.to_owned()), hash).await.unwrap()
    };
    let world = World::with("[[users]]\nemail = \"ada@example.test\"\n").await;
    world.apply(&user("note g of the translator")).await.unwrap();
    assert!(opens(&world, "note g of the translator").await);

    assert!(!world.apply(&user("a later afterthought")).await.unwrap().changed());
    assert!(opens(&world, "note g of the translator").await);
    let all = Options { set_passwords: true, ..Options::default() };
    assert!(world.apply_as(&user("a later afterthought"), all).await.unwrap().changed());
    assert!(opens(&world, "a later afterthought").await);
    assert!(!world.apply_as(&user("a later afterthought"), all).await.unwrap().changed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_without_an_id_is_found_by_owner_and_name() {
    let file = EXAMPLE.replace(&format!("id = {ID:?}\n"), "");
    let world = World::with(&file).await;
    assert!(!world.apply(&file).await.unwrap().changed());
    let other = file.replace("Analytical Engines", "Difference Engines");
    assert!(actions(&world.apply(&other).await.unwrap()).contains(&"client.created Difference Engines".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_webhook_has_a_secret_that_is_told_once() {
    let world = World::with(EXAMPLE).await;
    let hook = "https://engines.example/hook";
    let file = EXAMPLE.replace("  urls = [", &format!("  urls = [{{ kind = \"webhook\", url = {hook:?} }},"));
    let planned = world.apply_as(&file, Options { plan: true, ..Options::default() }).await.unwrap();
    assert!(!planned.lines().concat().contains("whsec_") && !planned.json().to_string().contains("whsec_"));

    let applied = world.apply(&file).await.unwrap();
    let json = applied.json();
    let urls = json["clients"][0]["domains"][0]["urls"].as_array().unwrap().clone();
    let (with, without): (Vec<_>, Vec<_>) = urls.iter().partition(|url| url.get("value").is_some());
    assert_eq!((with.len(), without.len(), &with[0]["url"]), (1, 2, &serde_json::json!(hook)));
    let value = with[0]["value"].as_str().unwrap();
    let line = format!("secret of the webhook {hook:?} of Analytical Engines, shown this once: {value}");
    assert!(value.starts_with("whsec_") && applied.lines().contains(&line), "{:?}", applied.lines());
    let id = with[0]["id"].as_str().unwrap().parse().unwrap();
    let mut conn = world.db.read().await.unwrap();
    let sealed = store::tables::domain_urls::sealed_secret(&mut conn, id).await.unwrap().unwrap();
    let opened = WebhookSecret::open(&master_key(), id, &sealed).unwrap();
    assert_eq!(opened.text().expose(), value);
    assert!(!world.apply(&file).await.unwrap().json().to_string().contains("whsec_"));
    assert!(!world.export().await.contains("whsec_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_master_key_no_webhook_is_made() {
    let world = World::new().await;
    let hook = "  urls = [{ kind = \"webhook\", url = \"https://engines.example/hook\" },";
    let none: Sealer = Arc::new(|_, _| Err("it is missing: bring it back".to_owned()));
    let apply = async |text: &str| {
        let (db, passwords, seal, rules) = (&world.db, &world.passwords, &none, &world.rules);
        apply_to(Platform { db, passwords, seal, rules, now: NOW }, text, Options::default()).await
    };
    match apply(&EXAMPLE.replace("  urls = [", hook)).await {
        Err(Error::Invalid(errors)) => {
            assert_eq!(told(&errors), ["clients[0].domains[0].urls[0] master_key"]);
            assert!(
                errors[0].message().starts_with("line ")
                    && errors[0].message().ends_with("it is missing: bring it back")
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(world.client().await.is_none());
    apply(EXAMPLE).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_stays_good_when_the_ends_in_it_have_come() {
    let file = RICH.replace("state = \"approved\"", "state = \"approved\"\n  expires_at = \"2030-06-01T00:00:00Z\"");
    let world = World::with(&file).await;
    let later = Timestamp::parse("2031-06-01T00:00:00Z").unwrap();
    for plan in [true, false, false] {
        // Ada's own plan ends too: what the file says of her client is as it is.
        let again = world.apply_at(&file, Options { plan, ..Options::default() }, later).await.unwrap();
        assert_eq!(actions(&again), Vec::<String>::new());
    }
    // An end that is none of those that stand is told as past.
    for (end, path) in [
        ("expires_at = \"2030-01-31T12:00:00Z\"", "clients[0].secrets[0].expires_at past"),
        ("expires_at = 2031-01-01T00:00:00Z", "clients[0].roles[0].expires_at past"),
        ("role = \"viewer\"\n  expires_at = \"2030-06-01T00:00:00Z\"", "clients[0].members[1].expires_at past"),
        (
            "domain = \"engines.example\"\n  state = \"accepted\"\n  expires_at = \"2030-06-01T00:00:00Z\"",
            "clients[0].requests[1].expires_at past",
        ),
        (
            "state = \"approved\"\n  expires_at = \"2030-06-01T00:00:00Z\"",
            "clients[0].verifications[0].expires_at past",
        ),
    ] {
        let (before, _) = end.rsplit_once("expires_at").unwrap();
        let other = file.replacen(end, &format!("{before}expires_at = \"2029-01-01T00:00:00Z\""), 1);
        assert_ne!(other, file);
        match world.apply_at(&other, Options::default(), later).await {
            Err(Error::Invalid(errors)) => assert!(told(&errors).contains(&path.to_owned()), "{errors:?}"),
            other => panic!("{path} {other:?}"),
        }
        let soon = file.replacen(end, &format!("{before}expires_at = \"soon\""), 1);
        match world.apply_at(&soon, Options::default(), later).await {
            Err(Error::Invalid(errors)) => {
                assert_eq!(told(&errors), [path.replace("past", "malformed")], "{errors:?}");
            }
            other => panic!("{path} {other:?}"),
        }
    }
}
