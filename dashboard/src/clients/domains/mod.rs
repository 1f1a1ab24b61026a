//! Domains: the list, a new one, and what all pages of one share.

pub(super) mod deletion;
pub(super) mod links;
pub(super) mod ownership;
pub(super) mod settings;
pub(super) mod switches;
pub(super) mod urls;
pub(super) mod webhook;

use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::json;
use xwms_core::contract::domain::{DomainSettings, DomainView};
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::client_context::DomainMode;
use xwms_core::manage::domain_facts::{self, DomainFacts};
use xwms_core::manage::domains;
use xwms_core::manage::runner::Done;
use xwms_core::model::client::ClientType;
use xwms_core::model::domain::Ownership;
use xwms_core::model::root_domain::RootDomain;
use xwms_core::text;

use crate::desk::{ClientDesk, ClientIds, Place};
use crate::frame::band;
use crate::layout::Shell;
use crate::page::form::{Control, Form};
use crate::page::html::{Html, Look};
use crate::page::list::ListRequest;
use crate::page::table::{Column, Empty, Table};
use crate::page::values::Values;
use crate::page::{Page, Tab};
use crate::posted::Posted;
use crate::section::ClientSection;

/// What the form of a new domain has.
const NEW: [&str; 4] = ["root_domain", "server_ips", "internal_name", "test_mode"];

/// A page of a domain.
pub(super) type OneDomain = ClientDesk<(ClientId, DomainId)>;

/// What a path names, of which the second is a domain.
pub(super) trait DomainIds: ClientIds + Copy {
    fn domain(self) -> DomainId;
}

impl DomainIds for (ClientId, DomainId) {
    fn domain(self) -> DomainId {
        self.1
    }
}

impl<A: DeserializeOwned + Copy + Send> DomainIds for (ClientId, DomainId, A) {
    fn domain(self) -> DomainId {
        self.1
    }
}

/// A part of a domain.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Settings,
    Urls,
    Secrets,
    Ownership,
    Logo,
}

/// Where a domain's pages begin.
pub(super) fn path_of<P: DomainIds>(desk: &ClientDesk<P>) -> String {
    format!("{}/{}", ClientSection::Domains.href(desk.client()), desk.ids.domain())
}

/// The domain that the path names, as its client's frame knows it.
pub(super) fn mode_of<P: DomainIds>(desk: &ClientDesk<P>) -> Result<&DomainMode, Response> {
    let id = desk.ids.domain();
    let found = desk.context()?.domains.iter().find(|domain| domain.id == id);
    found.ok_or_else(|| desk.fail(Error::NotFound("domain")))
}

/// The domain that the path names.
pub(super) async fn get<P: DomainIds>(desk: &ClientDesk<P>) -> Result<DomainView, Response> {
    let found = domains::get(desk.core(), &desk.caller(), desk.client(), desk.ids.domain()).await;
    found.map_err(|why| desk.fail(why))
}

/// What depends on it.
pub(super) async fn facts_of<P: DomainIds>(desk: &ClientDesk<P>) -> Result<DomainFacts, Response> {
    let all = domain_facts::of_client(desk.core(), &desk.caller(), desk.client()).await;
    let all = all.map_err(|why| desk.fail(why))?;
    Ok(all.get(&desk.ids.domain()).copied().unwrap_or_default())
}

/// A part of a domain, with the links to the others.
pub(super) fn part_of<P: DomainIds>(desk: &ClientDesk<P>, part: Part) -> Result<Page<'_>, Response> {
    let (shell, domain, path) = (desk.shell(), mode_of(desk)?, path_of(desk));
    let tabs = [
        (Part::Settings, String::new(), shell.say("domain_tab-settings"), Permission::DomainsRead),
        (Part::Urls, "/urls".to_owned(), shell.say("domain_tab-urls"), Permission::UrlsRead),
        (Part::Secrets, "/secrets".to_owned(), shell.say("domain_tab-secrets"), Permission::LinksRead),
        (Part::Ownership, "/ownership".to_owned(), shell.say("domain_tab-ownership"), Permission::DomainsRead),
        (Part::Logo, "/logo".to_owned(), shell.say("domain_tab-logo"), Permission::DomainsRead),
    ];
    let public = desk.context()?.client.settings.client_type == ClientType::Public;
    let tabs = tabs.into_iter().filter(|(of, ..)| !public || *of != Part::Secrets);
    let tabs = tabs.filter(|(.., permission)| desk.may(*permission));
    let tab = |(of, word, text, _)| Tab { href: format!("{path}{word}"), text, is_current: of == part };
    let page = desk
        .page(domain.root_domain.clone())
        .crumb(ClientSection::Domains.href(desk.client()), shell.say("section_domains"));
    Ok(dressed(desk, page, domain).tabs(tabs.map(tab).collect()))
}

