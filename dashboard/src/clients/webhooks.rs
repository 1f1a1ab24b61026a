//! Webhooks: where they go, what was sent there, and what became of it.

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::event::{DeliveryView, RedeliverFilter, TryView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DeliveryId, UrlId};
use xwms_core::manage::webhooks::{self, DeliveryFields, Endpoint};
use xwms_core::model::event::{DeliveryStatus, EventType};
use xwms_core::text;
use xwms_core::text::Text;

use super::naming;
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::filters::Filters;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// The filters of deliveries.
const WORDS: [&str; 3] = ["url", "type", "status"];

type OneDelivery = ClientDesk<(ClientId, DeliveryId)>;

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Webhooks.href(desk.client());
    let asked = ListRequest::<DeliveryId>::of(&desk, &path, &WORDS)?;
    let query = &desk.signed_in().visit.query;
    let fields = DeliveryFields { url: query.get("url"), event: query.get("type"), status: query.get("status") };
    let found =
        webhooks::list(desk.core(), &desk.caller(), (desk.client(), fields), asked.after, asked.look_for()).await;
    let mut filters = Filters::of(&desk, &path, &WORDS);
    let (found, pages) = asked.cut(shell, filters.found(&desk, found)?, |delivery| delivery.id.to_string());
    let endpoints = webhooks::endpoints(desk.core(), &desk.caller(), desk.client()).await;
    let endpoints = endpoints.map_err(|why| desk.fail(why))?;
    let filters = filters
        .field(Control::select("url", label_of(shell, "url"), urls(shell, &endpoints)))
        .field(Control::select("type", label_of(shell, "type"), events(shell)))
        .field(Control::select("status", label_of(shell, "status"), statuses(shell)));
    let page = desk
        .page(shell.say("section_webhooks"))
        .purpose(shell.say("webhooks_purpose"))
        .refused(filters.values(), |name| label_of(shell, name));
    if endpoints.is_empty() && found.is_empty() && !filters.narrow() {
        return Ok(page.part(&Empty::new(shell.say("webhooks_none")).html()).respond());
    }
    let page = page.part(&endpoint_table(&desk, &endpoints)?).part(&Html::heading(shell.say("webhooks_deliveries")));
    let page = page.part(&again(&desk, &endpoints, query.get("url"), query.get("type"))).part(&filters.html());
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&filters.empty(shell.say("webhooks_deliveries-none"))).respond());
    }
    Ok(page.part(&delivery_table(&desk, &found, &endpoints)).part(&pages).respond())
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "url" => shell.say("url_webhook"),
        "type" => shell.say("webhooks_event"),
        "status" => shell.say("shell_status"),
        other => other.to_owned(),
    }
}

fn urls(shell: &Shell, endpoints: &[Endpoint]) -> Vec<Choice> {
    let any = Choice::new("", Html::text(shell.say("webhooks_any_url")));
    let known = endpoints.iter().map(|endpoint| Choice::new(endpoint.id.to_string(), Html::text(&endpoint.url)));
    std::iter::once(any).chain(known).collect()
}

fn events(shell: &Shell) -> Vec<Choice> {
    let any = Choice::new("", Html::text(shell.say("webhooks_any_event")));
    let known = EventType::ALL.iter().map(|event| Choice::new(event.as_str(), Html::text(event)));
    std::iter::once(any).chain(known).collect()
}

fn statuses(shell: &Shell) -> Vec<Choice> {
    let any = Choice::new("", Html::text(shell.say("webhooks_any_status")));
    let word = |status: &DeliveryStatus| match status {
        DeliveryStatus::Waiting => shell.say("webhooks_status-waiting"),
        DeliveryStatus::Delivered => shell.say("webhooks_status-delivered"),
        DeliveryStatus::Parked => shell.say("webhooks_status-parked"),
    };
    let known = DeliveryStatus::ALL.iter().map(|status| Choice::new(status.as_str(), Html::text(word(status))));
    std::iter::once(any).chain(known).collect()
}

