//! `/register` and `/verify-email`.

use axum::response::Response;
use http::StatusCode;
use xwms_core::error::Error;
use xwms_core::login::registration::{NewAccount, SentTo, peek, register, resend, verify_email};
use xwms_core::login::sign_in::Refused;
use xwms_core::secret::Secret;

use super::login::{Next, enter, refusal, with_retry_after};
use super::partner::Login;
use super::second;
use crate::layout::render_page;
use crate::public::Account;
use crate::public::note::NotePage;
use crate::public::registration::{CheckMailPage, MailNeededPage, RegisterPage, Typed, VerifyEmailPage};
use crate::signed_in::SignedIn;
use crate::visit::{Form, Visit, display_name, field_errors};

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let login = Login::of(&visit, visit.query.get("flow")).await?;
    let hint = login.as_ref().and_then(|login| login.flow.request.login_hint.clone()).unwrap_or_default();
    let shell = visit.shell();
    let (flow, partner) = (login.as_ref().and_then(|login| login.flow.id), login.as_ref().map(Login::partner));
    let typed = Typed { email: &hint, ..Typed::default() };
    let response = render_page(StatusCode::OK, &RegisterPage::new(&shell, flow, partner, typed, &[]));
    Ok(visit.answer(response))
}

pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "given_name", "family_name", "email", "password", "csrf"])?;
    let Form { visit, fields } = form;
    let login = Login::of(&visit, fields.get("flow")).await?;
    let flow = login.as_ref().and_then(|login| login.flow.id);
    let typed = Typed {
        given_name: fields.text("given_name"),
        family_name: fields.text("family_name"),
        email: fields.text("email"),
    };
    let new = NewAccount {
        email: typed.email.to_owned(),
        password: Secret::new(fields.text("password").to_owned()),
        given_name: typed.given_name.to_owned(),
        family_name: typed.family_name.to_owned(),
        language: visit.language,
    };
    let response = match register(&visit.core, new, flow, visit.address).await {
        Ok(()) => render_page(StatusCode::OK, &CheckMailPage::registered(&visit.plain_shell(), typed.email)),
        Err(why) => {
            let errors = field_errors(&visit, why)?;
            let (shell, partner) = (visit.shell(), login.as_ref().map(Login::partner));
            let page = RegisterPage::new(&shell, flow, partner, typed, &errors);
            render_page(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    };
    Ok(visit.answer(response))
}

/// With `token`, from the mail: asks to confirm. With `flow` alone: a login that waits for the mail.
pub(crate) async fn get_verify(visit: Visit) -> Result<Response, Response> {
    match visit.query.get("token").map(str::to_owned) {
        Some(token) => ask_to_confirm(visit, &token).await,
        None => {
            let login = Login::required(&visit, visit.query.get("flow")).await?;
            mail_needed(visit, &login, false).await
        }
    }
}

pub(crate) async fn post_verify(form: Form) -> Result<Response, Response> {
    form.only(&["token", "flow", "email", "password", "csrf"])?;
    let Form { mut visit, fields } = form;
    let token = fields.text("token");
    let Some(sent_to) = sent_to(&visit, token).await? else { return Ok(link_gone(visit)) };
    let signed_in = visit.session.as_ref().is_some_and(|session| session.user_id == sent_to.user_id);
    if !signed_in {
        // The link alone proves the mailbox; the password proves that it is this person's account.
        match enter(&mut visit, &sent_to.email, fields.text("password")).await {
            Ok(Next::In) => {}
            Ok(Next::Second) => {
                // Whoever has given the code too comes back here, signed in.
                let here = second::path("/verify-email", fields.get("flow"), None);
                let separator = if here.contains('?') { '&' } else { '?' };
                let here = format!("{here}{separator}token={token}");
                let second = second::path("/login/second", None, Some(&here));
                return Ok(visit.go(&second));
            }
            Err(Refused::Failed(why)) => return Err(visit.failed(why)),
            Err(refused) => {
                let (status, error) = refusal(&refused);
                let shell = visit.shell();
                let flow = fields.get("flow").and_then(|flow| flow.parse().ok());
                let page = VerifyEmailPage::sign_in(&shell, token, flow, &sent_to.email, Some(error));
                let response = with_retry_after(render_page(status, &page), error);
                return Ok(visit.answer(response));
            }
        }
    }
    let Some(session) = &visit.session else { return Ok(link_gone(visit)) };
    match verify_email(&visit.core, token, session).await {
        Ok(()) => {}
        Err(Error::NotFound(_)) => return Ok(link_gone(visit)),
        Err(why) => return Err(visit.failed(why)),
    }
    // The login may have ended meanwhile, or have begun in another browser: then there is nothing to go on with.
    if let Ok(Some(login)) = Login::of(&visit, fields.get("flow")).await {
        let way_on = login.way_on();
        return Ok(visit.go(&way_on));
    }
    let response = render_page(StatusCode::OK, &NotePage::email_verified(&visit.shell()));
    Ok(visit.answer(response))
}

/// Sends another mail.
pub(crate) async fn post_resend(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "csrf"])?;
    let Form { visit, fields } = form;
    if fields.get("flow").is_none() {
        return mailed_again(visit).await;
    }
    let login = Login::required(&visit, fields.get("flow")).await?;
    if let Some(session) = &visit.session {
        let sent = resend(&visit.core, session.user_id, login.flow.id, visit.language).await;
        sent.map_err(|why| visit.failed(why))?;
    }
    mail_needed(visit, &login, true).await
}