/// A page below one of a domain's parts: `to` and `text` are that part's.
pub(super) fn below<'d, P: DomainIds>(
    desk: &'d ClientDesk<P>,
    heading: String,
    (to, text): (&str, String),
) -> Result<Page<'d>, Response> {
    let (domain, path) = (mode_of(desk)?, path_of(desk));
    let page = desk
        .page(heading)
        .crumb(ClientSection::Domains.href(desk.client()), desk.shell().say("section_domains"))
        .crumb(path.clone(), domain.root_domain.clone());
    let page = if to.is_empty() { page } else { page.crumb(format!("{path}{to}"), text) };
    Ok(dressed(desk, page, domain))
}

/// With what concerns the domain as a whole.
fn dressed<'d, P: ClientIds>(desk: &'d ClientDesk<P>, page: Page<'d>, domain: &DomainMode) -> Page<'d> {
    let shell = desk.shell();
    let mut badges = Html::default();
    if !domain.active {
        badges = badges.and(&Html::badge(Look::Off, shell.say("state_off")));
    }
    if domain.test_mode {
        badges = badges.and(&Html::badge(Look::Test, shell.say("state_test_mode")));
    }
    // The frame says it by itself when all of the client is in test mode.
    let all = desk.context().is_ok_and(|context| context.is_in_test_mode());
    let test_band = if domain.test_mode && !all {
        let text = text!("band_test_mode-domain", root = domain.root_domain.as_str());
        let here = format!("{}/{}", ClientSection::Domains.href(desk.client()), domain.id);
        let link = Html::link(here, shell.say("band_test_mode-link"));
        let link = if desk.may_now(Permission::DomainsUpdate) { link } else { Html::default() };
        band(shell, "test", &shell.say("state_test_mode"), text, &link)
    } else {
        Html::default()
    };
    page.badges(badges).band(test_band)
}

pub(super) async fn list(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Domains.href(desk.client());
    let asked = ListRequest::<DomainId>::of(&desk, &path, &[])?;
    let found = domains::list(desk.core(), &desk.caller(), desk.client(), asked.after, asked.look_for()).await;
    let (found, pages) = asked.cut(shell, found.map_err(|why| desk.fail(why))?, |domain| domain.id.to_string());
    let primary = desk.primary(Permission::DomainsCreate, &format!("{path}/new"), shell.say("domains_new-title"));
    let page = desk.page(shell.say("section_domains")).purpose(shell.say("domains_list-purpose")).primary(primary);
    if found.is_empty() && asked.is_first() {
        let action = Html::button(format!("{path}/new"), shell.say("domains_new-title"));
        let action = desk.may_now(Permission::DomainsCreate).then_some(action);
        return Ok(page.part(&Empty::new(shell.say("domains_list-none")).action(action).html()).respond());
    }
    let facts = domain_facts::of_client(desk.core(), &desk.caller(), desk.client()).await;
    let facts = facts.map_err(|why| desk.fail(why))?;
    let columns = [
        Column::of(shell.say("domains_list-domain")),
        Column::of(shell.say("shell_status")),
        Column::of(shell.say("domains_list-login")),
        Column::of(shell.say("domains_list-api")),
        Column::of(shell.say("domains_list-mode")),
        Column::of(shell.say("domain_tab-ownership")),
        Column::of(shell.say("domains_list-callbacks")),
        Column::number(shell.say("domains_list-secrets")),
        Column::number(shell.say("domains_list-logins")),
    ];
    let rows = found.iter().map(|domain| row(shell, &path, domain, facts.get(&domain.id).copied().unwrap_or_default()));
    let table = Table::new(shell.say("domains_list-caption"), columns).rows(rows);
    Ok(page.part(&table.html()).part(&pages).respond())
}

fn row(shell: &Shell, path: &str, domain: &DomainView, facts: DomainFacts) -> [Html; 9] {
    let settings = &domain.settings;
    let mut name = Html::link(format!("{path}/{}", domain.id), settings.root_domain.as_str());
    if let Some(internal) = &settings.internal_name {
        name = name.and(&Html::text(" · ")).and(&Html::words(internal.as_str()));
    }
    if settings.primary {
        name = name.and(&Html::text(" ")).and(&Html::badge(Look::Good, shell.say("field_primary")));
    }
    let callbacks = text!("domains_callbacks", active = facts.active_callbacks, all = facts.callbacks);
    [
        name,
        if settings.active {
            Html::badge(Look::Good, shell.say("state_active"))
        } else {
            Html::badge(Look::Off, shell.say("state_off"))
        },
        Html::text(on_or_off(shell, settings.allow_login)),
        Html::text(on_or_off(shell, settings.allow_api)),
        if settings.test_mode {
            Html::badge(Look::Test, shell.say("state_test_mode"))
        } else {
            Html::text(shell.say("state_live"))
        },
        proof(shell, domain.ownership),
        Html::text(shell.tell(callbacks)),
        Html::text(facts.secrets),
        Html::text(facts.logins),
    ]
}

/// How a switch stands, as a word.
pub(super) fn on_or_off(shell: &Shell, on: bool) -> String {
    if on { shell.say("state_on") } else { shell.say("state_off") }
}

