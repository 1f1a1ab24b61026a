//! The master key, and what is encrypted at rest under it: private signing keys and the secrets of webhooks.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::digest::MacKey;
use crate::random;
use crate::secret::Secret;

/// The key that everything sealed depends on: 32 random bytes in a file of one line, as base64.
///
/// It is used for nothing itself: each purpose has a key derived from it with HMAC-SHA-256 (as NIST SP 800-108 does),
/// so that what one of them gives away tells nothing about the others.
pub struct MasterKey {
    derivation: MacKey,
    sealing: LessSafeKey,
}

impl MasterKey {
    /// The master key of these bytes, for tests and throw-away databases.
    #[expect(clippy::expect_used, reason = "the key is 32 bytes long by its type, and AES-256 takes just these")]
    pub fn from_bytes(key: &[u8; 32]) -> Self {
        let derivation = MacKey::new(key);
        let sealing = Zeroizing::new(derivation.mac(b"seal"));
        let sealing = UnboundKey::new(&AES_256_GCM, sealing.as_slice()).expect("32 bytes are a key of AES-256");
        Self { derivation, sealing: LessSafeKey::new(sealing) }
    }

    /// Reads the master key from a file.
    ///
    /// # Errors
    /// If the file is missing, can be read by others than its owner, or holds anything but 32 bytes in base64.
    pub fn from_file(path: &Path) -> Result<Self, MasterKeyError> {
        let file = File::open(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => MasterKeyError::Missing(path.to_owned()),
            _ => MasterKeyError::io("read", path, error),
        })?;
        require_private(&file, path)?;

        let mut text = Zeroizing::new(Vec::with_capacity(LARGEST_FILE));
        let mut start = file.take(LARGEST_FILE as u64);
        start.read_to_end(&mut text).map_err(|error| MasterKeyError::io("read", path, error))?;
        let key = Some(&text).filter(|text| text.len() < LARGEST_FILE).and_then(|text| decode(text));
        key.map(|key| Self::from_bytes(&key)).ok_or_else(|| MasterKeyError::Malformed(path.to_owned()))
    }

    /// Makes a master key and its file, which only its owner may read. The directory must be there.
    ///
    /// The file appears whole or not at all, also when the machine stops meanwhile, and of several that do this at once
    /// one makes it.
    ///
    /// # Errors
    /// If the file is there already (nothing is changed then), or cannot be written.
    pub fn create(path: &Path) -> Result<Self, MasterKeyError> {
        let key = Zeroizing::new(random::bytes::<32>());
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}", URL_SAFE_NO_PAD.encode(random::bytes::<6>())));
        let unfinished = PathBuf::from(unfinished);

        let made = write_private(&unfinished, &key)
            .map_err(|error| MasterKeyError::io("write", path, error))
            // Unlike a rename, a link never replaces what is there.
            .and_then(|()| {
                fs::hard_link(&unfinished, path).map_err(|error| match error.kind() {
                    io::ErrorKind::AlreadyExists => MasterKeyError::AlreadyThere(path.to_owned()),
                    _ => MasterKeyError::io("write", path, error),
                })
            });
        // What remains of a failure is of no use, and of a success a second name.
        let removed = fs::remove_file(&unfinished);
        made?;
        removed.and_then(|()| sync_directory_of(path)).map_err(|error| MasterKeyError::io("write", path, error))?;
        Ok(Self::from_bytes(&key))
    }

    /// Encrypts `plaintext` with AES-256-GCM. It opens only with the same `context`, which says what is sealed and
    /// whose: so nobody who can write to the database puts one sealed value in another's place.
    ///
    /// # Panics
    /// Beyond 64 GiB.
    #[expect(clippy::expect_used, reason = "AES-GCM seals up to 64 GiB; keys and secrets have a few thousand bytes")]
    pub fn seal(&self, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        // Random nonces of 96 bits are safe for 2^32 messages under a key (NIST SP 800-38D §8.3); here are some dozens.
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut encrypted = plaintext.to_vec();
        self.sealing
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut encrypted)
            .expect("the plaintext is shorter than 64 GiB");
        [&[FORMAT], nonce.as_slice(), &encrypted].concat()
    }

    /// Decrypts what [`MasterKey::seal`] made.
    ///
    /// # Errors
    /// If it was sealed under another key or context, or is no longer as it was.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, InvalidSeal> {
        let encrypted = sealed.strip_prefix(&[FORMAT]).ok_or(InvalidSeal)?;
        let (nonce, encrypted) = encrypted.split_first_chunk::<NONCE_LEN>().ok_or(InvalidSeal)?;
        let mut buffer = Zeroizing::new(encrypted.to_vec());
        let plaintext =
            self.sealing.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(context), &mut buffer);
        plaintext.map(|plaintext| Secret::new(plaintext.to_vec())).map_err(|_| InvalidSeal)
    }

    /// The key for authentication codes of one purpose, the same at each start. `label` names the purpose.
    pub fn mac_key(&self, label: &str) -> MacKey {
        MacKey::new(&self.derivation.mac(format!("mac:{label}").as_bytes()))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey([secret])")
    }
}

