//! A client's settings, who pays for it, and its end.

use axum::response::Response;
use xwms_core::contract::client::{ClientSettings, ClientView};
use xwms_core::contract::member::{BillingOwner, MemberView};
use xwms_core::gate::permission::{Permission, Preset};
use xwms_core::id::ClientId;
use xwms_core::manage::consent_preview::{self, ConsentPreview};
use xwms_core::manage::members::{self, MemberPage};
use xwms_core::manage::{clients, succession, users};
use xwms_core::model::client::{ClientType, IdTokenClaims, Pkce, SigningAlg, SubjectType};
use xwms_core::model::member::MemberStatus;
use xwms_core::text;

use super::audit;
use super::roles::all as all_roles;
use crate::desk::{ClientDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::Html;
use crate::page::preview::Preview;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::public::Partner;
use crate::public::consent::ShareLine;
use crate::section::ClientSection;

/// So many members are looked through for owners.
const MEMBERS: i64 = 200;

type Desk = ClientDesk<ClientId>;

pub(crate) async fn read(desk: Desk) -> Result<Response, Response> {
    let client = get(&desk).await?;
    draw(&desk, &client, &Values::of(&client)).await
}

async fn get(desk: &Desk) -> Result<ClientView, Response> {
    clients::get(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))
}

async fn draw(desk: &Desk, client: &ClientView, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let path = ClientSection::Settings.href(client.id);
    let page = desk
        .page(shell.say("section_settings"))
        .purpose(shell.say("settings_purpose"))
        .refused(values, |name| label_of(shell, name));
    let page = if desk.may_now(Permission::ClientUpdate) {
        let fixed = has_users(desk).await?;
        page.part(&Html::card(&form(shell, client, values, fixed).html()))
    } else {
        page.part(&Html::card(&terms(shell, client).html()))
    };
    let logo = Html::quiet_button(format!("{path}/logo"), shell.say("settings_logo"));
    let payer = Html::paragraph(&Html::text(shell.tell(text!("settings_payer", owner = client.owner.as_str()))));
    let hand = Html::quiet_button(format!("{path}/billing-owner"), shell.say("settings_billing-title"));
    let page = page
        .part(&preview(desk).await?)
        .part(&Html::card(&Html::heading(shell.say("settings_logo")).and(&Html::paragraph(&logo))))
        .part(&Html::card(&Html::heading(shell.say("settings_billing")).and(&payer).and(&Html::paragraph(&hand))));
    if !desk.may_now(Permission::ClientDelete) {
        return Ok(page.respond());
    }
    let delete = Html::quiet_button(format!("{path}/delete"), shell.say("settings_delete"));
    let danger = Html::heading(shell.say("settings_danger"))
        .and(&Html::paragraph(&Html::text(shell.say("settings_delete-purpose"))))
        .and(&Html::paragraph(&delete));
    Ok(page.part(&Html::card(&danger)).respond())
}

/// The consent page as people see it, asked for the scopes that the client has activated.
async fn preview(desk: &Desk) -> Result<Html, Response> {
    let shell = desk.shell();
    let shown = consent_preview::get(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))?;
    let shares: Vec<ShareLine> = shown.scopes.iter().map(ShareLine::of).collect();
    let ConsentPreview { name, host, verified, logo, .. } = &shown;
    let partner = Partner { name, host, verified: *verified, logo: logo.as_deref() };
    let drawn = Preview { shell, partner, shares: &shares }.html();
    Ok(Html::folded(shell.say("settings_preview"), &drawn))
}

/// Whether anybody has logged in through the client, as far as the person may know.
async fn has_users(desk: &Desk) -> Result<bool, Response> {
    if !desk.may(Permission::UsersRead) {
        return Ok(false);
    }
    let found = users::list(desk.core(), &desk.caller(), (desk.client(), users::UserFields::default()), None, 1).await;
    Ok(!found.map_err(|why| desk.fail(why))?.is_empty())
}

