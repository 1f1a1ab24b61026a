//! `/consent`: what a site asks for, in plain words, and the person's yes or no.

use askama::Template;
use xwms_core::account::apps::Scope;
use xwms_core::id::FlowId;
use xwms_core::manage::shares::told;
use xwms_core::model::scope::ScopeSet;
use xwms_core::text;
use xwms_core::text::Text;

use super::{Account, Partner};
use crate::layout::{Forms, Link, Page, Shell, is_web};

/// One scope, as the catalog describes it.
#[derive(Clone, Debug)]
pub struct ShareLine {
    /// What it is, in a few words.
    pub title: Text,
    /// What it opens, in a sentence.
    pub description: Text,
}

impl ShareLine {
    /// This scope.
    pub fn of(scope: &Scope) -> Self {
        let (title, description) = told(scope);
        Self { title, description }
    }
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
    pub shares: &'a [ShareLine],
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
    shell: &'a Shell,
    flow: FlowId,
    partner: Partner<'a>,
    account: Account<'a>,
    shares: &'a [ShareLine],
    scope: &'a ScopeSet,
    test_mode: bool,
    papers: Vec<Link<'a>>,
}

impl Page for ConsentPage<'_> {
    const FORMS: Forms = Forms::MayLeave;
}

impl<'a> ConsentPage<'a> {
    /// `shell`: of the session. Links that are no web addresses are left out.
    pub fn new(shell: &'a Shell, view: ConsentView<'a>) -> Self {
        let ConsentView { flow, partner, account, shares, scope, test_mode, privacy_url, terms_url } = view;
        let papers = [(privacy_url, text!("page_consent-privacy")), (terms_url, text!("page_consent-terms"))];
        let papers = papers.into_iter().filter_map(|(href, text)| Some(Link { href: href?, text }));
        let papers = papers.filter(|link| is_web(link.href)).collect();
        Self { shell, flow, partner, account, shares, scope, test_mode, papers }
    }
}