/// The same for whoever is signed in and asks for it on a page of their account.
async fn mailed_again(visit: Visit) -> Result<Response, Response> {
    match SignedIn::of(visit, "/account".to_owned()).await? {
        Ok(signed_in) => {
            let Visit { core, language, .. } = &signed_in.visit;
            let sent = resend(core, signed_in.person.id, None, *language).await;
            sent.map_err(|why| signed_in.visit.failed(why))?;
            Ok(signed_in.done("/account", "mailed"))
        }
        Err(visit) => Ok(visit.go("/login?return=%2Faccount")),
    }
}

async fn ask_to_confirm(visit: Visit, token: &str) -> Result<Response, Response> {
    let Some(sent_to) = sent_to(&visit, token).await? else { return Ok(link_gone(visit)) };
    let flow = visit.query.get("flow").and_then(|flow| flow.parse().ok());
    let shell = visit.shell();
    let own = visit.session.as_ref().is_some_and(|session| session.user_id == sent_to.user_id);
    let page = if own {
        VerifyEmailPage::confirm(&shell, token, flow, &sent_to.email)
    } else {
        VerifyEmailPage::sign_in(&shell, token, flow, &sent_to.email, None)
    };
    let response = render_page(StatusCode::OK, &page);
    Ok(visit.answer(response))
}

async fn mail_needed(visit: Visit, login: &Login, resent: bool) -> Result<Response, Response> {
    let (Some(id), Some(account)) = (login.flow.id, visit.account().await?) else {
        let way_on = login.way_on();
        return Ok(visit.go(&way_on));
    };
    if account.email_verified {
        let way_on = login.way_on();
        return Ok(visit.go(&way_on));
    }
    let name = display_name(&account);
    let shown = Account { name: &name, email: &account.email };
    let shell = visit.shell();
    let response = render_page(StatusCode::OK, &MailNeededPage::new(&shell, id, login.partner(), shown, resent));
    Ok(visit.answer(response))
}

async fn sent_to(visit: &Visit, token: &str) -> Result<Option<SentTo>, Response> {
    peek(&visit.core, token).await.map_err(|why| visit.failed(why))
}

fn link_gone(visit: Visit) -> Response {
    let response = render_page(StatusCode::NOT_FOUND, &NotePage::verify_link_gone(&visit.plain_shell()));
    visit.answer(response)
}
