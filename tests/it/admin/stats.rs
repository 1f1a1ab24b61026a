//! Statistics of logins.

use std::time::Duration;

use serde_json::{Value, json};

use super::{given_signed_in, of_client, problem};
use crate::browser::Browser;
use crate::world::{SECOND_CALLBACK, World, on_both};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Has the job count what has settled.
async fn counted(world: &World) {
    world.clock.advance(Duration::from_secs(60));
    xwms_core::login_stats::fold(&world.core).await.unwrap();
}

async fn stats(owner: &mut Browser, query: &str) -> Value {
    let answer = owner.get(&of_client(&format!("/stats{query}"))).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

on_both!(logins_are_counted_by_day_domain_and_scope, async |world: World| {
    // Yesterday Ada logs in once; today twice through one domain and once through another, and Charles once.
    world.given_login("ada@example.test").await;
    counted(&world).await;
    world.clock.advance(DAY);
    let (mut browser, _) = world.given_code("ada@example.test", &[]).await;
    counted(&world).await;
    world.code_in(&mut browser, "ada@example.test", &[]).await;
    world.code_in(&mut browser, "ada@example.test", &[("redirect_uri", SECOND_CALLBACK)]).await;
    world.given_code("charles@example.test", &[("scope", "openid")]).await;
    counted(&world).await;
    // What is counted is not counted again.
    counted(&world).await;

    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let by_day = stats(&mut owner, "").await;
    assert_eq!((&by_day["from"], &by_day["to"]), (&json!("2026-02-01"), &json!("2026-03-02")));
    assert_eq!(by_day["total"], json!({ "users": 2, "logins": 5 }));
    let days = by_day["data"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(days[28], json!({ "day": "2026-03-01", "logins": 1, "users": 1 }));
    assert_eq!(days[29], json!({ "day": "2026-03-02", "logins": 4, "users": 2 }));
    assert_eq!(days[0], json!({ "day": "2026-02-01", "logins": 0, "users": 0 }));

    let by_domain = stats(&mut owner, "?by=domain&from=2026-03-02").await;
    let mut logins: Vec<i64> =
        by_domain["data"].as_array().unwrap().iter().map(|line| line["logins"].as_i64().unwrap()).collect();
    logins.sort_unstable();
    assert_eq!(logins, [1, 3]);
    let by_scope = stats(&mut owner, "?by=scope&from=2026-03-01&to=2026-03-02").await;
    let openid = by_scope["data"].as_array().unwrap().iter().find(|line| line["scope"] == json!("openid")).unwrap();
    assert_eq!(*openid, json!({ "scope": "openid", "logins": 5, "users": 3 }), "each person once a day");

    // Any time, as long as an answer has an end.
    assert_eq!(stats(&mut owner, "?from=2017-01-01").await["data"].as_array().unwrap().len(), 3348);
    let endless = owner.get(&of_client("/stats?from=2001-01-01")).await;
    assert_eq!(problem(&endless), (422, "invalid".to_owned()));
    owner.headers.push(("accept".to_owned(), "text/csv".to_owned()));
    let csv = owner.get(&of_client("/stats?from=2026-03-01&to=2026-03-02")).await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(csv.body, "day,logins,users\r\n2026-03-01,1,1\r\n2026-03-02,4,2\r\n");
});

on_both!(what_the_plan_does_not_show_is_asked_for_and_the_rest_stays, async |world: World| {
    world.apply("[[users]]\nemail = \"charles@example.test\"\nplan = \"free\"\n").await;
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    assert_eq!(owner.get(&of_client("/stats")).await.status, 200);
    for query in ["?by=domain", "?by=scope", "?from=2026-01-29", "?from=2020-01-01&to=2020-01-31", "?from=2001-01-01"] {
        let refused = owner.get(&of_client(&format!("/stats{query}"))).await;
        assert_eq!(problem(&refused), (402, "plan_required".to_owned()), "{query}");
    }
    owner.headers.push(("accept".to_owned(), "text/csv".to_owned()));
    assert_eq!(problem(&owner.get(&of_client("/stats")).await), (402, "plan_required".to_owned()));
    owner.headers.pop();
    for (query, field) in [
        ("?by=hour", "by"),
        ("?from=yesterday", "from"),
        ("?to=2026-02-30", "to"),
        ("?from=2026-02-20&to=2026-02-19", "to"),
    ] {
        let refused = owner.get(&of_client(&format!("/stats{query}"))).await;
        assert_eq!(problem(&refused), (422, "invalid".to_owned()), "{query}");
        assert_eq!(refused.json()["errors"][0]["field"], json!(field), "{query}");
    }
});
