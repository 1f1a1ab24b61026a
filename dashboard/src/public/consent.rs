//! `/consent`: what a site asks for, in plain words, and the person's yes or no.

use askama::Template;
use xwms_core::id::FlowId;
use xwms_core::model::scope::ScopeSet;

use super::{Account, Partner};
use crate::csrf::Csrf;
use crate::layout::{Forms, Link, Page, is_web};

/// One scope, as the catalog describes it.
#[derive(Clone, Copy, Debug)]
pub struct ShareLine<'a> {
    /// What it is, in a few words.
    pub title: &'a str,
    /// What it opens, in a sentence.
    pub description: &'a str,
}

/// What the consent page shows.
#[derive(Clone, Copy, Debug)]
pub struct ConsentView<'a> {
    /// The login that asks.
    pub flow: FlowId,
    /// Who asks.
    pub partner: Partner<'a>,
    /// Who is asked.
    pub account: Account<'a>,
    /// What is shared; a yes gives this and no more.
    pub shares: &'a [ShareLine<'a>],
    /// The names of what is shared, which come back with the yes.
    pub scope: &'a ScopeSet,
    /// The domain is in test mode.
    pub test_mode: bool,
    /// The partner's privacy policy.
    pub privacy_url: Option<&'a str>,
    /// The partner's terms.
    pub terms_url: Option<&'a str>,
}

/// Asks for consent. Sends `flow`, `scope` (what was shown), `csrf` and `decision` (`allow` or `deny`) to `POST /consent`.
#[derive(Template)]
#[template(path = "public/consent.html")]
pub struct ConsentPage<'a> {
    csrf: &'a Csrf,
    flow: FlowId,
    partner: Partner<'a>,
    account: Account<'a>,
    shares: &'a [ShareLine<'a>],
    scope: &'a ScopeSet,
    test_mode: bool,
    papers: Vec<Link<'a>>,
}

impl Page for ConsentPage<'_> {
    const FORMS: Forms = Forms::MayLeave;
}

impl<'a> ConsentPage<'a> {
    /// `csrf`: of the session. Links that are no web addresses are left out.
    pub fn new(csrf: &'a Csrf, view: ConsentView<'a>) -> Self {
        let ConsentView { flow, partner, account, shares, scope, test_mode, privacy_url, terms_url } = view;
        let papers = [(privacy_url, "privacy policy"), (terms_url, "terms")];
        let papers = papers.into_iter().filter_map(|(href, text)| Some(Link { href: href?, text }));
        let papers = papers.filter(|link| is_web(link.href)).collect();
        Self { csrf, flow, partner, account, shares, scope, test_mode, papers }
    }
}
