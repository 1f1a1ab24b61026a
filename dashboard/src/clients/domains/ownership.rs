//! Domain: Ownership. What to publish, and what was found.

use axum::response::Response;
use xwms_core::contract::Input;
use xwms_core::contract::ownership::OwnershipCheck;
use xwms_core::gate::permission::Permission;
use xwms_core::manage::ownership::{self, Proof};
use xwms_core::manage::runner::Done;
use xwms_core::model::domain::Ownership;
use xwms_core::text;

use super::{OneDomain, Part, mode_of, part_of, path_of, proof};
use crate::desk::Place;
use crate::layout::Shell;
use crate::page::form::Form;
use crate::page::html::Html;
use crate::page::table::Terms;
use crate::page::values::Values;
use crate::posted::Posted;

pub(crate) async fn read(desk: OneDomain) -> Result<Response, Response> {
    draw(&desk, &Values::default()).await
}

async fn draw(desk: &OneDomain, values: &Values) -> Result<Response, Response> {
    let shell = desk.shell();
    let (client, domain) = desk.ids;
    let stands = ownership::get(desk.core(), &desk.caller(), client, domain).await.map_err(|why| desk.fail(why))?;
    let found = desk.frame().done_to("looked").and_then(|found| found.split_once('-'));
    let page = part_of(desk, Part::Ownership)?
        .purpose(shell.say("ownership_purpose"))
        .refused(values, |name| name.to_owned())
        .part(&state(shell, &stands));
    let root = mode_of(desk)?.root_domain.as_str();
    let ways = in_dns(shell, &stands, root, found.map(|(txt, _)| txt)).and(&on_site(
        shell,
        &stands,
        found.map(|(_, file)| file),
    ));
    let page = page.part(&Html::pair(&ways));
    if !desk.may_now(Permission::DomainsUpdate) {
        return Ok(page.respond());
    }
    let form = Form::new(shell, values, format!("{}/ownership", path_of(desk)), shell.say("ownership_look")).once();
    Ok(page.part(&form.html()).respond())
}

/// How the proof stands.
fn state(shell: &Shell, stands: &Proof) -> Html {
    let mut lines = vec![
        (shell.say("domain_tab-ownership"), proof(shell, stands.ownership)),
        (shell.say("ownership_looked"), Html::time_or(shell, stands.checked_at, shell.say("shell_never"))),
    ];
    let is_proven = stands.ownership == Ownership::Proven;
    if is_proven && stands.missed > 0 {
        lines.push((
            shell.say("ownership_missed"),
            Html::text(shell.tell(text!("ownership_lapses", missed = stands.missed))),
        ));
    }
    if let Some(next) = stands.next_at {
        lines.push((shell.say("ownership_next"), Html::time(shell, next)));
    }
    Html::card(&Terms::new(lines).html())
}

/// The way by the DNS.
fn in_dns(shell: &Shell, stands: &Proof, root: &str, found: Option<&str>) -> Html {
    let part = stands.txt_name.strip_suffix(root).map_or(stands.txt_name.as_str(), |part| part.trim_end_matches('.'));
    let mut lines = vec![
        (shell.say("ownership_txt-name"), Html::copy(shell, "txt-name", &stands.txt_name)),
        (shell.say("ownership_txt-part"), Html::copy(shell, "txt-part", part)),
        (shell.say("ownership_txt-type"), Html::copy(shell, "txt-type", "TXT")),
        (shell.say("ownership_value"), Html::copy(shell, "txt-value", &stands.token)),
    ];
    let found = found.and_then(|code| match code {
        "not_found" => Some(shell.say("found_not_found-txt")),
        "mismatch" => Some(shell.say("found_mismatch-txt")),
        code => words(shell, code),
    });
    lines.extend(found.map(|found| (shell.say("ownership_found"), Html::text(found))));
    let inside = Html::heading(shell.say("ownership_txt")).and(&Terms::new(lines).html());
    Html::card(&inside.and(&Html::paragraph(&Html::soft(shell.say("ownership_txt-hint")))))
}

/// The way by a file.
fn on_site(shell: &Shell, stands: &Proof, found: Option<&str>) -> Html {
    let mut lines = vec![
        (shell.say("ownership_file-address"), Html::copy(shell, "file-address", &stands.url)),
        (shell.say("ownership_file-content"), Html::copy(shell, "file-content", &stands.token)),
    ];
    let found = found.and_then(|code| match code {
        "not_found" => Some(shell.say("found_not_found-file")),
        "mismatch" => Some(shell.say("found_mismatch-file")),
        code => words(shell, code),
    });
    lines.extend(found.map(|found| (shell.say("ownership_found"), Html::text(found))));
    let inside = Html::heading(shell.say("ownership_file")).and(&Terms::new(lines).html());
    Html::card(&inside.and(&Html::paragraph(&Html::soft(shell.say("ownership_file-hint")))))
}

/// What was found, where it is said alike of both ways.
fn words(shell: &Shell, code: &str) -> Option<String> {
    let words = match code {
        "ok" => shell.say("found_ok"),
        "status_refused" => shell.say("found_status_refused"),
        "address_refused" | "url_malformed" | "scheme_refused" | "port_refused" => shell.say("found_address_refused"),
        "host_unknown" => shell.say("found_host_unknown"),
        "dns_failed" => shell.say("found_dns_failed"),
        "unreachable" => shell.say("found_unreachable"),
        "tls" => shell.say("found_tls"),
        "timeout" => shell.say("found_timeout"),
        "redirect_refused" => shell.say("found_redirect_refused"),
        "too_large" => shell.say("found_too_large"),
        "bad_answer" => shell.say("found_bad_answer"),
        _ => return None,
    };
    Some(words)
}

pub(crate) async fn look(form: Posted<OneDomain>) -> Result<Response, Response> {
    let Posted { desk, sent } = form;
    let asked = sent.only(&[]).map(|()| Input::<OwnershipCheck>::read(serde_json::Map::new()));
    let looked = match asked {
        Ok(asked) => ownership::check(desk.core(), sent.caller(desk.signed_in()), desk.ids, asked).await,
        Err(why) => Err(why),
    };
    match looked {
        Ok(done) => {
            let (txt, file) = match &done {
                Done::Now(view) => (view.txt_result, view.url_result),
                Done::Before(kept) => {
                    let code = |name: &str| kept.body[name].as_str().unwrap_or_default();
                    (code("txt_result"), code("url_result"))
                }
            };
            let (path, word) = (format!("{}/ownership", path_of(&desk)), format!("looked-{txt}-{file}"));
            Ok(desk.done(&path, &word))
        }
        Err(why) => {
            let values = desk.refused(Values::default(), sent.fields, why)?;
            draw(&desk, &values).await
        }
    }
}
