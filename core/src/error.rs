//! What a use case can fail with.

use std::borrow::Cow;
use std::time::Duration;

/// One bad field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as on the wire.
    pub field: String,
    /// A stable code.
    pub code: &'static str,
    /// What would be right.
    pub message: String,
}

/// What is wrong with a value, before it is known which field it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldIssue {
    /// A stable code.
    pub code: &'static str,
    /// What would be right.
    pub message: Cow<'static, str>,
}

impl FieldIssue {
    /// An issue with a stable code and a sentence that says what would be right.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }

    /// The same, said of a field by its name on the wire.
    pub fn at(self, field: impl Into<String>) -> FieldError {
        FieldError { field: field.into(), code: self.code, message: self.message.into_owned() }
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
    Refused {
        /// A stable code.
        code: &'static str,
        /// Why.
        message: String,
    },
    /// Bad values, all of them at once.
    Invalid(Vec<FieldError>),
    /// The state of things forbids it.
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What stands in the way.
        message: String,
    },
    /// The account's plan does not entitle to it.
    PlanRequired,
    /// `If-Match` names a version that is no longer current.
    StalePrecondition,
    /// Too often.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// So many at a time and no more: one has to go first.
    TooManyAtOnce {
        /// A stable code.
        code: &'static str,
        /// How many there may be.
        message: String,
    },
    /// The database or a pool is away or full: try again.
    Unavailable,
    /// The database refused a statement.
    Storage(diesel::result::Error),
    /// Something that should not happen; the text goes to the log.
    Internal(&'static str),
}

impl Error {
    /// [`Error::Conflict`] of a stable code.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// [`Error::Refused`] of a stable code.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }

    /// [`Error::Invalid`] with one bad field.
    pub fn invalid(field: &str, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(vec![FieldIssue::new(code, message).at(field)])
    }
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
