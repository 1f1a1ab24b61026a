//! How much each step asks of the database (SPEC §9): exactly so many statements in so many transactions, however full
//! the tables are.

use super::RECORDED;
use super::walk::{Steps, walk};
use crate::world::{Backend, World, on_both};

/// A step, and on SQLite and on PostgreSQL: statements that read or write, and transactions.
type Row = (&'static str, [usize; 2], [usize; 2]);

const STEPS: &[Row] = &[
    ("discovery", [0, 0], [0, 0]),
    ("jwks", [0, 0], [0, 0]),
    ("authorize, not signed in", [3, 1], [3, 1]),
    ("login page", [1, 0], [1, 0]),
    ("login, wrong password", [4, 1], [4, 1]),
    ("login", [10, 3], [10, 3]),
    ("continue to consent", [3, 0], [3, 0]),
    ("consent page", [5, 0], [5, 0]),
    ("consent", [8, 1], [8, 1]),
    ("continue to the code", [8, 1], [8, 1]),
    ("login in a known browser", [8, 2], [8, 2]),
    ("start page, signed in", [2, 0], [2, 0]),
    ("authorize, straight to the code", [6, 1], [3, 0]),
    ("token, code", [3, 1], [2, 0]),
    ("token, code without a refresh token", [2, 1], [2, 0]),
    ("userinfo", [1, 0], [1, 0]),
    ("token, client credentials", [0, 0], [0, 0]),
    ("introspect, access token", [1, 0], [1, 0]),
    ("introspect, refresh token", [1, 0], [1, 0]),
    ("introspect, client credentials", [1, 0], [1, 0]),
    ("introspect, unknown token", [0, 0], [0, 0]),
    ("token, refresh", [3, 1], [2, 0]),
    ("token, refresh repeated", [4, 2], [4, 1]),
    ("revoke, access token", [1, 1], [1, 1]),
    ("revoke, refresh token", [2, 1], [2, 1]),
    ("token, refresh revoked", [1, 0], [1, 0]),
    ("token, refresh used twice", [7, 2], [7, 1]),
    ("sign-token", [2, 1], [2, 1]),
    ("sign-in, straight to the token", [9, 2], [9, 2]),
    ("sign-token-verify, wrong verifier", [3, 1], [3, 1]),
    ("sign-token-verify", [3, 1], [3, 1]),
    ("sign-token-verify, unknown token", [0, 0], [0, 0]),
    ("authorize, refused", [1, 0], [1, 0]),
    ("authorize, refused to a stranger", [0, 0], [0, 0]),
    ("authorize, silent and not signed in", [0, 0], [0, 0]),
    ("token, wrong secret", [0, 0], [0, 0]),
    ("token, unknown code", [0, 0], [0, 0]),
    ("token, wrong verifier", [3, 1], [3, 1]),
    ("token, code used twice", [2, 1], [2, 1]),
    ("continue, unknown flow", [1, 0], [1, 0]),
    ("logout that asks", [3, 1], [3, 1]),
    ("logout page", [3, 0], [3, 0]),
    ("logout agreed", [4, 2], [4, 2]),
    ("logout by a hint", [2, 1], [2, 1]),
    ("userinfo after the logout", [1, 0], [1, 0]),
    ("list of secrets", [2, 0], [2, 0]),
    ("list of domains", [3, 0], [3, 0]),
    ("list of URLs", [3, 0], [3, 0]),
    ("list of users", [6, 0], [6, 0]),
    ("list of requests", [2, 0], [2, 0]),
    ("list of verifications", [2, 0], [2, 0]),
    ("list of roles", [2, 0], [2, 0]),
    ("list of members", [4, 0], [4, 0]),
    ("list of attempts", [2, 0], [2, 0]),
    ("list of audit entries", [2, 0], [2, 0]),
    ("list of API tokens", [2, 0], [2, 0]),
    ("secret", [2, 0], [2, 0]),
    ("domain", [3, 0], [3, 0]),
    ("statistics", [4, 0], [4, 0]),
    ("flush, nothing waits", [0, 0], [0, 0]),
    ("flush, one attempt and one use of a secret", [2, 2], [2, 2]),
    ("snapshot load", [8, 1], [8, 1]),
    ("clean, nothing is due", [18, 2], [18, 2]),
    ("clean, all is due", [26, 2], [26, 2]),
];

on_both!(every_step_asks_exactly_so_much, RECORDED, async |world: World| {
    let steps = walk(&world).await;
    assert_counts(&world, &steps).await;
});

/// Each step asked what the table says.
pub async fn assert_counts(world: &World, steps: &Steps) {
    let sqlite = crate::database::is_sqlite(&world.core.db).await;
    let backend = if sqlite { Backend::Sqlite } else { Backend::Postgres };
    let expected = STEPS.iter().map(|(name, sqlite, postgres)| match backend {
        Backend::Sqlite => (*name, *sqlite),
        Backend::Postgres => (*name, *postgres),
    });
    let expected: Vec<String> = expected.map(|(name, [asked, begun])| line(name, asked, begun)).collect();
    let found: Vec<String> =
        steps.iter().map(|(name, taken)| line(name, taken.texts.len(), taken.transactions)).collect();
    let but = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    let (more, less) = (but(&found, &expected), but(&expected, &found));
    assert!(found == expected, "on {backend:?}\nfound: {more:#?}\nthe table says: {less:#?}");
}

fn line(name: &str, asked: usize, begun: usize) -> String {
    format!("{name}: {asked} statements in {begun} transactions")
}
