//! Collects the facts of one trail and judges nothing; what cannot be read becomes a gap.

mod bucket;
mod census;
mod clusters;
mod digest;
mod draw;
mod examination;
mod examined;
mod history;
mod key;
mod key_change;
mod listing;
mod log_account;
mod log_location;
mod object_source;
mod objects;
mod once;
mod prefixes;
mod single_flight;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt as _;
use trailseal_model::question::{GetEventSelectors, GetTrailStatus};
use trailseal_model::{
    AccountId, Answer, Answers, Arn, BucketFacts, ControlId, DecryptGrant, EventSink, Gap,
    GapClass, GapId, GapLedger, KeyPresence, KeyRotation, ManagementEvents, NoEvents, Observed,
    Organization, Reading, Region, RegionSet, SampledCluster, Target, Thresholds, TrailAnswers,
    TrailDescription, TrailStatus, Window, ask,
};

use crate::encryption::ExpectedKey;
use crate::examined_object::{ExaminedObject, ObjectEvidence};
use crate::fold::FoldedTrail;
use crate::object_name::AccountRegion;
use key::Expected;
use object_source::Watched;
use once::Once;
use single_flight::SingleFlight;

pub use bucket::{
    BucketName, BucketPresenceRead, BucketsOwned, NamedBuckets, OwnedBuckets, OwnerAnswers,
};
pub use key::{KeyWork, add_details, key_arn};
pub use log_account::log_account_rank;
pub use objects::ReadObjects;
pub use store::{CollectedStore, StoreWork};

/// Calls that one trail keeps in flight.
const IN_FLIGHT: usize = 8;

/// What collecting is told.
#[derive(Debug, Clone)]
pub struct CollectSettings {
    /// Which log objects count.
    pub window: Window,
    /// The numbers in force.
    pub thresholds: Thresholds,
    /// What random samples are drawn with.
    pub seed: u64,
    /// Accounts that may own a trail's bucket, beside the trail's owner.
    pub log_archive_accounts: Vec<AccountId>,
    /// Buckets whose owner the user named.
    pub bucket_owners: Vec<(String, AccountId)>,
}

/// The organization as far as it is known when a trail is collected.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// The organization.
    pub organization: Option<Organization>,
    /// Every member that is audited, sorted.
    pub audited: Vec<AccountId>,
    /// Every member.
    pub all: BTreeSet<AccountId>,
    /// The account that runs the audit, where it is a delegated administrator: it lists the
    /// organization's accounts, and is not the management account.
    pub delegated_administrator: Option<AccountId>,
}

/// The enabled Regions of every account, also of what the user left out. An account that is not
/// here may have any.
#[derive(Debug, Clone, Default)]
pub struct EnabledRegions(pub BTreeMap<AccountId, RegionSet>);

impl EnabledRegions {
    fn has(&self, account: AccountId, region: Region) -> bool {
        self.0.get(&account).is_none_or(|it| it.contains(region))
    }
}

/// A trail to collect, with what must be known beforehand.
#[derive(Debug, Clone)]
pub struct TrailWork {
    /// The trail.
    pub trail: FoldedTrail,
    /// The Regions that the owner has enabled (all of the partition's where that is not known).
    pub owner_regions: Vec<Region>,
    /// Whether the owner listed them itself, so that each of them is enabled.
    pub are_regions_listed: bool,
}

/// What was collected of one trail.
#[derive(Debug, Clone)]
pub struct CollectedTrail {
    /// What AWS answered about the trail itself.
    pub answers: TrailAnswers,
    /// The key it names.
    pub key: Option<Observed<Answer<KeyPresence>>>,
    /// The policy of that key, where there is one to read.
    pub key_policy: Option<Observed<Answer<Arc<str>>>>,
    /// The grants that lead to decryption with it, for the same keys; added with
    /// [`Collector::grants`].
    pub key_grants: Option<Observed<Answer<Arc<[DecryptGrant]>>>>,
    /// Whether that key rotates, where it can or that is not known; added with
    /// [`Collector::rotation`].
    pub key_rotation: Option<Observed<Answer<KeyRotation>>>,
    /// Its bucket.
    pub bucket: Option<BucketFacts>,
    /// What was listed for its objects; nothing of it is judged.
    pub evidence: ObjectEvidence,
    /// Every object that was examined, in the order of selection.
    pub objects: Vec<ExaminedObject>,
    /// Every cluster that was listed and holds objects, or was drawn.
    pub clusters: Vec<SampledCluster>,
}

