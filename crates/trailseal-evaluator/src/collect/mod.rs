//! Collects the facts of one trail: status, key, bucket, delivered objects. Nothing is judged
//! here; what cannot be read becomes a gap.

mod bucket;
mod census;
mod clusters;
mod digest;
mod draw;
mod examined;
mod history;
mod key;
mod key_change;
mod listing;
mod log_account;
mod log_location;
mod object_source;
mod objects;
mod owners;
mod prefixes;
mod single_flight;
mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::StreamExt as _;
use futures::future::{BoxFuture, Shared};
use trailseal_model::{
    AccountId, Answer, Arn, BucketFacts, DecryptGrant, DescribedFrom, Gap, GapClass, GapId,
    GapLedger, KeyPresence, KeyRotation, ManagementEvents, Observed, Organization, Region,
    RegionSet, SampledCluster, Target, Thresholds, TrailAnswers, TrailDescription, TrailStatus,
    Window,
};

use crate::encryption::ExpectedKey;
use crate::examined_object::{ExaminedObject, ObjectEvidence};
use crate::fold::FoldedTrail;
use crate::object_name::AccountRegion;
use crate::ports::CollectPorts;
use bucket::Presence;
use key::Expected;
use objects::ReadObjects;
use owners::Owners;
use single_flight::SingleFlight;

pub use key::{KeyWork, key_arn};
pub use log_account::log_account_rank;
pub use owners::{BucketSearch, BucketSearchToCome, OtherAccounts, OtherAccountsToCome};
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

/// The organization once its directory has ended: whoever needs it waits for it.
pub type MembersToCome = Shared<BoxFuture<'static, Arc<Members>>>;

/// The enabled Regions of every account, also of what the user left out. An account that is not
/// here may have any.
#[derive(Debug, Clone, Default)]
pub struct EnabledRegions(pub BTreeMap<AccountId, RegionSet>);

impl EnabledRegions {
    fn has(&self, account: AccountId, region: Region) -> bool {
        self.0.get(&account).is_none_or(|it| it.contains(region))
    }
}

/// The enabled Regions once every target is read: who looks for the logs of all members waits.
pub type RegionsToCome = Shared<BoxFuture<'static, Arc<EnabledRegions>>>;

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

/// Whether a trail can be collected only when the whole population is known: it delivers for all
/// members, or its key lives in another account. Collecting it earlier waits for the population.
#[must_use]
pub fn needs_members(description: &TrailDescription) -> bool {
    let key_account = key_arn(description).and_then(|it| it.account());
    description.is_organization_trail || key_account.is_some_and(|it| it != description.owner)
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

/// Collects trails; what several of them need is read once.
#[derive(Debug)]
pub struct Collector<'a, P> {
    ports: &'a P,
    gaps: &'a GapLedger,
    settings: CollectSettings,
    members: MembersToCome,
    regions: RegionsToCome,
    keys: SingleFlight<(Arn, AccountId), Observed<Answer<KeyPresence>>>,
    policies: SingleFlight<Arn, Observed<Answer<Arc<str>>>>,
    grants: SingleFlight<Arn, Observed<Answer<Arc<[DecryptGrant]>>>>,
    rotations: SingleFlight<(Arn, AccountId), Observed<Answer<KeyRotation>>>,
    bucket_heads: SingleFlight<(AccountId, String), Presence>,
    owners: Owners,
}

impl<'a, P: CollectPorts> Collector<'a, P> {
    /// A collector over these ports that keeps its gaps in this ledger.
    pub fn new(
        ports: &'a P,
        gaps: &'a GapLedger,
        settings: CollectSettings,
        members: MembersToCome,
        regions: RegionsToCome,
    ) -> Self {
        Self {
            ports,
            gaps,
            settings,
            members,
            regions,
            keys: SingleFlight::default(),
            policies: SingleFlight::default(),
            grants: SingleFlight::default(),
            rotations: SingleFlight::default(),
            bucket_heads: SingleFlight::default(),
            owners: Owners::default(),
        }
    }

    /// The same collector, which also looks for the owners of buckets in these accounts, where neither
    /// the trail nor the settings lead to one.
    #[must_use]
    pub fn asking(mut self, to_ask: BucketSearchToCome, others: OtherAccountsToCome) -> Self {
        self.owners = Owners::new(to_ask, others);
        self
    }

