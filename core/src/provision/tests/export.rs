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
