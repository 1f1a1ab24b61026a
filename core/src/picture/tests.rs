use super::*;

const PAYLOAD: &str = "<script>alert(document.domain)</script>";
const SVG: &[u8] = br#"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#;

const FORMATS: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];

fn sample(width: u32, height: u32) -> DynamicImage {
    let pixel = |x: u32, y: u32| image::Rgb([x as u8, y as u8, (x * y) as u8]);
    image::RgbImage::from_fn(width, height, pixel).into()
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn code(format: ImageFormat, bytes: &[u8]) -> String {
    remake(MediaType(format), bytes).unwrap_err().code().to_owned()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

/// The names of a PNG's chunks.
fn chunks(png: &[u8]) -> Vec<String> {
    let (mut names, mut rest) = (Vec::new(), &png[8..]);
    while rest.len() >= 12 {
        let length = u32::from_be_bytes(*rest.first_chunk().unwrap()) as usize;
        names.push(String::from_utf8(rest[4..8].to_vec()).unwrap());
        rest = &rest[12 + length..];
    }
    assert!(rest.is_empty(), "something stands behind the picture");
    names
}

fn chunk(name: &str, data: &[u8]) -> Vec<u8> {
    let named = [name.as_bytes(), data].concat();
    let crc = !named.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    [&(data.len() as u32).to_be_bytes(), named.as_slice(), &crc.to_be_bytes()].concat()
}

/// A PNG with more chunks behind its head, and text behind its end.
fn png_with(more: &[Vec<u8>]) -> Vec<u8> {
    let png = written(&sample(9, 7), ImageFormat::Png);
    let head = 8 + 25;
    [&png[..head], &more.concat(), &png[head..], PAYLOAD.as_bytes()].concat()
}

/// A JPEG with more segments behind its start, and text behind its end.
fn jpeg_with(more: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let jpeg = written(&sample(9, 7), ImageFormat::Jpeg);
    let segments = more
        .iter()
        .map(|(marker, data)| [&[0xff, *marker], (data.len() as u16 + 2).to_be_bytes().as_slice(), data].concat());
    [&jpeg[..2], &segments.collect::<Vec<_>>().concat(), &jpeg[2..], PAYLOAD.as_bytes()].concat()
}

/// A WebP in its extended form, with EXIF and XMP.
fn webp_with_metadata() -> Vec<u8> {
    let webp = written(&sample(9, 7), ImageFormat::WebP);
    let riff = |name: &[u8; 4], data: &[u8]| {
        let padding = vec![0; data.len() % 2];
        [name.as_slice(), &(data.len() as u32).to_le_bytes(), data, &padding].concat()
    };
    let size = |side: u32| (side - 1).to_le_bytes()[..3].to_vec();
    let extended = [vec![0b0000_1100, 0, 0, 0], size(9), size(7)].concat();
    let metadata = format!("Exif\0\0{PAYLOAD}");
    let body = [
        b"WEBP".to_vec(),
        riff(b"VP8X", &extended),
        webp[12..].to_vec(),
        riff(b"EXIF", metadata.as_bytes()),
        riff(b"XMP ", PAYLOAD.as_bytes()),
    ]
    .concat();
    [b"RIFF".as_slice(), &(body.len() as u32).to_le_bytes(), &body].concat()
}

#[test]
fn each_format_is_written_anew_as_a_png_of_the_same_picture() {
    for format in FORMATS {
        let picture = remake(MediaType(format), &written(&sample(9, 7), format)).unwrap();
        assert_eq!((picture.width, picture.height), (9, 7));
        assert_eq!(chunks(&picture.png), ["IHDR", "IDAT", "IEND"], "{format:?}");
        if format != ImageFormat::Jpeg {
            assert_eq!(image::load_from_memory(&picture.png).unwrap(), sample(9, 7), "{format:?}");
        }
    }
    assert_eq!(MediaType::parse("image/webp"), Some(MediaType(ImageFormat::WebP)));
    for text in ["image/svg+xml", "image/gif", "text/html", "application/pdf", "IMAGE/PNG", ""] {
        assert_eq!(MediaType::parse(text), None, "{text}");
    }
}

#[test]
fn li_01_what_is_no_picture_is_refused_whatever_it_calls_itself() {
    let gzipped = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], SVG].concat();
    let contents: [&[u8]; 9] = [
        b"",
        SVG,
        &gzipped,
        b"<!DOCTYPE html><html><script>alert(1)</script></html>",
        b"%PDF-1.7\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
        b"<?php system($_GET['c']); ?>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"BM\x1a\x00\x00\x00",
        b"MZ\x90\x00",
    ];
    for format in FORMATS {
        for content in contents {
            assert_eq!(code(format, content), "not_an_image", "{}", String::from_utf8_lossy(content));
            // Behind the right first bytes too.
            let magic: &[u8] = match format {
                ImageFormat::Png => b"\x89PNG\r\n\x1a\n",
                ImageFormat::Jpeg => b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
                _ => b"RIFF\xff\x00\x00\x00WEBPVP8 ",
            };
            assert_eq!(code(format, &[magic, content].concat()), "not_an_image");
        }
        // What is cut off, and what is another picture than it says.
        let whole = written(&sample(40, 40), format);
        assert_eq!(code(format, &whole[..whole.len() / 3]), "not_an_image", "{format:?}");
        for other in FORMATS.iter().filter(|other| **other != format) {
            assert_eq!(code(*other, &whole), "not_an_image", "{format:?} as {other:?}");
        }
    }
}

