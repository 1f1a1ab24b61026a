//! `POST /api/sign-token`: begins a native login and says where to send the browser.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::gate::denial::Denial;
use xwms_core::gate::login::{Login, LoginKind, login};
use xwms_core::gate::redirect_uri;
use xwms_core::login::flow::{self, Flow, FlowKind, LoginRequest};
use xwms_core::login::flow_quota::Beginner;
use xwms_core::model::scope::ScopeSet;
use xwms_core::model::url::UrlKind;
use xwms_core::request::address::CallerAddress;

use super::caller::{Caller, For, body, text};
use super::envelope::{Failure, success};
use crate::AuthServer;

/// Longest `state` and `email` that are carried, in bytes.
const LONGEST: usize = 2048;

pub(super) async fn sign_token(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let answer = async {
        let body = body(&headers, &bytes)?;
        let caller = Caller::of(&server, &headers, address).await?;
        let core = &server.core;
        let redirect_uri = text(&body, "redirect_url")?;
        let (state, email) = (text(&body, "state")?, text(&body, "email")?);
        let (scope, challenge) = (text(&body, "scope")?, text(&body, "code_challenge")?);

        // The credentials come first: a stranger learns nothing of what is registered.
        // A URL that is off names its domain too: its partner is told what is off.
        let owner = redirect_uri.and_then(|uri| redirect_uri::owner(&caller.snapshot, UrlKind::Callback, uri));
        let domain = match owner {
            Some(owner) => caller.authenticate(core, &For::NamedOr(owner.id))?,
            None if caller.names_domain() => caller.authenticate(core, &For::Named)?,
            None => caller.authenticate(core, &For::Nothing)?,
        };
        let redirect_uri =
            redirect_uri.ok_or_else(|| Failure::invalid("redirect_url", "required", "redirect_url is missing"))?;
        let found = match owner {
            Some(owner) if domain == Some(owner.id) => {
                redirect_uri::find(&caller.snapshot, UrlKind::Callback, redirect_uri)
            }
            _ => Err(Denial::RedirectUriUnknown),
        };
        found.map_err(|denial| caller.refused(core, domain, &denial))?;
        for (name, value) in [("state", state), ("email", email)] {
            if value.is_some_and(|value| value.len() > LONGEST) {
                return Err(Failure::invalid(name, "too_long", format!("{name} has at most {LONGEST} bytes")));
            }
        }
        let scope = scope.map(ScopeSet::parse).transpose();
        let scope = scope.map_err(|_| Failure::invalid("scope", "invalid_scope", "scope is malformed"))?;

        let now = core.clock.now();
        let attempt = Login {
            redirect_uri,
            now,
            response_type: None,
            code_challenge: challenge,
            code_challenge_method: challenge.map(|_| "S256"),
            scope: scope.as_ref(),
            kind: LoginKind::Native,
        };
        let admission = login(&caller.snapshot, &attempt).map_err(|denial| caller.refused(core, domain, &denial))?;
        let flow = Flow {
            id: None,
            kind: FlowKind::Native,
            client: caller.snapshot.client.id,
            request: LoginRequest {
                redirect_uri: redirect_uri.to_owned(),
                state: state.map(str::to_owned),
                scope: admission.scope,
                nonce: None,
                code_challenge: challenge.map(str::to_owned),
                login_hint: email.map(str::to_owned),
                ask_consent: false,
                ask_account: false,
                stale_session: None,
            },
            decision: None,
        };
        let token = Credential::generate(Kind::SignToken, now);
        flow::store(core, &flow, admission.domain.id, Beginner::Client(flow.client, token.key())).await?;
        let token = token.text().expose();
        let expires_at = now.after(core.config.tokens.sign_token_seconds.duration());
        Ok(success(
            "Send the browser to the URL",
            json!({
                "client_id": flow.client,
                "token": token,
                "email": email,
                "expires_at": expires_at,
                "url": format!("{}/oauth/sign-in?token={token}", core.config.server.issuer()),
            }),
        ))
    };
    answer.await.unwrap_or_else(Failure::into_response)
}
