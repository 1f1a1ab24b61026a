//! What lists tell of each thing, so that nobody has to open one after the other.

use std::time::Duration;

use axum::http::Method;
use serde_json::json;

use super::CHARLES;
use super::desk::csrf;
use crate::admin::stage::ROOMY;
use crate::admin::{CLIENTS, ask, given_signed_in};
use crate::browser::Answer;
use crate::world::{CALLBACK, CLIENT, World, on_both};

/// The row of a table with this text, without its markup.
fn row(page: &Answer, text: &str) -> String {
    let rows = page.body.split("<tr").skip(1).map(|row| row.split("</tr>").next().unwrap());
    let row = rows.filter(|row| row.contains(text)).last();
    let row = row.unwrap_or_else(|| panic!("no row with {text}: {page:?}"));
    let inside = row.split('<').map(|part| part.split_once('>').map_or("", |(_, words)| words).trim());
    inside.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" | ")
}

on_both!(my_clients_say_ones_role_and_how_much_is_going_on, ROOMY, async |world: World| {
    world.given_login("ada@example.test").await;
    world.clock.advance(Duration::from_secs(20));
    xwms_core::login_stats::fold(&world.core).await.unwrap();
    let mut owner = given_signed_in(&world, CHARLES).await;
    let own = row(&owner.get("/clients").await, "Analytical Engines");
    assert!(own.starts_with("Analytical Engines | ") && own.contains("Owner") && own.ends_with("| 2 | 1"), "{own}");

    // Who is invited answers where the list will be; who may not read a number is not told it.
    let mut api = given_signed_in(&world, CHARLES).await;
    let roles = format!("{CLIENTS}/{CLIENT}/roles");
    let narrow = json!({ "name": "Narrow", "permissions": ["client:read"], "level": 5 });
    let narrow = ask(&mut api, Method::POST, &roles, &narrow).await;
    let invited = json!({ "email": "ada@example.test", "role": narrow.json()["id"] });
    let invited = ask(&mut api, Method::POST, &format!("{CLIENTS}/{CLIENT}/members"), &invited).await;
    assert_eq!(invited.status, 201, "{invited:?}");
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    let page = ada.get("/clients").await;
    assert!(page.body.contains("value=\"accept\"") && page.body.contains("See plans"), "{page:?}");
    let invitation = page.hidden("invitation").unwrap();
    let fields = [("csrf", &*csrf(&ada)), ("invitation", &*invitation), ("do", "accept")];
    assert_eq!(ada.post("/account/notifications", &fields).await.status, 303);
    let own = row(&ada.get("/clients").await, "Analytical Engines");
    assert!(own.contains("Narrow") && own.ends_with("| – | –"), "{own}");
});

on_both!(a_new_client_is_refused_where_its_form_would_be, async |world: World| {
    // Ada's account is a free one; Charles's plan has room for few.
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    let refused = ada.get("/clients/new").await;
    assert!(refused.status == 402 && !refused.body.contains("name=\"name\""), "{refused:?}");
    assert!(refused.body.contains("href=\"/account/plan\""), "{refused:?}");
    let mut owner = given_signed_in(&world, CHARLES).await;
    assert_eq!(owner.get("/clients/new").await.status, 200);
});

