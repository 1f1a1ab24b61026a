//! Pages that say how something ended, and where to go from there.

use askama::Template;
use xwms_core::text;
use xwms_core::text::Text;

use crate::layout::{Link, Page, Shell};

/// One sentence or two, and one link.
#[derive(Template)]
#[template(path = "public/note.html")]
pub struct NotePage<'a> {
    shell: &'a Shell,
    good: bool,
    title: Text,
    text: Text,
    link: Link<'static>,
}

impl Page for NotePage<'_> {}

impl<'a> NotePage<'a> {
    /// The address is confirmed, and no login waits. `shell`: of the session.
    pub fn email_verified(shell: &'a Shell) -> Self {
        Self {
            shell,
            good: true,
            title: text!("page_verified-title"),
            text: text!("page_verified-text"),
            link: Link { href: "/", text: text!("page_verified-link") },
        }
    }

    /// A new password holds. Nobody is signed in by that.
    pub fn password_set(shell: &'a Shell) -> Self {
        Self {
            shell,
            good: true,
            title: text!("page_password_set-title"),
            text: text!("page_password_set-text"),
            link: Link { href: "/login", text: text!("page_password_set-link") },
        }
    }

    /// `/signed-out`.
    pub fn signed_out(shell: &'a Shell) -> Self {
        Self {
            shell,
            good: true,
            title: text!("page_signed_out-title"),
            text: text!("page_signed_out-text"),
            link: Link { href: "/login", text: text!("page_signed_out-link") },
        }
    }

    /// A link to set a new password is used, expired or none of ours.
    pub fn reset_link_gone(shell: &'a Shell) -> Self {
        Self::link_gone(shell, Link { href: "/forgot", text: text!("page_link_gone-another") })
    }

    /// A link to confirm an address is used, expired or none of ours.
    pub fn verify_link_gone(shell: &'a Shell) -> Self {
        Self::link_gone(shell, Link { href: "/login", text: text!("page_link_gone-sign_in") })
    }

    fn link_gone(shell: &'a Shell, link: Link<'static>) -> Self {
        Self { shell, good: false, title: text!("page_link_gone-title"), text: text!("page_link_gone-text"), link }
    }
}
