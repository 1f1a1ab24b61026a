//! `/admin/v1/clients`.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use xwms_core::error::{Error, FieldError};
use xwms_core::id::ClientId;
use xwms_core::manage::clients::{self, ClientFields, ClientView, MAX_LIMIT};
use xwms_core::model::client::{SigningAlg, SubjectType};
use xwms_core::params::Params;
use xwms_core::state::Core;

use crate::caller::SignedIn;
use crate::etag;
use crate::json::{Members, Object};
use crate::problem::Problem;

/// How many clients a page lists when the caller does not say.
const DEFAULT_LIMIT: u32 = 50;

/// A client on the wire.
#[derive(Serialize)]
struct Client {
    id: ClientId,
    name: String,
    owner: String,
    contact_email: Option<String>,
    homepage_url: Option<String>,
    privacy_url: Option<String>,
    terms_url: Option<String>,
    subject_type: SubjectType,
    id_token_alg: SigningAlg,
    scopes: Vec<String>,
}

#[derive(Serialize)]
struct Page {
    data: Vec<Client>,
    next_cursor: Option<String>,
}

pub(crate) async fn list(
    State(core): State<Core>,
    SignedIn(caller): SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let (after, limit) = page_asked(query.as_deref())?;
    let views = clients::list(&core, &caller, after, limit).await?;
    let more = views.len() == limit as usize;
    let next_cursor = views.last().filter(|_| more).map(|view| view.client.id.to_string());
    let page = Page { data: views.into_iter().map(Client::from).collect(), next_cursor };
    Ok(Json(page).into_response())
}

pub(crate) async fn create(
    State(core): State<Core>,
    SignedIn(caller): SignedIn,
    body: Object,
) -> Result<Response, Problem> {
    let view = clients::create(&core, caller, fields(body.members())?).await?;
    let location = HeaderValue::from_str(&format!("/admin/v1/clients/{}", view.client.id));
    let mut response = (StatusCode::CREATED, one(view)).into_response();
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

pub(crate) async fn read(
    State(core): State<Core>,
    SignedIn(caller): SignedIn,
    Path(client): Path<String>,
) -> Result<Response, Problem> {
    Ok(one(clients::get(&core, &caller, id(&client)?).await?))
}

pub(crate) async fn update(
    State(core): State<Core>,
    SignedIn(caller): SignedIn,
    Path(client): Path<String>,
    headers: HeaderMap,
    body: Object,
) -> Result<Response, Problem> {
    let expected = etag::expected(&headers)?;
    let fields = fields(body.members())?;
    Ok(one(clients::update(&core, caller, id(&client)?, fields, expected).await?))
}

/// An id of another form is no client's.
fn id(text: &str) -> Result<ClientId, Problem> {
    text.parse().map_err(|_| Error::NotFound("client").into())
}

fn page_asked(query: Option<&str>) -> Result<(Option<ClientId>, u32), Problem> {
    let wrong = |field: &str, message: &str| {
        Error::Invalid(vec![FieldError { field: field.to_owned(), code: "invalid", message: message.to_owned() }])
    };
    let params = Params::parse(query.unwrap_or_default().as_bytes()).map_err(|_| wrong("query", "send UTF-8"))?;
    let limit = match params.get("limit") {
        Some(text) => text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)),
        None => Some(DEFAULT_LIMIT),
    };
    let limit = limit.ok_or_else(|| wrong("limit", "give a number from 1 to 200"))?;
    let after = match params.get("cursor") {
        Some(text) => Some(text.parse().map_err(|_| wrong("cursor", "give the next_cursor of an answer"))?),
        None => None,
    };
    Ok((after, limit))
}

fn fields(mut members: Members) -> Result<ClientFields, Problem> {
    let fields = ClientFields {
        name: members.text("name"),
        contact_email: members.text("contact_email"),
        homepage_url: members.text("homepage_url"),
        privacy_url: members.text("privacy_url"),
        terms_url: members.text("terms_url"),
        subject_type: members.choice("subject_type", SubjectType::parse, "public and pairwise"),
        id_token_alg: members.choice("id_token_alg", SigningAlg::parse, "RS256 and ES256"),
        scopes: members.texts("scopes"),
    };
    members.end()?;
    Ok(fields)
}

fn one(view: ClientView) -> Response {
    let tag = etag::of(view.client.updated_at);
    ([(header::ETAG, tag)], Json(Client::from(view))).into_response()
}

impl From<ClientView> for Client {
    fn from(view: ClientView) -> Self {
        let client = view.client;
        Self {
            id: client.id,
            name: client.name,
            owner: view.owner,
            contact_email: client.contact_email,
            homepage_url: client.homepage_url,
            privacy_url: client.privacy_url,
            terms_url: client.terms_url,
            subject_type: client.subject_type,
            id_token_alg: client.id_token_alg,
            scopes: view.scopes.iter().map(str::to_owned).collect(),
        }
    }
}
