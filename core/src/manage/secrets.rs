//! Client secrets. The rules that files share with the API are in `rules`.

mod reminders;
mod rotation;
mod rules;

pub use reminders::remind;
pub use rotation::rotate;
pub(crate) use rules::{apply, facts, insert, is_value, remove, set_links, settings_of};

use super::fields::{Expected, same_version};
use super::permit::Caller;
use super::runner::{self, Ask, Done};
use crate::contract::Patch;
use crate::contract::secret::{STANDARD_LABEL, SecretSettings, SecretView};
use crate::crypto::credential::{Kind, StoredDigest};
use crate::database::Conn;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, SecretId};
use crate::manage::change::Change;
use crate::model::label::Label;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::secrets::{self, ClientSecret, LastUse};

/// The secrets of the client by id: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`super::permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<SecretId>,
    limit: i64,
) -> Result<Vec<SecretView>, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::SecretsRead)).await?;
    let found = secrets::page(&mut reading.conn, client, after, limit).await?;
    Ok(found.into_iter().map(|(secret, last_use)| view(&secret, last_use, None)).collect())
}

/// One secret.
///
/// # Errors
/// [`Error::NotFound`]; those of [`super::permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: SecretId) -> Result<SecretView, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::SecretsRead)).await?;
    let (secret, last_use) = find(&mut reading.conn, client, id).await?;
    Ok(view(&secret, last_use, None))
}

/// Whether this text is the secret: for whoever has just been told it, and takes it along.
///
/// # Errors
/// As [`get`].
pub async fn is_text_of(
    core: &Core,
    caller: &Caller,
    (client, id): (ClientId, SecretId),
    value: &Secret<String>,
) -> Result<bool, Error> {
    let mut reading = runner::read(core, caller, Ask::Client(client, Permission::SecretsRead)).await?;
    let (secret, _) = find(&mut reading.conn, client, id).await?;
    Ok(StoredDigest::parse(Kind::ClientSecret, value.expose()).is_some_and(|digest| digest == secret.digest))
}

/// Makes a secret, by default one that is called `Standard Key`, or `Standard Key 2` when there is such a one; tells its
/// text: the only moment at which it is known.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `label_taken`; those of [`super::permit`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    new: Patch<SecretSettings>,
) -> Result<Done<SecretView>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::SecretsCreate),
        async move |change: &mut Change<'_>| {
            let is_named = new.names("label");
            let mut settings = change.take(new.whole())?;
            if !is_named {
                settings.label = free_label(&secrets::labels(change.conn, client).await?);
            }
            let (secret, text) = insert(change, client, &settings, None).await?;
            Ok(view(&secret, LastUse::default(), text))
        },
    )
    .await
}

/// Changes a secret; its text stays. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `label_taken`, `secret_leaked`;
/// [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    patch: Patch<SecretSettings>,
    expected: Expected,
) -> Result<Done<SecretView>, Error> {
    runner::change(
        core,
        caller,
        Ask::LapsedClient(client, Permission::SecretsUpdate),
        async move |change: &mut Change<'_>| {
            let (secret, last_use) = find(change.conn, client, id).await?;
            same_version(expected, secret.updated_at)?;
            change.entitled_unless(patch.only_switches_off(&settings_of(&secret), &["active"]))?;
            let secret = apply(change, secret, patch, None).await?;
            Ok(view(&secret, last_use, None))
        },
    )
    .await
}

/// Deletes a secret for good, with its links. What was given to it goes on. `expected`: as for [`update`].
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; those of [`super::permit`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    expected: Expected,
) -> Result<Done<()>, Error> {
    runner::change(
        core,
        caller,
        Ask::Client(client, Permission::SecretsDelete),
        async move |change: &mut Change<'_>| {
            let (secret, _) = find(change.conn, client, id).await?;
            same_version(expected, secret.updated_at)?;
            remove(change, secret).await
        },
    )
    .await
}

/// The secret of this id, with its last use.
///
/// # Errors
/// [`Error::NotFound`] also when it is another client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: SecretId) -> Result<(ClientSecret, LastUse), Error> {
    secrets::find(conn, client, id).await?.ok_or(Error::NotFound("secret"))
}

/// A secret as it is shown; `value` is its text, for the answer that tells it.
pub(crate) fn view(secret: &ClientSecret, last_use: LastUse, value: Option<Secret<String>>) -> SecretView {
    SecretView {
        id: secret.id,
        settings: settings_of(secret),
        hint: secret.hint.clone(),
        last_used_at: last_use.last_used_at,
        last_used_from: last_use.last_used_from,
        leaked_at: secret.leaked_at,
        value,
        updated_at: secret.updated_at,
    }
}

/// `Standard Key`, or with the first number that makes it a label nobody has.
fn free_label(taken: &[String]) -> Label {
    let free = |label: &String| !taken.contains(label);
    let numbered = (2..).map(|number: u64| format!("{STANDARD_LABEL} {number}"));
    Label::stored(std::iter::once(STANDARD_LABEL.to_owned()).chain(numbered).find(free).unwrap_or_default())
}
