//! `/account/…`: a person's own pages.

use axum::response::Response;
use http::StatusCode;
use xwms_core::account::{apps, invitations, notifications, requests};
use xwms_core::error::Error;
use xwms_core::id::{NotificationId, UserId};
use xwms_core::manage::permit::Caller;

use crate::account::apps::AppsPage;
use crate::account::notifications::NotificationsPage;
use crate::account::requests::RequestsPage;
use crate::layout::render_page;
use crate::visit::{Form, Visit};

const REQUESTS: &str = "/account/requests";
const APPS: &str = "/account/apps";
const NOTIFICATIONS: &str = "/account/notifications";
/// Notifications on a page.
const PER_PAGE: i64 = 20;

pub(crate) async fn get_requests(visit: Visit) -> Result<Response, Response> {
    let (visit, user) = signed_in(visit, REQUESTS)?;
    let overview = requests::overview(&visit.core, user).await.map_err(|why| visit.failed(why))?;
    let page = render_page(StatusCode::OK, &RequestsPage::new(&visit.shell(), &overview, visit.query.get("done")));
    Ok(visit.answer(page))
}

pub(crate) async fn post_requests(form: Form) -> Result<Response, Response> {
    form.only(&["request", "client", "answer", "csrf"])?;
    let Form { visit, fields } = form;
    let (visit, user) = signed_in(visit, REQUESTS)?;
    let caller = Caller::signed_in(user, visit.address);
    let answer = fields.text("answer");
    let answered = match answer {
        "accept" | "decline" | "block" | "end" => {
            let given = match answer {
                "accept" => requests::Answer::Accept,
                "decline" => requests::Answer::Decline,
                "block" => requests::Answer::Block,
                _ => requests::Answer::End,
            };
            match fields.text("request").parse() {
                Ok(id) => requests::answer(&visit.core, caller, id, given).await,
                Err(_) => Err(Error::NotFound("request")),
            }
        }
        "unblock" => match fields.text("client").parse() {
            Ok(client) => requests::unblock(&visit.core, caller, client).await,
            Err(_) => Err(Error::NotFound("client")),
        },
        _ => return Err(visit.forged()),
    };
    answered.map_err(|why| visit.failed(why))?;
    Ok(visit.go(&format!("{REQUESTS}?done={answer}")))
}

pub(crate) async fn get_apps(visit: Visit) -> Result<Response, Response> {
    let (visit, user) = signed_in(visit, APPS)?;
    let (found, catalog) = apps::list(&visit.core, user).await.map_err(|why| visit.failed(why))?;
    let ended = visit.query.get("done").is_some();
    let page = render_page(StatusCode::OK, &AppsPage::new(&visit.shell(), &found, &catalog, ended));
    Ok(visit.answer(page))
}

pub(crate) async fn post_apps(form: Form) -> Result<Response, Response> {
    form.only(&["client", "csrf"])?;
    let Form { visit, fields } = form;
    let (visit, user) = signed_in(visit, APPS)?;
    let caller = Caller::signed_in(user, visit.address);
    let ended = match fields.text("client").parse() {
        Ok(client) => apps::end(&visit.core, caller, client).await,
        Err(_) => Err(Error::NotFound("client")),
    };
    ended.map_err(|why| visit.failed(why))?;
    Ok(visit.go(&format!("{APPS}?done=end")))
}

pub(crate) async fn get_notifications(visit: Visit) -> Result<Response, Response> {
    let (visit, user) = signed_in(visit, NOTIFICATIONS)?;
    // What is none of our marks begins at the newest.
    let before: Option<NotificationId> = visit.query.get("before").and_then(|before| before.parse().ok());
    let read = async {
        let mut told = notifications::list(&visit.core, user, before, PER_PAGE + 1).await?;
        let more = i64::try_from(told.len()).is_ok_and(|found| found > PER_PAGE);
        told.truncate(usize::try_from(PER_PAGE).unwrap_or_default());
        // They stand before everything else, so on the first page only.
        let open = if before.is_none() { invitations::list(&visit.core, user).await? } else { Vec::new() };
        Ok((told, more, open))
    };
    let (told, more, open) = read.await.map_err(|why: Error| visit.failed(why))?;
    let page = render_page(
        StatusCode::OK,
        &NotificationsPage::new(&visit.shell(), &open, &told, more, visit.query.get("done")),
    );
    Ok(visit.answer(page))
}

pub(crate) async fn post_notifications(form: Form) -> Result<Response, Response> {
    form.only(&["notification", "invitation", "do", "csrf"])?;
    let Form { visit, fields } = form;
    let (visit, user) = signed_in(visit, NOTIFICATIONS)?;
    let told = fields.text("notification").parse().map_err(|_| Error::NotFound("notification"));
    let invitation = fields.text("invitation").parse().map_err(|_| Error::NotFound("invitation"));
    let done = fields.text("do");
    let core = &visit.core;
    let answer =
        async |answer| invitations::answer(core, Caller::signed_in(user, visit.address), invitation?, answer).await;
    let outcome = match done {
        "read-all" => notifications::mark_read(core, user, None).await,
        "read" => match told {
            Ok(id) => notifications::mark_read(core, user, Some(id)).await,
            Err(why) => Err(why),
        },
        "delete" => match told {
            Ok(id) => notifications::delete(core, user, id).await,
            Err(why) => Err(why),
        },
        "accept" => answer(invitations::Answer::Accept).await,
        "decline" => answer(invitations::Answer::Decline).await,
        _ => return Err(visit.forged()),
    };
    outcome.map_err(|why| visit.failed(why))?;
    Ok(visit.go(&format!("{NOTIFICATIONS}?done={done}")))
}

/// Who is signed in; else the way to sign in, and back to this page.
fn signed_in(visit: Visit, page: &str) -> Result<(Visit, UserId), Response> {
    match visit.session.as_ref().map(|session| session.user_id) {
        Some(user) => Ok((visit, user)),
        None => Err(visit.go(&format!("/login?return={page}"))),
    }
}
