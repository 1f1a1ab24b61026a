//! As much of CBOR (RFC 8949) as authenticators write: definite lengths, and few levels.

/// More levels than an attestation object has.
const DEEPEST: usize = 8;

/// A value, of the bytes that it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Value<'a>>),
    Map(Vec<(Value<'a>, Value<'a>)>),
    /// `true`, `false` or `null`.
    Simple(u8),
}

/// The value that the bytes begin with, and the bytes behind it; `None` when they begin with none.
pub(super) fn read(bytes: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(bytes, 0)
}

impl<'a> Value<'a> {
    pub(super) const fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The member of a map under this name.
    pub(super) fn text_member(&self, name: &str) -> Option<&Self> {
        self.member(|key| *key == Value::Text(name))
    }

    /// The member of a map under this number.
    pub(super) fn number_member(&self, number: i64) -> Option<&Self> {
        self.member(|key| *key == Value::Number(number))
    }

    fn member(&self, is_key: impl Fn(&Value<'a>) -> bool) -> Option<&Self> {
        let Self::Map(members) = self else { return None };
        members.iter().find(|(key, _)| is_key(key)).map(|(_, value)| value)
    }
}

fn value(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (head, rest) = bytes.split_first()?;
    let (argument, rest) = argument(head & 0x1f, rest)?;
    let length = usize::try_from(argument).ok();
    let inside = || (depth < DEEPEST).then_some(depth + 1);
    match head >> 5 {
        0 => Some((Value::Number(i64::try_from(argument).ok()?), rest)),
        1 => Some((Value::Number(-1 - i64::try_from(argument).ok()?), rest)),
        2 => rest.split_at_checked(length?).map(|(bytes, rest)| (Value::Bytes(bytes), rest)),
        3 => {
            let (text, rest) = rest.split_at_checked(length?)?;
            Some((Value::Text(std::str::from_utf8(text).ok()?), rest))
        }
        4 => {
            let (mut items, mut rest) = (Vec::new(), rest);
            for _ in 0..argument {
                let (item, behind) = value(rest, inside()?)?;
                items.push(item);
                rest = behind;
            }
            Some((Value::List(items), rest))
        }
        5 => {
            let (mut members, mut rest) = (Vec::new(), rest);
            for _ in 0..argument {
                let (key, behind) = value(rest, inside()?)?;
                let (member, behind) = value(behind, inside()?)?;
                members.push((key, member));
                rest = behind;
            }
            Some((Value::Map(members), rest))
        }
        7 if (20..=22).contains(&argument) => Some((Value::Simple(u8::try_from(argument).ok()?), rest)),
        // Tags, floats and unknown lengths are nothing that an authenticator writes here.
        _ => None,
    }
}

/// The number in a head, or behind it.
fn argument(short: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let width = match short {
        0..=23 => return Some((short.into(), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(width)?;
    Some((bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 8949, appendix A.
    #[test]
    fn values_are_read_as_the_standard_writes_them() {
        let rows: [(&[u8], Value<'_>); 9] = [
            (b"\x00", Value::Number(0)),
            (b"\x18\x64", Value::Number(100)),
            (b"\x1a\x00\x0f\x42\x40", Value::Number(1_000_000)),
            (b"\x20", Value::Number(-1)),
            (b"\x39\x01\x00", Value::Number(-257)),
            (b"\x44\x01\x02\x03\x04", Value::Bytes(&[1, 2, 3, 4])),
            (b"\x62\xc3\xbc", Value::Text("ü")),
            (b"\xf5", Value::Simple(21)),
            (b"\x82\x01\x20", Value::List(vec![Value::Number(1), Value::Number(-1)])),
        ];
        for (bytes, expected) in rows {
            assert_eq!(read(bytes), Some((expected, &[][..])), "{bytes:02x?}");
        }
        let (map, rest) = read(b"\xa2\x61a\x01\x20\x41\x07behind").unwrap();
        assert_eq!((map.text_member("a").and_then(Value::number), rest), (Some(1), &b"behind"[..]));
        assert_eq!(map.number_member(-1).and_then(Value::bytes), Some(&[7][..]));
    }

    #[test]
    fn what_is_cut_deep_or_unknown_is_no_value() {
        let deep = [0x81; 100];
        // A length that no memory has is not asked for.
        let rows: [&[u8]; 8] = [
            b"",
            b"\x18",
            b"\x44\x01",
            b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x9f\xff",
            b"\xf9\x3c\x00",
            &deep,
        ];
        for bytes in rows {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
