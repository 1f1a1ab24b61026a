//! Client Secrets: a new one, one, its switch, its rotation and its end.

mod list;
mod made;

pub(crate) use list::{list, state};
pub(crate) use made::env_file;

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::secret::{Rotation, SecretSettings, SecretView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, SecretId};
use xwms_core::manage::{recent_logins, secrets};
use xwms_core::text;

use self::list::linked;
use self::made::draw_value;
use super::{audit, bite};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// Seconds that a replaced secret can go on: now, an hour, a day, a week, thirty days.
const OVERLAPS: [i64; 5] = [0, 3600, 86_400, 604_800, 2_592_000];

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

type OneSecret = ClientDesk<(ClientId, SecretId)>;

pub(crate) async fn read(desk: OneSecret) -> Result<Response, Response> {
    let secret = get(&desk).await?;
    draw(&desk, &secret, &Values::of(&secret)).await
}

async fn get(desk: &OneSecret) -> Result<SecretView, Response> {
    let (client, secret) = desk.ids;
    secrets::get(desk.core(), &desk.caller(), client, secret).await.map_err(|why| desk.fail(why))
}

async fn draw(desk: &OneSecret, secret: &SecretView, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let made = audit::made(desk, secret.id, secret.id.made_at(), "secret.created").await?;
    let path = ClientSection::Secrets.href(desk.client());
    let item = format!("{path}/{}", secret.id);
    let terms = Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", secret.id)),
        (shell.say("secrets_ends_in"), ending(secret)),
        (shell.say("shell_status"), state(desk, secret)),
        (shell.say("secrets_linked"), linked(desk).await?.of(desk, secret.id)),
        (shell.say("secrets_last_used"), last_used(shell, secret)),
        (shell.say("shell_made"), made),
    ]);
    let page = desk
        .page(secret.settings.label.as_str().to_owned())
        .crumb(path, shell.say("section_secrets"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()))
        .part(&Html::paragraph(&desk.history(secret.id)));
    let page = match secret.leaked_at {
        Some(at) => page.notice("bad", &text!("secrets_leaked", at = Html::day(shell, at))),
        None => page,
    };
    if !desk.may_switch(Permission::SecretsUpdate, secret.settings.active) {
        return Ok(page.respond());
    }
    let switch = Values::default();
    let (word, next) = if secret.settings.active {
        (shell.say("shell_switch_off"), "false")
    } else {
        (shell.say("shell_switch_on"), "true")
    };
    let switch = Form::new(shell, &switch, format!("{item}/switches"), word).hidden("active", next).quiet();
    let form = fields(shell, Form::new(shell, values, item.clone(), shell.say("shell_save")));
    let rotate = desk.may_now(Permission::SecretsCreate) && secret.leaked_at.is_none();
    let rotate = rotate.then(|| Html::quiet_button(format!("{item}/rotate"), shell.say("shell_rotate")));
    let delete = desk.may_now(Permission::SecretsDelete);
    let delete = delete.then(|| Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete")));
    let more = Html::joined(rotate.into_iter().chain(delete), " ");
    let page =
        page.part(&Html::card(&Html::paragraph(&Html::text(shell.say("secrets_switch-hint"))).and(&switch.html())));
    let page = if desk.may_now(Permission::SecretsUpdate) { page.part(&Html::card(&form.html())) } else { page };
    Ok(page.part(&Html::paragraph(&more)).respond())
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
            let values = audit::overtaken(&desk, desk.refused(Values::of(&secret), sent.fields, why)?).await?;
            draw(&desk, &secret, &values).await
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

pub(super) fn last_used(shell: &Shell, secret: &SecretView) -> Html {
    let at = Html::time_or(shell, secret.last_used_at, shell.say("shell_never"));
    match &secret.last_used_from {
        Some(address) => at.and(&Html::text(" · ")).and(&Html::text(address)),
        None => at,
    }
}
