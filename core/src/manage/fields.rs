//! Fields of a request or a file, read into rows: every bad one is noted, none stops the others.

use crate::clock::Timestamp;
use crate::error::{Error, FieldError, FieldIssue};

/// The bad fields found so far.
#[derive(Debug, Default)]
pub struct Findings(Vec<FieldError>);

impl Findings {
    /// Notes what is wrong with a field.
    pub fn add(&mut self, field: &str, code: &'static str, message: &str) {
        self.0.push(FieldIssue::english(code, message.to_owned()).at(field));
    }

    /// The value that was read, or `None` after noting what is wrong with it.
    pub fn value<T>(&mut self, field: &str, read: Result<T, FieldIssue>) -> Option<T> {
        read.map_err(|issue| self.0.push(issue.at(field))).ok()
    }

    /// Reads a field that must have a value into its place; a field that is absent leaves the place as it is.
    pub fn required<T>(
        &mut self,
        place: &mut T,
        field: &str,
        given: Option<&String>,
        read: impl FnOnce(&str) -> Result<T, FieldIssue>,
    ) {
        if let Some(text) = given
            && let Some(value) = self.value(field, read(text))
        {
            *place = value;
        }
    }

    /// Reads a field that may be empty into its place: an empty text clears it.
    pub fn optional<T>(
        &mut self,
        place: &mut Option<T>,
        field: &str,
        given: Option<&String>,
        read: impl FnOnce(&str) -> Result<T, FieldIssue>,
    ) {
        match given {
            Some(text) if text.is_empty() => *place = None,
            Some(text) => {
                if let Some(value) = self.value(field, read(text)) {
                    *place = Some(value);
                }
            }
            None => {}
        }
    }

    /// Reads an expiry, RFC 3339: it lies after `now`, unless it is the one that stands already.
    pub fn expiry(&mut self, place: &mut Option<Timestamp>, given: Option<&String>, now: Timestamp) {
        let stands = *place;
        self.optional(place, "expires_at", given, |text| {
            let end = read_time(text)?;
            match stands {
                Some(stands) if stands.seconds() == end.seconds() => Ok(stands),
                _ if end > now => Ok(end),
                _ => Err(FieldIssue::english("past", "give a time that is yet to come")),
            }
        });
    }

    /// What was found, for a caller that goes on.
    pub fn into_errors(self) -> Vec<FieldError> {
        self.0
    }

    /// Goes on only when nothing was found.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all bad fields.
    pub fn none(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}

/// Reads an RFC 3339 time, to the second.
///
/// # Errors
/// `malformed`.
pub fn read_time(text: &str) -> Result<Timestamp, FieldIssue> {
    let time = Timestamp::parse(text).map(|time| Timestamp::from_seconds(time.seconds()));
    time.ok_or_else(|| FieldIssue::english("malformed", "give a time as in RFC 3339, such as 2030-01-31T12:00:00Z"))
}

/// Goes on only with the version that the caller changes, when they say which: `updated_at` of when they read it.
///
/// # Errors
/// [`Error::StalePrecondition`].
pub fn same_version(expected: Option<Timestamp>, stands: Timestamp) -> Result<(), Error> {
    if expected.is_some_and(|expected| expected != stands) { Err(Error::StalePrecondition) } else { Ok(()) }
}

/// When something is suspended, as it is to be: an old suspension keeps its time.
pub fn suspension(old: Option<Timestamp>, wanted: Option<bool>, now: Timestamp) -> Option<Timestamp> {
    match wanted {
        None => old,
        Some(true) => old.or(Some(now)),
        Some(false) => None,
    }
}

/// The end that is wanted, or that which stands when it is the same second: bodies and files have no more.
pub fn same_moment(stands: Option<Timestamp>, wanted: Option<Timestamp>) -> Option<Timestamp> {
    if same_second(stands, wanted) { stands } else { wanted }
}

/// Whether two times are the same second: what is written in a file has no more.
pub fn same_second(a: Option<Timestamp>, b: Option<Timestamp>) -> bool {
    a.map(Timestamp::seconds) == b.map(Timestamp::seconds)
}
