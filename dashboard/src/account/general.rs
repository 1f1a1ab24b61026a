//! `/account/general`: names, and what else a person says about themselves.

use axum::response::Response;
use xwms_core::account::general;
use xwms_core::contract::profile::{ProfileSettings, ProfileView};
use xwms_core::model::profile::Locale;
use xwms_core::text::Language;

use crate::desk::{AccountDesk, Place};
use crate::layout::Shell;
use crate::page::form::{Choice, Control, Form};
use crate::page::html::{Html, Look};
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;

const PATH: &str = "/account/general";

pub(crate) async fn read(desk: AccountDesk) -> Result<Response, Response> {
    let account = get(&desk).await?;
    Ok(draw(&desk, &account, &Values::of(&account)))
}

pub(crate) async fn update(form: Posted<AccountDesk>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let changed = match sent.patch::<ProfileSettings>(&[]) {
        Ok(patch) => general::update(desk.core(), sent.caller(desk.signed_in()), patch, sent.if_match()).await,
        Err(why) => Err(why),
    };
    match changed {
        Ok(_) => Ok(desk.done(PATH, "saved")),
        Err(why) => {
            let account = get(&desk).await?;
            let values = desk.refused(Values::of(&account), sent.fields, why)?;
            Ok(draw(&desk, &account, &values))
        }
    }
}

async fn get(desk: &AccountDesk) -> Result<ProfileView, Response> {
    general::get(desk.core(), &desk.caller()).await.map_err(|why| desk.fail(why))
}

fn draw(desk: &AccountDesk, account: &ProfileView, values: &Values) -> Response {
    let shell = desk.shell();
    let optional = |name: &'static str, input_type: &'static str, autocomplete: &'static str| {
        Control::input(name, label_of(shell, name), input_type, autocomplete).optional(shell)
    };
    let languages = Control::select("locale", label_of(shell, "locale"), languages(shell, account));
    let form = Form::new(shell, values, PATH, shell.say("shell_save"))
        .field(optional("given_name", "text", "given-name"))
        .field(optional("family_name", "text", "family-name"))
        .field(optional("birth_date", "date", "bday"))
        .field(optional("gender", "text", "sex").hint(shell.say("field_gender-hint")))
        .field(optional("country", "text", "country").hint(shell.say("field_country-hint")))
        .field(optional("phone_number", "tel", "tel").hint(shell.say("field_phone_number-hint")))
        .field(languages.hint(shell.say("field_locale-hint")))
        .field(optional("zoneinfo", "text", "off").hint(shell.say("field_zoneinfo-hint")));
    desk.page(shell.say("section_account-general"))
        .purpose(shell.say("general_purpose"))
        .refused(values, |name| label_of(shell, name))
        .part(&Html::card(&Terms::new([(shell.say("field_email"), address(shell, account))]).html()))
        .part(&Html::card(&form.html()))
        .respond()
}

/// The main address, and whether it is verified.
pub(super) fn address(shell: &Shell, account: &ProfileView) -> Html {
    let state = if account.email_verified {
        Html::badge(Look::Good, shell.say("general_email-verified"))
    } else {
        Html::badge(Look::Care, shell.say("general_email-unverified"))
    };
    Html::words(&account.email).and(&Html::text(" ")).and(&state)
}

/// The languages that pages speak, and the one that the account has besides.
fn languages(shell: &Shell, account: &ProfileView) -> Vec<Choice> {
    let stands = account.settings.locale.clone().map(Locale::into_string);
    let other = stands.filter(|tag| Language::ALL.iter().all(|language| language.tag() != tag));
    let auto = Choice::new("", Html::text(shell.say("general_locale-auto")));
    let spoken =
        Language::ALL.iter().map(|language| Choice::new(language.tag(), Html::text(name_of(shell, *language))));
    let other = other.map(|tag| Choice::new(tag.clone(), Html::text(tag)));
    [auto].into_iter().chain(spoken).chain(other).collect()
}

/// What a language calls itself.
fn name_of(shell: &Shell, language: Language) -> String {
    match language {
        Language::English => shell.say("language_english"),
        Language::Dutch => shell.say("language_dutch"),
        Language::German => shell.say("language_german"),
    }
}

fn label_of(shell: &Shell, name: &str) -> String {
    match name {
        "given_name" => shell.say("field_given_name"),
        "family_name" => shell.say("field_family_name"),
        "birth_date" => shell.say("field_birth_date"),
        "gender" => shell.say("field_gender"),
        "country" => shell.say("field_country"),
        "phone_number" => shell.say("field_phone_number"),
        "locale" => shell.say("field_locale"),
        "zoneinfo" => shell.say("field_zoneinfo"),
        other => other.to_owned(),
    }
}
