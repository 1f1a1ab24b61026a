//! Recovery codes: what somebody types who has no second factor at hand. Twelve characters, 60 random bits each.

use super::digest::MacKey;
use crate::id::UserId;
use crate::random;
use crate::secret::Secret;

/// So many are made at once.
pub const CODES: usize = 10;
/// Characters of a code, the dashes apart.
const LENGTH: usize = 12;
/// Crockford's base32: no letter that is taken for a digit.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A fresh code, in groups of four.
pub fn generate() -> Secret<String> {
    let bytes: [u8; LENGTH] = random::bytes();
    let characters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    Secret::new(characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-"))
}

/// The code that somebody typed: case, dashes and spaces do not matter, nor do letters that look like digits. `None` when it
/// is no code of ours.
pub fn read(typed: &str) -> Option<String> {
    let characters = typed.chars().filter(|character| !character.is_whitespace() && *character != '-');
    let read: String = characters
        .map(|character| match character.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    (read.len() == LENGTH && read.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(read)
}

/// What is stored of a code that was read. The key makes it worth nothing to whoever has the database alone; with the person
/// in it, no row can be given to another account.
pub fn digest(key: &MacKey, user: UserId, read: &str) -> [u8; 32] {
    key.mac(&[&user.number().to_be_bytes(), read.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for _ in 0..100 {
            let code = generate();
            let read_back = read(code.expose()).unwrap();
            assert_eq!((code.expose().len(), read_back.len()), (14, LENGTH));
            assert_eq!(read(&code.expose().to_uppercase().replace('-', " ")), Some(read_back));
        }
        assert_eq!(read("OIL0-oil0-abcd"), Some("01100110abcd".to_owned()));
        for wrong in ["", "123456", "abcd-efgh-jkm", "abcd-efgh-jkmnp", "abcd-efgh-jku?", "abcd-efgh-jkmü"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_digest_is_of_one_person_and_one_key() {
        let (one, other) = (UserId::generate(), UserId::generate());
        let (key, another) = (MacKey::new(&[1; 32]), MacKey::new(&[2; 32]));
        let of_one = digest(&key, one, "0123456789ab");
        assert_eq!(of_one, digest(&key, one, "0123456789ab"));
        assert_ne!(of_one, digest(&key, other, "0123456789ab"));
        assert_ne!(of_one, digest(&another, one, "0123456789ab"));
    }
}
