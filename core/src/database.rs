//! The database as other crates have it: opened, brought up to date, looked at, and lent for reading.
//!
//! Only this crate writes: what is configured changes through a `Change`, which begins with a permit. So
//! `Db::change` is this crate's own,
//!
//! ```compile_fail
//! use xwms_core::database::{Conn, Db};
//! use xwms_core::error::Error;
//!
//! async fn without_a_permit(db: &Db) -> Result<(), Error> {
//!     db.change(async |_: &mut Conn| Ok(())).await
//! }
//! ```
//!
//! and so is the store, with all that writes a row:
//!
//! ```compile_fail
//! use xwms_core::database::Conn;
//! use xwms_core::id::SecretId;
//! use xwms_core::store::tables::secrets;
//!
//! async fn past_the_use_case(conn: &mut Conn, secret: SecretId) {
//!     secrets::delete(conn, secret).await.ok();
//! }
//! ```
//!
//! What differs here is that it reads:
//!
//! ```
//! use xwms_core::database::{Conn, Db};
//! use xwms_core::error::Error;
//!
//! async fn needs_no_permit(db: &Db) -> Result<Conn, Error> {
//!     db.read().await
//! }
//! ```

pub use crate::store::db::Db;
pub use crate::store::engine::conn::{Conn, Options};
pub use crate::store::engine::health;
pub use crate::store::engine::migrations::migrate;
pub use crate::store::engine::sqlite::make_folder;
