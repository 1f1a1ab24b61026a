//! The driver's requests to the management API: what one client has, read with an API token.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::failure::Failure;
use crate::http::Connection;
use crate::operations::Operation;
use crate::worker::unexpected;

/// As many secrets, and as many domains, has the client whose configuration is read.
pub(crate) const EACH: usize = 20;

/// Where the management API is.
pub(crate) const PREFIX: &str = "/admin/v1";

/// A client that is managed, and a token that may read it.
#[derive(Clone, Debug)]
pub(crate) struct Managed {
    pub(crate) client: String,
    pub(crate) token: String,
}

/// Prepared requests of one connection.
pub(crate) struct Requests {
    host: String,
    managed: Managed,
    secrets: Resource,
    domains: Resource,
}

/// What was made last has this number: no two labels, and no two domains of a client, are the same.
static MADE: AtomicU64 = AtomicU64::new(0);

/// A list, and each of those that it lists, in turn.
struct Resource {
    name: &'static str,
    list: Vec<u8>,
    each: Vec<Vec<u8>>,
    turn: usize,
    /// The head of a request that makes one more, but for its length.
    make: String,
    /// What stands in its body before and behind the number.
    names: (&'static str, &'static str),
}

impl Requests {
    pub(crate) fn of(host: &str, managed: &Managed) -> Self {
        let resource = |name, names| {
            let list = request(host, managed, &format!("{name}?limit={EACH}"));
            let make = head("POST", host, managed, name) + "Content-Type: application/json\r\nContent-Length: ";
            Resource { name, list, each: Vec::new(), turn: 0, make, names }
        };
        let secrets = resource("secrets", ("{\"label\":\"Made ", "\"}"));
        let domains = resource("domains", ("{\"root_domain\":\"made-", ".example\"}"));
        Self { host: host.to_owned(), managed: managed.clone(), secrets, domains }
    }

    /// Learns the ids of what there is to read.
    pub(crate) async fn look_around(&mut self, connection: &mut Connection) -> Result<(), Failure> {
        for resource in [&mut self.secrets, &mut self.domains] {
            let answer = connection.exchange(&resource.list).await?;
            if answer.status != 200 {
                return Err(unexpected(answer));
            }
            let ids = ids(answer.body);
            if ids.len() != EACH {
                return Err(Failure(format!("{} {} are listed, and not {EACH}", ids.len(), resource.name)));
            }
            let path = |id: &String| request(&self.host, &self.managed, &format!("{}/{id}", resource.name));
            resource.each = ids.iter().map(path).collect();
        }
        Ok(())
    }

    /// Carries out an operation of the management API once.
    pub(crate) async fn step(&mut self, connection: &mut Connection, operation: Operation) -> Result<(), Failure> {
        match operation {
            Operation::MakeSecret => return make(&self.host, &self.managed, &self.secrets, connection).await,
            Operation::MakeDomain => return make(&self.host, &self.managed, &self.domains, connection).await,
            _ => {}
        }
        let request = match operation {
            Operation::ListSecrets => Some(&self.secrets.list),
            Operation::ListDomains => Some(&self.domains.list),
            Operation::ReadSecret => self.secrets.next(),
            Operation::ReadDomain => self.domains.next(),
            _ => None,
        };
        let request = request.ok_or_else(|| Failure("there is nothing to read".to_owned()))?;
        let answer = connection.exchange(request).await?;
        if answer.status == 200 { Ok(()) } else { Err(unexpected(answer)) }
    }
}

impl Resource {
    fn next(&mut self) -> Option<&Vec<u8>> {
        self.turn = (self.turn + 1) % self.each.len().max(1);
        self.each.get(self.turn)
    }
}

/// Makes one and deletes it, so that there are as many as before.
async fn make(host: &str, managed: &Managed, resource: &Resource, connection: &mut Connection) -> Result<(), Failure> {
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let (before, behind) = resource.names;
    let body = format!("{before}{number}{behind}");
    let request = format!("{}{}\r\n\r\n{body}", resource.make, body.len());
    let answer = connection.exchange(request.as_bytes()).await?;
    let id = answer.json_text("id").filter(|_| answer.status == 201).map(str::to_owned);
    let Some(id) = id else { return Err(unexpected(answer)) };
    let request = head("DELETE", host, managed, &format!("{}/{id}", resource.name)) + "\r\n";
    let answer = connection.exchange(request.as_bytes()).await?;
    if answer.status == 204 { Ok(()) } else { Err(unexpected(answer)) }
}

pub(crate) fn request(host: &str, managed: &Managed, path: &str) -> Vec<u8> {
    (head("GET", host, managed, path) + "\r\n").into_bytes()
}

fn head(method: &str, host: &str, managed: &Managed, path: &str) -> String {
    let Managed { client, token } = managed;
    format!("{method} {PREFIX}/clients/{client}/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n")
}

/// The ids in a page of a list.
fn ids(body: &[u8]) -> Vec<String> {
    let page: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let listed = page.get("data").and_then(serde_json::Value::as_array).map(Vec::as_slice).unwrap_or_default();
    listed.iter().filter_map(|one| one.get("id")?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_page_and_nothing_else_is_one() {
        assert_eq!(ids(br#"{"data":[{"id":"a","label":"id"},{"id":"b"}],"next_cursor":null}"#), ["a", "b"]);
        assert!(ids(b"<html>").is_empty() && ids(br#"{"id":"a"}"#).is_empty());
    }
}