/// The form. `fixed`: people have logged in, so what they are known by stays.
fn form<'f>(shell: &'f Shell, client: &ClientView, values: &'f Values, fixed: bool) -> Form<'f> {
    let line = |name: &'static str| Control::line(name, label_of(shell, name));
    let link = |name: &'static str| Control::input(name, label_of(shell, name), "url", "off").optional(shell);
    let email = Control::input("contact_email", label_of(shell, "contact_email"), "email", "off").optional(shell);
    let description = Control::area("description", label_of(shell, "description")).optional(shell);
    let only = |it: SubjectType| fixed.then(|| subject_note(shell, client, it)).flatten();
    let subjects = [SubjectType::Public, SubjectType::Pairwise].into_iter().filter(|it| {
        // What can't be changed is shown as it is.
        !fixed || *it == client.settings.subject_type
    });
    let subjects: Vec<Choice> = subjects
        .map(|it| {
            let choice = Choice::new(it.as_str(), Html::text(subject_name(shell, it)));
            choice.hint(Html::text(subject_meaning(shell, it))).fixed(only(it))
        })
        .collect();
    let algs = [SigningAlg::Rs256, SigningAlg::Es256].map(|alg| {
        let choice = Choice::new(alg.as_str(), Html::code(alg.as_str()));
        choice.hint(Html::text(alg_meaning(shell, alg)))
    });
    let claims = [IdTokenClaims::Full, IdTokenClaims::Thin].map(|it| {
        let choice = Choice::new(it.as_str(), Html::text(claims_name(shell, it)));
        choice.hint(Html::text(claims_meaning(shell, it)))
    });
    let types = [ClientType::Confidential, ClientType::Public].into_iter();
    let types = types.filter(|it| !fixed || *it == client.settings.client_type).map(|it| {
        let only = fixed.then(|| shell.say("settings_subject-fixed"));
        let choice = Choice::new(it.as_str(), Html::text(type_name(shell, it)));
        choice.hint(Html::text(type_meaning(shell, it))).fixed(only)
    });
    let pkce = [Pkce::Required, Pkce::OrNonce].map(|it| {
        let choice = Choice::new(it.as_str(), Html::text(pkce_name(shell, it)));
        choice.hint(Html::text(pkce_meaning(shell, it)))
    });
    Form::new(shell, values, ClientSection::Settings.href(client.id), shell.say("shell_save"))
        .field(line("name").hint(shell.say("settings_name-hint")))
        .field(description.hint(shell.say("settings_description-hint")))
        .field(email)
        .field(link("homepage_url"))
        .field(link("privacy_url"))
        .field(link("terms_url"))
        .field(Control::radios("subject_type", label_of(shell, "subject_type"), subjects))
        .field(Control::radios("id_token_alg", label_of(shell, "id_token_alg"), algs))
        .field(Control::radios("id_token_claims", label_of(shell, "id_token_claims"), claims))
        .field(Control::radios("type", label_of(shell, "type"), types.collect::<Vec<_>>()))
        .field(Control::radios("pkce", label_of(shell, "pkce"), pkce))
}

fn subject_note(shell: &Shell, client: &ClientView, it: SubjectType) -> Option<String> {
    (it == client.settings.subject_type).then(|| shell.say("settings_subject-fixed"))
}

fn subject_name(shell: &Shell, it: SubjectType) -> String {
    match it {
        SubjectType::Public => shell.say("settings_subject-public"),
        SubjectType::Pairwise => shell.say("settings_subject-pairwise"),
    }
}

fn subject_meaning(shell: &Shell, it: SubjectType) -> String {
    match it {
        SubjectType::Public => shell.say("settings_subject-public_hint"),
        SubjectType::Pairwise => shell.say("settings_subject-pairwise_hint"),
    }
}

fn alg_meaning(shell: &Shell, alg: SigningAlg) -> String {
    match alg {
        SigningAlg::Rs256 => shell.say("settings_alg-rs256"),
        SigningAlg::Es256 => shell.say("settings_alg-es256"),
    }
}

fn claims_name(shell: &Shell, it: IdTokenClaims) -> String {
    match it {
        IdTokenClaims::Full => shell.say("settings_claims-full"),
        IdTokenClaims::Thin => shell.say("settings_claims-thin"),
    }
}

fn claims_meaning(shell: &Shell, it: IdTokenClaims) -> String {
    match it {
        IdTokenClaims::Full => shell.say("settings_claims-full_hint"),
        IdTokenClaims::Thin => shell.say("settings_claims-thin_hint"),
    }
}

fn type_name(shell: &Shell, it: ClientType) -> String {
    match it {
        ClientType::Confidential => shell.say("settings_type-confidential"),
        ClientType::Public => shell.say("settings_type-public"),
    }
}

