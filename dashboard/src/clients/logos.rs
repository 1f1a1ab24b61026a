//! Logos of a client and of its domains: one page, at two places.

use axum::response::Response;
use http::StatusCode;
use xwms_core::error::Error;
use xwms_core::gate::permission::Permission;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::manage::logos::{self, Upload, Whose};
use xwms_core::picture::{MAX_BYTES, MAX_SIDE, MediaType};
use xwms_core::request::params::Params;
use xwms_core::text;

use super::domains::{Part, below, part_of, path_of};
use crate::desk::{ClientDesk, ClientIds, Place};
use crate::page::Page;
use crate::page::form::{Control, Form};
use crate::page::html::Html;
use crate::page::table::Empty;
use crate::page::values::Values;
use crate::posted::Posted;
use crate::section::ClientSection;
use crate::upload::{File, Uploaded};

/// What a file chooser offers.
const ACCEPT: &str = "image/png,image/jpeg,image/webp";

/// What a path names that has a logo.
pub(super) trait HasLogo: ClientIds + Copy {
    /// What changing it needs.
    const TO_CHANGE: Permission;

    fn whose(self) -> Whose;

    /// Where its page is.
    fn path(desk: &ClientDesk<Self>) -> String;

    /// Its page.
    fn page(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response>;

    /// The page that asks whether it shall go.
    fn question(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response>;

    /// What is seen while there is none.
    fn without(desk: &ClientDesk<Self>) -> String;
}

impl HasLogo for ClientId {
    const TO_CHANGE: Permission = Permission::ClientUpdate;

    fn whose(self) -> Whose {
        Whose::Client
    }

    fn path(desk: &ClientDesk<Self>) -> String {
        format!("{}/logo", ClientSection::Settings.href(desk.client()))
    }

    fn page(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response> {
        let shell = desk.shell();
        let page = desk.page(shell.say("domain_tab-logo")).purpose(shell.say("logo_purpose-client"));
        Ok(page.crumb(ClientSection::Settings.href(desk.client()), shell.say("section_settings")))
    }

    fn question(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response> {
        let shell = desk.shell();
        let page = desk.page(shell.say("logo_delete-title"));
        let page = page.crumb(ClientSection::Settings.href(desk.client()), shell.say("section_settings"));
        Ok(page.crumb(Self::path(desk), shell.say("domain_tab-logo")))
    }

    fn without(desk: &ClientDesk<Self>) -> String {
        desk.shell().say("logo_none-client")
    }
}

impl HasLogo for (ClientId, DomainId) {
    const TO_CHANGE: Permission = Permission::DomainsUpdate;

    fn whose(self) -> Whose {
        Whose::Domain(self.1)
    }

    fn path(desk: &ClientDesk<Self>) -> String {
        format!("{}/logo", path_of(desk))
    }

    fn page(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response> {
        Ok(part_of(desk, Part::Logo)?.purpose(desk.shell().say("logo_purpose-domain")))
    }

    fn question(desk: &ClientDesk<Self>) -> Result<Page<'_>, Response> {
        let shell = desk.shell();
        below(desk, shell.say("logo_delete-title"), ("/logo", shell.say("domain_tab-logo")))
    }

    fn without(desk: &ClientDesk<Self>) -> String {
        desk.shell().say("logo_none-domain")
    }
}

pub(crate) async fn read<P: HasLogo>(desk: ClientDesk<P>) -> Result<Response, Response> {
    draw(&desk, &Values::default()).await
}

/// Where its picture is.
async fn picture<P: HasLogo>(desk: &ClientDesk<P>) -> Result<Option<String>, Response> {
    let path = logos::path(desk.core(), &desk.caller(), desk.client(), desk.ids.whose()).await;
    path.map_err(|why| desk.fail(why))
}

async fn draw<P: HasLogo>(desk: &ClientDesk<P>, values: &Values) -> Result<Response, Response> {
    let (shell, path) = (desk.shell(), P::path(desk));
    let label = shell.say("field_logo");
    let picture = picture(desk).await?;
    let shown = match &picture {
        Some(picture) => on_both_grounds(picture),
        None => Empty::new(P::without(desk)).html(),
    };
    let mut page = P::page(desk)?.refused(values, |_| label.clone()).part(&shown);
    if values.error("logo").is_some_and(|error| error.code() == "logo_too_large") {
        page = page.status(StatusCode::PAYLOAD_TOO_LARGE);
    }
    if !desk.may(P::TO_CHANGE) {
        return Ok(page.respond());
    }
    let hint = shell.tell(text!("field_logo-hint", bytes = MAX_BYTES >> 20, side = MAX_SIDE));
    let form = Form::new(shell, values, path.clone(), shell.say("logo_upload"))
        .multipart()
        .field(Control::file("logo", label.clone(), ACCEPT).hint(hint));
    page = page.part(&Html::card(&form.html()));
    if picture.is_some() {
        let delete = Html::quiet_button(format!("{path}/delete"), shell.say("logo_delete"));
        page = page.part(&Html::paragraph(&delete));
    }
    Ok(page.respond())
}

/// A logo as people see it, whatever colours they prefer.
fn on_both_grounds(picture: &str) -> Html {
    let picture = Html::text(picture);
    let ground = |class: &str| format!("<span class=\"ground {class}\"><img src=\"{picture}\" alt=\"\"></span>");
    Html::drawn(format!("<p class=\"grounds\">{}{}</p>", ground("light"), ground("dark")))
}

pub(crate) async fn put<P: HasLogo>(form: Uploaded<ClientDesk<P>>) -> Result<Response, Response> {
    let Uploaded { desk, files } = form;
    let set = match upload_of(files) {
        Ok(upload) => logos::put(desk.core(), desk.caller(), desk.client(), desk.ids.whose(), upload).await,
        Err(why) => Err(why),
    };
    match set {
        Ok(_) => {
            let path = P::path(&desk);
            Ok(desk.done(&path, "saved"))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), Params::default(), why)?;
            draw(&desk, &values).await
        }
    }
}

/// The one file that is sent.
fn upload_of(files: Vec<File>) -> Result<Upload, Error> {
    let mut logo = None;
    for file in files {
        match file.name.as_str() {
            "logo" if logo.is_none() => logo = Some(file),
            "once" => {}
            _ => return Err(Error::Invalid(vec![text!("unknown_field-form").at(file.name)])),
        }
    }
    let refused = |issue: text::Text| Error::Invalid(vec![issue.at("logo")]);
    let file = logo.filter(|file| file.size > 0).ok_or_else(|| refused(text!("logo_missing")))?;
    if file.size > MAX_BYTES {
        let (sent, most) = (file.size.div_ceil(1024), MAX_BYTES >> 10);
        return Err(refused(text!("logo_too_large", sent = sent, most = most)));
    }
    let media_type = MediaType::parse(&file.media_type).ok_or_else(|| refused(text!("logo_type")))?;
    Ok(Upload { media_type, bytes: file.bytes })
}

pub(crate) async fn ask_deletion<P: HasLogo>(desk: ClientDesk<P>) -> Result<Response, Response> {
    desk.need(P::TO_CHANGE)?;
    let path = P::path(&desk);
    let Some(picture) = picture(&desk).await? else { return Ok(desk.go(&path)) };
    let (shell, nothing) = (desk.shell(), Values::default());
    let form = Form::new(shell, &nothing, format!("{path}/delete"), shell.say("logo_delete")).danger().cancel(path);
    let what = Html::paragraph(&Html::text(P::without(&desk)));
    Ok(P::question(&desk)?.part(&on_both_grounds(&picture)).part(&what).part(&form.html()).respond())
}

pub(crate) async fn delete<P: HasLogo>(form: Posted<ClientDesk<P>>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    sent.only(&[]).map_err(|why| desk.fail(why))?;
    let deleted = logos::delete(desk.core(), desk.caller(), desk.client(), desk.ids.whose()).await;
    let path = P::path(&desk);
    match deleted {
        // It is gone, whoever took it away.
        Ok(_) | Err(Error::NotFound("logo")) => Ok(desk.done(&path, "deleted")),
        Err(why) => Err(desk.fail(why)),
    }
}
