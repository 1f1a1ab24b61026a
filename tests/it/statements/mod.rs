//! What each request asks of the database: how many statements, and that none reads a whole table.

mod counts;
mod filled;
mod plans;
mod walk;

use crate::world::Given;

/// A world in which what runs on the database is taken down.
const RECORDED: Given = Given { settings: &[], recorded: true };
