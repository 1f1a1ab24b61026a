//! Pages that say how something ended, and where to go from there.

use askama::Template;

use crate::csrf::Csrf;
use crate::layout::{Link, Page};

/// One sentence or two, and one link.
#[derive(Template)]
#[template(path = "public/note.html")]
pub struct NotePage<'a> {
    csrf: &'a Csrf,
    good: bool,
    title: &'static str,
    text: &'static str,
    link: Link<'static>,
}

impl Page for NotePage<'_> {}

impl<'a> NotePage<'a> {
    /// The address is confirmed, and no login waits. `csrf`: of the session.
    pub const fn email_verified(csrf: &'a Csrf) -> Self {
        Self {
            csrf,
            good: true,
            title: "Your email address is confirmed",
            text: "You can use your account at our partners’ sites now.",
            link: Link { href: "/", text: "Go on" },
        }
    }
}

impl NotePage<'static> {
    /// A new password holds. Nobody is signed in by that.
    pub const fn password_set() -> Self {
        Self {
            csrf: Csrf::none(),
            good: true,
            title: "Your new password is set",
            text: "You were signed out everywhere. Sign in with the new password.",
            link: Link { href: "/login", text: "Sign in" },
        }
    }

    /// `/signed-out`.
    pub const fn signed_out() -> Self {
        Self {
            csrf: Csrf::none(),
            good: true,
            title: "You are logged out",
            text: "Nobody is signed in to XWMS in this browser. Sites may keep you logged in until you log out there.",
            link: Link { href: "/login", text: "Sign in again" },
        }
    }

    /// A link to set a new password is used, expired or none of ours.
    pub const fn reset_link_gone() -> Self {
        Self::link_gone(Link { href: "/forgot", text: "Ask for another link" })
    }

    /// A link to confirm an address is used, expired or none of ours.
    pub const fn verify_link_gone() -> Self {
        Self::link_gone(Link { href: "/login", text: "Sign in" })
    }

    const fn link_gone(link: Link<'static>) -> Self {
        Self {
            csrf: Csrf::none(),
            good: false,
            title: "This link no longer works",
            text: "It was used before, or has expired, or a part of it is missing.",
            link,
        }
    }
}
