//! Mail: to a mail server, or one `.eml` file a message.

pub mod messages;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::clock::Timestamp;
use crate::config::{self, MailTransport};
use crate::crypto::random;

/// A plain text message. Its text may hold a link that opens an account, so it is never logged.
#[derive(Clone)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail {{ subject: {:?} }}", self.subject)
    }
}

/// Why a message was not sent, without its content.
#[derive(Debug)]
pub struct MailError(String);

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MailError {}

/// Sends mail. Clones share the connections.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
}

#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    File(Arc<PathBuf>),
}

impl Mailer {
    /// A mailer as configured. Nothing is sent or written yet.
    ///
    /// # Errors
    /// When the sender or the server's URL can't be read.
    pub fn new(config: &config::Mail) -> Result<Self, MailError> {
        let from = config.from.parse().map_err(|why| MailError(format!("mail.from {}: {why}", config.from)))?;
        let transport = match config.transport {
            MailTransport::File => Transport::File(Arc::new(PathBuf::from(&config.dir))),
            MailTransport::Smtp => {
                let url = config.smtp_url.expose();
                let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
                Transport::Smtp(builder.map_err(|_| MailError("mail.smtp_url can't be read".to_owned()))?.build())
            }
        };
        Ok(Self { from, transport })
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When the address is none, or the server or the folder does not take it.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Result<(), MailError> {
        // A `Mailbox` is built from a bare address, and the library encodes every header: nothing can be injected.
        let to: lettre::Address = mail.to.parse().map_err(|_| MailError("the address is none".to_owned()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|why| MailError(format!("the message can't be built: {why}")))?;
        match &self.transport {
            Transport::Smtp(server) => {
                let sent = server.send(message).await;
                sent.map(drop).map_err(|why| MailError(format!("the mail server did not take it: {why}")))
            }
            Transport::File(folder) => {
                let written = write(folder, now, &message.formatted()).await;
                written.map_err(|why| MailError(format!("{}: {why}", folder.display())))
            }
        }
    }
}

/// Writes a file that is there whole or not at all, readable by its owner only.
async fn write(folder: &Path, now: Timestamp, message: &[u8]) -> std::io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    let name = format!("{}-{:016x}", now.milliseconds(), u64::from_be_bytes(random::bytes()));
    let unfinished = folder.join(format!(".{name}"));
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    options.mode(0o600);
    let mut file = options.open(&unfinished).await?;
    tokio::io::AsyncWriteExt::write_all(&mut file, message).await?;
    file.sync_all().await?;
    tokio::fs::rename(&unfinished, folder.join(format!("{name}.eml"))).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailer(folder: &Path) -> Mailer {
        let environment = [("XWMS__MAIL__DIR".to_owned(), folder.display().to_string())];
        Mailer::new(&config::Config::load(None, environment).unwrap().mail).unwrap()
    }

    #[tokio::test]
    async fn a_message_becomes_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("mail");
        let mail = Mail {
            to: "ada@example.test".to_owned(),
            subject: "Café\r\nBcc: eve@example.test".to_owned(),
            text: "One line.\nAnd another.\n".to_owned(),
        };
        mailer(&dir).send(&mail, Timestamp::from_seconds(1)).await.unwrap();

        let files: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.contains("To: ada@example.test\r\n") && text.contains("One line."), "{text}");
        assert!(!text.contains("\r\nBcc:"), "a header was injected: {text}");
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mail = Mail { to: "a@b\r\nBcc: c@d".to_owned(), subject: String::new(), text: String::new() };
        assert!(mailer(folder.path()).send(&mail, Timestamp::from_seconds(1)).await.is_err());
    }
}
