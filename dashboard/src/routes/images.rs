//! `/images/{digest}.png`: the pictures that partners have given, for everybody. Each is named by its content, so it never
//! changes; what a browser makes of it is held in a sandbox all the same.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use xwms_core::manage::logos;
use xwms_core::state::Core;

pub(crate) async fn get(State(core): State<Core>, Path(name): Path<String>) -> Response {
    let Some(Ok(digest)) = name.strip_suffix(".png").map(str::parse) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let png = match logos::published(&core, digest).await {
        Ok(Some(png)) => png,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => {
            tracing::error!(?error, "a picture could not be read");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, png).into_response()
}
