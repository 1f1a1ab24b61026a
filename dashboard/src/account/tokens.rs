//! `/account/tokens`: API tokens of the account.

use axum::extract::Path;
use axum::response::Response;
use xwms_core::contract::token::{NewToken, TokenView};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::TokenId;
use xwms_core::manage::runner::Done;
use xwms_core::manage::tokens;
use xwms_core::text;

use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::list::ListRequest;
use crate::page::matrix::Matrix;
use crate::page::table::{Column, Empty, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::signed_in::SignedIn;
use crate::visit::see_other;

const PATH: &str = "/account/tokens";
const NEW: &str = "/account/tokens/new";

pub(crate) async fn list(desk: AccountDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<TokenId>::of(&desk, PATH, &[])?;
    let found = tokens::list(desk.core(), &desk.caller(), None, asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |token| token.id.to_string());
    let page = desk.page(shell.say("section_account-tokens")).purpose(shell.say("account_tokens-purpose"));
    if found.is_empty() && asked.is_first() {
        let action = Html::button(NEW, shell.say("account_tokens-new"));
        return Ok(page.part(&Empty::new(shell.say("account_tokens-none")).action(Some(action)).html()).respond());
    }
    let columns = [
        Column::of(shell.say("field_label")),
        Column::of(shell.say("account_tokens-permissions")),
        Column::of(shell.say("field_expires_at")),
        Column::of(shell.say("account_tokens-used")),
        Column::actions(shell.say("account_tokens-action")),
    ];
    let rows = found.iter().map(|token| row(shell, token));
    let table = Table::new(shell.say("account_tokens-caption"), columns).rows(rows);
    let page = page.primary(Html::button(NEW, shell.say("account_tokens-new")));
    Ok(page.part(&table.html()).part(&pages).respond())
}

fn row(shell: &Shell, token: &TokenView) -> [Html; 5] {
    let delete = format!("{PATH}/{}/delete", token.id);
    [
        Html::words(token.made.label.as_str()),
        permitted(token),
        Html::time_or(shell, token.made.expires_at, shell.say("shell_never")),
        Html::time_or(shell, token.last_used_at, shell.say("shell_never")),
        Html::action(delete, shell.say("shell_delete"), token.made.label.as_str()),
    ]
}

/// What a token permits.
fn permitted(token: &TokenView) -> Html {
    Html::joined(token.made.permissions.iter().map(|permission| Html::code(permission.text())), ", ")
}

pub(crate) async fn to_list(_: SignedIn) -> Response {
    see_other(PATH)
}

pub(crate) async fn new(desk: AccountDesk) -> Result<Response, Response> {
    desk.recent()?;
    Ok(draw_new(&desk, &Values::default()))
}

pub(crate) async fn create(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let recent = sent.recent(desk.signed_in()).await;
    let made = match recent.and_then(|()| sent.input::<NewToken>(&["password", "code"])) {
        Ok(new) => tokens::create(desk.core(), sent.caller(desk.signed_in()), None, new).await,
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

fn draw_new(desk: &AccountDesk, values: &Values) -> Response {
    let shell = desk.shell();
    let all = Permission::ALL.iter().copied().collect();
    let matrix = Matrix::new(shell, "permissions", all, all);
    let form = Form::new(shell, values, NEW, shell.say("shell_create"))
        .once()
        .field(
            Control::line("label", label_of(shell, "label"))
                .hint(shell.say("account_tokens-label_hint"))
                .optional(shell),
        )
        .field(
            Control::line("expires_at", label_of(shell, "expires_at"))
                .hint(shell.say_in_zone("field_expires_at-secret_hint"))
                .optional(shell),
        )
        .field(
            Control::matrix("permissions", label_of(shell, "permissions"), matrix)
                .hint(shell.say("account_tokens-permissions_hint")),
        )
        .proof_if_asked()
        .cancel(PATH);
    desk.page(shell.say("account_tokens-new"))
        .crumb(PATH, shell.say("section_account-tokens"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&form.html()))
        .respond()
}

/// The page that shows a token, the one time; sent again, the page that says so.
fn draw_value(desk: &AccountDesk, done: &Done<TokenView>) -> Response {
    let shell = desk.shell();
    let page = desk.page(shell.say("account_tokens-made")).crumb(PATH, shell.say("section_account-tokens"));
    match done {
        Done::Now(token) => {
            let value = token.value.as_ref().map(|value| Html::copy(shell, "value", value.expose()));
            let card = Html::paragraph(&value.unwrap_or_default())
                .and(&Html::paragraph(&Html::text(shell.say("shell_only_time"))))
                .and(&Html::paragraph(&Html::text(shell.say("account_tokens-next"))));
            let stored = Html::paragraph(&Html::button(PATH, shell.say("shell_stored")));
            page.part(&Html::card(&card)).part(&stored).respond_created(&format!("{PATH}/{}", token.id))
        }
        Done::Before(kept) => {
            let delete = format!("{PATH}/{}/delete", kept.body["id"].as_str().unwrap_or_default());
            let card = Html::paragraph(&Html::text(shell.say("account_tokens-made_before")))
                .and(&Html::paragraph(&Html::quiet_button(delete, shell.say("shell_delete"))));
            page.part(&Html::card(&card)).respond()
        }
    }
}

pub(crate) async fn ask_deletion(desk: AccountDesk, Path(token): Path<String>) -> Result<Response, Response> {
    let id = id_of(&desk, &token)?;
    let token = tokens::get(desk.core(), &desk.caller(), None, id).await.map_err(|why| desk.fail(why))?;
    let shell = desk.shell();
    let label = token.made.label.as_str();
    let terms = Terms::new([
        (shell.say("account_tokens-permissions"), permitted(&token)),
        (shell.say("account_tokens-used"), Html::time_or(shell, token.last_used_at, shell.say("shell_never"))),
    ]);
    let values = Values::default();
    let form = Form::new(shell, &values, format!("{PATH}/{id}/delete"), shell.say("shell_delete")).about(label);
    let page = desk.page(shell.tell(text!("account_tokens-delete", label = label)));
    let page = page.crumb(PATH, shell.say("section_account-tokens")).purpose(shell.say("account_tokens-ends"));
    Ok(page.part(&Html::card(&terms.html().and(&form.danger().cancel(PATH).html()))).respond())
}

pub(crate) async fn delete(Path(token): Path<String>, form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let id = id_of(&desk, &token)?;
    tokens::delete(desk.core(), desk.caller(), None, id).await.map_err(|why| desk.fail(why))?;
    Ok(desk.done(PATH, "deleted"))
}

fn id_of(desk: &AccountDesk, text: &str) -> Result<TokenId, Response> {
    text.parse().map_err(|_| desk.fail(Error::NotFound("token")))
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "label" => shell.say("field_label"),
        "permissions" => shell.say("account_tokens-permissions"),
        "expires_at" => shell.say("field_expires_at"),
        "password" => shell.say("field_password"),
        other => other.to_owned(),
    }
}