/// What was read of a trail and of its key, before its bucket is looked for.
#[derive(Debug, Clone)]
pub struct TrailRead {
    /// GetTrailStatus, by Region.
    pub status: Vec<(Region, Observed<Answer<TrailStatus>>)>,
    /// GetEventSelectors; `None` where only skipped controls need it.
    pub management_events: Option<Observed<Answer<ManagementEvents>>>,
    /// The key that the trail names.
    pub key_named: Option<Arn>,
    /// DescribeKey of it; `None` where only skipped controls need it, too.
    pub key: Option<Observed<Answer<KeyPresence>>>,
    /// The policy of that key, where there is one to read.
    pub key_policy: Option<Observed<Answer<Arc<str>>>>,
    /// The key that the trail's objects should be encrypted with.
    pub expected_key: ExpectedKey,
}

impl TrailRead {
    /// Nothing was read, and why.
    #[must_use]
    pub fn unread(description: &TrailDescription, gap: GapId) -> Self {
        let key_named = key_arn(description);
        Self {
            status: vec![(description.home_region, Observed::Unread(gap))],
            management_events: Some(Observed::Unread(gap)),
            key: key_named.as_ref().map(|_| Observed::Unread(gap)),
            expected_key: ExpectedKey { is_named: key_named.is_some(), ..ExpectedKey::default() },
            key_named,
            key_policy: None,
        }
    }
}

/// Collects trails; what several of them ask is asked once.
///
/// None of its questions waits for anything but answers: what else must be known is handed in.
#[derive(Debug)]
pub struct Collector<'a, A> {
    answers: Once<&'a A>,
    gaps: &'a GapLedger,
    settings: CollectSettings,
    skipped: BTreeSet<ControlId>,
    progress: Watched<'a>,
    buckets: SingleFlight<AccountId, BucketsOwned>,
}

impl<'a, A: Answers> Collector<'a, A> {
    /// A collector that asks this, and keeps its gaps in this ledger.
    pub fn new(answers: &'a A, gaps: &'a GapLedger, settings: CollectSettings) -> Self {
        let (answers, skipped) = (Once::new(answers), BTreeSet::new());
        let (progress, buckets) = (Watched(&NoEvents), SingleFlight::default());
        Self { answers, gaps, settings, skipped, progress, buckets }
    }

    /// The same, telling this how far the examination of objects is.
    #[must_use]
    pub fn watched_by(self, progress: &'a dyn EventSink) -> Self {
        Self { progress: Watched(progress), ..self }
    }

    /// The same, asking nothing that only these controls need.
    #[must_use]
    pub fn skipping(self, skipped: &BTreeSet<ControlId>) -> Self {
        Self { skipped: skipped.clone(), ..self }
    }

    fn asks(&self, reading: Reading) -> bool {
        reading.is_asked(&self.skipped)
    }

    /// Reads one trail and its key, but for the key's grants and rotation: no essential control
    /// needs these, so nothing essential may wait for them.
    pub async fn read_trail(&self, work: &TrailWork, members: &Members) -> TrailRead {
        let description = &work.trail.description;
        let administrator = administrator(description, members);
        let status = if self.asks(Reading::TrailStatus) {
            self.status(work, administrator).await
        } else {
            Vec::new()
        };
        let management_events = if self.asks(Reading::EventSelectors) {
            Some(self.management_events(description, administrator).await)
        } else {
            None
        };
        let home = key::home(description);
        let key_named = key_arn(description);
        let key = match &key_named {
            Some(named) if self.asks(Reading::TrailKeys) => {
                Some(self.key(named, home, members).await)
            }
            _ => None,
        };
        let expected_key = objects::expected_key(key_named.as_ref(), key.as_ref());
        let expected = Expected { key: key.as_ref(), arn: expected_key.as_ref() };
        let key_policy = if self.asks(Reading::KeyPolicies) {
            self.key_policy(&expected, home, members).await
        } else {
            None
        };
        let is_of_aws = expected.is_of_aws();
        let refusals = [key_policy.as_ref().and_then(Observed::gap)];
        let key = key.map(|key| key::with_refusal(self.gaps, key, refusals));
        let is_named = description.kms_key_id.is_some();
        let expected_key = ExpectedKey { is_named, is_of_aws, arn: expected_key };
        TrailRead { status, management_events, key_named, key, key_policy, expected_key }
    }

    /// Lists and examines the log objects of a trail.
    pub async fn examine(
        &self,
        work: &TrailWork,
        read: &TrailRead,
        bucket: &BucketFacts,
        members: &Members,
        enabled: &EnabledRegions,
    ) -> ReadObjects {
        self.objects(work, bucket, read.expected_key.clone(), members, enabled).await
    }

    fn gap(&self, gap: Gap) -> GapId {
        self.gaps.record(gap)
    }

