//! Values drawn from a seed and from what they are for, never from a running generator: the same
//! question gets the same answer in whatever order questions come.

/// A seed and what has been said so far about the thing to draw a value for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw(u64);

const PRIME: u64 = 0x0000_0100_0000_01b3;

impl Draw {
    /// Begins with a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Adds a word. What is drawn for ("ab", "c") differs from what is drawn for ("a", "bc").
    #[must_use]
    pub const fn word(self, word: &str) -> Self {
        self.bytes(word.as_bytes())
    }

    /// Adds bytes.
    #[must_use]
    pub const fn bytes(self, bytes: &[u8]) -> Self {
        let mut state = self.0 ^ (bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut index = 0;
        while index < bytes.len() {
            state = (state ^ bytes[index] as u64).wrapping_mul(PRIME);
            index += 1;
        }
        Self(mix(state))
    }

    /// Adds a number.
    #[must_use]
    pub const fn number(self, number: u64) -> Self {
        Self(mix(self.0 ^ mix(number.wrapping_add(0x5851_f42d_4c95_7f2d))))
    }

    /// 64 bits.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// A fraction from 0 up to but not including 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double")]
    pub const fn fraction(self) -> f64 {
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number below the bound, which must not be zero.
    #[must_use]
    pub const fn below(self, bound: u64) -> u64 {
        self.0 % bound
    }

    /// So many characters of the alphabet, which must be ASCII and not empty.
    #[must_use]
    pub fn text(self, alphabet: &str, length: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..length as u64)
            .map(|index| {
                let choice = self.number(index).below(alphabet.len() as u64);
                alphabet[usize::try_from(choice).unwrap_or_default()] as char
            })
            .collect()
    }

    /// A UUID in its usual form.
    #[must_use]
    pub fn uuid(self) -> String {
        let (high, low) = (self.number(1).value(), self.number(2).value());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        )
    }
}

/// The finalizer of splitmix64.
const fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_decides_and_nothing_else() {
        let draw = Draw::new(7).word("a").number(1);
        assert_eq!(draw, Draw::new(7).word("a").number(1));
        assert_ne!(draw, Draw::new(8).word("a").number(1));
        assert_ne!(Draw::new(7).word("ab").word("c"), Draw::new(7).word("a").word("bc"));
        assert_ne!(Draw::new(7).word(""), Draw::new(7));
    }

    #[test]
    fn values_spread_over_their_range() {
        let fractions: Vec<f64> = (0..4000).map(|it| Draw::new(1).number(it).fraction()).collect();
        let mean = fractions.iter().sum::<f64>() / 4000.0;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        let low = (0..4000).filter(|it| Draw::new(1).number(*it).below(10) == 0).count();
        assert!((300..500).contains(&low), "{low}");
    }

    #[test]
    fn texts_and_uuids_have_their_form() {
        let text = Draw::new(1).text("abc", 16);
        assert!(text.len() == 16 && text.chars().all(|it| "abc".contains(it)));
        let uuid = Draw::new(1).uuid();
        assert!(uuid.len() == 36 && uuid.as_bytes()[14] == b'4', "{uuid}");
    }
}
