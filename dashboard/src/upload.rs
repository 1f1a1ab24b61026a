//! Forms with a file: `csrf` first, so that nothing of a stranger's is read.

use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::{Method, header};
use xwms_core::login::csrf;
use xwms_core::picture::MAX_BYTES;
use xwms_core::request::params::Params;
use xwms_core::state::Core;

use crate::csrf::is_foreign;
use crate::desk::Place;
use crate::signed_in::SignedIn;
use crate::visit::Visit;

/// How much is read of a form with a file. More than a file may be: who sends too much is told what was wrong with it.
pub(crate) const MOST: usize = 16 * MAX_BYTES;
/// What is kept of a field that is no file.
const SHORT: usize = 4096;

/// How large the body of a request to these pages may be, in bytes; `None` where nothing is said of it.
pub fn body_limit(method: &Method, path: &str) -> Option<usize> {
    (method == Method::POST && path.starts_with("/clients/") && path.ends_with("/logo")).then_some(MOST)
}

/// A form with a file that one of our pages sent, at its place.
pub(crate) struct Uploaded<D> {
    /// Where, and by whom.
    pub(crate) desk: D,
    /// Its files; those that were left empty too.
    pub(crate) files: Vec<File>,
}

/// A file of a form.
pub(crate) struct File {
    /// The field.
    pub(crate) name: String,
    /// What it is said to be.
    pub(crate) media_type: String,
    /// Its content, as long as that is no more than a file may have.
    pub(crate) bytes: Vec<u8>,
    /// How large it was.
    pub(crate) size: usize,
}

impl<D: Place> FromRequest<Core> for Uploaded<D> {
    type Rejection = Response;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, core).await?;
        let foreign = is_foreign(&parts.headers, core.config.server.issuer());
        let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if foreign || !content_type.is_some_and(|text| text.starts_with("multipart/form-data")) {
            return Err(visit.forged());
        }
        let request = Request::from_parts(parts.clone(), body);
        let mut fields = Multipart::from_request(request, core).await.map_err(IntoResponse::into_response)?;
        let path = parts.uri.path().to_owned();
        let signed_in = match SignedIn::of(visit, path.clone()).await? {
            Ok(signed_in) => signed_in,
            Err(visit) => return Err(crate::signed_out::page(&visit, &Params::default(), &path)),
        };
        let first = next(&mut fields, SHORT).await?.filter(|field| field.name == "csrf");
        let token = first.and_then(|field| String::from_utf8(field.bytes).ok()).unwrap_or_default();
        if !csrf::valid(core, &signed_in.session.key, &token) {
            return Err(signed_in.visit.forged());
        }
        let desk = D::open(signed_in, &mut parts).await?;
        let mut files = Vec::new();
        while let Some(file) = next(&mut fields, MAX_BYTES).await? {
            files.push(file);
        }
        Ok(Self { desk, files })
    }
}

/// The next field, of which `most` bytes are kept.
async fn next(fields: &mut Multipart, most: usize) -> Result<Option<File>, Response> {
    match fields.next_field().await.map_err(MultipartError::into_response)? {
        Some(field) => read(field, most).await.map(Some).map_err(MultipartError::into_response),
        None => Ok(None),
    }
}

async fn read(mut field: Field<'_>, most: usize) -> Result<File, MultipartError> {
    let name = field.name().unwrap_or_default().to_owned();
    let media_type = field.content_type().unwrap_or_default().to_owned();
    let mut file = File { name, media_type, bytes: Vec::new(), size: 0 };
    while let Some(chunk) = field.chunk().await? {
        file.size += chunk.len();
        if file.size <= most {
            file.bytes.extend_from_slice(&chunk);
        }
    }
    Ok(file)
}