/// Whether a domain is proven to be the client's.
pub(super) fn proof(shell: &Shell, ownership: Ownership) -> Html {
    match ownership {
        Ownership::Proven => Html::badge(Look::Good, shell.say("state_proven")),
        Ownership::Unproven => Html::badge(Look::Care, shell.say("state_unproven")),
    }
}

/// What people call a field of a domain.
pub(super) fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "root_domain" => shell.say("field_root_domain"),
        "server_ips" => shell.say("field_server_ips"),
        "internal_name" => shell.say("field_internal_name"),
        "fallback_uri" => shell.say("field_fallback_uri"),
        "fallback_response" => shell.say("field_fallback_response"),
        "confirm_name" => shell.say("field_confirm_name"),
        other => crate::status_message::switch(other).map_or_else(|| other.to_owned(), |switch| shell.tell(switch)),
    }
}

/// The fields that a domain has from the beginning and later.
pub(super) fn name_and_addresses(shell: &Shell) -> [Control; 2] {
    let addresses = Control::area("server_ips", label_of(shell, "server_ips")).hint(shell.say("field_server_ips-hint"));
    let name =
        Control::line("internal_name", label_of(shell, "internal_name")).hint(shell.say("field_internal_name-hint"));
    [addresses.optional(shell), name.optional(shell)]
}

pub(super) async fn new(desk: ClientDesk<ClientId>) -> Result<Response, Response> {
    desk.need(Permission::DomainsCreate)?;
    Ok(draw_new(&desk, &Values::beginning([("test_mode", json!(false))])))
}

pub(super) async fn create(form: Posted<ClientDesk<ClientId>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let made = match sent.input_of::<DomainSettings>(&NEW, &[]) {
        Ok(input) => domains::create(desk.core(), sent.caller(desk.signed_in()), desk.client(), input).await,
        Err(why) => Err(why),
    };
    match made {
        Ok(done) => {
            let list = ClientSection::Domains.href(desk.client());
            let path = match done {
                Done::Now(domain) => format!("{list}/{}", domain.id),
                Done::Before(kept) => format!("{list}/{}", kept.body["id"].as_str().unwrap_or_default()),
            };
            Ok(desk.done(&path, "created"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            Ok(draw_new(&desk, &values))
        }
    }
}

fn draw_new(desk: &ClientDesk<ClientId>, values: &Values) -> Response {
    let shell = desk.shell();
    let path = ClientSection::Domains.href(desk.client());
    let root = Control::line("root_domain", label_of(shell, "root_domain")).hint(shell.say("field_root_domain-hint"));
    let mut form = Form::new(shell, values, format!("{path}/new"), shell.say("shell_save")).once().field(root);
    for field in name_and_addresses(shell) {
        form = form.field(field);
    }
    if desk.may(Permission::DomainsTest) {
        let test = Control::switch("test_mode", label_of(shell, "test_mode"));
        form = form.field(test.hint(shell.say("field_test_mode-new_hint")));
    }
    desk.page(shell.say("domains_new-title"))
        .crumb(path.clone(), shell.say("section_domains"))
        .purpose(shell.say("domains_new-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&suggestion(shell, values, &path))
        .part(&form.cancel(path).html())
        .respond()
}

/// A button that sends the same form with the site that the pasted address is of.
fn suggestion(shell: &Shell, values: &Values, path: &str) -> Html {
    let typed = values.text("root_domain");
    let site = values.error("root_domain").and_then(|_| site_of(&typed, values.flag("test_mode")));
    let Some(site) = site else { return Html::default() };
    let nothing = Values::default();
    let submit = shell.tell(text!("domains_use", root = site.as_str()));
    let mut form =
        Form::new(shell, &nothing, format!("{path}/new"), submit).once().hidden("root_domain", site.as_str());
    for name in ["server_ips", "internal_name"] {
        form = form.hidden(name, values.text(name));
    }
    let test = if values.flag("test_mode") { "true" } else { "false" };
    form.hidden("test_mode", test).html()
}

/// The site of an address, when a domain may have it.
fn site_of(typed: &str, test_mode: bool) -> Option<RootDomain> {
    let typed = typed.trim();
    let rest = typed.split_once("://").map_or(typed, |(_, rest)| rest);
    let url = url::Url::parse(&format!("https://{rest}")).ok()?;
    let root = RootDomain::read(url.host_str()?).ok()?;
    root.check(test_mode).ok().map(|()| root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_of_a_pasted_address_is_offered_when_a_domain_may_have_it() {
        let rows = [
            ("https://xwms.nl/x?y#z", Some("xwms.nl")),
            ("http://ada@xwms.nl:8080/", Some("xwms.nl")),
            (" xwms.nl/login", Some("xwms.nl")),
            ("https://192.0.2.7/", None),
            ("https://localhost:3000/", None),
            ("https://*.xwms.nl/", None),
            ("https://co.uk/", None),
            ("two words", None),
            ("", None),
        ];
        for (typed, site) in rows {
            assert_eq!(site_of(typed, false).as_ref().map(RootDomain::as_str), site, "{typed}");
        }
    }
}
