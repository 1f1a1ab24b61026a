//! What only webhook URLs have: a secret that can be replaced, and a ping.

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::secret::Rotation;
use xwms_core::contract::url::UrlView;
use xwms_core::gate::permission::Permission;
use xwms_core::manage::{urls, webhooks};

use super::below;
use super::urls::{OneUrl, draw_value, get, item_path};
use crate::clients::secrets::overlap;
use crate::desk::Place;
use crate::page::form::Form;
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;

pub(crate) async fn ask_rotation(desk: OneUrl) -> Result<Response, Response> {
    desk.need(Permission::UrlsUpdate)?;
    let url = get(&desk).await?;
    draw_rotation(&desk, &url, &Values::beginning([("overlap_seconds", json!(86_400))]))
}

fn draw_rotation(desk: &OneUrl, url: &UrlView, values: &Values) -> Result<Response, Response> {
    let (shell, item) = (desk.shell(), item_path(desk));
    let form = Form::new(shell, values, format!("{item}/rotate"), shell.say("shell_rotate")).once();
    let form = form.field(overlap(shell, false)).cancel(item);
    let terms = Terms::new([(shell.say("url_webhook"), Html::code(url.settings.settings.url.as_str()))]);
    let page = below(desk, shell.say("urls_rotate-title"), ("/urls", shell.say("domain_tab-urls")))?
        .purpose(shell.say("urls_rotate-purpose"))
        .refused(values, |name| name.to_owned());
    Ok(page.part(&Html::card(&terms.html())).part(&form.html()).respond())
}

pub(crate) async fn rotate(form: Posted<OneUrl>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<Rotation>(&[]) {
        Ok(rotation) => {
            urls::rotate(desk.core(), sent.caller(desk.signed_in()), desk.ids, rotation, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => draw_value(&desk, &done, desk.shell().say("urls_rotated-title")),
        Err(why) => {
            let url = get(&desk).await?;
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_rotation(&desk, &url, &values)
        }
    }
}

pub(crate) async fn ping(form: Posted<OneUrl>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let sent = webhooks::ping(desk.core(), sent.caller(desk.signed_in()), desk.ids).await;
    sent.map_err(|why| desk.fail(why))?;
    let path = ClientSection::Webhooks.href(desk.ids.0);
    let path = format!("{path}?url={}", desk.ids.2);
    Ok(desk.done(&path, "pinged"))
}
