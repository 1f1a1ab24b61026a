//! Logging in through the native API: a sign token, a step in the browser, and the verification of what comes back.

use axum::http::StatusCode;
use openidconnect::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::claims::{self, Claims};
use crate::pages::Problem;
use crate::session::{Attempt, SignedIn, Way};
use crate::settings::{Secret, Settings};

/// A client for the two calls that a login needs.
pub(crate) struct NativeApi {
    http: Option<reqwest::Client>,
    issuer: Url,
    client_id: String,
    client_secret: Secret,
    domain: String,
    callback: String,
}

impl NativeApi {
    pub(crate) fn new(settings: &Settings, http: Option<reqwest::Client>) -> NativeApi {
        NativeApi {
            http,
            issuer: settings.issuer.clone(),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            domain: settings.domain.clone(),
            callback: format!("{}/native/callback", settings.origin()),
        }
    }

    /// Begins a login: where to send the browser, and what to remember until it is back.
    ///
    /// `state` and the code challenge are optional on the wire. This site sends both: without the first, somebody
    /// could sign a visitor in to an account that is not theirs; without the second, a stolen callback token is enough.
    pub(crate) async fn begin(&self) -> Result<(Url, Attempt), Problem> {
        let state = CsrfToken::new_random_len(32);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let ask = json!({
            "redirect_url": self.callback,
            "state": state.secret(),
            "code_challenge": challenge.as_str(),
        });
        let data = self.call("/api/sign-token", &ask).await?;
        let url = data
            .get("url")
            .and_then(Value::as_str)
            .and_then(|text| Url::parse(text).ok())
            .filter(|url| url.origin() == self.issuer.origin())
            .ok_or_else(|| Problem::bad_answer("The sign token came without an address at XWMS."))?;
        Ok((url, Attempt { state, verifier, way: Way::Native }))
    }

    /// Exchanges the token of the callback for who the person is.
    pub(crate) async fn finish(&self, token: &str, verifier: &PkceCodeVerifier) -> Result<SignedIn, Problem> {
        let ask = json!({
            "token": token,
            "redirect_url": self.callback,
            "code_verifier": verifier.secret(),
        });
        let data = self.call("/api/sign-token-verify", &ask).await?;
        // A string: as a number it would one day be rounded by somebody on the way.
        let sub = data
            .get("sub")
            .and_then(Value::as_str)
            .filter(|sub| !sub.is_empty())
            .ok_or_else(|| Problem::bad_answer("The verification does not say who it is."))?;
        Ok(SignedIn {
            name: claims::display_name(&data, sub),
            sub: sub.to_owned(),
            sections: vec![claims::section("Native verification", &data)],
            tokens: None,
        })
    }

    /// Makes a call and opens its envelope.
    async fn call(&self, path: &'static str, ask: &Value) -> Result<Claims, Problem> {
        let url = self.issuer.join(path).map_err(|error| Problem::unreachable(&error))?;
        let answer = self
            .http
            .as_ref()
            .ok_or_else(Problem::no_http_client)?
            .post(url)
            .header("X-Client-Id", &self.client_id)
            .header("X-Client-Secret", self.client_secret.expose())
            .header("X-Client-Domain", &self.domain)
            .json(ask)
            .send()
            .await
            .map_err(|error| Problem::unreachable(&error))?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(|error| Problem::unreachable(&error))?;
        open(status, &body)
    }
}

/// What every answer of the native API is.
#[derive(Deserialize)]
struct Envelope {
    status: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    data: Value,
}

/// The `data` of a success. A success is one only when status code and envelope both say so.
fn open(status: StatusCode, body: &[u8]) -> Result<Claims, Problem> {
    let bad = || Problem::bad_answer("The native API did not answer as expected.");
    let envelope: Envelope = serde_json::from_slice(body).map_err(|_| bad())?;
    match (envelope.status.as_str(), envelope.data) {
        ("success", Value::Object(data)) if status.is_success() => Ok(data),
        ("error", data) if !status.is_success() => {
            let text = |name: &str| data.get(name).and_then(Value::as_str);
            Err(Problem::from_issuer(text("code").unwrap_or_default(), envelope.message.as_deref(), text("reference")))
        }
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_must_agree_with_its_status() {
        let rows = [
            (200, r#"{"status":"success","message":null,"data":{"sub":"1815"}}"#, None),
            (403, r#"{"status":"success","message":null,"data":{"sub":"1815"}}"#, Some("bad_answer")),
            (200, r#"{"status":"error","message":"No.","data":{"code":"denied"}}"#, Some("bad_answer")),
            (404, r#"{"status":"error","message":"No.","data":{"code":"token_unknown"}}"#, Some("token_unknown")),
            (500, r#"{"status":"error","data":null}"#, Some("unknown_error")),
            (302, r#"{"status":"success","data":{"sub":"1815"}}"#, Some("bad_answer")),
            (200, r#"{"status":"success","data":[]}"#, Some("bad_answer")),
            (200, "<html>", Some("bad_answer")),
        ];
        for (status, body, code) in rows {
            let opened = open(StatusCode::from_u16(status).unwrap(), body.as_bytes());

            assert_eq!(opened.err().map(|problem| problem.code).as_deref(), code, "{status} {body}");
        }
    }
}
