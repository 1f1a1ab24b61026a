//! `/account/apps`: the sites that a person shares something with, and the end of it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use xwms_core::account::apps::{self, App, Scope};
use xwms_core::error::Error;
use xwms_core::id::ClientId;
use xwms_core::text;
use xwms_core::text::Text;

use super::{Moment, lines};
use crate::desk::{AccountDesk, Place};
use crate::frame::Frame;
use crate::layout::Shell;
use crate::page::Page;
use crate::page::form::Form;
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::public::consent::ShareLine;

const PATH: &str = "/account/apps";

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let found = apps::list(desk.core(), desk.signed_in().person.id).await;
    let (found, catalog) = found.map_err(|why| desk.fail(why))?;
    Ok(page(desk.shell(), desk.frame(), &found, &catalog).respond())
}

/// Whether to stop sharing with a site.
pub(crate) async fn ask_end(desk: AccountDesk, Path(client): Path<String>) -> Result<Response, Response> {
    let gone = || desk.fail(Error::NotFound("consent"));
    let client: ClientId = client.parse().map_err(|_| gone())?;
    let found = apps::list(desk.core(), desk.signed_in().person.id).await;
    let (found, catalog) = found.map_err(|why| desk.fail(why))?;
    let app = found.iter().find(|app| app.client == client).ok_or_else(gone)?;
    Ok(confirmation(desk.shell(), desk.frame(), app, &catalog).respond())
}

/// `client`.
pub(crate) async fn end(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["client"]).map_err(|why| desk.fail(why))?;
    stop(desk, sent.fields.text("client")).await
}

/// No field: the address names the site.
pub(crate) async fn end_named(Path(client): Path<String>, form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    stop(desk, &client).await
}

async fn stop(desk: AccountDesk, client: &str) -> Result<Response, Response> {
    let ended = match client.parse() {
        Ok(client) => apps::end(desk.core(), desk.caller(), client).await,
        Err(_) => Err(Error::NotFound("client")),
    };
    ended.map_err(|why| desk.fail(why))?;
    Ok(desk.done(PATH, "stopped"))
}

/// The page of these sites.
pub(super) fn page<'p>(shell: &'p Shell, frame: &'p Frame, found: &[App], catalog: &[Scope]) -> Page<'p> {
    let cards = Cards { shell, apps: found.iter().map(|app| Line::of(app, catalog)).collect() };
    Page::new(shell, frame, shell.say("page_apps-title"))
        .purpose(shell.say("page_apps-lead"))
        .part(&Html::drawn(cards.render().unwrap_or_default()))
}

/// The page that asks whether to stop sharing with this site.
pub(super) fn confirmation<'p>(shell: &'p Shell, frame: &'p Frame, app: &App, catalog: &[Scope]) -> Page<'p> {
    let shares = lines(&app.scope, catalog).into_iter().map(|share| Html::text(shell.tell(share.title)));
    let last = app.logins.map(|(_, last)| last);
    let terms = Terms::new([
        (shell.say("apps_end-shared"), Html::joined(shares, ", ")),
        (shell.say("apps_end-since"), Html::time(shell, app.granted_at)),
        (shell.say("apps_end-last"), Html::time_or(shell, last, shell.say("shell_never"))),
    ]);
    let values = Values::default();
    let form = Form::new(shell, &values, PATH, shell.say("page_apps-stop")).about(&app.name);
    let form = form.hidden("client", app.client.to_string()).danger().cancel(PATH).html();
    Page::new(shell, frame, shell.tell(text!("apps_end-title", name = app.name.as_str())))
        .crumb(PATH, shell.say("page_apps-title"))
        .purpose(shell.say("apps_end-purpose"))
        .part(&Html::card(&terms.html().and(&form)))
}

/// The sites.
#[derive(Template)]
#[template(path = "account/apps.html")]
struct Cards<'a> {
    shell: &'a Shell,
    apps: Vec<Line<'a>>,
}

/// One site.
struct Line<'a> {
    id: String,
    name: &'a str,
    shares: Vec<ShareLine>,
    since: Moment,
    logins: Option<Text>,
}

impl<'a> Line<'a> {
    fn of(app: &'a App, catalog: &[Scope]) -> Self {
        let logins = app.logins.map(|(first, last)| {
            let (first, last) = (Moment::of(first), Moment::of(last));
            text!(
                "page_apps-logins",
                first = first.day,
                first_at = first.machine,
                last = last.day,
                last_at = last.machine,
            )
        });
        Self {
            id: app.client.to_string(),
            name: &app.name,
            shares: lines(&app.scope, catalog),
            since: Moment::of(app.granted_at),
            logins,
        }
    }
}
