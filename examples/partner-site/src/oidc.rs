//! Logging in through OpenID Connect: the authorization code flow with PKCE, state and nonce.

use std::error::Error;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndSessionUrl, EndpointNotSet, EndpointSet, IssuerUrl, LogoutRequest, Nonce,
    NonceVerifier, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl, ProviderMetadata,
    RedirectUrl, RequestTokenError, RevocationUrl, Scope, SignatureVerificationError, StandardErrorResponse,
    SubjectIdentifier, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use crate::claims::{self, Claims};
use crate::pages::{self, Problem};
use crate::session::{Attempt, SignedIn, Tokens, Way};
use crate::settings::{Secret, Settings};

/// What the site asks for. `offline_access` is what brings a refresh token.
const SCOPES: [&str; 3] = ["profile", "email", "offline_access"];

/// How long discovery and keys are used before they are fetched again.
const PROVIDER_LIFE: Duration = Duration::from_secs(10 * 60);

/// The OpenID Connect side of the site.
pub(crate) struct Oidc {
    http: Option<reqwest::Client>,
    issuer: String,
    client_id: String,
    client_secret: Secret,
    origin: String,
    provider: RwLock<Option<Arc<Provider>>>,
}

impl Oidc {
    pub(crate) fn new(settings: &Settings, http: Option<reqwest::Client>) -> Oidc {
        Oidc {
            http,
            issuer: settings.issuer_text(),
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            origin: settings.origin(),
            provider: RwLock::new(None),
        }
    }

