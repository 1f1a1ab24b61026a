//! The audit log: read, exported, sealed, and found flawed.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use xwms_core::audit::Told;
use xwms_core::audit::sealing::{self, Flaw, Report};
use xwms_core::database::Conn;
use xwms_core::error::Error;
use xwms_core::id::AuditId;
use xwms_core::testing;

use super::staff::given_staff;
use super::{ask, given_signed_in, given_token, of_client, problem, wrong};
use crate::browser::Browser;
use crate::world::{CLIENT, OTHER_CLIENT, SECRET, World, on_both};

async fn rename(owner: &mut Browser, name: &str) {
    let changed = ask(owner, Method::PATCH, &of_client(""), &json!({ "name": name })).await;
    assert_eq!(changed.status, 200, "{changed:?}");
}

async fn examine(world: &World) -> Report {
    sealing::examine(&world.core.db, world.core.clock.now()).await.unwrap()
}

/// The entry that a seal names; each seal but the first has one.
async fn entry_under(world: &World, seal: i64) -> AuditId {
    testing::entry_under(&world.core.db, seal).await.unwrap().unwrap()
}

/// A log under three seals; the third is given.
async fn given_three_seals(world: &World) -> String {
    let mut owner = given_signed_in(world, "charles@example.test").await;
    sealing::seal_all(&world.core).await.unwrap();
    for name in ["Engines", "Engines & Co"] {
        world.clock.advance(Duration::from_secs(1));
        rename(&mut owner, name).await;
        sealing::seal_all(&world.core).await.unwrap();
    }
    let report = examine(world).await;
    assert_eq!((&report.flaw, report.late), (&None, 0));
    let newest = report.newest.unwrap();
    assert_eq!(newest.number, 3);
    sealing::hex(&newest.seal)
}

on_both!(st_09_an_edited_entry_is_named, async |world: World| {
    given_three_seals(&world).await;
    let under_second = "id = (SELECT entry_id FROM audit_seal_entries WHERE seal_number = 2)";
    for column in ["actor", "action", "object", "address", "after"] {
        world.sql(&format!("UPDATE audit_entries SET {column} = {column} || 'x' WHERE {under_second}")).await;
        assert_eq!(examine(&world).await.flaw, Some(Flaw::Edited(entry_under(&world, 2).await)), "{column}");
        let undo = format!("UPDATE audit_entries SET {column} = substr({column}, 1, length({column}) - 1)");
        world.sql(&format!("{undo} WHERE {under_second}")).await;
        assert_eq!(examine(&world).await.flaw, None, "{column}");
    }
});

on_both!(st_09_entries_that_changed_places_are_named, async |world: World| {
    given_three_seals(&world).await;
    let third = entry_under(&world, 3).await;
    world.sql("UPDATE audit_seal_entries SET seal_number = 5 - seal_number WHERE seal_number IN (2, 3)").await;
    assert_eq!(examine(&world).await.flaw, Some(Flaw::Broken { seal: 2, first: Some(third) }));
});

on_both!(st_09_what_was_cut_out_is_missed, async |world: World| {
    let kept = given_three_seals(&world).await;
    let cut = "DELETE FROM audit_seal_entries WHERE seal_number";
    let entries = "DELETE FROM audit_entries WHERE id NOT IN (SELECT entry_id FROM audit_seal_entries)";
    world.sql(&format!("{cut} = 2; {entries}")).await;
    assert_eq!(examine(&world).await.flaw, Some(Flaw::Broken { seal: 2, first: None }));
    world.sql("DELETE FROM audit_seals WHERE number = 2").await;
    assert_eq!(examine(&world).await.flaw, Some(Flaw::SealGone { seal: 2, first: None }));

    // What is cut off at the end leaves a chain that is whole: only a seal that was kept elsewhere tells.
    assert_eq!(sealing::find(&world.core.db, &kept).await.unwrap().map(|seal| seal.number), Some(3));
    world.sql(&format!("{cut} > 1; {entries}; DELETE FROM audit_seals WHERE number > 1")).await;
    assert_eq!(examine(&world).await.flaw, None);
    assert_eq!(sealing::find(&world.core.db, &kept).await.unwrap(), None);
    assert_eq!(sealing::find(&world.core.db, "no seal").await.unwrap(), None);
});

