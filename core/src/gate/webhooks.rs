//! Which webhook URLs are sent something (SPEC §2.5, §6).

use super::redirect_uri::in_use;
use super::snapshot::{Snapshot, Url};
use crate::id::UrlId;
use crate::model::url::UrlKind;

/// Why nothing is sent to a webhook URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// Its client is suspended or gone.
    ClientSuspended,
    /// It is off, its domain is, or it is one for test mode and its domain is in test mode no more.
    SwitchedOff,
}

impl Unsent {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ClientSuspended => "client_suspended",
            Self::SwitchedOff => "switched_off",
        }
    }
}

/// The webhook URL of this id, when something may be sent there now.
///
/// # Errors
/// Why not.
pub fn may_send(snapshot: &Snapshot, id: UrlId) -> Result<&Url, Unsent> {
    if snapshot.client.deleted || snapshot.client.suspended {
        return Err(Unsent::ClientSuspended);
    }
    in_use_now(snapshot).find(|url| url.id == id).ok_or(Unsent::SwitchedOff)
}

/// Whether the client has a webhook URL that is sent something.
pub fn any(snapshot: &Snapshot) -> bool {
    in_use_now(snapshot).next().is_some()
}

fn in_use_now(snapshot: &Snapshot) -> impl Iterator<Item = &Url> {
    snapshot.domains.iter().flat_map(move |domain| {
        let webhook = move |url: &&Url| url.kind == UrlKind::Webhook && in_use(&snapshot.client, domain, url).is_ok();
        domain.urls.iter().filter(webhook)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::tests::good;

    const HOOK: UrlId = UrlId::from_bytes([3; 16]);

    fn hook(snapshot: &mut Snapshot) -> &mut Url {
        snapshot.domains[0].urls.iter_mut().find(|url| url.id == HOOK).unwrap()
    }

    #[test]
    fn only_active_urls_of_active_domains_of_live_clients_are_sent_something() {
        assert_eq!(may_send(&good(), HOOK).unwrap().id, HOOK);
        assert!(any(&good()));
        type Break = fn(&mut Snapshot);
        let rows: [(Break, Unsent); 6] = [
            (|snapshot| hook(snapshot).active = false, Unsent::SwitchedOff),
            (|snapshot| hook(snapshot).url = "http://127.0.0.1/hook".to_owned(), Unsent::SwitchedOff),
            (|snapshot| hook(snapshot).kind = UrlKind::Logout, Unsent::SwitchedOff),
            (|snapshot| snapshot.domains[0].active = false, Unsent::SwitchedOff),
            (|snapshot| snapshot.client.suspended = true, Unsent::ClientSuspended),
            (|snapshot| snapshot.client.deleted = true, Unsent::ClientSuspended),
        ];
        for (break_it, why) in rows {
            let mut snapshot = good();
            break_it(&mut snapshot);
            assert_eq!(may_send(&snapshot, HOOK).unwrap_err(), why);
            assert_eq!(any(&snapshot), why == Unsent::ClientSuspended);
        }
    }
}
