//! `POST /api/sign-token`: begins a native login and says where to send the browser.

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use xwms_core::login::sign_token::{self, NativeLogin};

use super::caller::Call;
use super::envelope::{Failure, success};
use crate::AuthServer;

pub(super) async fn sign_token(State(server): State<AuthServer>, call: Call) -> Result<Response, Failure> {
    let caller = call.caller(&server.core).await?;
    let wanted = NativeLogin {
        redirect_uri: call.text("redirect_url")?,
        state: call.text("state")?,
        email: call.text("email")?,
        scope: call.text("scope")?,
        code_challenge: call.text("code_challenge")?,
        named: caller.named,
    };
    let begun = sign_token::begin(&server.core, &caller.client, &wanted).await?;
    let token = begun.token.expose();
    let data = json!({
        "client_id": caller.client.id(),
        "token": token,
        "email": wanted.email,
        "expires_at": begun.expires_at,
        "url": format!("{}/oauth/sign-in?token={token}", server.core.config.server.issuer()),
    });
    Ok(success("Send the browser to the URL", data))
}
