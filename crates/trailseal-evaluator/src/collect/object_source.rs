//! Where the objects of a bucket are found, and what shows their encryption. The examination is
//! written against this alone.

use trailseal_model::{Answer, Gap, GapId, GapLedger};

use super::CollectSettings;
use super::log_location::{Listed, LogLocation};
use crate::examined_object::HeadAnswer;
use crate::ports::{LogObjects, ObjectHead, ObjectPage, ObjectRange, Reader};

/// Objects of one bucket.
pub(super) trait ObjectSource: Sync {
    /// One page of keys, in S3's order.
    ///
    /// # Errors
    /// The gap.
    fn list(
        &self,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> impl Future<Output = Result<Answer<ObjectPage>, Gap>> + Send;

    /// What is told of the object with this key; `None` where it is gone since it was listed.
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
pub(super) struct LiveObjects<'a, P> {
    pub(super) ports: &'a P,
    pub(super) reader: Reader,
    pub(super) bucket: &'a str,
}

impl<P: LogObjects> ObjectSource for LiveObjects<'_, P> {
    fn list(
        &self,
        range: ObjectRange<'_>,
        token: Option<String>,
    ) -> impl Future<Output = Result<Answer<ObjectPage>, Gap>> + Send {
        self.ports.list_objects(self.reader, range, token)
    }

    fn examine(
        &self,
        key: &str,
    ) -> impl Future<Output = Result<Answer<Option<ObjectHead>>, Gap>> + Send {
        self.ports.head_object(self.reader, self.bucket, key)
    }
}

/// Examines the objects of one trail: a source, the settings, and where gaps are kept.
#[derive(Debug)]
pub(super) struct Examiner<'a, S> {
    pub(super) source: S,
    pub(super) gaps: &'a GapLedger,
    pub(super) settings: &'a CollectSettings,
}

impl<S: ObjectSource> Examiner<'_, S> {
    pub(super) fn gap(&self, gap: Gap) -> GapId {
        self.gaps.record(gap)
    }

    /// What is told of a listed log.
    pub(super) async fn head(&self, location: &LogLocation<'_>, listed: Listed) -> HeadAnswer {
        self.head_of(&location.key(listed)).await
    }

    /// What is told of the object with this key.
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
