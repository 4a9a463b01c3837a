//! The random generator of the samples. Pure: whoever knows the seed and the trail's ARN makes the
//! same choices again, with nothing but SHA-256.
//!
//! Each choice is [`number_of`] the seed, the trail's ARN, a word and what is chosen from, so no
//! choice depends on another one, nor on the order of answers.

use trailseal_model::Arn;
use trailseal_model::hash::number_of;

/// The choices of one draw from one trail's objects.
#[derive(Debug, Clone)]
pub(super) struct Draw<'a> {
    seed: String,
    trail: &'a Arn,
    /// Whether it is the draw after a switch was found: then every choice is a fresh one.
    is_again: bool,
}

impl<'a> Draw<'a> {
    pub(super) fn new(seed: u64, trail: &'a Arn) -> Self {
        Self { seed: seed.to_string(), trail, is_again: false }
    }

    /// The draw from what a switch leaves.
    pub(super) fn again(&self) -> Self {
        Self { is_again: true, ..self.clone() }
    }

    fn number(&self, first: &str, again: &str, what: &str) -> u64 {
        let word = if self.is_again { again } else { first };
        number_of(&[&self.seed, self.trail.as_str(), word, what])
    }

    /// The rank of an object: those with the lowest ranks are a simple random sample.
    pub(super) fn rank(&self, key: &str) -> u64 {
        self.number("object", "object-again", key)
    }

    /// Which of this number of clusters the draw with this number takes.
    pub(super) fn cluster(&self, number: u32, of: u64) -> u64 {
        scaled(self.number("cell", "cell-again", &number.to_string()), of)
    }

    /// Which of this number of objects of its cluster the draw with this number takes.
    pub(super) fn object(&self, number: u32, of: u64) -> u64 {
        scaled(self.number("within", "within-again", &number.to_string()), of)
    }

    /// Which of this number of places the probe of the history with this number takes: clusters, or minutes.
    pub(super) fn probe(&self, what: &str, number: u32, of: u64) -> u64 {
        scaled(number_of(&[&self.seed, self.trail.as_str(), what, &number.to_string()]), of)
    }
}

/// A number below `of`, as likely each but for one in many billions.
const fn scaled(number: u64, of: u64) -> u64 {
    ((number as u128 * of as u128) >> 64) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::arn;

    const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";

    #[test]
    fn seed_trail_and_draw_decide_and_nothing_else() {
        let (trail, other) = (arn(TRAIL), arn(&TRAIL.replace("main", "other")));
        let draw = Draw::new(7, &trail);
        assert_eq!(draw.rank("key"), Draw::new(7, &trail).rank("key"));
        assert_eq!(draw.rank("key"), number_of(&["7", TRAIL, "object", "key"]));
        for different in [Draw::new(8, &trail), Draw::new(7, &other), draw.again()] {
            assert_ne!(draw.rank("key"), different.rank("key"));
        }
        assert_ne!(draw.rank("key"), draw.rank("another"));
        assert_ne!(draw.cluster(0, u64::MAX), draw.object(0, u64::MAX));
    }

    #[test]
    fn every_cell_is_as_likely() {
        let trail = arn(TRAIL);
        let draw = Draw::new(1, &trail);
        let mut counts = [0u32; 8];
        for number in 0..8000 {
            counts[usize::try_from(draw.cluster(number, 8)).unwrap()] += 1;
        }
        // Five standard deviations of a binomial count.
        assert!(counts.iter().all(|it| it.abs_diff(1000) < 150), "{counts:?}");
        assert_eq!(scaled(u64::MAX, 8), 7);
        assert_eq!((scaled(0, 8), scaled(u64::MAX, 1)), (0, 0));
    }
}
