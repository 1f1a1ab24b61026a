//! What the payment provider's adapter tells: `/billing`, signed as Standard Webhooks says.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::post;
use xwms_core::contract::plan::BillingMessage;
use xwms_core::manage::plans::{self, Received};
use xwms_core::state::Core;

use crate::answer::done;
use crate::authenticated::address;
use crate::json::{bytes, content_type, read};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::problem::Problem;
use crate::schema::Of;

/// A message is taken so many seconds before and after the time in it.
const TOLERANCE: i64 = 300;
/// The longest id of a message, in bytes.
const LONGEST_ID: usize = 255;

static MESSAGE: Of<BillingMessage> = Of::new();

pub(crate) static OPERATIONS: &[Operation] = &[Operation {
    method: Method::Post,
    path: "/billing",
    id: "setPlan",
    summary: "Sets what an account pays for. Signed as Standard Webhooks says; a repeated message changes nothing.",
    needs: Needs::Signature,
    query: &[],
    request: RequestBody::New(&MESSAGE),
    response: ResponseBody::Nothing,
    refusals: &[(404, "not_found")],
    handler: || post(take),
}];

async fn take(State(core): State<Core>, request: Request) -> Result<Response, Problem> {
    let (headers, content_type, address) =
        (request.headers().clone(), content_type(&request), address(request.extensions()));
    let body = bytes(request, &core).await?;
    let id = signed(&core, &headers, &body).ok_or_else(|| {
        let detail = "sign the body with the secret billing.secret as Standard Webhooks says, within five minutes";
        Problem::new(StatusCode::UNAUTHORIZED, "signature_invalid", detail)
    })?;
    let message = Received { id, from: address, message: read(&content_type, false, &body)?.input() };
    plans::take_message(&core, message).await?;
    Ok(done())
}

/// The id of the message, when it is signed right and of now.
fn signed(core: &Core, headers: &HeaderMap, body: &[u8]) -> Option<String> {
    let key = core.config.billing.secret.as_ref()?;
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none())?.to_str().ok()
    };
    let (id, at, signatures) = (one("webhook-id")?, one("webhook-timestamp")?, one("webhook-signature")?);
    let fits = !id.is_empty() && id.len() <= LONGEST_ID;
    let apart = at.parse::<i64>().ok()?.abs_diff(core.clock.now().seconds());
    (fits && apart <= TOLERANCE.unsigned_abs() && key.accepts(id, at, body, signatures)).then(|| id.to_owned())
}
