//! Random bytes: the only source of them.

use ring::rand::{SecureRandom, SystemRandom};

/// `N` bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no random bytes to give: nothing safe can be done without them.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills `bytes` from the operating system's generator, or panics as [`bytes`] does.
#[expect(clippy::expect_used, reason = "without random bytes no credential can be made, and no input leads here")]
pub(crate) fn fill(bytes: &mut [u8]) {
    generator().fill(bytes).expect("the operating system gives random bytes");
}

/// The operating system's generator, for the signatures of ring that want one.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
pub(crate) fn generator() -> SystemRandom {
    SystemRandom::new()
}
