//! One connection of the driver, with its prepared requests: each answer is waited for before the next request.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::net::SocketAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::failure::Failure;
use crate::http::{Answer, Connection};
use crate::management::{Managed, Requests};
use crate::operations::Operation;

/// RFC 7636's example pair: what a verifier says costs nothing to anybody, and so all may use the same.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Access tokens that one connection shows again and again.
const SHOWN: usize = 64;

/// Where a server listens and what its endpoints are called.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) address: SocketAddr,
    /// What the `Host` header says.
    pub(crate) host: String,
    pub(crate) authorize: String,
    pub(crate) token: String,
    pub(crate) introspect: String,
    pub(crate) userinfo: String,
    pub(crate) jwks: String,
    pub(crate) discovery: String,
}

impl Site {
    /// A server with the paths of XWMS.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self {
            address,
            host: address.to_string(),
            authorize: "/oauth/authorize".to_owned(),
            token: "/oauth/token".to_owned(),
            introspect: "/oauth/introspect".to_owned(),
            userinfo: "/oauth/userinfo".to_owned(),
            jwks: "/oauth/jwks".to_owned(),
            discovery: "/.well-known/openid-configuration".to_owned(),
        }
    }
}

/// A client as its own server knows it.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) redirect_uri: String,
    /// Asked for by the code flow.
    pub(crate) scope: String,
    /// Parameters of a client credentials request besides the grant's type.
    pub(crate) own_parameters: Vec<(String, String)>,
}

/// Requests of one client and one person's browser, as far as they are known beforehand.
struct Prepared {
    client_credentials: Vec<u8>,
    authorize: Vec<u8>,
    token_head: String,
    introspect_head: String,
    userinfo_head: String,
    jwks: Vec<u8>,
    discovery: Vec<u8>,
    code_end: String,
}

impl Prepared {
    fn of(site: &Site, client: &Client, cookie: &str) -> Self {
        let host = &site.host;
        let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{more}");
        let basic = STANDARD.encode(format!("{}:{}", client.id, client.secret));
        let post = |path: &str| {
            format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {basic}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            )
        };
        let form =
            |pairs: &[(&str, &str)]| url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &client.id),
            ("redirect_uri", &client.redirect_uri),
            ("scope", &client.scope),
            ("state", "af0ifjsldkj0aKz8"),
            ("nonce", "n-0S6_WzA2Mj9dX1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
        let mut own = vec![("grant_type", "client_credentials")];
        own.extend(client.own_parameters.iter().map(|(name, value)| (&**name, &**value)));
        let (token_head, mut client_credentials) = (post(&site.token), String::new());
        fill(&mut client_credentials, &token_head, &[&form(&own)]);
        Self {
            client_credentials: client_credentials.into_bytes(),
            authorize: (get(&format!("{}?{query}", site.authorize), &cookie) + "\r\n").into_bytes(),
            token_head,
            introspect_head: post(&site.introspect),
            userinfo_head: get(&site.userinfo, "Authorization: Bearer "),
            jwks: (get(&site.jwks, "") + "\r\n").into_bytes(),
            discovery: (get(&site.discovery, "") + "\r\n").into_bytes(),
            code_end: format!("&{}", form(&[("redirect_uri", &client.redirect_uri), ("code_verifier", VERIFIER)])),
        }
    }
}

/// How a connection uses its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// The first one for everything but the code flow with RS256, which is the second one's.
    ByAlgorithm,
    /// All in turn.
    InTurn,
}

/// An access token and the client it was given to.
type Given = (usize, String);

/// A connection and what it has been given so far.
pub(crate) struct Worker {
    connection: Connection,
    clients: Vec<Prepared>,
    used: Use,
    turn: usize,
    request: String,
    /// The latest of each client.
    refresh_tokens: Vec<Option<String>>,
    /// What access tokens are taken from.
    pub(crate) source: Operation,
    /// Access tokens never shown to anybody.
    stock: VecDeque<Given>,
    /// Whether access tokens are kept.
    pub(crate) collects: bool,
    shown: Vec<Given>,
    next_shown: usize,
    /// What it asks the management API.
    management: Option<Requests>,
}

/// What came of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Done,
    /// There is no access token left that was never shown.
    OutOfStock,
}

impl Worker {
    /// `cookie`: of a browser that is signed in.
    pub(crate) fn new(site: &Site, clients: &[Client], used: Use, cookie: &str) -> Self {
        Self {
            connection: Connection::to(site.address),
            clients: clients.iter().map(|client| Prepared::of(site, client, cookie)).collect(),
            used,
            turn: 0,
            request: String::new(),
            refresh_tokens: vec![None; clients.len()],
            source: Operation::Refresh,
            stock: VecDeque::new(),
            collects: false,
            shown: Vec::new(),
            next_shown: 0,
            management: None,
        }
    }

