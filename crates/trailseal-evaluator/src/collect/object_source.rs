//! Where the objects of a bucket are found, and what shows their encryption. The examination is
//! written against this alone.

use std::collections::BTreeSet;

use trailseal_model::question::{HeadObject, ListObjects};
use trailseal_model::{
    Answer, Answers, ControlId, Gap, GapId, GapLedger, ObjectHead, ObjectsListed, Reader, Reading,
    Want, ask,
};

use super::CollectSettings;
use super::log_location::{Listed, LogLocation};
use crate::examined_object::HeadAnswer;

/// Objects of one bucket.
pub(super) trait ObjectSource: Sync {
    /// One page of the names that begin with this prefix and come after this text, in S3's order.
    ///
    /// # Errors
    /// The gap.
    fn list(
        &self,
        prefix: &str,
        start_after: Option<String>,
        want: Want,
    ) -> impl Future<Output = Result<Answer<ObjectsListed>, Gap>> + Send;

    /// What S3 shows of the object with this key; `None` where it is gone since it was listed.
    ///
    /// # Errors
    /// The gap.
    fn examine(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Answer<Option<ObjectHead>>, Gap>> + Send;
}

/// Objects as S3 shows them at the time: by ListObjectsV2 and HeadObject.
#[derive(Debug, Clone, Copy)]
pub(super) struct LiveObjects<'a, A> {
    pub(super) answers: &'a A,
    pub(super) reader: Reader,
    pub(super) bucket: &'a str,
}

impl<A: Answers> ObjectSource for LiveObjects<'_, A> {
    fn list(
        &self,
        prefix: &str,
        start_after: Option<String>,
        want: Want,
    ) -> impl Future<Output = Result<Answer<ObjectsListed>, Gap>> + Send {
        let (bucket, prefix) = (self.bucket.to_owned(), prefix.to_owned());
        ask(self.answers, ListObjects { reader: self.reader, bucket, prefix, start_after, want })
    }

    fn examine(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Answer<Option<ObjectHead>>, Gap>> + Send {
        let (bucket, key) = (self.bucket.to_owned(), key.to_owned());
        ask(self.answers, HeadObject { reader: self.reader, bucket, key })
    }
}

/// Examines the objects of one trail: a source, the settings, what is skipped, and where gaps are
/// kept.
#[derive(Debug)]
pub(super) struct Examiner<'a, S> {
    pub(super) source: S,
    pub(super) gaps: &'a GapLedger,
    pub(super) settings: &'a CollectSettings,
    pub(super) skipped: &'a BTreeSet<ControlId>,
}

impl<S: ObjectSource> Examiner<'_, S> {
    pub(super) fn asks(&self, reading: Reading) -> bool {
        reading.is_asked(self.skipped)
    }

    pub(super) fn gap(&self, gap: Gap) -> GapId {
        self.gaps.record(gap)
    }

    /// What S3 shows of a listed log.
    pub(super) async fn head(&self, location: &LogLocation, listed: Listed) -> HeadAnswer {
        self.head_of(&location.key(listed)).await
    }

    /// What S3 shows of the object with this key.
    pub(super) async fn head_of(&self, key: &str) -> HeadAnswer {
        match self.source.examine(key).await {
            Err(gap) => HeadAnswer::Unread(self.gap(gap)),
            Ok(Answer { value: Some(head), evidence }) => {
                HeadAnswer::Found(Box::new(head), evidence)
            }
            Ok(Answer { value: None, evidence }) => HeadAnswer::Gone(evidence),
        }
    }
}
