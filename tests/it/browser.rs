//! A browser without a screen: keeps cookies, follows redirects on our own site, fills in forms.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use xwms::http::{Peer, Site};

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
    /// The path that gave it.
    pub path: String,
}

impl Answer {
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// `error` of an OAuth answer.
    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    /// `data.code` of a native answer.
    pub fn code(&self) -> String {
        self.json()["data"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A parameter of the redirect's target.
    pub fn parameter(&self, name: &str) -> Option<String> {
        parameter(self.location(), name)
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        let inputs = self.body.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
        inputs
            .filter(|input| attribute(input, "name").as_deref() == Some(name))
            .find_map(|input| attribute(input, "value"))
    }
}

/// A parameter of a URL's query.
pub fn parameter(url: &str, name: &str) -> Option<String> {
    let base = url::Url::parse("http://base.example").unwrap();
    let url = base.join(url).unwrap();
    url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let rest = tag.split(&format!(" {name}=\"")).nth(1)?;
    let value = rest.split('"').next()?;
    Some(value.replace("&#38;", "&").replace("&amp;", "&").replace("&#34;", "\"").replace("&quot;", "\""))
}

#[derive(Clone)]
pub struct Browser {
    site: Site,
    host: String,
    pub cookies: BTreeMap<String, String>,
    /// Headers that go with each request.
    pub headers: Vec<(String, String)>,
    pub peer: std::net::SocketAddr,
}

impl Browser {
    pub fn new(site: Site, issuer: &str) -> Self {
        let host = issuer.split_once("://").unwrap().1.to_owned();
        let peer = "127.0.0.1:40000".parse().unwrap();
        Self { site, host, cookies: BTreeMap::new(), headers: Vec::new(), peer }
    }

    /// One request, redirects not followed.
    pub async fn send(&mut self, method: Method, path: &str, content_type: Option<&str>, body: Vec<u8>) -> Answer {
        let path = path.strip_prefix(&format!("http://{}", self.host)).unwrap_or(path);
        let mut request = Request::builder().method(method.clone()).uri(path);
        let own_host = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        if !own_host {
            request = request.header(header::HOST, &self.host);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(Peer(self.peer));
        let response = self.site.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().unwrap());
        }
        let body = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Answer { status: parts.status, headers: parts.headers, body, path: path.to_owned() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    /// A form, sent as a page of ours sends it.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), body.into_bytes()).await
    }

    pub async fn post_json(&mut self, path: &str, body: &serde_json::Value) -> Answer {
        self.send(Method::POST, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    /// Follows redirects as long as they stay on our site, and returns the first answer that is a page or leads away.
    pub async fn follow(&mut self, mut answer: Answer) -> Answer {
        for _ in 0..10 {
            let location = answer.location().to_owned();
            let own = location.starts_with('/') || location.starts_with(&format!("http://{}/", self.host));
            if !answer.status.is_redirection() || !own {
                return answer;
            }
            answer = self.get(&location).await;
        }
        panic!("the redirects go round in circles: {answer:?}");
    }

    pub async fn open(&mut self, path: &str) -> Answer {
        let answer = self.get(path).await;
        self.follow(answer).await
    }

    /// Signs in on a login page.
    pub async fn sign_in(&mut self, page: &Answer, email: &str, password: &str) -> Answer {
        let (flow, csrf) = (page.hidden("flow").unwrap_or_default(), page.hidden("csrf").expect("a login page"));
        let fields = [("flow", &*flow), ("email", email), ("password", password), ("csrf", &csrf)];
        let answer = self.post("/login", &fields).await;
        self.follow(answer).await
    }

    /// Answers a consent page.
    pub async fn consent(&mut self, page: &Answer, decision: &str) -> Answer {
        let flow = page.hidden("flow").unwrap_or_else(|| panic!("a consent page, not {page:?}"));
        let (scope, csrf) = (page.hidden("scope").unwrap(), page.hidden("csrf").unwrap());
        let fields = [("flow", &*flow), ("scope", &scope), ("decision", decision), ("csrf", &csrf)];
        let answer = self.post("/consent", &fields).await;
        self.follow(answer).await
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').unwrap();
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}
