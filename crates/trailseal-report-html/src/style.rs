//! The stylesheet, and the policy that allows it and nothing else.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// What stands between `<style>` and `</style>`.
pub(crate) const STYLE: &str = include_str!("../templates/style.css");

/// The content security policy: no script, no request, no form, and no style but this one.
pub(crate) fn policy() -> String {
    let hash = base64(&Sha256::digest(STYLE.as_bytes()));
    let mut policy = "default-src 'none'; ".to_owned();
    // Writing to a string does not fail.
    let _ = write!(policy, "style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    policy
}

/// Base64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..4 {
            let value = bits >> (18 - 6 * digit) & 63;
            let is_padding = digit > chunk.len();
            out.push(if is_padding { '=' } else { char::from(DIGITS[value as usize]) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_the_one_of_rfc_4648() {
        let check = |text: &str, expected: &str| assert_eq!(base64(text.as_bytes()), expected);
        check("", "");
        check("f", "Zg==");
        check("fo", "Zm8=");
        check("foo", "Zm9v");
        check("foob", "Zm9vYg==");
        check("fooba", "Zm9vYmE=");
        check("foobar", "Zm9vYmFy");
    }

    #[test]
    fn the_stylesheet_asks_for_nothing_and_cannot_end_its_element() {
        for word in ["url(", "@import", "@font-face", "image-set(", "</", "<!--", "expression("] {
            assert!(!STYLE.contains(word), "{word}");
        }
    }
}