#[test]
fn li_01_what_rides_along_with_a_picture_is_left_behind() {
    let payload = PAYLOAD.as_bytes();
    let text = [b"Comment\0".as_slice(), payload].concat();
    let international = [b"XML:com.adobe.xmp\0\0\0\0\0".as_slice(), payload].concat();
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\0".as_slice(), payload].concat();
    let profile = [b"ICC_PROFILE\0\x01\x01".as_slice(), payload].concat();
    let png = [chunk("tEXt", &text), chunk("iTXt", &international), chunk("eXIf", payload), chunk("prVt", payload)];
    let jpeg = [(0xfe, payload.to_vec()), (0xe1, exif), (0xe2, profile), (0xef, payload.to_vec())];
    for (format, sent) in [
        (ImageFormat::Png, png_with(&png)),
        (ImageFormat::Jpeg, jpeg_with(&jpeg)),
        (ImageFormat::WebP, webp_with_metadata()),
    ] {
        assert!(holds(&sent, PAYLOAD));
        let picture = remake(MediaType(format), &sent).unwrap();
        assert_eq!((picture.width, picture.height), (9, 7), "{format:?}");
        assert!(!holds(&picture.png, "script") && !holds(&picture.png, "Exif") && !holds(&picture.png, "ICC"));
        assert_eq!(chunks(&picture.png), ["IHDR", "IDAT", "IEND"], "{format:?}");
    }
}

#[test]
fn a_photograph_stands_upright_without_the_metadata_that_says_how() {
    // EXIF's orientation 6: turn it by a quarter.
    let turned = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let picture = remake(MediaType(ImageFormat::Jpeg), &jpeg_with(&[(0xe1, turned)])).unwrap();
    assert_eq!((picture.width, picture.height), (7, 9));
}

#[test]
fn li_05_a_picture_is_bounded_before_it_is_decoded() {
    for format in FORMATS {
        for (width, height) in [(MAX_SIDE, 1), (1, MAX_SIDE)] {
            assert!(remake(MediaType(format), &written(&sample(width, height), format)).is_ok());
        }
        for (width, height) in [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1)] {
            assert_eq!(code(format, &written(&sample(width, height), format)), "dimensions", "{format:?}");
        }
    }
    // A few bytes that say they are ten gigapixels.
    let size = 100_000_u32.to_be_bytes();
    let head = chunk("IHDR", &[size.as_slice(), &size, &[8, 6, 0, 0, 0]].concat());
    let bomb = [b"\x89PNG\r\n\x1a\n".to_vec(), head, chunk("IDAT", &[]), chunk("IEND", &[])].concat();
    assert_eq!(code(ImageFormat::Png, &bomb), "dimensions");
    let large = [written(&sample(9, 7), ImageFormat::Png), vec![0; MAX_BYTES]].concat();
    assert_eq!(code(ImageFormat::Png, &large), "too_large");
}

#[test]
fn a_picture_that_would_grow_too_large_is_made_smaller() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let noisy: DynamicImage = image::RgbImage::from_fn(800, 700, |_, _| image::Rgb([noise(), noise(), noise()])).into();
    let sent = written(&noisy, ImageFormat::Jpeg);
    assert!(sent.len() <= MAX_BYTES, "{}", sent.len());
    let picture = remake(MediaType(ImageFormat::Jpeg), &sent).unwrap();
    assert_eq!((picture.width, picture.height), (400, 350));
    assert!(picture.png.len() <= MAX_BYTES);
}
