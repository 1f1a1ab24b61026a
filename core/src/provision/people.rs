//! The `[[users]]` of a file.

use std::collections::BTreeMap;

use super::apply::{Options, Work};
use super::entries::UserEntry;
use crate::crypto::password::PasswordHasher;
use crate::database::Db;
use crate::error::Error;
use crate::manage::accounts;
use crate::store::tables::profiles::{self, Profile};

/// Hashes of the passwords that are to be set, by the keys of their addresses.
pub(super) type Hashes = BTreeMap<String, String>;

/// Hashes what is to be set, before the transaction: it takes long, and a transaction holds up all others. A password is
/// set for an account that has none, or with `set_passwords` for one that has another.
pub(super) async fn hash_passwords(
    db: &Db,
    passwords: &PasswordHasher,
    users: &[UserEntry],
    options: Options,
) -> Result<Hashes, Error> {
    let mut hashes = Hashes::new();
    for user in users {
        let Some(password) = &user.password else { continue };
        let held = {
            let mut conn = db.read().await?;
            match profiles::find_by_email(&mut conn, user.email.key()).await? {
                Some(account) => profiles::password_hash(&mut conn, account.id).await?,
                None => None,
            }
        };
        if let Some(held) = held {
            let same = !options.set_passwords
                || passwords.verify(password.clone(), Some(held)).await.map_err(|_| Error::Unavailable)?;
            if same {
                continue;
            }
        }
        // A trial is undone: nobody will ever be asked for this one.
        let hash = match options.plan {
            true => String::new(),
            false => passwords.hash(password.clone()).await.map_err(|_| Error::Unavailable)?,
        };
        hashes.insert(user.email.key().to_owned(), hash);
    }
    Ok(hashes)
}

/// Makes an account, or brings it to what the file says.
pub(super) async fn bring(work: &mut Work<'_>, entry: &UserEntry, hashes: &Hashes) -> Result<Option<Profile>, Error> {
    let known = profiles::find_by_email(work.change.conn, entry.email.key()).await?;
    let brought = match known {
        Some(account) => accounts::update(&mut work.change, account, entry.fields.clone()).await,
        None => accounts::create(&mut work.change, &entry.email, entry.fields.clone().whole()).await,
    };
    let Some(account) = work.judge(&entry.path, brought)? else { return Ok(None) };
    if let Some(hash) = hashes.get(entry.email.key()) {
        accounts::set_password(&mut work.change, &account, hash, None).await?;
    }
    Ok(Some(account))
}
