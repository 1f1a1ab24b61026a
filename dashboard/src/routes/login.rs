//! `/login`.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use xwms_core::login::flow;
use xwms_core::login::passkey::{self, PasskeySignIn};
use xwms_core::login::second_step;
use xwms_core::login::sign_in::{Entered, Refused, SignIn, SignedIn, sign_in};
use xwms_core::request::cookies;
use xwms_core::secret::Secret;

use super::partner::Login;
use super::second;
use crate::layout::render_page;
use crate::public::Account;
use crate::public::login::{ContinuePage, LoginError, LoginPage};
use crate::visit::{Form, Visit, display_name};
use crate::way_back::is_own_page;

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let login = Login::of(&visit, visit.query.get("flow")).await?;
    let account = visit.account().await?;
    let other = visit.query.get("other").is_some();
    let back = visit.query.get("return").filter(|path| is_own_page(path));
    match (&login, &account) {
        (None, Some(_)) if !other => {
            let back = back.map_or_else(|| "/".to_owned(), str::to_owned);
            return Ok(visit.go(&back));
        }
        (Some(login), Some(account)) if !other => {
            let counts = visit.session.as_ref().is_some_and(|session| login.flow.request.takes(session));
            if counts && !login.flow.request.ask_account {
                let way_on = login.way_on();
                return Ok(visit.go(&way_on));
            }
            if let (true, Some(id)) = (counts, login.flow.id) {
                let name = display_name(account);
                let shown = Account { name: &name, email: &account.email };
                let response =
                    render_page(StatusCode::OK, &ContinuePage::new(&visit.shell(), id, login.partner(), shown));
                return Ok(visit.answer(response));
            }
        }
        _ => {}
    }
    let hint = login.as_ref().and_then(|login| login.flow.request.login_hint.clone());
    let known = account.filter(|_| !other).map(|account| account.email);
    // Whom the site expects comes before who is signed in.
    let email = hint.or(known).unwrap_or_default();
    let response = page(&visit, login.as_ref(), back, &email, None);
    Ok(visit.answer(response))
}

pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "return", "email", "password", "csrf"])?;
    let Form { mut visit, fields } = form;
    let back = fields.get("return").filter(|path| is_own_page(path));
    let login = Login::of(&visit, fields.get("flow")).await?;
    match enter(&mut visit, fields.text("email"), fields.text("password")).await {
        Ok(Next::In) => {}
        Ok(Next::Second) => {
            let second = second::path("/login/second", fields.get("flow"), back);
            return Ok(visit.go(&second));
        }
        Err(Refused::Failed(why)) => return Err(visit.failed(why)),
        Err(refused) => {
            let response = page(&visit, login.as_ref(), back, fields.text("email"), Some(refusal(&refused)));
            return Ok(visit.answer(response));
        }
    }
    go_on_with(visit, login, back).await
}

/// `credential`, what a passkey answered, with `flow` and `return` as at `/login`.
pub(crate) async fn by_passkey(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "return", "credential", "csrf"])?;
    let Form { mut visit, fields } = form;
    let back = fields.get("return").filter(|path| is_own_page(path));
    let login = Login::of(&visit, fields.get("flow")).await?;
    let from =
        PasskeySignIn { answer: fields.text("credential"), bound_to: *visit.browser(), browser: visit.signing_in() };
    match passkey::sign_in(&visit.core, from).await.map_err(|why| visit.failed(why))? {
        Some(signed_in) => begin(&mut visit, signed_in),
        None => {
            let error = (StatusCode::UNPROCESSABLE_ENTITY, LoginError::WrongPasskey);
            let response = page(&visit, login.as_ref(), back, "", Some(error));
            return Ok(visit.answer(response));
        }
    }
    go_on_with(visit, login, back).await
}

