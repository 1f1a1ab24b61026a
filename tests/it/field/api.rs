//! The management API: what is accepted means something, and costs what one caller may cost.

use axum::http::Method;
use serde_json::json;
use xwms_core::request::params::Params;

use crate::admin::document::operations;
use crate::admin::stage::{ROOMY, Stage};
use crate::admin::{ask, given_signed_in, of_client, problem};
use crate::native::{assert_refused, server};
use crate::world::{World, on_both};

on_both!(f_11_any_of_several_tags_matches_and_a_weak_one_says_who_made_it_weak, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let tag = owner.get(&of_client("")).await.headers["etag"].to_str().unwrap().to_owned();
    let rows = [
        (format!("\"abc\", {tag}"), 200),
        (format!("{tag},\"abc\""), 200),
        ("*".to_owned(), 200),
        ("\"abc\"".to_owned(), 412),
        (format!("W/{tag}"), 412),
    ];
    for (value, status) in rows {
        owner.headers.push(("if-match".to_owned(), value.clone()));
        let same = json!({ "name": "Analytical Engines" });
        let answer = ask(&mut owner, Method::PATCH, &of_client(""), &same).await;
        owner.headers.pop();
        assert_eq!(answer.status, status, "{value}: {answer:?}");
        assert_eq!(answer.body.contains("a proxy on the way has made it weak"), value.starts_with("W/"), "{answer:?}");
    }
});

on_both!(f_12_a_word_that_a_read_does_not_have_is_refused, ROOMY, async |world: World| {
    let mut stage = Stage::of_partner(&world).await;
    let mut reads = 0;
    for operation in operations().into_iter().filter(|operation| operation.method == Method::GET) {
        if operation.id == "getOpenApi" {
            continue;
        }
        let mut caller = stage.caller_of(&operation);
        let request = stage.prepare(&operation, &mut caller).await;
        let separator = if request.path.contains('?') { '&' } else { '?' };
        let asked = request.at(&format!("{}{separator}nobodys_word=1", request.path));
        let answer = asked.send(&Method::GET, &mut caller).await;
        assert_eq!(problem(&answer), (422, "invalid".to_owned()), "{}", operation.id);
        let error = answer.json()["errors"][0].clone();
        assert_eq!((&error["field"], &error["code"]), (&json!("nobodys_word"), &json!("unknown_field")), "{error}");
        reads += 1;
    }
    assert!(reads > 30, "{reads} reads");
});

on_both!(f_22_the_port_of_a_domain_header_is_cut_off, async |world: World| {
    for (host, status) in [("app.engines.example:8588", 200), ("engines.example:443", 200)] {
        let answer = server(&world, &world.secret).with("x-client-domain", host).sign_token(json!({})).await;
        assert_eq!(answer.status, status, "{host}: {answer:?}");
    }
    let mut caller = server(&world, &world.secret).with("x-client-domain", "https://engines.example");
    assert_refused(&caller.sign_token(json!({})).await, 400, "domain_malformed");
});

on_both!(f_44_a_long_query_is_refused_and_costs_little, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let many: Vec<String> = (0..3_000).map(|number| format!("a{number}")).collect();
    let answer = owner.get(&format!("/admin/v1/scopes?{}", many.join("&"))).await;
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(Params::parse(many[..1_000].join("&").as_bytes()).unwrap().first_repeated().is_none());
});

on_both!(f_45_the_first_hundred_errors_are_told_and_how_many_more, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let members: serde_json::Map<String, serde_json::Value> =
        (0..5_000).map(|number| (format!("a{number}"), json!(1))).collect();
    let answer = ask(&mut owner, Method::POST, "/admin/v1/clients", &members.into()).await;
    assert_eq!(problem(&answer), (422, "invalid".to_owned()));
    let document = answer.json();
    assert_eq!(document["errors"].as_array().unwrap().len(), 100);
    assert!(document["detail"].as_str().unwrap().contains("there are 4901 more"), "{}", document["detail"]);
});

on_both!(f_47_of_a_burst_of_guesses_no_more_are_judged_than_of_a_row_of_them, GUESSES, async |world: World| {
    // After a change of the configuration each request waits for the same load of it.
    world.core.snapshots.forget_all();
    let wrong = "xwms_sk_6FnpNkvNqexGKwnO2Yy7AwvDgKaap6CJV9P0CUCwVQ82JeSzt".replace("6Fnp", "7Fnp");
    let guesses = (0..40).map(|_| {
        let (racer, wrong) = (world.racer(), wrong.clone());
        tokio::spawn(async move {
            let fields = [("grant_type", "client_credentials"), ("client_secret", wrong.as_str())];
            racer.guess("/oauth/token", &fields).await.status.as_u16()
        })
    });
    let mut judged = 0;
    for guess in guesses.collect::<Vec<_>>() {
        judged += usize::from(guess.await.unwrap() == 401);
    }
    assert!(judged <= 5, "{judged} guesses were judged");
});

const GUESSES: crate::world::Given =
    crate::world::Given { settings: &[("LIMITS__WRONG_SECRETS_PER_MINUTE", "5")], recorded: false };

on_both!(f_52_a_time_that_could_not_be_written_again_is_none, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for (end, status) in
        [("9999-12-31T23:59:59-23:59", 422), ("9999-12-31T23:59:59Z", 201), ("0001-01-01T00:00:00+01:00", 422)]
    {
        let body = json!({ "label": end, "expires_at": end });
        let made = ask(&mut owner, Method::POST, &of_client("/secrets"), &body).await;
        assert_eq!(made.status, status, "{end}: {made:?}");
    }
    for query in ["?from=1969-12-31", "?from=10000-01-01"] {
        assert_eq!(problem(&owner.get(&of_client(&format!("/stats{query}"))).await), (422, "invalid".to_owned()));
    }
});

on_both!(f_53_two_idempotency_keys_are_none, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    owner.headers.push(("idempotency-key".to_owned(), "one".to_owned()));
    owner.headers.push(("idempotency-key".to_owned(), "two".to_owned()));
    let answer = ask(&mut owner, Method::POST, &of_client("/secrets"), &json!({})).await;
    assert_eq!(problem(&answer), (400, "malformed".to_owned()));
});
