//! What people would read of a client and of its scopes when they log in.

use askama::Template;

use crate::layout::Shell;
use crate::page::html::Html;
use crate::public::Partner;
use crate::public::consent::ShareLine;

/// The consent page's words, without its form.
#[derive(Template)]
#[template(path = "page/preview.html")]
pub(crate) struct Preview<'a> {
    pub(crate) shell: &'a Shell,
    pub(crate) partner: Partner<'a>,
    pub(crate) shares: &'a [ShareLine],
}

impl Preview<'_> {
    pub(crate) fn html(&self) -> Html {
        Html::drawn(self.render().unwrap_or_default())
    }
}
