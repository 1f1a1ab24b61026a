//! What people are told, as their pages say it and as a mail does: a name that a partner chose makes no link in a mail.

use crate::error::Error;
use crate::mail::messages::name_in_mail;
use crate::store::engine::db::Conn;
use crate::store::tables::clients::Client;
use crate::store::tables::domains;

/// A sentence or two. Plain text: whoever shows it escapes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// As pages say it.
    pub(crate) page: String,
    /// As a mail does.
    pub(crate) mail: String,
}

/// What a client is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its name, on pages.
    pub(crate) page: String,
    /// In a mail.
    pub(crate) mail: String,
}

/// Words in which no partner has a say, or no more than anywhere.
impl From<String> for Words {
    fn from(text: String) -> Self {
        Self { page: text.clone(), mail: text }
    }
}

impl Words {
    /// Words about a client; `say` makes them of what it is called.
    pub(crate) fn about(client: &Named, say: impl Fn(&str) -> String) -> Self {
        Self { page: say(&client.page), mail: say(&client.mail) }
    }

    /// The same with what we have to say after them.
    pub(crate) fn followed_by(self, more: &str) -> Self {
        Self { page: self.page + more, mail: self.mail + more }
    }
}

/// What a client is called: in a mail, a name that reads as a link gives way to the primary domain, or to the id while that
/// is not proven to be the partner's.
///
/// # Errors
/// The database's.
pub(crate) async fn named(conn: &mut Conn, client: &Client) -> Result<Named, Error> {
    let root = domains::proven_primary(conn, client.id).await?;
    let instead = root.map_or_else(|| client.id.to_string(), |root| root.to_string());
    Ok(Named { page: client.name.clone(), mail: name_in_mail(&client.name, &instead).to_owned() })
}
