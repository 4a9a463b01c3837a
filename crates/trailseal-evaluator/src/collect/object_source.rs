//! Where the objects of a bucket are found, and what shows their encryption. The examination is
//! written against this alone.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use trailseal_model::question::{HeadObject, ListObjects};
use trailseal_model::{
    Answer, Answers, ControlId, Event, EventSink, Gap, GapId, GapLedger, ObjectHead, ObjectsListed,
    Reader, Reading, Want, ask,
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
    pub(super) progress: Watched<'a>,
}

/// What watches the examination.
#[derive(Clone, Copy)]
pub(super) struct Watched<'a>(pub(super) &'a dyn EventSink);

impl fmt::Debug for Watched<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Watched")
    }
}

/// Work that was announced. What of it is left when this is dropped counts as done: nothing may keep the
/// progress of a run from its end.
pub(super) struct Queued<'a> {
    progress: Watched<'a>,
    rest: AtomicUsize,
}

impl Queued<'_> {
    /// One more is done.
    pub(super) fn end_one(&self) {
        let less = |rest: usize| rest.checked_sub(1);
        if self.rest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
            self.progress.0.emit(&Event::ObjectsExamined { count: 1 });
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        let count = *self.rest.get_mut();
        if count > 0 {
            self.progress.0.emit(&Event::ObjectsExamined { count });
        }
    }
}

impl<S: ObjectSource> Examiner<'_, S> {
    pub(super) fn asks(&self, reading: Reading) -> bool {
        reading.is_asked(self.skipped)
    }

    /// Announces work, of which each is ended or dropped.
    pub(super) fn queue(&self, count: usize) -> Queued<'_> {
        if count > 0 {
            self.progress.0.emit(&Event::ObjectsQueued { count });
        }
        Queued { progress: self.progress, rest: AtomicUsize::new(count) }
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
