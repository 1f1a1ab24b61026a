//! Domain: Settings. Its switches, what is set of it, and the way to its end.

use axum::response::Response;
use xwms_core::contract::domain::{DomainSettings, DomainView};
use xwms_core::gate::permission::Permission;
use xwms_core::manage::{domains, urls};
use xwms_core::model::url::needs_test_mode;

use super::{OneDomain, Part, get, label_of, name_and_addresses, on_or_off, part_of, path_of};
use crate::clients::audit;
use crate::desk::Place;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;

/// What the form of the settings has.
const FIELDS: [&str; 4] = ["internal_name", "server_ips", "fallback_uri", "fallback_response"];
/// URLs that are looked through for those that need test mode.
const MANY: i64 = 1_000;

pub(crate) async fn read(desk: OneDomain) -> Result<Response, Response> {
    let domain = get(&desk).await?;
    let values = Values::of(&domain);
    draw(&desk, &domain, &values, &values).await
}

pub(crate) async fn update(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch_of::<DomainSettings>(&FIELDS, &[]) {
        Ok(patch) => {
            domains::update(desk.core(), sent.caller(desk.signed_in()), desk.ids, patch, sent.if_match()).await
        }
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = path_of(&desk);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let domain = get(&desk).await?;
            let values = audit::overtaken(&desk, desk.refused(Values::of(&domain), sent.fields, why)?).await?;
            draw(&desk, &domain, &values, &Values::of(&domain)).await
        }
    }
}

/// The page, with what its two forms hold.
pub(super) async fn draw(
    desk: &OneDomain,
    domain: &DomainView,
    settings: &Values,
    switches: &Values,
) -> Result<Response, Response> {
    let shell = desk.shell();
    let mut page = part_of(desk, Part::Settings)?
        .refused(switches, |name| label_of(shell, name))
        .refused(settings, |name| label_of(shell, name))
        .part(&after(desk))
        .part(&in_the_way(desk, switches).await?);
    if desk.may_now(Permission::DomainsUpdate) {
        page = page.part(&facts(desk, domain, false)).part(&switch_form(desk, domain, switches));
        page = page.part(&settings_form(desk, settings));
    } else {
        page = page.part(&facts(desk, domain, true)).part(&ways_off(desk, domain));
    }
    let delete = Html::quiet_button(format!("{}/delete", path_of(desk)), shell.say("domains_delete"));
    let delete = if desk.may_now(Permission::DomainsDelete) { delete } else { Html::default() };
    Ok(page.part(&Html::paragraph(&Html::joined([desk.history(domain.id), delete], " "))).respond())
}

/// What comes next after what was just done: the way on, or the way back.
fn after(desk: &OneDomain) -> Html {
    let (shell, path) = (desk.shell(), path_of(desk));
    let is_set_up = desk.frame().client().is_some_and(|context| context.setup.is_none());
    if desk.frame().done_to("created").is_some() && is_set_up && desk.may_now(Permission::UrlsCreate) {
        let next = Html::link(format!("{path}/urls/new?kind=callback"), shell.say("domains_next"));
        return Html::paragraph(&next);
    }
    let off = desk.frame().done_to("off");
    let name = super::switches::SWITCHES.into_iter().find(|name| off == Some(*name));
    let Some(name) = name.filter(|_| desk.may_now(Permission::DomainsUpdate)) else { return Html::default() };
    let nothing = Values::default();
    Form::new(shell, &nothing, format!("{path}/switches"), shell.say("shell_undo")).hidden(name, "true").quiet().html()
}

/// When test mode can't end: the URLs that need it, each with its switch.
async fn in_the_way(desk: &OneDomain, switches: &Values) -> Result<Html, Response> {
    let (shell, path) = (desk.shell(), path_of(desk));
    let notice = switches.refusal().and_then(|refusal| refusal.notice.as_ref());
    let is_it = notice.is_some_and(|notice| notice.code() == "test_urls_present");
    if !is_it || !desk.may(Permission::UrlsRead) || !desk.may_now(Permission::UrlsUpdate) {
        return Ok(Html::default());
    }
    let found = urls::list(desk.core(), &desk.caller(), desk.ids, None, MANY).await.map_err(|why| desk.fail(why))?;
    let found =
        found.iter().filter(|url| url.settings.settings.active && needs_test_mode(url.settings.settings.url.as_str()));
    let nothing = Values::default();
    let line = |url: &xwms_core::contract::url::UrlView| {
        let off = Form::new(shell, &nothing, format!("{path}/urls/{}/switches", url.id), shell.say("shell_switch_off"));
        let off = off.hidden("active", "false").quiet().html();
        (shell.say("domain_test_url"), Html::code(url.settings.settings.url.as_str()).and(&off))
    };
    Ok(Html::card(&Terms::new(found.map(line)).html()))
}

