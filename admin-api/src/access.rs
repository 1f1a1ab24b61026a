//! What an operation needs, asked around its handler.
//!
//! The use case asks in its own transaction, and that decides. Here it is asked a second time where an answer would
//! otherwise tell something before the use case was reached: what is wrong with a request is told to those who may make it,
//! and what was answered before is repeated to nobody else.

use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use xwms_core::error::Error;
use xwms_core::manage::permit::{self, Asked, Caller};
use xwms_core::model::account::Staff;
use xwms_core::state::Core;

use crate::answer::unstored;
use crate::authenticated::Authenticated;
use crate::idempotency;
use crate::operation::{Needs, PREFIX};
use crate::problem::Problem;

/// Lets in who may, and carries out what has an `Idempotency-Key` once.
pub(crate) async fn guard(State((core, needs)): State<(Core, Needs)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match Authenticated::from_request_parts(&mut parts, &core).await {
        Ok(Authenticated(caller)) => caller,
        Err(problem) => return problem.into_response(),
    };
    let uri = parts.uri.clone();
    parts.extensions.insert(caller.clone());
    let request = Request::from_parts(parts, body);
    let asks = || ask(&core, &caller, needs, &uri);
    if let Some(key) = idempotency::key_of(&request) {
        if let Err(problem) = asks().await {
            return problem.into_response();
        }
        return idempotency::once(&core, &caller, &key, request, next).await;
    }
    let response = next.run(request).await;
    if is_about_the_request(response.status()) {
        return asks().await.map_or_else(Problem::into_response, |()| response);
    }
    // What one partner configures is nothing for a cache between us.
    if response.status().is_success() { unstored(response) } else { response }
}

/// Whether this may have been answered before the use case has asked.
fn is_about_the_request(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::NOT_FOUND
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::UNSUPPORTED_MEDIA_TYPE
            | StatusCode::UNPROCESSABLE_ENTITY
    )
}

async fn ask(core: &Core, caller: &Caller, needs: Needs, uri: &Uri) -> Result<(), Problem> {
    let asked = match needs {
        Needs::Account | Needs::Signature | Needs::Nothing => return Ok(()),
        Needs::Client(permission) => Asked::Client(client_in(uri.path())?, permission),
        Needs::Own(permission) => Asked::Own(permission),
        Needs::Reviewer(permission) => Asked::Staff(Staff::Reviewer, permission),
        Needs::Admin(permission) => Asked::Staff(Staff::Admin, permission),
    };
    Ok(permit::ask(core, caller, asked).await?)
}

/// The client that a path is about.
fn client_in(path: &str) -> Result<xwms_core::id::ClientId, Error> {
    let below = path.strip_prefix(PREFIX).and_then(|path| path.strip_prefix("/clients/"));
    let client = below.and_then(|path| path.split('/').next());
    client.and_then(|client| client.parse().ok()).ok_or(Error::NotFound("client"))
}
