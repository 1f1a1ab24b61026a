//! Pictures that strangers send: decoded within limits, and written anew, so that nothing but the pixels is kept.

use std::io::Cursor;
use std::time::Duration;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::error::LimitErrorKind;
use image::imageops::FilterType as Scaling;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

use crate::crypto::digest::sha256;
use crate::error::{Error, FieldIssue};
use crate::model::image::ImageDigest;
use crate::text;

impl ImageDigest {
    /// The digest of this content.
    pub fn of(content: &[u8]) -> Self {
        Self::from_sha256(sha256(content))
    }
}

/// Bytes that are read of one, and kept of one.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Its longest side, in pixels.
pub const MAX_SIDE: u32 = 2048;
/// Memory for decoding one: the largest takes 32 MiB with 16 bits a channel, and a decoder needs room beside it.
const MAX_MEMORY: u64 = 96 * 1024 * 1024;

/// Decoded at once. Each takes memory and a processor.
static DECODING: Semaphore = Semaphore::const_new(2);
/// How long to wait for a place.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a picture may come as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaType(ImageFormat);

impl MediaType {
    /// `image/png`, `image/jpeg` or `image/webp`; nothing else, and never SVG, which is a program.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "image/png" => Some(Self(ImageFormat::Png)),
            "image/jpeg" => Some(Self(ImageFormat::Jpeg)),
            "image/webp" => Some(Self(ImageFormat::WebP)),
            _ => None,
        }
    }
}

/// A picture of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// PNG with nothing in it but the picture.
    pub png: Vec<u8>,
    /// Its width, in pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// Makes a picture of ours from what was sent as `media_type`. One that would be larger than [`MAX_BYTES`] is made
/// smaller by halves.
///
/// # Errors
/// [`Error::Invalid`] for `logo`: `too_large`, `dimensions`, `not_an_image`; [`Error::Unavailable`] when too many wait.
pub async fn read(media_type: MediaType, bytes: Vec<u8>) -> Result<Picture, Error> {
    let place = tokio::time::timeout(PATIENCE, DECODING.acquire()).await;
    let place = place.ok().and_then(Result::ok).ok_or(Error::Unavailable)?;
    // Should a decoder panic, it is for what it was given.
    let read = tokio::task::spawn_blocking(move || {
        let read = remake(media_type, &bytes);
        drop(place);
        read
    });
    let read = read.await.unwrap_or_else(|_| Err(no_image()));
    read.map_err(|issue| Error::Invalid(vec![issue.at("logo")]))
}

fn remake(MediaType(format): MediaType, bytes: &[u8]) -> Result<Picture, FieldIssue> {
    if bytes.len() > MAX_BYTES {
        return Err(text!("too_large", max = MAX_BYTES >> 20));
    }
    if image::guess_format(bytes).ok() != Some(format) {
        return Err(text!("not_an_image-other"));
    }
    let mut image = decode(format, bytes).map_err(|why| issue(&why))?;
    loop {
        let png = encode(&image).map_err(|why| issue(&why))?;
        let (width, height) = (image.width(), image.height());
        if png.len() <= MAX_BYTES {
            return Ok(Picture { png, width, height });
        }
        image = image.resize_exact((width / 2).max(1), (height / 2).max(1), Scaling::Triangle);
    }
}

fn decode(format: ImageFormat, bytes: &[u8]) -> Result<DynamicImage, ImageError> {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    // What is too large is refused by what it says of itself, before a pixel is decoded.
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height)?;
    limits.reserve(decoder.total_bytes())?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    Ok(if image.color().has_alpha() { image.into_rgba8().into() } else { image.into_rgb8().into() })
}

fn encode(image: &DynamicImage) -> Result<Vec<u8>, ImageError> {
    let mut png = Vec::new();
    image.write_with_encoder(PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive))?;
    Ok(png)
}

fn issue(why: &ImageError) -> FieldIssue {
    match why {
        ImageError::Limits(limit) if matches!(limit.kind(), LimitErrorKind::DimensionError) => {
            text!("dimensions", max = MAX_SIDE)
        }
        _ => no_image(),
    }
}

fn no_image() -> FieldIssue {
    text!("not_an_image")
}

#[cfg(test)]
mod tests;
