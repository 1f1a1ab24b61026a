//! `/account/apps`: the sites that a person shares something with.

use askama::Template;
use xwms_core::account::apps::{App, Scope};

use super::{Moment, lines};
use crate::csrf::Csrf;
use crate::layout::Page;
use crate::public::consent::ShareLine;

/// The connected sites. Sends `client` and `csrf` to `POST /account/apps`.
#[derive(Template)]
#[template(path = "account/apps.html")]
pub struct AppsPage<'a> {
    csrf: &'a Csrf,
    ended: bool,
    apps: Vec<Line<'a>>,
}

/// One site.
struct Line<'a> {
    id: String,
    name: &'a str,
    shares: Vec<ShareLine<'a>>,
    since: Moment,
    logins: Option<(Moment, Moment)>,
}

impl Page for AppsPage<'_> {}

impl<'a> AppsPage<'a> {
    /// `ended`: one was just ended.
    pub fn new(csrf: &'a Csrf, apps: &'a [App], catalog: &'a [Scope], ended: bool) -> Self {
        let line = |app: &'a App| Line {
            id: app.client.to_string(),
            name: &app.name,
            shares: lines(&app.scope, catalog),
            since: Moment::of(app.granted_at),
            logins: app.logins.map(|(first, last)| (Moment::of(first), Moment::of(last))),
        };
        Self { csrf, ended, apps: apps.iter().map(line).collect() }
    }
}
