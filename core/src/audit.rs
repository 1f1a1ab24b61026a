//! The audit log: who did what, on what, from where; before and after, without secrets (SPEC §9).
//!
//! An entry carries a digest of its content and is written in the change's own transaction. It asks for nothing that
//! another change could hold, so entries never wait for each other. Afterwards a job ([`sealing`]) chains what was
//! committed: whoever edits, cuts or reorders the log would have to make all later seals anew, and the newest is kept
//! elsewhere too.

pub mod sealing;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::crypto::digest::sha256;
use crate::id::{AuditId, ClientId};
use crate::store::tables::audit::Entry;
pub use crate::store::tables::audit::STAFF;

/// Names what is digested, so that no other digest of the platform is ever mistaken for one of these.
const WHAT: &[u8] = b"xwms audit entry 1";
const SEAL: &[u8] = b"xwms audit seal 1";

/// What an entry tells.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The client it is about, if any.
    pub client: Option<ClientId>,
    /// Who did it.
    pub actor: &'a str,
    /// From which address; empty on the machine itself.
    pub address: &'a str,
    /// What: `resource.action`.
    pub action: &'a str,
    /// On what: an id.
    pub object: &'a str,
    /// What was, without secrets.
    pub before: Option<&'a Value>,
    /// What is, without secrets.
    pub after: Option<&'a Value>,
}

/// The entry to store, with its digest.
pub(crate) fn entry(told: &Told, now: Timestamp) -> Entry {
    let mut entry = Entry {
        id: AuditId::generate(now),
        client_id: told.client,
        actor: told.actor.to_owned(),
        action: told.action.to_owned(),
        object: told.object.to_owned(),
        address: told.address.to_owned(),
        before: told.before.map(Value::to_string),
        after: told.after.map(Value::to_string),
        at: now,
        digest: Vec::new(),
    };
    entry.digest = digest(&entry).to_vec();
    entry
}

/// The digest that an entry of this content has: SHA-256 over every field with its length, so that no two contents are
/// written alike.
pub fn digest(entry: &Entry) -> [u8; 32] {
    let at = entry.at.milliseconds().to_be_bytes();
    let fields: [Option<&[u8]>; 9] = [
        Some(entry.id.as_bytes()),
        entry.client_id.as_ref().map(|id| &id.as_bytes()[..]),
        Some(entry.actor.as_bytes()),
        Some(entry.action.as_bytes()),
        Some(entry.object.as_bytes()),
        Some(entry.address.as_bytes()),
        entry.before.as_deref().map(str::as_bytes),
        entry.after.as_deref().map(str::as_bytes),
        Some(&at),
    ];
    let mut content = WHAT.to_vec();
    for field in fields {
        content.push(u8::from(field.is_some()));
        let field = field.unwrap_or_default();
        content.extend((field.len() as u64).to_be_bytes());
        content.extend(field);
    }
    sha256(&content)
}

/// Whether a stored entry is as it was written.
pub fn is_intact(entry: &Entry) -> bool {
    entry.digest == digest(entry)
}

/// The seal that follows `before` over these entries, in the order of their ids:
/// SHA-256(seal before, ids and digests of the entries).
pub fn seal<'e>(before: &[u8], entries: impl Iterator<Item = (&'e AuditId, &'e [u8])>) -> [u8; 32] {
    let mut content = SEAL.to_vec();
    content.extend(before);
    for (id, digest) in entries {
        content.extend(id.as_bytes());
        content.extend(digest);
    }
    sha256(&content)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn good() -> Entry {
        let after = json!({ "name": "Analytical Engines" });
        let told = Told {
            client: Some(ClientId::from_bytes([1; 16])),
            actor: "operator",
            address: "",
            action: "client.created",
            object: "client",
            before: None,
            after: Some(&after),
        };
        entry(&told, Timestamp::from_seconds(1_769_860_800))
    }

    #[test]
    fn an_entry_that_was_edited_in_any_field_shows_it() {
        let edits: [fn(&mut Entry); 9] = [
            |entry| entry.id = AuditId::from_bytes([9; 16]),
            |entry| entry.client_id = None,
            |entry| entry.actor.push('x'),
            |entry| entry.action.push('x'),
            |entry| entry.object.clear(),
            |entry| entry.address.push('x'),
            |entry| entry.before = Some(String::new()),
            |entry| entry.after = None,
            |entry| entry.at = Timestamp::from_seconds(0),
        ];
        assert!(is_intact(&good()));
        for (number, edit) in edits.iter().enumerate() {
            let mut entry = good();
            edit(&mut entry);
            assert!(!is_intact(&entry), "edit {number}");
        }
    }

    #[test]
    fn a_letter_moved_from_one_field_to_the_next_shows() {
        let mut entry = good();
        (entry.actor, entry.action) = ("operatorc".to_owned(), "lient.created".to_owned());
        assert!(!is_intact(&entry));
    }

    #[test]
    fn a_seal_rests_on_the_seal_before_and_on_each_entry_in_its_place() {
        let (a, b) = (AuditId::from_bytes([1; 16]), AuditId::from_bytes([2; 16]));
        let over = |before: &[u8], entries: [(AuditId, [u8; 32]); 2]| {
            seal(before, entries.iter().map(|(id, digest)| (id, &digest[..])))
        };
        let good = over(&[0; 32], [(a, [3; 32]), (b, [4; 32])]);
        assert_eq!(good, over(&[0; 32], [(a, [3; 32]), (b, [4; 32])]));
        for other in [
            over(&[9; 32], [(a, [3; 32]), (b, [4; 32])]),
            over(&[0; 32], [(b, [3; 32]), (a, [4; 32])]),
            over(&[0; 32], [(b, [4; 32]), (a, [3; 32])]),
            over(&[0; 32], [(a, [3; 32]), (b, [5; 32])]),
            seal(&[0; 32], [(&a, &[3; 32][..])].into_iter()),
        ] {
            assert_ne!(good, other);
        }
    }
}
