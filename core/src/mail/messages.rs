//! What XWMS writes to people, each link on a line of its own. What a stranger typed does not get in: who registers with
//! another's address would have us deliver their words.

use super::Mail;

/// Asks a new account to prove its address by following `link`.
pub fn verify_email(to: &str, link: &str) -> Mail {
    mail(
        to,
        "Confirm your email address",
        &format!(
            "Welcome to XWMS.\n\nConfirm that this is your address:\n\n{link}\n\nThe link works once, and only for a short \
             time. If you did not ask for an account, do nothing: it stays unconfirmed."
        ),
    )
}

/// Tells somebody who registers again that there is an account already: the link `sign_in` leads into it, the link
/// `forgot` to a new password.
pub fn account_exists(to: &str, sign_in: &str, forgot: &str) -> Mail {
    mail(
        to,
        "You already have an XWMS account",
        &format!(
            "Somebody, probably you, asked for an XWMS account with this address. You have one already.\n\nSign \
             in:\n\n{sign_in}\n\nForgot the password? Set a new one:\n\n{forgot}\n\nIf it was not you, do nothing: nothing \
             has changed."
        ),
    )
}

/// Leads to a new password by `link`.
pub fn reset_password(to: &str, link: &str) -> Mail {
    mail(
        to,
        "Set a new password",
        &format!(
            "Set a new password for your XWMS account:\n\n{link}\n\nThe link works once, and only for a short time. If you \
             did not ask for it, do nothing: your password stays as it is."
        ),
    )
}

/// Says that the password was changed; the link `forgot` leads to another.
pub fn password_changed(to: &str, forgot: &str) -> Mail {
    mail(
        to,
        "Your password was changed",
        &format!(
            "The password of your XWMS account was just changed, and every other device was signed out.\n\nIf it was not \
             you, set a new one now:\n\n{forgot}"
        ),
    )
}

/// Tells a person that a refresh token came back a second time, so that the connection to `client` (its name) was cut; the
/// link `apps` leads to the person's connections.
pub fn token_reused(to: &str, client: &str, forgot: &str) -> Mail {
    mail(
        to,
        "A connection to your account was ended",
        &format!(
            "{client} was connected to your XWMS account with a token that was used a second time. It may have been copied, \
             so XWMS ended that connection. Log in there again to go on.\n\nIf you fear that somebody else uses your \
             account, set a new password:\n\n{forgot}"
        ),
    )
}

/// Tells the people of a partner what happened to their client (`client` is its name); `news` is a sentence or two of
/// ours.
pub fn partner_notice(to: &str, client: &str, news: &str) -> Mail {
    mail(
        to,
        &format!("News about {client} on XWMS"),
        &format!("{news}\n\nYou get this mail because you manage {client} on XWMS."),
    )
}

/// Tells a person what their own pages tell them too: `subject` is a line of ours; `text` a sentence or two, in which a
/// partner's words stand as such.
pub fn notice(to: &str, subject: &str, text: &str) -> Mail {
    mail(to, subject, text)
}

/// A name that a partner chose, as a mail may say it: what reads as a link would be made one, in words that seem to be
/// ours, so it gives way to `instead`.
pub fn name_in_mail<'n>(name: &'n str, instead: &'n str) -> &'n str {
    let reads_as_link = name.contains('/') || name.to_lowercase().contains("www.");
    if reads_as_link { instead } else { name }
}

fn mail(to: &str, subject: &str, text: &str) -> Mail {
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: format!("{text}\n\nXWMS\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ni_04_a_name_that_reads_as_a_link_gives_way() {
        for name in ["https://evil.example", "Win at evil.example/x", "WWW.evil.example", "a/b", "x://y"] {
            assert_eq!(name_in_mail(name, "engines.example"), "engines.example", "{name}");
        }
        for name in ["Analytical Engines", "engines.example", "www", "Ada & Co: clocks"] {
            assert_eq!(name_in_mail(name, "engines.example"), name);
        }
    }

    #[test]
    fn every_message_says_what_it_is_and_has_each_link_on_a_line_of_its_own() {
        let (to, a, b) = ("ada@example.test", "https://id.example/a?token=x", "https://id.example/b");
        let rows: [(Mail, &[&str]); 6] = [
            (verify_email(to, a), &[a]),
            (account_exists(to, a, b), &[a, b]),
            (reset_password(to, a), &[a]),
            (password_changed(to, a), &[a]),
            (token_reused(to, "Analytical Engines", a), &[a]),
            (partner_notice(to, "Analytical Engines", "A secret ends in a week."), &[]),
        ];
        for (mail, links) in rows {
            assert_eq!(mail.to, to);
            assert!(mail.text.is_ascii() && mail.text.contains("XWMS") && !mail.subject.is_empty());
            for link in links {
                assert!(mail.text.lines().any(|line| line == *link), "{}", mail.text);
            }
        }
    }
}
