//! A secret is replaced without a gap: for a while the old one and the new one are both good.

use std::time::Duration;

use serde_json::json;

use super::reminders::told_by;
use super::{facts, find, insert, view};
use crate::clock::Timestamp;
use crate::contract::Input;
use crate::contract::secret::{Rotation, SecretSettings, SecretView};
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, SecretId};
use crate::manage::change::Change;
use crate::manage::fields::{Expected, same_version};
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask, Done};
use crate::model::label::{self, Label};
use crate::state::Core;
use crate::store::tables::secrets::{self, ClientSecret, LastUse};

/// Makes a new secret in the place of an old one, with its label and its links; tells its text: the only moment at which it
/// is known. The old one is renamed, `… (old)`, and ends after the overlap, at once when that is zero, or when it would have
/// ended anyway. `expected`: the version that it must still have.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`]; [`Error::StalePrecondition`]; those of [`crate::manage::permit`]; the database's.
pub async fn rotate(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    rotation: Input<Rotation>,
    expected: Expected,
) -> Result<Done<SecretView>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::SecretsCreate),
        async move |change: &mut Change<'_>| {
            let Rotation { overlap_seconds } = change.take(rotation)?;
            let (old, _) = find(change.conn, client, id).await?;
            same_version(expected, old.updated_at)?;
            let settings = SecretSettings { label: Label::stored(old.label.clone()), active: true, expires_at: None };
            let overlap = Duration::from_secs(overlap_seconds.get().unsigned_abs());
            retire(change, old, change.now.after(overlap)).await?;
            let (secret, text) = insert(change, client, &settings, None).await?;
            for domain in secrets::domains_of(change.conn, id).await? {
                secrets::link(change.conn, secret.id, domain, change.now).await?;
                let told = json!({ "secret": secret.id, "domain": domain });
                change.created(Some(client), "link.created", (secret.id, &secret.label), told);
            }
            Ok(view(&secret, LastUse::default(), text))
        },
    )
    .await
}

/// Renames a secret that is replaced, and says when it ends.
async fn retire(change: &mut Change<'_>, old: ClientSecret, end: Timestamp) -> Result<(), Error> {
    let taken = secrets::labels(change.conn, old.client_id).await?;
    let end = old.expires_at.map_or(end, |sooner| sooner.min(end));
    let retired = ClientSecret {
        label: old_label(&old.label, &taken),
        expires_at: Some(end),
        noticed_days: told_by(end, change.now),
        updated_at: change.version_after(old.updated_at),
        ..old.clone()
    };
    let told = (facts(&old), facts(&retired));
    change.updated(Some(old.client_id), "secret.updated", (old.id, &old.label), told);
    secrets::update(change.conn, &retired).await?;
    Ok(())
}

/// The label with `(old)` behind it, or with the first number that nobody has; a long one is cut.
fn old_label(label: &str, taken: &[String]) -> String {
    let marked = |mark: String| {
        let room = label::MAX_CHARACTERS.saturating_sub(mark.chars().count() + 1);
        let kept: String = label.chars().take(room).collect();
        format!("{} {mark}", kept.trim_end())
    };
    let numbered = (2..).map(|number: u64| format!("(old {number})"));
    let mut labels = std::iter::once("(old)".to_owned()).chain(numbered).map(marked);
    labels.find(|label| !taken.contains(label)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_label_is_one_that_nobody_has() {
        let taken = |labels: &[&str]| labels.iter().map(|&label| label.to_owned()).collect::<Vec<_>>();
        let long = "k".repeat(120);
        let rows = [
            ("Standard Key", taken(&["Standard Key"]), "Standard Key (old)".to_owned()),
            ("Standard Key", taken(&["Standard Key (old)"]), "Standard Key (old 2)".to_owned()),
            ("Key", taken(&["Key (old)", "Key (old 2)", "Key (old 4)"]), "Key (old 3)".to_owned()),
            ("Key (old)", taken(&["Key (old)"]), "Key (old) (old)".to_owned()),
            (long.as_str(), taken(&[]), format!("{} (old)", "k".repeat(114))),
        ];
        for (label, taken, expected) in rows {
            let found = old_label(label, &taken);
            assert_eq!(found, expected);
            assert!(Label::parse(&found).is_ok());
        }
    }
}
