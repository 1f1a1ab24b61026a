//! The audit log as a file: an entry a line, however many there are.

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use http::header;
use http_body_util::BodyExt;
use http_body_util::channel::Channel;
use xwms_core::contract::audit::EntryView;
use xwms_core::error::Error;
use xwms_core::id::AuditId;

/// Entries that are read at a time.
pub(crate) const CHUNK: i64 = 500;

/// A file of these entries and of what follows them, read piece by piece as fast as the browser takes them. `read`: the
/// entries before this one, and whether they may be read is asked for each piece.
pub(crate) fn file<R, F>(mut entries: Vec<EntryView>, read: R) -> Response
where
    R: Fn(AuditId) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Vec<EntryView>, Error>> + Send,
{
    let (mut sender, body) = Channel::<Bytes, Error>::new(1);
    tokio::spawn(async move {
        while let Some(last) = entries.last().map(|entry| entry.id) {
            if sender.send_data(lines(entries)).await.is_err() {
                return;
            }
            match read(last).await {
                Ok(more) => entries = more,
                // The file ends before its end, which its reader notices.
                Err(error) => return sender.abort(error),
            }
        }
    });
    let body = Body::new(body.map_err(|error| format!("{error:?}")));
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}

fn lines(entries: Vec<EntryView>) -> Bytes {
    let mut text = String::new();
    for entry in entries {
        // An entry is made of texts and of JSON that was read: it can be written.
        text.push_str(&serde_json::to_string(&entry).unwrap_or_default());
        text.push('\n');
    }
    text.into()
}
