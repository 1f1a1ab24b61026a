//! The whole site, asked as a browser asks, with a small XWMS of the tests' own behind it.

mod fake_xwms;
mod native_login;
mod oidc_login;
mod pages;

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use tower::ServiceExt;
use url::Url;

use crate::tests::fake_xwms::FakeXwms;
use crate::{Secret, Settings, router};

const ORIGIN: &str = "http://127.0.0.1:8081";

/// A browser with one cookie jar, at a site of its own.
struct Browser {
    site: Router,
    cookie: Option<String>,
}

/// What the browser got.
struct Page {
    status: StatusCode,
    location: Option<Url>,
    set_cookie: Option<String>,
    text: String,
}

/// A browser at a site whose XWMS is `xwms`.
fn given_browser(xwms: &FakeXwms) -> Browser {
    let settings = Settings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8081)),
        issuer: Url::parse(&xwms.issuer).unwrap(),
        client_id: "client_engines".to_owned(),
        client_secret: Secret::new("difference"),
        domain: "engines.example".to_owned(),
    };
    Browser { site: router(settings), cookie: None }
}

impl Browser {
    /// Another browser at the same site.
    fn other(&self) -> Browser {
        Browser { site: self.site.clone(), cookie: None }
    }

    async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path)).await
    }

    async fn post(&mut self, path: &str) -> Page {
        self.send(Request::post(path).header("sec-fetch-site", "same-origin")).await
    }

    async fn send(&mut self, mut request: axum::http::request::Builder) -> Page {
        if request.headers_ref().is_some_and(|headers| !headers.contains_key(header::HOST)) {
            request = request.header(header::HOST, "127.0.0.1:8081");
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let answer = self.site.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let text = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let set_cookie = text(header::SET_COOKIE);
        let location = text(header::LOCATION).map(|to| Url::parse(ORIGIN).unwrap().join(&to).unwrap());
        if let Some(line) = &set_cookie {
            let pair = line.split(';').next().unwrap().to_owned();
            self.cookie = (!line.contains("Max-Age=0")).then_some(pair);
        }
        let status = answer.status();
        let text = String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
        Page { status, location, set_cookie, text }
    }
}

impl Page {
    /// Where the browser is sent.
    fn to(&self) -> &Url {
        self.location.as_ref().unwrap_or_else(|| panic!("{}: {}", self.status, self.text))
    }

    /// A parameter of the address where the browser is sent.
    fn param(&self, name: &str) -> Option<String> {
        self.to().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Whether this is the error page with this `error`.
    fn is_problem(&self, code: &str) -> bool {
        self.text.contains(&format!("<code>{code}</code>")) && self.text.contains("That did not work")
    }
}
