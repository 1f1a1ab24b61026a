//! The scopes that a client has activated.

use serde_json::json;

use super::change::Change;
use super::fields::Findings;
use crate::error::Error;
use crate::id::ClientId;
use crate::model::scope::ScopeSet;
use crate::store::client_scopes;

/// Makes the activated scopes exactly these.
///
/// # Errors
/// [`Error::Invalid`] naming every one that is not in the catalog (`scopes[0]`, code `unknown_scope`); the database's.
pub(crate) async fn set(change: &mut Change<'_>, client: ClientId, wanted: &[String]) -> Result<(), Error> {
    let catalog = client_scopes::catalog(change.conn).await?;
    let mut findings = Findings::default();
    for (index, name) in wanted.iter().enumerate().filter(|(_, name)| !catalog.contains(name)) {
        let known = format!("there is no scope {name:?}; the catalog has: {catalog}");
        findings.add(&format!("scopes[{index}]"), "unknown_scope", &known);
    }
    findings.none()?;
    let wanted: ScopeSet = wanted.iter().map(String::as_str).collect();
    let active = client_scopes::of_client(change.conn, client).await?;
    for name in wanted.difference(&active).iter() {
        client_scopes::insert(change.conn, client, name, change.now).await?;
        change.created(Some(client), "scope.activated", name, name, json!({ "scope": name }));
    }
    for name in active.difference(&wanted).iter() {
        client_scopes::delete(change.conn, client, name).await?;
        change.deleted(Some(client), "scope.deactivated", name, name, json!({ "scope": name }));
    }
    Ok(())
}
