//! `/admin/v1/clients/{client}/logo`, `…/domains/{domain}/logo`, and where people see them.

use std::io::Cursor;

use axum::http::Method;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use xwms_core::id::ClientId;
use xwms_core::manage::logos;

use super::{given_signed_in, problem};
use crate::bad_input::{assert_same, written};
use crate::browser::{Answer, Browser};
use crate::world::{CLIENT, OTHER_CLIENT, World, on_both};

fn logo_of(client: &str) -> String {
    format!("/admin/v1/clients/{client}/logo")
}

fn picture(format: ImageFormat, colour: u8, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([colour, 80, 160])).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub fn png(colour: u8) -> Vec<u8> {
    picture(ImageFormat::Png, colour, 32, 24)
}

async fn put(browser: &mut Browser, path: &str, content_type: &str, bytes: Vec<u8>) -> Answer {
    browser.send(Method::PUT, path, Some(content_type), bytes).await
}

/// Sets a logo, and says where it is.
async fn given_logo(browser: &mut Browser, path: &str, colour: u8) -> Value {
    let answer = put(browser, path, "image/png", png(colour)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn path_of(logo: &Value) -> String {
    format!("/images/{}.png", logo["digest"].as_str().unwrap())
}

async fn consent_page(world: &World) -> String {
    let mut browser = world.browser();
    let login = browser.open(&world.authorize(&[])).await;
    browser.sign_in(&login, "ada@example.test", crate::world::PASSWORD).await.body
}

async fn first_domain(world: &World, client: &str) -> String {
    let client: ClientId = client.parse().unwrap();
    world.core.snapshots.get(client).await.unwrap().unwrap().domains[0].id.to_string()
}

on_both!(a_logo_is_set_shown_and_removed, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = logo_of(CLIENT);
    assert_eq!(problem(&owner.get(&path).await), (404, "not_found".to_owned()));
    let logo = given_logo(&mut owner, &path, 1).await;
    assert_eq!(logo["url"], json!(format!("http://127.0.0.1:8080{}", path_of(&logo))));
    assert_eq!((&logo["width"], &logo["height"]), (&json!(32), &json!(24)));

    let served = world.browser().get(&path_of(&logo)).await;
    let header = |name: &str| served.headers[name].to_str().unwrap();
    assert_eq!((served.status.as_u16(), header("content-type")), (200, "image/png"));
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let read = owner.get(&path).await;
    assert_eq!((read.headers["content-type"].to_str().unwrap(), &read.body), ("image/png", &served.body));
    let page = consent_page(&world).await;
    assert!(page.contains(&format!("src=\"{}\"", path_of(&logo))), "{page}");

    // Another takes its place, and what nobody shows any more is gone.
    let other = given_logo(&mut owner, &path, 2).await;
    assert_eq!(logos::clean(&world.core, 100).await.unwrap(), 1);
    assert_eq!(world.browser().get(&path_of(&logo)).await.status, 404);
    assert_eq!(world.browser().get(&path_of(&other)).await.status, 200);
    let removed = owner.send(Method::DELETE, &path, None, Vec::new()).await;
    assert_eq!(removed.status, 204, "{removed:?}");
    let again = owner.send(Method::DELETE, &path, None, Vec::new()).await;
    assert_eq!(problem(&again), (404, "not_found".to_owned()));
    assert!(!consent_page(&world).await.contains("/images/"));
    assert_eq!(logos::clean(&world.core, 100).await.unwrap(), 1);
    for unknown in ["/images/x.png", "/images/", &path_of(&other), &path_of(&other).to_uppercase()] {
        assert_eq!(world.browser().get(unknown).await.status, 404, "{unknown}");
    }
});

on_both!(a_domain_has_a_logo_of_its_own_and_a_picture_is_kept_as_long_as_one_shows_it, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let domain = first_domain(&world, CLIENT).await;
    let of_domain = format!("/admin/v1/clients/{CLIENT}/domains/{domain}/logo");
    let logo = given_logo(&mut owner, &of_domain, 1).await;
    assert_eq!(given_logo(&mut owner, &logo_of(CLIENT), 1).await, logo, "the same picture has one address");
    assert_eq!(given_logo(&mut owner, &logo_of(OTHER_CLIENT), 1).await, logo);
    for path in [&of_domain, &logo_of(CLIENT)] {
        assert_eq!(owner.send(Method::DELETE, path, None, Vec::new()).await.status, 204);
    }
    assert_eq!(logos::clean(&world.core, 100).await.unwrap(), 0);
    assert_eq!(owner.get(&logo_of(OTHER_CLIENT)).await.status, 200);
    assert_eq!(problem(&owner.get(&of_domain).await), (404, "not_found".to_owned()));
    let foreign = format!("/admin/v1/clients/{OTHER_CLIENT}/domains/{domain}/logo");
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = owner.send(method.clone(), &foreign, Some("image/png"), png(1)).await;
        assert_eq!(problem(&answer), (404, "not_found".to_owned()), "{method}");
    }
});

