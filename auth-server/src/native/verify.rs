//! `POST /api/sign-token-verify`: turns the callback token that a browser brought into the person.

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use xwms_core::login::shared_person::SharedPerson;
use xwms_core::login::verify::{self, PresentedCallback};

use super::caller::Call;
use super::envelope::{Failure, success};
use crate::AuthServer;

pub(super) async fn verify(State(server): State<AuthServer>, call: Call) -> Result<Response, Failure> {
    let caller = call.caller(&server.core).await?;
    let presented = PresentedCallback {
        token: call.text("token")?,
        redirect_uri: call.text("redirect_url")?,
        code_verifier: call.text("code_verifier")?,
        named: caller.named,
    };
    let person = verify::verify(&server.core, &caller.client, &presented).await?;
    Ok(success("The person is logged in", data(&person)))
}

/// Every member is there: null for what the person has not filled in, or the scopes do not open.
fn data(person: &SharedPerson) -> Value {
    let (profile, email) = (person.profile.as_ref(), person.email.as_ref());
    json!({
        "sub": person.subject.to_string(),
        "name": profile.and_then(|profile| profile.name()),
        "given_name": profile.and_then(|profile| profile.given_name.as_ref()),
        "family_name": profile.and_then(|profile| profile.family_name.as_ref()),
        "picture": profile.and_then(|profile| profile.picture.as_ref()),
        "email": email.map(|email| &email.address),
        "email_verified": email.map(|email| email.verified),
    })
}
