//! QR codes as SVG: drawn on the server, by presentation attributes alone, dark on light in any theme.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

use super::html::Html;

/// Modules of light around the code, as readers want them (ISO/IEC 18004).
const QUIET: i32 = 4;

/// The code of this text, for those who see; `label` says what it is to those who don't. Nothing for a text that is too long
/// for any code.
pub(crate) fn svg(text: &str, label: &str) -> Html {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Html::default() };
    let size = code.size() + 2 * QUIET;
    let mut dark = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|&x| code.get_module(x, y)) {
            // Writing to a String can't fail.
            let _ = write!(dark, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    Html::drawn(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {size} {size}\" width=\"240\" height=\"240\">\
         <rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/><path d=\"{dark}\" fill=\"#000\"/></svg>",
        Html::text(label)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_name_and_no_styles() {
        let html = svg("otpauth://totp/XWMS:ada%40example.test?secret=ABC", "a <label>").to_string();
        assert!(html.contains("aria-label=\"a &#60;label&#62;\"") && html.contains("fill=\"#fff\""), "{html}");
        assert!(!html.contains("style=") && html.matches("M").count() > 100, "{html}");
        // The finder of the first corner begins with seven dark modules.
        assert!((4..11).all(|x| html.contains(&format!("M{x} 4h1"))) && !html.contains("M11 4h1"), "{html}");
    }

    #[test]
    fn what_fits_no_code_is_left_out() {
        assert!(svg(&"x".repeat(5000), "").is_empty());
    }
}
