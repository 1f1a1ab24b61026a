//! Drives oxide-auth's authorization request (`code_grant::authorization`). No other file here names the library but
//! `token/oxide.rs`.
//!
//! The machine decides the course of the request: bind the client and its redirect URI, look at the response type, take
//! the extensions (PKCE), negotiate the scope. What it asks is answered by the gate.

use std::borrow::Cow;

use oxide_auth::code_grant::authorization::{Authorization, Error as MachineError, Input, Output, Request};
use oxide_auth::primitives::grant::Extensions;
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};
use xwms_core::gate::denial::Denial;
use xwms_core::gate::login::{Login, LoginAdmission, LoginKind, admit};
use xwms_core::gate::snapshot::{Domain, Snapshot};
use xwms_core::model::scope::ScopeSet;
use xwms_core::request::params::Params;

struct MachineRequest<'a>(&'a Params);

impl Request for MachineRequest<'_> {
    fn valid(&self) -> bool {
        true
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.extension("client_id")
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.extension("scope")
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.extension("redirect_uri")
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.extension("state")
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.extension("response_type")
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.0.get(key).map(Cow::Borrowed)
    }
}

/// Runs the request through the machine; the gate answers what it asks. `domain`: the one that
/// [`xwms_core::gate::login::may_answer`] has found for this attempt.
///
/// # Errors
/// The gate's denial, or what the machine itself refuses.
pub(super) fn decide<'s>(
    snapshot: &Snapshot,
    domain: &'s Domain,
    params: &Params,
    attempt: &Login<'_>,
) -> Result<LoginAdmission<'s>, Denial> {
    debug_assert_eq!(attempt.kind, LoginKind::Authorize);
    let request = MachineRequest(params);
    let mut machine = Authorization::new(&request);
    let mut admitted: Option<LoginAdmission<'s>> = None;
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Bind { client_id, redirect_uri } => {
                let redirect_uri = redirect_uri.ok_or(Denial::RedirectUriMissing)?;
                // The gate has compared the redirect URI byte for byte; now it judges the rest.
                admitted = Some(admit(snapshot, domain, attempt)?);
                Input::Bound { request: &request, bound_client: bound(client_id, redirect_uri) }
            }
            Output::Extend => Input::Extended(Extensions::new()),
            Output::Negotiate { bound_client, .. } => {
                let admission = admitted.as_ref().ok_or(Denial::RedirectUriUnknown)?;
                let pre_grant = PreGrant {
                    client_id: bound_client.client_id.clone().into_owned(),
                    redirect_uri: bound_client.redirect_uri.clone().into_owned(),
                    scope: machine_scope(&admission.scope)?,
                };
                Input::Negotiated { pre_grant, state: params.get("state").map(str::to_owned) }
            }
            Output::Ok { pre_grant, .. } => {
                let mut admission = admitted.take().ok_or(Denial::RedirectUriUnknown)?;
                // What the machine has granted is what goes on.
                admission.scope = pre_grant.scope.iter().map(str::to_owned).collect();
                return Ok(admission);
            }
            Output::Err(error) => return Err(refused(&error)),
        };
    }
}

fn bound(client_id: String, redirect_uri: ExactUrl) -> BoundClient<'static> {
    BoundClient { client_id: Cow::Owned(client_id), redirect_uri: Cow::Owned(RegisteredUrl::Exact(redirect_uri)) }
}

fn machine_scope(scope: &ScopeSet) -> Result<oxide_auth::primitives::scope::Scope, Denial> {
    scope.to_string().parse().map_err(|_| Denial::ScopeMissing)
}

fn refused(error: &MachineError) -> Denial {
    match error {
        MachineError::Redirect(_) => Denial::ResponseTypeUnsupported,
        MachineError::Ignore | MachineError::PrimitiveError => Denial::RedirectUriUnknown,
    }
}
