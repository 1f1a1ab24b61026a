//! Logout that a relying party asks for (OpenID Connect RP-Initiated Logout).

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use xwms_core::error::Error;
use xwms_core::gate::denial::Denial;
use xwms_core::gate::{error_return, redirect_uri};
use xwms_core::id::ClientId;
use xwms_core::login::logout::{LogoutRequest, ask};
use xwms_core::login::session;
use xwms_core::login::tokens::id_token_hint;
use xwms_core::memory::attempts::Refused;
use xwms_core::model::token_claims::IdClaims;
use xwms_core::model::url::UrlKind;
use xwms_core::request::address::CallerAddress;
use xwms_core::request::cookies;
use xwms_core::request::params::Params;

use crate::AuthServer;
use crate::authorize::answer;

/// The parameters that may stand only once.
const ONCE: [&str; 6] =
    ["id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "ui_locales"];
/// Longest `state` that is carried, in bytes.
const LONGEST_STATE: usize = 2048;

/// `GET /oauth/logout`.
pub(crate) async fn get(
    State(server): State<AuthServer>,
    Extension(address): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    match Params::parse(query.unwrap_or_default().as_bytes()) {
        Ok(params) => server.log_out(&headers, address, &params).await.unwrap_or_else(|error| server.failed(error)),
        Err(_) => server.page(&Denial::RequestMalformed),
    }
}

/// `POST /oauth/logout`: sent on as a GET, which carries the session's cookie.
pub(crate) async fn post(State(server): State<AuthServer>, body: Bytes) -> Response {
    match Params::parse(&body) {
        Ok(params) => answer::see_other(&format!("/oauth/logout?{}", params.encode())),
        Err(_) => server.page(&Denial::RequestMalformed),
    }
}

/// Where a logout ends.
struct Destination {
    uri: String,
    /// Without a page that names its host.
    automatic: bool,
}

impl AuthServer {
    async fn log_out(&self, headers: &HeaderMap, address: CallerAddress, params: &Params) -> Result<Response, Error> {
        if let Some(name) = params.repeated(&ONCE) {
            return Ok(self.page(&Denial::ParameterRepeated(name)));
        }
        if params.get("state").is_some_and(|state| state.len() > LONGEST_STATE) {
            return Ok(self.page(&Denial::ParameterInvalid("state")));
        }
        let hint = params.get("id_token_hint").and_then(|token| id_token_hint(&self.core, token));
        let destination = self.destination(params, hint.as_ref(), address).await?;
        let automatic = destination.as_ref().is_some_and(|found| found.automatic);
        let request = LogoutRequest { destination: destination.map(|found| found.uri) };
        let session = session::find(&self.core, self.cookie(headers, cookies::SESSION)).await?;
        match (session, hint) {
            (Some(session), Some(hint)) if hint.sid == session.id.to_string() => {
                session::end(&self.core, &session).await?;
                Ok(self.signed_out(&request, headers))
            }
            // Nobody is signed in here: there is nothing to ask.
            (None, Some(_)) => Ok(self.signed_out(&request, headers)),
            // Whoever it was: a site that has proven who it is gets its person back.
            (None, None) if automatic => Ok(self.signed_out(&request, headers)),
            (None, None) => Ok(self.signed_out(&LogoutRequest::default(), headers)),
            (Some(_), _) => {
                let browser = self.browser(headers, address);
                let flow = ask(&self.core, &request, browser.beginner()).await?;
                Ok(browser.remember(answer::see_other(&format!("/logout?flow={flow}"))))
            }
        }
    }

    /// The relying party's URL with its `state`, when it is an active logout URL of the client that asks; any other one is
    /// recorded for its partner.
    async fn destination(
        &self,
        params: &Params,
        hint: Option<&IdClaims>,
        CallerAddress(address): CallerAddress,
    ) -> Result<Option<Destination>, Error> {
        let Some(uri) = params.get("post_logout_redirect_uri") else { return Ok(None) };
        let client = match (params.get("client_id"), hint.map(|hint| hint.aud.as_str())) {
            (Some(named), Some(hinted)) if named != hinted => None,
            (named, hinted) => named.or(hinted),
        };
        let Some(client) = client.and_then(|client| client.parse::<ClientId>().ok()) else { return Ok(None) };
        let Some(snapshot) = self.core.snapshots.get(client).await? else { return Ok(None) };
        let Ok(domain) = redirect_uri::find(&snapshot, UrlKind::Logout, uri) else {
            let refused = Refused {
                domain: error_return::domain_of(&snapshot, uri).map(|domain| domain.id),
                denial: &Denial::LogoutUrlUnknown,
                address: Some(address),
                redirect_uri: Some(uri),
                scope: None,
            };
            self.core.attempts.refused(client, &refused, self.core.clock.now());
            return Ok(None);
        };
        let state: Vec<_> = params.get("state").map(|state| ("state", state)).into_iter().collect();
        let automatic = error_return::is_automatic(domain, uri, false);
        Ok(Some(Destination { uri: error_return::with_parameters(uri, &state), automatic }))
    }

    /// Takes the session's cookie away from a browser that sent it. One that sent none may have one all the same: an
    /// image on another site brings no Lax cookie, and must not log anybody out.
    fn signed_out(&self, request: &LogoutRequest, headers: &HeaderMap) -> Response {
        let mut response = match &request.destination {
            Some(uri) => answer::leave(uri),
            None => answer::see_other("/signed-out"),
        };
        let gone = cookies::set(cookies::SESSION, "", self.https(), Some(0));
        let sent = self.cookie(headers, cookies::SESSION);
        if let (Some(_), Ok(cookie)) = (sent, HeaderValue::from_str(&gone)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
