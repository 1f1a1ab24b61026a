//! The one binary `xwms`: wires the libraries, decides nothing.

pub mod http;
pub mod metrics;
pub mod serve;
pub mod wire;
