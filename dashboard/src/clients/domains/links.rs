//! Secret Connections: which secrets may be used for a domain.

use axum::response::Response;
use xwms_core::contract::secret::SecretView;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId, SecretId};
use xwms_core::manage::{links, secrets as all_secrets};
use xwms_core::text;

use super::{DomainIds, OneDomain, Part, below, mode_of, part_of, path_of};
use crate::clients::secrets::{ending, last_used, state};
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// Secrets that are offered at once.
const MANY: i64 = 500;

type OneLink = ClientDesk<(ClientId, DomainId, SecretId)>;

fn list_path<P: DomainIds>(desk: &ClientDesk<P>) -> String {
    format!("{}/secrets", path_of(desk))
}

pub(crate) async fn list(desk: OneDomain) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = list_path(&desk);
    let asked = ListRequest::<SecretId>::of(&desk, &path, &[])?;
    let found = links::list(desk.core(), &desk.caller(), desk.ids, asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |secret| secret.id.to_string());
    let primary = desk.primary(Permission::LinksCreate, &format!("{path}/link"), shell.say("links_link"));
    let page = part_of(&desk, Part::Secrets)?.purpose(shell.say("links_list-purpose")).primary(primary);
    let page = page.part(&undo(&desk));
    if found.is_empty() && asked.is_first() {
        return Ok(page.part(&Empty::new(shell.say("links_list-none")).html()).respond());
    }
    let columns = [
        Column::of(shell.say("secrets_list-secret")),
        Column::of(shell.say("secrets_ends_in")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("secrets_last_used")),
        Column::actions(shell.say("shell_do")),
    ];
    let secrets = ClientSection::Secrets.href(desk.client());
    let rows = found.iter().map(|secret| {
        let label = secret.settings.label.as_str();
        let unlink = Html::action(format!("{path}/{}/unlink", secret.id), shell.say("links_unlink"), label);
        let unlink = if desk.may_now(Permission::LinksDelete) { unlink } else { Html::default() };
        let name = if desk.may(Permission::SecretsRead) {
            Html::link(format!("{secrets}/{}", secret.id), label)
        } else {
            Html::words(label)
        };
        [name, ending(secret), state(&desk, secret), last_used(shell, secret), unlink]
    });
    let table = Table::new(shell.say("links_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

/// The way back from having unlinked a secret.
fn undo(desk: &OneDomain) -> Html {
    let (shell, nothing) = (desk.shell(), Values::default());
    let secret = desk.frame().done_to("unlinked").and_then(|id| id.parse::<SecretId>().ok());
    let Some(secret) = secret.filter(|_| desk.may_now(Permission::LinksCreate)) else { return Html::default() };
    let form = Form::new(shell, &nothing, format!("{}/link", list_path(desk)), shell.say("shell_undo"));
    form.hidden("secret", secret.to_string()).quiet().html()
}

pub(crate) async fn ask_link(desk: OneDomain) -> Result<Response, Response> {
    desk.need(Permission::LinksCreate)?;
    draw_link(&desk, &Values::default()).await
}

async fn draw_link(desk: &OneDomain, values: &Values) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), list_path(desk));
    let page = below(desk, shell.say("links_link"), ("/secrets", shell.say("domain_tab-secrets")))?
        .purpose(shell.say("links_link-purpose"))
        .refused(values, |_| shell.say("secrets_list-secret"));
    let free = not_yet_linked(desk).await?;
    if free.is_empty() {
        let new = format!("{}/new", ClientSection::Secrets.href(desk.client()));
        let new = desk.may_now(Permission::SecretsCreate).then(|| Html::button(new, shell.say("secrets_new-title")));
        return Ok(page.part(&Empty::new(shell.say("links_link-none")).action(new).html()).respond());
    }
    let choices = free.iter().map(|secret| choice(desk, shell, secret));
    let secrets = Control::radios("secret", shell.say("secrets_list-secret"), choices);
    let form = Form::new(shell, values, format!("{path}/link"), shell.say("links_link")).field(secrets);
    Ok(page.part(&form.cancel(path).html()).respond())
}

