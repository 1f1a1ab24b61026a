//! What a resource looks like: each field once, with its doc comment, its limits and an example.
//!
//! From these types come the reading of JSON bodies, files and forms, the schemas of the API's document, what the audit
//! log says was and is, and what `export` writes. What can be set of a resource is a type of its own (`ClientSettings`);
//! what is shown of it is another, with the settings inside (`ClientView`).

pub mod account;
pub mod attempt;
pub mod audit;
pub mod client;
pub mod client_scope;
pub mod domain;
pub mod event;
mod findings;
pub mod form;
mod input;
pub mod logo;
pub mod member;
pub mod ownership;
pub mod plan;
pub mod profile;
pub mod request;
pub mod role;
pub mod scope;
pub mod secret;
pub mod setup;
pub mod staff;
pub mod stats;
pub mod token;
pub mod url;
pub mod user;
mod value;
pub mod verification;
mod view;

pub use findings::Findings;
pub(crate) use input::member_names;
pub use input::{Contract, Input, New, Patch};
pub use view::View;
