//! A secret's value, the one time that it is shown, and the file that takes it along.

use axum::response::{IntoResponse, Response};
use http::header;
use xwms_core::contract::secret::SecretView;
use xwms_core::error::Error;
use xwms_core::gate::setup::Step;
use xwms_core::manage::runner::Done;
use xwms_core::manage::secrets;
use xwms_core::secret::Secret;
use xwms_core::text;

use super::OneSecret;
use crate::clients::naming;
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::page::form::Form;
use crate::page::html::Html;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;
use crate::setup_steps::next_after;

/// The page that shows a value, the one time; sent again, the page that says so.
pub(super) fn draw_value<P: ClientIds>(desk: &ClientDesk<P>, done: &Done<SecretView>) -> Response {
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
    let mut file = format!(
        "XWMS_ISSUER={issuer}\nXWMS_API_URL={issuer}/api/\nXWMS_CLIENT_ID={client}\nXWMS_CLIENT_SECRET={}\n",
        value.expose()
    );
    // Which of several it is for, only the partner knows.
    if let [domain] = desk.context()?.domains.as_slice() {
        let root = &domain.root_domain;
        file.push_str(&format!("XWMS_DOMAIN={root}\nXWMS_CLIENT_DOMAIN={root}\n"));
        if let [callback] = naming::callbacks_of(&desk, domain).await?.as_slice() {
            file.push_str(&format!("XWMS_REDIRECT_URI={callback}\n"));
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"xwms.env\""),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, file).into_response())
}