/// The webhook URLs of the client.
fn endpoint_table(desk: &ClientDesk<ClientId>, endpoints: &[Endpoint]) -> Result<Html, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    if endpoints.is_empty() {
        return Ok(Empty::new(shell.say("webhooks_none")).html());
    }
    let columns = [
        Column::of(shell.say("url_webhook")),
        Column::of(shell.say("field_domain")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("webhooks_last")),
        Column::number(shell.say("webhooks_waiting")),
        Column::number(shell.say("webhooks_status-parked")),
        Column::actions(shell.say("shell_do")),
    ];
    let rows = endpoints.iter().map(|endpoint| {
        let state = if endpoint.active {
            Html::badge(Look::Good, shell.say("state_active"))
        } else {
            Html::badge(Look::Off, shell.say("state_off"))
        };
        [
            Html::code(&endpoint.url),
            naming::domain(shell, context, endpoint.domain),
            state,
            endpoint.last.as_ref().map_or_else(|| Html::text(shell.say("shell_never")), |last| brief(shell, last)),
            Html::text(endpoint.waiting),
            Html::text(endpoint.parked),
            actions(desk, endpoint),
        ]
    });
    Ok(Table::new(shell.say("webhooks_caption-endpoints"), columns).rows(rows).html())
}

/// When something was last sent, and what became of it.
pub(super) fn brief(shell: &Shell, delivery: &DeliveryView) -> Html {
    let at = delivery.tries.last().map_or_else(|| delivery.id.made_at(), |one| one.at);
    Html::joined([Html::time(shell, at), status(shell, delivery)], " ")
}

fn actions(desk: &ClientDesk<ClientId>, endpoint: &Endpoint) -> Html {
    let (shell, nothing) = (desk.shell(), Values::default());
    let url = format!("{}/urls/{}", naming::domain_path(desk.client(), endpoint.domain), endpoint.id);
    let ping = Form::new(shell, &nothing, format!("{url}/ping"), shell.say("webhooks_ping")).quiet();
    let ping = (endpoint.active && desk.may(Permission::WebhooksCreate)).then(|| ping.once().html());
    let rotate = Html::action(format!("{url}/rotate"), shell.say("webhooks_rotate"), &endpoint.url);
    let rotate = desk.may(Permission::UrlsUpdate).then_some(rotate);
    Html::joined(ping.into_iter().chain(rotate), " ")
}

/// The way to send again what is parked, when something is.
fn again(desk: &ClientDesk<ClientId>, endpoints: &[Endpoint], url: Option<&str>, event: Option<&str>) -> Html {
    let parked: i64 = endpoints.iter().map(|endpoint| endpoint.parked).sum();
    if parked == 0 || !desk.may(Permission::WebhooksCreate) {
        return Html::default();
    }
    let words = [("url", url), ("type", event)].into_iter().filter_map(|(name, value)| Some((name, value?)));
    let words = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(words).finish();
    let path = ClientSection::Webhooks.href(desk.client());
    Html::paragraph(&Html::quiet_button(format!("{path}/redeliver?{words}"), desk.shell().say("webhooks_again-all")))
}

/// What has become of a delivery, as a badge.
fn status(shell: &Shell, delivery: &DeliveryView) -> Html {
    let tries = delivery.tries.len();
    let unsent = delivery.tries.last().and_then(|one| one.reason.as_deref()).filter(|reason| is_unsent(reason));
    match (delivery.status, unsent) {
        (DeliveryStatus::Delivered, _) => Html::badge(Look::Good, shell.say("webhooks_status-delivered")),
        (DeliveryStatus::Parked, _) => Html::badge(Look::Bad, shell.say("webhooks_status-parked")),
        (DeliveryStatus::Waiting, Some(_)) => Html::badge(Look::Care, shell.say("webhooks_status-unsent")),
        (DeliveryStatus::Waiting, None) if tries == 0 => Html::badge(Look::Off, shell.say("webhooks_status-waiting")),
        (DeliveryStatus::Waiting, None) => {
            Html::badge(Look::Care, shell.tell(text!("webhooks_status-retrying", tries = tries)))
        }
    }
}

/// Whether a try that failed for this reason sent nothing anywhere.
fn is_unsent(reason: &str) -> bool {
    matches!(
        reason,
        "switched_off" | "client_suspended" | "no_secret" | "address_refused" | "scheme_refused" | "port_refused"
    )
}

