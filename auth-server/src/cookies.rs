//! The cookies of XWMS: their names come from the configuration, never from the request.

use axum::http::{HeaderMap, HeaderValue, header};

/// The session's cookie, without prefix.
pub(crate) const SESSION: &str = "xwms_session";
/// The cookie that binds a login to the browser that began it.
pub(crate) const BROWSER: &str = "xwms_browser";

/// A cookie's full name: `__Host-` is put before it when the issuer is https.
pub(crate) fn full_name(name: &str, https: bool) -> String {
    if https { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie.
pub(crate) fn get<'h>(headers: &'h HeaderMap, name: &str, https: bool) -> Option<&'h str> {
    let name = full_name(name, https);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` value: `HttpOnly`, `SameSite=Lax`, the whole host, and `Secure` when the issuer is https. Without a
/// lifetime it ends with the browser.
pub(crate) fn set(name: &str, value: &str, https: bool, seconds: Option<u64>) -> Option<HeaderValue> {
    let secure = if https { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    HeaderValue::from_str(&format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", full_name(name, https))).ok()
}
