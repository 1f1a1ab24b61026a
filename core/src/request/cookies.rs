//! The cookies of XWMS: their names come from the configuration, never from the request.

/// The session's cookie, without prefix.
pub const SESSION: &str = "xwms_session";
/// The cookie that binds a login to the browser that began it.
pub const BROWSER: &str = "xwms_browser";
/// The cookie by which accounts know a browser.
pub const DEVICE: &str = "xwms_device";

/// A cookie's full name: `__Host-` is put before it when the issuer is https.
pub fn full_name(name: &str, https: bool) -> String {
    if https { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie among the values of `Cookie` headers.
pub fn get<'h>(headers: impl IntoIterator<Item = &'h str>, name: &str, https: bool) -> Option<&'h str> {
    let name = full_name(name, https);
    headers
        .into_iter()
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A `Set-Cookie` value: `HttpOnly`, `SameSite=Lax`, the whole host, and `Secure` when the issuer is https. Without a
/// lifetime in seconds it ends with the browser; zero ends it now.
pub fn set(name: &str, value: &str, https: bool, seconds: Option<u64>) -> String {
    let secure = if https { "; Secure" } else { "" };
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", full_name(name, https))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_has_its_own_names() {
        let headers = ["a=1; xwms_session=plain", "__Host-xwms_session=strict"];
        assert_eq!(get(headers, SESSION, false), Some("plain"));
        assert_eq!(get(headers, SESSION, true), Some("strict"));
        assert_eq!(get(headers, DEVICE, true), None);
    }

    #[test]
    fn lo_15_a_cookie_is_kept_from_scripts_and_other_sites() {
        assert_eq!(
            set(SESSION, "v", true, Some(9)),
            "__Host-xwms_session=v; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=9"
        );
        assert_eq!(set(SESSION, "v", false, None), "xwms_session=v; Path=/; HttpOnly; SameSite=Lax");
    }
}
