//! The cookies of XWMS: their names come from the configuration, never from the request.

/// The session's cookie, without prefix.
pub const SESSION: &str = "xwms_session";
/// The cookie that binds a login to the browser that began it.
pub const BROWSER: &str = "xwms_browser";
/// The cookie by which accounts know a browser.
pub const DEVICE: &str = "xwms_device";
/// The cookie of a login that waits for its second step.
pub const SECOND: &str = "xwms_second";

/// A cookie's full name: `__Host-` is put before it when the issuer is https.
pub fn full_name(name: &str, https: bool) -> String {
    if https { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie among the values of `Cookie` headers. What stands beside it may be of others, and anything: only
/// ours is read (RFC 6265 §5.4).
pub fn get<'h>(headers: impl IntoIterator<Item = &'h [u8]>, name: &str, https: bool) -> Option<&'h str> {
    let name = full_name(name, https);
    let pairs = headers.into_iter().flat_map(|value| value.split(|&byte| byte == b';'));
    let value_of = |pair: &'h [u8]| {
        let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        std::str::from_utf8(value).ok()
    };
    pairs.into_iter().find_map(value_of)
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
        let headers: [&[u8]; 2] = [b"a=1; xwms_session=plain", b"__Host-xwms_session=strict"];
        assert_eq!(get(headers, SESSION, false), Some("plain"));
        assert_eq!(get(headers, SESSION, true), Some("strict"));
        assert_eq!(get(headers, DEVICE, true), None);
    }

    #[test]
    fn f_02_cookies_of_others_hide_none_of_ours() {
        let rows: [(&[u8], Option<&str>); 8] = [
            (b"xwms_session=v; greeting=Zo\xc3\xab", Some("v")),
            (b"greeting=Zo\xeb; xwms_session=v", Some("v")),
            (b"\xff; =; ;;xwms_session=v;", Some("v")),
            (b"my_xwms_session=x; xwms_session=v", Some("v")),
            (b"xwms_session2=x; xwms_session=v", Some("v")),
            (b"xwms_session=\xff; xwms_session=v", Some("v")),
            (b"xwms_session", None),
            (b"Zo\xeb", None),
        ];
        for (header, value) in rows {
            assert_eq!(get([header], SESSION, false), value, "{}", String::from_utf8_lossy(header));
        }
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
