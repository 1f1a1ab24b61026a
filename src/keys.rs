//! `xwms keys`: shows the signing keys, and lets new ones follow before their time.

use std::path::Path;

use clap::{Args, Subcommand};
use xwms_core::clock::{Clock, Timestamp};
use xwms_core::config::{Config, Keys};
use xwms_core::crypto::keys::KeyState;
use xwms_core::crypto::seal::MasterKey;
use xwms_core::error::Error;
use xwms_core::key_rotation::SigningKey;
use xwms_core::key_rotation::{self, Rotation, Step};
use xwms_core::staff::keys;

use crate::wire::StartError;
use crate::{database, output};

/// The arguments of `xwms keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show the signing keys and when each takes its next step
    List,
    /// Publish the next signing keys now; they sign when caches have learnt of them
    Rotate {
        /// Let them sign at once: for a key that may have leaked
        #[arg(long)]
        now: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When the database or the master key is not there, or does not fit the other.
pub async fn run(config: &Config, args: KeysArgs) -> Result<(), StartError> {
    let db = database::current(config).await?;
    match args.command {
        KeysCommand::List => {
            let rows = key_rotation::list(&db).await.map_err(failed)?;
            output::result(&table(&rows, &config.keys))
        }
        KeysCommand::Rotate { now: at_once } => {
            let master_key = MasterKey::from_file(Path::new(&config.keys.master_key_file))
                .map_err(|why| StartError(format!("keys.master_key_file: {why}")))?;
            let now = Clock::system().now();
            let rotated = keys::rotate_as_operator(&db, &master_key, config, now, at_once).await.map_err(failed)?;
            if rotated.is_empty() {
                return Err(StartError(
                    "there are no signing keys yet: the first start of the server makes them".to_owned(),
                ));
            }
            let lines: Vec<String> = rotated.iter().map(|rotation| told(rotation, &config.keys, now)).collect();
            output::result(&lines.join("\n"))
        }
    }
}

fn failed(error: Error) -> StartError {
    match error {
        Error::Internal(why) => StartError(why.to_owned()),
        Error::Unavailable => StartError("the database is away or busy; the log says why".to_owned()),
        error => StartError(format!("the signing keys can't be read: {error:?}")),
    }
}

fn told(rotation: &Rotation, keys: &Keys, now: Timestamp) -> String {
    let Rotation { alg, kid, published_at, step } = rotation;
    match step {
        Step::Waits(signs_from) => format!("{alg} {kid} is published since {published_at} and signs from {signs_from}"),
        Step::Signs { retired } => {
            let mut text = format!("{alg} {kid} signs now; {retired} is retired and still verifies");
            if now.since(*published_at) < keys.publish_hours.duration() {
                text.push_str("; a relying party that keeps the key set must fetch it again");
            }
            text
        }
    }
}

/// One line a key, in columns.
fn table(rows: &[SigningKey], keys: &Keys) -> String {
    let mut lines = vec![line("kid", "alg", "state", "published", "next step")];
    for row in rows {
        let next = match row.state {
            KeyState::Current => format!("signs until {}", key_rotation::signs_until(row, keys)),
            KeyState::Next => row.signs_from.map_or_else(String::new, |from| format!("signs from {from}")),
            KeyState::Retired => row.retired_at.map_or_else(String::new, |at| {
                format!("goes at {} at the earliest", at.after(keys.retired_hours.duration()))
            }),
        };
        lines.push(line(&row.kid, row.alg.as_str(), row.state.as_str(), &row.published_at.to_string(), &next));
    }
    lines.join("\n")
}

fn line(kid: &str, alg: &str, state: &str, published: &str, next: &str) -> String {
    format!("{kid:43}  {alg:5}  {state:7}  {published:20}  {next}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use xwms_core::model::client::SigningAlg;

    fn row(state: KeyState) -> SigningKey {
        SigningKey {
            kid: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned(),
            alg: SigningAlg::Es256,
            state,
            public_jwk: "{}".to_owned(),
            sealed_private_key: b"sealed".to_vec(),
            published_at: Timestamp::from_seconds(1_769_860_800),
            signs_from: Some(Timestamp::from_seconds(1_769_947_200)),
            retired_at: Some(Timestamp::from_seconds(1_777_723_200)),
        }
    }

    #[test]
    fn each_key_has_a_line_with_its_next_step() {
        let keys = Config::load(None, []).unwrap().keys;
        let rows = [
            (KeyState::Current, "signs until 2026-05-02T12:00:00Z"),
            (KeyState::Next, "signs from 2026-02-01T12:00:00Z"),
            (KeyState::Retired, "goes at 2026-05-04T12:00:00Z at the earliest"),
        ];
        for (state, step) in rows {
            let text = table(&[row(state)], &keys);
            assert_eq!(text.lines().count(), 2);
            assert!(text.ends_with(&format!("2026-01-31T12:00:00Z  {step}")), "{text}");
        }
    }

    #[test]
    fn a_key_that_signs_unannounced_is_said_to() {
        let now = Timestamp::from_seconds(1_769_860_800);
        let rotation = |published_at| Rotation {
            alg: SigningAlg::Es256,
            kid: "new".to_owned(),
            published_at,
            step: Step::Signs { retired: "old".to_owned() },
        };
        let keys = Config::load(None, []).unwrap().keys;
        assert!(told(&rotation(now), &keys, now).contains("must fetch it again"));
        let earlier = now.before(keys.publish_hours.duration());
        assert!(!told(&rotation(earlier), &keys, now).contains("must fetch it again"));
    }
}