on_both!(the_list_of_secrets_tells_which_one_is_for_what_and_until_when, ROOMY, async |world: World| {
    let mut api = given_signed_in(&world, CHARLES).await;
    let secrets = format!("{CLIENTS}/{CLIENT}/secrets");
    let soon = world.clock.now().after(Duration::from_secs(5 * 86_400 + 60)).to_string();
    for new in [json!({ "label": "Soon over", "expires_at": soon }), json!({ "label": "Found" })] {
        assert_eq!(ask(&mut api, Method::POST, &secrets, &new).await.status, 201);
    }
    let at = world.clock.now().milliseconds();
    world.sql(&format!("UPDATE client_secrets SET leaked_at = {at}, active = false WHERE label = 'Found'")).await;

    let mut owner = given_signed_in(&world, CHARLES).await;
    let path = format!("/clients/{CLIENT}/secrets");
    let page = owner.get(&path).await;
    let rows = [
        ("Standard Key", &["Active", "engines.example", "Rotate"][..], &["opens nothing"][..]),
        ("Soon over", &["Expires in 5 days", "no domain: it opens nothing yet", "Rotate"][..], &["Active"][..]),
        ("Found", &["Leaked"][..], &["Rotate", "Off"][..]),
    ];
    for (label, there, absent) in rows {
        let row = row(&page, label);
        assert!(there.iter().all(|words| row.contains(words)), "{row}");
        assert!(!absent.iter().any(|words| row.contains(words)), "{row}");
    }
    let found = page.body.split("<tr").find(|row| row.contains("Found")).unwrap();
    let item = found.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let item = owner.get(item).await;
    assert!(item.body.contains("was reported as found in public") && !item.body.contains("/rotate\""), "{item:?}");
});

on_both!(the_file_of_a_secret_names_the_one_domain_and_its_one_callback, ROOMY, async |world: World| {
    let mut owner = given_signed_in(&world, CHARLES).await;
    let token = csrf(&owner);
    let made = owner.post(&format!("/clients/{CLIENT}/secrets/new"), &[("csrf", &token), ("once", "e1")]).await;
    let value = made.body.split("<code id=\"value\">").nth(1).unwrap().split('<').next().unwrap();
    let fields = [("csrf", &*token), ("value", value)];
    let env = format!("{}/env", made.location());
    let issuer = world.core.config.server.issuer();
    let always =
        [format!("XWMS_ISSUER={issuer}"), format!("XWMS_API_URL={issuer}/api/"), format!("XWMS_CLIENT_ID={CLIENT}")];

    // Which of two domains a server is for is its partner's to say.
    let of_two = owner.post(&env, &fields).await.body;
    assert!(always.iter().all(|line| of_two.contains(line)), "{of_two}");
    assert!(!of_two.contains("DOMAIN=") && !of_two.contains("REDIRECT"), "{of_two}");

    let one = format!("[[clients]]\nid = \"{CLIENT}\"\n[[clients.domains]]\nroot_domain = \"engines.example\"\n");
    world.apply(&one).await;
    let of_one = owner.post(&env, &fields).await.body;
    let named = ["XWMS_DOMAIN=engines.example", "XWMS_CLIENT_DOMAIN=engines.example"].map(str::to_owned);
    for line in always.iter().chain(&named).chain(&[format!("XWMS_REDIRECT_URI={CALLBACK}")]) {
        assert!(of_one.lines().any(|found| found == line), "{line} in {of_one}");
    }
});

on_both!(whoever_was_faster_is_named_to_whoever_may_read_the_log, async |world: World| {
    let mut owner = given_signed_in(&world, CHARLES).await;
    let path = format!("/clients/{CLIENT}/settings");
    let old = owner.get(&path).await.hidden("if_match").unwrap();
    let mut api = given_signed_in(&world, CHARLES).await;
    world.clock.advance(Duration::from_secs(60));
    let faster = json!({ "description": "Made of brass" });
    let faster = ask(&mut api, Method::PATCH, &format!("{CLIENTS}/{CLIENT}"), &faster).await;
    assert_eq!(faster.status, 200, "{faster:?}");
    let fields =
        [("csrf", &*csrf(&owner)), ("if_match", &*old), ("name", "Analytical Engines"), ("description", "Of tin")];
    let refused = owner.post(&path, &fields).await;
    assert_eq!(refused.status, 412, "{refused:?}");
    let notice = refused.body.split("class=\"notice bad\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(notice.contains("Changed by: ") && notice.contains("Charles") && notice.contains("<time "), "{notice}");
});
