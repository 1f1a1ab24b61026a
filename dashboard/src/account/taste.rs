//! `/theme` and `/language`: how a person likes the pages.

use std::time::Duration;

use axum::response::Response;
use xwms_core::account::general;
use xwms_core::contract::profile::ProfileSettings;
use xwms_core::error::Error;
use xwms_core::manage::fields::Expected;
use xwms_core::text;

use crate::desk::{AccountDesk, Place};
use crate::posted::Posted;
use crate::signed_in::SignedIn;
use crate::theme::{COOKIE, Theme};
use crate::visit::see_other;

/// So long a browser remembers what was chosen.
const REMEMBERED: Duration = Duration::from_secs(365 * 86_400);
/// Where somebody goes on who came from nowhere in particular.
const NOWHERE: &str = "/account";

pub(crate) async fn to_account(_: SignedIn) -> Response {
    see_other(NOWHERE)
}

/// `theme`.
pub(crate) async fn theme(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&["theme"]).map_err(|why| desk.fail(why))?;
    let unknown = || desk.fail(Error::Invalid(vec![text!("unknown_value-theme").at("theme")]));
    let chosen = Theme::of_word(sent.fields.text("theme")).ok_or_else(unknown)?;
    let seconds = if chosen == Theme::Auto { 0 } else { REMEMBERED.as_secs() };
    let mut visit = desk.into_signed_in().visit;
    visit.set_cookie(COOKIE, chosen.word(), Some(seconds));
    let back = visit.came_from();
    Ok(visit.go(back.as_deref().unwrap_or(NOWHERE)))
}

/// `locale`.
pub(crate) async fn language(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let chosen = match sent.patch_of::<ProfileSettings>(&["locale"], &[]) {
        Ok(patch) => general::update(desk.core(), desk.caller(), patch, Expected::default()).await,
        Err(why) => Err(why),
    };
    chosen.map_err(|why| desk.fail(why))?;
    let visit = desk.into_signed_in().visit;
    let back = visit.came_from();
    Ok(visit.go(back.as_deref().unwrap_or(NOWHERE)))
}
