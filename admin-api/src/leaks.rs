//! Reports of secret scanners: `/leaks`, in the form of GitHub's secret scanning partner program.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde::{Deserialize, Serialize};
use xwms_core::error::Error;
use xwms_core::manage::leaks::{self, Leak};
use xwms_core::secret::Secret;
use xwms_core::state::Core;
use xwms_core::text;

use crate::authenticated::address;
use crate::json::{bytes, content_type};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::problem::Problem;

/// Credentials in one report at the most.
const MOST: usize = 500;

pub(crate) static OPERATIONS: &[Operation] = &[Operation {
    method: Method::Post,
    path: "/leaks",
    id: "reportLeaks",
    summary: "Takes reported credentials out of use and tells whom they belong to. Signed by a known reporter.",
    needs: Needs::Signature,
    query: &[],
    request: RequestBody::Foreign,
    response: ResponseBody::Other,
    refusals: &[],
    handler: || post(take),
}];

/// What is reported. The reporter's format may grow: members that are not known here are passed over.
#[derive(Deserialize)]
struct Reported {
    token: String,
    r#type: String,
    url: Option<String>,
}

/// What is answered about it: never the credential itself.
#[derive(Serialize)]
struct Labelled {
    token_hash: String,
    token_type: String,
    label: &'static str,
}

async fn take(State(core): State<Core>, request: Request) -> Result<Response, Problem> {
    let (headers, content_type, address) =
        (request.headers().clone(), content_type(&request), address(request.extensions()));
    let body = bytes(request, &core).await?;
    if !is_signed(&core, &headers, &body) {
        let detail = "this is not signed with a key of leaks.reporters";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "signature_invalid", detail));
    }
    if content_type != "application/json" {
        let detail = "send application/json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    let reported: Vec<Reported> = serde_json::from_slice(&body).map_err(|_| {
        let detail = "send a list of objects with token, type, url and source";
        Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
    })?;
    if reported.len() > MOST {
        return Err(Error::Invalid(vec![text!("too_many-credentials", max = MOST).at("body")]).into());
    }
    let mut answers = Vec::with_capacity(reported.len());
    for Reported { token, r#type, url } in reported {
        let judged = leaks::take(&core, Leak { token: Secret::new(token), url }, address).await?;
        answers.push(Labelled {
            token_hash: judged.digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            token_type: r#type,
            label: if judged.ours { "true_positive" } else { "false_positive" },
        });
    }
    Ok(Json(answers).into_response())
}

fn is_signed(core: &Core, headers: &HeaderMap, body: &[u8]) -> bool {
    let one = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, signature) = (one("github-public-key-identifier"), one("github-public-key-signature"));
    core.config.leaks.reporters.iter().any(|key| key.id == id && key.accepts(body, signature))
}
