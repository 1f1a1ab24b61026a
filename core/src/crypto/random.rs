//! Random bytes: the only source of them.

use ring::rand::{SecureRandom, SystemRandom};

/// `N` bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no random bytes to give: nothing safe can be done without them.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
#[expect(clippy::expect_used, reason = "without random bytes no credential can be made, and no input leads here")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
