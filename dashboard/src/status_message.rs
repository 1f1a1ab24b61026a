//! What pages say after a change, by the word that stands in their address.

use xwms_core::text;
use xwms_core::text::Text;

/// The sentence of a word, behind which may stand what it happened to; `None` for one that we don't use.
pub(crate) fn text(done: &str) -> Option<Text> {
    let (word, subject) = done.split_once('-').unwrap_or((done, ""));
    let text = match word {
        "on" if let Some(what) = switch(subject) => text!("done_on-what", what = what),
        "off" if let Some(what) = switch(subject) => text!("done_off-what", what = what),
        "deactivated" if !subject.is_empty() => text!("done_deactivated-what", what = subject),
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
        "suspended" => text!("done_suspended"),
        "lifted" => text!("done_lifted"),
        "decided" => text!("done_decided"),
        "revoked" => text!("done_revoked"),
        "rotated" => text!("done_rotated"),
        "pinged" => text!("done_pinged"),
        "redelivered" => text!("done_redelivered"),
        "looked" => text!("done_looked"),
        "accepted" => text!("page_requests-done_accept"),
        "declined" => text!("page_requests-done_decline"),
        "blocked" => text!("page_requests-done_block"),
        "unblocked" => text!("page_requests-done_unblock"),
        "stopped" => text!("page_apps-ended"),
        "joined" => text!("page_notifications-accepted"),
        "refused" => text!("page_notifications-declined"),
        "read" => text!("page_notifications-marked"),
        "mailed" => text!("done_mailed"),
        "password" => text!("security_password-done"),
        "authenticator" => text!("security_app-done"),
        "appless" => text!("security_app-removed"),
        "passkey" => text!("passkeys_added"),
        "keyless" => text!("passkeys_removed"),
        "elsewhere" => text!("sessions_done-others"),
        _ => return None,
    };
    Some(text)
}

/// What a switch is called.
pub(crate) fn switch(name: &str) -> Option<Text> {
    let text = match name {
        "allow_login" => text!("field_allow_login"),
        "allow_api" => text!("field_allow_api"),
        "active" => text!("field_active"),
        "primary" => text!("field_primary"),
        "test_mode" => text!("field_test_mode"),
        "at_login" => text!("field_at_login"),
        _ => return None,
    };
    Some(text)
}
