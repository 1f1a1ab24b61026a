//! Token revocation (RFC 7009). A refresh token ends its grant's tokens, an access token only itself.

use axum::body::Bytes;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use xwms_core::clock::Timestamp;
use xwms_core::error::Error;
use xwms_core::request::address::CallerAddress;
use xwms_core::store::engine::db::Conn;
use xwms_core::store::tables::grants;

use crate::AuthServer;
use crate::error::OAuthError;
use crate::introspect::Known;
use crate::token::ClientRequest;

/// The parameters that may stand only once.
const ONCE: [&str; 4] = ["token", "token_type_hint", "client_id", "client_secret"];

/// `POST /oauth/revoke`: 200 also for a token that is unknown or another client's, once the caller has authenticated.
pub(crate) async fn revoke(
    State(server): State<AuthServer>,
    Extension(CallerAddress(address)): Extension<CallerAddress>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let answer = async {
        let request = ClientRequest::read(headers, query.as_deref(), &body, address, &ONCE)?;
        let claimed = request.claim(&server.core).await?;
        let token = request.require("token")?;
        let known = Known::for_client(&server, &claimed, token, address).await?;
        let now = server.core.clock.now();
        let ended = server.core.db.change(async move |conn: &mut Conn| {
            match &known {
                Some(Known::Access(claims)) => {
                    grants::revoke_token(conn, &claims.jti, Timestamp::from_seconds(claims.exp)).await?;
                }
                Some(Known::Refresh(_, grant)) => {
                    grants::revoke(conn, grant.grant.id, now).await?;
                }
                None => {}
            }
            Ok::<_, Error>(())
        });
        Ok::<_, OAuthError>(ended.await?)
    };
    match answer.await {
        Ok(()) => (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.into_response(),
    }
}
