//! The pages that need no account, or lead to one: start, registration, login, recovery, consent, logout.

pub mod consent;
pub mod login;
pub mod logout;
pub mod note;
pub mod recovery;
pub mod registration;
pub mod second;
pub mod start;

/// The client that a login is for, as pages name it.
#[derive(Clone, Copy, Debug)]
pub struct Partner<'a> {
    /// The client's name.
    pub name: &'a str,
    /// The host that the login goes back to.
    pub host: &'a str,
    /// Whether it is a Verified Partner.
    pub verified: bool,
    /// Where its logo is; its initial stands in for one.
    pub logo: Option<&'a str>,
}

/// A person, as pages show them.
#[derive(Clone, Copy, Debug)]
pub struct Account<'a> {
    /// The name, or the address when they gave none.
    pub name: &'a str,
    /// The main email address.
    pub email: &'a str,
}

impl Partner<'_> {
    /// Stands where a logo would, when there is none.
    fn initial(&self) -> String {
        initial(self.name)
    }
}

impl Account<'_> {
    /// Stands where a picture would.
    fn initial(&self) -> String {
        initial(self.name)
    }
}

/// The first letter or digit, as a capital; nothing when there is none.
fn initial(name: &str) -> String {
    name.chars()
        .find(|character| character.is_alphanumeric())
        .map(|first| first.to_uppercase().collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