/// Sealed bytes that do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSeal;

impl fmt::Display for InvalidSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed data does not open: it was sealed with another master key, or has been changed")
    }
}

impl std::error::Error for InvalidSeal {}

/// Why there is no master key, and what to do. It tells the file, and nothing of its content.
#[derive(Debug)]
pub enum MasterKeyError {
    /// There is no such file.
    Missing(PathBuf),
    /// A new key was to be made, and the file is there.
    AlreadyThere(PathBuf),
    /// It is a directory or another thing that is no file.
    NoFile(PathBuf),
    /// Others than its owner can read or write it.
    Loose {
        /// The file.
        path: PathBuf,
        /// Its mode, as `chmod` counts.
        mode: u32,
    },
    /// It is not 32 bytes in base64.
    Malformed(PathBuf),
    /// The operating system refused.
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What it said.
        error: io::Error,
    },
}

impl MasterKeyError {
    fn io(action: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), error }
    }
}

impl fmt::Display for MasterKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(
                f,
                "there is no master key at {}: put back the file that belongs to this database",
                path.display()
            ),
            Self::AlreadyThere(path) => {
                write!(f, "{} is there already: a master key is never replaced", path.display())
            }
            Self::NoFile(path) => write!(f, "{} is not a file: keys.master_key_file must name one", path.display()),
            Self::Loose { path, mode } => write!(
                f,
                "the master key {0} can be reached by others (mode {mode:04o}): run chmod 600 {0}",
                path.display()
            ),
            Self::Malformed(path) => write!(
                f,
                "{} is no master key: it must hold 32 random bytes in base64, as `openssl rand -base64 32` prints them",
                path.display()
            ),
            Self::Io { action, path, error } => {
                write!(f, "cannot {action} the master key {}: {error}", path.display())
            }
        }
    }
}

impl std::error::Error for MasterKeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Missing(_) | Self::AlreadyThere(_) | Self::NoFile(_) | Self::Loose { .. } | Self::Malformed(_) => {
                None
            }
        }
    }
}

/// The first byte of what is sealed, so that another cipher can come one day.
const FORMAT: u8 = 1;
/// More bytes than 44 characters and some white space are.
const LARGEST_FILE: usize = 128;

/// The open file is asked, not its name: so nothing can be put in its place between the look and the reading.
#[cfg(unix)]
fn require_private(file: &File, path: &Path) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let metadata = file.metadata().map_err(|error| MasterKeyError::io("read", path, error))?;
    let mode = metadata.permissions().mode() & 0o777;
    if !metadata.is_file() {
        Err(MasterKeyError::NoFile(path.to_owned()))
    } else if !is_private(mode, metadata.uid()) {
        Err(MasterKeyError::Loose { path: path.to_owned(), mode })
    } else {
        Ok(())
    }
}

/// Whether a file of this mode and owner is nobody else's: its owner's alone, or root's and readable by a group. That this
/// process has opened it says that it is of that group.
#[cfg(unix)]
const fn is_private(mode: u32, owner: u32) -> bool {
    mode & 0o077 == 0 || owner == 0 && mode & 0o037 == 0
}

/// Without Unix modes only the kind of file can be told.
#[cfg(not(unix))]
fn require_private(file: &File, path: &Path) -> Result<(), MasterKeyError> {
    let metadata = file.metadata().map_err(|error| MasterKeyError::io("read", path, error))?;
    if metadata.is_file() { Ok(()) } else { Err(MasterKeyError::NoFile(path.to_owned())) }
}

fn decode(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let key = Zeroizing::new(STANDARD.decode(text.trim_ascii()).ok()?);
    key.as_slice().try_into().ok().map(Zeroizing::new)
}

