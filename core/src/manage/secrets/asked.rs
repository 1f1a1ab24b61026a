//! What members of an organisation ask of its secrets, each with its permission.

use super::{SecretFields, apply, insert, remove};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::gate::permission::Permission;
use crate::id::{ClientId, SecretId};
use crate::manage::entitlement::Rules;
use crate::manage::fields::same_version;
use crate::manage::permit::{self, Caller};
use crate::secret::Secret;
use crate::state::Core;
use crate::store::engine::db::Conn;
use crate::store::tables::secrets::{self, ClientSecret, LastUse};

/// What a secret is called when nobody says.
const STANDARD_LABEL: &str = "Standard Key";

/// A secret as the members of its client see it.
#[derive(Clone, Debug)]
pub struct SecretView {
    /// The secret.
    pub secret: ClientSecret,
    /// When it was last used.
    pub last_use: LastUse,
}

impl From<(ClientSecret, LastUse)> for SecretView {
    fn from((secret, last_use): (ClientSecret, LastUse)) -> Self {
        Self { secret, last_use }
    }
}

/// The secrets of the client by id: at most `limit` of those after `after`.
///
/// # Errors
/// Those of [`permit`]; the database's.
pub async fn list(
    core: &Core,
    caller: &Caller,
    client: ClientId,
    after: Option<SecretId>,
    limit: i64,
) -> Result<Vec<SecretView>, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::SecretsRead, core.clock.now()).await?;
    let found = secrets::page(&mut conn, client, after, limit).await?;
    Ok(found.into_iter().map(SecretView::from).collect())
}

/// One secret.
///
/// # Errors
/// [`Error::NotFound`]; those of [`permit`]; the database's.
pub async fn get(core: &Core, caller: &Caller, client: ClientId, id: SecretId) -> Result<SecretView, Error> {
    let mut conn = core.db.read().await?;
    permit::to_read(&mut conn, caller, client, Permission::SecretsRead, core.clock.now()).await?;
    find(&mut conn, client, id).await
}

/// Makes a secret, by default one that is called `Standard Key`, or `Standard Key 2` when there is such a one; gives its
/// text: the only moment at which it is known.
///
/// # Errors
/// [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `label_taken`; those of [`permit`]; the database's.
pub async fn create(
    core: &Core,
    caller: Caller,
    client: ClientId,
    fields: SecretFields,
) -> Result<(SecretView, Secret<String>), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::SecretsCreate, &rules, now).await?;
            let label = match &fields.label {
                Some(label) => label.clone(),
                None => free_label(&secrets::labels(change.conn, client).await?),
            };
            // Nobody chooses what a secret is: it is made here.
            let fields = SecretFields { label: None, value: None, ..fields };
            let (secret, text) = insert(&mut change, client, &label, &fields).await?;
            let text = text.ok_or(Error::Internal("a new secret has a text"))?;
            change.end((SecretView { secret, last_use: LastUse::default() }, text)).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Changes a secret; its text stays. `expected`: the version that it must still have, `updated_at` of when it was read.
///
/// # Errors
/// As [`get`]; [`Error::Invalid`] with all bad fields; [`Error::Conflict`] `label_taken`; [`Error::StalePrecondition`].
pub async fn update(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    fields: SecretFields,
    expected: Option<Timestamp>,
) -> Result<SecretView, Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::SecretsUpdate, &rules, now).await?;
            let SecretView { secret, last_use } = find(change.conn, client, id).await?;
            same_version(expected, secret.updated_at)?;
            let secret = apply(&mut change, secret, &SecretFields { value: None, ..fields }).await?;
            change.end(SecretView { secret, last_use }).await
        })
        .await?;
    Ok(changed.committed(core))
}

/// Deletes a secret for good, with its links. What was given to it goes on. `expected`: as for [`update`].
///
/// # Errors
/// [`Error::NotFound`]; [`Error::StalePrecondition`]; those of [`permit`]; the database's.
pub async fn delete(
    core: &Core,
    caller: Caller,
    (client, id): (ClientId, SecretId),
    expected: Option<Timestamp>,
) -> Result<(), Error> {
    let (rules, now) = (Rules::of(&core.config), core.clock.now());
    let changed = core
        .db
        .change(async move |conn: &mut Conn| {
            let (mut change, _) =
                permit::to_change(conn, &caller, client, Permission::SecretsDelete, &rules, now).await?;
            let found = find(change.conn, client, id).await?;
            same_version(expected, found.secret.updated_at)?;
            remove(&mut change, found.secret).await?;
            change.end(()).await
        })
        .await?;
    changed.committed(core);
    Ok(())
}

/// The secret of this id.
///
/// # Errors
/// [`Error::NotFound`] also when it is another client's.
pub(crate) async fn find(conn: &mut Conn, client: ClientId, id: SecretId) -> Result<SecretView, Error> {
    secrets::find(conn, client, id).await?.map(SecretView::from).ok_or(Error::NotFound("secret"))
}

/// `Standard Key`, or with the first number that makes it a label nobody has.
fn free_label(taken: &[String]) -> String {
    let free = |label: &String| !taken.contains(label);
    let numbered = (2..).map(|number: u64| format!("{STANDARD_LABEL} {number}"));
    std::iter::once(STANDARD_LABEL.to_owned()).chain(numbered).find(free).unwrap_or_default()
}
