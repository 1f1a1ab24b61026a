//! How fast is XWMS, measured beside floors: servers that do the unavoidable work of a request and nothing else, as
//! directly as the same libraries allow. `docs/benchmark.md` says what is measured and how.

mod audit;
mod cli;
mod cores;
mod drive;
mod driver;
mod failure;
mod floor;
mod growth;
mod http;
mod management;
mod operations;
mod pages;
mod pair;
mod person;
mod platform;
mod postgres;
mod process;
mod report;
mod run;
mod seed;
mod server;
mod stage;
mod statistics;
mod syncs;
mod table;
mod worker;

fn main() -> std::process::ExitCode {
    cli::run()
}
