//! What an operation needs, asked before its handler: what is wrong with a request is told to those who may make it, and
//! what was answered before is repeated to nobody else. The use case asks again in its own transaction, and that decides.

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::Uri;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use xwms_core::error::Error;
use xwms_core::manage::permit::{self, Caller};
use xwms_core::manage::runner::Ask;
use xwms_core::model::account::Staff;
use xwms_core::state::Core;

use crate::answer::unstored;
use crate::authenticated::Authenticated;
use crate::idempotency;
use crate::operation::{Needs, Operation, PREFIX};
use crate::page::Query;
use crate::problem::Problem;

/// Lets in who may, and carries out what has an `Idempotency-Key` once.
pub(crate) async fn guard(
    State((core, operation)): State<(Core, &'static Operation)>,
    request: Request,
    next: Next,
) -> Response {
    match let_in(&core, operation, request).await {
        Ok(request) => answer(next.run(request).await),
        Err(problem) => problem.into_response(),
    }
}

/// The request of a caller who may make it, with what says that it is carried out once.
async fn let_in(core: &Core, operation: &Operation, request: Request) -> Result<Request, Problem> {
    let (mut parts, mut body) = request.into_parts();
    let Authenticated(mut caller) = Authenticated::from_request_parts(&mut parts, core).await?;
    ask(core, &caller, operation.needs, &parts.uri).await?;
    if !operation.method.changes() {
        let query = Query::from_request_parts(&mut parts, core).await?;
        query.only(operation.query, operation.response.is_list())?;
    }
    if let Some(key) = idempotency::key_of(&parts)? {
        let bytes = idempotency::read(body).await?;
        caller.once = Some(idempotency::of(&caller, &parts, &key, &bytes)?);
        body = Body::from(bytes);
    }
    parts.extensions.insert(caller);
    Ok(Request::from_parts(parts, body))
}

/// What one partner configures is nothing for a cache between us.
fn answer(response: Response) -> Response {
    if response.status().is_success() { unstored(response) } else { response }
}

async fn ask(core: &Core, caller: &Caller, needs: Needs, uri: &Uri) -> Result<(), Problem> {
    let asked = match needs {
        Needs::Account | Needs::Signature | Needs::Nothing => return Ok(()),
        Needs::Listing(_) => return Ok(permit::to_list_clients(caller).map(drop)?),
        Needs::Client(permission) => Ask::Client(client_in(uri.path())?, permission),
        Needs::Membership(_) => Ask::Membership(client_in(uri.path())?, member_in(uri.path())?),
        Needs::Own(permission) => Ask::Account(permission),
        Needs::Reviewer(permission) => Ask::Staff(Staff::Reviewer, permission),
        Needs::Admin(permission) => Ask::Staff(Staff::Admin, permission),
    };
    Ok(permit::ask(core, caller, asked).await?)
}

/// The client that a path is about.
fn client_in(path: &str) -> Result<xwms_core::id::ClientId, Error> {
    let below = path.strip_prefix(PREFIX).and_then(|path| path.strip_prefix("/clients/"));
    let client = below.and_then(|path| path.split('/').next());
    client.and_then(|client| client.parse().ok()).ok_or(Error::NotFound("client"))
}

/// The member of a client that a path is about.
fn member_in(path: &str) -> Result<xwms_core::id::MemberId, Error> {
    let member = path.rsplit('/').next();
    member.and_then(|member| member.parse().ok()).ok_or(Error::NotFound("member"))
}
