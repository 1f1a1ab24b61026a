//! Invitations into organisations, as the invited person answers them.

use serde_json::json;

use super::requests::verified_address;
use crate::database::Conn;
use crate::error::Error;
use crate::id::{MemberId, UserId};
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::model::member::MemberStatus;
use crate::state::Core;
use crate::store::tables::clients;
use crate::store::tables::members::{self, Member};
use crate::store::tables::{profiles, requests};
use crate::text;

/// An invitation, as its person sees it.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Its id.
    pub id: MemberId,
    /// The client's name.
    pub client: String,
    /// The role's name.
    pub role: String,
}

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// They join.
    Accept,
    /// They don't.
    Decline,
}

/// The invitations that wait for a person, oldest first: none while their address is not verified.
///
/// # Errors
/// The database's.
pub async fn list(core: &Core, user: UserId) -> Result<Vec<Invitation>, Error> {
    let mut conn = core.db.read().await?;
    let Some(email_key) = verified_address(&mut conn, user).await? else { return Ok(Vec::new()) };
    let found = members::invitations(&mut conn, user, &email_key, core.clock.now()).await?;
    Ok(found.into_iter().map(|(member, client, role)| Invitation { id: member.id, client, role }).collect())
}

/// Answers an invitation. Only the account whose verified address was invited can.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs, was answered or taken back, or is of a client that they blocked;
/// [`Error::Refused`] `email_unverified`; [`Error::Conflict`] `invitation_closed` to accept one whose end has come, or
/// `already_member`; the database's.
pub async fn answer(core: &Core, caller: Caller, id: MemberId, answer: Answer) -> Result<(), Error> {
    let user = caller.user;
    let answered = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        let invited = own(change.conn, user, id).await?;
        clients::hold(change.conn, invited.client_id).await?;
        clients::find(change.conn, invited.client_id).await?.ok_or(Error::NotFound("invitation"))?;
        // Whoever took it back, or answered at the same time, may have come first.
        let invited = own(change.conn, user, id).await?;
        match answer {
            Answer::Accept => accept(change, user, invited).await,
            Answer::Decline => {
                members::delete(change.conn, id).await?;
                let told = json!({ "status": "invited" });
                // The organisation's audit log names whoever acts: somebody who refuses stays unknown to it.
                change.deleted(None, "member.declined", (id, ""), told);
                Ok(())
            }
        }
    });
    answered.await.map(drop)
}

async fn accept(change: &mut Change<'_>, user: UserId, invited: Member) -> Result<(), Error> {
    if invited.expires_at.is_some_and(|end| end <= change.now) {
        return Err(Error::Conflict(text!("invitation_closed")));
    }
    if members::membership(change.conn, invited.client_id, user).await?.is_some() && invited.user_id.is_none() {
        return Err(Error::Conflict(text!("already_member-yourself")));
    }
    let member = Member {
        user_id: Some(user),
        status: MemberStatus::Active,
        updated_at: change.version_after(invited.updated_at),
        ..invited
    };
    members::update(change.conn, &member).await?;
    let told = (json!({ "status": "invited" }), json!({ "status": "active" }));
    change.updated(Some(member.client_id), "member.joined", (member.id, ""), told);
    Ok(())
}

/// The invitation of this id, when it waits for this person.
async fn own(conn: &mut Conn, user: UserId, id: MemberId) -> Result<Member, Error> {
    let account = profiles::find(conn, user).await?.ok_or(Error::NotFound("account"))?;
    let found = members::by_id(conn, id).await?;
    let found = found.filter(|member| member.status == MemberStatus::Invited && member.email_key == account.email_key);
    let found = found.ok_or(Error::NotFound("invitation"))?;
    if requests::is_blocked(conn, found.client_id, Some(user)).await? {
        return Err(Error::NotFound("invitation"));
    }
    if !account.email_verified {
        return Err(Error::Refused(text!("email_unverified-invitation")));
    }
    Ok(found)
}
