//! Regions and partitions, interned so that a Region is two bytes wherever it is kept.

use std::cmp::Ordering;
use std::fmt;
use std::sync::RwLock;

use serde::{Deserialize, Serialize};

use crate::serde_text::{schema_of_text, serde_as_text};
use crate::word_enum::word_enum;

word_enum! {
    /// An AWS partition: accounts, ARNs and endpoints never cross it.
    pub enum Partition {
        /// Commercial Regions.
        Aws = "aws",
        /// China.
        AwsCn = "aws-cn",
        /// GovCloud (US).
        AwsUsGov = "aws-us-gov",
        /// European Sovereign Cloud.
        AwsEusc = "aws-eusc",
        /// Secret and top-secret Regions of the United States.
        AwsIso = "aws-iso",
        /// Secret Regions of the United States.
        AwsIsoB = "aws-iso-b",
        /// Secret Regions in Europe.
        AwsIsoE = "aws-iso-e",
        /// Further secret Regions.
        AwsIsoF = "aws-iso-f",
    }
}

impl Partition {
    /// The Region that holds the partition's global services and is enabled in every account.
    #[must_use]
    pub fn default_region(self) -> Region {
        Region::new(match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-northwest-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsEusc => "eusc-de-east-1",
            Self::AwsIso => "us-iso-east-1",
            Self::AwsIsoB => "us-isob-east-1",
            Self::AwsIsoE => "eu-isoe-west-1",
            Self::AwsIsoF => "us-isof-south-1",
        })
        .expect("the table has the default Regions")
    }

    /// Every Region of the partition that this version knows, sorted by name.
    #[must_use]
    pub fn regions(self) -> Vec<Region> {
        let mut regions: Vec<Region> = (0u8..)
            .zip(TABLE)
            .filter(|(_, it)| it.1 == self)
            .map(|(index, _)| Region(index))
            .collect();
        regions.sort();
        regions
    }
}

/// An AWS Region: a small index, compared and shown by name.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region(u8);

/// How many Regions one process can tell apart: the width of a [`RegionSet`].
pub const MAX_REGIONS: usize = 128;

/// Names met at run time that the table does not hold, leaked once each: at most 128 of them.
static LATER: RwLock<Vec<&'static str>> = RwLock::new(Vec::new());

impl Region {
    /// The Region with this name, interned. `None` for what cannot be a Region name, or when a
    /// process has met more than [`MAX_REGIONS`] of them.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        if let Some(index) = TABLE.iter().position(|it| it.0 == name) {
            return u8::try_from(index).ok().map(Self);
        }
        let plausible = name.len() <= 32
            && name.contains('-')
            && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
        if !plausible {
            return None;
        }
        let mut later = LATER.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let index = if let Some(index) = later.iter().position(|it| *it == name) {
            index
        } else {
            if TABLE.len() + later.len() >= MAX_REGIONS {
                return None;
            }
            later.push(Box::leak(name.to_owned().into_boxed_str()));
            later.len() - 1
        };
        u8::try_from(TABLE.len() + index).ok().map(Self)
    }

    /// Tells Regions apart in this process, below [`MAX_REGIONS`].
    pub(crate) const fn index(self) -> usize {
        self.0 as usize
    }

    /// The Region's name, such as `eu-west-1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        let index = usize::from(self.0);
        TABLE.get(index).map_or_else(
            || LATER.read().unwrap_or_else(std::sync::PoisonError::into_inner)[index - TABLE.len()],
            |it| it.0,
        )
    }

    /// Whether an account must opt in before the Region works there. A Region that this version
    /// does not know is newer than it, and every Region since 2019 is opt-in.
    #[must_use]
    pub fn is_opt_in(self) -> bool {
        TABLE.get(usize::from(self.0)).is_none_or(|it| it.2)
    }
}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Region {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

serde_as_text!(Region, Region::new);
schema_of_text!(Region, "^[a-z0-9-]{1,32}$");

/// One Region of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionStatus {
    /// The Region.
    pub region: Region,
    /// Whether it is enabled there: it takes calls.
    pub is_enabled: bool,
}

/// A set of Regions in sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegionSet(u128);

impl RegionSet {
    /// Adds a Region.
    pub const fn insert(&mut self, region: Region) {
        self.0 |= 1 << region.0;
    }

