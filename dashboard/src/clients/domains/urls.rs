//! Domain URLs: callback, webhook and logout URLs of a domain.

use std::collections::BTreeMap;

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::event::DeliveryView;
use xwms_core::contract::url::{NewUrl, UrlSettings, UrlView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, UrlId};
use xwms_core::manage::runner::Done;
use xwms_core::manage::{recent_logins, urls, webhooks};
use xwms_core::model::url::{UrlKind, needs_test_mode};
use xwms_core::text;

use super::{DomainIds, OneDomain, Part, below, mode_of, part_of, path_of};
use crate::clients::audit;
use crate::clients::bite;
use crate::clients::webhooks::brief;
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::Page;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

pub(super) type OneUrl = ClientDesk<(ClientId, DomainId, UrlId)>;

fn list_path<P: DomainIds>(desk: &ClientDesk<P>) -> String {
    format!("{}/urls", path_of(desk))
}

pub(super) fn item_path(desk: &OneUrl) -> String {
    format!("{}/{}", list_path(desk), desk.ids.2)
}

/// What a kind of URL is called.
fn kind_name(shell: &Shell, kind: UrlKind) -> String {
    match kind {
        UrlKind::Callback => shell.say("url_callback"),
        UrlKind::Webhook => shell.say("url_webhook"),
        UrlKind::Logout => shell.say("url_logout"),
        UrlKind::Api => shell.say("url_api"),
    }
}

fn kind_hint(shell: &Shell, kind: UrlKind) -> String {
    match kind {
        UrlKind::Callback => shell.say("url_callback-hint"),
        UrlKind::Webhook => shell.say("url_webhook-hint"),
        UrlKind::Logout => shell.say("url_logout-hint"),
        UrlKind::Api => shell.say("url_api-hint"),
    }
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "url" => shell.say("field_url"),
        "kind" => shell.say("field_kind"),
        "active" => shell.say("field_active"),
        other => other.to_owned(),
    }
}

pub(crate) async fn list(desk: OneDomain) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = list_path(&desk);
    let asked = ListRequest::<UrlId>::of(&desk, &path, &[])?;
    let found = urls::list(desk.core(), &desk.caller(), desk.ids, asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |url| url.id.to_string());
    let primary = desk.primary(Permission::UrlsCreate, &format!("{path}/new"), shell.say("urls_new-title"));
    let page = part_of(&desk, Part::Urls)?.purpose(shell.say("urls_list-purpose")).primary(primary).part(&undo(&desk));
    let logins = recent_logins::by_url(desk.core(), &desk.caller(), desk.client()).await;
    let logins = logins.map_err(|why| desk.fail(why))?;
    let sent = last_sent(&desk, &found).await?;
    let tables: Html = UrlKind::ALL.iter().map(|kind| table(&desk, *kind, &found, (&logins, &sent))).collect();
    Ok(page.part(&tables).part(&pages).respond())
}

/// The way back from having switched a URL off.
fn undo(desk: &OneDomain) -> Html {
    let (shell, nothing) = (desk.shell(), Values::default());
    let url = desk.frame().done_to("off").and_then(|id| id.parse::<UrlId>().ok());
    let Some(url) = url.filter(|_| desk.may_now(Permission::UrlsUpdate)) else { return Html::default() };
    let action = format!("{}/{url}/switches", list_path(desk));
    Form::new(shell, &nothing, action, shell.say("shell_undo")).hidden("active", "true").quiet().html()
}

/// What was last sent to the webhook URLs among these, for whoever may read it.
async fn last_sent(desk: &OneDomain, found: &[UrlView]) -> Result<Vec<DeliveryView>, Response> {
    if !desk.may(Permission::WebhooksRead) || !found.iter().any(|url| url.settings.once.kind == UrlKind::Webhook) {
        return Ok(Vec::new());
    }
    let endpoints = webhooks::endpoints(desk.core(), &desk.caller(), desk.ids.0).await;
    let endpoints = endpoints.map_err(|why| desk.fail(why))?;
    Ok(endpoints.into_iter().filter_map(|endpoint| endpoint.last).collect())
}