/// Goes on with the login that somebody has just signed in for, or to the page they came from.
pub(super) async fn go_on_with(visit: Visit, login: Option<Login>, back: Option<&str>) -> Result<Response, Response> {
    let Some(login) = login else { return Ok(visit.go(back.unwrap_or("/"))) };
    flow::account_chosen(&visit.core, &login.flow).await.map_err(|why| visit.failed(why))?;
    let way_on = login.way_on();
    Ok(visit.go(&way_on))
}

/// Goes on as the person who is signed in.
pub(crate) async fn go_on(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "csrf"])?;
    let Form { visit, fields } = form;
    let login = Login::required(&visit, fields.get("flow")).await?;
    flow::account_chosen(&visit.core, &login.flow).await.map_err(|why| visit.failed(why))?;
    let way_on = login.way_on();
    Ok(visit.go(&way_on))
}

/// What the right password leads to.
pub(super) enum Next {
    /// The browser is signed in.
    In,
    /// The second factor is asked for at `/login/second`.
    Second,
}

/// Signs the browser in, or has it asked for the second factor.
pub(super) async fn enter(visit: &mut Visit, email: &str, password: &str) -> Result<Next, Refused> {
    let from = SignIn { email, password: Secret::new(password.to_owned()), browser: visit.signing_in() };
    match sign_in(&visit.core, from).await? {
        Entered::In(signed_in) => begin(visit, *signed_in),
        Entered::Second(cookie) => {
            visit.set_cookie(cookies::SECOND, cookie.expose(), Some(second_step::WAITS.as_secs()));
            return Ok(Next::Second);
        }
    }
    Ok(Next::In)
}

/// Gives the browser in which somebody has just signed in its cookies.
pub(super) fn begin(visit: &mut Visit, signed_in: SignedIn) {
    let sessions = &visit.core.config.sessions;
    let (lifetime, known) = (sessions.days.duration().as_secs(), sessions.known_device_days.duration().as_secs());
    if visit.cookie(cookies::SECOND).is_some() {
        visit.set_cookie(cookies::SECOND, "", Some(0));
    }
    visit.set_cookie(cookies::SESSION, signed_in.session_cookie.expose(), Some(lifetime));
    visit.set_cookie(cookies::DEVICE, signed_in.device_cookie.expose(), Some(known));
    visit.session = Some(signed_in.session);
}

/// The status and the words for a refused sign-in.
pub(super) fn refusal(refused: &Refused) -> (StatusCode, LoginError) {
    match refused {
        Refused::TooMany { retry_after } => {
            (StatusCode::TOO_MANY_REQUESTS, LoginError::TooMany { retry_after: *retry_after })
        }
        Refused::Busy | Refused::Failed(_) => (StatusCode::SERVICE_UNAVAILABLE, LoginError::Busy),
        Refused::WrongPassword => (StatusCode::UNPROCESSABLE_ENTITY, LoginError::WrongPassword),
    }
}

/// Says when to try again.
pub(super) fn with_retry_after(mut response: Response, error: LoginError) -> Response {
    let seconds = match error {
        LoginError::TooMany { retry_after } | LoginError::TooManyCodes { retry_after } => retry_after.as_secs().max(1),
        LoginError::Busy => 2,
        LoginError::WrongPassword | LoginError::WrongPasskey => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

pub(super) fn page(
    visit: &Visit,
    login: Option<&Login>,
    back: Option<&str>,
    email: &str,
    refusal: Option<(StatusCode, LoginError)>,
) -> Response {
    let status = refusal.map_or(StatusCode::OK, |(status, _)| status);
    let error = refusal.map(|(_, error)| error);
    let shell = visit.shell();
    let partner = login.map(Login::partner);
    let flow = login.and_then(|login| login.flow.id);
    let response = render_page(
        status,
        &LoginPage::new(&shell, flow, partner, email, error).back_to(back).or_by_passkey(visit.passkey_request()),
    );
    match error {
        Some(error) => with_retry_after(response, error),
        None => response,
    }
}
