//! `/consent`.

use axum::response::Response;
use http::StatusCode;
use xwms_core::login::consent::{Answer, catalog, decide};
use xwms_core::login::flow::{self, Decision, Step};
use xwms_core::model::scope::ScopeSet;

use super::partner::Login;
use crate::layout::render_page;
use crate::public::Account;
use crate::public::consent::{ConsentPage, ConsentView, ShareLine};
use crate::visit::{Form, Visit, display_name};

pub(crate) async fn get(visit: Visit) -> Result<Response, Response> {
    let login = Login::required(&visit, visit.query.get("flow")).await?;
    let step = flow::next_step(&visit.core, &login.snapshot, &login.flow, visit.session.as_ref()).await;
    let step = step.map_err(|why| visit.failed(why))?;
    let (Step::Consent(offer), Some(flow), Some(account)) = (step, login.flow.id, visit.account().await?) else {
        // Nothing to ask here: the login knows what is next.
        let way_on = login.way_on();
        return Ok(visit.go(&way_on));
    };
    let catalog = catalog(&visit.core).await.map_err(|why| visit.failed(why))?;
    let shares: Vec<ShareLine> =
        catalog.iter().filter(|entry| offer.scope.contains(&entry.name)).map(ShareLine::of).collect();
    let name = display_name(&account);
    let client = &login.snapshot.client;
    let shell = visit.shell();
    let view = ConsentView {
        flow,
        partner: login.partner(),
        account: Account { name: &name, email: &account.email },
        shares: &shares,
        scope: &offer.scope,
        test_mode: offer.test_mode,
        privacy_url: client.privacy_url.as_deref(),
        terms_url: client.terms_url.as_deref(),
    };
    let response = render_page(StatusCode::OK, &ConsentPage::new(&shell, view));
    Ok(visit.answer(response))
}

pub(crate) async fn post(form: Form) -> Result<Response, Response> {
    form.only(&["flow", "scope", "decision", "csrf"])?;
    let Form { visit, fields } = form;
    let login = Login::required(&visit, fields.get("flow")).await?;
    let decision = match fields.get("decision") {
        Some("allow") => Decision::Allowed,
        Some("deny") => Decision::Denied,
        _ => return Err(visit.forged()),
    };
    let Some(session) = &visit.session else {
        let way_on = login.way_on();
        return Ok(visit.go(&way_on));
    };
    let shown = ScopeSet::parse(fields.text("scope")).ok();
    let answer = Answer { session, decision, shown: shown.as_ref() };
    let decided = decide(&visit.core, &login.snapshot, &login.flow, answer).await;
    if !decided.map_err(|refused| visit.flow_refused(refused))? {
        return Err(visit.forged());
    }
    let way_on = login.way_on();
    Ok(visit.go(&way_on))
}