on_both!(li_01_what_is_no_picture_is_refused_and_changes_nothing, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = logo_of(CLIENT);
    given_logo(&mut owner, &path, 1).await;
    let before = written(&world).await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for content_type in ["image/svg+xml", "image/gif", "text/html", "application/json", "image/*", ""] {
        let refused = put(&mut owner, &path, content_type, svg.clone()).await;
        assert_eq!(problem(&refused), (415, "unsupported_media_type".to_owned()), "{content_type}");
    }
    let rows = [
        ("image/png", svg.clone(), "not_an_image"),
        ("image/jpeg", png(2), "not_an_image"),
        ("image/webp; charset=utf-8", [b"RIFF\x20\0\0\0WEBPVP8 ".to_vec(), svg.clone()].concat(), "not_an_image"),
        ("image/png", Vec::new(), "not_an_image"),
        ("image/png", picture(ImageFormat::Png, 2, 2049, 1), "dimensions"),
    ];
    for (content_type, bytes, code) in rows {
        let refused = put(&mut owner, &path, content_type, bytes).await;
        assert_eq!(problem(&refused), (422, "invalid".to_owned()), "{content_type} {code}");
        let error = &refused.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("logo"), &json!(code)));
    }
    let large = put(&mut owner, &path, "image/png", vec![0; 1024 * 1024 + 1]).await;
    assert_eq!(problem(&large), (413, "too_large".to_owned()));
    owner.headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    let zipped = put(&mut owner, &path, "image/png", png(2)).await;
    assert_eq!(problem(&zipped), (415, "unsupported_media_type".to_owned()));
    assert_same(&before, &written(&world).await, "what was refused");
    owner.headers.pop();
    // One that is nearly as large as may be is taken.
    let padded = [png(3), vec![0; 900_000]].concat();
    assert_eq!(put(&mut owner, &path, "image/png", padded).await.status, 200);
});

on_both!(li_05_a_verified_partners_new_logo_waits_for_its_review, async |world: World| {
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    let path = logo_of(CLIENT);
    let reviewed = given_logo(&mut owner, &path, 1).await;
    world
        .apply(&format!(
            "[[clients]]\nid = \"{CLIENT}\"\n[[clients.verifications]]\ndomains = [\"engines.example\"]\n\
             scopes = [\"userinfo\"]\nstate = \"approved\"\n"
        ))
        .await;
    let pending = given_logo(&mut owner, &path, 2).await;
    let page = consent_page(&world).await;
    assert!(page.contains(&path_of(&reviewed)) && !page.contains(&path_of(&pending)), "{page}");
    assert_eq!(owner.send(Method::DELETE, &path, None, Vec::new()).await.status, 204);
    assert!(consent_page(&world).await.contains(&path_of(&reviewed)));
    // What is shown is kept, what waited and was withdrawn is not.
    assert_eq!(logos::clean(&world.core, 100).await.unwrap(), 1);
    assert_eq!(world.browser().get(&path_of(&reviewed)).await.status, 200);
});

on_both!(li_05_uploads_are_few_and_only_by_those_who_may, async |world: World| {
    let path = logo_of(OTHER_CLIENT);
    let nobody = put(&mut world.browser(), &path, "image/png", png(1)).await;
    assert_eq!(problem(&nobody), (401, "not_signed_in".to_owned()));
    let mut ada = given_signed_in(&world, "ada@example.test").await;
    assert_eq!(problem(&put(&mut ada, &path, "image/png", png(1)).await), (404, "not_found".to_owned()));
    world
        .apply(&format!(
            "[[clients]]\nid = \"{OTHER_CLIENT}\"\n[[clients.members]]\nemail = \"ada@example.test\"\n\
             role = \"viewer\"\n[[clients.members]]\nemail = \"charles@example.test\"\nrole = \"owner\"\n"
        ))
        .await;
    let domain = format!("/admin/v1/clients/{OTHER_CLIENT}/domains/{}/logo", first_domain(&world, OTHER_CLIENT).await);
    for path in [&path, &domain] {
        for method in [Method::PUT, Method::DELETE] {
            let answer = ada.send(method.clone(), path, Some("image/png"), png(1)).await;
            assert_eq!(problem(&answer), (403, "permission_missing".to_owned()), "{method} {path}");
        }
        assert_eq!(problem(&ada.get(path).await), (404, "not_found".to_owned()));
    }
    let mut owner = given_signed_in(&world, "charles@example.test").await;
    for _ in 0..60 {
        assert_eq!(put(&mut owner, &path, "image/png", Vec::new()).await.status, 422);
    }
    let refused = put(&mut owner, &path, "image/png", png(1)).await;
    assert_eq!(problem(&refused), (429, "too_many".to_owned()));
    given_logo(&mut owner, &logo_of(CLIENT), 1).await;
    world.clock.advance(std::time::Duration::from_secs(60));
    given_logo(&mut owner, &path, 1).await;
});
