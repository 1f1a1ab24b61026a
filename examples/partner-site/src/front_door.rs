//! What every request passes, and what every answer carries.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::Site;
use crate::pages::Problem;

/// `form-action` is left out: browsers apply it to the redirects that follow a form, and ours end at XWMS.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests for another host and forms of other sites, and sets the headers of every page.
pub(crate) async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let own_host = request.uri().path() == "/healthz" || is_own_host(request.headers(), &site.origin);
    let foreign_form = request.method() == Method::POST && !is_same_origin(request.headers(), &site.origin);
    let mut response = if !own_host {
        // Cookies belong to a host: a login begun at `localhost` would come back to 127.0.0.1 without its session.
        let text = format!("This site is at {} only.", site.origin);
        Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", text).with_home(&site.origin).into_response()
    } else if foreign_form {
        Problem::new(StatusCode::FORBIDDEN, "csrf", "This form was not sent from this site.").into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

fn is_own_host(headers: &HeaderMap, origin: &str) -> bool {
    let own = origin.strip_prefix("http://").unwrap_or(origin);
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.as_bytes().eq_ignore_ascii_case(own.as_bytes()),
        _ => false,
    }
}

/// Whether a form was sent by a page of ours. The session cookie is `SameSite=Lax`, but a site is more than an
/// origin: every port of 127.0.0.1 is the same site. What says neither header is no browser's form.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    match (headers.get(SEC_FETCH_SITE), headers.get(header::ORIGIN)) {
        (Some(site), _) => site.as_bytes() == b"same-origin",
        (None, Some(from)) => from.as_bytes() == origin.as_bytes(),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_forms_are_taken() {
        let rows: [(&[(HeaderName, &str)], bool); 7] = [
            (&[(SEC_FETCH_SITE, "same-origin")], true),
            (&[(SEC_FETCH_SITE, "same-site")], false),
            (&[(SEC_FETCH_SITE, "cross-site"), (header::ORIGIN, "http://127.0.0.1:8081")], false),
            (&[(header::ORIGIN, "http://127.0.0.1:8081")], true),
            (&[(header::ORIGIN, "http://127.0.0.1:8080")], false),
            (&[(header::ORIGIN, "null")], false),
            (&[], false),
        ];
        for (fields, taken) in rows {
            let headers = fields.iter().map(|(name, text)| (name.clone(), HeaderValue::from_str(text).unwrap()));

            assert_eq!(is_same_origin(&headers.collect(), "http://127.0.0.1:8081"), taken, "{fields:?}");
        }
    }
}
