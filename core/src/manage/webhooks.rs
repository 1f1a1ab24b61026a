//! Deliveries to webhooks, as partners see them: listed, sent again, tried with a ping.

use std::time::Duration;

use super::change::{Actor, Change, Notice};
use super::domains::find as find_domain;
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use super::urls;
use crate::contract::event::{DeliveryView, Event, Ping, RedeliverFilter, Redelivered, TryView};
use crate::contract::{Findings, Input};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, DeliveryId, DomainId, UrlId};
use crate::model::event::{DeliveryStatus, EventType};
use crate::model::url::UrlKind;
use crate::state::Core;
use crate::store::tables::deliveries::{self, Delivery, Filter, Try};
use crate::store::tables::domain_urls::{self, DomainUrl};
use crate::store::tables::outbox::{self, WebhookEvent};
use crate::store::tables::{members, webhook_queues};
use crate::text;

/// Parked deliveries that one statement sends again.
const BATCH: i64 = 500;
/// Pings of one URL in [`PING_WINDOW`].
const PINGS: i64 = 10;
const PING_WINDOW: Duration = Duration::from_secs(60);

/// Which deliveries are asked for; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryFields<'a> {
    /// To the URL of this id.
    pub url: Option<&'a str>,
    /// Of this type of event.
    pub event: Option<&'a str>,
    /// Of which this has become.
    pub status: Option<&'a str>,
}

/// The deliveries of a client, newest first.
///
/// # Errors
/// [`Error::Invalid`] for `url`, `type` or `status`; those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    (client, fields): (ClientId, DeliveryFields<'_>),
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<DeliveryView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::WebhooksRead)).await?;
    let filter = filter(client, fields)?;
    let found = deliveries::newest(&mut reading.conn, filter, before, limit).await?;
    views(&mut reading.conn, found).await
}

fn filter(client: ClientId, fields: DeliveryFields<'_>) -> Result<Filter, Error> {
    let mut findings = Findings::default();
    let url = fields.url.map(|text| text.parse::<UrlId>().map_err(|_| text!("not_an_id", prefix = "url"))).transpose();
    let url = findings.value("url", url).flatten();
    let choices = |all: Vec<&str>| text!("unknown_value", choices = all.join(", "));
    let event = fields.event.map(|text| {
        let all = || EventType::ALL.iter().map(|event| event.as_str()).collect();
        EventType::parse(text).ok_or_else(|| choices(all()))
    });
    let event = findings.value("type", event.transpose()).flatten();
    let status = fields.status.map(|text| {
        let all = || DeliveryStatus::ALL.iter().map(|status| status.as_str()).collect();
        DeliveryStatus::parse(text).ok_or_else(|| choices(all()))
    });
    let status = findings.value("status", status.transpose()).flatten();
    findings.none()?;
    Ok(Filter { client, url, event, status })
}

/// How many deliveries of a client there are.
///
/// # Errors
/// As [`list`].
pub async fn count(core: &Core, caller: &Caller, client: ClientId, fields: DeliveryFields<'_>) -> Result<i64, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::WebhooksRead)).await?;
    let filter = filter(client, fields)?;
    Ok(deliveries::count(&mut reading.conn, filter).await?)
}

/// One delivery.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: DeliveryId) -> Result<DeliveryView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::WebhooksRead)).await?;
    let found = find(&mut reading.conn, client, id).await?;
    one(&mut reading.conn, found).await
}

/// A webhook URL with what has become of what was sent there.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its id.
    pub id: UrlId,
    /// Its domain.
    pub domain: DomainId,
    /// The URL.
    pub url: String,
    /// It is in use.
    pub active: bool,
    /// The newest delivery, if there is any.
    pub last: Option<DeliveryView>,
    /// How many wait.
    pub waiting: i64,
    /// How many are parked.
    pub parked: i64,
}

/// The webhook URLs of a client, oldest first.
///
/// # Errors
/// Those of [`super::permit`]; the database's.
pub async fn endpoints(core: &Core, caller: &Caller, client: ClientId) -> Result<Vec<Endpoint>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::WebhooksRead)).await?;
    let urls = domain_urls::webhooks(&mut reading.conn, client).await?;
    let ids: Vec<UrlId> = urls.iter().map(|url| url.id).collect();
    let newest = deliveries::newest_of(&mut reading.conn, &ids).await?;
    let mut newest: Vec<DeliveryView> = views(&mut reading.conn, newest).await?;
    let unsettled = deliveries::unsettled(&mut reading.conn, client).await?;
    let endpoint = |url: DomainUrl| {
        let count = |status| unsettled.get(&(url.id, status)).copied().unwrap_or(0);
        let last = newest.iter().position(|delivery| delivery.url == url.id).map(|at| newest.swap_remove(at));
        Endpoint {
            id: url.id,
            domain: url.domain_id,
            last,
            waiting: count(DeliveryStatus::Waiting),
            parked: count(DeliveryStatus::Parked),
            active: url.active,
            url: url.url,
        }
    };
    Ok(urls.into_iter().map(endpoint).collect())
}

/// Sends a delivery again, whatever has become of it.
///
/// # Errors
/// As [`get`].
pub async fn redeliver(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, DeliveryId),
) -> Result<Done<DeliveryView>, Error> {
    let ask = Ask::Client(client, Permission::WebhooksCreate);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let found = find(change.conn, client, id).await?;
        send_again(change, vec![found]).await?;
        let found = find(change.conn, client, id).await?;
        one(change.conn, found).await
    })
    .await
}