fn choice(desk: &OneDomain, shell: &Shell, secret: &SecretView) -> Choice {
    let label = Html::words(secret.settings.label.as_str()).and(&Html::text(" ")).and(&ending(secret));
    let hint = Html::joined([state(desk, secret), last_used(shell, secret)], " ");
    Choice::new(secret.id.to_string(), label).hint(hint)
}

/// The secrets that can be linked still.
async fn not_yet_linked(desk: &OneDomain) -> Result<Vec<SecretView>, Response> {
    let (core, caller) = (desk.core(), desk.caller());
    let all = all_secrets::list(core, &caller, desk.client(), None, MANY).await.map_err(|why| desk.fail(why))?;
    let linked = links::list(core, &caller, desk.ids, None, MANY).await.map_err(|why| desk.fail(why))?;
    Ok(all.into_iter().filter(|secret| linked.iter().all(|other| other.id != secret.id)).collect())
}

pub(crate) async fn link(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let missing = || Error::Invalid(vec![text!("links_choose").at("secret")]);
    let secret = sent.only(&["secret"]).and_then(|()| sent.fields.text("secret").parse().map_err(|_| missing()));
    let (client, domain) = desk.ids;
    let linked = match secret {
        Ok(secret) => links::link(desk.core(), sent.caller(desk.signed_in()), (client, domain, secret)).await,
        Err(why) => Err(why),
    };
    match linked {
        Ok(_) => {
            let path = list_path(&desk);
            Ok(desk.done(&path, "linked"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_link(&desk, &values).await
        }
    }
}

pub(crate) async fn ask_unlink(desk: OneLink) -> Result<Response, Response> {
    desk.need(Permission::LinksDelete)?;
    let (client, domain, id) = desk.ids;
    let linked = links::list(desk.core(), &desk.caller(), (client, domain), None, MANY).await;
    let linked = linked.map_err(|why| desk.fail(why))?;
    let secret = linked.iter().find(|secret| secret.id == id).ok_or_else(|| desk.fail(Error::NotFound("link")))?;
    let now = desk.core().clock.now();
    let usable = |other: &&SecretView| {
        other.id != id && other.settings.active && other.settings.expires_at.is_none_or(|end| end > now)
    };
    let is_last = !linked.iter().any(|other| usable(&other));
    let (shell, path, nothing) = (desk.shell(), list_path(&desk), Values::default());
    let terms = Terms::new([
        (shell.say("secrets_list-secret"), Html::words(secret.settings.label.as_str())),
        (shell.say("secrets_ends_in"), ending(secret)),
        (shell.say("shell_status"), state(&desk, secret)),
        (shell.say("secrets_last_used"), last_used(shell, secret)),
    ]);
    let what = if is_last { shell.say("links_unlink-last") } else { shell.say("links_unlink-other") };
    let card = terms.html().and(&Html::paragraph(&Html::text(what)));
    let root = mode_of(&desk)?.root_domain.as_str();
    let title = text!("links_unlink-title", label = secret.settings.label.as_str(), root = root);
    let form = Form::new(shell, &nothing, format!("{path}/{id}/unlink"), shell.say("links_unlink"));
    Ok(below(&desk, shell.tell(title), ("/secrets", shell.say("domain_tab-secrets")))?
        .part(&Html::card(&card))
        .part(&form.danger().cancel(path).html())
        .respond())
}

pub(crate) async fn unlink(form: Posted<OneLink>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let unlinked = links::unlink(desk.core(), desk.caller(), desk.ids).await;
    unlinked.map_err(|why| desk.fail(why))?;
    let (path, word) = (list_path(&desk), format!("unlinked-{}", desk.ids.2));
    Ok(desk.done(&path, &word))
}
