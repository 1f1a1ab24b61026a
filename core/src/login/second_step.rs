//! The second step of a login: after the right password, what an account asks for beside it.

use std::time::Duration;

use super::second_factor::{self, Used};
use super::sign_in::{Begin, FromBrowser, SignedIn};
use crate::clock::Timestamp;
use crate::crypto::credential::{Credential, CredentialKey, Kind};
use crate::database::Conn;
use crate::error::Error;
use crate::id::UserId;
use crate::model::amr::Amr;
use crate::secret::Secret;
use crate::state::Core;
use crate::store::tables::{profiles, second_steps};
use crate::throttle::{self, Admitted};

/// So long a login waits for its second step.
pub const WAITS: Duration = Duration::from_mins(10);

/// What a browser sends for the second step.
#[derive(Debug)]
pub struct SecondStep<'a> {
    /// The cookie that the first step gave.
    pub step: Option<&'a str>,
    /// A code of the authenticator app or a recovery code, as typed.
    pub code: &'a str,
    /// Where from.
    pub browser: FromBrowser<'a>,
}

/// Why the second step was not taken.
#[derive(Debug)]
pub enum StepRefused {
    /// No login waits here: it was too long ago, or something of the account has changed. The password is asked again.
    Gone,
    /// The code is wrong, or was used before.
    Wrong,
    /// There were too many wrong codes: this one was not looked at, or was the last that was, and the login begins anew.
    TooMany {
        /// When to try again.
        retry_after: Duration,
    },
    /// The database says why.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for StepRefused {
    fn from(error: E) -> Self {
        match error.into() {
            Error::TooMany { retry_after } => Self::TooMany { retry_after },
            other => Self::Failed(other),
        }
    }
}

/// Whether a login waits under this cookie.
///
/// # Errors
/// The database's.
pub async fn waits(core: &Core, cookie: Option<&str>) -> Result<bool, Error> {
    let Some(key) = key_of(cookie) else { return Ok(false) };
    Ok(second_steps::find_live(&mut core.db.read().await?, key, core.clock.now()).await?.is_some())
}

/// Takes the second step: signs the browser in when the code is right.
///
/// # Errors
/// See [`StepRefused`].
pub async fn take(core: &Core, from: SecondStep<'_>) -> Result<SignedIn, StepRefused> {
    let key = key_of(from.step).ok_or(StepRefused::Gone)?;
    let now = core.clock.now();
    let found = second_steps::find_live(&mut core.db.read().await?, key, now).await?;
    let user = found.ok_or(StepRefused::Gone)?;
    let known = from.browser.known_to(core, user).await?;
    let admitted = match throttle::admit_code(core, user, known).await {
        Ok(admitted) => admitted,
        Err(why @ Error::TooMany { .. }) => {
            end(core, key).await?;
            return Err(why.into());
        }
        Err(why) => return Err(why.into()),
    };
    let begin = from.browser.begin(core, user, Amr::password_and_code(), known.is_some());
    let step = Step { core: core.clone(), key, code: Secret::new(from.code.to_owned()), admitted, begin };
    match core.db.change(async move |conn: &mut Conn| step.run(conn).await).await? {
        Outcome::In(signed_in, used) => {
            if used == Used::Recovery {
                second_factor::tell_of_recovery(core, user).await;
            }
            Ok(*signed_in)
        }
        Outcome::Gone => Err(StepRefused::Gone),
        Outcome::Wrong(None) => Err(StepRefused::Wrong),
        Outcome::Wrong(Some(until)) => Err(StepRefused::TooMany { retry_after: until.since(now) }),
    }
}

async fn end(core: &Core, key: CredentialKey) -> Result<(), Error> {
    core.db.change(async move |conn: &mut Conn| Ok(second_steps::delete(conn, key).await.map(drop)?)).await
}

fn key_of(cookie: Option<&str>) -> Option<CredentialKey> {
    Credential::parse(Kind::SecondStep, cookie?)
}

/// All that the transaction of a second step needs.
struct Step {
    core: Core,
    key: CredentialKey,
    code: Secret<String>,
    admitted: Admitted,
    begin: Begin,
}

enum Outcome {
    In(Box<SignedIn>, Used),
    Gone,
    /// With the end of the wait that it brought.
    Wrong(Option<Timestamp>),
}

impl Step {
    async fn run(self, conn: &mut Conn) -> Result<Outcome, Error> {
        let Self { core, key, code, admitted, begin } = self;
        let (user, now) = (begin.user, begin.now);
        profiles::hold(conn, user).await?;
        if second_steps::find_live(conn, key, now).await?.is_none() {
            return Ok(Outcome::Gone);
        }
        let Some(used) = second_factor::take(&core, conn, user, code.expose(), now).await? else {
            let until = admitted.blocked_until();
            if until.is_some() {
                second_steps::delete(conn, key).await?;
            }
            return Ok(Outcome::Wrong(until));
        };
        second_steps::delete(conn, key).await?;
        admitted.was_right(conn, now).await?;
        Ok(Outcome::In(Box::new(begin.run(conn).await?), used))
    }
}

/// Notes that the password of a login was right; answers with the cookie that its second step is taken with.
pub(super) async fn begin(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Secret<String>, Error> {
    let cookie = Credential::generate(Kind::SecondStep, now);
    second_steps::insert(conn, cookie.key(), user, now.after(WAITS)).await?;
    Ok(cookie.into_text())
}
