//! Reads an authorization request: who asks, where the answer goes, and what is asked.

use std::sync::Arc;
use std::time::Duration;

use xwms_core::gate::denial::Denial;
use xwms_core::gate::login::{Login, LoginKind, may_answer};
use xwms_core::gate::snapshot::{Domain, Snapshot};
use xwms_core::id::ClientId;
use xwms_core::login::flow::{Flow, FlowKind, LoginRequest};
use xwms_core::login::session::Session;
use xwms_core::model::amr::{ONE_FACTOR, TWO_FACTORS};
use xwms_core::model::resource::Resources;
use xwms_core::model::scope::ScopeSet;
use xwms_core::request::params::Params;

use super::answer::Refusal;
use super::oxide;
use crate::AuthServer;

/// The parameters that may stand only once (OAuth 2.1 §3.1); the client's id and redirect URI are looked at before.
const ONCE: [&str; 16] = [
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "response_mode",
    "request",
    "request_uri",
    "display",
    "acr_values",
];
/// Longest `state`, `nonce` and `login_hint` that are carried, in bytes.
const LONGEST: usize = 2048;

/// A request that may go on.
pub(super) struct Asked<'s> {
    /// The login it starts.
    pub(super) flow: Flow,
    /// The domain that the gate let it start through.
    pub(super) domain: &'s Domain,
    /// `prompt=none`: no page may be shown.
    pub(super) silent: bool,
}

#[derive(Default)]
struct Prompt {
    none: bool,
    login: bool,
    consent: bool,
    select_account: bool,
}

impl AuthServer {
    /// The client that asks, by its configuration.
    pub(super) async fn client_of(&self, params: &Params) -> Result<Arc<Snapshot>, Refusal<'static>> {
        if params.repeated(&["client_id", "redirect_uri"]).is_some() {
            return Err(Refusal::page(Denial::RequestMalformed));
        }
        let id: Option<ClientId> = params.get("client_id").and_then(|id| id.parse().ok());
        let id = id.ok_or_else(|| Refusal::page(Denial::ClientUnknown))?;
        self.core.snapshots.get(id).await?.ok_or_else(|| Refusal::page(Denial::ClientUnknown))
    }

    /// Reads what the client asks, and asks the gate.
    pub(super) fn read<'s>(
        &self,
        snapshot: &'s Snapshot,
        params: &'s Params,
        session: Option<&Session>,
    ) -> Result<Asked<'s>, Refusal<'s>> {
        let redirect_uri = params.get("redirect_uri").ok_or_else(|| Refusal::page(Denial::RedirectUriMissing))?;
        self.ask_gate(snapshot, params, redirect_uri, session).map_err(|denial| Refusal {
            silent: params.get("prompt") == Some("none"),
            redirect_uri: Some(redirect_uri),
            state: params.get("state").filter(|_| !params.is_repeated("state")),
            scope: params.get("scope"),
            address: None,
            kind: FlowKind::Authorize,
            snapshot: Some(snapshot),
            denial,
            failed: None,
        })
    }

    fn ask_gate<'s>(
        &self,
        snapshot: &'s Snapshot,
        params: &Params,
        redirect_uri: &str,
        session: Option<&Session>,
    ) -> Result<Asked<'s>, Denial> {
        let now = self.core.clock.now();
        let scope = params.get("scope").map(ScopeSet::parse).transpose();
        let resources = Resources::parse(params.all("resource"));
        let attempt = Login {
            redirect_uri,
            now,
            response_type: params.get("response_type"),
            code_challenge: params.get("code_challenge"),
            code_challenge_method: params.get("code_challenge_method"),
            nonce: params.get("nonce"),
            scope: scope.as_ref().ok().and_then(Option::as_ref),
            resources: resources.as_ref().ok(),
            kind: LoginKind::Authorize,
        };
        // Where the answer goes is settled first; only then may an error be sent there.
        let domain = may_answer(snapshot, &attempt)?;
        check_form(params)?;
        scope.as_ref().map_err(|_| Denial::ParameterInvalid("scope"))?;
        check_lengths(params)?;
        let resources = resources.as_ref().map_err(|_| Denial::ResourceUnknown)?;
        let prompt = prompt(params.get("prompt"))?;
        let max_age = match params.get("max_age") {
            Some(text) => Some(seconds(text).ok_or(Denial::ParameterInvalid("max_age"))?),
            None => None,
        };
        let admission = oxide::decide(snapshot, domain, params, &attempt)?;
        let two_factors = asks_two_factors(params.get("acr_values"));
        let does_not_count = |session: &&Session| {
            prompt.login
                || two_factors && !session.is_as_strong_as_the_account()
                || max_age.is_some_and(|seconds| {
                    seconds == 0 || now.since(session.authenticated_at) > Duration::from_secs(seconds.into())
                })
        };
        let oldest = |seconds: u32| now.before(Duration::from_secs(seconds.into())).milliseconds();
        let signed_in_since = if prompt.login { Some(now.milliseconds()) } else { max_age.map(oldest) };
        let flow = Flow {
            id: None,
            kind: FlowKind::Authorize,
            client: snapshot.client.id,
            request: LoginRequest {
                redirect_uri: redirect_uri.to_owned(),
                state: params.get("state").map(str::to_owned),
                scope: admission.scope,
                resources: resources.clone(),
                nonce: params.get("nonce").map(str::to_owned),
                code_challenge: params.get("code_challenge").map(str::to_owned),
                login_hint: params.get("login_hint").map(str::to_owned),
                ask_consent: prompt.consent,
                ask_account: prompt.select_account,
                stale_session: session.filter(does_not_count).map(|session| session.id),
                signed_in_since,
                user: None,
            },
            decision: None,
        };
        Ok(Asked { flow, domain, silent: prompt.none })
    }
}

/// Refuses what is repeated, or not supported.
fn check_form(params: &Params) -> Result<(), Denial> {
    if let Some(name) = params.repeated(&ONCE) {
        return Err(Denial::ParameterRepeated(name));
    }
    if params.get("request").is_some() {
        return Err(Denial::RequestObjectUnsupported);
    }
    if params.get("request_uri").is_some() {
        return Err(Denial::RequestUriUnsupported);
    }
    if params.get("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Denial::ParameterInvalid("response_mode"));
    }
    Ok(())
}

fn check_lengths(params: &Params) -> Result<(), Denial> {
    for name in ["state", "nonce", "login_hint"] {
        if params.get(name).is_some_and(|value| value.len() > LONGEST) {
            return Err(Denial::ParameterInvalid(name));
        }
    }
    Ok(())
}

/// OpenID Connect Core §3.1.2.1: `none` stands alone.
fn prompt(text: Option<&str>) -> Result<Prompt, Denial> {
    let mut prompt = Prompt::default();
    for word in text.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
        match word {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(Denial::ParameterInvalid("prompt")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(Denial::ParameterInvalid("prompt"));
    }
    Ok(prompt)
}

/// Whether two factors are what the client would like best of what there is (OpenID Connect Core §3.1.2.1). An account that
/// has one goes on with that, and its `acr` says so.
fn asks_two_factors(values: Option<&str>) -> bool {
    let known = |word: &&str| [ONE_FACTOR, TWO_FACTORS].contains(word);
    values.unwrap_or_default().split(' ').find(known) == Some(TWO_FACTORS)
}

/// A whole number of seconds: digits and nothing else.
fn seconds(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