    /// The same with an API token.
    pub(crate) fn managing(self, site: &Site, managed: &Managed) -> Self {
        Self { management: Some(Requests::of(&site.host, managed)), ..self }
    }

    /// Has the next request begin a connection of its own.
    pub(crate) fn renew_connection(&mut self) {
        self.connection.renew();
    }

    /// Carries out the operation once.
    pub(crate) async fn step(&mut self, operation: Operation) -> Result<Step, Failure> {
        let client = self.next_client();
        match operation {
            Operation::ClientCredentials => {
                let answer = self.connection.exchange(&self.clients[client].client_credentials).await?;
                let access = expect(answer, 200, "access_token")?;
                if self.collects {
                    self.stock.push_back((client, access.to_owned()));
                }
            }
            Operation::CodeFlow => self.code_flow(client).await?,
            Operation::CodeFlowRs256 => self.code_flow(self.clients.len().min(2) - 1).await?,
            Operation::Refresh => self.refresh(client).await?,
            Operation::UserinfoFirst | Operation::IntrospectFirst => {
                let Some(token) = self.stock.pop_front() else { return Ok(Step::OutOfStock) };
                self.show(operation, &token).await?;
                if self.shown.len() < SHOWN {
                    self.shown.push(token);
                }
            }
            Operation::UserinfoAgain | Operation::IntrospectAgain => {
                self.next_shown = (self.next_shown + 1) % self.shown.len().max(1);
                let Some(token) = self.shown.get_mut(self.next_shown).map(std::mem::take) else {
                    return Ok(Step::OutOfStock);
                };
                self.show(operation, &token).await?;
                self.shown[self.next_shown] = token;
            }
            Operation::Jwks => ok(self.connection.exchange(&self.clients[client].jwks).await?)?,
            Operation::Discovery => ok(self.connection.exchange(&self.clients[client].discovery).await?)?,
            Operation::ListSecrets
            | Operation::ReadSecret
            | Operation::ListDomains
            | Operation::ReadDomain
            | Operation::MakeSecret
            | Operation::MakeDomain => {
                let management = self.management.as_mut().ok_or_else(no_api_token)?;
                management.step(&mut self.connection, operation).await?;
            }
        }
        Ok(Step::Done)
    }

    /// Carries out the operation once for each client.
    pub(crate) async fn step_for_each_client(&mut self, operation: Operation) -> Result<(), Failure> {
        for _ in 0..self.clients.len() {
            self.step(operation).await?;
        }
        Ok(())
    }

    /// Gets a refresh token for each client that it uses and has none for.
    pub(crate) async fn take_refresh_tokens(&mut self) -> Result<(), Failure> {
        let last = if self.used == Use::InTurn { self.clients.len() } else { 1 };
        for client in 0..last {
            if self.refresh_tokens[client].is_none() {
                self.code_flow(client).await?;
            }
        }
        Ok(())
    }

    /// Shows each access token that is to be shown again once, so that it has been.
    pub(crate) async fn show_once(&mut self, operation: Operation) -> Result<(), Failure> {
        while self.shown.len() < SHOWN {
            let Some(token) = self.stock.pop_front() else { break };
            self.shown.push(token);
        }
        for _ in 0..self.shown.len() {
            self.step(operation).await?;
        }
        Ok(())
    }

    /// Learns what there is to read over the management API.
    pub(crate) async fn look_around(&mut self) -> Result<(), Failure> {
        self.management.as_mut().ok_or_else(no_api_token)?.look_around(&mut self.connection).await
    }

    /// Gets access tokens from the source, until so many are there.
    pub(crate) async fn take_stock(&mut self, least: usize) -> Result<(), Failure> {
        let collects = std::mem::replace(&mut self.collects, true);
        while self.stock.len() < least {
            self.step(self.source).await?;
        }
        self.collects = collects;
        Ok(())
    }

    /// Lets go of access tokens that may have expired.
    pub(crate) fn forget_tokens(&mut self) {
        self.stock.clear();
        self.shown.clear();
    }

    fn next_client(&mut self) -> usize {
        if self.used == Use::InTurn {
            self.turn = (self.turn + 1) % self.clients.len();
        }
        self.turn
    }