/// Why a try failed, in words; a reason that is not known as it stands.
fn cause(shell: &Shell, reason: &str) -> String {
    let text: Text = match reason {
        "switched_off" => text!("webhooks_cause-switched_off"),
        "client_suspended" => text!("webhooks_cause-client_suspended"),
        "no_secret" => text!("webhooks_cause-no_secret"),
        "unavailable" => text!("webhooks_cause-unavailable"),
        "url_malformed" => text!("webhooks_cause-url_malformed"),
        "scheme_refused" => text!("webhooks_cause-scheme_refused"),
        "port_refused" => text!("webhooks_cause-port_refused"),
        "address_refused" => text!("webhooks_cause-address_refused"),
        "host_unknown" => text!("webhooks_cause-host_unknown"),
        "dns_failed" => text!("webhooks_cause-dns_failed"),
        "unreachable" => text!("webhooks_cause-unreachable"),
        "tls" => text!("webhooks_cause-tls"),
        "timeout" => text!("webhooks_cause-timeout"),
        "redirect_refused" => text!("webhooks_cause-redirect_refused"),
        "too_large" => text!("webhooks_cause-too_large"),
        "bad_answer" => text!("webhooks_cause-bad_answer"),
        other => return other.to_owned(),
    };
    shell.tell(text)
}

/// An event, with the way to its form.
fn event(event: EventType) -> Html {
    Html::link(format!("/docs/events/{event}.v1.json"), event)
}

/// What was answered, or why nothing was, and how long it took.
fn answer(shell: &Shell, one: &TryView) -> Html {
    let status = one.status.map(Html::code);
    let why = one.reason.as_deref().map(|reason| Html::text(cause(shell, reason)));
    let took = Html::soft(shell.tell(text!("webhooks_took", ms = one.ms)));
    Html::joined(status.into_iter().chain(why).chain([took]), ", ")
}

fn delivery_table(desk: &ClientDesk<ClientId>, found: &[DeliveryView], endpoints: &[Endpoint]) -> Html {
    let (shell, path) = (desk.shell(), ClientSection::Webhooks.href(desk.client()));
    let columns = [
        Column::of(shell.say("webhooks_time")),
        Column::of(shell.say("webhooks_event")),
        Column::of(shell.say("url_webhook")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("webhooks_answer")),
        Column::of(shell.say("webhooks_next")),
    ];
    let rows = found.iter().map(|delivery| {
        let made = Html::time(shell, delivery.id.made_at());
        [
            Html::link_around(format!("{path}/deliveries/{}", delivery.id), &made),
            event(delivery.event),
            url_of(endpoints, delivery.url),
            status(shell, delivery),
            delivery.tries.last().map(|one| answer(shell, one)).unwrap_or_default(),
            delivery.next_try_at.map(|at| Html::time(shell, at)).unwrap_or_default(),
        ]
    });
    Table::new(shell.say("webhooks_caption-deliveries"), columns).rows(rows).html()
}

fn url_of(endpoints: &[Endpoint], id: UrlId) -> Html {
    let known = endpoints.iter().find(|endpoint| endpoint.id == id);
    known.map_or_else(|| Html::code(id), |endpoint| Html::code(&endpoint.url))
}

fn item_path(desk: &OneDelivery) -> String {
    format!("{}/deliveries/{}", ClientSection::Webhooks.href(desk.client()), desk.ids.1)
}

pub(crate) async fn read(desk: OneDelivery) -> Result<Response, Response> {
    let (shell, caller) = (desk.shell(), desk.caller());
    let (client, id) = desk.ids;
    let delivery = webhooks::get(desk.core(), &caller, client, id).await.map_err(|why| desk.fail(why))?;
    let endpoints = webhooks::endpoints(desk.core(), &caller, client).await.map_err(|why| desk.fail(why))?;
    let terms = [
        (shell.say("shell_id"), Html::copy(shell, "id", delivery.id)),
        (shell.say("item_made"), Html::time(shell, delivery.id.made_at())),
        (shell.say("webhooks_event"), event(delivery.event)),
        (shell.say("url_webhook"), url_of(&endpoints, delivery.url)),
        (shell.say("shell_status"), status(shell, &delivery)),
    ];
    let next = delivery.next_try_at.map(|at| (shell.say("webhooks_next"), Html::time(shell, at)));
    let page = desk
        .page(shell.say("webhooks_delivery-title"))
        .crumb(ClientSection::Webhooks.href(client), shell.say("section_webhooks"))
        .purpose(shell.say("webhooks_delivery-purpose"))
        .part(&Html::card(&Terms::new(terms.into_iter().chain(next)).html()));
    let nothing = Values::default();
    let form = Form::new(shell, &nothing, format!("{}/redeliver", item_path(&desk)), shell.say("webhooks_again"));
    let may = desk.may_now(Permission::WebhooksCreate);
    let form = if may { form.once().html() } else { Html::default() };
    Ok(page.part(&tries(shell, &delivery.tries)).part(&form).respond())
}

