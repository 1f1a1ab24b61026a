//! The program `xwms`. What it does stands in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    xwms::cli::run()
}
