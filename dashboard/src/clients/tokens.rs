//! API tokens of a client: the list, a new one, one and its end.

use std::time::Duration;

use axum::response::Response;
use serde_json::json;
use xwms_core::clock::Timestamp;
use xwms_core::contract::token::{NewToken, TokenView};
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, TokenId};
use xwms_core::manage::runner::Done;
use xwms_core::manage::tokens;
use xwms_core::text;

use super::audit;
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::matrix::Matrix;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

/// How long a token lasts unless its maker says otherwise.
const LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// What a new token can try itself at: what it needs, and where that is below the client.
const TRIALS: [(Permission, &str); 11] = [
    (Permission::ClientRead, ""),
    (Permission::DomainsRead, "/domains"),
    (Permission::ScopesRead, "/scopes"),
    (Permission::SecretsRead, "/secrets"),
    (Permission::UsersRead, "/users"),
    (Permission::RequestsRead, "/requests"),
    (Permission::VerificationsRead, "/verifications"),
    (Permission::RolesRead, "/roles"),
    (Permission::MembersRead, "/members"),
    (Permission::AuditRead, "/audit"),
    (Permission::TokensRead, "/tokens"),
];

pub(crate) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Tokens.href(desk.client());
    let asks = ListRequest::<TokenId>::of(&desk, &path, &[])?;
    let client = Some(desk.client());
    let found = tokens::list(desk.core(), &desk.caller(), client, asks.after, asks.look_for()).await;
    let (found, pages) = asks.cut(shell, found.map_err(|why| desk.fail(why))?, |token| token.id.to_string());
    let primary = desk.primary(Permission::TokensCreate, &format!("{path}/new"), shell.say("tokens_new-title"));
    let page = desk.page(shell.say("section_tokens")).purpose(shell.say("tokens_list-purpose")).primary(primary);
    if found.is_empty() && asks.is_first() {
        return Ok(page.part(&Empty::new(shell.say("tokens_list-none")).html()).respond());
    }
    let columns = [
        Column::of(shell.say("field_label")),
        Column::of(shell.say("secrets_ends_in")),
        Column::of(shell.say("field_permissions")),
        Column::of(shell.say("tokens_expires")),
        Column::of(shell.say("tokens_last_used")),
        Column::actions(shell.say("team_actions")),
    ];
    let rows = found.iter().map(|token| {
        let label = token.made.label.as_str();
        let delete = desk.may_now(Permission::TokensDelete).then(|| {
            let href = format!("{path}/{}/delete", token.id);
            Html::action(href, shell.say("shell_delete"), label)
        });
        [
            Html::link(format!("{path}/{}", token.id), label),
            ending(token),
            Html::text(shell.tell(text!("tokens_permissions", count = token.made.permissions.len()))),
            Html::time_or(shell, token.made.expires_at, shell.say("shell_never")),
            Html::time_or(shell, token.last_used_at, shell.say("shell_never")),
            delete.unwrap_or_default(),
        ]
    });
    let table = Table::new(shell.say("tokens_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

pub(crate) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::TokensCreate)?;
    desk.recent()?;
    let end = desk.core().clock.now().after(LIFE).to_string();
    let day = end.get(..10).unwrap_or_default();
    draw_new(&desk, &Values::beginning([("expires_at", json!(day))]))
}

fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Tokens.href(desk.client());
    let matrix = Matrix::of_roles(shell, "permissions", desk.context()?.permissions);
    let permissions = Control::matrix("permissions", label_of(shell, "permissions"), matrix);
    let label = Control::line("label", label_of(shell, "label")).hint(shell.say("tokens_label-hint"));
    let end =
        Control::line("expires_at", label_of(shell, "expires_at")).hint(shell.say_in_zone("tokens_expires_at-hint"));
    let form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_create"))
        .once()
        .field(label.optional(shell))
        .field(permissions.hint(shell.say("tokens_permissions-hint")))
        .field(end.optional(shell))
        .proof_if_asked();
    Ok(desk
        .page(shell.say("tokens_new-title"))
        .crumb(path.clone(), shell.say("section_tokens"))
        .purpose(shell.say("tokens_new-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&form.cancel(path).html())
        .respond())
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "label" => shell.say("field_label"),
        "permissions" => shell.say("field_permissions"),
        "expires_at" => shell.say("field_expires_at"),
        "password" => shell.say("field_password"),
        other => other.to_owned(),
    }
}

pub(crate) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let recent = sent.recent(desk.signed_in()).await;
    let made = match recent.and_then(|()| sent.input::<NewToken>(&["password", "code"])) {
        Ok(new) => tokens::create(desk.core(), sent.caller(desk.signed_in()), Some(desk.client()), new).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => Ok(draw_value(&desk, &done)),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_new(&desk, &values)
        }
    }
}

