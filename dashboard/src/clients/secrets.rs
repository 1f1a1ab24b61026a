//! Client Secrets: the list, a new one, one, its switch, its rotation and its end.

use axum::response::{IntoResponse, Response};
use http::header;
use serde_json::json;
use xwms_core::contract::secret::{Rotation, SecretSettings, SecretView};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::gate::setup::Step;
use xwms_core::id::{ClientId, SecretId};
use xwms_core::manage::runner::Done;
use xwms_core::manage::{recent_logins, secrets};
use xwms_core::model::client::ClientType;
use xwms_core::secret::Secret;
use xwms_core::text;

use super::bite;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;
use crate::setup_steps::next_after;

/// Seconds that a replaced secret can go on: now, an hour, a day, a week, thirty days.
const OVERLAPS: [i64; 5] = [0, 3600, 86_400, 604_800, 2_592_000];

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Secrets.href(desk.client());
    let asked = ListRequest::<SecretId>::of(&desk, &path, &[])?;
    let found = secrets::list(desk.core(), &desk.caller(), desk.client(), asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |secret| secret.id.to_string());
    if desk.context()?.client.settings.client_type == ClientType::Public {
        let none = Empty::new(shell.say("public_client"));
        return Ok(desk.page(shell.say("section_secrets")).part(&none.html()).respond());
    }
    let primary = desk.primary(Permission::SecretsCreate, &format!("{path}/new"), shell.say("secrets_new-title"));
    let page = desk.page(shell.say("section_secrets")).purpose(shell.say("secrets_list-purpose")).primary(primary);
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&Empty::new(shell.say("secrets_list-none")).html()).respond());
    }
    let logins = recent_logins::by_secret(desk.core(), &desk.caller(), desk.client()).await;
    let logins = logins.map_err(|why| desk.fail(why))?;
    let columns = [
        Column::of(shell.say("secrets_list-secret")),
        Column::of(shell.say("secrets_ends_in")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("secrets_last_used")),
        Column::number(shell.say("shell_logins")),
    ];
    let rows = found.iter().map(|secret| {
        [
            Html::link(format!("{path}/{}", secret.id), secret.settings.label.as_str()),
            ending(secret),
            state(&desk, secret),
            last_used(shell, secret),
            Html::text(logins.get(&secret.id).copied().unwrap_or_default()),
        ]
    });
    let table = Table::new(shell.say("secrets_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::SecretsCreate)?;
    Ok(draw_new(&desk, &Values::default()))
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.patch::<SecretSettings>(&[]) {
        Ok(patch) => secrets::create(desk.core(), sent.caller(desk.signed_in()), desk.client(), patch).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => Ok(draw_value(&desk, &done)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_new(&desk, &values))
        }
    }
}

fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Secrets.href(desk.client());
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_create")).once();
    let form = fields(shell, form).cancel(path.clone());
    desk.page(shell.say("secrets_new-title"))
        .crumb(path, shell.say("section_secrets"))
        .refused(values, |name| label_of(shell, name))
        .part(&form.html())
        .respond()
}

fn fields<'f>(shell: &Shell, form: Form<'f>) -> Form<'f> {
    let label = Control::line("label", label_of(shell, "label")).hint(shell.say("field_label-hint"));
    let end = Control::line("expires_at", label_of(shell, "expires_at"))
        .hint(shell.say_in_zone("field_expires_at-secret_hint"));
    form.field(label.optional(shell)).field(end.optional(shell))
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "label" => shell.say("field_label"),
        "expires_at" => shell.say("field_expires_at"),
        "overlap_seconds" => shell.say("field_overlap_seconds"),
        "confirm_name" => shell.say("field_confirm_name"),
        other => other.to_owned(),
    }
}

