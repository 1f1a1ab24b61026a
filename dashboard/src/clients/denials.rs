//! Why the rules say no, in the reader's words, and where it is put right.

use xwms_core::gate::denial::Denial;
use xwms_core::id::{ClientId, DomainId};
use xwms_core::text;
use xwms_core::text::Text;

use super::naming::domain_path;
use crate::layout::Shell;
use crate::page::html::Html;
use crate::section::ClientSection;

/// A reason in words, with its code.
pub(super) fn reason(shell: &Shell, code: &str) -> Html {
    let words = explanation(code).map(|text| Html::text(shell.tell(text)));
    Html::joined(words.into_iter().chain([Html::code(code)]), " ")
}

/// What to change, with the way there.
pub(super) fn fix(
    shell: &Shell,
    (code, detail): (&str, Option<&str>),
    client: ClientId,
    domain: Option<DomainId>,
) -> Html {
    let words = Denial::fix_of(code, detail).map(|text| Html::text(shell.tell(text)));
    let link = place(code, client, domain).map(|href| Html::link(href, shell.say("denials_there")));
    Html::joined(words.into_iter().chain(link), " ")
}

/// An explanation that needs no names: an attempt keeps none.
fn explanation(code: &str) -> Option<Text> {
    let text = match code {
        "parameter_repeated" => text!("denials_parameter_repeated"),
        "parameter_invalid" => text!("denials_parameter_invalid"),
        "scope_not_activated" => text!("denials_scope_not_activated"),
        "scope_locked" => text!("denials_scope_locked"),
        "scope_not_for_clients" => text!("denials_scope_not_for_clients"),
        "domain_ambiguous" => text!("denials_domain_ambiguous"),
        other => Denial::each().into_iter().find(|denial| denial.code() == other)?.explanation(),
    };
    Some(text)
}

/// The page on which it is put right, when it is one of the client's.
fn place(code: &str, client: ClientId, domain: Option<DomainId>) -> Option<String> {
    let section = |section: ClientSection| section.href(client);
    let below = |part: &str| match domain {
        Some(domain) => format!("{}{part}", domain_path(client, domain)),
        None => section(ClientSection::Domains),
    };
    let href = match code {
        "plan_lapsed" => "/account/plan".to_owned(),
        "logout_url_unknown"
        | "resource_unknown"
        | "redirect_uri_unknown"
        | "redirect_uri_inactive"
        | "redirect_uri_needs_test_mode" => below("/urls"),
        "pkce_missing" | "pkce_or_nonce_missing" => section(ClientSection::Settings),
        "domain_inactive" | "login_not_allowed" | "api_not_allowed" | "ip_not_allowed" => below(""),
        "secret_not_linked" => below("/secrets"),
        "secret_malformed" | "secret_unknown" | "secret_inactive" | "secret_expired" => section(ClientSection::Secrets),
        "secret_missing" | "public_client" => section(ClientSection::Settings),
        "domain_unknown" | "domain_ambiguous" => section(ClientSection::Domains),
        "scope_missing" | "scope_not_activated" => format!("{}/new", section(ClientSection::Scopes)),
        "scope_locked" => format!("{}/new", section(ClientSection::Verifications)),
        "test_mode_refuses" => format!("/clients/{client}/requests/new?kind=test"),
        _ => return None,
    };
    Some(href)
}

#[cfg(test)]
mod tests {
    use xwms_core::text::Language;

    use super::*;

    #[test]
    fn every_reason_has_words_without_names() {
        for denial in Denial::each() {
            let text = explanation(denial.code()).unwrap_or_else(|| panic!("{}", denial.code()));
            let words = text.say(Language::English);
            assert!(words.ends_with('.') && !words.ends_with(": ."), "{words}");
        }
    }
}