    /// Begins a login: where to send the browser, and what to remember until it is back.
    pub(crate) async fn begin(&self) -> Result<(Url, Attempt), Problem> {
        let provider = self.provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new_random_len(32),
                || Nonce::new_random_len(32),
            )
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Ok((url, Attempt { state, verifier, way: Way::Oidc { nonce } }))
    }

    /// Checks who answers (RFC 9207 §2.4): a code of one issuer must not be sent to another. `iss` may be absent only
    /// when the issuer does not promise it.
    pub(crate) async fn check_issuer(&self, iss: Option<&str>) -> Result<(), Problem> {
        let right = match iss {
            Some(iss) => iss == self.issuer,
            None => !self.provider().await?.promises_iss,
        };
        if right {
            Ok(())
        } else {
            Err(Problem::refused("issuer_mismatch", "This answer is not from our XWMS issuer."))
        }
    }

    /// Redeems the code, verifies the ID token and asks userinfo.
    pub(crate) async fn finish(
        &self,
        code: &str,
        verifier: PkceCodeVerifier,
        nonce: &Nonce,
    ) -> Result<SignedIn, Problem> {
        let provider = self.provider().await?;
        let answer = provider
            .client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(verifier)
            .request_async(self.http()?)
            .await
            .map_err(token_problem)?;
        let id = answer.id_token().cloned().ok_or_else(|| Problem::bad_answer("The token answer has no ID token."))?;
        let sub = self.verify(&id, nonce, answer.access_token()).await?;
        let tokens = Tokens {
            access: answer.access_token().clone(),
            refresh: answer.refresh_token().cloned(),
            scope: granted(&answer).unwrap_or_else(asked),
            expires: answer.expires_in().map(|life| Instant::now() + life),
            id,
        };
        self.person(sub, tokens).await
    }

    /// Uses the refresh token for new tokens, and asks userinfo again.
    ///
    /// # Errors
    /// With `error` `invalid_grant` the grant has ended, and so should the session.
    pub(crate) async fn refresh(&self, person: &SignedIn) -> Result<SignedIn, Problem> {
        let none = || Problem::refused("no_refresh_token", "This login came without a refresh token.");
        let old = person.tokens.as_ref().ok_or_else(none)?;
        let refresh = old.refresh.as_ref().ok_or_else(none)?;
        let answer = self
            .provider()
            .await?
            .client
            .exchange_refresh_token(refresh)
            .request_async(self.http()?)
            .await
            .map_err(token_problem)?;
        let id = match answer.id_token() {
            Some(id) => {
                // A refreshed ID token has no nonce, and is about the same person (OpenID Connect Core §12.2).
                let sub = self.verify(id, |_: Option<&Nonce>| Ok(()), answer.access_token()).await?;
                if sub.as_str() != person.sub {
                    return Err(Problem::bad_answer("The new ID token is about somebody else."));
                }
                id.clone()
            }
            None => old.id.clone(),
        };
        let tokens = Tokens {
            access: answer.access_token().clone(),
            // Refresh tokens are single use: the answer brings the next one.
            refresh: answer.refresh_token().or(Some(refresh)).cloned(),
            scope: granted(&answer).unwrap_or_else(|| old.scope.clone()),
            expires: answer.expires_in().map(|life| Instant::now() + life),
            id,
        };
        match self.person(SubjectIdentifier::new(person.sub.clone()), tokens.clone()).await {
            Ok(fresh) => Ok(fresh),
            // The old refresh token is spent: whatever userinfo says, the new one must be kept.
            Err(_) => Ok(SignedIn { tokens: Some(tokens), ..person.clone() }),
        }
    }

    /// Ends the grant at XWMS and answers with the address where the browser ends its session there (OpenID Connect
    /// RP-Initiated Logout §2). The local session is over by now, so a failure here is logged and no more.
    pub(crate) async fn goodbye(&self, tokens: &Tokens) -> Option<Url> {
        let provider = self.provider().await.ok()?;
        if let Some(endpoint) = &provider.revocation
            && let Err(problem) = self.revoke(endpoint, tokens).await
        {
            tracing::warn!(code = problem.code, "the tokens are not revoked");
        }
        let back = PostLogoutRedirectUrl::new(format!("{}/", self.origin)).ok()?;
        let logout = LogoutRequest::from(provider.end_session.clone()?)
            .set_id_token_hint(&tokens.id)
            .set_client_id(ClientId::new(self.client_id.clone()))
            .set_post_logout_redirect_uri(back);
        Some(logout.http_get_url())
    }

    /// RFC 7009 §2.1; revoking the refresh token ends its whole grant. Sent by hand, since the library refuses a
    /// revocation endpoint on plain http, even on loopback.
    async fn revoke(&self, endpoint: &RevocationUrl, tokens: &Tokens) -> Result<(), Problem> {
        let (token, hint) = match &tokens.refresh {
            Some(refresh) => (refresh.secret(), "refresh_token"),
            None => (tokens.access.secret(), "access_token"),
        };
        let answer = self
            .http()?
            .post(endpoint.url().clone())
            .basic_auth(form_encoded(&self.client_id), Some(form_encoded(self.client_secret.expose())))
            .form(&[("token", token.as_str()), ("token_type_hint", hint)])
            .send()
            .await
            .map_err(|error| Problem::unreachable(&error))?;
        if answer.status().is_success() { Ok(()) } else { Err(Problem::bad_answer("The revocation was refused.")) }
    }

    /// Verifies an ID token (OpenID Connect Core §3.1.3.7, and its `at_hash`), with fresh keys when its key is not
    /// among those at hand: the issuer may have rotated them.
    async fn verify<N>(&self, token: &CoreIdToken, nonce: N, access: &AccessToken) -> Result<SubjectIdentifier, Problem>
    where
        N: NonceVerifier + Copy,
    {
        let mut provider = self.provider().await?;
        let first = token.claims(&provider.client.id_token_verifier(), nonce).err();
        if let Some(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) = first {
            provider = self.fetch().await?;
        }
        let verifier = provider.client.id_token_verifier();
        let claims: &CoreIdTokenClaims =
            token.claims(&verifier, nonce).map_err(|error| bad_token("The ID token is not valid.", &error))?;
        if let Some(expected) = claims.access_token_hash() {
            let actual = token
                .signing_alg()
                .and_then(|alg| Ok((alg, token.signing_key(&verifier)?)))
                .map_err(|error| bad_token("The ID token is not valid.", &error))
                .and_then(|(alg, key)| {
                    AccessTokenHash::from_token(access, alg, key)
                        .map_err(|error| bad_token("The ID token is not valid.", &error))
                })?;
            if actual != *expected {
                return Err(Problem::bad_answer("The access token is not the one of the ID token."));
            }
        }
        Ok(claims.subject().clone())
    }

    /// Asks userinfo and puts together what is known; `tokens.id` is verified.
    async fn person(&self, sub: SubjectIdentifier, tokens: Tokens) -> Result<SignedIn, Problem> {
        let userinfo: CoreUserInfoClaims = self
            .provider()
            .await?
            .client
            .user_info(tokens.access.clone(), Some(sub.clone()))
            .request_async(self.http()?)
            .await
            .map_err(|error| bad_token("Userinfo did not answer as expected.", &error))?;
        let userinfo = match serde_json::to_value(&userinfo) {
            Ok(Value::Object(claims)) => claims,
            _ => Claims::new(),
        };
        let id_token = claims::of_verified_token(&tokens.id.to_string()).unwrap_or_default();
        Ok(SignedIn {
            name: claims::display_name(&userinfo, sub.as_str()),
            sub: sub.to_string(),
            sections: vec![claims::section("Userinfo", &userinfo), claims::section("ID token", &id_token)],
            tokens: Some(tokens),
        })
    }

    /// Discovery and keys: those at hand while they are young, else fetched.
    async fn provider(&self) -> Result<Arc<Provider>, Problem> {
        let at_hand = self.provider.read().unwrap_or_else(PoisonError::into_inner).clone();
        match at_hand {
            Some(provider) if provider.fetched.elapsed() < PROVIDER_LIFE => Ok(provider),
            _ => self.fetch().await,
        }
    }

    /// Fetches discovery and keys. A failure is kept nowhere: the next login tries again.
    async fn fetch(&self) -> Result<Arc<Provider>, Problem> {
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|error| Problem::unreachable(&error))?;
        let metadata =
            Metadata::discover_async(issuer, self.http()?).await.map_err(|error| Problem::unreachable(&error))?;
        let provider = Arc::new(self.client_of(metadata)?);
        *self.provider.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&provider));
        Ok(provider)
    }

    fn client_of(&self, metadata: Metadata) -> Result<Provider, Problem> {
        let missing = || Problem::bad_answer("Discovery lacks an endpoint that this site needs.");
        let token = metadata.token_endpoint().cloned().ok_or_else(missing)?;
        let userinfo = metadata.userinfo_endpoint().cloned().ok_or_else(missing)?;
        let callback = RedirectUrl::new(format!("{}/callback", self.origin))
            .map_err(|_| Problem::bad_answer("The site's own address makes no callback URL."))?;
        let more = metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.client_id.clone()),
            Some(ClientSecret::new(self.client_secret.expose().to_owned())),
        )
        .set_token_uri(token)
        .set_user_info_url(userinfo)
        .set_redirect_uri(callback);
        Ok(Provider {
            client,
            revocation: more.revocation_endpoint,
            end_session: more.end_session_endpoint,
            promises_iss: more.authorization_response_iss_parameter_supported.unwrap_or(false),
            fetched: Instant::now(),
        })
    }

    fn http(&self) -> Result<&reqwest::Client, Problem> {
        self.http.as_ref().ok_or_else(Problem::no_http_client)
    }
}

