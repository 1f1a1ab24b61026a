//! What browsers, proxies, libraries and people really send: each test carries the number of the case that it covers.

mod api;
mod flows;
mod http;
mod program;
