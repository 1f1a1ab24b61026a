//! The scope catalog: what partners can ask for, for all clients at once.

use std::collections::HashMap;

use axum::response::Response;
use serde_json::json;
use xwms_core::contract::scope::{NewScope, ScopeSettings, ScopeView};
use xwms_core::model::scope::Tier;
use xwms_core::staff::scopes;
use xwms_core::text;

use crate::desk::{Place, StaffDesk};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::preview::Preview;
use crate::page::table::{Column, Table, Terms};
use crate::page::values::Values;
use crate::posted::Posted;
use crate::public::Partner;
use crate::public::consent::ShareLine;
use crate::section::StaffSection;

const PATH: &str = StaffSection::Scopes.href();

type OneScope = StaffDesk<String>;

pub(super) async fn list(desk: StaffDesk) -> Result<Response, Response> {
    let shell = desk.shell();
    let asked = ListRequest::<String>::of(&desk, PATH, &[])?;
    let mut found = scopes::list(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))?;
    // The catalog is short: it is read whole, and the page cut out.
    asked.begin(&mut found, |scope, after| scope.name.as_str() == after.as_str());
    let (found, pages) = asked.cut(shell, found, |scope| scope.name.as_str().to_owned());
    let uses = uses(&desk).await?;
    let columns = [
        Column::of(shell.say("staff_scope_name")),
        Column::number(shell.say("staff_scope_position")),
        Column::of(shell.say("staff_scope_title")),
        Column::of(shell.say("staff_scope_description")),
        Column::of(shell.say("staff_scope_opens")),
        Column::of(shell.say("staff_scope_tier")),
        Column::number(shell.say("section_staff-clients")),
    ];
    let rows = found.iter().map(|scope| row(shell, scope, &uses));
    let table = Table::new(shell.say("staff_scopes-caption"), columns).rows(rows);
    Ok(desk
        .page(shell.say("section_staff-scopes"))
        .purpose(shell.say("staff_scopes-purpose"))
        .primary(Html::button(format!("{PATH}/new"), shell.say("staff_scopes-new")))
        .part(&table.html())
        .part(&pages)
        .respond())
}

async fn uses<P: Send + Sync + serde::de::DeserializeOwned>(
    desk: &StaffDesk<P>,
) -> Result<HashMap<String, i64>, Response> {
    scopes::uses(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))
}

fn row(shell: &Shell, scope: &ScopeView, uses: &HashMap<String, i64>) -> [Html; 7] {
    let (name, settings) = (scope.name.as_str(), &scope.settings);
    let position = settings.position.as_ref().map(|position| Html::text(position.get())).unwrap_or_default();
    let tier = match settings.tier {
        Tier::Open => Html::badge(Look::Good, tier(shell, Tier::Open)),
        Tier::Verified => Html::badge(Look::Care, tier(shell, Tier::Verified)),
    };
    [
        Html::link(edit_path(name), name),
        position,
        Html::words(settings.title.as_str()),
        Html::words(settings.description.as_str()),
        Html::words(settings.opens.as_str()),
        tier,
        Html::text(uses.get(name).copied().unwrap_or_default()),
    ]
}

fn edit_path(name: &str) -> String {
    format!("{PATH}/{name}/edit")
}

fn tier(shell: &Shell, of: Tier) -> String {
    match of {
        Tier::Open => shell.say("staff_tier-open"),
        Tier::Verified => shell.say("staff_tier-reserved"),
    }
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "name" => shell.say("staff_scope_name"),
        "title" => shell.say("staff_scope_title"),
        "description" => shell.say("staff_scope_description"),
        "opens" => shell.say("staff_scope_opens"),
        "tier" => shell.say("staff_scope_tier"),
        "position" => shell.say("staff_scope_position"),
        "reason" => shell.say("staff_reason"),
        other => other.to_owned(),
    }
}

pub(super) async fn new(desk: StaffDesk) -> Response {
    draw_new(&desk, &Values::beginning([("tier", json!(Tier::Verified.as_str()))]))
}

