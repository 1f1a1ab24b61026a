//! What the scopes of the catalog are called in each language.

use crate::store::tables::scopes::Scope;
use crate::text;
use crate::text::{Language, Text};

/// Title and description of a scope. What the staff have written themselves is the same in every language.
pub fn told(scope: &Scope) -> (Text, Text) {
    told_of(&scope.name, &scope.title, &scope.description)
}

/// The same of a scope of this name, as the catalog has written it.
pub fn told_of(name: &str, written_title: &str, written_text: &str) -> (Text, Text) {
    let as_written = |text: &str| text!("plain", text = text);
    let (title, description) = match name {
        "openid" => (text!("scope_openid-title"), text!("scope_openid-text")),
        "profile" => (text!("scope_profile-title"), text!("scope_profile-text")),
        "email" => (text!("scope_email-title"), text!("scope_email-text")),
        "offline_access" => (text!("scope_offline_access-title"), text!("scope_offline_access-text")),
        "providers" => (text!("scope_providers-title"), text!("scope_providers-text")),
        "userinfo" => (text!("scope_userinfo-title"), text!("scope_userinfo-text")),
        "useraddresses" => (text!("scope_useraddresses-title"), text!("scope_useraddresses-text")),
        "address" => (text!("scope_address-title"), text!("scope_address-text")),
        "phone" => (text!("scope_phone-title"), text!("scope_phone-text")),
        _ => return (as_written(written_title), as_written(written_text)),
    };
    let or_written =
        |message: Text, text: &str| if message.say(Language::English) == text { message } else { as_written(text) };
    (or_written(title, written_title), or_written(description, written_text))
}
