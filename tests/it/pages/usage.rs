//! Pages of a client's scopes, users, requests, statistics, attempts and its check.

use super::{ADA, CHARLES};
use crate::admin::person::Person;
use crate::world::{CLIENT, World, on_both};

fn page(path: &str) -> String {
    format!("/clients/{CLIENT}/{path}")
}

on_both!(several_scopes_are_activated_at_once_or_none, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let new = page("scopes/new");
    let none = owner.form(&new, &[("name", "")]).await;
    assert_eq!((none.status.as_u16(), none.body.contains("Choose at least one scope.")), (422, true));
    let unknown = owner.form(&new, &[("name", "phone"), ("name", "moon")]).await;
    assert_eq!(unknown.status, 422);
    let active = owner.form(&new, &[("name", "phone"), ("name", "openid")]).await;
    assert_eq!(active.status, 409);
    assert_eq!(owner.get("scopes/phone").await.status, 404);
    let made = owner.form(&new, &[("name", ""), ("name", "phone"), ("name", "address")]).await;
    assert!(made.location().starts_with(&page("scopes?done=activated.")), "{made:?}");
    for name in ["phone", "address"] {
        assert_eq!(owner.get(&format!("scopes/{name}")).await.status, 200);
    }
    let ended = owner.form(&page("scopes/phone/delete"), &[]).await;
    let list = owner.get(ended.location()).await;
    assert!(list.body.contains("Deactivated: phone.") && list.body.contains("Undo"), "{}", list.body);
});

on_both!(a_request_is_sent_and_taken_back_on_pages, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let new = page("requests/new");
    let nobody = owner.form(&new, &[("kind", "access"), ("email", ""), ("scopes", "")]).await;
    assert_eq!(nobody.status, 422);
    let sent = owner.form(&new, &[("kind", "test"), ("email", ADA), ("domain", ""), ("reason", "")]).await;
    assert!(sent.location().starts_with(&page("requests?kind=test&done=sent.")), "{sent:?}");
    let list = owner.get(sent.location()).await;
    assert!(list.body.contains("role=\"status\"") && list.body.contains(ADA), "{}", list.body);
    let found = owner.get("requests").await.json();
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    assert!(owner.get(&page(&format!("requests/{id}/delete"))).await.body.contains(ADA));
    let ended = owner.form(&page(&format!("requests/{id}/delete")), &[]).await;
    assert!(ended.location().starts_with(&page("requests?kind=test&done=withdrawn.")), "{ended:?}");
    assert_eq!(owner.get(&page("requests?kind=more")).await.status, 422);
});

on_both!(the_check_answers_with_every_rule_and_never_with_the_secret, async |world: World| {
    let mut owner = Person::new(&world, CHARLES).await;
    let fields = [("redirect_uri", "https://app.engines.example/cb/"), ("secret", "xwms_sk_wrong"), ("ip", "")];
    let checked = owner.form(&page("check"), &fields).await;
    assert_eq!(checked.status, 200);
    for part in ["redirect_uri_unknown", "secret_malformed", "https://app.engines.example/cb", "<mark>/</mark>"] {
        assert!(checked.body.contains(part), "{part} is not in {}", checked.body);
    }
    assert!(!checked.body.contains("xwms_sk_wrong"));
    let bad = owner.form(&page("check"), &[("ip", "here"), ("secret", "xwms_sk_wrong")]).await;
    assert_eq!((bad.status.as_u16(), bad.body.contains("xwms_sk_wrong")), (422, false));
});

on_both!(numbers_and_users_are_shown_and_narrowed, async |world: World| {
    world.given_login(ADA).await;
    xwms_core::jobs::flush(&world.core).await.unwrap();
    let mut owner = Person::new(&world, CHARLES).await;
    let users = owner.get("users").await.json();
    let sub = users["data"][0]["sub"].as_str().unwrap().to_owned();
    for path in ["users", "users?q=ada", "stats", "attempts", "quickstart?kit=spring", "scopes", "requests"] {
        let shown = owner.get(&page(path)).await;
        assert_eq!(shown.status, 200, "{path}");
    }
    assert!(owner.get(&page("users")).await.body.contains(&sub));
    for path in ["users?domain=x", "stats?from=x", "attempts?to=x", "users?cursor=x"] {
        assert_eq!(owner.get(&page(path)).await.status, 422, "{path}");
    }
    assert_eq!(owner.get(&page("users/1234567890123")).await.status, 404);
    let ended = owner.form(&page(&format!("users/{sub}/delete")), &[]).await;
    assert!(ended.location().starts_with(&page("users?done=ended.")), "{ended:?}");
});