/// The URLs of one kind.
fn table(
    desk: &OneDomain,
    kind: UrlKind,
    found: &[UrlView],
    (logins, sent): (&BTreeMap<UrlId, i64>, &[DeliveryView]),
) -> Html {
    let (shell, path) = (desk.shell(), list_path(desk));
    let of_kind: Vec<&UrlView> = found.iter().filter(|url| url.settings.once.kind == kind).collect();
    let heading = Html::heading(kind_name(shell, kind));
    if of_kind.is_empty() {
        let words = match kind {
            UrlKind::Callback => shell.say("urls_none-callback"),
            UrlKind::Webhook => shell.say("urls_none-webhook"),
            UrlKind::Logout => shell.say("urls_none-logout"),
            UrlKind::Api => shell.say("urls_none-api"),
        };
        let new = Html::button(format!("{path}/new?kind={}", kind.as_str()), shell.say("urls_new-title"));
        let new = desk.may_now(Permission::UrlsCreate).then_some(new);
        return heading.and(&Empty::new(words).action(new).html());
    }
    let columns = [Column::of(kind_name(shell, kind)), Column::of(shell.say("shell_status"))];
    let act = Column::actions(shell.say("shell_do"));
    // What went through it lately: logins, or deliveries; nothing is counted of the others.
    let used = match kind {
        UrlKind::Callback => Some(Column::number(shell.say("shell_logins"))),
        UrlKind::Webhook => Some(Column::of(shell.say("webhooks_last"))),
        _ => None,
    };
    let usage = |url: &UrlView| match kind {
        UrlKind::Callback => Html::text(logins.get(&url.id).copied().unwrap_or_default()),
        _ => {
            let last = sent.iter().find(|delivery| delivery.url == url.id).map(|last| brief(shell, last));
            last.unwrap_or_else(|| Html::text(shell.say("shell_never")))
        }
    };
    let cells = |url: &UrlView| {
        let (item, text) = (format!("{path}/{}", url.id), url.settings.settings.url.as_str());
        (Html::code(text), status(desk, url, &item), actions(desk, url, &item))
    };
    if let Some(used) = used {
        let rows = of_kind.into_iter().map(|url| {
            let (text, status, actions) = cells(url);
            [text, status, usage(url), actions]
        });
        let columns: Vec<Column> = columns.into_iter().chain([used, act]).collect();
        return heading.and(&Table::new(kind_hint(shell, kind), columns).rows(rows).html());
    }
    let rows = of_kind.into_iter().map(|url| {
        let (text, status, actions) = cells(url);
        [text, status, actions]
    });
    let columns: Vec<Column> = columns.into_iter().chain([act]).collect();
    heading.and(&Table::new(kind_hint(shell, kind), columns).rows(rows).html())
}

fn state(shell: &Shell, url: &UrlView) -> Html {
    if url.settings.settings.active {
        Html::badge(Look::Good, shell.say("state_active"))
    } else {
        Html::badge(Look::Off, shell.say("state_off"))
    }
}

/// How it stands, with its switch.
fn status(desk: &OneDomain, url: &UrlView, item: &str) -> Html {
    let (shell, nothing) = (desk.shell(), Values::default());
    let state = state(shell, url);
    if !desk.may_switch(Permission::UrlsUpdate, url.settings.settings.active) {
        return state;
    }
    let (word, next) = if url.settings.settings.active {
        (shell.say("shell_switch_off"), "false")
    } else {
        (shell.say("shell_switch_on"), "true")
    };
    state.and(&Form::new(shell, &nothing, format!("{item}/switches"), word).hidden("active", next).quiet().html())
}

fn actions(desk: &OneDomain, url: &UrlView, item: &str) -> Html {
    let (shell, text) = (desk.shell(), url.settings.settings.url.as_str());
    let edit = desk.may_now(Permission::UrlsUpdate).then(|| Html::action(item, shell.say("shell_edit"), text));
    let nothing = Values::default();
    let ping = (url.settings.once.kind == UrlKind::Webhook && url.settings.settings.active)
        .then(|| Form::new(shell, &nothing, format!("{item}/ping"), shell.say("webhooks_ping")).quiet().once().html());
    let ping = ping.filter(|_| desk.may_now(Permission::WebhooksCreate));
    let delete = desk.may_now(Permission::UrlsDelete);
    let delete = delete.then(|| Html::action(format!("{item}/delete"), shell.say("shell_delete"), text));
    Html::joined(edit.into_iter().chain(ping).chain(delete), " · ")
}