/// What never changes; with `all`, the rest too.
fn facts(desk: &OneDomain, domain: &DomainView, all: bool) -> Html {
    let (shell, settings) = (desk.shell(), &domain.settings);
    let root = Html::words(settings.root_domain.as_str()).and(&Html::text(" "));
    let mut lines = vec![
        (shell.say("field_domain_id"), Html::copy(shell, "domain-id", domain.id)),
        (shell.say("item_made"), Html::made(shell, domain.id.as_bytes())),
        (label_of(shell, "root_domain"), root.and(&Html::soft(shell.say("shell_fixed")))),
        (shell.say("domain_tab-ownership"), super::proof(shell, domain.ownership)),
    ];
    if settings.primary {
        let primary = Html::badge(Look::Good, shell.say("field_primary"));
        lines.push((
            label_of(shell, "primary"),
            primary.and(&Html::text(" ")).and(&Html::soft(shell.say("domain_primary"))),
        ));
    }
    if all {
        let flags = [
            ("allow_login", settings.allow_login),
            ("allow_api", settings.allow_api),
            ("active", settings.active),
            ("test_mode", settings.test_mode),
        ];
        lines.extend(flags.map(|(name, on)| (label_of(shell, name), Html::text(on_or_off(shell, on)))));
        let values = Values::of(domain);
        let stands = |name| (label_of(shell, name), Html::words(values.stands(name)));
        lines.extend(FIELDS.map(stands));
    }
    Html::card(&Terms::new(lines).html())
}

/// While no plan entitles the client: what is on can be switched off, one by one.
fn ways_off(desk: &OneDomain, domain: &DomainView) -> Html {
    let (shell, nothing, settings) = (desk.shell(), Values::default(), &domain.settings);
    let on = [("allow_login", settings.allow_login), ("allow_api", settings.allow_api), ("active", settings.active)];
    let on = on.into_iter().filter(|(_, is_on)| *is_on && desk.may_switch(Permission::DomainsUpdate, true));
    let form = |(name, _)| {
        let action = format!("{}/switches", path_of(desk));
        let off = Form::new(shell, &nothing, action, shell.say("shell_switch_off")).hidden(name, "false").quiet();
        off.about(label_of(shell, name)).html()
    };
    on.map(|switch| Html::card(&Html::text(label_of(shell, switch.0)).and(&form(switch)))).collect()
}

fn switch_form(desk: &OneDomain, domain: &DomainView, values: &Values) -> Html {
    let shell = desk.shell();
    let switch = |name: &'static str, hint: String| Control::switch(name, label_of(shell, name)).hint(hint);
    let action = format!("{}/switches", path_of(desk));
    let mut form = Form::new(shell, values, action, shell.say("shell_save"))
        .instant()
        .field(switch("allow_login", shell.say("field_allow_login-hint")))
        .field(switch("allow_api", shell.say("field_allow_api-hint")))
        .field(switch("active", shell.say("field_active-hint")));
    if !domain.settings.primary {
        form = form.field(switch("primary", shell.say("field_primary-hint")));
    }
    if domain.settings.test_mode || desk.may(Permission::DomainsTest) {
        form = form.field(switch("test_mode", shell.say("field_test_mode-hint")));
    }
    Html::card(&Html::heading(shell.say("domain_switches")).and(&form.html()))
}

fn settings_form(desk: &OneDomain, values: &Values) -> Html {
    let shell = desk.shell();
    let [addresses, name] = name_and_addresses(shell);
    let uri = Control::line("fallback_uri", label_of(shell, "fallback_uri")).hint(shell.say("field_fallback_uri-hint"));
    let words = Control::area("fallback_response", label_of(shell, "fallback_response"));
    let words = words.hint(shell.say("field_fallback_response-hint"));
    let form = Form::new(shell, values, path_of(desk), shell.say("shell_save"))
        .field(name)
        .field(addresses)
        .field(uri.optional(shell))
        .field(words.optional(shell));
    Html::card(&Html::heading(shell.say("domain_settings")).and(&form.html()).and(&preview(desk, values)))
}

/// The partner's words as the error page frames them.
fn preview(desk: &OneDomain, values: &Values) -> Html {
    let (shell, words) = (desk.shell(), values.stands("fallback_response"));
    if words.trim().is_empty() {
        return Html::default();
    }
    let (title, caption) = (shell.say("domain_preview"), shell.say("page_error-partner_words"));
    let (title, caption, words) = (Html::text(title), Html::text(caption), Html::text(words));
    Html::drawn(format!(
        "<details><summary>{title}</summary><figure class=\"words\"><figcaption>{caption}</figcaption>\
         <blockquote dir=\"auto\">{words}</blockquote></figure></details>"
    ))
}
