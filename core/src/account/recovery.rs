//! Forgotten passwords: a link by mail, and a new password with it.

use std::net::IpAddr;

use crate::crypto::credential::{Credential, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::login::links::{FORGOT_PATH, RESET_PASSWORD_PATH, link};
use crate::login::session;
use crate::mail::messages;
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::{runner, tokens};
use crate::model::email::EmailAddress;
use crate::model::password;
use crate::postbox::{in_background, post};
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::email_tokens::{self, NewLink, Purpose, SentTo};
use crate::store::tables::{grants, users};
use crate::text::Language;
use crate::throttle::{self, Mailbox};

/// Mails a link to set a new password with, when an account has this address. The answer comes before it is known whether
/// one has: whatever happens afterwards is only logged. `address`: where the request comes from; `asked`: in which language.
///
/// # Errors
/// [`Error::Invalid`] with field `email`; [`Error::TooMany`] for this network; the database's.
pub async fn forgot(core: &Core, email: &str, address: IpAddr, asked: Language) -> Result<(), Error> {
    let email = EmailAddress::parse(email).map_err(|issue| Error::Invalid(vec![issue.at("email")]))?;
    throttle::count_mail_request(core, address).await?;
    let core = core.clone();
    in_background(async move {
        if let Err(why) = send_link(&core, &email, asked).await {
            tracing::error!(?why, "no link to a new password was sent");
        }
    });
    Ok(())
}

/// Whom this link to a new password was sent to; `None` when it is used, expired or none of ours. Nothing is changed.
///
/// # Errors
/// The database's.
pub async fn peek(core: &Core, token: &str) -> Result<Option<SentTo>, Error> {
    let Some(key) = Credential::parse(Kind::EmailToken, token) else { return Ok(None) };
    let mut conn = core.db.read().await?;
    Ok(email_tokens::find_live(&mut conn, key, Purpose::ResetPassword, core.clock.now()).await?)
}

/// Sets a new password with a link. All sessions end, all grants with their codes and refresh tokens, and the API tokens
/// of the account (those of a client stay: they are the client's, whose owners are told). `address`: where the request comes
/// from; `asked`: in which language. Who came here reads the mail of the address, so it is verified. Nobody is signed in:
/// the password, and any second factor, are asked next.
///
/// # Errors
/// [`Error::NotFound`] when the link is used, expired or none of ours, or the account has another address by now or is
/// suspended: one answer for all. [`Error::Invalid`] with field `password`, and the link can be used again;
/// [`Error::Unavailable`] when too many passwords are being hashed; the database's.
pub async fn reset(
    core: &Core,
    token: &str,
    new: Secret<String>,
    address: IpAddr,
    asked: Language,
) -> Result<(), Error> {
    let key = Credential::parse(Kind::EmailToken, token).ok_or(Error::NotFound("link"))?;
    // Asked first, so that nobody without a link makes us hash; what decides is the guarded update below.
    let sent_to = peek(core, token).await?.ok_or(Error::NotFound("link"))?;
    let account = {
        let mut conn = core.db.read().await?;
        users::find(&mut conn, sent_to.user_id).await?.ok_or(Error::NotFound("link"))?
    };
    let about = [Some(account.email.as_str()), account.given_name.as_deref(), account.family_name.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    password::check_new(&new, &about).map_err(|issue| Error::Invalid(vec![issue.at("password")]))?;
    let language = account.language_or(asked);
    let hash = core.passwords.hash(new).await.map_err(|_| Error::Unavailable)?;

    let actor = Caller::signed_in(sent_to.user_id, address).actor();
    let to = runner::change_as(core, actor, async move |change: &mut Change<'_>| {
        let (conn, now) = (&mut *change.conn, change.now);
        let spent = email_tokens::spend(conn, key, Purpose::ResetPassword, sent_to.user_id, now).await?;
        let SentTo { user_id, email } = spent.ok_or(Error::NotFound("link"))?;
        if !users::reset_password(conn, user_id, &email, &hash, now).await? {
            return Err(Error::NotFound("link"));
        }
        email_tokens::spend_all_of_user(conn, Purpose::ResetPassword, user_id, now).await?;
        session::end_all_of(conn, user_id).await?;
        grants::revoke_all_of_user(conn, user_id, now).await?;
        tokens::sign_in_changed(change, user_id).await?;
        Ok(email)
    })
    .await?;
    post(core, messages::password_changed(&to, language, &link(core, FORGOT_PATH, None, None)));
    Ok(())
}

async fn send_link(core: &Core, email: &EmailAddress, asked: Language) -> Result<(), Error> {
    let now = core.clock.now();
    let mailbox = Mailbox::of(core, email.key());
    let expires_at = now.after(core.config.tokens.email_link_minutes.duration());
    let token = Credential::generate(Kind::EmailToken, now);
    let (key, email_key) = (token.key(), email.key().to_owned());
    let to = core
        .db
        .change(async move |conn: &mut Conn| {
            if !mailbox.may_get_one_more(conn, now).await? {
                return Ok(None);
            }
            let account = users::find_by_email(conn, &email_key).await?;
            let Some(account) = account.filter(|account| account.suspended_at.is_none()) else { return Ok(None) };
            let language = account.language_or(asked);
            let to = SentTo { user_id: account.id, email: account.email };
            let link = NewLink { key, purpose: Purpose::ResetPassword, expires_at };
            email_tokens::insert(conn, link, &to, now).await?;
            Ok(Some((to.email, language)))
        })
        .await?;
    if let Some((to, language)) = to {
        let link = link(core, RESET_PASSWORD_PATH, Some(token.text()), None);
        post(core, messages::reset_password(&to, language, &link));
    }
    Ok(())
}
