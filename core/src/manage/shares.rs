//! What the scopes of the catalog are called in each language.

use crate::store::tables::scopes::Scope;
use crate::text;
use crate::text::{Language, Text};

/// Title and description of a scope. What the staff have written themselves is the same in every language.
pub fn told(scope: &Scope) -> (Text, Text) {
    let as_written = |text: &str| text!("plain", text = text);
    let (title, description) = match scope.name.as_str() {
        "openid" => (text!("scope_openid-title"), text!("scope_openid-text")),
        "profile" => (text!("scope_profile-title"), text!("scope_profile-text")),
        "email" => (text!("scope_email-title"), text!("scope_email-text")),
        "offline_access" => (text!("scope_offline_access-title"), text!("scope_offline_access-text")),
        "providers" => (text!("scope_providers-title"), text!("scope_providers-text")),
        "userinfo" => (text!("scope_userinfo-title"), text!("scope_userinfo-text")),
        "useraddresses" => (text!("scope_useraddresses-title"), text!("scope_useraddresses-text")),
        "address" => (text!("scope_address-title"), text!("scope_address-text")),
        "phone" => (text!("scope_phone-title"), text!("scope_phone-text")),
        _ => return (as_written(&scope.title), as_written(&scope.description)),
    };
    let or_written =
        |message: Text, text: &str| if message.say(Language::English) == text { message } else { as_written(text) };
    (or_written(title, &scope.title), or_written(description, &scope.description))
}