/// Sends all that is parked again, as far as the filter says.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`] for a URL that is none of the client's; those of [`super::permit`]; the database's.
pub async fn redeliver_parked(
    core: &Core,
    caller: Caller,
    client: ClientId,
    filter: Input<RedeliverFilter>,
) -> Result<Done<Redelivered>, Error> {
    let ask = Ask::Client(client, Permission::WebhooksCreate);
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let RedeliverFilter { url, event } = change.take(filter)?;
        change.sound()?;
        if let Some(url) = url {
            let found = domain_urls::find_with_client(change.conn, url).await?;
            found.filter(|(whose, _)| *whose == client).ok_or(Error::NotFound("URL"))?;
        }
        let parked = Filter { client, url, event, status: Some(DeliveryStatus::Parked) };
        let mut sent = 0;
        loop {
            let found = deliveries::newest(change.conn, parked, None, BATCH).await?;
            if found.is_empty() {
                return Ok(Redelivered { deliveries: sent });
            }
            sent += found.len();
            send_again(change, found).await?;
        }
    })
    .await
}

/// Sends a message to a webhook URL that says nothing but that it comes.
///
/// # Errors
/// [`Error::Conflict`] `not_a_webhook`, `webhook_off`; [`Error::TooMany`]; [`Error::NotFound`]; those of
/// [`super::permit`]; the database's.
pub async fn ping(
    core: &Core,
    caller: Caller,
    (client, domain, id): (ClientId, DomainId, UrlId),
) -> Result<Done<DeliveryView>, Error> {
    let ask = Ask::Client(client, Permission::WebhooksCreate);
    let limited = core.config.limits.enabled;
    runner::change(core, caller, ask, async move |change: &mut Change<'_>| {
        let domain = find_domain(change.conn, client, domain).await?;
        let url = domain_urls::find(change.conn, domain.id, id).await?.ok_or(Error::NotFound("URL"))?;
        if url.kind != UrlKind::Webhook {
            return Err(Error::Conflict(text!("not_a_webhook")));
        }
        if !url.active || !domain.active {
            return Err(Error::Conflict(text!("webhook_off")));
        }
        let now = change.now;
        let since = now.before(PING_WINDOW);
        if limited && deliveries::made_since(change.conn, id, EventType::Ping, since).await? >= PINGS {
            return Err(Error::TooMany { retry_after: PING_WINDOW });
        }
        let event = Event::Ping(Ping { url: id });
        let body = event.body(client, Some(domain.id), now);
        let row = WebhookEvent::new(client, Some(domain.id), event.event_type(), body, now);
        // It has its one delivery: there is nothing to be made of it.
        let row = WebhookEvent { expanded_at: Some(now), ..row };
        let delivery = Delivery::new(&row, id);
        outbox::insert(change.conn, &row).await?;
        deliveries::insert(change.conn, std::slice::from_ref(&delivery)).await?;
        webhook_queues::due_from(change.conn, &[id], now).await?;
        change.ring();
        one(change.conn, delivery).await
    })
    .await
}

/// Switches a webhook URL off whose endpoint says that it is gone for good, and tells the owners.
///
/// # Errors
/// The database's.
pub(crate) async fn is_gone(core: &Core, id: UrlId) -> Result<(), Error> {
    runner::change_as(core, Actor::Schedule, async move |change: &mut Change<'_>| {
        let found = domain_urls::find_with_client(change.conn, id).await?;
        let Some((client, url)) = found.filter(|(_, url)| url.active) else { return Ok(()) };
        let domain = find_domain(change.conn, client, url.domain_id).await?;
        let text = text!("notice_webhook_gone", url = url.url.as_str());
        urls::set_active(change, &domain, url, false).await?;
        for user in members::owners_at(change.conn, domain.client_id, change.now).await? {
            let (kind, subject) = ("url.gone".into(), text!("notice_webhook_gone-subject"));
            change.notify(Notice { user, kind, object: Some(id.to_string()), subject, text: text.clone() });
        }
        Ok(())
    })
    .await
}

async fn send_again(change: &mut Change<'_>, found: Vec<Delivery>) -> Result<(), Error> {
    let now = change.now;
    let ids: Vec<DeliveryId> = found.iter().map(|delivery| delivery.id).collect();
    let mut urls: Vec<UrlId> = found.iter().map(|delivery| delivery.url_id).collect();
    urls.sort_unstable();
    urls.dedup();
    deliveries::send_again(change.conn, &ids, now).await?;
    webhook_queues::due_from(change.conn, &urls, now).await?;
    change.ring();
    Ok(())
}

async fn find(conn: &mut Conn, client: ClientId, id: DeliveryId) -> Result<Delivery, Error> {
    deliveries::find(conn, client, id).await?.ok_or(Error::NotFound("delivery"))
}

async fn one(conn: &mut Conn, found: Delivery) -> Result<DeliveryView, Error> {
    views(conn, vec![found]).await?.pop().ok_or(Error::Internal("one delivery has one view"))
}

/// As many queries for many deliveries as for one.
async fn views(conn: &mut Conn, found: Vec<Delivery>) -> Result<Vec<DeliveryView>, Error> {
    let ids: Vec<DeliveryId> = found.iter().map(|delivery| delivery.id).collect();
    let mut tries = deliveries::tries_of(conn, &ids).await?;
    let view = |delivery: Delivery| DeliveryView {
        id: delivery.id,
        url: delivery.url_id,
        event: delivery.event,
        status: delivery.status,
        next_try_at: (delivery.status == DeliveryStatus::Waiting).then_some(delivery.next_try_at),
        tries: tries.remove(&delivery.id).unwrap_or_default().into_iter().map(tried).collect(),
    };
    Ok(found.into_iter().map(view).collect())
}

fn tried(one: Try) -> TryView {
    let status = one.status.and_then(|status| u16::try_from(status).ok());
    TryView { at: one.at, status, ms: one.milliseconds, reason: one.cause }
}