    fn observed<T>(&self, res: Result<T, Gap>) -> Observed<T> {
        match res {
            Ok(value) => Observed::Known(value),
            Err(gap) => Observed::Unread(self.gap(gap)),
        }
    }

    /// GetTrailStatus under the owner: in each enabled Region for a multi-Region trail, because
    /// AWS reports each Region by itself, else in the home Region. A probed Region that turns out to
    /// be disabled delivers nothing and is left out.
    async fn status(
        &self,
        work: &TrailWork,
        administrator: Option<AccountId>,
    ) -> Vec<(Region, Observed<Answer<TrailStatus>>)> {
        let description = &work.trail.description;
        let home = description.home_region;
        let mut regions = vec![home];
        if description.is_multi_region {
            regions.extend(&work.owner_regions);
            regions.sort_unstable();
            regions.dedup();
        }
        let ask = |region| async move {
            let ask = |account| {
                let (trail, asked_in) = (description.arn.clone(), Target { account, region });
                ask(&self.answers, GetTrailStatus { trail, asked_in })
            };
            match self.first_answer(description.owner, administrator, ask).await {
                Err(gap)
                    if gap.class == GapClass::RegionDisabled
                        && region != home
                        && !work.are_regions_listed =>
                {
                    None
                }
                res => Some((region, self.observed(res))),
            }
        };
        let asked = futures::stream::iter(regions).map(ask).buffered(IN_FLIGHT);
        asked.filter_map(std::future::ready).collect().await
    }

    async fn management_events(
        &self,
        description: &TrailDescription,
        administrator: Option<AccountId>,
    ) -> Observed<Answer<ManagementEvents>> {
        let ask = |account| {
            let asked_in = Target { account, region: description.home_region };
            ask(&self.answers, GetEventSelectors { trail: description.arn.clone(), asked_in })
        };
        let res = self.first_answer(description.owner, administrator, ask).await;
        self.observed(res)
    }

    /// The owner's answer, else the delegated administrator's; if neither answers, the owner's gap. The
    /// administrator is not asked where the owner says that the trail does not exist.
    async fn first_answer<T, F: Future<Output = Result<T, Gap>>>(
        &self,
        owner: AccountId,
        administrator: Option<AccountId>,
        ask: impl Fn(AccountId) -> F,
    ) -> Result<T, Gap> {
        let refused = match ask(owner).await {
            Ok(answer) => return Ok(answer),
            Err(gap) => gap,
        };
        match administrator.filter(|_| refused.class != GapClass::NotFound) {
            Some(account) => ask(account).await.map_err(|_| refused),
            None => Err(refused),
        }
    }
}

/// Who is asked about an organization trail whose owner does not answer.
fn administrator(description: &TrailDescription, members: &Members) -> Option<AccountId> {
    let administrator = members.delegated_administrator;
    administrator
        .filter(|account| description.is_organization_trail && *account != description.owner)
}

impl CollectedTrail {
    /// Brings together what was read of a trail, its bucket and its objects.
    #[must_use]
    pub fn new(
        work: TrailWork,
        read: TrailRead,
        bucket: Option<BucketFacts>,
        objects: ReadObjects,
    ) -> Self {
        let ReadObjects { evidence, objects, clusters, prefixes } = objects;
        let FoldedTrail { description, described_from, described_by } = work.trail;
        let answers = TrailAnswers {
            description,
            described_from,
            described_by,
            status: read.status,
            management_events: read.management_events,
            key: read.key_named,
            expected_key: read.expected_key.arn,
            prefixes,
        };
        Self {
            answers,
            key: read.key,
            key_policy: read.key_policy,
            key_grants: None,
            key_rotation: None,
            bucket,
            evidence,
            objects,
            clusters,
        }
    }
}

/// The clusters in which a trail delivers, the home Region first.
fn covered_clusters(
    work: &TrailWork,
    members: &Members,
    enabled: &EnabledRegions,
) -> Vec<AccountRegion> {
    let description = &work.trail.description;
    let (home, is_of_organization) = (description.home_region, description.is_organization_trail);
    let mut regions = vec![home];
    if description.is_multi_region {
        // A member can have Regions that the owner has not.
        let others = if is_of_organization {
            description.arn.partition().regions()
        } else {
            work.owner_regions.clone()
        };
        regions.extend(others.into_iter().filter(|it| *it != home));
    }
    let owner = [description.owner];
    let accounts = if is_of_organization { &*members.audited } else { &owner };
    let of_region = |region| {
        let delivers = move |it: &&AccountId| !is_of_organization || enabled.has(**it, region);
        accounts.iter().filter(delivers).map(move |it| AccountRegion { account: *it, region })
    };
    regions.into_iter().flat_map(of_region).collect()
}

#[cfg(test)]
mod tests;
