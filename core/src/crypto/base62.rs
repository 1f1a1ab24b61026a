//! Digits and letters only: a credential in this alphabet is one word to a double click and to a secret scanner.

/// Characters of 256 bits.
pub(super) const LENGTH_OF_256_BITS: usize = 43;
/// Characters of a checksum.
pub(super) const LENGTH_OF_CHECKSUM: usize = 6;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A 256-bit big-endian number as 43 digits of base 62, by long division.
pub(super) fn of_256_bits(mut number: [u8; 32]) -> String {
    let mut digits = ['0'; LENGTH_OF_256_BITS];
    for digit in digits.iter_mut().rev() {
        let mut remainder: u16 = 0;
        for byte in &mut number {
            let dividend = remainder << 8 | u16::from(*byte);
            // The remainder is below 62, so the quotient is below 256.
            *byte = (dividend / 62) as u8;
            remainder = dividend % 62;
        }
        *digit = char::from(ALPHABET[usize::from(remainder)]);
    }
    digits.into_iter().collect()
}

/// The CRC-32 of `precedes` as six digits of base 62.
pub(super) fn checksum(precedes: &str) -> String {
    let mut rest = crc32(precedes.as_bytes());
    let mut digits = ['0'; LENGTH_OF_CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(ALPHABET[(rest % 62) as usize]);
        rest /= 62;
    }
    digits.into_iter().collect()
}

/// Whether `text` has digits and letters of ASCII only.
pub(super) fn is_base62(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// How many different characters of the alphabet `text` has.
pub(super) fn different_characters(text: &str) -> usize {
    ALPHABET.iter().filter(|character| text.as_bytes().contains(character)).count()
}

/// CRC-32 as in ISO 3309 (the polynomial of Ethernet and gzip). Some fifty bytes a call: bit by bit is quick enough.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_checksum_is_crc_32_in_base_62() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(checksum("123456789"), "3jZRME");
        assert_eq!(checksum(""), "000000");
    }

    #[test]
    fn a_number_is_written_from_its_highest_digit() {
        let mut number = [0; 32];
        assert_eq!(of_256_bits(number), "0".repeat(43));
        number[30..].copy_from_slice(&[1, 0]);
        assert_eq!(of_256_bits(number), format!("{}48", "0".repeat(41)));
        assert!(is_base62(&of_256_bits([0xff; 32])));
    }

    proptest! {
        #[test]
        fn numbers_sort_as_their_texts(a: [u8; 32], b: [u8; 32]) {
            prop_assert_eq!(a.cmp(&b), of_256_bits(a).cmp(&of_256_bits(b)));
        }
    }
}