fn draw_new(desk: &StaffDesk, values: &Values) -> Response {
    let shell = desk.shell();
    let name = Control::line("name", label_of(shell, "name")).hint(shell.say("staff_scope_name-hint"));
    let form = Form::new(shell, values, format!("{PATH}/new"), shell.say("shell_create")).once().field(name);
    desk.page(shell.say("staff_scopes-new"))
        .crumb(PATH, shell.say("section_staff-scopes"))
        .refused(values, |name| label_of(shell, name))
        .part(&fields(shell, form).cancel(PATH).html())
        .part(&Html::heading(shell.say("staff_as_seen")))
        .part(&preview(shell, values))
        .respond()
}

fn fields<'f>(shell: &Shell, form: Form<'f>) -> Form<'f> {
    let tiers = Tier::ALL.iter().map(|one| {
        let hint = match one {
            Tier::Open => shell.say("staff_tier-open_hint"),
            Tier::Verified => shell.say("staff_tier-reserved_hint"),
        };
        Choice::new(one.as_str(), Html::text(tier(shell, *one))).hint(Html::text(hint))
    });
    let line = |name: &'static str| Control::line(name, label_of(shell, name));
    form.field(line("title"))
        .field(
            Control::area("description", label_of(shell, "description"))
                .hint(shell.say("staff_scope_description-hint")),
        )
        .field(line("opens").hint(shell.say("staff_scope_opens-hint")).optional(shell))
        .field(Control::radios("tier", label_of(shell, "tier"), tiers))
        .field(line("position").hint(shell.say("staff_scope_position-hint")).optional(shell))
        .field(Control::area("reason", label_of(shell, "reason")).hint(shell.say("staff_reason-audit")))
}

/// The line of the consent page, of what the fields say.
fn preview(shell: &Shell, values: &Values) -> Html {
    let (title, description) = (values.text("title"), values.text("description"));
    let shares = [ShareLine { title: text!("plain", text = title), description: text!("plain", text = description) }];
    let partner = Partner { name: "Analytical Engines", host: "engines.example", verified: true, logo: None };
    Preview { shell, partner, shares: &shares }.html()
}

pub(super) async fn create(form: Posted<StaffDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input::<NewScope>(&[]) {
        Ok(input) => scopes::create(desk.core(), sent.caller(desk.signed_in()), input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(_) => Ok(desk.done(PATH, "created")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_new(&desk, &values))
        }
    }
}

async fn get(desk: &OneScope) -> Result<ScopeView, Response> {
    scopes::get(desk.core(), &desk.caller(), &desk.ids).await.map_err(|why| desk.fail(why))
}

pub(super) async fn edit(desk: OneScope) -> Result<Response, Response> {
    let scope = get(&desk).await?;
    draw(&desk, &scope, &Values::of(&scope)).await
}

async fn draw(desk: &OneScope, scope: &ScopeView, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let name = scope.name.as_str();
    let active = uses(desk).await?.get(name).copied().unwrap_or_default();
    let terms = Terms::new([
        (label_of(shell, "name"), Html::code(name).and(&Html::text(" ")).and(&Html::soft(shell.say("staff_fixed")))),
        (shell.say("staff_scope_clients"), Html::text(active)),
    ]);
    let reserving = match scope.settings.tier {
        Tier::Open => Html::paragraph(&Html::text(shell.tell(text!("staff_scope_reserving", clients = active)))),
        Tier::Verified => Html::default(),
    };
    let form = Form::new(shell, values, edit_path(name), shell.say("shell_save"));
    Ok(desk
        .page(scope.settings.title.as_str().to_owned())
        .crumb(PATH, shell.say("section_staff-scopes"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html().and(&reserving)))
        .part(&Html::card(&fields(shell, form).html()))
        .part(&Html::heading(shell.say("staff_as_seen")))
        .part(&preview(shell, values))
        .respond())
}

pub(super) async fn update(form: Posted<OneScope>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch::<ScopeSettings>(&[]) {
        Ok(patch) => {
            let caller = sent.caller(desk.signed_in());
            scopes::update(desk.core(), caller, desk.ids.clone(), patch, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = edit_path(&desk.ids);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let scope = get(&desk).await?;
            let values = desk.refused(Values::of(&scope), sent.fields, why)?;
            draw(&desk, &scope, &values).await
        }
    }
}
