//! Callback, webhook and logout URLs: `/clients/{client}/domains/{domain}/urls`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde::Serialize;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, UrlId};
use xwms_core::manage::urls;
use xwms_core::model::url::UrlKind;
use xwms_core::state::Core;
use xwms_core::store::tables::domain_urls::DomainUrl;

use crate::answer::{done, made, unstored};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

pub(crate) static URL: Shape = Shape {
    name: "Url",
    members: &[
        member("id", Kind::Id("url"), Set::Never, "Its id.", "url_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member(
            "kind",
            Kind::OneOf(&["callback", "webhook", "logout"]),
            Set::OnceRequired,
            "What it is for: where a login ends, where events are sent, where a logout ends.",
            "callback",
        ),
        member(
            "url",
            Kind::Text(2048),
            Set::Required,
            "On the root domain or below it. It is compared byte for byte.",
            "https://app.engines.example/callback",
        ),
        member("active", Kind::Bool, Set::Always, "Whether it is in use. By default it is.", "true"),
        member(
            "value",
            Kind::Text(60),
            Set::Never,
            "What is sent to a webhook is signed with it; in the answer that made it only.",
            "whsec_…",
        ),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains/{domain}/urls",
        id: "listUrls",
        summary: "Lists the URLs of a domain.",
        needs: Needs::Client(Permission::UrlsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&URL),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/domains/{domain}/urls",
        id: "createUrl",
        summary: "Makes a URL of a domain.",
        needs: Needs::Client(Permission::UrlsCreate),
        query: &[],
        request: RequestBody::New(&URL),
        response: ResponseBody::Made(&URL),
        refusals: &[(409, "url_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains/{domain}/urls/{url}",
        id: "getUrl",
        summary: "Reads a URL of a domain.",
        needs: Needs::Client(Permission::UrlsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&URL),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/domains/{domain}/urls/{url}",
        id: "updateUrl",
        summary: "Changes a URL of a domain.",
        needs: Needs::Client(Permission::UrlsUpdate),
        query: &[],
        request: RequestBody::Changes(&URL),
        response: ResponseBody::One(&URL),
        refusals: &[(409, "url_taken")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/domains/{domain}/urls/{url}",
        id: "deleteUrl",
        summary: "Deletes a URL of a domain for good.",
        needs: Needs::Client(Permission::UrlsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
];

/// A URL on the wire.
#[derive(Serialize)]
struct Url {
    id: UrlId,
    kind: UrlKind,
    url: String,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<UrlId>()?;
    let found = urls::list(&core, &caller, (client, domain), page.after, page.look_for()).await?;
    Ok(page.answer(found, |url| url.id.to_string(), Url::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&URL, Purpose::Create);
    let (kind, url) = (members.choice("kind", UrlKind::parse), members.text("url").unwrap_or_default());
    let active = members.boolean("active").unwrap_or(true);
    members.end()?;
    let kind = kind.ok_or_else(|| Error::invalid("kind", "required", "it can't be left out"))?;
    let of = (client, domain);
    let (url, text) = urls::create(&core, caller, of, kind, url, active).await?;
    let location = format!("/clients/{client}/domains/{domain}/urls/{}", url.id);
    let tag = etag::of(url.updated_at);
    let view = Url { value: text.map(|text| text.expose().clone()), ..Url::from(url) };
    Ok(unstored(made(&location, ([(header::ETAG, tag)], Json(view)).into_response())))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain, url)): PathIds<(ClientId, DomainId, UrlId)>,
) -> Result<Response, Problem> {
    Ok(one(urls::get(&core, &caller, (client, domain), url).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain, url)): PathIds<(ClientId, DomainId, UrlId)>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let mut members = body.members(&URL, Purpose::Change);
    let changes = (members.text("url"), members.boolean("active"));
    members.end()?;
    Ok(one(urls::update(&core, caller, (client, domain), url, changes, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain, url)): PathIds<(ClientId, DomainId, UrlId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    urls::delete(&core, caller, (client, domain), url, expected).await?;
    Ok(done())
}

fn one(url: DomainUrl) -> Response {
    let tag = etag::of(url.updated_at);
    ([(header::ETAG, tag)], Json(Url::from(url))).into_response()
}

impl From<DomainUrl> for Url {
    fn from(url: DomainUrl) -> Self {
        Self { id: url.id, kind: url.kind, url: url.url, active: url.active, value: None }
    }
}