/// Every try of a delivery.
fn tries(shell: &Shell, all: &[TryView]) -> Html {
    if all.is_empty() {
        return Html::paragraph(&Html::text(shell.say("webhooks_tries-none")));
    }
    let columns = [
        Column::of(shell.say("webhooks_time")),
        Column::of(shell.say("shell_status")),
        Column::number(shell.say("webhooks_duration")),
        Column::of(shell.say("webhooks_cause")),
    ];
    let rows = all.iter().map(|one| {
        [
            Html::time(shell, one.at),
            one.status.map_or_else(|| Html::text("–"), Html::code),
            Html::text(shell.tell(text!("webhooks_took", ms = one.ms))),
            one.reason.as_deref().map(|reason| Html::text(cause(shell, reason))).unwrap_or_default(),
        ]
    });
    Table::new(shell.say("webhooks_caption-tries"), columns).rows(rows).html()
}

/// GET of the address that sends again.
pub(crate) async fn back(desk: OneDelivery) -> Response {
    let path = item_path(&desk);
    desk.into_signed_in().visit.go(&path)
}

pub(crate) async fn redeliver(form: Posted<OneDelivery>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let sent = webhooks::redeliver(desk.core(), sent.caller(desk.signed_in()), desk.ids).await;
    sent.map_err(|why| desk.fail(why))?;
    let path = item_path(&desk);
    Ok(desk.done(&path, "redelivered"))
}

pub(crate) async fn ask_redelivery(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::WebhooksCreate)?;
    let query = &desk.signed_in().visit.query;
    let given = ["url", "type"].into_iter().filter_map(|word| Some((word, json!(query.get(word)?))));
    draw_redelivery(&desk, &Values::beginning(given)).await
}

async fn draw_redelivery(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), ClientSection::Webhooks.href(desk.client()));
    let (url, event) = (values.text("url"), values.text("type"));
    let given = |text: &String| Some(text.as_str().to_owned()).filter(|text| !text.is_empty());
    let (url, event) = (given(&url), given(&event));
    let fields = DeliveryFields { url: url.as_deref(), event: event.as_deref(), status: Some("parked") };
    let parked = webhooks::count(desk.core(), &desk.caller(), desk.client(), fields).await;
    let parked = parked.map_err(|why| desk.fail(why))?;
    let mut form = Form::new(shell, values, format!("{path}/redeliver"), shell.say("webhooks_again-all")).once();
    for (name, value) in [("url", &url), ("type", &event)] {
        if let Some(value) = value {
            form = form.hidden(name, value.clone());
        }
    }
    let mut terms = vec![(shell.say("webhooks_status-parked"), Html::text(parked))];
    terms.extend(url.map(|url| (label_of(shell, "url"), Html::code(url))));
    terms.extend(event.map(|event| (label_of(shell, "type"), Html::code(event))));
    Ok(desk
        .page(shell.say("webhooks_again-title"))
        .crumb(path.clone(), shell.say("section_webhooks"))
        .purpose(shell.tell(text!("webhooks_again-purpose", count = parked)))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&Terms::new(terms).html()))
        .part(&form.cancel(path).html())
        .respond())
}

pub(crate) async fn redeliver_parked(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let again = match sent.input::<RedeliverFilter>(&[]) {
        Ok(filter) => {
            webhooks::redeliver_parked(desk.core(), sent.caller(desk.signed_in()), desk.client(), filter).await
        }
        Err(why) => Err(why),
    };
    again.map_err(|why| desk.fail(why))?;
    let path = ClientSection::Webhooks.href(desk.client());
    Ok(desk.done(&path, "redelivered"))
}