    /// Waits until all accounts can be asked for a bucket that misses its owner.
    pub async fn can_ask_all(&self) {
        self.owners.to_ask.clone().await;
    }

    /// Collects one trail, but for the grants and the rotation of its key: no essential control
    /// needs these, so nothing essential may wait for them.
    pub async fn collect(&self, work: TrailWork) -> CollectedTrail {
        let description = &work.trail.description;
        let stand_in = self.stand_in(description).await;
        let status = self.status(&work, stand_in).await;
        let management_events = self.management_events(description, stand_in).await;
        let home = key::home(description);
        let key_named = key_arn(description);
        let key = match &key_named {
            Some(named) => Some(self.key(named, home).await),
            None => None,
        };
        let expected_key = objects::expected_key(key_named.as_ref(), key.as_ref());
        let expected = Expected { key: key.as_ref(), arn: expected_key.as_ref() };
        let key_policy = self.key_policy(&expected, home).await;
        let bucket = match &description.bucket {
            Some(name) => Some(self.bucket(name, description.owner).await),
            None => None,
        };
        let sealing = ExpectedKey {
            is_named: description.kms_key_id.is_some(),
            is_of_aws: expected.is_of_aws(),
            arn: expected_key.clone(),
        };
        // Where nobody knows which key is right, no object tells anything.
        let is_in_doubt = work.trail.described_from == DescribedFrom::DisagreeingShadows;
        let read = match &bucket {
            Some(bucket) if !is_in_doubt => self.objects(&work, bucket, sealing).await,
            _ => ReadObjects::nothing(sealing, self.settings.window, Vec::new()),
        };
        let ReadObjects { evidence, objects, clusters, prefixes } = read;
        let FoldedTrail { description, described_from, described_by } = work.trail;
        let answers = TrailAnswers {
            description,
            described_from,
            described_by,
            status,
            management_events,
            key: key_named,
            expected_key,
            prefixes,
        };
        CollectedTrail {
            answers,
            key: key
                .map(|key| self.with_refusal(key, [key_policy.as_ref().and_then(Observed::gap)])),
            key_policy,
            key_grants: None,
            key_rotation: None,
            bucket,
            evidence,
            objects,
            clusters,
        }
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

    /// Who is asked about an organization trail whose owner does not answer.
    async fn stand_in(&self, description: &TrailDescription) -> Option<AccountId> {
        if !description.is_organization_trail {
            return None;
        }
        let members = self.members.clone().await;
        members.delegated_administrator.filter(|it| *it != description.owner)
    }

    /// GetTrailStatus under the owner: in each enabled Region for a multi-Region trail, because
    /// AWS reports each Region by itself, else in the home Region. A probed Region that turns out to
    /// be disabled delivers nothing and is left out.
    async fn status(
        &self,
        work: &TrailWork,
        stand_in: Option<AccountId>,
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
                let asked_in = Target { account, region };
                self.ports.trail_status(&description.arn, asked_in)
            };
            match self.first_answer(description.owner, stand_in, ask).await {
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
        stand_in: Option<AccountId>,
    ) -> Observed<Answer<ManagementEvents>> {
        let ask = |account| {
            let asked_in = Target { account, region: description.home_region };
            self.ports.management_events(&description.arn, asked_in)
        };
        let res = self.first_answer(description.owner, stand_in, ask).await;
        self.observed(res)
    }

    /// The owner's answer, else the stand-in's; if neither answers, the owner's gap. Nobody stands in
    /// for an owner who says that there is no such trail.
    async fn first_answer<T, F: Future<Output = Result<T, Gap>>>(
        &self,
        owner: AccountId,
        stand_in: Option<AccountId>,
        ask: impl Fn(AccountId) -> F,
    ) -> Result<T, Gap> {
        let refused = match ask(owner).await {
            Ok(answer) => return Ok(answer),
            Err(gap) => gap,
        };
        match stand_in.filter(|_| refused.class != GapClass::NotFound) {
            Some(account) => ask(account).await.map_err(|_| refused),
            None => Err(refused),
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