fn write_private(path: &Path, key: &[u8; 32]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let line = Zeroizing::new(format!("{}\n", STANDARD.encode(key)));
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// A new name lasts only once its directory is on disk.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> MasterKey {
        MasterKey::from_bytes(&[7; 32])
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens(context: Vec<u8>, plaintext: Vec<u8>) {
            let sealed = key().seal(&context, &plaintext);
            let opened = key().open(&context, &sealed).unwrap();
            prop_assert_eq!(opened.expose(), &plaintext);
        }

        #[test]
        fn anything_else_does_not_open(bytes: Vec<u8>) {
            prop_assert!(key().open(b"context", &bytes).is_err());
        }
    }

    #[test]
    fn another_context_or_key_or_a_changed_byte_does_not_open() {
        let sealed = key().seal(b"signing key a", b"private");
        assert!(key().open(b"signing key b", &sealed).is_err());
        assert!(MasterKey::from_bytes(&[8; 32]).open(b"signing key a", &sealed).is_err());
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(key().open(b"signing key a", &changed).is_err(), "byte {index}");
            assert!(key().open(b"signing key a", &sealed[..index]).is_err(), "{index} bytes");
        }
    }

    #[test]
    fn what_is_sealed_shows_neither_its_content_nor_that_it_is_the_same() {
        let (first, second) = (key().seal(b"", b"a private key"), key().seal(b"", b"a private key"));
        assert_ne!(first, second);
        assert!(!first.windows(7).any(|window| window == b"private"));
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let code = |label| key().mac_key(label).mac(b"message");
        assert_eq!(code("csrf"), code("csrf"));
        assert_ne!(code("csrf"), code("refresh"));
        assert_ne!(code("seal"), key().mac_key("").mac(b"message"));
    }

    #[test]
    fn a_created_key_is_private_and_reads_back_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let created = MasterKey::create(&path).unwrap();
        let read = MasterKey::from_file(&path).unwrap();
        assert_eq!(created.mac_key("csrf").mac(b""), read.mac_key("csrf").mac(b""));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn st_04_of_many_that_create_the_key_at_once_one_does() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| MasterKey::create(&path))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).filter(Result::is_ok).count()
        });
        assert_eq!(made, 1);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(MasterKey::from_file(&path).is_ok());
    }

    #[test]
    fn st_03_an_existing_key_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        fs::write(&path, "not a key").unwrap();
        assert!(matches!(MasterKey::create(&path), Err(MasterKeyError::AlreadyThere(_))));
        assert_eq!(fs::read(&path).unwrap(), b"not a key");
    }

    #[test]
    #[cfg(unix)]
    fn st_03_a_file_that_others_can_reach_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        MasterKey::create(&path).unwrap();
        for mode in [0o644, 0o604, 0o620, 0o602, 0o610, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = MasterKey::from_file(&path).unwrap_err();
            assert!(refused.to_string().contains(&format!("mode {mode:04o}): run chmod 600")), "{refused}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(MasterKey::from_file(&path).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn f_16_a_secret_of_a_pod_is_roots_and_readable_by_a_group() {
        for (mode, owner, private) in [
            (0o600, 1000, true),
            (0o400, 1000, true),
            (0o440, 0, true),
            (0o640, 0, true),
            (0o440, 1000, false),
            (0o640, 1000, false),
            (0o660, 0, false),
            (0o444, 0, false),
            (0o450, 0, false),
        ] {
            assert_eq!(is_private(mode, owner), private, "{mode:o} of {owner}");
        }
    }

    #[test]
    fn st_03_a_missing_or_malformed_file_is_refused_without_showing_it() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        assert!(matches!(MasterKey::from_file(&path), Err(MasterKeyError::Missing(_))));
        for wrong in [
            String::new(),
            STANDARD.encode([0x5a; 31]),
            STANDARD.encode([0x5a; 33]),
            format!("{}\n{}", STANDARD.encode([0x5a; 32]), STANDARD.encode([0x5a; 32])),
            format!("{}{}x", STANDARD.encode([0x5a; 32]), " ".repeat(200)),
            "5a".repeat(32),
            "\u{feff}".to_owned(),
        ] {
            let _ = fs::remove_file(&path);
            MasterKey::create(&path).unwrap();
            fs::write(&path, &wrong).unwrap();
            let refused = MasterKey::from_file(&path).map(drop);
            assert!(matches!(refused, Err(MasterKeyError::Malformed(_))), "{wrong}: {refused:?}");
            let said = format!("{0} {0:?}", refused.unwrap_err());
            assert!(!said.contains("Wlpa") && !said.contains("5a5a"), "{said}");
        }
        #[cfg(unix)]
        assert!(matches!(MasterKey::from_file(directory.path()), Err(MasterKeyError::NoFile(_))));
    }

    #[test]
    fn a_master_key_prints_nothing() {
        assert_eq!(format!("{:?}", key()), "MasterKey([secret])");
    }
}
