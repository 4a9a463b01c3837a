//! Trails: what one target shows of them, and what is known of each in the end.

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::arn::Arn;
use crate::evidence::{Answer, Evidence, Observed};
use crate::history::{DigestSample, HistorySample};
use crate::member_delivery::MemberDelivery;
use crate::prefixes::AccountPrefixes;
use crate::region::{Region, RegionSet};
use crate::sample::LogSample;
use crate::target::Target;
use crate::trail_status::TrailStatus;
use crate::word_enum::word_enum;

/// A trail as DescribeTrails prints it. Absent means that AWS left the field out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the fields are AWS's own")]
pub struct TrailDescription {
    /// `TrailARN`: the trail's identity, and its owner's account.
    pub arn: Arn,
    /// `Name`.
    pub name: String,
    /// `HomeRegion`, else the Region in the ARN.
    pub home_region: Region,
    /// The account in the ARN.
    pub owner: AccountId,
    /// `S3BucketName`.
    pub bucket: Option<String>,
    /// `S3KeyPrefix`, without the slash that follows it.
    pub prefix: Option<String>,
    /// `KmsKeyId` as printed; AWS documents a key ARN.
    pub kms_key_id: Option<String>,
    /// `IsMultiRegionTrail`.
    pub is_multi_region: bool,
    /// `IsOrganizationTrail`.
    pub is_organization_trail: bool,
    /// `IncludeGlobalServiceEvents`.
    pub includes_global_service_events: bool,
    /// `LogFileValidationEnabled`.
    pub log_file_validation: bool,
    /// `HasCustomEventSelectors`.
    pub has_custom_event_selectors: bool,
    /// `HasInsightSelectors`.
    pub has_insight_selectors: bool,
    /// `SnsTopicARN`.
    pub sns_topic_arn: Option<String>,
    /// `CloudWatchLogsLogGroupArn`.
    pub log_group_arn: Option<String>,
}

/// A field of a description by AWS's name, with its value.
pub type TrailField<'a> = (&'static str, Option<&'a str>);

impl TrailDescription {
    /// The fields that something judged hangs on. Two descriptions of one trail that have them in
    /// common say the same.
    #[must_use]
    pub fn judged_fields(&self) -> [TrailField<'_>; 7] {
        let flag = |it| Some(if it { "true" } else { "false" });
        [
            ("HomeRegion", Some(self.home_region.name())),
            ("S3BucketName", self.bucket.as_deref()),
            ("S3KeyPrefix", self.prefix.as_deref()),
            ("KmsKeyId", self.kms_key_id.as_deref()),
            ("IsMultiRegionTrail", flag(self.is_multi_region)),
            ("IsOrganizationTrail", flag(self.is_organization_trail)),
            ("LogFileValidationEnabled", flag(self.log_file_validation)),
        ]
    }

    /// Those of these fields that another description has otherwise.
    pub fn unlike<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = TrailField<'a>> {
        let both = self.judged_fields().into_iter().zip(other.judged_fields());
        both.filter(|(own, other)| own != other).map(|(own, _)| own)
    }
}

/// A trail as an account's own list names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailListed {
    /// `TrailARN`.
    pub arn: Arn,
    /// `HomeRegion`, else the Region in the ARN.
    pub home_region: Region,
}

/// A trail as one target's DescribeTrails shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Where it was seen.
    pub target: Target,
    /// What was seen.
    pub description: TrailDescription,
    /// The call.
    pub evidence: Evidence,
}

impl Sighting {
    /// Whether this is the trail itself, in its owner's account and home Region, and no shadow.
    #[must_use]
    pub fn is_at_home(&self) -> bool {
        let description = &self.description;
        self.target.account == description.owner && self.target.region == description.home_region
    }
}

/// Which management events a trail records, from GetEventSelectors: all its selectors together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ManagementEvents {
    /// What the selectors say.
    Recorded {
        /// Whether events that only read are recorded.
        read: bool,
        /// Whether events that write are recorded.
        write: bool,
        /// Event sources that are left out, such as `kms.amazonaws.com`, sorted.
        excluded_sources: Vec<String>,
    },
    /// The selectors narrow the events in a way that this version does not understand.
    NotUnderstood(String),
}

word_enum! {
    /// Where a trail's description comes from.
    pub enum DescribedFrom {
        /// The owner's home Region.
        Home = "home",
        /// The delegated administrator, who ran the audit: the owner's home Region could not be read.
        DelegatedAdministrator = "delegated_administrator",
        /// Shadows, which all agree: the owner's home Region could not be read.
        AgreeingShadows = "agreeing_shadows",
        /// Shadows that contradict each other.
        DisagreeingShadows = "disagreeing_shadows",
    }
}