/// The page that shows a value, the one time; sent again, the page that says so.
fn draw_value<P: ClientIds>(desk: &ClientDesk<P>, done: &Done<SecretView>) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Secrets.href(desk.client());
    let page = desk.page(shell.say("secrets_made-title")).crumb(path.clone(), shell.say("section_secrets"));
    match done {
        Done::Now(secret) => {
            let item = format!("{path}/{}", secret.id);
            let value = secret.value.as_ref().map(|value| Html::copy(shell, "value", value.expose()));
            let nothing = Values::default();
            let file = secret.value.as_ref().map(|value| {
                let form = Form::new(shell, &nothing, format!("{item}/env"), shell.say("secrets_made-env")).quiet();
                form.hidden("value", value.expose().as_str()).html()
            });
            let card = Html::paragraph(&value.unwrap_or_default())
                .and(&file.unwrap_or_default())
                .and(&Html::paragraph(&Html::text(shell.say("shell_only_time"))))
                .and(&Html::paragraph(&Html::text(shell.say("secrets_made-next"))));
            let stored = Html::paragraph(&Html::button(&item, shell.say("shell_stored")));
            let setup = desk.frame().client().and_then(|context| context.setup.as_ref());
            let next = setup.map(|setup| next_after(shell, (desk.client(), setup), Step::Secret)).unwrap_or_default();
            page.part(&Html::card(&card)).part(&next).part(&stored).respond_created(&item)
        }
        Done::Before(kept) => {
            let item = format!("{path}/{}", kept.body["id"].as_str().unwrap_or_default());
            let links = [
                Html::quiet_button(format!("{item}/rotate"), shell.say("shell_rotate")),
                Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete")),
            ];
            let card = Html::paragraph(&Html::text(shell.say("shell_shown_before"))).and(&Html::joined(links, " "));
            page.part(&Html::card(&card)).respond()
        }
    }
}

type OneSecret = ClientDesk<(ClientId, SecretId)>;

pub(crate) async fn read(desk: OneSecret) -> Result<Response, Response> {
    let secret = get(&desk).await?;
    Ok(draw(&desk, &secret, &Values::of(&secret)))
}

async fn get(desk: &OneSecret) -> Result<SecretView, Response> {
    let (client, secret) = desk.ids;
    secrets::get(desk.core(), &desk.caller(), client, secret).await.map_err(|why| desk.fail(why))
}

fn draw(desk: &OneSecret, secret: &SecretView, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Secrets.href(desk.client());
    let item = format!("{path}/{}", secret.id);
    let terms = Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", secret.id)),
        (shell.say("secrets_ends_in"), ending(secret)),
        (shell.say("shell_status"), state(desk, secret)),
        (shell.say("secrets_last_used"), last_used(shell, secret)),
    ]);
    let page = desk
        .page(secret.settings.label.as_str().to_owned())
        .crumb(path, shell.say("section_secrets"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()));
    if !desk.may_switch(Permission::SecretsUpdate, secret.settings.active) {
        return page.respond();
    }
    let switch = Values::default();
    let (word, next) = if secret.settings.active {
        (shell.say("shell_switch_off"), "false")
    } else {
        (shell.say("shell_switch_on"), "true")
    };
    let switch = Form::new(shell, &switch, format!("{item}/switches"), word).hidden("active", next).quiet();
    let form = fields(shell, Form::new(shell, values, item.clone(), shell.say("shell_save")));
    let more = [
        Html::quiet_button(format!("{item}/rotate"), shell.say("shell_rotate")),
        Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete")),
    ];
    let page =
        page.part(&Html::card(&Html::paragraph(&Html::text(shell.say("secrets_switch-hint"))).and(&switch.html())));
    let page = if desk.may_now(Permission::SecretsUpdate) { page.part(&Html::card(&form.html())) } else { page };
    page.part(&Html::paragraph(&Html::joined(more, " "))).respond()
}

pub(crate) async fn update(form: Posted<OneSecret>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch::<SecretSettings>(&[]) {
        Ok(patch) => {
            secrets::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = item_path(&desk);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let secret = get(&desk).await?;
            let values = desk.refused(Values::of(&secret), sent.fields, why)?;
            Ok(draw(&desk, &secret, &values))
        }
    }
}

fn item_path(desk: &OneSecret) -> String {
    format!("{}/{}", ClientSection::Secrets.href(desk.client()), desk.ids.1)
}

/// How many logins of the last seven days it was used for.
async fn logins(desk: &OneSecret) -> Result<i64, Response> {
    let all = recent_logins::by_secret(desk.core(), &desk.caller(), desk.client()).await;
    Ok(all.map_err(|why| desk.fail(why))?.get(&desk.ids.1).copied().unwrap_or_default())
}

