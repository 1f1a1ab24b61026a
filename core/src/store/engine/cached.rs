//! Statements that are kept prepared although diesel would prepare them afresh each time.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement whose text is always the same, kept prepared under that text.
///
/// diesel never keeps an UPDATE, nor an INSERT with ON CONFLICT, because the text of some of them depends on their
/// values (a `None` in a changeset is left out). Only for statements whose text does not: no optional changeset, no list.
/// And, on SQLite, only for those that return rows: what is executed for its count alone is passed by reference, and asked
/// behind this type's back.
pub(in crate::store) struct Cached<Q>(pub(in crate::store) Q);

impl<Q, DB> QueryFragment<DB> for Cached<Q>
where
    DB: Backend,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Without a static id the text itself is the key, so two statements are never taken for each other.
impl<Q> QueryId for Cached<Q> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Cached<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> diesel::RunQueryDsl<C> for Cached<Q> {}
