//! What stands around every page of whoever is signed in: who they are, where they are, and what concerns all of it.

use xwms_core::account::person::Person;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::client_context::{ClientContext, Standing};
use xwms_core::model::account::Staff;
use xwms_core::model::client::ClientState;
use xwms_core::model::client::ClientType;
use xwms_core::text;
use xwms_core::text::Text;

use crate::layout::Shell;
use crate::page::form::Form;
use crate::page::html::{Html, Look};
use crate::page::values::Values;
use crate::section::{AccountSection, ClientSection, StaffSection};
use crate::setup_steps;

/// Where a person is.
#[derive(Debug)]
pub(crate) enum Area {
    /// At their own account, or nowhere in particular.
    Account(Option<AccountSection>),
    /// In one of their clients.
    Client(Box<ClientContext>, ClientSection),
    /// At the staff's desk.
    Staff(StaffSection),
}

/// What stands around a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) person: Person,
    pub(crate) area: Area,
    /// The word of what was just done, when our own server says so.
    pub(crate) done: Option<String>,
    /// Where the foot leads: the documentation, and where people ask for help.
    pub(crate) documentation: Option<String>,
    pub(crate) support: Option<String>,
}

/// A part of the navigation, with its heading.
pub(crate) struct NavGroup {
    pub(crate) title: Option<String>,
    pub(crate) links: Vec<NavLink>,
}

/// A link of the navigation.
pub(crate) struct NavLink {
    pub(crate) href: String,
    pub(crate) text: String,
    pub(crate) is_current: bool,
    /// What waits there.
    pub(crate) mark: Option<String>,
}

impl Frame {
    /// The client that the page is of.
    pub(crate) fn client(&self) -> Option<&ClientContext> {
        match &self.area {
            Area::Client(context, _) => Some(context),
            Area::Account(_) | Area::Staff(_) => None,
        }
    }

    /// What of the client's name, or the word for staff, the title ends with.
    pub(crate) fn place_name(&self) -> Option<String> {
        match &self.area {
            Area::Client(context, _) => Some(context.client.settings.name.as_str().to_owned()),
            Area::Staff(_) => Some("Staff".to_owned()),
            Area::Account(_) => None,
        }
    }

    pub(crate) fn is_staff(&self) -> bool {
        self.person.staff.is_some()
    }

    /// The unread notifications, as the head shows them.
    pub(crate) fn unread(&self) -> Option<String> {
        match self.person.unread {
            0 => None,
            many @ 1..100 => Some(many.to_string()),
            _ => Some("99+".to_owned()),
        }
    }

    /// What was just done.
    pub(crate) fn status_message(&self, shell: &Shell) -> Option<String> {
        let text = crate::status_message::text(self.done.as_deref()?)?;
        Some(shell.tell(text))
    }

    /// While a client is set up: what comes next, once something was done.
    pub(crate) fn next_step(&self, shell: &Shell) -> Html {
        let setup = self.client().and_then(|context| Some((context.client.id, context.setup.as_ref()?)));
        match (setup, &self.done) {
            (Some((client, setup)), Some(_)) => setup_steps::next(shell, client, setup),
            _ => Html::default(),
        }
    }

    /// What was just done to: the id or name behind this word.
    pub(crate) fn done_to(&self, word: &str) -> Option<&str> {
        let done = self.done.as_deref()?;
        let (done, subject) = done.split_once('-').unwrap_or((done, ""));
        (done == word).then_some(subject)
    }

    /// What the navigation is called.
    pub(crate) fn nav_label(&self, shell: &Shell) -> String {
        match &self.area {
            Area::Client(..) => shell.say("shell_nav-client"),
            Area::Staff(_) => shell.say("shell_nav-staff"),
            Area::Account(_) => shell.say("shell_nav-account"),
        }
    }

    /// What the folded navigation is called: where the person is.
    pub(crate) fn menu_name(&self, shell: &Shell) -> String {
        let section = match &self.area {
            Area::Client(_, section) => Some(section.name()),
            Area::Staff(section) => Some(section.name()),
            Area::Account(section) => section.as_ref().map(|section| section.name()),
        };
        match section {
            Some(section) => shell.tell(text!("shell_menu-at", section = section)),
            None => shell.say("shell_menu"),
        }
    }

