//! The one binary `xwms`: wires the libraries, decides nothing.

pub mod apply;
pub mod cli;
pub mod database;
#[cfg(feature = "demo")]
pub mod demo;
pub mod doctor;
pub mod export;
pub mod http;
pub mod keys;
pub mod listener;
pub mod log;
pub mod metrics;
pub mod migrate;
mod only_server;
pub mod openapi;
pub mod output;
mod request_id;
pub mod secret;
pub mod serve;
pub mod token;
pub mod user;
pub mod wire;
