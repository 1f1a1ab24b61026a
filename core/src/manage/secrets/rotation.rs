//! A secret is replaced without a gap: for a while the old one and the new one are both good.

use std::time::Duration;

use serde_json::json;

use super::asked::{SecretView, find};
use super::{SecretFields, facts, insert};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, SecretId};
use crate::manage::change::Change;
use crate::manage::entitlement::Rules;
use crate::manage::fields::same_version;
use crate::manage::permit::{self, Caller};
use crate::model::label;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::secrets::{self, ClientSecret, LastUse};

/// How long the old secret goes on when nobody says.
pub const OVERLAP: Duration = Duration::from_secs(86_400);
/// The longest that it goes on.
pub const LONGEST_OVERLAP: Duration = Duration::from_secs(30 * 86_400);

/// Makes a new secret in the place of an old one, with its label and its links; gives its text: the only moment at which it
/// is known. The old one is renamed, `… (old)`, and ends after `overlap`, at once when that is zero, or when it would have
/// ended anyway. `expected`: the version that it must still have.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; those of [`permit`]; the database's.
pub async fn rotate(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    overlap: Duration,
    expected: Option<Timestamp>,
) -> Result<(SecretView, Secret<String>), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::SecretsCreate, &rules, now).await?;
            let old = find(change.conn, client, id).await?.secret;
            same_version(expected, old.updated_at)?;
            let label = old.label.clone();
            retire(&mut change, old, now.after(overlap.min(LONGEST_OVERLAP))).await?;
            let (secret, text) = insert(&mut change, client, &label, &SecretFields::default()).await?;
            for domain in secrets::domains_of(change.conn, id).await? {
                secrets::link(change.conn, secret.id, domain, now).await?;
                let told = json!({ "secret": secret.id, "domain": domain });
                change.created(Some(client), "link.created", secret.id, &label, told);
            }
            let text = text.ok_or(Error::Internal("a new secret has a text"))?;
            change.end((SecretView { secret, last_use: LastUse::default() }, text)).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Renames a secret that is replaced, and says when it ends.
async fn retire(change: &mut Change<'_>, old: ClientSecret, end: Timestamp) -> Result<(), Error> {
    let taken = secrets::labels(change.conn, old.client_id).await?;
    let retired = ClientSecret {
        label: old_label(&old.label, &taken),
        expires_at: Some(old.expires_at.map_or(end, |sooner| sooner.min(end))),
        updated_at: change.version_after(old.updated_at),
        ..old.clone()
    };
    let told = (facts(&old), facts(&retired));
    change.updated(Some(old.client_id), "secret.updated", old.id, &old.label, told);
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
            assert!(label::Label::parse(&found).is_ok());
        }
    }
}
