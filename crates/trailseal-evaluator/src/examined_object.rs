//! What was read of one trail's objects, before anything of it is judged.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{ClusterFrame, Evidence, GapId, Population, SampleMethod, Selection, Window};

use crate::encryption::{Dated, EncryptionHeaders, ExpectedKey};
use crate::object_name::AccountRegion;
use trailseal_model::ObjectHead;

/// One object that was selected, and what HeadObject said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminedObject {
    /// The object's key in the bucket.
    pub key: String,
    /// The time in the object's name.
    pub named_at: Timestamp,
    /// Whose calls it logs, and of which Region; for a digest the trail's home.
    pub account_region: AccountRegion,
    /// Why it was selected.
    pub selection: Selection,
    /// What HeadObject said.
    pub answer: HeadAnswer,
}

/// What HeadObject said of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadAnswer {
    /// The object's headers.
    Found(Box<ObjectHead>, Evidence),
    /// The object is gone since it was listed.
    Gone(Evidence),
    /// Nothing: it was refused. No call was made where an earlier one was refused.
    Unread(GapId),
}

impl HeadAnswer {
    /// The object's headers, where S3 sent them.
    pub(crate) const fn head(&self) -> Option<&ObjectHead> {
        match self {
            Self::Found(head, _) => Some(head),
            Self::Gone(_) | Self::Unread(_) => None,
        }
    }

    /// Why nothing was said.
    pub(crate) const fn gap(&self) -> Option<GapId> {
        match self {
            Self::Unread(gap) => Some(*gap),
            Self::Found(..) | Self::Gone(_) => None,
        }
    }

    /// The call, where one was made and answered.
    pub(crate) const fn evidence(&self) -> Option<&Evidence> {
        match self {
            Self::Found(_, evidence) | Self::Gone(evidence) => Some(evidence),
            Self::Unread(_) => None,
        }
    }
}

impl ExaminedObject {
    /// Whether it is encrypted with this key, where that is known.
    pub(crate) fn is_sealed(&self, expected: &ExpectedKey) -> Option<bool> {
        expected.seals(EncryptionHeaders::of(self.answer.head()?))
    }

    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self.answer, HeadAnswer::Gone(_))
    }

    pub(crate) fn dated(&self, expected: &ExpectedKey) -> Dated {
        let (at, region) = (self.named_at, self.account_region.region);
        Dated { at, region, is_sealed: self.is_sealed(expected) }
    }
}

/// Everything that was listed for one trail's objects, and how they were selected; the objects
/// themselves are [`ExaminedObject`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectEvidence {
    /// The key that they should be encrypted with.
    pub expected: ExpectedKey,
    /// The window of the samples.
    pub window: WindowListing,
    /// Older logs.
    pub history: HistorySearch,
    /// Digests.
    pub digest: DigestListing,
    /// The newest logs of each account and Region.
    pub census: Census,
}

impl ObjectEvidence {
    /// Nothing, for these reasons: what could not be read of the window could not be beside it.
    #[must_use]
    pub fn nothing(expected: ExpectedKey, window: Window, gaps: Vec<GapId>) -> Self {
        Self {
            expected,
            history: HistorySearch { gaps: gaps.clone(), ..HistorySearch::default() },
            digest: DigestListing { gaps: gaps.clone(), ..DigestListing::default() },
            window: WindowListing { gaps, ..WindowListing::nothing(window) },
            census: Census::default(),
        }
    }
}

/// What was listed of the window, and how objects were selected from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowListing {
    /// Which objects count, by the time in their name.
    pub window: Window,
    /// How many there are.
    pub population: Population,
    /// How many of them the sample is drawn from: those that are not older than a change of key.
    pub eligible: u64,
    /// How objects were selected.
    pub method: SampleMethod,
    /// The clusters, for a draw in two stages.
    pub frame: ClusterFrame,
    /// ListObjectsV2 requests to count and draw.
    pub lists: u32,
    /// ListObjectsV2 requests of the census, where it was one by itself.
    pub census_lists: u32,
    /// Draws whose cluster could not be listed: each counts as an object that could not be read.
    pub unlisted_draws: u32,
    /// When the newest object before a change of encryption or key was delivered, where the sample
    /// was drawn again from what is newer.
    pub key_changed_at: Option<Timestamp>,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed.
    pub gaps: Vec<GapId>,
}

