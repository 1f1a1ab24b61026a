//! The signing keys, and their rotation before its time.

use axum::response::Response;
use xwms_core::contract::staff::{KeyRotation, KeyView};
use xwms_core::staff::keys;

use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Table};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::StaffSection;

const PATH: &str = StaffSection::Keys.href();

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<String>::of(&desk, PATH, &[])?;
    let mut found = keys::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    asked.begin(&mut found, |key, after| key.kid == *after);
    let (found, pages) = asked.cut(shell, found, |key| key.kid.clone());
    let columns = [
        Column::of(shell.say("staff_key_id")),
        Column::of(shell.say("staff_key_alg")),
        Column::of(shell.say("staff_state")),
        Column::of(shell.say("staff_key_published")),
        Column::of(shell.say("staff_key_signs_from")),
        Column::of(shell.say("staff_key_retired")),
        Column::of(shell.say("staff_key_public")),
    ];
    let rows = found.iter().map(|key| row(shell, key));
    let table = Table::new(shell.say("staff_keys-caption"), columns).rows(rows);
    Ok(desk
        .page(shell.say("section_staff-keys"))
        .purpose(shell.say("staff_keys-purpose"))
        .primary(Html::button(format!("{PATH}/rotate"), shell.say("shell_rotate")))
        .part(&table.html())
        .part(&pages)
        .respond())
}

fn row(shell: &Shell, key: &KeyView) -> [Html; 7] {
    let state = match key.state {
        "current" => Html::badge(Look::Good, shell.say("staff_key_state-current")),
        "next" => Html::badge(Look::Care, shell.say("staff_key_state-next")),
        _ => Html::badge(Look::Off, shell.say("staff_key_state-retired")),
    };
    let public = key.public_jwk.as_ref().map(|jwk| Html::folded(shell.say("staff_key_public"), &Html::code(jwk)));
    [
        Html::code(&key.kid),
        Html::text(key.alg.as_str()),
        state,
        Html::time(shell, key.published_at),
        Html::time_or(shell, key.signs_from, shell.say("staff_not_yet")),
        Html::time_or(shell, key.retired_at, shell.say("staff_no")),
        public.unwrap_or_default(),
    ]
}

pub(super) async fn ask_rotation(desk: StaffDesk) -> Result<Response, Response> {
    desk.recent()?;
    Ok(draw_rotation(&desk, &Values::default()))
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "now" => shell.say("staff_key_now"),
        "reason" => shell.say("staff_reason"),
        "password" => shell.say("field_password"),
        other => other.to_owned(),
    }
}

fn draw_rotation(desk: &StaffDesk, values: &Values) -> Response {
    let shell = desk.shell();
    let now = Control::check("now", label_of(shell, "now")).hint(shell.say("staff_key_now-hint"));
    let reason = Control::area("reason", label_of(shell, "reason")).hint(shell.say("staff_reason-audit"));
    let form = Form::new(shell, values, format!("{PATH}/rotate"), shell.say("shell_rotate")).once();
    desk.page(shell.say("staff_keys-rotate"))
        .crumb(PATH, shell.say("section_staff-keys"))
        .purpose(shell.say("staff_keys-rotate_purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&form.field(now).field(reason).proof_if_asked().cancel(PATH).html())
        .respond()
}

pub(super) async fn rotate(form: Posted<StaffDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let recent = sent.recent(desk.signed_in()).await;
    let rotated = match recent.and_then(|()| sent.input::<KeyRotation>(&["password", "code"])) {
        Ok(order) => keys::rotate(desk.core(), sent.caller(desk.signed_in()), order).await,
        Err(why) => Err(why),
    };
    match rotated {
        Ok(_) => Ok(desk.done(PATH, "rotated")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_rotation(&desk, &values))
        }
    }
}