/// The page that shows the token, the one time; sent again, the page that says so.
fn draw_value(desk: &ClientDesk<ClientId>, done: &Done<TokenView>) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Tokens.href(desk.client());
    let page = desk.page(shell.say("tokens_made-title")).crumb(path.clone(), shell.say("section_tokens"));
    match done {
        Done::Now(token) => {
            let item = format!("{path}/{}", token.id);
            let text = token.value.as_ref().map(|value| value.expose().as_str()).unwrap_or_default();
            let card = Html::paragraph(&Html::copy(shell, "value", text))
                .and(&Html::paragraph(&Html::text(shell.say("shell_only_time"))))
                .and(&trial(desk, token, text));
            let stored = Html::paragraph(&Html::button(&item, shell.say("shell_stored")));
            page.part(&Html::card(&card)).part(&stored).respond_created(&item)
        }
        Done::Before(kept) => {
            let item = format!("{path}/{}", kept.body["id"].as_str().unwrap_or_default());
            let words = Html::paragraph(&Html::text(shell.say("tokens_shown_before")));
            let delete = Html::quiet_button(format!("{item}/delete"), shell.say("shell_delete"));
            page.part(&Html::card(&words.and(&delete))).respond()
        }
    }
}

/// A call that works with what the token may; nothing when it may read nothing that has an address of its own.
fn trial(desk: &ClientDesk<ClientId>, token: &TokenView, text: &str) -> Html {
    let shell = desk.shell();
    let Some((_, below)) = TRIALS.iter().find(|(needs, _)| token.made.permissions.contains(needs)) else {
        return Html::default();
    };
    let (issuer, client) = (desk.core().config.server.issuer(), desk.client());
    let line = format!("curl -H \"Authorization: Bearer {text}\" {issuer}/admin/v1/clients/{client}{below}");
    Html::paragraph(&Html::text(shell.say("tokens_made-try"))).and(&Html::paragraph(&Html::copy(shell, "curl", line)))
}

type OneToken = ClientDesk<(ClientId, TokenId)>;

async fn get(desk: &OneToken) -> Result<TokenView, Response> {
    let (client, token) = desk.ids;
    tokens::get(desk.core(), &desk.caller(), Some(client), token).await.map_err(|why| desk.fail(why))
}

pub(crate) async fn read(desk: OneToken) -> Result<Response, Response> {
    let token = get(&desk).await?;
    let shell = desk.shell();
    let path = ClientSection::Tokens.href(desk.client());
    let given = token.made.permissions.iter().map(|permission| Html::code(permission.text()));
    let terms = Terms::new([
        (shell.say("shell_id"), Html::copy(shell, "id", token.id)),
        (shell.say("secrets_ends_in"), ending(&token)),
        (shell.say("field_permissions"), Html::joined(given, " ")),
        (shell.say("tokens_expires"), end(shell, token.made.expires_at)),
        (shell.say("tokens_last_used"), end(shell, token.last_used_at)),
        (shell.say("team_made"), audit::made(&desk, token.id, token.id.made_at(), "token.created").await?),
    ]);
    let page = desk
        .page(token.made.label.as_str().to_owned())
        .crumb(path.clone(), shell.say("section_tokens"))
        .purpose(shell.say("tokens_one-purpose"))
        .part(&Html::card(&terms.html()));
    let resting = tokens::resting(desk.core(), &desk.caller(), desk.client(), token.id).await;
    let resting = resting.map_err(|why| desk.fail(why))?;
    let page = if resting.is_empty() {
        page
    } else {
        let names: Vec<&str> = resting.into_iter().map(Permission::text).collect();
        page.notice("care", &text!("tokens_resting", permissions = names.join(", ")))
    };
    let history = desk.history(token.id);
    let page = page.part(&Html::paragraph(&history));
    if !desk.may_now(Permission::TokensDelete) {
        return Ok(page.respond());
    }
    let delete = Html::quiet_button(format!("{path}/{}/delete", token.id), shell.say("shell_delete"));
    Ok(page.part(&Html::paragraph(&delete)).respond())
}

/// Its last four characters.
fn ending(token: &TokenView) -> Html {
    Html::code(format!("…{}", token.hint))
}

fn end(shell: &Shell, at: Option<Timestamp>) -> Html {
    Html::time_or(shell, at, shell.say("shell_never"))
}

pub(crate) async fn ask_deletion(desk: OneToken) -> Result<Response, Response> {
    desk.need(Permission::TokensDelete)?;
    let token = get(&desk).await?;
    Ok(draw_deletion(&desk, &token, &Values::default()))
}

fn draw_deletion(desk: &OneToken, token: &TokenView, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Tokens.href(desk.client());
    let item = format!("{path}/{}", token.id);
    let label = token.made.label.as_str();
    let terms = Terms::new([(shell.say("tokens_last_used"), end(shell, token.last_used_at))]);
    let form = Form::new(shell, values, format!("{item}/delete"), shell.say("shell_delete")).danger();
    desk.page(shell.tell(text!("tokens_delete-title", label = label)))
        .crumb(path, shell.say("section_tokens"))
        .crumb(item.clone(), label)
        .purpose(shell.say("tokens_delete-purpose"))
        .refused(values, str::to_owned)
        .part(&Html::card(&terms.html()))
        .part(&form.cancel(item).html())
        .respond()
}

pub(crate) async fn delete(form: Posted<OneToken>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["confirm_name"]).map_err(|why| desk.fail(why))?;
    let (client, id) = desk.ids;
    match tokens::delete(desk.core(), desk.caller(), Some(client), id).await {
        Ok(_) => {
            let path = ClientSection::Tokens.href(client);
            Ok(desk.done(&path, "deleted"))
        }
        Err(why) => {
            let token = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_deletion(&desk, &token, &values))
        }
    }
}
