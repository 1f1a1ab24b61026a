//! `xwms user`: makes accounts, and sets what they pay for.

use std::io::BufRead;

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, json};
use xwms_core::clock::Clock;
use xwms_core::config::Config;
use xwms_core::contract::Input;
use xwms_core::error::Error;
use xwms_core::manage::accounts;
use xwms_core::manage::entitlement::Rules;
use xwms_core::manage::plans;
use xwms_core::model::account::{Plan, Staff};
use xwms_core::secret::Secret;

use crate::apply::{database, password_hasher};
use crate::output;
use crate::wire::StartError;

/// What `user` is told.
#[derive(Debug, clap::Args)]
pub struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account with a verified address; print its sub and, when one was made up, its password
    Create(CreateArgs),
    /// Set what an account pays for
    Plan(PlanArgs),
}

#[derive(Debug, clap::Args)]
struct PlanArgs {
    /// Main address
    email: String,
    /// The plan
    #[arg(value_enum)]
    plan: PlanArg,
    /// Until when, as in 2030-01-31T12:00:00Z; without it the plan is for good
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

#[derive(Debug, clap::Args)]
struct CreateArgs {
    /// Main address
    email: String,
    /// Given name
    #[arg(long)]
    given_name: Option<String>,
    /// Family name
    #[arg(long)]
    family_name: Option<String>,
    /// What the account pays for
    #[arg(long, value_enum, default_value_t = PlanArg::Free)]
    plan: PlanArg,
    /// What the person is on the staff
    #[arg(long, value_enum)]
    staff: Option<StaffArg>,
    /// Read the password from the first line of standard input; otherwise one is made up
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PlanArg {
    Free,
    Paid,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum StaffArg {
    Reviewer,
    Admin,
}

impl From<PlanArg> for Plan {
    fn from(plan: PlanArg) -> Self {
        match plan {
            PlanArg::Free => Self::Free,
            PlanArg::Paid => Self::Paid,
        }
    }
}

impl From<StaffArg> for Staff {
    fn from(staff: StaffArg) -> Self {
        match staff {
            StaffArg::Reviewer => Self::Reviewer,
            StaffArg::Admin => Self::Admin,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the values, that the address is taken or has no account, or why the database can't be used.
pub async fn run(config: Config, args: UserArgs) -> Result<(), StartError> {
    match args.command {
        UserCommand::Create(args) => create(config, args).await,
        UserCommand::Plan(args) => set_plan(config, args).await,
    }
}

async fn set_plan(config: Config, args: PlanArgs) -> Result<(), StartError> {
    let db = database(&config).await?;
    let (rules, now) = (Rules::of(&config), Clock::system().now());
    let mut message =
        Map::from_iter([("email".to_owned(), json!(args.email)), ("plan".to_owned(), json!(Plan::from(args.plan)))]);
    message.extend(args.until.map(|end| ("valid_until".to_owned(), json!(end))));
    plans::set_as_operator(&db, &rules, now, Input::read(message)).await.map_err(refused)
}

/// Makes the account and prints its `sub` on a line, and a made-up password on a second one.
async fn create(config: Config, args: CreateArgs) -> Result<(), StartError> {
    let given = if args.password_stdin { Some(first_line()?) } else { None };
    let mut new = Map::from_iter([
        ("email".to_owned(), json!(args.email)),
        ("email_verified".to_owned(), json!(true)),
        ("plan".to_owned(), json!(Plan::from(args.plan))),
    ]);
    let staff = args.staff.map(|staff| Staff::from(staff).to_string());
    let given = given.map(|password| password.expose().clone());
    let rest =
        [("given_name", args.given_name), ("family_name", args.family_name), ("staff", staff), ("password", given)];
    new.extend(rest.into_iter().filter_map(|(name, value)| Some((name.to_owned(), json!(value?)))));
    let (db, passwords) = (database(&config).await?, password_hasher(&config)?);
    let made = accounts::register(&db, &passwords, &Rules::of(&config), Clock::system().now(), Input::read(new)).await;
    let made = made.map_err(refused)?;
    output::result(&made.sub.to_string())?;
    made.password.map_or(Ok(()), |password| output::result(password.expose()))
}

fn first_line() -> Result<Secret<String>, StartError> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| StartError(format!("no password can be read: {error}")))?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Secret::new(line))
}

fn refused(error: Error) -> StartError {
    match error {
        Error::Invalid(errors) => {
            let lines: Vec<String> =
                errors.iter().map(|error| format!("{}: {}", error.field, error.message())).collect();
            StartError(lines.join("\n"))
        }
        Error::Conflict(text) => StartError(text.to_string()),
        Error::NotFound(what) => StartError(format!("there is no such {what}")),
        error => StartError(format!("the account can't be written: {error:?}")),
    }
}
