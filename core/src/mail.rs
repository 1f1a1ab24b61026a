//! Mail: to a mail server, or one `.eml` file a message.

mod file;
pub mod messages;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, SinglePart};
use lettre::transport::smtp;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use crate::clock::Timestamp;
use crate::config::{self, MailTransport};
use crate::random;

/// A plain text message. Its text may hold a link that opens an account, so it is never logged.
#[derive(Clone)]
pub struct Mail {
    /// The address, without a name.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text, with line feeds.
    pub text: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail {{ subject: {:?} }}", self.subject)
    }
}

/// Why a message was not sent. It names neither whom it was for nor what it said, so that it can be logged.
#[derive(Debug)]
pub struct MailError(String);

impl fmt::Display for MailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for MailError {}

/// Sends mail. Clones share what it is sent with.
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
    /// When `mail.from` is no sender, or `mail.smtp_url` no URL of a server that is reached over TLS or on loopback.
    pub fn new(config: &config::Mail) -> Result<Self, MailError> {
        let from = config.from.parse().map_err(|why| MailError(format!("mail.from {:?}: {why}", config.from)))?;
        let transport = match config.transport {
            MailTransport::File => Transport::File(Arc::new(PathBuf::from(&config.dir))),
            MailTransport::Smtp => Transport::Smtp(server(config.smtp_url.expose())?),
        };
        Ok(Self { from, transport })
    }

    /// Sends one message, dated `now`.
    ///
    /// # Errors
    /// When the address is none, or the server or the folder does not take it.
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Result<(), MailError> {
        let message = self.message(mail, now)?;
        match &self.transport {
            Transport::Smtp(server) => server.send(message).await.map(drop).map_err(|why| refused(&why)),
            Transport::File(folder) => {
                let written = file::write(Arc::clone(folder), now, message.formatted()).await;
                written.map_err(|why| MailError(format!("mail.dir {}: {why}", folder.display())))
            }
        }
    }

    fn message(&self, mail: &Mail, now: Timestamp) -> Result<Message, MailError> {
        // A mailbox made of an address that was parsed, and headers that the library encodes: nothing can be injected.
        let to: Address = mail.to.parse().map_err(|_| MailError("the address is none".to_owned()))?;
        let id = u128::from_be_bytes(random::bytes());
        let sent = Duration::from_millis(u64::try_from(now.milliseconds()).unwrap_or(0));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + sent)
            .message_id(Some(format!("<{id:032x}@{}>", self.from.email.domain())))
            // Holiday notices stay away from what a program sent (RFC 3834 §5).
            .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
            .singlepart(SinglePart::plain(body(&mail.text)))
            .map_err(|_| MailError("the message can't be built".to_owned()))
    }
}

/// A text as it stands where mail allows it (RFC 5322 §2.1.1), else encoded. The library would encode any line as long as
/// a link, and who opens an `.eml` file could not copy it.
fn body(text: &str) -> Body {
    let plain = text.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte));
    if plain && text.lines().all(|line| line.len() <= 998) {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}

/// The mail server of a URL. Links that open an account do not cross a network in the clear, nor where somebody on the
/// way can have encryption left out.
fn server(url: &str) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    // The URL may hold a password: no error shows any of it.
    let wrong = |why: &str| MailError(format!("mail.smtp_url {why}"));
    let parsed = url::Url::parse(url).map_err(|_| wrong("is no URL"))?;
    let loopback = match parsed.host_str().map(|host| host.trim_matches(['[', ']'])) {
        Some("localhost") => true,
        Some(host) => host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()),
        None => return Err(wrong("names no host")),
    };
    let required = parsed.query_pairs().find(|(key, _)| key == "tls").is_some_and(|(_, value)| value == "required");
    match parsed.scheme() {
        "smtps" => {}
        "smtp" if required || loopback => {}
        "smtp" => return Err(wrong("would send in the clear: write smtps://… or smtp://…?tls=required")),
        _ => return Err(wrong("begins with smtps:// or smtp://")),
    }
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map(|server| server.build()).map_err(|_| wrong("can't be used"))
}