    /// Whether the Region is in the set.
    #[must_use]
    pub const fn contains(self, region: Region) -> bool {
        self.0 & (1 << region.0) != 0
    }

    /// How many Regions are in the set.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no Region is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Name, partition, opt-in. Source: AWS account management reference, "Specify which AWS Regions
/// your account can use", and the partitions file that AWS ships with its SDKs.
const TABLE: &[(&str, Partition, bool)] = &[
    ("us-east-1", Partition::Aws, false),
    ("us-east-2", Partition::Aws, false),
    ("us-west-1", Partition::Aws, false),
    ("us-west-2", Partition::Aws, false),
    ("ap-northeast-1", Partition::Aws, false),
    ("ap-northeast-2", Partition::Aws, false),
    ("ap-northeast-3", Partition::Aws, false),
    ("ap-south-1", Partition::Aws, false),
    ("ap-southeast-1", Partition::Aws, false),
    ("ap-southeast-2", Partition::Aws, false),
    ("ca-central-1", Partition::Aws, false),
    ("eu-central-1", Partition::Aws, false),
    ("eu-north-1", Partition::Aws, false),
    ("eu-west-1", Partition::Aws, false),
    ("eu-west-2", Partition::Aws, false),
    ("eu-west-3", Partition::Aws, false),
    ("sa-east-1", Partition::Aws, false),
    ("af-south-1", Partition::Aws, true),
    ("ap-east-1", Partition::Aws, true),
    ("ap-east-2", Partition::Aws, true),
    ("ap-south-2", Partition::Aws, true),
    ("ap-southeast-3", Partition::Aws, true),
    ("ap-southeast-4", Partition::Aws, true),
    ("ap-southeast-5", Partition::Aws, true),
    ("ap-southeast-6", Partition::Aws, true),
    ("ap-southeast-7", Partition::Aws, true),
    ("ca-west-1", Partition::Aws, true),
    ("eu-central-2", Partition::Aws, true),
    ("eu-south-1", Partition::Aws, true),
    ("eu-south-2", Partition::Aws, true),
    ("il-central-1", Partition::Aws, true),
    ("me-central-1", Partition::Aws, true),
    ("me-south-1", Partition::Aws, true),
    ("mx-central-1", Partition::Aws, true),
    ("cn-north-1", Partition::AwsCn, false),
    ("cn-northwest-1", Partition::AwsCn, false),
    ("us-gov-east-1", Partition::AwsUsGov, false),
    ("us-gov-west-1", Partition::AwsUsGov, false),
    ("eusc-de-east-1", Partition::AwsEusc, false),
    ("us-iso-east-1", Partition::AwsIso, false),
    ("us-iso-west-1", Partition::AwsIso, false),
    ("us-isob-east-1", Partition::AwsIsoB, false),
    ("us-isob-west-1", Partition::AwsIsoB, false),
    ("eu-isoe-west-1", Partition::AwsIsoE, false),
    ("us-isof-east-1", Partition::AwsIsoF, false),
    ("us-isof-south-1", Partition::AwsIsoF, false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commercial_partition_has_17_default_and_17_opt_in_regions() {
        let regions = Partition::Aws.regions();
        assert_eq!(regions.len(), 34);
        assert_eq!(regions.iter().filter(|it| it.is_opt_in()).count(), 17);
        assert!(regions.is_sorted_by_key(|it| it.name()));
    }

    #[test]
    fn unknown_regions_are_interned_once_and_opt_in() {
        let new = Region::new("xx-north-9").unwrap();
        assert_eq!(new, Region::new("xx-north-9").unwrap());
        assert_eq!(new.name(), "xx-north-9");
        assert!(new.is_opt_in());
        assert_eq!(Region::new("not a region"), None);
        assert_eq!(Region::new(""), None);
    }

    #[test]
    fn every_partition_has_its_default_region() {
        for partition in Partition::ALL {
            assert!(partition.regions().contains(&partition.default_region()), "{partition}");
        }
    }

    #[test]
    fn a_set_counts_its_regions() {
        let mut set = RegionSet::default();
        assert!(set.is_empty());
        for region in Partition::Aws.regions() {
            set.insert(region);
        }
        assert_eq!(set.len(), 34);
        assert!(!set.contains(Region::new("cn-north-1").unwrap()));
    }
}
