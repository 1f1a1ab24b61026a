//! What pages say after a change, by the word that stands in their address.

use xwms_core::text;
use xwms_core::text::Text;

/// The sentence of a word; `None` for one that we don't use.
pub(crate) fn text(word: &str) -> Option<Text> {
    let text = match word {
        "created" => text!("done_created"),
        "saved" => text!("done_saved"),
        "deleted" => text!("done_deleted"),
        "on" => text!("done_on"),
        "off" => text!("done_off"),
        "linked" => text!("done_linked"),
        "unlinked" => text!("done_unlinked"),
        "activated" => text!("done_activated"),
        "deactivated" => text!("done_deactivated"),
        "sent" => text!("done_sent"),
        "withdrawn" => text!("done_withdrawn"),
        "ended" => text!("done_ended"),
        "invited" => text!("done_invited"),
        "left" => text!("done_left"),
        "removed" => text!("done_removed"),
        "applied" => text!("done_applied"),
        "handed" => text!("done_handed"),
        "looked" => text!("done_looked"),
        _ => return None,
    };
    Some(text)
}
