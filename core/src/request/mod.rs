//! What every request brings: addresses, cookies, parameters, JSON.

pub mod address;
pub mod cookies;
pub mod json;
pub mod params;
