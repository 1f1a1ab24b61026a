//! Requests of clients, as the person who is asked answers them (SPEC §2.7).

use serde_json::json;

use crate::contract::event::{Event, RequestAnswered};
use crate::database::Conn;
use crate::error::Error;
use crate::id::{ClientId, RequestId, UserId};
use crate::manage::change::Change;
use crate::manage::permit::Caller;
use crate::manage::runner::{self, Ask};
use crate::model::request::{RequestKind, RequestStatus};
use crate::state::Core;
use crate::store::tables::requests;
use crate::store::tables::scopes::{self, Scope};
use crate::store::tables::{client_users, clients, profiles};
use crate::text;

pub use crate::store::tables::requests::{Request, Shown};

/// What a person sees of requests.
#[derive(Clone, Debug, Default)]
pub struct Overview {
    /// Those that wait for them, oldest first.
    pub waiting: Vec<Shown>,
    /// What they have accepted and holds.
    pub accepted: Vec<Shown>,
    /// The clients they want to hear nothing from.
    pub blocked: Vec<(ClientId, String)>,
    /// What scopes are.
    pub catalog: Vec<Scope>,
}

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Accept,
    /// No.
    Decline,
    /// No, and no more of this client.
    Block,
    /// What they accepted before ends.
    End,
}

/// What is open, what holds, whom they blocked. Nothing is open while their address is not verified.
///
/// # Errors
/// The database's.
pub async fn overview(core: &Core, user: UserId) -> Result<Overview, Error> {
    let now = core.clock.now();
    let mut conn = core.db.read().await?;
    let waiting = match verified_address(&mut conn, user).await? {
        Some(email_key) => requests::waiting(&mut conn, &email_key, now).await?,
        None => Vec::new(),
    };
    Ok(Overview {
        waiting,
        accepted: requests::accepted(&mut conn, user, now).await?,
        blocked: requests::blocked(&mut conn, user).await?,
        catalog: scopes::all(&mut conn).await?,
    })
}

/// Answers a request. What it says can't have changed since it was shown: it is never changed.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs, or their address is not verified; [`Error::Conflict`] `request_closed`
/// when it was answered or taken back, or has expired; the database's.
pub async fn answer(core: &Core, caller: Caller, id: RequestId, answer: Answer) -> Result<(), Error> {
    let user = caller.user;
    let answered = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        let asked = own(change.conn, user, id).await?;
        clients::hold(change.conn, asked.client_id).await?;
        clients::find(change.conn, asked.client_id).await?.ok_or(Error::NotFound("request"))?;
        // Whoever took it back, or answered at the same time, may have come first.
        let asked = own(change.conn, user, id).await?;
        let expected = match answer {
            Answer::Accept | Answer::Decline | Answer::Block => RequestStatus::Pending,
            Answer::End => RequestStatus::Accepted,
        };
        if asked.status != expected || !asked.stands_at(change.now) {
            return Err(Error::Conflict(text!("request_closed")));
        }
        match answer {
            Answer::Accept => close(change, asked, user, RequestStatus::Accepted).await,
            Answer::Decline => close(change, asked, user, RequestStatus::Declined).await,
            Answer::End => close(change, asked, user, RequestStatus::Withdrawn).await,
            Answer::Block => block(change, asked, user).await,
        }
    });
    answered.await.map(drop)
}

/// Lets a client ask again.
///
/// # Errors
/// [`Error::NotFound`] when it was not blocked; the database's.
pub async fn unblock(core: &Core, caller: Caller, client: ClientId) -> Result<(), Error> {
    let user = caller.user;
    let unblocked = runner::change(core, caller, Ask::Person, async move |change: &mut Change<'_>| {
        if !requests::unblock(change.conn, user, client).await? {
            return Err(Error::NotFound("block"));
        }
        change.deleted(None, "client.unblocked", (client, ""), json!({ "blocked": true }));
        Ok(())
    });
    unblocked.await.map(drop)
}

/// The key of this person's main address, when it is verified.
pub(super) async fn verified_address(conn: &mut Conn, user: UserId) -> Result<Option<String>, Error> {
    let account = profiles::find(conn, user).await?;
    Ok(account.filter(|account| account.email_verified).map(|account| account.email_key))
}

/// The request of this id, when it was sent to this person and came to them.
async fn own(conn: &mut Conn, user: UserId, id: RequestId) -> Result<Request, Error> {
    let email_key = verified_address(conn, user).await?;
    let theirs = |request: &Request| match request.user_id {
        // An answer binds the request to the account that gave it.
        Some(answered) if request.status != RequestStatus::Pending => answered == user,
        _ => request.delivered && email_key.as_ref() == Some(&request.email_key),
    };
    requests::find(conn, id).await?.filter(theirs).ok_or(Error::NotFound("request"))
}

/// Declines everything that the client asks this person for, and has them hear no more.
async fn block(change: &mut Change<'_>, asked: Request, user: UserId) -> Result<(), Error> {
    let client = asked.client_id;
    for kind in RequestKind::ALL {
        let open = requests::pending(change.conn, client, &asked.email_key, *kind).await?;
        if let Some(open) = open.filter(|open| open.delivered) {
            close(change, open, user, RequestStatus::Declined).await?;
        }
    }
    requests::block(change.conn, user, client, change.now).await?;
    change.created(None, "client.blocked", (client, ""), json!({ "blocked": true }));
    Ok(())
}

/// Writes an answer, and tells the client's webhooks. Who the person is, the client knows if they have logged in there.
async fn close(change: &mut Change<'_>, old: Request, user: UserId, status: RequestStatus) -> Result<(), Error> {
    let now = change.now;
    let request = Request { user_id: Some(user), status, decided_at: Some(now), ..old.clone() };
    requests::update(change.conn, &request).await?;
    let told = (json!({ "status": old.status }), json!({ "status": status }));
    change.updated(None, "request.answered", (request.id, ""), told);
    let known = client_users::subjects(change.conn, request.client_id, &[user]).await?;
    let sub = known.first().map(|(_, sub)| *sub);
    let answered = RequestAnswered { request: request.id, kind: request.kind, sub };
    let event = match status {
        RequestStatus::Accepted => Event::RequestAccepted(answered),
        RequestStatus::Declined => Event::RequestDeclined(answered),
        RequestStatus::Pending | RequestStatus::Withdrawn => return Ok(()),
    };
    change.publish(request.client_id, request.domain_id, event);
    Ok(())
}
