//! A logo of a client or of a domain.

use schemars::JsonSchema;
use serde::Serialize;

use super::View;

/// A logo as it was set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Logo")]
pub struct LogoView {
    /// Where everybody finds it. Another picture has another address.
    #[schemars(
        length(max = 2048),
        example = &"https://id.example/images/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.png"
    )]
    pub url: String,
    /// The SHA-256 of the picture as it is served, in hexadecimal.
    #[schemars(length(max = 64), example = &"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    pub digest: String,
    /// Its width, in pixels.
    #[schemars(range(min = 1, max = 2048), example = 256)]
    pub width: u32,
    /// Its height, in pixels.
    #[schemars(range(min = 1, max = 2048), example = 256)]
    pub height: u32,
}

impl View for LogoView {}
