//! `POST /api/sign-token-verify`: turns the callback token that a browser brought into the person.

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::login::live::{self, Live};
use xwms_core::model::scope;
use xwms_core::request::address::CallerAddress;
use xwms_core::store::engine::db::Conn;
use xwms_core::store::tables::codes::{self, Code, CodeKind};
use xwms_core::store::tables::grants::Profile;

use super::caller::{Caller, For, body, text};
use super::envelope::{Failure, success};
use crate::AuthServer;
use crate::token::authorization_code::{WRONG_TRIES, is_verifier_of};
use crate::userinfo::full_name;

pub(super) async fn verify(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Response {
    let answer = async {
        let body = body(&headers, &bytes)?;
        let core = &server.core;
        let caller = Caller::of(&server, &headers, address).await?;
        let presented = text(&body, "token")?;
        let (redirect_uri, verifier) = (text(&body, "redirect_url")?, text(&body, "code_verifier")?);
        let code = match presented.and_then(|token| Credential::parse(Kind::CallbackToken, token)) {
            Some(key) => codes::find(&mut core.db.read().await?, CodeKind::Callback, key).await?,
            None => None,
        };
        let own = code.filter(|code| code.client_id == caller.snapshot.client.id);
        let domain = match &own {
            Some(code) => caller.authenticate(core, &For::NamedOr(code.domain_id))?,
            None if caller.names_domain() => caller.authenticate(core, &For::Named)?,
            None => caller.authenticate(core, &For::Nothing)?,
        };
        if presented.is_none() {
            return Err(Failure::invalid("token", "required", "token is missing"));
        }
        let now = core.clock.now();
        let code = own.filter(|code| domain == Some(code.domain_id) && code.used_at.is_none() && code.expires_at > now);
        let code = code.ok_or_else(Failure::token_unknown)?;
        if let Some(failure) = mismatch(&code, redirect_uri, verifier) {
            let key = code.code_key;
            core.db
                .change(async move |conn: &mut Conn| Ok(codes::count_wrong_try(conn, key, WRONG_TRIES, now).await?))
                .await?;
            return Err(failure);
        }
        let found = live::find_with_profile(core, &caller.snapshot, code.grant_id, None).await?;
        let (live, profile) = found.ok_or_else(Failure::token_unknown)?;
        let key = code.code_key;
        if !core.db.change(async move |conn: &mut Conn| Ok(codes::spend(conn, key, now).await?)).await? {
            return Err(Failure::token_unknown());
        }
        Ok(success("The person is logged in", person(&live, &profile)))
    };
    answer.await.unwrap_or_else(Failure::into_response)
}

/// Why the token does not go with what was sent beside it; `None` when it does.
fn mismatch(code: &Code, redirect_uri: Option<&str>, verifier: Option<&str>) -> Option<Failure> {
    if redirect_uri.is_some_and(|sent| sent != code.redirect_uri) {
        return Some(Failure::new(
            StatusCode::FORBIDDEN,
            "redirect_url_mismatch",
            "redirect_url is not the one that the token was sent to",
        ));
    }
    let right = match (&code.code_challenge, verifier) {
        (Some(challenge), Some(verifier)) => is_verifier_of(verifier, challenge),
        (None, None) => true,
        _ => false,
    };
    (!right).then(|| {
        Failure::new(
            StatusCode::FORBIDDEN,
            "code_verifier_mismatch",
            "code_verifier does not go with the code_challenge of sign-token",
        )
    })
}

/// The person, as far as the scopes of this login open them.
fn person(live: &Live, user: &Profile) -> serde_json::Value {
    let (profile, email) = (live.scope.contains(scope::PROFILE), live.scope.contains(scope::EMAIL));
    json!({
        "sub": live.grant.subject.to_string(),
        "name": full_name(user.given_name.as_deref(), user.family_name.as_deref()).filter(|_| profile),
        "given_name": user.given_name.as_ref().filter(|_| profile),
        "family_name": user.family_name.as_ref().filter(|_| profile),
        "picture": user.picture.as_ref().filter(|_| profile),
        "email": Some(&user.email).filter(|_| email),
        "email_verified": Some(user.email_verified).filter(|_| email),
    })
}
