//! Hashes: short stable ones for ids in reports, and those that a random selection is made with.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// How much of a file is read at once, in bytes.
const CHUNK: usize = 1 << 20;

/// The first 16 hexadecimal digits of the SHA-256 of the parts, separated by a zero byte.
#[must_use]
pub fn short_hash(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hex(&hasher.finalize()[..8])
}

/// A number that nobody can foresee without the first part: the first 8 bytes, as a big-endian
/// number, of the SHA-256 of the parts with a line feed between them.
#[must_use]
pub fn number_of(parts: &[&str]) -> u64 {
    let mut hasher = Sha256::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hasher.update(b"\n");
        }
        hasher.update(part.as_bytes());
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize()[..8]);
    u64::from_be_bytes(first)
}

/// The first 16 bytes of the text's SHA-256 as a big-endian number: a text to be recognized later in
/// little room, and that no other text can be made to look like.
#[must_use]
pub fn fingerprint(text: &str) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
    u128::from_be_bytes(first)
}

/// The SHA-256 of these bytes, as 64 hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The SHA-256 of everything that is read to the end, as 64 hexadecimal digits.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of(reader: &mut impl Read) -> io::Result<String> {
    let (mut hasher, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(count) => hasher.update(&chunk[..count]),
            Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
            Err(problem) => return Err(problem),
        }
    }
}

/// The SHA-256 of a list of keys, each with a line feed after it.
#[derive(Debug, Clone, Default)]
pub struct KeysDigest(Sha256);

impl KeysDigest {
    /// Adds the next key.
    pub fn add(&mut self, key: &str) {
        self.0.update(key.as_bytes());
        self.0.update(b"\n");
    }

    /// The hash, as 64 hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_the_beginning_of_the_sha_256() {
        // printf 'abc' | sha256sum
        assert_eq!(fingerprint("abc"), 0xba78_16bf_8f01_cfea_4141_40de_5dae_2223);
    }

    #[test]
    fn bytes_and_files_have_the_sha_256_that_sha256sum_prints() {
        // printf 'abc' | sha256sum
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
        assert_eq!(sha256_of(&mut &b"abc"[..]).unwrap(), expected);
        let long = vec![b'a'; 2 * CHUNK + 1];
        assert_eq!(sha256_of(&mut &long[..]).unwrap(), sha256(&long));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(short_hash(&["ab", "c"]), short_hash(&["a", "bc"]));
        assert_eq!(short_hash(&["a"]).len(), 16);
    }

    /// `printf '7\narn\nobject\nkey' | sha256sum` and `printf 'a\nb\n' | sha256sum` of coreutils.
    #[test]
    fn anybody_can_make_them_with_sha256sum() {
        assert_eq!(number_of(&["7", "arn", "object", "key"]), 0x2be2_7116_d89d_cc77);
        let mut digest = KeysDigest::default();
        digest.add("a");
        digest.add("b");
        assert_eq!(
            digest.finish(),
            "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2"
        );
    }
}
