//! Partitions and Regions, as AWS publishes them (account management reference, "Enable or
//! disable AWS Regions"; botocore's partitions).

use std::fmt;

/// A Region, as an index into the table of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(u8);

struct Row {
    name: &'static str,
    partition: &'static str,
    opt_in: bool,
}

const fn always(name: &'static str, partition: &'static str) -> Row {
    Row { name, partition, opt_in: false }
}

const fn opt_in(name: &'static str) -> Row {
    Row { name, partition: "aws", opt_in: true }
}

/// By name within each partition; fewer than 64, for [`RegionSet`] is 64 bits wide.
const TABLE: &[Row] = &[
    opt_in("af-south-1"),
    opt_in("ap-east-1"),
    opt_in("ap-east-2"),
    always("ap-northeast-1", "aws"),
    always("ap-northeast-2", "aws"),
    always("ap-northeast-3", "aws"),
    always("ap-south-1", "aws"),
    opt_in("ap-south-2"),
    always("ap-southeast-1", "aws"),
    always("ap-southeast-2", "aws"),
    opt_in("ap-southeast-3"),
    opt_in("ap-southeast-4"),
    opt_in("ap-southeast-5"),
    opt_in("ap-southeast-6"),
    opt_in("ap-southeast-7"),
    always("ca-central-1", "aws"),
    opt_in("ca-west-1"),
    always("eu-central-1", "aws"),
    opt_in("eu-central-2"),
    always("eu-north-1", "aws"),
    opt_in("eu-south-1"),
    opt_in("eu-south-2"),
    always("eu-west-1", "aws"),
    always("eu-west-2", "aws"),
    always("eu-west-3", "aws"),
    opt_in("il-central-1"),
    opt_in("me-central-1"),
    opt_in("me-south-1"),
    opt_in("mx-central-1"),
    always("sa-east-1", "aws"),
    always("us-east-1", "aws"),
    always("us-east-2", "aws"),
    always("us-west-1", "aws"),
    always("us-west-2", "aws"),
    always("cn-north-1", "aws-cn"),
    always("cn-northwest-1", "aws-cn"),
    always("us-gov-east-1", "aws-us-gov"),
    always("us-gov-west-1", "aws-us-gov"),
];

impl Region {
    /// The Region with this name.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let index = TABLE.iter().position(|it| it.name == name)?;
        u8::try_from(index).ok().map(Self)
    }

    fn row(self) -> &'static Row {
        &TABLE[usize::from(self.0)]
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The partition it belongs to.
    #[must_use]
    pub fn partition(self) -> Partition {
        Partition(self.row().partition)
    }

    /// Whether accounts have it only after they asked for it.
    #[must_use]
    pub fn is_opt_in(self) -> bool {
        self.row().opt_in
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A partition: accounts, ARNs and endpoints never cross it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Partition(&'static str);

impl Partition {
    /// The commercial Regions.
    pub const AWS: Self = Self("aws");

    /// The partition with this name: `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        TABLE.iter().find(|it| it.partition == name).map(|it| Self(it.partition))
    }

    /// Its name, as ARNs begin.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Its Regions by name.
    pub fn regions(self) -> impl Iterator<Item = Region> {
        let indexed = (0u8..).zip(TABLE);
        indexed.filter(move |it| it.1.partition == self.0).map(|it| Region(it.0))
    }

    /// Where Organizations, Account Management and the first of STS answer.
    #[must_use]
    pub fn global_region(self) -> Region {
        let name = match self.0 {
            "aws-cn" => "cn-northwest-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        };
        Region::new(name).unwrap_or(Region(0))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// A set of Regions in 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RegionSet(u64);

impl RegionSet {
    /// No Region.
    pub const NONE: Self = Self(0);
    /// Every Region there is.
    pub const ALL: Self = Self(u64::MAX);

    /// Whether it is in.
    #[must_use]
    pub const fn contains(self, region: Region) -> bool {
        self.0 & (1 << region.0) != 0
    }

    /// The set with this Region in it.
    #[must_use]
    pub const fn with(self, region: Region) -> Self {
        Self(self.0 | (1 << region.0))
    }

    /// The set with this Region not in it.
    #[must_use]
    pub const fn without(self, region: Region) -> Self {
        Self(self.0 & !(1 << region.0))
    }

    /// Its Regions, of all partitions, by partition and name.
    pub fn iter(self) -> impl Iterator<Item = Region> {
        (0u8..).zip(TABLE).map(|it| Region(it.0)).filter(move |it| self.contains(*it))
    }
}

impl FromIterator<Region> for RegionSet {
    fn from_iter<I: IntoIterator<Item = Region>>(regions: I) -> Self {
        regions.into_iter().fold(Self::NONE, Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_sorted_and_fits_a_set() {
        assert!(TABLE.len() <= 64);
        for partition in ["aws", "aws-cn", "aws-us-gov"] {
            let partition = Partition::new(partition).unwrap();
            let names: Vec<_> = partition.regions().map(Region::name).collect();
            assert!(names.is_sorted());
            assert!(names.contains(&partition.global_region().name()));
        }
        let aws: Vec<_> = Partition::AWS.regions().collect();
        assert_eq!(aws.len(), 34);
        assert_eq!(aws.iter().filter(|it| it.is_opt_in()).count(), 17);
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let (tokyo, paris) = (Region::new("ap-northeast-1"), Region::new("eu-west-3"));
        let (tokyo, paris) = (tokyo.unwrap(), paris.unwrap());
        let set: RegionSet = [tokyo, paris].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [tokyo, paris]);
        assert!(!set.without(tokyo).contains(tokyo));
    }
}