pub(crate) async fn new(desk: OneDomain) -> Result<Response, Response> {
    desk.need(Permission::UrlsCreate)?;
    let kind = desk.signed_in().visit.query.get("kind").and_then(UrlKind::parse).unwrap_or(UrlKind::Callback);
    draw_new(&desk, &Values::beginning([("kind", json!(kind.as_str())), ("active", json!(true))]))
}

fn draw_new(desk: &OneDomain, values: &Values) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), list_path(desk));
    let choice = |kind: &UrlKind| {
        let hint = Html::text(kind_hint(shell, *kind));
        Choice::new(kind.as_str(), Html::text(kind_name(shell, *kind))).hint(hint)
    };
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_create"))
        .once()
        .field(Control::radios("kind", label_of(shell, "kind"), UrlKind::ALL.iter().map(choice)))
        .field(Control::line("url", label_of(shell, "url")).hint(shell.say("field_url-hint")))
        .field(Control::switch("active", label_of(shell, "active")).hint(shell.say("field_active-url_hint")));
    let page = below(desk, shell.say("urls_new-title"), ("/urls", shell.say("domain_tab-urls")))?
        .refused(values, |name| label_of(shell, name));
    Ok(remedied(desk, page, values)?.part(&form.cancel(path).html()).respond())
}

/// With the way to test mode, when that is what a URL needs.
fn remedied<'d, P: DomainIds>(desk: &ClientDesk<P>, page: Page<'d>, values: &Values) -> Result<Page<'d>, Response> {
    let typed = values.text("url");
    if mode_of(desk)?.test_mode || values.error("url").is_none() || !needs_test_mode(&typed) {
        return Ok(page);
    }
    Ok(page.part(&Html::paragraph(&Html::link(path_of(desk), desk.shell().say("urls_needs_test_mode")))))
}

pub(crate) async fn create(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<NewUrl>(&[]) {
        Ok(input) => urls::create(desk.core(), sent.caller(desk.signed_in()), desk.ids, input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) if is_webhook(&done) => draw_value(&desk, &done, desk.shell().say("urls_made-title")),
        Ok(_) => {
            let path = list_path(&desk);
            Ok(desk.done(&path, "created"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values)
        }
    }
}

fn is_webhook(done: &Done<UrlView>) -> bool {
    match done {
        Done::Now(url) => url.value.is_some(),
        Done::Before(kept) => kept.body["kind"] == UrlKind::Webhook.as_str(),
    }
}

/// The page that shows what a webhook's messages are signed with, the one time; sent again, the page that says so.
pub(super) fn draw_value<P: DomainIds>(
    desk: &ClientDesk<P>,
    done: &Done<UrlView>,
    title: String,
) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), list_path(desk));
    let page = below(desk, title, ("/urls", shell.say("domain_tab-urls")))?;
    match done {
        Done::Now(url) => {
            let item = format!("{path}/{}", url.id);
            let value = url.value.as_ref().map(|value| Html::copy(shell, "value", value.expose()));
            let card = Html::paragraph(&value.unwrap_or_default())
                .and(&Html::paragraph(&Html::text(shell.say("shell_only_time"))))
                .and(&Html::paragraph(&Html::text(shell.say("urls_made-next"))));
            let stored = Html::paragraph(&Html::button(&item, shell.say("shell_stored")));
            Ok(page.part(&Html::card(&card)).part(&stored).respond_created(&item))
        }
        Done::Before(kept) => {
            let item = format!("{path}/{}", kept.body["id"].as_str().unwrap_or_default());
            let links = [
                Html::quiet_button(format!("{item}/rotate"), shell.say("shell_rotate")),
                Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete")),
            ];
            let card = Html::paragraph(&Html::text(shell.say("shell_shown_before"))).and(&Html::joined(links, " "));
            Ok(page.part(&Html::card(&card)).respond())
        }
    }
}

