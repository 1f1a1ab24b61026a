//! A month of logins at the partner's sites, so that its pages have something to show: each goes through the steps of a
//! browser's login, by a clock of the past.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use xwms_core::clock::Clock;
use xwms_core::crypto::credential::{Credential, Kind};
use xwms_core::error::Error;
use xwms_core::gate::snapshot::Snapshot;
use xwms_core::id::ClientId;
use xwms_core::login::consent::{self, Answer};
use xwms_core::login::flow::{self, Decision, Flow, FlowKind, FlowRefused, LoginRequest, Step};
use xwms_core::login::flow_quota::Beginner;
use xwms_core::login::issue::issue;
use xwms_core::login::session::Session;
use xwms_core::login::sign_in::{self, Entered, FromBrowser, SignIn};
use xwms_core::model::resource::Resources;
use xwms_core::model::scope::ScopeSet;
use xwms_core::secret::Secret;
use xwms_core::state::Core;

use crate::wire::StartError;

/// How many days of it there are, up to today.
pub(super) const DAYS: u32 = 30;
const HOUR: Duration = Duration::from_secs(60 * 60);
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// PKCE's challenge of codes that nobody redeems.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Somebody who logs in at one of the sites.
pub(super) struct Visitor<'a> {
    /// Their address.
    pub(super) email: &'a str,
    pub(super) password: &'a Secret<String>,
    /// The callback URL of the site.
    pub(super) callback: String,
    /// They come again after so many days.
    pub(super) every: u32,
}

/// Has these people come and go, from the moment at which the clock stands until now. `clock`: that of `core`.
pub(super) async fn live(
    core: &Core,
    clock: &Clock,
    client: ClientId,
    people: &[Visitor<'_>],
) -> Result<(), StartError> {
    let mut sessions: Vec<Option<Session>> = people.iter().map(|_| None).collect();
    for day in 0..DAYS {
        for hour in 0..24_u32 {
            let here = people.iter().zip(&mut sessions).zip(0_u32..);
            for ((visitor, session), _) in here.filter(|(_, number)| comes(day, hour, *number, people)) {
                let open = session.take().filter(|session| clock.now() < session.expires_at);
                let open = match open {
                    Some(open) => open,
                    None => sign_in(core, visitor).await?,
                };
                log_in(core, client, visitor, &open).await.map_err(|why| failed(&why))?;
                *session = Some(open);
            }
            clock.advance(HOUR);
        }
    }
    Ok(())
}

/// Whether this one comes at this hour: each at an hour of their own, on days of their own.
fn comes(day: u32, hour: u32, number: u32, people: &[Visitor<'_>]) -> bool {
    let every = people.get(number as usize).map_or(1, |visitor| visitor.every.max(1));
    hour == 8 + number && (day + number).is_multiple_of(every)
}

async fn sign_in(core: &Core, visitor: &Visitor<'_>) -> Result<Session, StartError> {
    let from = SignIn {
        email: visitor.email,
        password: visitor.password.clone(),
        browser: FromBrowser {
            device: None,
            session: None,
            address: ADDRESS,
            user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        },
    };
    match sign_in::sign_in(core, from).await.map_err(|why| failed(&why))? {
        Entered::In(signed_in) => Ok(signed_in.session),
        // Nobody of the demo has one yet.
        Entered::Second(_) => Err(failed(&"a second factor is asked for")),
    }
}

async fn log_in(core: &Core, client: ClientId, visitor: &Visitor<'_>, session: &Session) -> Result<(), FlowRefused> {
    let scope = ["openid", "profile", "email"].map(str::to_owned).into_iter().collect::<ScopeSet>();
    let request = LoginRequest {
        redirect_uri: visitor.callback.clone(),
        state: None,
        scope,
        resources: Resources::default(),
        nonce: None,
        code_challenge: Some(CHALLENGE.to_owned()),
        login_hint: None,
        ask_consent: false,
        ask_account: false,
        stale_session: None,
        signed_in_since: None,
        user: None,
    };
    let login = Flow { id: None, kind: FlowKind::Authorize, client, request, decision: None };
    let snapshot = core.snapshots.get(client).await?.ok_or(Error::NotFound("client"))?;
    let (login, step) = match flow::next_step(core, &snapshot, &login, Some(session)).await? {
        Step::Consent(_) => agree(core, &snapshot, login, session).await?,
        step => (login, step),
    };
    let Step::Ready(ready) = step else { return Err(FlowRefused::Gone) };
    // The code is nobody's: it expires.
    issue(core, &snapshot, &login, ready, session).await.map(drop)
}

/// Says yes on the consent page.
async fn agree(core: &Core, snapshot: &Snapshot, login: Flow, session: &Session) -> Result<(Flow, Step), FlowRefused> {
    let Step::Consent(offer) = flow::next_step(core, snapshot, &login, Some(session)).await? else {
        return Err(FlowRefused::Gone);
    };
    let browser = Credential::generate(Kind::Browser, core.clock.now());
    let id = flow::store(core, &login, offer.domain, Beginner::Browser(browser.key(), ADDRESS)).await?.to_string();
    let cookie = browser.into_text();
    let asked = flow::open(core, &id, Some(cookie.expose())).await?;
    let answer = Answer { session, decision: Decision::Allowed, shown: Some(&offer.scope) };
    consent::decide(core, snapshot, &asked, answer).await?;
    let agreed = flow::open(core, &id, Some(cookie.expose())).await?;
    let step = flow::next_step(core, snapshot, &agreed, Some(session)).await?;
    Ok((agreed, step))
}

fn failed(why: &impl std::fmt::Debug) -> StartError {
    StartError(format!("the demo's month of logins can't be made: {why:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_comes_once_a_day_at_most_and_again_within_the_month() {
        let password = Secret::new(String::new());
        let visitor = |every| Visitor { email: "", password: &password, callback: String::new(), every };
        let people = [visitor(1), visitor(2), visitor(5)];
        for (number, expected) in [(0, 30), (1, 15), (2, 6)] {
            let days = (0..DAYS).map(|day| (0..24).filter(|hour| comes(day, *hour, number, &people)).count());
            let days: Vec<usize> = days.collect();
            assert!(days.iter().all(|times| *times <= 1), "{number}");
            assert_eq!(days.iter().sum::<usize>(), expected, "{number}");
        }
    }
}
