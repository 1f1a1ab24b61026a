//! What a command says: results on standard output, messages to people on standard error.

use std::io::{ErrorKind, Write, stderr, stdout};

use crate::wire::StartError;

/// Writes a result, ending it with a line end.
///
/// # Errors
/// When it can't be written. A reader that has gone away, such as `head`, has what it wanted.
pub fn result(text: &str) -> Result<(), StartError> {
    let mut out = stdout().lock();
    match writeln!(out, "{}", text.trim_end_matches('\n')).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(StartError(format!("the result can't be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a message; where nobody listens, it is lost.
pub fn message(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
}
