//! Revoking a token (RFC 7009): a refresh token ends its grant's tokens, an access token only itself.

use super::client::{ClaimedClient, ClientRefused};
use super::presented_token::PresentedToken;
use crate::clock::Timestamp;
use crate::database::Conn;
use crate::state::Core;
use crate::store::tables::grants;

/// Ends a token of this client. Nothing happens to one that is unknown or another client's.
///
/// # Errors
/// [`ClientRefused`].
pub async fn revoke(core: &Core, client: &ClaimedClient, token: &str) -> Result<(), ClientRefused> {
    let Some(presented) = PresentedToken::of_client(core, client, token).await? else { return Ok(()) };
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| {
            match &presented {
                PresentedToken::Access(claims) => {
                    grants::revoke_token(conn, &claims.jti, Timestamp::from_seconds(claims.exp)).await?;
                }
                PresentedToken::Refresh(_, grant) => {
                    grants::revoke(conn, grant.grant.id, now).await?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(())
}
