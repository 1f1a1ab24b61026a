//! How many wrong client secrets came from where: counted in memory, so that a guess costs no row. What is stopped is one
//! network's tries at one client; the client itself goes on from everywhere else, so nobody can lock it out.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::config::Limits;
use crate::error::Error;
use crate::id::ClientId;
use crate::request::address::network;

/// Wrong secrets are counted over this time, from the first one on.
const WINDOW: Duration = Duration::from_secs(60);
/// Pairs of client and network that are counted at the same time. Strangers cause them, so their number is bounded.
const PLACES: usize = 1 << 14;

/// The wrong secrets of the last minute.
///
/// Each pair of client and network has one place, told by a hash that nobody outside can compute. Where two pairs share a
/// place, the one that comes more often keeps it: each try of the other takes one off its count. So who floods the table
/// with made-up clients to be forgotten needs, for one more guess, as many requests as there are places.
pub struct SecretGuesses {
    hasher: RandomState,
    places: Mutex<Box<[Place]>>,
}

#[derive(Clone, Copy, Default)]
struct Place {
    /// The hash of the pair that is counted here.
    pair: u64,
    wrong: u32,
    /// Milliseconds since 1970.
    began: i64,
}

impl Default for SecretGuesses {
    fn default() -> Self {
        Self { hasher: RandomState::new(), places: Mutex::new(vec![Place::default(); PLACES].into_boxed_slice()) }
    }
}

impl SecretGuesses {
    /// Whether a secret for this client may be presented from this address. An unknown client is counted as a known one
    /// is, so that the answer tells nothing.
    ///
    /// # Errors
    /// [`Error::TooMany`] until the minute is over; the secret is not to be looked at then.
    pub fn admit(&self, limits: &Limits, client: ClientId, address: IpAddr, now: Timestamp) -> Result<(), Error> {
        let pair = self.pair(client, address);
        let place = self.places()[position(pair)];
        if !limits.enabled || place.pair != pair || place.wrong < limits.wrong_secrets_per_minute.get() {
            return Ok(());
        }
        match WINDOW.checked_sub(now.since(Timestamp::from_milliseconds(place.began))) {
            Some(rest) if !rest.is_zero() => Err(Error::TooMany { retry_after: rest }),
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a wrong secret for this client from this address.
    pub fn wrong(&self, client: ClientId, address: IpAddr, now: Timestamp) {
        let pair = self.pair(client, address);
        let place = &mut self.places()[position(pair)];
        let over = now.since(Timestamp::from_milliseconds(place.began)) >= WINDOW;
        if over || place.wrong == 0 {
            *place = Place { pair, wrong: 1, began: now.milliseconds() };
        } else if place.pair == pair {
            place.wrong = place.wrong.saturating_add(1);
        } else {
            place.wrong -= 1;
        }
    }

    fn pair(&self, client: ClientId, address: IpAddr) -> u64 {
        self.hasher.hash_one((client, network(address)))
    }

    fn places(&self) -> MutexGuard<'_, Box<[Place]>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of a pair; the hash spreads evenly over all its bits.
const fn position(pair: u64) -> usize {
    pair as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const CLIENT: ClientId = ClientId::from_bytes([1; 16]);
    const OTHER_CLIENT: ClientId = ClientId::from_bytes([2; 16]);
    const NOON: Timestamp = Timestamp::from_seconds(1_769_860_800);

    fn limits(settings: &[(&str, &str)]) -> Limits {
        let settings = settings.iter().map(|(key, value)| (format!("XWMS__LIMITS__{key}"), (*value).to_owned()));
        Config::load(None, settings).unwrap().limits
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Three wrong secrets from 192.0.2.1 at noon, where three are the most.
    fn guessed() -> (SecretGuesses, Limits) {
        let (guesses, limits) = (SecretGuesses::default(), limits(&[("WRONG_SECRETS_PER_MINUTE", "3")]));
        for _ in 0..3 {
            guesses.admit(&limits, CLIENT, address("192.0.2.1"), NOON).unwrap();
            guesses.wrong(CLIENT, address("192.0.2.1"), NOON);
        }
        (guesses, limits)
    }

    #[test]
    fn one_client_from_one_network_waits_and_nobody_else_does() {
        let (guesses, limits) = guessed();
        let rows = [
            (CLIENT, "192.0.2.1", true),
            (CLIENT, "::ffff:192.0.2.1", true),
            (CLIENT, "192.0.2.2", false),
            (CLIENT, "2001:db8::1", false),
            (OTHER_CLIENT, "192.0.2.1", false),
        ];
        for (client, from, waits) in rows {
            assert_eq!(guesses.admit(&limits, client, address(from), NOON).is_err(), waits, "{client} {from}");
        }
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let (guesses, limits) = guessed();
        for host in 1..=3 {
            guesses.wrong(CLIENT, address(&format!("2001:db8::{host}")), NOON);
        }
        assert!(guesses.admit(&limits, CLIENT, address("2001:db8::ffff:4"), NOON).is_err());
        assert!(guesses.admit(&limits, CLIENT, address("2001:db8:0:1::1"), NOON).is_ok());
    }

    #[test]
    fn the_wait_ends_with_the_minute() {
        let (guesses, limits) = guessed();
        let at =
            |seconds| guesses.admit(&limits, CLIENT, address("192.0.2.1"), NOON.after(Duration::from_secs(seconds)));
        let Err(Error::TooMany { retry_after }) = at(15) else { panic!("it waits") };
        assert_eq!(retry_after, Duration::from_secs(45));
        assert!(at(59).is_err());
        assert!(at(60).is_ok());
        // The next minute begins with the next wrong secret.
        guesses.wrong(CLIENT, address("192.0.2.1"), NOON.after(Duration::from_secs(90)));
        assert!(at(91).is_ok());
    }

    #[test]
    fn limits_can_be_off() {
        let (guesses, _) = guessed();
        let off = limits(&[("WRONG_SECRETS_PER_MINUTE", "3"), ("ENABLED", "false")]);
        assert!(guesses.admit(&off, CLIENT, address("192.0.2.1"), NOON).is_ok());
    }

    #[test]
    fn a_flood_of_made_up_clients_makes_nobody_forgotten() {
        let (guesses, limits) = (SecretGuesses::default(), limits(&[("WRONG_SECRETS_PER_MINUTE", "100")]));
        for _ in 0..200 {
            guesses.wrong(CLIENT, address("192.0.2.1"), NOON);
        }
        for number in 0..PLACES as u64 {
            let mut id = [3; 16];
            id[..8].copy_from_slice(&number.to_be_bytes());
            guesses.wrong(ClientId::from_bytes(id), address("192.0.2.1"), NOON);
        }
        assert!(guesses.admit(&limits, CLIENT, address("192.0.2.1"), NOON).is_err());
    }
}
