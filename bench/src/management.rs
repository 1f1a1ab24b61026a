//! The driver's requests to the management API: what one client has, read with an API token.

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

/// A list, and each of those that it lists, in turn.
struct Resource {
    name: &'static str,
    list: Vec<u8>,
    each: Vec<Vec<u8>>,
    turn: usize,
}

impl Requests {
    pub(crate) fn of(host: &str, managed: &Managed) -> Self {
        let resource = |name| {
            let list = request(host, managed, &format!("{name}?limit={EACH}"));
            Resource { name, list, each: Vec::new(), turn: 0 }
        };
        let (secrets, domains) = (resource("secrets"), resource("domains"));
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

pub(crate) fn request(host: &str, managed: &Managed, path: &str) -> Vec<u8> {
    let Managed { client, token } = managed;
    format!("GET {PREFIX}/clients/{client}/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
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
