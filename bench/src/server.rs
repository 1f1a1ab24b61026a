//! The servers that are measured, running: XWMS, and the floors.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::platform::{Platform, free_address};
use crate::process::Process;

/// How long a start may take at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that answers.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    /// From before its process was there until its first answer.
    pub(crate) started_in: Duration,
}

impl Running {
    /// Starts XWMS.
    pub(crate) fn xwms(platform: &Platform) -> Result<Self, Failure> {
        Self::start(platform, &platform.command(&["serve"]), platform.address, "xwms.log")
    }

    /// Starts the floors, with answers as long as those of XWMS.
    pub(crate) fn floor(platform: &Platform, database: &str) -> Result<Self, Failure> {
        let address = free_address()?;
        let length = |path: &str| body_length(platform.address, path).map(|length| length.to_string());
        let client = &platform.clients[0];
        let digest = |text: &str| -> String {
            let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
            digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let mut program = Command::new(std::env::current_exe()?);
        program.args(["floor", "--listen", &address.to_string(), "--database", database]);
        program.args(["--client-id", &client.id, "--secret-sha256", &digest(&client.secret)]);
        let managed = &platform.managed;
        program.args(["--managed-client", &managed.client, "--token-sha256", &digest(&managed.token)]);
        program.args(["--jwks-bytes", &length("/oauth/jwks")?]);
        program.args(["--discovery-bytes", &length("/.well-known/openid-configuration")?]);
        Self::start(platform, &program, address, "floor.log")
    }

    fn start(platform: &Platform, program: &Command, address: SocketAddr, log: &str) -> Result<Self, Failure> {
        let began = Instant::now();
        let mut process = Process::start(platform.cores, program, "TERM", &platform.path(log))?;
        while body_length(address, "/.well-known/openid-configuration").is_err() {
            if process.has_ended() || began.elapsed() > PATIENCE {
                return Err(Failure::of("a server does not start", process.said()));
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        Ok(Self { process, address, started_in: began.elapsed() })
    }
}

/// The length of what a server answers at this path, asked without any runtime.
fn body_length(address: SocketAddr, path: &str) -> Result<usize, Failure> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer.split_once("\r\n\r\n").filter(|_| answer.starts_with("HTTP/1.1 200")).map(|(_, body)| body.len());
    body.ok_or_else(|| Failure("the server is not ready".to_owned()))
}