pub(super) async fn get(desk: &OneUrl) -> Result<UrlView, Response> {
    urls::get(desk.core(), &desk.caller(), desk.ids).await.map_err(|why| desk.fail(why))
}

/// How many logins of the last seven days ended at a callback URL; `None` for one of another kind.
async fn logins(desk: &OneUrl, url: &UrlView) -> Result<Option<i64>, Response> {
    if url.settings.once.kind != UrlKind::Callback {
        return Ok(None);
    }
    let all = recent_logins::by_url(desk.core(), &desk.caller(), desk.client()).await;
    Ok(Some(all.map_err(|why| desk.fail(why))?.get(&url.id).copied().unwrap_or_default()))
}

pub(crate) async fn read(desk: OneUrl) -> Result<Response, Response> {
    let url = get(&desk).await?;
    draw(&desk, &url, &Values::of(&url)).await
}

async fn draw(desk: &OneUrl, url: &UrlView, values: &Values) -> Result<Response, Response> {
    let logins = logins(desk, url).await?;
    let (shell, item) = (desk.shell(), item_path(desk));
    let kind = url.settings.once.kind;
    let hint = url.hint.as_ref().map(|hint| (shell.say("secrets_ends_in"), Html::code(format!("whsec_…{hint}"))));
    let terms = [
        (shell.say("shell_id"), Html::copy(shell, "id", url.id)),
        (shell.say("item_made"), Html::made(shell, url.id.as_bytes())),
        (kind_name(shell, kind), Html::code(url.settings.settings.url.as_str())),
        (shell.say("shell_status"), state(shell, url)),
    ];
    let logins = logins.map(|logins| (shell.say("shell_logins"), Html::text(logins)));
    let terms = Terms::new(terms.into_iter().chain(logins).chain(hint));
    let page = below(desk, kind_name(shell, kind), ("/urls", shell.say("domain_tab-urls")))?
        .purpose(kind_hint(shell, kind))
        .refused(values, |name| label_of(shell, name));
    let mut page = remedied(desk, page, values)?.part(&Html::card(&terms.html()));
    if desk.may_now(Permission::UrlsUpdate) {
        let form = Form::new(shell, values, item.clone(), shell.say("shell_save"))
            .field(Control::line("url", label_of(shell, "url")).hint(shell.say("field_url-hint")));
        page = page.part(&Html::card(&form.cancel(list_path(desk)).html()));
    }
    let more = webhook_buttons(desk, url);
    let delete = Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete"));
    let delete = if desk.may_now(Permission::UrlsDelete) { delete } else { Html::default() };
    Ok(page.part(&Html::paragraph(&Html::joined([desk.history(url.id), more, delete], " "))).respond())
}

/// What can be done with a webhook URL only.
fn webhook_buttons(desk: &OneUrl, url: &UrlView) -> Html {
    if url.settings.once.kind != UrlKind::Webhook {
        return Html::default();
    }
    let shell = desk.shell();
    let rotate = Html::quiet_button(format!("{}/rotate", item_path(desk)), shell.say("webhooks_rotate"));
    let rotate = desk.may_now(Permission::UrlsUpdate).then_some(rotate);
    let sent = format!("{}?url={}", ClientSection::Webhooks.href(desk.ids.0), url.id);
    let sent = desk.may(Permission::WebhooksRead).then(|| Html::quiet_button(sent, shell.say("webhooks_deliveries")));
    Html::joined(rotate.into_iter().chain(sent), " ")
}

pub(crate) async fn update(form: Posted<OneUrl>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch_of::<UrlSettings>(&["url"], &[]) {
        Ok(patch) => urls::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = list_path(&desk);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let url = get(&desk).await?;
            let values = audit::overtaken(&desk, desk.refused(Values::of(&url), sent.fields, why)?).await?;
            draw(&desk, &url, &values).await
        }
    }
}

/// GET of the address that switches.
pub(crate) async fn back(desk: OneUrl) -> Response {
    let path = list_path(&desk);
    desk.go(&path)
}

