//! What somebody finds who gets hold of the database.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use xwms_core::crypto::digest::sha256;
use xwms_core::database::Conn;

use super::tokens::text;
use crate::world::{CALLBACK, PASSWORD, VERIFIER, World, native_headers, on_both};

const EMAIL: &str = "ada@example.test";

#[derive(diesel::QueryableByName)]
struct Text {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// Every byte of the database: SQLite's files, or each row of PostgreSQL's tables, where bytes are written in hex.
pub async fn dump(world: &World) -> Vec<u8> {
    let mut conn = world.core.db.read().await.unwrap();
    let Conn::Postgres(conn) = &mut conn else {
        let files = std::fs::read_dir(world.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let files: Vec<_> = files.filter(|path| path.to_string_lossy().contains("xwms.db")).collect();
        assert!(files.len() >= 2, "the database and its log: {files:?}");
        return files.iter().flat_map(|path| std::fs::read(path).unwrap()).collect();
    };
    let tables = "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public'";
    let tables: Vec<Text> = diesel::sql_query(tables).load(&mut **conn).await.unwrap();
    assert!(tables.len() > 20);
    let mut dump = Vec::new();
    for Text { text: table } in tables {
        let rows = diesel::sql_query(format!("SELECT row_to_json(row)::text AS text FROM {table} AS row"));
        let rows: Vec<Text> = rows.load(&mut **conn).await.unwrap();
        dump.extend(rows.iter().flat_map(|row| row.text.as_bytes()));
    }
    dump
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    let first = needle[0];
    let starts = haystack.iter().enumerate().filter(|(_, byte)| **byte == first);
    starts.into_iter().any(|(start, _)| haystack[start..].starts_with(needle))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether these bytes stand there, as they are or in hex.
pub fn holds(dump: &[u8], bytes: &[u8]) -> bool {
    contains(dump, bytes) || contains(dump, hex(bytes).as_bytes())
}

/// The forms in which a secret might have been written down.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let mut forms = vec![bytes.to_vec(), STANDARD_NO_PAD.encode(bytes).into_bytes()];
    // Its random part alone, and what that stands for without the time, which is public.
    if let Some(random) = secret.strip_prefix("xwms_").and_then(|rest| rest.split_once('_')).map(|(_, random)| random) {
        forms.push(random.as_bytes().to_vec());
        forms.extend(URL_SAFE_NO_PAD.decode(random).into_iter().map(|bytes| bytes[6..].to_vec()));
    }
    forms
}

on_both!(st_01_the_database_holds_nothing_that_opens_anything, async |world: World| {
    let mut secrets: Vec<(&str, String)> = vec![
        ("a password", PASSWORD.to_owned()),
        ("a client secret", world.secret.clone()),
        ("another client's", world.other_secret.clone()),
        ("a code verifier", VERIFIER.to_owned()),
    ];
    // A login, with a refresh whose answer was asked for again.
    let (mut browser, code) = world.given_code(EMAIL, &[]).await;
    let first = world.redeem(&code).await.json();
    let second = world.refresh(text(&first, "refresh_token")).await.json();
    let again = world.refresh(text(&first, "refresh_token")).await.json();
    secrets.push(("a code", code));
    secrets.push(("a code that was not used", world.code_in(&mut browser, EMAIL, &[]).await));
    for tokens in [&first, &second, &again] {
        secrets.push(("a refresh token", text(tokens, "refresh_token").to_owned()));
        for token in ["access_token", "id_token"] {
            secrets.push((token, text(tokens, token).to_owned()));
            secrets.push(("a signature", text(tokens, token).rsplit_once('.').unwrap().1.to_owned()));
        }
    }
    world.client_post("/oauth/revoke", &[("token", text(&again, "access_token"))]).await;
    for name in ["xwms_session", "xwms_device", "xwms_browser"] {
        secrets.push(("a cookie", browser.cookies[name].clone()));
    }

    // A native login, one step of it not taken yet.
    let mut site = world.browser();
    site.headers = native_headers(&world.secret);
    for _ in 0..2 {
        let begun = site.post_json("/api/sign-token", &json!({"redirect_url": CALLBACK})).await.json();
        secrets.push(("a sign token", text(&begun["data"], "token").to_owned()));
        let back = browser.open(text(&begun["data"], "url")).await;
        let back = if back.path.starts_with("/consent") { browser.consent(&back, "allow").await } else { back };
        secrets.push(("a callback token", back.parameter("token").unwrap_or_else(|| panic!("{back:?}"))));
    }
    let (_, turned_in) = secrets.last().unwrap();
    assert_eq!(world.racer().verify(turned_in).await.status, 200);

    // A forgotten password.
    let page = world.browser().open("/forgot").await;
    let mut forgetful = world.browser();
    let page = if page.hidden("csrf").is_some() { forgetful.open("/forgot").await } else { page };
    let fields = [("email", EMAIL), ("csrf", &*page.hidden("csrf").unwrap())];
    assert!(!forgetful.post("/forgot", &fields).await.status.is_client_error());
    let mail = world.mail().await;
    let start = mail.find("xwms_em_").expect("a link");
    let link: String = mail[start..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    secrets.push(("a link", link));

    // The keys.
    let master_key = std::fs::read_to_string(world.folder.path().join("master.key")).unwrap();
    secrets.push(("the master key", master_key.trim().to_owned()));

    xwms_core::jobs::flush(&world.core).await.unwrap();
    let dump = dump(&world).await;
    for (what, secret) in &secrets {
        assert!(secret.len() >= 20, "{what}");
        for form in forms(secret) {
            assert!(!holds(&dump, &form), "{what} is in the database, as {:?}", String::from_utf8_lossy(&form));
        }
    }
    let raw_master_key = STANDARD.decode(master_key.trim()).unwrap();
    assert!(!holds(&dump, &raw_master_key));
    // Beginnings of PKCS#8 documents: RSA, and P-256.
    let rsa = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04";
    let p256 = b"\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x04";
    for document in [&rsa[..], p256] {
        assert!(!holds(&dump, document), "a private key is in the database");
    }
    for word in ["PRIVATE KEY", "\"d\":"] {
        assert!(!contains(&dump, word.as_bytes()), "{word}");
    }

    // And the dump does show what is stored: the digest of each, and the person.
    assert!(contains(&dump, EMAIL.as_bytes()));
    for (what, secret) in &secrets {
        // A browser's key, and what opens a login, are gone with the login that is over.
        let gone = ["xwms_br_", "xwms_st_"].iter().any(|prefix| secret.starts_with(prefix));
        if secret.starts_with("xwms_") && !gone {
            assert!(holds(&dump, &sha256(secret.as_bytes())), "{what} is known by its digest");
        }
    }
});
