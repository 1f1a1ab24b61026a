//! What people would read of a client and of its scopes when they log in.

use askama::Template;

use crate::layout::Shell;
use crate::page::html::Html;
use crate::public::Partner;
use crate::public::consent::ShareLine;

/// The consent page's words, without its form.
#[derive(Template)]
#[template(path = "staff/preview.html")]
pub(super) struct Preview<'a> {
    pub(super) shell: &'a Shell,
    pub(super) partner: Partner<'a>,
    pub(super) shares: &'a [ShareLine],
}

impl Preview<'_> {
    pub(super) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}
