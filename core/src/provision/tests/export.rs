//! Files written and applied again.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_makes_the_same_again() {
    for file in [EXAMPLE, RICH] {
        let world = World::with(file).await;
        let exported = world.export().await;

        let copy = World::with(&exported).await;
        assert_eq!(copy.export().await, exported);
        let again = world.apply(&exported).await.unwrap();
        assert_eq!(actions(&again), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f_34_people_without_a_client_are_written_too() {
    let world = World::with("[[users]]\nemail = \"alone@example.test\"\ngiven_name = \"Alone\"\n").await;
    let exported = world.export().await;
    assert!(exported.contains("alone@example.test") && exported.contains("Alone"), "{exported}");
    assert_eq!(World::with(&exported).await.export().await, exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_holds_no_secret() {
    let world = World::new().await;
    let outcome = world.apply(EXAMPLE).await.unwrap();
    let exported = world.export().await;
    let value = outcome.secrets[0].value.expose();
    for secret in [value, &value[value.len() - 6..], "staple", "$argon2", "password"] {
        assert!(!exported.contains(secret), "{exported}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_is_written_as_switched_off_or_not_at_all() {
    let world = World::with(RICH).await;
    let later = Timestamp::parse("2031-06-01T00:00:00Z").unwrap();
    let exported = super::super::export(&world.db, later).await.unwrap();
    assert!(!exported.contains("2030-06-01") && !exported.contains("nobody@example.test\"\nrole"), "{exported}");
    let copy = World::new().await;
    copy.apply_at(&exported, Options::default(), later).await.unwrap();
    assert_eq!(super::super::export(&copy.db, later).await.unwrap(), exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_gives_an_empty_file() {
    let world = World::new().await;
    let exported = world.export().await;
    assert!(!world.apply(&exported).await.unwrap().changed());
}

/// Everything that a file can say, and what only time, the staff and people bring about.
const WHOLE: &str = r#"
[[scopes]]
name = "birthday"
title = "Birthday"
description = "See your birthday."
opens = "birth_date"
tier = "open"

[[scopes]]
name = "nobodys"
title = "Nobody's"
description = "See what nobody asks for."

[[scopes]]
name = "email"
title = "Mail"
position = 20

[[users]]
email = "grace@example.test"
suspended = true

[[users]]
email = "dora@example.test"

[[users]]
email = "gone@example.test"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_model_comes_back_and_changes_nothing_where_it_came_from() {
    let world = World::with(RICH).await;
    world.apply(WHOLE).await.unwrap();
    let mine = format!("[[clients]]\nid = {ID:?}\n");
    let member = |email: &str, more: &str| {
        format!("[[clients.members]]\nemail = \"{email}@example.test\"\nrole = \"viewer\"\n{more}")
    };
    let members = [
        "[[clients.members]]\nemail = \"charles@example.test\"\nrole = \"night-shift\"\n".to_owned(),
        member("grace", ""),
        member("gone", "expires_at = \"2030-06-01T00:00:00Z\"\n"),
    ];
    let scopes = "scopes = [\"openid\", \"userinfo\", \"email\", \"birthday\"]\nsuspended = true\n";
    world.apply(&format!("{mine}{scopes}{}", members.concat())).await.unwrap();
    let asked = "[[clients.requests]]\nkind = \"test\"\nemail = \"dora@example.test\"\n";
    world.apply(&format!("{mine}{asked}")).await.unwrap();
    world.declined("dora@example.test", NOW).await;

    // The plan of the owner, a secret, a role and a membership end in between.
    for at in [NOW, Timestamp::parse("2032-06-01T00:00:00Z").unwrap()] {
        let exported = world.export_at(at).await;
        let copy = World::new().await;
        copy.apply_at(&exported, Options::default(), at).await.unwrap();
        assert_eq!(copy.export_at(at).await, exported);
        for world in [&world, &copy] {
            let again = world.apply_at(&exported, Options::default(), at).await.unwrap();
            assert_eq!(actions(&again), Vec::<String>::new());
        }
        let of = |text: &str| exported.matches(text).count();
        assert_eq!((of("suspended = true"), of("[[scopes]]"), of("nobodys"), of("dora@")), (2, 2, 0, 1), "{exported}");
        let lasts = usize::from(at == NOW);
        assert_eq!(
            of("email = \"gone@example.test\""),
            1 + lasts,
            "the account stays when the membership ends: {exported}"
        );
    }
}