pub(crate) async fn switch(form: Posted<OneUrl>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    desk.need_to_switch(Permission::UrlsUpdate)?;
    let word = if bite::last(&sent.fields, "active") == "true" { "on" } else { "off" };
    let url = get(&desk).await?;
    let bites = word == "off" && url.settings.settings.active && logins(&desk, &url).await?.is_some_and(|it| it > 0);
    if bites && !bite::is_confirmed(&sent.fields) {
        let path = bite::question(&item_path(&desk), &["active"], &sent.fields);
        return Ok(desk.go(&path));
    }
    let changed = match sent.patch_of::<UrlSettings>(&["active"], &["confirm"]) {
        Ok(patch) => urls::update(desk.core(), desk.caller(), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let (path, word) = (list_path(&desk), format!("{word}-{}", desk.ids.2));
            Ok(desk.done(&path, &word))
        }
        Err(why) => {
            // What is wrong is the URL that is to be switched on: it stands in its field.
            let values = desk.refused(Values::of(&url), sent.fields, why)?.without_what_was_sent();
            draw(&desk, &url, &values).await
        }
    }
}

pub(crate) async fn ask_switch(desk: OneUrl) -> Result<Response, Response> {
    desk.need_to_switch(Permission::UrlsUpdate)?;
    let on = bite::last(bite::asked(&desk, &["active"])?, "active") == "true";
    let url = get(&desk).await?;
    let logins = logins(&desk, &url).await?;
    let (shell, nothing) = (desk.shell(), Values::default());
    let (title, submit, next) = if on {
        (shell.say("urls_on-title"), shell.say("shell_switch_on"), "true")
    } else {
        (shell.say("urls_off-title"), shell.say("shell_switch_off"), "false")
    };
    let form = Form::new(shell, &nothing, format!("{}/switches", item_path(&desk)), submit)
        .hidden("active", next)
        .hidden("confirm", "true")
        .cancel(list_path(&desk));
    let page = below(&desk, title, ("/urls", shell.say("domain_tab-urls")))?;
    Ok(page.part(&about(shell, &url, logins)).part(&form.html()).respond())
}

/// Which URL a question is about, what is sent there, and what hangs on it.
fn about(shell: &Shell, url: &UrlView, logins: Option<i64>) -> Html {
    let kind = url.settings.once.kind;
    let terms = [
        (kind_name(shell, kind), Html::code(url.settings.settings.url.as_str())),
        (shell.say("shell_status"), state(shell, url)),
    ];
    let bites = logins.filter(|logins| *logins > 0).map(|logins| shell.tell(text!("urls_logins", logins = logins)));
    let logins = logins.map(|logins| (shell.say("shell_logins"), Html::text(logins)));
    let words = [Some(kind_hint(shell, kind)), bites].into_iter().flatten();
    let words: Html = words.map(|words| Html::paragraph(&Html::text(words))).collect();
    Html::card(&Terms::new(terms.into_iter().chain(logins)).html().and(&words))
}

pub(crate) async fn ask_deletion(desk: OneUrl) -> Result<Response, Response> {
    desk.need(Permission::UrlsDelete)?;
    let url = get(&desk).await?;
    let logins = logins(&desk, &url).await?;
    let (shell, nothing) = (desk.shell(), Values::default());
    let form = Form::new(shell, &nothing, format!("{}/delete", item_path(&desk)), shell.say("shell_delete"));
    let title = shell.tell(text!("urls_delete-title", what = kind_name(shell, url.settings.once.kind)));
    Ok(below(&desk, title, ("/urls", shell.say("domain_tab-urls")))?
        .purpose(shell.say("urls_delete-purpose"))
        .part(&about(shell, &url, logins))
        .part(&form.danger().cancel(list_path(&desk)).html())
        .respond())
}

pub(crate) async fn delete(form: Posted<OneUrl>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let deleted = urls::delete(desk.core(), desk.caller(), desk.ids, sent.if_match()).await;
    deleted.map_err(|why| desk.fail(why))?;
    let path = list_path(&desk);
    Ok(desk.done(&path, "deleted"))
}