    /// The links at the foot, with their words.
    pub(crate) fn footer(&self, shell: &Shell) -> Vec<(&str, String)> {
        let documentation = self.documentation.as_deref().map(|href| (href, shell.say("shell_documentation")));
        let support = self.support.as_deref().map(|href| (href, shell.say("shell_support")));
        documentation.into_iter().chain(support).collect()
    }

    /// The sections that this person may open here.
    pub(crate) fn navigation(&self, shell: &Shell) -> Vec<NavGroup> {
        match &self.area {
            Area::Client(context, current) => client_navigation(shell, context, *current),
            Area::Staff(current) => {
                let is_admin = self.person.staff == Some(Staff::Admin);
                let open = StaffSection::ALL.iter().filter(|section| is_admin || section.is_for_reviewers());
                let links = open.map(|section| NavLink {
                    href: section.href().to_owned(),
                    text: shell.tell(section.name()),
                    is_current: section == current,
                    mark: None,
                });
                vec![NavGroup { title: None, links: links.collect() }]
            }
            Area::Account(current) => {
                let links = AccountSection::ALL.iter().map(|section| NavLink {
                    href: section.href().to_owned(),
                    text: shell.tell(section.name()),
                    is_current: current.as_ref() == Some(section),
                    mark: None,
                });
                vec![NavGroup { title: None, links: links.collect() }]
            }
        }
    }

    /// The clients that the switcher offers: the same section of another, by its name.
    pub(crate) fn other_clients(&self) -> Vec<(String, &str)> {
        let Area::Client(context, section) = &self.area else { return Vec::new() };
        context.others.iter().map(|(id, name)| (section.href(*id), name.as_str())).collect()
    }

    /// How the client stands, in a word.
    pub(crate) fn state(&self, shell: &Shell) -> Html {
        self.client().map(|context| state(shell, context.client.standing.state)).unwrap_or_default()
    }

    /// What concerns all of it, above everything.
    pub(crate) fn bands(&self, shell: &Shell) -> Html {
        match &self.area {
            Area::Client(context, _) => client_bands(shell, context),
            Area::Account(_) if !self.person.email_verified => unconfirmed(shell, &self.person.email),
            Area::Account(_) | Area::Staff(_) => Html::default(),
        }
    }
}

/// How a client stands, as a badge.
pub(crate) fn state(shell: &Shell, state: ClientState) -> Html {
    match state {
        ClientState::Live => Html::badge(Look::Good, shell.say("state_live")),
        ClientState::TestMode => Html::badge(Look::Test, shell.say("state_test_mode")),
        ClientState::ReadOnly => Html::badge(Look::Care, shell.say("state_read_only")),
        ClientState::Suspended => Html::badge(Look::Bad, shell.say("state_suspended")),
    }
}

/// What concerns all that is below it: a word, what is so, and where it is changed.
pub(crate) fn band(shell: &Shell, class: &str, word: &str, text: Text, links: &Html) -> Html {
    let words = shell.html(text);
    let word = Html::text(word);
    Html::drawn(format!(
        "<div class=\"band {class}\" role=\"region\" aria-label=\"{word}\"><p>{words}</p>{links}</div>"
    ))
}

/// What concerns a client as a whole.
fn client_bands(shell: &Shell, context: &ClientContext) -> Html {
    let path = client_path(context.client.id);
    let mut bands = Html::default();
    if context.is_in_test_mode() {
        let link = Html::link(format!("{path}/domains"), shell.say("band_test_mode-link"));
        let link = if context.may(Permission::DomainsUpdate) { link } else { Html::default() };
        bands = bands.and(&band(shell, "test", &shell.say("state_test_mode"), text!("band_test_mode"), &link));
    }
    bands = bands.and(&standing_band(shell, context));
    if let Some(name) = &context.reviewed_name {
        let link = Html::link(format!("{path}/verifications"), shell.say("band_under_review-link"));
        let link = if context.may(Permission::VerificationsRead) { link } else { Html::default() };
        let text = text!("band_under_review", name = name.as_str());
        bands = bands.and(&band(shell, "care", &shell.say("state_under_review"), text, &link));
    }
    bands
}

