//! What stands around every page of whoever is signed in: who they are, where they are, and what concerns all of it.

use xwms_core::account::person::Person;
use xwms_core::gate::permission::Permission;
use xwms_core::id::ClientId;
use xwms_core::manage::client_context::{ClientContext, Standing};
use xwms_core::model::account::Staff;
use xwms_core::text;
use xwms_core::text::Text;

use crate::layout::Shell;
use crate::page::html::{Html, Look};
use crate::section::{AccountSection, ClientSection, StaffSection};

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
                });
                vec![NavGroup { title: None, links: links.collect() }]
            }
            Area::Account(current) => {
                let links = AccountSection::ALL.iter().map(|section| NavLink {
                    href: section.href().to_owned(),
                    text: shell.tell(section.name()),
                    is_current: current.as_ref() == Some(section),
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
        self.client().map(|context| state_of(shell, context)).unwrap_or_default()
    }

    /// What concerns the whole client, above everything.
    pub(crate) fn bands(&self, shell: &Shell) -> Html {
        let Some(context) = self.client() else { return Html::default() };
        let mut bands = Html::default();
        if context.is_in_test_mode() {
            bands = bands.and(&band(shell, "test", text!("band_test_mode")));
        }
        match context.standing {
            Standing::Live => {}
            Standing::ReadOnly { .. } => {
                let owner = context.client.owner.as_str();
                bands = bands.and(&band(shell, "care", text!("band_read_only", owner = owner)));
            }
            Standing::Suspended { .. } => bands = bands.and(&band(shell, "bad", text!("band_suspended"))),
        }
        if let Some(name) = &context.reviewed_name {
            bands = bands.and(&band(shell, "care", text!("band_under_review", name = name.as_str())));
        }
        bands
    }
}

/// How a client stands, as a badge.
pub(crate) fn state_of(shell: &Shell, context: &ClientContext) -> Html {
    match context.standing {
        Standing::Suspended { .. } => Html::badge(Look::Bad, shell.say("state_suspended")),
        Standing::ReadOnly { .. } => Html::badge(Look::Care, shell.say("state_read_only")),
        Standing::Live if context.is_in_test_mode() => Html::badge(Look::Test, shell.say("state_test_mode")),
        Standing::Live => Html::badge(Look::Good, shell.say("state_live")),
    }
}

/// What concerns all that is below it.
pub(crate) fn band(shell: &Shell, class: &str, text: Text) -> Html {
    let words = shell.html(text);
    Html::drawn(format!("<div class=\"band {class}\" role=\"region\"><p>{words}</p></div>"))
}

fn client_navigation(shell: &Shell, context: &ClientContext, current: ClientSection) -> Vec<NavGroup> {
    let id = context.client.id;
    let link = |section: ClientSection| NavLink {
        href: section.href(id),
        text: shell.tell(section.name()),
        is_current: section == current,
    };
    let open = |sections: &[ClientSection]| -> Vec<NavLink> {
        sections.iter().filter(|section| context.may(section.permission())).map(|section| link(*section)).collect()
    };
    let groups = [
        (None, open(&[ClientSection::Overview])),
        (Some(shell.say("section_integrations")), open(ClientSection::INTEGRATIONS)),
        (None, open(ClientSection::ORGANISATION)),
    ];
    groups.into_iter().filter(|(_, links)| !links.is_empty()).map(|(title, links)| NavGroup { title, links }).collect()
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
