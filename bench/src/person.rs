//! A person with a browser, who signs in and consents on the pages. What remains is the cookies.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::http::Connection;
use crate::platform::{PASSWORD, email};
use crate::worker::{Client, Site, unexpected};

/// Pages on the way from the authorization request to the client.
const MOST_PAGES: usize = 12;

/// What the browser was answered.
struct Page {
    location: String,
    path: String,
    body: String,
}

struct Browser<'s> {
    connection: Connection,
    site: &'s Site,
    cookies: BTreeMap<String, String>,
}

/// Signs a person in and consents to these clients; the `Cookie` header of that browser.
pub(crate) async fn sign_in(site: &Site, clients: &[Client], person: usize) -> Result<String, Failure> {
    let mut browser = Browser { connection: Connection::to(site.address), site, cookies: BTreeMap::new() };
    for client in clients {
        browser.log_in(client, &email(person)).await?;
    }
    Ok(browser.cookie_header())
}

impl Browser<'_> {
    async fn log_in(&mut self, client: &Client, email: &str) -> Result<(), Failure> {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", &client.redirect_uri),
            ("scope", &client.scope),
            ("state", "s"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ]);
        let mut page = self.get(&format!("{}?{query}", self.site.authorize)).await?;
        for _ in 0..MOST_PAGES {
            if page.location.starts_with(&client.redirect_uri) {
                return Ok(());
            }
            page = if !page.location.is_empty() {
                let own = format!("http://{}", self.site.host);
                let path = page.location.strip_prefix(&own).unwrap_or(&page.location).to_owned();
                self.get(&path).await?
            } else if page.path.starts_with("/login") {
                self.submit(&page, "/login", &[("email", email), ("password", PASSWORD)]).await?
            } else if page.path.starts_with("/consent") {
                self.submit(&page, "/consent", &[("decision", "allow")]).await?
            } else {
                return Err(Failure(format!("the login ends at {}", page.path.split('?').next().unwrap_or_default())));
            };
        }
        Err(Failure("the login goes round in circles".to_owned()))
    }

    async fn submit(&mut self, page: &Page, path: &str, answers: &[(&str, &str)]) -> Result<Page, Failure> {
        let hidden = ["flow", "scope", "csrf"].map(|name| (name, hidden(&page.body, name)));
        let hidden = hidden.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let fields: Vec<(&str, &str)> = hidden.chain(answers.iter().copied()).collect();
        let body = form(&fields);
        let more = format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", body.len());
        self.send("POST", path, &more, &body).await
    }

    async fn get(&mut self, path: &str) -> Result<Page, Failure> {
        self.send("GET", path, "", "").await
    }

    async fn send(&mut self, method: &str, path: &str, more: &str, body: &str) -> Result<Page, Failure> {
        let (host, cookies) = (&self.site.host, self.cookie_header());
        let cookies = if cookies.is_empty() { cookies } else { format!("Cookie: {cookies}\r\n") };
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{cookies}{more}\r\n{body}");
        let answer = self.connection.exchange(request.as_bytes()).await?;
        if answer.status >= 400 {
            return Err(unexpected(answer));
        }
        for cookie in answer.headers("set-cookie") {
            let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
            let Some((name, value)) = pair.split_once('=') else { continue };
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (location, body) = (answer.location().to_owned(), answer.text().to_owned());
        Ok(Page { location, body, path: path.to_owned() })
    }

    fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> Option<String> {
    let inputs = page.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    let mut named = inputs.filter(|input| attribute(input, "name").as_deref() == Some(name));
    named.find_map(|input| attribute(input, "value"))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&quot;", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_fields_are_found_and_unescaped() {
        let page = r#"<form><input type="text" name="email"><input type="hidden" name="csrf" value="a&#38;b"></form>"#;
        assert_eq!(hidden(page, "csrf").as_deref(), Some("a&b"));
        assert_eq!((hidden(page, "email"), hidden(page, "flow")), (None, None));
    }
}
