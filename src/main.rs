//! XWMS.

fn main() {}