/// What stands in the way of all that is changed in a client.
fn standing_band(shell: &Shell, context: &ClientContext) -> Html {
    match &context.standing {
        Standing::Live => Html::default(),
        Standing::ReadOnly { ended_at, logins_until } => {
            let owner = context.client.owner.as_str();
            let text = match (*ended_at, *logins_until) {
                (Some(ended), Some(until)) if !context.logins_stopped => text!(
                    "band_read_only-grace",
                    owner = owner,
                    ended = Html::day(shell, ended),
                    until = Html::day(shell, until)
                ),
                (Some(ended), _) => text!("band_read_only-over", owner = owner, ended = Html::day(shell, ended)),
                (None, _) => text!("band_read_only", owner = owner),
            };
            let plans = Html::link("/account/plan", shell.say("band_read_only-plans"));
            let hand = Html::link(
                format!("{}/settings/billing-owner", client_path(context.client.id)),
                shell.say("band_read_only-hand"),
            );
            let links = if context.is_owner { Html::joined([plans, hand], " · ") } else { plans };
            band(shell, "care", &shell.say("state_read_only"), text, &links)
        }
        Standing::Suspended { since, reason } => {
            let text = match (since, reason) {
                (Some(since), Some(reason)) => {
                    text!("band_suspended-reason", since = Html::day(shell, *since), reason = reason.as_str())
                }
                (Some(since), None) => text!("band_suspended-since", since = Html::day(shell, *since)),
                (None, _) => text!("band_suspended"),
            };
            band(shell, "bad", &shell.say("state_suspended"), text, &Html::default())
        }
    }
}

/// Says that the address of an account is not confirmed yet, and sends the mail again.
fn unconfirmed(shell: &Shell, email: &str) -> Html {
    let nothing = Values::default();
    let form = Form::new(shell, &nothing, "/verify-email/resend", shell.say("band_unconfirmed-again")).quiet();
    let text = text!("band_unconfirmed", email = email);
    band(shell, "care", &shell.say("band_unconfirmed-word"), text, &form.html())
}

fn client_navigation(shell: &Shell, context: &ClientContext, current: ClientSection) -> Vec<NavGroup> {
    let id = context.client.id;
    let link = |section: ClientSection| NavLink {
        href: section.href(id),
        text: shell.tell(section.name()),
        is_current: section == current,
        mark: mark(shell, context, section),
    };
    let open = |sections: &[ClientSection]| -> Vec<NavLink> {
        // A public client has no secrets.
        let public = context.client.settings.client_type == ClientType::Public;
        let its = sections.iter().filter(|section| !public || **section != ClientSection::Secrets);
        its.filter(|section| context.may(section.permission())).map(|section| link(*section)).collect()
    };
    let groups = [
        (None, open(&[ClientSection::Overview])),
        (Some(shell.say("section_integrations")), open(ClientSection::INTEGRATIONS)),
        (None, open(ClientSection::ORGANISATION)),
    ];
    groups.into_iter().filter(|(_, links)| !links.is_empty()).map(|(title, links)| NavGroup { title, links }).collect()
}

/// What waits in a section of a client.
fn mark(shell: &Shell, context: &ClientContext, section: ClientSection) -> Option<String> {
    match section {
        ClientSection::Overview => {
            let to_do = context.setup.as_ref().map(|setup| setup.to_do().count()).filter(|to_do| *to_do > 0)?;
            Some(shell.tell(text!("shell_to_do", count = to_do)))
        }
        ClientSection::Verifications if context.is_under_review => Some(shell.say("state_under_review")),
        ClientSection::Webhooks if context.parked > 0 => {
            Some(shell.tell(text!("section_webhooks-mark", count = context.parked)))
        }
        _ => None,
    }
}

/// The path of a client.
pub(crate) fn client_path(id: ClientId) -> String {
    format!("/clients/{id}")
}

/// The words in place of an action that a person may not take; `None` when they may.
pub(crate) fn lacking(shell: &Shell, context: &ClientContext, permission: Permission, action: String) -> Option<Html> {
    (!context.may(permission)).then(|| {
        let text =
            text!("shell_lacking", action = action, permission = permission.text(), role = context.role.as_str());
        Html::drawn(format!("<p class=\"soft\">{}</p>", shell.html(text)))
    })
}
