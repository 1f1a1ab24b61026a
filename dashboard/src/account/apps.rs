//! `/account/apps`: the sites that a person shares something with.

use askama::Template;
use xwms_core::account::apps::{App, Scope};
use xwms_core::text;
use xwms_core::text::Text;

use super::{Moment, lines};
use crate::layout::{Page, Shell};
use crate::public::consent::ShareLine;

/// The connected sites. Sends `client` and `csrf` to `POST /account/apps`.
#[derive(Template)]
#[template(path = "account/apps.html")]
pub struct AppsPage<'a> {
    shell: &'a Shell,
    ended: bool,
    apps: Vec<Line<'a>>,
}

/// One site.
struct Line<'a> {
    id: String,
    name: &'a str,
    shares: Vec<ShareLine>,
    since: Moment,
    logins: Option<Text>,
}

impl Page for AppsPage<'_> {}

impl<'a> AppsPage<'a> {
    /// `ended`: one was just ended.
    pub fn new(shell: &'a Shell, apps: &'a [App], catalog: &'a [Scope], ended: bool) -> Self {
        let line = |app: &'a App| Line {
            id: app.client.to_string(),
            name: &app.name,
            shares: lines(&app.scope, catalog),
            since: Moment::of(app.granted_at),
            logins: app.logins.map(|(first, last)| {
                let (first, last) = (Moment::of(first), Moment::of(last));
                text!(
                    "page_apps-logins",
                    first = first.day,
                    first_at = first.machine,
                    last = last.day,
                    last_at = last.machine,
                )
            }),
        };
        Self { shell, ended, apps: apps.iter().map(line).collect() }
    }
}