/// What a mail server said without its words, which often repeat the address.
fn refused(why: &smtp::Error) -> MailError {
    MailError(match why.status() {
        Some(code) => format!("the mail server answered {code}"),
        None if why.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if why.is_tls() => "the mail server can't be reached over TLS".to_owned(),
        None if why.is_response() || why.is_client() => "the mail server can't be talked to".to_owned(),
        None => "the mail server can't be reached".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    const NOON: Timestamp = Timestamp::from_seconds(1_769_860_800);

    fn mailer(settings: &[(&str, &str)]) -> Result<Mailer, MailError> {
        let settings = settings.iter().map(|(key, value)| (format!("XWMS__MAIL__{key}"), (*value).to_owned()));
        Mailer::new(&Config::load(None, settings).unwrap().mail)
    }

    fn into_folder(folder: &Path) -> Mailer {
        mailer(&[("DIR", folder.to_str().unwrap())]).unwrap()
    }

    fn mail(to: &str, subject: &str, text: &str) -> Mail {
        Mail { to: to.to_owned(), subject: subject.to_owned(), text: text.to_owned() }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files
    }

    #[tokio::test]
    async fn a_message_becomes_one_whole_file_of_its_owners_only() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("deep/mail");
        let long = format!("https://id.example/verify-email?token=xwms_em_{}&flow=x", "A".repeat(90));
        let text = format!("Hello Ada,\n\n{long}\n\n.\nXWMS\n");
        into_folder(&dir).send(&mail("ada@example.test", "Confirm", &text), NOON).await.unwrap();

        let [file] = &files(&dir)[..] else { panic!("one file") };
        assert_eq!(file.extension().unwrap(), "eml");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let written = std::fs::read_to_string(file).unwrap();
        let (head, body) = written.split_once("\r\n\r\n").unwrap();
        for header in [
            "From: XWMS <no-reply@xwms.example>",
            "To: ada@example.test",
            "Subject: Confirm",
            "Date: Sat, 31 Jan 2026 12:00:00 +0000",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 7bit",
            "Auto-Submitted: auto-generated",
        ] {
            assert!(head.lines().any(|line| line == header), "{header} in {head}");
        }
        assert!(head.contains("@xwms.example>\r\n"), "{head}");
        assert_eq!(body.trim_end().replace("\r\n", "\n"), text.trim_end());
    }

    #[tokio::test]
    async fn what_mail_does_not_carry_is_encoded() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = into_folder(folder.path());
        for text in ["Grüße\n", &"long ".repeat(300), "bare\rreturn\n"] {
            mailer.send(&mail("ada@example.test", "Café", text), NOON).await.unwrap();
        }
        let written: Vec<String> =
            files(folder.path()).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        for message in &written {
            assert!(message.is_ascii() && message.lines().all(|line| line.len() <= 998), "{message}");
            assert!(message.contains("Subject: =?utf-8?b?Q2Fmw6k=?=\r\n"), "{message}");
        }
        assert!(written[0].contains("base64\r\n\r\nR3LDvMOfZQ0K"), "{}", written[0]);
        assert!(written[1].contains("quoted-printable") && written[1].contains("=\r\n"), "{}", written[1]);
    }

    #[tokio::test]
    async fn ni_01_no_header_is_injected() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = into_folder(folder.path());
        for subject in
            ["Hello\r\nBcc: eve@example.test", "Hello\nBcc: eve@example.test", "Hello\r\n\r\nBcc: eve@example.test"]
        {
            mailer.send(&mail("ada@example.test", subject, "Text\r\nBcc: eve@example.test\n"), NOON).await.unwrap();
        }
        for file in files(folder.path()) {
            let written = std::fs::read_to_string(file).unwrap();
            let (head, _) = written.split_once("\r\n\r\n").unwrap();
            assert!(!head.lines().any(|line| line.trim_start().starts_with("Bcc")), "{written}");
            assert!(head.contains("To: ada@example.test") && head.contains("MIME-Version"), "{written}");
        }
        for to in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "Ada <a@b.example>", "ada", ""] {
            let told = mailer.send(&mail(to, "Hello", "Text"), NOON).await.unwrap_err().to_string();
            assert_eq!(told, "the address is none", "{to}");
        }
    }

    #[tokio::test]
    async fn names_of_files_sort_by_when_they_were_sent() {
        let folder = tempfile::tempdir().unwrap();
        let mailer = into_folder(folder.path());
        let mut subjects: Vec<String> = (0..20).map(|number| format!("mail {number:02}")).collect();
        for subject in &subjects {
            mailer.send(&mail("ada@example.test", subject, "Text"), NOON).await.unwrap();
        }
        subjects.push("later".to_owned());
        let later = NOON.after(Duration::from_secs(1));
        mailer.clone().send(&mail("ada@example.test", "later", "Text"), later).await.unwrap();

        let sorted: Vec<String> =
            files(folder.path()).iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        assert_eq!(sorted.len(), subjects.len());
        for (written, subject) in sorted.iter().zip(&subjects) {
            assert!(written.contains(&format!("Subject: {subject}\r\n")), "{subject}: {written}");
        }
    }

    #[tokio::test]
    async fn an_error_names_the_setting_and_not_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("file");
        std::fs::write(&taken, "").unwrap();
        let mail = mail("ada@example.test", "Confirm", "https://id.example/?token=x");
        let told = into_folder(&taken).send(&mail, NOON).await.unwrap_err().to_string();
        assert!(told.starts_with("mail.dir ") && !told.contains("token") && !told.contains("ada"), "{told}");
    }

    /// A mail server for one connection, which speaks as told and gives back what it heard.
    async fn smtp_server(answers: &'static [&'static str]) -> (Mailer, tokio::task::JoinHandle<String>) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let heard = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut heard, mut part) = (String::new(), [0; 8192]);
            for answer in answers {
                stream.write_all(answer.as_bytes()).await.unwrap();
                let length = stream.read(&mut part).await.unwrap();
                heard.push_str(std::str::from_utf8(&part[..length]).unwrap());
            }
            heard
        });
        (mailer(&[("TRANSPORT", "smtp"), ("SMTP_URL", &url)]).unwrap(), heard)
    }

    #[tokio::test]
    async fn a_server_is_given_the_message() {
        let answers = &["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 ok\r\n"];
        let (mailer, heard) = smtp_server(answers).await;
        mailer.send(&mail("ada@example.test", "Confirm", "One\n.\nTwo\n"), NOON).await.unwrap();
        drop(mailer);
        let heard = heard.await.unwrap();
        for part in
            ["MAIL FROM:<no-reply@xwms.example>", "RCPT TO:<ada@example.test>", "Subject: Confirm", "One\r\n..\r\nTwo"]
        {
            assert!(heard.contains(part), "{part} in {heard}");
        }
    }

    #[tokio::test]
    async fn what_a_server_says_of_a_person_is_not_repeated() {
        let answers = &["220 hi\r\n", "250 hi\r\n", "250 ok\r\n", "550 no ada@example.test here\r\n", "250 ok\r\n"];
        let (mailer, _heard) = smtp_server(answers).await;
        let told = mailer.send(&mail("ada@example.test", "Confirm", "Text"), NOON).await.unwrap_err().to_string();
        assert_eq!(told, "the mail server answered 550");
    }

    #[test]
    fn a_server_is_reached_over_tls_or_on_loopback() {
        let rows = [
            ("smtps://xwms:hunter2@mail.example", None),
            ("smtps://mail.example:4465", None),
            ("smtp://xwms:hunter2@mail.example:587?tls=required", None),
            ("smtp://localhost:1025", None),
            ("smtp://127.0.0.1:1025", None),
            ("smtp://[::1]:1025", None),
            ("smtp://xwms:hunter2@mail.example", Some("in the clear")),
            ("smtp://xwms:hunter2@mail.example?tls=opportunistic", Some("in the clear")),
            ("smtp://mail.example?tls=opportunistic&tls=required", Some("in the clear")),
            ("https://xwms:hunter2@mail.example", Some("begins with")),
            ("hunter2", Some("is no URL")),
            ("smtps:hunter2", Some("names no host")),
        ];
        for (url, expected) in rows {
            match (mailer(&[("TRANSPORT", "smtp"), ("SMTP_URL", url)]), expected) {
                (Ok(_), None) => {}
                (Err(why), Some(told)) => {
                    let why = why.to_string();
                    assert!(why.contains(told) && !why.contains("hunter2"), "{url}: {why}");
                }
                (made, _) => panic!("{url}: {:?}", made.err()),
            }
        }
        assert!(mailer(&[("FROM", "nobody")]).err().unwrap().to_string().starts_with("mail.from"));
    }

    #[test]
    fn debug_shows_neither_address_nor_text() {
        let shown = format!("{:?}", mail("ada@example.test", "Confirm", "https://id.example/?token=x"));
        assert!(!shown.contains("ada@") && !shown.contains("token"), "{shown}");
    }
}