fn type_meaning(shell: &Shell, it: ClientType) -> String {
    match it {
        ClientType::Confidential => shell.say("settings_type-confidential_hint"),
        ClientType::Public => shell.say("settings_type-public_hint"),
    }
}

fn pkce_name(shell: &Shell, it: Pkce) -> String {
    match it {
        Pkce::Required => shell.say("settings_pkce-required"),
        Pkce::OrNonce => shell.say("settings_pkce-or_nonce"),
    }
}

fn pkce_meaning(shell: &Shell, it: Pkce) -> String {
    match it {
        Pkce::Required => shell.say("settings_pkce-required_hint"),
        Pkce::OrNonce => shell.say("settings_pkce-or_nonce_hint"),
    }
}

/// The settings for those who may not change them.
fn terms(shell: &Shell, client: &ClientView) -> Terms {
    let settings = &client.settings;
    let link = |url: Option<&str>| url.map(Html::words).unwrap_or_default();
    Terms::new([
        (label_of(shell, "name"), Html::words(settings.name.as_str())),
        (label_of(shell, "description"), link(settings.description.as_ref().map(|text| text.as_str()))),
        (label_of(shell, "contact_email"), link(settings.contact_email.as_ref().map(|email| email.address()))),
        (label_of(shell, "homepage_url"), link(settings.homepage_url.as_ref().map(|url| url.as_str()))),
        (label_of(shell, "privacy_url"), link(settings.privacy_url.as_ref().map(|url| url.as_str()))),
        (label_of(shell, "terms_url"), link(settings.terms_url.as_ref().map(|url| url.as_str()))),
        (label_of(shell, "subject_type"), Html::text(subject_name(shell, settings.subject_type))),
        (label_of(shell, "id_token_alg"), Html::code(settings.id_token_alg.as_str())),
        (label_of(shell, "id_token_claims"), Html::text(claims_name(shell, settings.id_token_claims))),
        (label_of(shell, "type"), Html::text(type_name(shell, settings.client_type))),
        (label_of(shell, "pkce"), Html::text(pkce_name(shell, settings.pkce))),
    ])
}

/// What people call a field.
fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "name" => shell.say("field_client_name"),
        "description" => shell.say("field_description"),
        "contact_email" => shell.say("field_contact_email"),
        "homepage_url" => shell.say("field_homepage_url"),
        "privacy_url" => shell.say("field_privacy_url"),
        "terms_url" => shell.say("field_terms_url"),
        "subject_type" => shell.say("field_subject_type"),
        "id_token_alg" => shell.say("field_id_token_alg"),
        "id_token_claims" => shell.say("field_id_token_claims"),
        "type" => shell.say("field_type"),
        "pkce" => shell.say("field_pkce"),
        "member" => shell.say("settings_billing"),
        "confirm_name" => shell.say("field_confirm_name"),
        "password" => shell.say("field_password"),
        other => other.to_owned(),
    }
}

