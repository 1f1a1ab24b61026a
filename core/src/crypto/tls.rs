//! TLS towards servers of others.

use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, Error, RootCertStore};

/// What a connection to somebody else's server demands: TLS 1.2 or later, and a certificate for the name that leads to one
/// of these authorities. No option turns that off. HTTP/1.1 is spoken.
///
/// # Errors
/// The library's, when it has no protocol version to offer.
pub fn client(authorities: RootCertStore) -> Result<Arc<ClientConfig>, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(authorities).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The authorities that browsers trust, as Mozilla lists them.
pub fn public_authorities() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}
