//! A list of many asks the database no more than a list of one.

use axum::http::Method;
use serde_json::json;

use super::{ask, domain, given_signed_in, of_client};
use crate::world::{Given, World, on_both};

const RECORDED: Given = Given { settings: &[], recorded: true };

on_both!(a_list_of_fifty_asks_as_much_as_a_list_of_one, RECORDED, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let urls = format!("{}/urls", domain(&mut owner, "engines.example").await);
    let lists = [of_client("/domains"), of_client("/secrets"), urls, of_client("/scopes")];
    let ask_all = async |owner: &mut crate::browser::Browser, limit: u32| {
        let mut asked = Vec::new();
        for list in &lists {
            world.statements.take();
            let found = owner.get(&format!("{list}?limit={limit}")).await.json();
            asked.push((list.clone(), world.statements.take().texts.len()));
            assert!(found["data"].as_array().unwrap().len() >= usize::try_from(limit.min(5)).unwrap() || limit == 1);
        }
        asked
    };
    let one = ask_all(&mut owner, 1).await;
    for number in 0..50 {
        let root = json!({ "root_domain": format!("site-{number}.example"), "server_ips": ["192.0.2.1", "192.0.2.2"] });
        assert_eq!(ask(&mut owner, Method::POST, &lists[0], &root).await.status, 201);
        assert_eq!(ask(&mut owner, Method::POST, &lists[1], &json!({})).await.status, 201);
        let url = json!({ "kind": "callback", "url": format!("https://engines.example/{number}") });
        assert_eq!(ask(&mut owner, Method::POST, &lists[2], &url).await.status, 201);
    }
    assert_eq!(ask_all(&mut owner, 50).await, one);

    // Page by page, each once.
    let mut ids = Vec::new();
    let mut query = "?limit=20".to_owned();
    loop {
        let page = owner.get(&format!("{}{query}", lists[0])).await.json();
        ids.extend(page["data"].as_array().unwrap().iter().map(|domain| domain["id"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        query = format!("?limit=20&cursor={cursor}");
    }
    assert!(ids.len() == 52 && ids.is_sorted());
    ids.dedup();
    assert_eq!(ids.len(), 52);
});
