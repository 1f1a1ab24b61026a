//! What pages load: the stylesheet and the icon. Their addresses carry a hash of their content, so a browser may keep
//! them for good, and never shows a page in the clothes of another version.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::header;
use xwms_core::crypto::digest::sha256;

/// The one stylesheet.
pub static STYLESHEET: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("../static/xwms.css")));

/// The stylesheet of the pages of whoever is signed in, beside the first.
pub static DASHBOARD: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("css", "text/css; charset=utf-8", include_str!("../static/dashboard.css")));

/// What pages of whoever is signed in gain where scripts run; each is complete without it.
pub static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new(
        "js",
        "text/javascript; charset=utf-8",
        concat!(include_str!("../static/xwms.js"), include_str!("../static/passkeys.js")),
    )
});

/// The part of the script that public pages load where somebody may sign in with a passkey.
pub static PASSKEYS: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("js", "text/javascript; charset=utf-8", include_str!("../static/passkeys.js")));

/// The mark of XWMS.
pub static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("svg", "image/svg+xml", include_str!("../static/xwms.svg")));

/// A file that is part of the program.
#[derive(Debug)]
pub struct Asset {
    path: String,
    media_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(extension: &str, media_type: &'static str, content: &'static str) -> Self {
        let mut path = "/static/xwms.".to_owned();
        for byte in &sha256(content.as_bytes())[..8] {
            // Writing to a String can't fail.
            let _ = write!(path, "{byte:02x}");
        }
        path.push('.');
        path.push_str(extension);
        Self { path, media_type, content }
    }

    /// Its address, with the hash in it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file, to be kept for a year.
    pub fn respond(&self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, self.media_type),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        (headers, self.content).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_is_small_and_loads_nothing() {
        assert!(STYLESHEET.content.len() < 12 * 1024, "{} bytes", STYLESHEET.content.len());
        assert!(!STYLESHEET.content.contains("url(") && !STYLESHEET.content.contains("@import"));
    }

    #[test]
    fn what_the_pages_of_the_signed_in_load_is_small_too() {
        let (styles, script) = (DASHBOARD.content.len(), SCRIPT.content.len());
        assert!(styles < 20 * 1024 && script < 14 * 1024, "{styles} and {script} bytes");
        assert!(!DASHBOARD.content.contains("url(") && !SCRIPT.content.contains("http"), "another origin");
        assert!(!SCRIPT.content.contains("localStorage"), "nothing is stored");
    }

    #[test]
    fn an_address_changes_with_the_content() {
        let (one, other) = (Asset::new("css", "text/css", "a{}"), Asset::new("css", "text/css", "b{}"));
        assert_ne!(one.path(), other.path());
        assert!(one.path().starts_with("/static/xwms.") && one.path().ends_with(".css"), "{}", one.path());
    }

    /// WCAG 2.2, 1.4.3: every pair of colours that carries text, in both schemes; 1.4.11 for edges of fields.
    #[test]
    fn colours_have_enough_contrast() {
        let text = [
            ("ink", "ground"),
            ("ink", "card"),
            ("soft", "ground"),
            ("soft", "card"),
            ("accent", "card"),
            ("accent", "ground"),
            ("accent-deep", "card"),
            ("on-accent", "accent"),
            ("on-accent", "accent-deep"),
            ("on-tint", "tint"),
            ("ink", "tint"),
            ("bad", "card"),
            ("bad", "bad-tint"),
            ("good", "good-tint"),
            ("care", "care-tint"),
        ];
        for scheme in [0, 1] {
            let colour = |name: &str| {
                let pair = STYLESHEET.content.split_once(&format!("--{name}: light-dark(")).unwrap().1;
                let halves: Vec<&str> = pair.split_once(')').unwrap().0.split(", ").collect();
                assert_eq!(halves.len(), 2, "{name}");
                luminance(halves[scheme].strip_prefix('#').unwrap())
            };
            for (above, below, least) in
                text.iter().map(|(a, b)| (*a, *b, 4.5)).chain([("edge", "card", 3.0), ("bad", "card", 3.0)])
            {
                let (one, other) = (colour(above), colour(below));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= least, "{above} on {below}: {contrast:.2}");
            }
        }
    }

    fn luminance(hex: &str) -> f64 {
        let long: String =
            if hex.len() == 3 { hex.chars().flat_map(|digit| [digit, digit]).collect() } else { hex.to_owned() };
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    }
}