on_both!(st_09_seals_that_were_cut_off_the_end_are_missed, async |world: World| {
    given_three_seals(&world).await;
    let (second, third) = (entry_under(&world, 2).await, entry_under(&world, 3).await);
    // Whoever has the database has also what ties its tables to each other.
    world
        .sql(
            "CREATE TABLE untied AS SELECT * FROM audit_seal_entries; DROP TABLE audit_seal_entries; \
             ALTER TABLE untied RENAME TO audit_seal_entries",
        )
        .await;
    let forge = "UPDATE audit_entries SET actor = 'nobody' WHERE id IN (SELECT entry_id FROM audit_seal_entries";
    world.sql("DELETE FROM audit_seals WHERE number = 3").await;
    assert_eq!(examine(&world).await.flaw, Some(Flaw::SealGone { seal: 3, first: Some(third) }));
    world.sql(&format!("DELETE FROM audit_seals WHERE number = 2; {forge} WHERE seal_number > 1)")).await;
    assert_eq!(examine(&world).await.flaw, Some(Flaw::SealGone { seal: 2, first: Some(second) }));
    world.sql(&format!("DELETE FROM audit_seals; {forge})")).await;
    let first = entry_under(&world, 1).await;
    let flaw = examine(&world).await.flaw.unwrap();
    assert_eq!(flaw, Flaw::SealGone { seal: 1, first: Some(first) });
    assert!(flaw.to_string().contains(&first.to_string()), "{flaw}");

    // A server that goes on sealing over the gap hides nothing.
    sealing::seal_all(&world.core).await.unwrap();
    assert!(examine(&world).await.flaw.is_some());
});

on_both!(an_entry_that_waits_too_long_for_its_seal_is_reported, async |world: World| {
    let now = world.core.clock.now();
    sealing::seal_all(&world.core).await.unwrap();
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    rename(&mut owner, "Engines").await;
    assert_eq!(examine(&world).await.late, 0);
    let later = now.after(Duration::from_secs(11));
    let report = sealing::examine(&world.core.db, later).await.unwrap();
    assert_eq!((report.late, report.first_late.is_some()), (1, true));
    world.sql("DELETE FROM audit_entries WHERE id IN (SELECT entry_id FROM audit_unsealed)").await;
    assert!(matches!(examine(&world).await.flaw, Some(Flaw::Gone { seal: None, .. })));
});

on_both!(an_open_change_makes_no_other_wait_and_is_sealed_after_its_commit, async |world: World| {
    if world.core.config.database.url.expose().starts_with("sqlite") {
        // There one change runs at a time, with or without its entries.
        return;
    }
    sealing::seal_all(&world.core).await.unwrap();
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let (db, now) = (world.core.db.clone(), world.core.clock.now());
    let (begun, begins) = tokio::sync::oneshot::channel();
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let open = tokio::spawn(async move {
        testing::change(&db, async move |conn: &mut Conn| {
            let told = Told {
                client: Some(OTHER_CLIENT.parse().unwrap()),
                actor: "operator",
                address: "",
                action: "client.updated",
                object: OTHER_CLIENT,
                before: None,
                after: None,
            };
            testing::write_entry(conn, &told, now).await?;
            begun.send(()).unwrap();
            released.await.unwrap();
            Ok::<_, Error>(())
        })
        .await
    });
    begins.await.unwrap();

    // Somebody else's change, and its seal, come and go meanwhile.
    world.clock.advance(Duration::from_secs(1));
    rename(&mut owner, "Engines").await;
    sealing::seal_all(&world.core).await.unwrap();
    assert_eq!(examine(&world).await.newest.unwrap().number, 2);

    // The older entry is committed later, and is under the next seal.
    release.send(()).unwrap();
    open.await.unwrap().unwrap();
    sealing::seal_all(&world.core).await.unwrap();
    let report = examine(&world).await;
    assert_eq!((report.flaw, report.newest.unwrap().number), (None, 3));
    assert!(entry_under(&world, 3).await < entry_under(&world, 2).await);
});

