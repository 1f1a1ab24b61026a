//! Logos: `/clients/{client}/logo`, `/clients/{client}/domains/{domain}/logo`.

use axum::extract::{FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, put};
use xwms_core::contract::logo::LogoView;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::logos::{self, Upload, Whose};
use xwms_core::picture::MediaType;
use xwms_core::state::Core;

use crate::answer::{changed, done};
use crate::authenticated::Authenticated;
use crate::json::{bytes, content_type};
use crate::operation::{Method, Needs, Operation, RequestBody, ResponseBody};
use crate::path_ids::PathIds;
use crate::problem::Problem;
use crate::schema::Of;

static LOGO: Of<LogoView> = Of::new();

type OfClient = PathIds<ClientId>;
type OfDomain = PathIds<(ClientId, DomainId)>;

pub(crate) static OPERATIONS: &[Operation] = &[
    Operation::new(Method::Put, "/clients/{client}/logo", || {
        put(async |core, by, PathIds(client): OfClient, sent| set(core, by, client, Whose::Client, sent).await)
    })
    .named("putLogo", "Sets the logo of a client. That of a verified one is shown to people after its review.")
    .needs(Needs::Client(Permission::ClientUpdate))
    .request(RequestBody::Picture)
    .response(ResponseBody::One(&LOGO)),
    Operation::new(Method::Get, "/clients/{client}/logo", || {
        get(async |core, by, PathIds(client): OfClient| read(core, by, client, Whose::Client).await)
    })
    .named("getLogo", "Reads the logo of a client.")
    .needs(Needs::Client(Permission::ClientRead))
    .response(ResponseBody::Picture),
    Operation::new(Method::Delete, "/clients/{client}/logo", || {
        delete(async |core, by, PathIds(client): OfClient| remove(core, by, client, Whose::Client).await)
    })
    .named("deleteLogo", "Removes the logo of a client.")
    .needs(Needs::Client(Permission::ClientUpdate)),
    Operation::new(Method::Put, "/clients/{client}/domains/{domain}/logo", || {
        put(async |core, by, PathIds((client, domain)): OfDomain, sent| {
            set(core, by, client, Whose::Domain(domain), sent).await
        })
    })
    .named("putDomainLogo", "Sets the logo of a domain.")
    .needs(Needs::Client(Permission::DomainsUpdate))
    .request(RequestBody::Picture)
    .response(ResponseBody::One(&LOGO)),
    Operation::new(Method::Get, "/clients/{client}/domains/{domain}/logo", || {
        get(async |core, by, PathIds((client, domain)): OfDomain| read(core, by, client, Whose::Domain(domain)).await)
    })
    .named("getDomainLogo", "Reads the logo of a domain.")
    .needs(Needs::Client(Permission::DomainsRead))
    .response(ResponseBody::Picture),
    Operation::new(Method::Delete, "/clients/{client}/domains/{domain}/logo", || {
        delete(async |core, by, PathIds((client, domain)): OfDomain| {
            remove(core, by, client, Whose::Domain(domain)).await
        })
    })
    .named("deleteDomainLogo", "Removes the logo of a domain.")
    .needs(Needs::Client(Permission::DomainsUpdate)),
];

/// A picture as it was sent.
struct Sent(Upload);

impl FromRequest<Core> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, core: &Core) -> Result<Self, Problem> {
        let media_type = MediaType::parse(&content_type(&request)).ok_or_else(|| {
            let detail = "send image/png, image/jpeg or image/webp";
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
        })?;
        let bytes = bytes(request, core).await?.into();
        Ok(Self(Upload { media_type, bytes }))
    }
}

async fn set(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: ClientId,
    whose: Whose,
    Sent(upload): Sent,
) -> Result<Response, Problem> {
    Ok(changed(logos::put(&core, caller, client, whose, upload).await?))
}

async fn read(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: ClientId,
    whose: Whose,
) -> Result<Response, Problem> {
    let png = logos::get(&core, &caller, client, whose).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, png).into_response())
}

async fn remove(
    State(core): State<Core>,
    Authenticated(caller): Authenticated,
    client: ClientId,
    whose: Whose,
) -> Result<Response, Problem> {
    logos::delete(&core, caller, client, whose).await?;
    Ok(done())
}
