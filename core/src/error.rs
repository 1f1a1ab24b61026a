//! What a use case can fail with.

use std::time::Duration;

use crate::text::Text;

/// What is wrong with a value, before it is known which field it came in. Its code and its sentence are those of the text.
pub type FieldIssue = Text;

/// One bad field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as on the wire.
    pub field: String,
    /// What would be right.
    pub text: Text,
    /// The line of the file that it stands in, counted from 1.
    pub line: Option<usize>,
}

impl FieldError {
    /// A stable code.
    pub fn code(&self) -> &str {
        self.text.code()
    }

    /// The sentence in English, behind its line when it stands in a file.
    pub fn message(&self) -> String {
        match self.line {
            Some(line) => format!("line {line}: {}", self.text),
            None => self.text.to_string(),
        }
    }
}

impl Text {
    /// The same, said of a field by its name on the wire.
    pub fn at(self, field: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), text: self, line: None }
    }
}

/// Why a use case failed.
#[derive(Debug)]
pub enum Error {
    /// There is no such thing, or none the caller may know of.
    NotFound(&'static str),
    /// The caller lacks this permission.
    Forbidden {
        /// `resource:action`.
        permission: &'static str,
    },
    /// The caller may not, whatever their permissions: a level, the staff, their own interest.
    Refused(Text),
    /// Bad values, all of them at once.
    Invalid(Vec<FieldError>),
    /// The state of things forbids it.
    Conflict(Text),
    /// The account's plan does not entitle to it.
    PlanRequired,
    /// `If-Match` names a version that is no longer current.
    StalePrecondition,
    /// This idempotency key came with another body before.
    IdempotencyKeyReused,
    /// Too often.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// So many at a time and no more: one has to go first.
    TooManyAtOnce(Text),
    /// The database or a pool is away or full: try again.
    Unavailable,
    /// The database refused a statement.
    Storage(diesel::result::Error),
    /// Something that should not happen; the text goes to the log.
    Internal(&'static str),
}

impl From<diesel::result::Error> for Error {
    /// What says that the database is away or takes no writes for now becomes [`Error::Unavailable`]: it was not the
    /// statement's fault, and the caller may try it again.
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::DatabaseErrorKind::{ClosedConnection, ReadOnlyTransaction, UnableToSendCommand};
        use diesel::result::Error::{BrokenTransactionManager, DatabaseError};
        match error {
            DatabaseError(ClosedConnection | UnableToSendCommand | ReadOnlyTransaction, _)
            | BrokenTransactionManager => {
                tracing::error!(%error, "the database is away or read-only");
                Self::Unavailable
            }
            error => Self::Storage(error),
        }
    }
}

/// What the database says when it refuses a statement.
pub type Storage = diesel::result::Error;