struct Provider {
    client: CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointSet>,
    revocation: Option<RevocationUrl>,
    end_session: Option<EndSessionUrl>,
    promises_iss: bool,
    fetched: Instant,
}

/// Members of discovery beyond OpenID Connect Discovery §3: RFC 8414 §2, RP-Initiated Logout §2.1, RFC 9207 §3.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct MoreMetadata {
    revocation_endpoint: Option<RevocationUrl>,
    end_session_endpoint: Option<EndSessionUrl>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for MoreMetadata {}

type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The scope that the answer names; one that names none grants what was asked (RFC 6749 §5.1).
fn granted(answer: &CoreTokenResponse) -> Option<Vec<String>> {
    answer.scopes().map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect())
}

fn asked() -> Vec<String> {
    ["openid"].into_iter().chain(SCOPES).map(str::to_owned).collect()
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they become Basic credentials.
fn form_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// An answer of the token endpoint that is an error is shown as it is; anything else means that XWMS is not there.
fn token_problem<E>(error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>) -> Problem
where
    E: Error + 'static,
{
    match error {
        RequestTokenError::ServerResponse(answer) => {
            Problem::from_issuer(answer.error().as_ref(), answer.error_description().map(String::as_str), None)
        }
        RequestTokenError::Request(error) => Problem::unreachable(&error),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Problem::bad_answer("The token endpoint did not answer as expected.")
        }
    }
}

/// The library's reason goes to the log: it can name claims, and never holds a token.
fn bad_token(text: &'static str, error: &dyn Error) -> Problem {
    tracing::warn!(reason = pages::reasons(error), text);
    Problem::bad_answer(text)
}
