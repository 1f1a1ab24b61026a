//! What an operation needs, asked before its handler: what is wrong with a request is told to those who may make it, and
//! what was answered before is repeated to nobody else. The use case asks again in its own transaction, and that decides.

use axum::body::Body;
use axum::extract::{FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use xwms_core::error::Error;
use xwms_core::manage::permit::{self, Asked, Caller};
use xwms_core::model::account::Staff;
use xwms_core::state::Core;

use crate::answer::unstored;
use crate::authenticated::Authenticated;
use crate::idempotency;
use crate::operation::{Needs, Operation, PREFIX};
use crate::problem::Problem;
use crate::schema::Described;

/// Lets in who may, and carries out what has an `Idempotency-Key` once.
pub(crate) async fn guard(
    State((core, operation)): State<(Core, &'static Operation)>,
    request: Request,
    next: Next,
) -> Response {
    match let_in(&core, operation, request).await {
        Ok(Admitted::Request(request)) => answer(next.run(request).await),
        Ok(Admitted::Keyed { request, caller, key }) => idempotency::once(&core, &caller, &key, request, next).await,
        Err(problem) => problem.into_response(),
    }
}

/// A request whose caller may make it.
enum Admitted {
    Request(Request),
    /// Its answer is to be kept under this key.
    Keyed {
        request: Request,
        caller: Caller,
        key: HeaderValue,
    },
}

async fn let_in(core: &Core, operation: &Operation, request: Request) -> Result<Admitted, Problem> {
    let (mut parts, body) = request.into_parts();
    let Authenticated(mut caller) = Authenticated::from_request_parts(&mut parts, core).await?;
    ask(core, &caller, operation.needs, &parts.uri).await?;
    let key = idempotency::key_of(&parts);
    let Some(key) = key else {
        parts.extensions.insert(caller);
        return Ok(Admitted::Request(Request::from_parts(parts, body)));
    };
    if !operation.request.object().is_some_and(Described::is_contract) {
        parts.extensions.insert(caller.clone());
        return Ok(Admitted::Keyed { request: Request::from_parts(parts, body), caller, key });
    }
    let body = idempotency::read(body).await?;
    caller.once = Some(idempotency::of(&caller, &parts, &key, &body)?);
    parts.extensions.insert(caller);
    Ok(Admitted::Request(Request::from_parts(parts, Body::from(body))))
}

/// What one partner configures is nothing for a cache between us.
fn answer(response: Response) -> Response {
    if response.status().is_success() { unstored(response) } else { response }
}

async fn ask(core: &Core, caller: &Caller, needs: Needs, uri: &Uri) -> Result<(), Problem> {
    let asked = match needs {
        Needs::Account | Needs::Signature | Needs::Nothing => return Ok(()),
        Needs::Client(permission) => Asked::Client(client_in(uri.path())?, permission),
        Needs::Membership(_) => Asked::Membership(client_in(uri.path())?, member_in(uri.path())?),
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

/// The member of a client that a path is about.
fn member_in(path: &str) -> Result<xwms_core::id::MemberId, Error> {
    let member = path.rsplit('/').next();
    member.and_then(|member| member.parse().ok()).ok_or(Error::NotFound("member"))
}