    async fn code_flow(&mut self, client: usize) -> Result<(), Failure> {
        let prepared = &self.clients[client];
        let answer = self.connection.exchange(&prepared.authorize).await?;
        let code = parameter(answer.location(), "code").filter(|_| answer.status == 303 || answer.status == 302);
        let Some(code) = code else { return Err(unexpected(answer)) };
        let parts = ["grant_type=authorization_code&code=", code, &prepared.code_end];
        fill(&mut self.request, &prepared.token_head, &parts);
        let answer = self.connection.exchange(self.request.as_bytes()).await?;
        let access = expect(answer, 200, "access_token")?;
        expect(answer, 200, "id_token")?;
        if self.collects {
            self.stock.push_back((client, access.to_owned()));
        }
        if self.refresh_tokens[client].is_none() {
            self.refresh_tokens[client] = answer.json_text("refresh_token").map(str::to_owned);
        }
        Ok(())
    }

    async fn refresh(&mut self, client: usize) -> Result<(), Failure> {
        if self.refresh_tokens[client].is_none() {
            self.code_flow(client).await?;
        }
        let token = self.refresh_tokens[client].take();
        let Some(token) = token else { return Err(Failure("the code flow gave no refresh token".to_owned())) };
        let parts = ["grant_type=refresh_token&refresh_token=", &token];
        fill(&mut self.request, &self.clients[client].token_head, &parts);
        let answer = self.connection.exchange(self.request.as_bytes()).await?;
        let access = expect(answer, 200, "access_token")?;
        // A server that does not rotate keeps the old one in force.
        self.refresh_tokens[client] = Some(answer.json_text("refresh_token").map_or(token, str::to_owned));
        if self.collects {
            self.stock.push_back((client, access.to_owned()));
        }
        Ok(())
    }

    async fn show(&mut self, operation: Operation, (client, token): &Given) -> Result<(), Failure> {
        let prepared = &self.clients[*client];
        if matches!(operation, Operation::IntrospectFirst | Operation::IntrospectAgain) {
            fill(&mut self.request, &prepared.introspect_head, &["token=", token]);
            let answer = self.connection.exchange(self.request.as_bytes()).await?;
            let active = answer.text().contains("\"active\":true") || answer.text().contains("\"active\": true");
            return if answer.status == 200 && active { Ok(()) } else { Err(unexpected(answer)) };
        }
        self.request.clear();
        for part in [&prepared.userinfo_head, token, "\r\n\r\n"] {
            self.request.push_str(part);
        }
        let answer = self.connection.exchange(self.request.as_bytes()).await?;
        expect(answer, 200, "sub").map(drop)
    }
}

fn no_api_token() -> Failure {
    Failure("there is no API token".to_owned())
}

/// Makes a request of a head that ends with `Content-Length: ` and the parts of its body.
fn fill(request: &mut String, head: &str, body: &[&str]) {
    request.clear();
    request.push_str(head);
    let length: usize = body.iter().map(|part| part.len()).sum();
    // Writing into a String does not fail.
    let _ = write!(request, "{length}\r\n\r\n");
    for part in body {
        request.push_str(part);
    }
}

/// A parameter of a URL's query, encoded as it stands there.
fn parameter<'u>(url: &'u str, name: &str) -> Option<&'u str> {
    let query = url.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or_default();
    query.split('&').find_map(|pair| pair.split_once('=').filter(|(known, _)| *known == name).map(|(_, value)| value))
}

fn ok(answer: Answer<'_>) -> Result<(), Failure> {
    if answer.status == 200 { Ok(()) } else { Err(unexpected(answer)) }
}

fn expect<'c>(answer: Answer<'c>, status: u16, text: &str) -> Result<&'c str, Failure> {
    match answer.json_text(text) {
        Some(value) if answer.status == status => Ok(value),
        _ if answer.status == status => Err(Failure(format!("an answer without {text}"))),
        _ => Err(unexpected(answer)),
    }
}

/// An answer that none of our requests should get. What a server says when it refuses holds no credential; of the place
/// it leads to, only the part before the parameters is told, and an error that stands in them.
pub(crate) fn unexpected(answer: Answer<'_>) -> Failure {
    let place = answer.location().split(['?', '#']).next().unwrap_or_default();
    let error = parameter(answer.location(), "error").unwrap_or_default();
    let body: String = if answer.status >= 400 { answer.text().chars().take(600).collect() } else { String::new() };
    Failure(format!("an unexpected answer: status {} {place} {error}\n{body}", answer.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_says_how_long_its_body_is() {
        let mut request = "old".to_owned();
        fill(&mut request, "POST / HTTP/1.1\r\nContent-Length: ", &["a=", "bc"]);
        assert_eq!(request, "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na=bc");
    }

    #[test]
    fn a_parameter_is_taken_by_its_whole_name() {
        let url = "https://app.example/cb?code_x=1&code=a%2Bb&state=s#code=no";
        assert_eq!(parameter(url, "code"), Some("a%2Bb"));
        assert_eq!((parameter(url, "iss"), parameter("/no-query", "code")), (None, None));
    }
}
