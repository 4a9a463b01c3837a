//! Where each question is answered: twelve bytes an answer, sorted by the question's hash.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use trailseal_model::AnyQuestion;

use crate::layout::MAX_RECORDS;

/// A record's place: the number of its frame, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordLocation(u32);

impl RecordLocation {
    /// How many frames can be told apart.
    pub(crate) const MAX_FRAMES: usize = (u32::MAX as usize + 1) / MAX_RECORDS;

    /// A place; `None` beyond what can be told apart.
    pub(crate) fn new(frame: usize, record: usize) -> Option<Self> {
        if frame >= Self::MAX_FRAMES || record >= MAX_RECORDS {
            return None;
        }
        u32::try_from(frame * MAX_RECORDS + record).ok().map(Self)
    }

    /// The number of the frame.
    pub(crate) const fn frame(self) -> usize {
        self.0 as usize / MAX_RECORDS
    }

    /// The number of the record in it.
    pub(crate) const fn record(self) -> usize {
        self.0 as usize % MAX_RECORDS
    }
}

/// The two halves of a hash, and a place: an array has no padding.
type Entry = [u32; 3];

/// The index.
#[derive(Debug, Default)]
pub(crate) struct Index(Vec<Entry>);

impl Index {
    /// Adds a question that is answered at a place.
    pub(crate) fn add(&mut self, question: &AnyQuestion, place: RecordLocation) {
        let [high, low] = halves(question);
        self.0.push([high, low, place.0]);
    }

    /// Sorts it: call it once, when everything is added.
    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
        self.0.shrink_to_fit();
    }

    /// Where a question may be answered, the latest place first.
    pub(crate) fn places(
        &self,
        question: &AnyQuestion,
    ) -> impl Iterator<Item = RecordLocation> + use<'_> {
        let hash = halves(question);
        let end = self.0.partition_point(|entry| entry[..2] <= hash[..]);
        let before = self.0[..end].iter().rev();
        before.take_while(move |entry| entry[..2] == hash[..]).map(|entry| RecordLocation(entry[2]))
    }

    /// How many answers it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many different questions they answer.
    pub(crate) fn questions(&self) -> usize {
        self.0.chunk_by(|one, next| one[..2] == next[..2]).count()
    }
}

/// The hash of a question. It is compared within one process only.
fn halves(question: &AnyQuestion) -> [u32; 2] {
    let mut hasher = DefaultHasher::new();
    question.hash(&mut hasher);
    let hash = hasher.finish();
    [(hash >> 32) as u32, (hash & 0xffff_ffff) as u32]
}
