//! What XWMS writes to people, in their language, each link on a line of its own. What a stranger typed does not get in: who
//! registers with another's address would have us deliver their words.

use super::Mail;
use crate::text;
use crate::text::{Arg, Language, Text};

/// A paragraph of a mail.
enum Part<'a> {
    Says(Text),
    Link(&'a str),
}

use Part::{Link, Says};

/// Asks a new account to prove its address by following `link`.
pub fn verify_email(to: &str, language: Language, link: &str) -> Mail {
    let parts = [
        Says(text!("mail_verify-welcome")),
        Says(text!("mail_verify-confirm")),
        Link(link),
        Says(text!("mail_verify-once")),
    ];
    mail(to, language, &text!("mail_verify-subject"), &parts)
}

/// Tells somebody who registers again that there is an account already: the link `sign_in` leads into it, the link
/// `forgot` to a new password.
pub fn account_exists(to: &str, language: Language, sign_in: &str, forgot: &str) -> Mail {
    let parts = [
        Says(text!("mail_known-asked")),
        Says(text!("mail_known-sign_in")),
        Link(sign_in),
        Says(text!("mail_known-forgot")),
        Link(forgot),
        Says(text!("mail_known-nothing")),
    ];
    mail(to, language, &text!("mail_known-subject"), &parts)
}

/// Leads to a new password by `link`.
pub fn reset_password(to: &str, language: Language, link: &str) -> Mail {
    let parts = [Says(text!("mail_reset-set")), Link(link), Says(text!("mail_reset-once"))];
    mail(to, language, &text!("mail_reset-subject"), &parts)
}

/// Says that the password was changed; the link `forgot` leads to another.
pub fn password_changed(to: &str, language: Language, forgot: &str) -> Mail {
    let parts = [Says(text!("mail_password-changed")), Says(text!("mail_password-forgot")), Link(forgot)];
    mail(to, language, &text!("mail_password-subject"), &parts)
}

/// Says what was changed of the second factors (`what`); the link `forgot` leads to a new password.
pub fn factor_changed(to: &str, language: Language, what: Text, forgot: &str) -> Mail {
    let parts = [Says(what), Says(text!("mail_factor-ended")), Says(text!("mail_password-forgot")), Link(forgot)];
    mail(to, language, &text!("mail_factor-subject"), &parts)
}

/// Says that a recovery code was used, and how many are left; the link `forgot` leads to a new password.
pub fn recovery_code_used(to: &str, language: Language, left: i64, forgot: &str) -> Mail {
    let parts = [Says(text!("mail_recovery-used", left = left)), Says(text!("mail_password-forgot")), Link(forgot)];
    mail(to, language, &text!("mail_recovery-subject"), &parts)
}

/// Tells a person that a refresh token came back a second time, so that the connection to `client` (its name) was cut; the
/// link `forgot` leads to a new password.
pub fn token_reused(to: &str, language: Language, client: Arg, forgot: &str) -> Mail {
    let parts = [Says(text!("mail_reuse-ended", client = client)), Says(text!("mail_reuse-forgot")), Link(forgot)];
    mail(to, language, &text!("mail_reuse-subject"), &parts)
}

/// The same for the people of the partner.
pub fn partner_token_reused(to: &str, language: Language, client: Arg) -> Mail {
    let subject = text!("mail_partner-subject", client = client.clone());
    let parts = [Says(text!("mail_partner-reuse")), Says(text!("mail_partner-because", client = client))];
    mail(to, language, &subject, &parts)
}

/// Tells a person what their own pages tell them too; the subject has words of ours only.
pub fn notice(to: &str, language: Language, (subject, text): (&Text, &Text)) -> Mail {
    mail(to, language, subject, &[Says(text.clone())])
}

fn mail(to: &str, language: Language, subject: &Text, parts: &[Part<'_>]) -> Mail {
    let mut text = String::new();
    for part in parts {
        match part {
            Says(says) => text += &says.say_in_mail(language),
            Link(link) => text += link,
        }
        text += "\n\n";
    }
    Mail { to: to.to_owned(), subject: subject.say_in_mail(language), text: text + "XWMS\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(language: Language) -> [(Mail, Vec<&'static str>); 9] {
        let (to, a, b) = ("ada@example.test", "https://id.example/a?token=x", "https://id.example/b");
        let client = || Arg::Name { name: "www.evil.example".to_owned(), instead: "engines.example".to_owned() };
        let told = (text!("notice_review-subject"), text!("notice_client_deleted", client = client()));
        [
            (verify_email(to, language, a), vec![a]),
            (account_exists(to, language, a, b), vec![a, b]),
            (reset_password(to, language, a), vec![a]),
            (password_changed(to, language, a), vec![a]),
            (factor_changed(to, language, text!("mail_factor-app_added"), a), vec![a]),
            (recovery_code_used(to, language, 7, a), vec![a]),
            (token_reused(to, language, client(), a), vec![a]),
            (partner_token_reused(to, language, client()), vec![]),
            (notice(to, language, (&told.0, &told.1)), vec![]),
        ]
    }

    #[test]
    fn every_mail_says_what_it_is_and_has_each_link_on_a_line_of_its_own() {
        for language in Language::ALL {
            for (mail, links) in mails(language) {
                assert_eq!(mail.to, "ada@example.test");
                assert!(mail.text.ends_with("\n\nXWMS\n") && !mail.subject.is_empty());
                assert!(!mail.text.contains("evil") && !mail.subject.contains("evil"), "{}", mail.text);
                for link in links {
                    assert!(mail.text.lines().any(|line| line == link), "{}", mail.text);
                }
            }
        }
    }

    #[test]
    fn a_mail_speaks_the_language_of_its_recipient() {
        let english = mails(Language::English);
        for language in [Language::Dutch, Language::German] {
            for ((own, _), (english, _)) in mails(language).into_iter().zip(&english) {
                assert_ne!(own.subject, english.subject);
                let own: Vec<&str> = own.text.lines().filter(|line| line.contains(' ')).collect();
                for line in english.text.lines().filter(|line| line.contains(' ')) {
                    assert!(!own.contains(&line), "{line}");
                }
            }
        }
    }
}
