//! Judges examined objects, when all trails are known, and nowhere else: what each one shows, and
//! what those of one trail show together. Rows of the record and findings both follow from it.

mod census;
mod classify;
mod history;
mod summary;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{
    Account, AccountId, Answer, Arn, DigestSample, KeyPresence, NewestLog, ObjectFacts, Observed,
    Sample, Selection, Target, Thresholds, TrailAnswers,
};

use super::groups::{self, Group};
use crate::encryption::ExpectedKey;
use crate::examined_object::{DigestListing, ExaminedObject, ObjectEvidence};
use classify::Classifier;

pub use classify::{ObjectClass, sample};

/// What judging the objects of any trail needs of all trails.
#[derive(Debug)]
pub struct ObjectJudge<'a> {
    trails: &'a [&'a TrailAnswers],
    /// Sorted by id.
    accounts: &'a [Account],
    groups: Vec<Group>,
    tolerance: SignedDuration,
}

/// What the objects of one trail show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedObjects {
    /// What they show together.
    pub facts: ObjectFacts,
    /// What each of them shows, in the order of selection.
    pub classes: Vec<ObjectClass>,
    /// What the newest log of each account and Region shows, with the time in its name.
    pub newest_logs: Vec<(Target, Option<Timestamp>, NewestLog)>,
}

impl<'a> ObjectJudge<'a> {
    /// A judge for the objects of these trails; `keys` are those that they name, by what they name,
    /// and `accounts` all that were listed, sorted by id.
    #[must_use]
    pub fn new(
        trails: &'a [&'a TrailAnswers],
        keys: &BTreeMap<Arn, Observed<Answer<KeyPresence>>>,
        accounts: &'a [Account],
        thresholds: Thresholds,
    ) -> Self {
        let tolerance = SignedDuration::from_secs(thresholds.key_change_tolerance_seconds);
        Self { trails, accounts, groups: groups::groups(trails, keys), tolerance }
    }

    /// Judges the objects of the trail with this place among the trails.
    ///
    /// # Panics
    /// When there is no such trail.
    #[must_use]
    pub fn judge(
        &self,
        trail: usize,
        evidence: ObjectEvidence,
        objects: Vec<ExaminedObject>,
    ) -> JudgedObjects {
        let (answers, group) = (self.trails[trail], &self.groups[trail]);
        let ObjectEvidence { expected, window, history, digest, census } = evidence;
        let expected = ExpectedKey { is_of_aws: expected.is_of_aws || group.is_of_aws, ..expected };
        let classifier = Classifier {
            owner: answers.description.owner,
            expected: &expected,
            group,
            is_listed: &|account: AccountId| self.is_listed(account),
        };
        let classes = classifier.classify(&objects, self.tolerance);
        let mut newest_logs = census::newest_logs(&census, &classifier);
        census::add_examined(&mut newest_logs, &objects, &classes);
        let bucket = answers.description.bucket.as_deref().unwrap_or_default();
        let rows = objects.into_iter().zip(&classes).zip(0u32..);
        let samples: Vec<Sample> =
            rows.map(|((object, class), number)| sample(bucket, object, *class, number)).collect();
        let is_of =
            |wanted: fn(Selection) -> bool| move |sample: &&Sample| wanted(sample.selection);
        let of_window: Vec<&Sample> = samples.iter().filter(is_of(is_of_window)).collect();
        let older: Vec<&Sample> =
            samples.iter().filter(is_of(|selection| selection == Selection::History)).collect();
        let newest_digest = samples.iter().find(|sample| sample.selection == Selection::Digest);
        census::set_aside(&mut newest_logs, &of_window);
        let facts = ObjectFacts {
            sample: summary::of(window, &of_window),
            history: history::of(history, &of_window, &older),
            digest: digest_sample(digest, newest_digest),
        };
        JudgedObjects { facts, classes, newest_logs }
    }

    fn is_listed(&self, account: AccountId) -> bool {
        self.accounts.binary_search_by_key(&account, |known| known.id).is_ok()
    }
}

/// Whether an object was selected for the window of the samples.
const fn is_of_window(selection: Selection) -> bool {
    !matches!(selection, Selection::History | Selection::Digest)
}

fn digest_sample(listing: DigestListing, newest: Option<&Sample>) -> DigestSample {
    let DigestListing { is_cut, listed_by, gaps } = listing;
    DigestSample { newest: newest.cloned().map(Box::new), is_cut, listed_by, gaps }
}

#[cfg(test)]
mod tests;