on_both!(the_log_of_a_client_is_read_page_by_page_and_exported_whole, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for name in ["Engines", "Engines & Co"] {
        world.clock.advance(Duration::from_secs(1));
        rename(&mut owner, name).await;
    }
    let log = of_client("/audit");

    let first = owner.get(&format!("{log}?limit=1")).await.json();
    let newest = &first["data"][0];
    assert_eq!((&newest["action"], &newest["object"]), (&json!("client.updated"), &json!(CLIENT)));
    assert_eq!((&newest["before"]["name"], &newest["after"]["name"]), (&json!("Engines"), &json!("Engines & Co")));
    assert!(newest["actor"].as_str().unwrap().starts_with("user ") && newest["address"] == "127.0.0.1", "{newest}");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = owner.get(&format!("{log}?limit=1&cursor={cursor}")).await.json();
    assert_eq!(second["data"][0]["after"]["name"], "Engines");

    let count = async |owner: &mut Browser, query: &str| {
        owner.get(&format!("{log}?limit=200&{query}")).await.json()["data"].as_array().unwrap().len()
    };
    assert_eq!(count(&mut owner, "action=client.updated").await, 2);
    assert_eq!(count(&mut owner, &format!("action=client.updated&object={CLIENT}&from=2026-03-01T12:00:02Z")).await, 1);
    assert_eq!(count(&mut owner, "action=client.updated&to=2026-03-01T12:00:02Z").await, 1);
    assert_eq!(count(&mut owner, "object=nothing").await, 0);
    assert_eq!(wrong(&owner.get(&format!("{log}?from=yesterday")).await)[0].0, "from");
    assert_eq!(wrong(&owner.get(&format!("{log}?format=xml")).await)[0].0, "format");

    let all = count(&mut owner, "").await;
    let export = owner.get(&format!("{log}?format=jsonl")).await;
    assert_eq!(export.headers["content-type"], "application/x-ndjson");
    let lines: Vec<Value> = export.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]), (all, newest));
    assert!(!export.body.contains(SECRET) && !export.body.contains("digest"), "{}", export.body);

    // Nobody else's: not the other client's entries, and none without the permission.
    assert!(lines.iter().all(|line| line["object"] != OTHER_CLIENT));
    let mut narrow = given_token(&world, &mut owner, &["client:read"]).await;
    assert_eq!(problem(&narrow.get(&log).await), (403, "permission_missing".to_owned()));
    let mut stranger = given_signed_in(&world, "ada@example.test").await;
    assert_eq!(problem(&stranger.get(&log).await), (404, "not_found".to_owned()));
    assert_eq!(problem(&owner.get("/admin/v1/staff/audit").await), (403, "staff_only".to_owned()));

    let mut admin = given_staff(&world, "admin").await;
    let everything = admin.get("/admin/v1/staff/audit?format=jsonl").await;
    assert!(everything.body.lines().count() > all);
    let of_one = admin.get(&format!("/admin/v1/staff/audit?limit=200&client={CLIENT}")).await.json();
    assert_eq!(of_one["data"].as_array().unwrap().len(), all + 1, "with the token");
});

on_both!(both_logs_are_asked_the_same_and_the_staff_stay_unnamed_to_partners, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let mut admin = given_staff(&world, "admin").await;
    rename(&mut owner, "Engines").await;
    for suspended in [true, false] {
        let body = json!({ "suspended": suspended, "reason": "Under inquiry" });
        let decided = ask(&mut admin, Method::PATCH, &format!("/admin/v1/staff/clients/{CLIENT}"), &body).await;
        assert_eq!(decided.status, 200, "{decided:?}");
    }
    let (own, all) = (of_client("/audit"), "/admin/v1/staff/audit".to_owned());
    let listed = async |reader: &mut Browser, path: &str| {
        let answer = reader.get(path).await;
        assert_eq!(answer.status, 200, "{path} {answer:?}");
        answer.json()["data"].as_array().unwrap().clone()
    };
    let seen = listed(&mut admin, &format!("{all}?client={CLIENT}&action=client.decided")).await;
    assert_eq!(seen.len(), 2, "{seen:?}");
    let (named, address) = (seen[0]["actor"].as_str().unwrap(), seen[0]["address"].as_str().unwrap());
    assert!(named.starts_with("staff 1") || named.len() > "staff 1000000000".len(), "{named}");
    assert_eq!(address, "127.0.0.1");
    for query in ["?action=client.decided", "?actor=staff", "?actor=staff&format=jsonl"] {
        let text = owner.get(&format!("{own}{query}")).await.body;
        assert_eq!(text.matches("client.decided").count(), 2, "{text}");
        assert!(!text.contains(named) && !text.contains(&named[6..]), "{text}");
        assert!(!text.contains("127.0.0.1") && text.contains("Under inquiry"), "{text}");
    }
    let probe = format!("?actor={}", named.replace(' ', "+"));
    assert_eq!(listed(&mut owner, &format!("{own}{probe}")).await.len(), 0, "no number can be tried");
    assert_eq!(listed(&mut admin, &format!("{all}{probe}")).await.len(), 2);
    assert_eq!(listed(&mut admin, &format!("{all}?actor=staff&client={CLIENT}")).await.len(), 2);
    // A member's own deeds stay as they are.
    let renamed = listed(&mut owner, &format!("{own}?action=client.updated")).await;
    assert_eq!(renamed[0]["address"], "127.0.0.1");
    let by = renamed[0]["actor"].as_str().unwrap().replace(' ', "+");
    for (reader, log) in [(&mut owner, &own), (&mut admin, &all)] {
        assert_eq!(listed(reader, &format!("{log}?actor={by}&action=client.updated")).await.len(), 1);
        assert_eq!(listed(reader, &format!("{log}?object={CLIENT}&action=client.decided")).await.len(), 2);
        for unknown in ["kind=x", "Action=client.updated", "q=x"] {
            let refused = reader.get(&format!("{log}?{unknown}")).await;
            let (name, _) = unknown.split_once('=').unwrap();
            assert_eq!(wrong(&refused), [(name.to_owned(), "unknown_field".to_owned())]);
        }
    }
    let refused = owner.get(&format!("{own}?client={CLIENT}")).await;
    assert_eq!(wrong(&refused)[0].0, "client");
});
