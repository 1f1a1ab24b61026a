//! Domains: `/clients/{client}/domains`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use serde::Serialize;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::domains::{self, DomainFields, DomainView};
use xwms_core::model::domain::Ownership;
use xwms_core::model::root_domain::RootDomain;
use xwms_core::state::Core;

use crate::answer::{done, made};
use crate::authenticated::Authenticated;
use crate::etag::{self, IfMatch};
use crate::json::Object;
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::page::Query;
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::shape::{Kind, Purpose, Set, Shape, member};

pub(crate) static DOMAIN: Shape = Shape {
    name: "Domain",
    members: &[
        member("id", Kind::Id("domain"), Set::Never, "Its id.", "domain_01jd3v8m1efb9rkyq9wzvw2x4a"),
        member("root_domain", Kind::Text(253), Set::Required, "The site's name. It never changes.", "engines.example"),
        member(
            "server_ips",
            Kind::Texts,
            Set::Always,
            "From where your servers call: addresses and networks. An empty list means from anywhere.",
            r#"["192.0.2.7", "2001:db8::/32"]"#,
        ),
        member("internal_name", Kind::NullableText(120), Set::Always, "What you call it.", "Shop"),
        member(
            "fallback_uri",
            Kind::NullableText(2048),
            Set::Always,
            "Where a login goes that fails before its callback is known.",
            "https://engines.example/sorry",
        ),
        member(
            "fallback_response",
            Kind::NullableText(4096),
            Set::Always,
            "What the error page shows as your words: plain text.",
            "Call us.",
        ),
        member("allow_login", Kind::Bool, Set::Always, "Whether logins may start. By default they may.", "true"),
        member("allow_api", Kind::Bool, Set::Always, "Whether your servers may call by themselves.", "false"),
        member("active", Kind::Bool, Set::Always, "Whether it is in use. By default it is.", "true"),
        member("primary", Kind::Bool, Set::Always, "Whether it is the one meant when none is named.", "true"),
        member(
            "test_mode",
            Kind::Bool,
            Set::Always,
            "For development: http and loopback URLs, any address, members and testers only. Needs `domains:test`.",
            "false",
        ),
        member(
            "ownership",
            Kind::OneOf(&["unproven", "proven"]),
            Set::Never,
            "Whether you have shown that the site is yours.",
            "unproven",
        ),
    ],
};

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains",
        id: "listDomains",
        summary: "Lists the domains of a client.",
        needs: Needs::Client(Permission::DomainsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Page(&DOMAIN),
        refusals: &[],
        handler: || get(list),
    },
    Operation {
        method: Method::Post,
        path: "/clients/{client}/domains",
        id: "createDomain",
        summary: "Makes a domain. In test mode it also needs `domains:test`.",
        needs: Needs::Client(Permission::DomainsCreate),
        query: &[],
        request: RequestBody::New(&DOMAIN),
        response: ResponseBody::Made(&DOMAIN),
        refusals: &[(409, "root_domain_taken")],
        handler: || post(create),
    },
    Operation {
        method: Method::Get,
        path: "/clients/{client}/domains/{domain}",
        id: "getDomain",
        summary: "Reads a domain.",
        needs: Needs::Client(Permission::DomainsRead),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::One(&DOMAIN),
        refusals: &[],
        handler: || get(read),
    },
    Operation {
        method: Method::Patch,
        path: "/clients/{client}/domains/{domain}",
        id: "updateDomain",
        summary: "Changes a domain. Switching test mode on also needs `domains:test`.",
        needs: Needs::Client(Permission::DomainsUpdate),
        query: &[],
        request: RequestBody::Changes(&DOMAIN),
        response: ResponseBody::One(&DOMAIN),
        refusals: &[(409, "primary_needed"), (409, "verified_domain"), (409, "test_urls_present")],
        handler: || patch(update),
    },
    Operation {
        method: Method::Delete,
        path: "/clients/{client}/domains/{domain}",
        id: "deleteDomain",
        summary: "Deletes a domain for good, with its URLs, links and coverage; every login that came through it ends.",
        needs: Needs::Client(Permission::DomainsDelete),
        query: &[],
        request: RequestBody::Nothing,
        response: ResponseBody::Nothing,
        refusals: &[],
        handler: || delete(remove),
    },
];

/// A domain on the wire.
#[derive(Serialize)]
pub(crate) struct Domain {
    id: DomainId,
    root_domain: RootDomain,
    server_ips: Vec<String>,
    internal_name: Option<String>,
    fallback_uri: Option<String>,
    fallback_response: Option<String>,
    allow_login: bool,
    allow_api: bool,
    active: bool,
    primary: bool,
    test_mode: bool,
    ownership: Ownership,
}

/// What a body says of a domain.
struct Asked {
    root: Option<String>,
    primary: Option<bool>,
    fields: DomainFields,
}

async fn list(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    query: Query,
) -> Result<Response, Problem> {
    let page = query.page::<DomainId>()?;
    let found = domains::list(&core, &caller, client, page.after, page.look_for()).await?;
    Ok(page.answer(found, |view| view.domain.id.to_string(), Domain::from))
}

async fn create(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds(client): PathIds<ClientId>,
    body: Object,
) -> Result<Response, Problem> {
    let Asked { root, primary, fields } = asked(body, Purpose::Create)?;
    let view = domains::create(&core, caller, client, root, primary, fields).await?;
    let location = format!("/clients/{client}/domains/{}", view.domain.id);
    Ok(made(&location, one(view)))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
) -> Result<Response, Problem> {
    Ok(one(domains::get(&core, &caller, client, domain).await?))
}

async fn update(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    IfMatch(expected): IfMatch,
    body: Object,
) -> Result<Response, Problem> {
    let Asked { root, primary, fields } = asked(body, Purpose::Change)?;
    let named = (client, domain);
    Ok(one(domains::update(&core, caller, named, root, primary, fields, expected).await?))
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    PathIds((client, domain)): PathIds<(ClientId, DomainId)>,
    IfMatch(expected): IfMatch,
) -> Result<Response, Problem> {
    domains::delete(&core, caller, (client, domain), expected).await?;
    Ok(done())
}

fn asked(body: Object, purpose: Purpose) -> Result<Asked, Problem> {
    let mut members = body.members(&DOMAIN, purpose);
    let asked = Asked {
        root: members.text("root_domain"),
        primary: members.boolean("primary"),
        fields: DomainFields {
            internal_name: members.text("internal_name"),
            server_ips: members.texts("server_ips"),
            fallback_uri: members.text("fallback_uri"),
            fallback_response: members.text("fallback_response"),
            allow_login: members.boolean("allow_login"),
            allow_api: members.boolean("allow_api"),
            active: members.boolean("active"),
            test_mode: members.boolean("test_mode"),
            ownership: None,
        },
    };
    members.end()?;
    Ok(asked)
}

/// 200 with a domain and its tag.
pub(crate) fn one(view: DomainView) -> Response {
    let tag = etag::of(view.domain.updated_at);
    ([(header::ETAG, tag)], Json(Domain::from(view))).into_response()
}

impl From<DomainView> for Domain {
    fn from(view: DomainView) -> Self {
        let domain = view.domain;
        Self {
            id: domain.id,
            root_domain: domain.root_domain,
            server_ips: view.server_ips,
            internal_name: domain.internal_name,
            fallback_uri: domain.fallback_uri,
            fallback_response: domain.fallback_response,
            allow_login: domain.allow_login,
            allow_api: domain.allow_api,
            active: domain.active,
            primary: domain.is_primary,
            test_mode: domain.test_mode,
            ownership: domain.ownership,
        }
    }
}
