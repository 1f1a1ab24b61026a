//! Takes an address, or says who has to let go of it.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::wire::StartError;

/// Listens on `address`, which was set by `option`.
///
/// # Errors
/// When it is taken or not ours to take: the text names the option that changes it.
pub async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|error| {
        let why = match error.kind() {
            ErrorKind::AddrInUse => "it is taken".to_owned(),
            _ => error.to_string(),
        };
        StartError(format!("cannot listen on {address}: {why}; {option} changes the address"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_with_the_option_that_changes_it() {
        let first = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "server.listen").await.unwrap();
        let address = first.local_addr().unwrap();
        let error = bind(address, "server.listen").await.unwrap_err().to_string();
        assert_eq!(error, format!("cannot listen on {address}: it is taken; server.listen changes the address"));
    }
}
