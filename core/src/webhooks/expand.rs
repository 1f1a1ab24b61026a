//! Events become deliveries: one for each webhook URL of the client that is in use, on a domain that is.

use std::collections::BTreeSet;

use crate::database::Conn;
use crate::error::Error;
use crate::id::{ClientId, EventId, UrlId};
use crate::state::Core;
use crate::store::tables::deliveries::{self, Delivery};
use crate::store::tables::{domain_urls, outbox, webhook_queues};

/// Events of one round.
const EVENTS: i64 = 200;

/// Makes the deliveries of some events; true when there may be more.
///
/// # Errors
/// The database's.
pub(super) async fn expand(core: &Core) -> Result<bool, Error> {
    let now = core.clock.now();
    core.db
        .change(async move |conn: &mut Conn| {
            let events = outbox::take_waiting(conn, EVENTS).await?;
            let clients: BTreeSet<ClientId> = events.iter().map(|event| event.client_id).collect();
            let clients: Vec<ClientId> = clients.into_iter().collect();
            let webhooks = domain_urls::active_webhooks(conn, &clients).await?;
            let mut rows = Vec::new();
            for event in &events {
                let of_client = webhooks.iter().filter(|(client, _)| *client == event.client_id);
                rows.extend(of_client.map(|(_, url)| Delivery::new(event, *url)));
            }
            deliveries::insert(conn, &rows).await?;
            let urls: BTreeSet<UrlId> = rows.iter().map(|row| row.url_id).collect();
            webhook_queues::due_from(conn, &urls.into_iter().collect::<Vec<_>>(), now).await?;
            let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
            outbox::set_expanded(conn, &ids, now).await?;
            Ok(ids.len() == EVENTS as usize)
        })
        .await
}