/// Sightings of a trail that show it otherwise than the description that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferingSightings {
    /// The first target, in order, that shows it so.
    pub first: Target,
    /// How many targets do.
    pub targets: u64,
    /// The fields that are otherwise, by AWS's names, with what these sightings show.
    pub fields: Vec<(&'static str, Option<String>)>,
    /// The call of the first target.
    pub shown_by: Evidence,
}

/// What AWS answered about one trail, but for its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailAnswers {
    /// The description that counts.
    pub description: TrailDescription,
    /// Whose description it is.
    pub described_from: DescribedFrom,
    /// The call that showed it.
    pub described_by: Evidence,
    /// GetTrailStatus in each Region where it was asked, sorted by Region.
    pub status: Vec<(Region, Observed<Answer<TrailStatus>>)>,
    /// Which management events it records, asked once in the home Region under the owner; `None` where
    /// only skipped controls need it.
    pub management_events: Option<Observed<Answer<ManagementEvents>>>,
    /// The key that `KmsKeyId` names, as an ARN; `None` without `KmsKeyId`.
    pub key: Option<Arn>,
    /// The key that its objects should be encrypted with: the ARN from DescribeKey, else the one that
    /// the trail names; `None` for an alias that could not be resolved, and without a key.
    pub expected_key: Option<Arn>,
    /// Whose folders lie in its bucket, for an organization trail; `None` where nobody looked.
    pub prefixes: Option<AccountPrefixes>,
}

/// From where a trail was seen, and as what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sightings {
    /// Every target that shows it, by account.
    pub seen_from: Vec<(AccountId, RegionSet)>,
    /// Those that show it otherwise than the description that counts.
    pub differing: Vec<DifferingSightings>,
}

/// What the objects of one trail show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectFacts {
    /// What the delivered logs of the window show.
    pub sample: LogSample,
    /// What older objects show.
    pub history: HistorySample,
    /// What the newest digest shows.
    pub digest: DigestSample,
}

/// Everything known of one trail. It is assembled once, when nothing more is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrailFacts {
    /// The description that counts.
    pub description: TrailDescription,
    /// Whose description it is.
    pub described_from: DescribedFrom,
    /// The call that showed it.
    pub described_by: Evidence,
    /// Every target that shows the trail, by account.
    pub seen_from: Vec<(AccountId, RegionSet)>,
    /// Those of them that show it otherwise, by what they show.
    pub differing: Vec<DifferingSightings>,
    /// GetTrailStatus in each Region where it was asked, sorted by Region.
    pub status: Vec<(Region, Observed<Answer<TrailStatus>>)>,
    /// GetTrailStatus in the members of the organization, for an organization trail.
    pub members: MemberDelivery,
    /// Which management events it records, asked once in the home Region under the owner; `None` where
    /// only skipped controls need it.
    pub management_events: Option<Observed<Answer<ManagementEvents>>>,
    /// The key that `KmsKeyId` names, as an ARN; `None` without `KmsKeyId`.
    pub key: Option<Arn>,
    /// The key that its objects were compared with.
    pub expected_key: Option<Arn>,
    /// What the delivered objects show.
    pub sample: LogSample,
    /// Whose folders lie in its bucket, for an organization trail; `None` where nobody looked.
    pub prefixes: Option<AccountPrefixes>,
    /// What older objects show.
    pub history: HistorySample,
    /// What the newest digest shows.
    pub digest: DigestSample,
}

impl TrailFacts {
    /// The facts of one trail: AWS's answers about it, from where it was seen, what members receive,
    /// and what its objects were judged to show.
    #[must_use]
    pub fn assemble(
        answers: TrailAnswers,
        sightings: Sightings,
        members: MemberDelivery,
        objects: ObjectFacts,
    ) -> Self {
        let TrailAnswers {
            description,
            described_from,
            described_by,
            status,
            management_events,
            key,
            expected_key,
            prefixes,
        } = answers;
        let Sightings { seen_from, differing } = sightings;
        let ObjectFacts { sample, history, digest } = objects;
        Self {
            description,
            described_from,
            described_by,
            seen_from,
            differing,
            status,
            members,
            management_events,
            key,
            expected_key,
            sample,
            prefixes,
            history,
            digest,
        }
    }

    /// Which management events it records, where that was read.
    #[must_use]
    pub fn recorded_events(&self) -> Option<&Answer<ManagementEvents>> {
        self.management_events.as_ref().and_then(Observed::known)
    }

    /// How many targets show the trail.
    #[must_use]
    pub fn sightings(&self) -> usize {
        self.seen_from.iter().map(|(_, regions)| regions.len()).sum()
    }
}
