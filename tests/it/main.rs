//! Everything that is tested through the front door: the real router on both databases, real processes, real
//! relying-party libraries, a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::allow_attributes,
    missing_docs,
    unreachable_pub,
    reason = "a test says what went wrong by panicking, and needs no documentation but its name"
)]

mod admin;
mod api_tester;
mod bad_fields;
mod bad_input;
mod browser;
mod browser_story;
mod chromium;
mod cleaning;
mod clients;
mod database;
mod dns;
mod failover;
mod field;
mod flow_quotas;
mod groups;
mod hang_up;
mod house;
mod kill;
mod listener;
mod load;
mod migrations;
mod native;
mod oauth;
mod pages;
mod postgres;
mod program;
mod replicas;
mod schema;
mod server;
mod signing_keys;
mod statements;
mod upgrade;
mod webhooks;
mod world;

use std::net::TcpListener;

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Prints what is left out for want of a tool; fails instead where every tool is required.
fn skipped(what: &str, why: &str) {
    assert!(std::env::var("XWMS_TEST_REQUIRE").is_err(), "{what} is required: {why}");
    postgres::say(&format!("SKIPPED {what}: {why}"));
}

/// How often a race is run: 200 times where everything is required, more when asked for, a few times else.
fn repetitions() -> u32 {
    let asked = std::env::var("XWMS_TEST_REPETITIONS").ok().and_then(|times| times.parse().ok());
    asked.unwrap_or(if std::env::var("XWMS_TEST_REQUIRE").is_ok() { 200 } else { 20 })
}
