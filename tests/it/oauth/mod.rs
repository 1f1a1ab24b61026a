mod authorize;
mod codes;
mod pkce;
mod redirect_uri;
mod token_endpoint;
mod tokens;
