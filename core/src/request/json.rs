//! JSON as a request may send it: UTF-8, no key twice, nothing after the value, nested at most 128 deep (serde_json's
//! own bound).

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A body that is not the JSON object it should be. What was wrong with it, without its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson(pub String);

/// Reads a JSON object. An empty body is not one.
///
/// # Errors
/// [`NotJson`] for anything else, and when a key stands twice in one object at any depth.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, NotJson> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = NoKeyTwice.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    match value {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(NotJson("the body is not a JSON object".to_owned())),
        Err(why) => Err(NotJson(format!("the body is not JSON: line {}, column {}", why.line(), why.column()))),
    }
}

#[derive(Clone, Copy)]
struct NoKeyTwice;

impl<'de> DeserializeSeed<'de> for NoKeyTwice {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NoKeyTwice {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if object.insert(key, value).is_some() {
                return Err(de::Error::custom("a key stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_whole() {
        let read = object(br#" {"a": [1, -2, 0.5, "x", null, true], "b": {"a": {}}} "#).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"a":[1,-2,0.5,"x",null,true],"b":{"a":{}}}"#);
    }

    #[test]
    fn pb_02_what_is_malformed_is_refused() {
        let deep = "[".repeat(100_000);
        let digits = format!("{{\"a\":{}}}", "9".repeat(1 << 20));
        let rows: [&[u8]; 13] = [
            b"",
            b"null",
            b"[]",
            b"1",
            b"{}x",
            b"{\"a\":1,\"a\":1}",
            b"{\"b\":{\"a\":1,\"a\":2}}",
            b"{\"a\":NaN}",
            b"{\"a\":\"\\ud800\"}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            deep.as_bytes(),
            digits.as_bytes(),
        ];
        for body in rows {
            assert!(object(body).is_err(), "{}", String::from_utf8_lossy(&body[..body.len().min(40)]));
        }
    }
}
