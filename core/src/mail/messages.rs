//! What XWMS writes to people.

use super::Mail;

/// Asks a new account to prove its address.
pub fn verify_email(to: &str, link: &str) -> Mail {
    mail(
        to,
        "Confirm your email address",
        &format!(
            "Welcome to XWMS.\n\nConfirm that this is your address:\n\n{link}\n\nThe link works once, for an hour. If you \
             did not ask for an account, do nothing: it stays unconfirmed."
        ),
    )
}

/// Tells somebody who registers again that there is an account already.
pub fn account_exists(to: &str, sign_in: &str, forgot: &str) -> Mail {
    mail(
        to,
        "You already have an XWMS account",
        &format!(
            "Somebody, probably you, asked for an XWMS account with this address. You have one already.\n\nSign in: \
             {sign_in}\nForgot the password? {forgot}\n\nIf it was not you, do nothing: nothing has changed."
        ),
    )
}

/// Leads to a new password.
pub fn reset_password(to: &str, link: &str) -> Mail {
    mail(
        to,
        "Set a new password",
        &format!(
            "Set a new password for your XWMS account:\n\n{link}\n\nThe link works once, for an hour. If you did not ask \
             for it, do nothing: your password stays as it is."
        ),
    )
}

/// Says that the password was changed.
pub fn password_changed(to: &str, forgot: &str) -> Mail {
    mail(
        to,
        "Your password was changed",
        &format!(
            "The password of your XWMS account was just changed, and every other device was signed out.\n\nIf it was not \
             you, set a new one now: {forgot}"
        ),
    )
}

/// Says that a refresh token came back a second time, so that the connection was cut.
pub fn token_reused(to: &str, client: &str) -> Mail {
    mail(
        to,
        "A connection to your account was ended",
        &format!(
            "{client} was connected to your XWMS account with a token that somebody used a second time. To be safe, XWMS \
             ended that connection. Log in there again to go on; there is nothing else you need to do."
        ),
    )
}

fn mail(to: &str, subject: &str, text: &str) -> Mail {
    Mail { to: to.to_owned(), subject: subject.to_owned(), text: format!("{text}\n\nXWMS\n") }
}