pub(crate) async fn update(form: Posted<Desk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let caller = sent.caller(desk.signed_in());
    let changed = match sent.patch::<ClientSettings>(&[]) {
        Ok(patch) => clients::update(desk.core(), caller, desk.client(), patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => {
            let path = ClientSection::Settings.href(desk.client());
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let client = get(&desk).await?;
            let values = audit::overtaken(&desk, desk.refused(Values::of(&client), sent.fields, why)?).await?;
            draw(&desk, &client, &values).await
        }
    }
}

pub(crate) async fn billing_owner(desk: Desk) -> Result<Response, Response> {
    desk.need(Permission::ClientRead)?;
    desk.recent()?;
    draw_billing(&desk, &Values::default()).await
}

async fn draw_billing(desk: &Desk, values: &Values) -> Result<Response, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let path = ClientSection::Settings.href(desk.client());
    let payer = text!("settings_payer", owner = context.client.owner.as_str());
    let page = desk
        .page(shell.say("settings_billing-title"))
        .crumb(path.clone(), shell.say("section_settings"))
        .purpose(shell.say("settings_billing-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::paragraph(&Html::text(shell.tell(payer))));
    if !context.is_owner {
        return Ok(page.part(&Html::paragraph(&Html::soft(shell.say("owner")))).respond());
    }
    let owners = owners(desk).await?;
    let choices: Vec<Choice> = owners
        .iter()
        .map(|owner| {
            let address = owner.email.as_deref().unwrap_or_default();
            let pays = (address == context.client.owner).then(|| shell.say("members_payer"));
            Choice::new(owner.id.to_string(), Html::words(address)).fixed(pays)
        })
        .collect();
    let member = Control::radios("member", label_of(shell, "member"), choices);
    let form = Form::new(shell, values, format!("{path}/billing-owner"), shell.say("settings_billing-hand")).once();
    let form = form.field(member.hint(shell.say("settings_billing-hint"))).proof_if_asked();
    Ok(page.part(&form.cancel(path).html()).respond())
}

/// The owners who have accepted and whose membership has no end.
async fn owners(desk: &Desk) -> Result<Vec<MemberView>, Response> {
    let roles = all_roles(desk).await?;
    let role = roles.iter().find(|role| role.key.as_str() == Preset::Owner.key()).map(|role| role.id);
    let wanted = MemberPage { address: None, group: None, after: None, limit: MEMBERS };
    let found = members::list(desk.core(), &desk.caller(), desk.client(), wanted).await;
    let mut found = found.map_err(|why| desk.fail(why))?;
    found.retain(|member| {
        let lasts = member.status == MemberStatus::Active && member.settings.expires_at.is_none();
        lasts && Some(member.settings.role) == role
    });
    Ok(found)
}

pub(crate) async fn hand_over(form: Posted<Desk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let recent = sent.recent(desk.signed_in()).await;
    let handed = match recent.and_then(|()| sent.input::<BillingOwner>(&["password", "code"])) {
        Ok(to) => succession::hand_over(desk.core(), sent.caller(desk.signed_in()), desk.client(), to).await,
        Err(why) => Err(why),
    };
    match handed {
        Ok(_) => {
            let path = ClientSection::Settings.href(desk.client());
            Ok(desk.done(&path, "handed"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_billing(&desk, &values).await
        }
    }
}

pub(crate) async fn ask_deletion(desk: Desk) -> Result<Response, Response> {
    desk.need(Permission::ClientDelete)?;
    desk.recent()?;
    draw_deletion(&desk, &Values::default()).await
}

async fn draw_deletion(desk: &Desk, values: &Values) -> Result<Response, Response> {
    let (shell, context) = (desk.shell(), desk.context()?);
    let path = ClientSection::Settings.href(desk.client());
    let name = context.client.settings.name.as_str();
    let roots = context.domains.iter().map(|domain| Html::text(&domain.root_domain));
    let weight = clients::weigh(desk.core(), &desk.caller(), desk.client()).await.map_err(|why| desk.fail(why))?;
    let number = |count: usize| Html::text(count);
    let named = number(weight.domains).and(&Html::text(" ")).and(&Html::joined(roots, ", "));
    let terms = Terms::new([
        (shell.say("settings_delete-people"), Html::text(weight.people)),
        (shell.say("section_domains"), named),
        (shell.say("section_secrets"), number(weight.secrets)),
        (shell.say("section_members"), number(weight.members)),
        (shell.say("settings_delete-also"), Html::text(shell.say("settings_delete-rest"))),
    ]);
    let typed = Control::line("confirm_name", label_of(shell, "confirm_name"));
    let typed = typed.hint(shell.tell(text!("field_confirm_name-hint", name = name)));
    let form = Form::new(shell, values, format!("{path}/delete"), shell.say("settings_delete")).danger().field(typed);
    Ok(desk
        .page(shell.tell(text!("settings_delete-title", name = name)))
        .crumb(path.clone(), shell.say("section_settings"))
        .purpose(shell.say("settings_delete-purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&terms.html()))
        .part(&form.proof_if_asked().cancel(path).html())
        .respond())
}

pub(crate) async fn delete(form: Posted<Desk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    // Whoever may not delete it learns that first, whatever they typed.
    desk.need(Permission::ClientDelete)?;
    let recent = sent.recent(desk.signed_in()).await;
    let name = desk.context()?.client.settings.name.as_str();
    let deleted = match recent.and_then(|()| sent.confirmed(name)) {
        Ok(()) => clients::delete(desk.core(), desk.caller(), desk.client(), sent.if_match()).await,
        Err(why) => Err(why),
    };
    match deleted {
        Ok(_) => Ok(desk.done("/clients", "deleted")),
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw_deletion(&desk, &values).await
        }
    }
}