/// What says how much a secret is used.
fn usage(shell: &Shell, secret: &SecretView, logins: i64) -> Html {
    let terms = Terms::new([
        (shell.say("shell_logins"), Html::text(logins)),
        (shell.say("secrets_last_used"), last_used(shell, secret)),
    ]);
    let words = shell.tell(text!("secrets_logins", logins = logins));
    if logins > 0 { terms.html().and(&Html::paragraph(&Html::text(words))) } else { terms.html() }
}

pub(crate) async fn ask_switch(desk: OneSecret) -> Result<Response, Response> {
    desk.need_to_switch(Permission::SecretsUpdate)?;
    let on = bite::last(bite::asked(&desk, &["active"])?, "active") == "true";
    let (secret, logins) = (get(&desk).await?, logins(&desk).await?);
    let (shell, item, nothing) = (desk.shell(), item_path(&desk), Values::default());
    let label = secret.settings.label.as_str();
    let (title, submit, next) = if on {
        (text!("secrets_on-title", label = label), shell.say("shell_switch_on"), "true")
    } else {
        (text!("secrets_off-title", label = label), shell.say("shell_switch_off"), "false")
    };
    let form = Form::new(shell, &nothing, format!("{item}/switches"), submit)
        .hidden("active", next)
        .hidden("confirm", "true")
        .danger()
        .cancel(item.clone());
    Ok(desk
        .page(shell.tell(title))
        .crumb(ClientSection::Secrets.href(desk.client()), shell.say("section_secrets"))
        .crumb(item, label)
        .purpose(shell.say("secrets_switch-hint"))
        .part(&Html::card(&usage(shell, &secret, logins)))
        .part(&form.html())
        .respond())
}