impl WindowListing {
    /// A window of which nothing was listed.
    #[must_use]
    pub const fn nothing(window: Window) -> Self {
        Self {
            window,
            population: Population::AtLeast(0),
            eligible: 0,
            method: SampleMethod::Nothing,
            frame: ClusterFrame { clusters: 0, drawn: 0, empty: 0 },
            lists: 0,
            census_lists: 0,
            unlisted_draws: 0,
            key_changed_at: None,
            listed_by: None,
            gaps: Vec::new(),
        }
    }
}

/// The search for the time since which every log is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistorySearch {
    /// Whether it was made: not for a trail without a key, nor where the window could not be read.
    pub was_made: bool,
    /// When the oldest log object of the trail's home Region was delivered, by its name.
    pub oldest: Option<Timestamp>,
    /// The earliest time from which on the search found the trail's key alone.
    pub since: Option<Timestamp>,
    /// ListObjectsV2 requests.
    pub lists: u32,
    /// The call that read the oldest object.
    pub oldest_read_by: Option<Evidence>,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed.
    pub gaps: Vec<GapId>,
}

/// What was listed of digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DigestListing {
    /// Whether listing ended before the window did, so that there may be a newer one.
    pub is_cut: bool,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed or read.
    pub gaps: Vec<GapId>,
}

/// What a census found newest in one account and Region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Newest {
    /// The window holds no log.
    Missing,
    /// The window could not be listed.
    Unlisted,
    /// A log that was gone, or could not be read.
    Unread,
    /// A log with these headers.
    Found {
        /// `x-amz-server-side-encryption`.
        algorithm: Option<Box<str>>,
        /// `x-amz-server-side-encryption-aws-kms-key-id`.
        kms_key_id: Option<Box<str>>,
        /// `x-amz-server-side-encryption-customer-algorithm`.
        customer_algorithm: Option<Box<str>>,
    },
}

impl Newest {
    /// What this answer shows.
    pub(crate) fn of(answer: &HeadAnswer) -> Self {
        let Some(head) = answer.head() else { return Self::Unread };
        let text = |value: &Option<String>| value.as_deref().map(Box::from);
        Self::Found {
            algorithm: text(&head.algorithm),
            kms_key_id: text(&head.kms_key_id),
            customer_algorithm: text(&head.customer_algorithm),
        }
    }

    /// The headers that tell the encryption, where there are any.
    pub(crate) fn encryption(&self) -> Option<EncryptionHeaders<'_>> {
        let Self::Found { algorithm, kms_key_id, customer_algorithm } = self else { return None };
        Some(EncryptionHeaders {
            algorithm: algorithm.as_deref(),
            kms_key_id: kms_key_id.as_deref(),
            customer_algorithm: customer_algorithm.as_deref(),
        })
    }
}

/// The newest logs of every account and Region that one trail covers. There can be hundreds of
/// thousands, so each is 24 bytes, and what they show is kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    rows: Vec<CensusRow>,
    /// What rows show, each once.
    shown: Vec<Arc<Newest>>,
    /// The position of each in `shown`.
    places: HashMap<Arc<Newest>, u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CensusRow {
    account_region: AccountRegion,
    /// When the log was delivered, by its name, in minutes since 1970; 0 if there is none.
    minute: u32,
    /// The place in `shown`.
    shown: u32,
}

impl Census {
    /// Adds what was found in one account and Region, and the time in the log's name.
    pub(crate) fn add(
        &mut self,
        account_region: AccountRegion,
        at: Option<Timestamp>,
        newest: Newest,
    ) {
        let minutes = at.map(|time| time.duration_since(Timestamp::UNIX_EPOCH).as_mins());
        let minute = minutes.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or_default();
        let shown = match self.places.get(&newest) {
            Some(place) => *place,
            None => self.intern(newest),
        };
        self.rows.push(CensusRow { account_region, minute, shown });
    }

    fn intern(&mut self, newest: Newest) -> u32 {
        let (newest, place) = (Arc::new(newest), u32::try_from(self.shown.len()));
        let place = place.unwrap_or(u32::MAX);
        self.shown.push(Arc::clone(&newest));
        self.places.insert(newest, place);
        place
    }

    /// How many accounts and Regions were asked for.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Every account and Region with the time of its newest log and what that shows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (AccountRegion, Option<Timestamp>, &Newest)> {
        self.rows.iter().map(|row| {
            let since = SignedDuration::from_mins(i64::from(row.minute));
            let at = Timestamp::from_duration(since).ok().filter(|_| row.minute > 0);
            (row.account_region, at, &*self.shown[row.shown as usize])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_census_is_as_small_as_it_says() {
        assert_eq!(size_of::<CensusRow>(), 24);
    }
}