pub(crate) async fn switch(form: Posted<OneSecret>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    desk.need_to_switch(Permission::SecretsUpdate)?;
    let word = if bite::last(&sent.fields, "active") == "true" { "on" } else { "off" };
    let bites = word == "off" && get(&desk).await?.settings.active && logins(&desk).await? > 0;
    if bites && !bite::is_confirmed(&sent.fields) {
        let path = bite::question(&item_path(&desk), &["active"], &sent.fields);
        return Ok(desk.go(&path));
    }
    let changed = match sent.patch::<SecretSettings>(&["confirm"]) {
        Ok(patch) => secrets::update(desk.core(), desk.caller(), desk.ids, patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    changed.map_err(|why| desk.fail(why))?;
    let path = item_path(&desk);
    Ok(desk.done(&path, word))
}

/// What a server needs to know, as a file of its environment: for whoever has just been told the secret.
pub(crate) async fn env_file(form: Posted<OneSecret>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["value"]).map_err(|why| desk.fail(why))?;
    let value = Secret::new(sent.fields.text("value").to_owned());
    let is_it = secrets::is_text_of(desk.core(), &desk.caller(), desk.ids, &value).await;
    if !is_it.map_err(|why| desk.fail(why))? {
        return Err(desk.fail(Error::Invalid(vec![text!("invalid-secret_value").at("value")])));
    }
    let (issuer, client) = (desk.core().config.server.issuer(), desk.client());
    let file = format!("XWMS_ISSUER={issuer}\nXWMS_CLIENT_ID={client}\nXWMS_CLIENT_SECRET={}\n", value.expose());
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"xwms.env\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, file).into_response())
}

/// GET of an address that only takes POST.
pub(crate) async fn back(desk: OneSecret) -> Response {
    let path = item_path(&desk);
    desk.into_signed_in().visit.go(&path)
}

pub(crate) async fn ask_rotation(desk: OneSecret) -> Result<Response, Response> {
    desk.need(Permission::SecretsCreate)?;
    draw_rotation(&desk, &Values::beginning([("overlap_seconds", json!(86_400))])).await
}

async fn draw_rotation(desk: &OneSecret, values: &Values) -> Result<Response, Response> {
    let (secret, logins) = (get(desk).await?, logins(desk).await?);
    let shell = desk.shell();
    let item = item_path(desk);
    let form = Form::new(shell, values, format!("{item}/rotate"), shell.say("shell_rotate")).once();
    let form = form.field(overlap(shell, logins > 0));
    Ok(desk
        .page(shell.tell(text!("secrets_rotate-title", label = secret.settings.label.as_str())))
        .crumb(ClientSection::Secrets.href(desk.client()), shell.say("section_secrets"))
        .crumb(item.clone(), secret.settings.label.as_str())
        .purpose(shell.say("secrets_rotate-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&usage(shell, &secret, logins)))
        .part(&form.cancel(item).html())
        .respond())
}

/// The choice of how long a secret that is replaced goes on. `bites`: it is in use.
pub(super) fn overlap(shell: &Shell, bites: bool) -> Control {
    let choice = |seconds: i64| {
        let label = shell.tell(text!("secrets_rotate-overlap", hours = seconds / 3600));
        let choice = Choice::new(seconds.to_string(), Html::text(label));
        if seconds == 0 && bites { choice.hint(Html::text(shell.say("secrets_rotate-now"))) } else { choice }
    };
    Control::radios("overlap_seconds", label_of(shell, "overlap_seconds"), OVERLAPS.map(choice))
}

pub(crate) async fn rotate(form: Posted<OneSecret>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<Rotation>(&[]) {
        Ok(rotation) => {
            secrets::rotate(desk.core(), sent.caller(desk.signed_in()), desk.ids, rotation, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => Ok(draw_value(&desk, &done)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_rotation(&desk, &values).await
        }
    }
}

pub(crate) async fn ask_deletion(desk: OneSecret) -> Result<Response, Response> {
    desk.need(Permission::SecretsDelete)?;
    draw_deletion(&desk, &Values::default()).await
}

async fn draw_deletion(desk: &OneSecret, values: &Values) -> Result<Response, Response> {
    let (secret, logins) = (get(desk).await?, logins(desk).await?);
    let (shell, item, nothing) = (desk.shell(), item_path(desk), Values::default());
    let label = secret.settings.label.as_str();
    let mut form =
        Form::new(shell, values, format!("{item}/delete"), shell.say("shell_delete")).danger().cancel(item.clone());
    if logins > 0 {
        let hint = shell.tell(text!("field_confirm_name-hint", name = label));
        form = form.field(Control::line("confirm_name", label_of(shell, "confirm_name")).hint(hint));
    }
    let milder = Form::new(shell, &nothing, format!("{item}/switches"), shell.say("shell_switch_off-instead"));
    let milder = milder.hidden("active", "false").quiet().html();
    let can_be_milder = secret.settings.active && desk.may(Permission::SecretsUpdate);
    Ok(desk
        .page(shell.tell(text!("secrets_delete-title", label = label)))
        .crumb(ClientSection::Secrets.href(desk.client()), shell.say("section_secrets"))
        .crumb(item, label)
        .purpose(shell.say("secrets_delete-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&usage(shell, &secret, logins)))
        .part(&if can_be_milder { milder } else { Html::default() })
        .part(&form.html())
        .respond())
}

pub(crate) async fn delete(form: Posted<OneSecret>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    desk.need(Permission::SecretsDelete)?;
    let secret = get(&desk).await?;
    let allowed = if logins(&desk).await? > 0 {
        sent.confirmed(secret.settings.label.as_str())
    } else {
        sent.only(&["confirm_name"])
    };
    let deleted = match allowed {
        Ok(()) => secrets::delete(desk.core(), desk.caller(), desk.ids, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match deleted {
        Ok(_) => {
            let path = ClientSection::Secrets.href(desk.client());
            Ok(desk.done(&path, "deleted"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_deletion(&desk, &values).await
        }
    }
}

/// Its last four characters.
pub(super) fn ending(secret: &SecretView) -> Html {
    Html::code(format!("…{}", secret.hint))
}

pub(super) fn state<P: ClientIds>(desk: &ClientDesk<P>, secret: &SecretView) -> Html {
    let shell = desk.shell();
    let ended = secret.settings.expires_at.is_some_and(|end| end <= desk.core().clock.now());
    match (secret.settings.active, ended) {
        (false, _) => Html::badge(Look::Off, shell.say("state_off")),
        (true, true) => Html::badge(Look::Bad, shell.say("state_expired")),
        (true, false) => Html::badge(Look::Good, shell.say("state_active")),
    }
}

pub(super) fn last_used(shell: &Shell, secret: &SecretView) -> Html {
    let at = Html::time_or(shell, secret.last_used_at, shell.say("shell_never"));
    match &secret.last_used_from {
        Some(address) => at.and(&Html::text(" · ")).and(&Html::text(address)),
        None => at,
    }
}
