//! What a recipient may do: the statements of its policy, from the one list of operations.

use std::collections::BTreeSet;

use trailseal_model::{Operation, Reading};

use super::bucket::{LogBucket, any_folder};
use super::node::Node;
use super::request::{IamRequest, Recipient};
use super::statement::{Condition, Statement};

/// A statement's purpose. A new operation finds its place by its service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Organization,
    Sessions,
    Regions,
    Listings,
    Trails,
    Stores,
    Keys,
    BucketOwners,
    Buckets,
    Names,
    Headers,
}

impl Group {
    const ALL: [Self; 11] = [
        Self::Organization,
        Self::Sessions,
        Self::Regions,
        Self::Listings,
        Self::Trails,
        Self::Stores,
        Self::Keys,
        Self::BucketOwners,
        Self::Buckets,
        Self::Names,
        Self::Headers,
    ];

    fn of(operation: Operation) -> Self {
        match (operation.service(), operation) {
            ("organizations", _) => Self::Organization,
            ("sts", _) => Self::Sessions,
            ("account", _) => Self::Regions,
            (
                _,
                Operation::DescribeTrails | Operation::ListTrails | Operation::ListEventDataStores,
            ) => Self::Listings,
            (_, Operation::GetEventDataStore) => Self::Stores,
            ("kms", _) => Self::Keys,
            (_, Operation::ListBuckets) => Self::BucketOwners,
            (_, Operation::HeadBucket) => Self::Buckets,
            (_, Operation::ListObjectsV2) => Self::Names,
            ("s3", _) => Self::Headers,
            (_, _) => Self::Trails,
        }
    }

    const fn sid(self) -> &'static str {
        match self {
            Self::Organization => "ListTheOrganization",
            Self::Sessions => "OpenOtherAccounts",
            Self::Regions => "ListRegions",
            Self::Listings => "ListTrailsAndEventDataStores",
            Self::Trails => "ReadTrails",
            Self::Stores => "ReadEventDataStores",
            Self::Keys => "ReadKeys",
            Self::BucketOwners => "FindOwnersOfBuckets",
            Self::Buckets => "SeeWhetherBucketsAndObjectsExist",
            Self::Names => "ListLogObjects",
            Self::Headers => "ReadHeadersOfLogObjects",
        }
    }
}

/// What is never allowed, whatever another policy says.
const NEVER: &str = "NeverDecryptLogs";

/// The operations that a scan calls in an account of the recipient, by their actions.
#[must_use]
pub fn actions_of(request: &IamRequest) -> BTreeSet<&'static str> {
    let called = Operation::ALL.iter().filter(|operation| request.calls(**operation));
    called.filter_map(|operation| operation.iam_action()).collect()
}

/// The statements, in a fixed order.
pub(super) fn statements(request: &IamRequest) -> Vec<Statement> {
    let mut statements: Vec<Statement> =
        Group::ALL.into_iter().flat_map(|group| of_group(request, group)).collect();
    let all = vec!["*".to_owned()];
    statements.push(Statement { is_allow: false, ..allow(NEVER, vec!["kms:Decrypt"], all) });
    statements
}

fn allow(sid: impl Into<String>, actions: Vec<&'static str>, resources: Vec<String>) -> Statement {
    Statement {
        sid: sid.into(),
        is_allow: true,
        principal: None,
        actions,
        resources,
        conditions: Vec::new(),
    }
}

fn of_group(request: &IamRequest, group: Group) -> Vec<Statement> {
    let called = Operation::ALL
        .iter()
        .filter(|operation| Group::of(**operation) == group && request.calls(**operation));
    let actions: BTreeSet<&'static str> =
        called.filter_map(|operation| operation.iam_action()).collect();
    if actions.is_empty() {
        return Vec::new();
    }
    let actions: Vec<&'static str> = actions.into_iter().collect();
    let partition = request.caller.partition();
    let all = |resource: &str| vec![format!("arn:{partition}:{resource}")];
    let one = |resources| vec![allow(group.sid(), actions.clone(), resources)];
    match group {
        // AWS knows no resource of these. Source: service authorization reference.
        Group::Organization | Group::Regions | Group::Listings | Group::BucketOwners => {
            one(vec!["*".to_owned()])
        }
        Group::Sessions => {
            let mut actions = actions.clone();
            actions.extend(marking(request));
            let roles = std::iter::once(&request.role).chain(&request.fallbacks);
            let roles: BTreeSet<String> =
                roles.map(|role| format!("arn:{partition}:iam::*:role/{}", role.0)).collect();
            vec![allow(group.sid(), actions, roles.into_iter().collect())]
        }
        Group::Trails => one(all("cloudtrail:*:*:trail/*")),
        Group::Stores => one(all("cloudtrail:*:*:eventdatastore/*")),
        Group::Keys => one(all("kms:*:*:key/*")),
        Group::Buckets => existence(request, &actions),
        Group::Names => names(request, &actions),
        Group::Headers => one(objects(request)),
    }
}

/// What a session is marked with, which takes an action of its own in the caller's policy and in the
/// trust policy.
pub(super) fn marking(request: &IamRequest) -> Vec<&'static str> {
    let source = request.sets_source_identity.then_some("sts:SetSourceIdentity");
    let tags = request.tags_sessions.then_some("sts:TagSession");
    source.into_iter().chain(tags).collect()
}

fn bucket_arn(request: &IamRequest, name: &str) -> String {
    format!("arn:{}:s3:::{name}", request.caller.partition())
}

/// Requests without a prefix: HeadBucket, and S3's own question whether the caller may know that an
/// object is gone (404) or not (403). Such a permission also lists a bucket's names from its beginning,
/// so it is given for buckets that are named, and for no other: S3 tells a bucket's Region even where
/// it refuses HeadBucket. Source: S3 API reference, `HeadBucket` and `HeadObject`.
fn existence(request: &IamRequest, actions: &[&'static str]) -> Vec<Statement> {
    let buckets: BTreeSet<String> =
        request.buckets.iter().map(|bucket| bucket_arn(request, bucket.name())).collect();
    if buckets.is_empty() {
        return Vec::new();
    }
    let statement = allow(Group::Buckets.sid(), actions.to_vec(), buckets.into_iter().collect());
    let conditions = vec![Condition::new("Null", "s3:prefix", Node::text("true"))];
    vec![Statement { conditions, ..statement }]
}

/// Folders below `AWSLogs/` whose objects a scan reads the headers of.
fn folders_read(request: &IamRequest) -> Vec<&'static str> {
    let is_asked = |reading: Reading| reading.is_asked(&request.skipped_controls);
    let logs = is_asked(Reading::LogObjects) || is_asked(Reading::OlderLogs);
    let digests = is_asked(Reading::Digests);
    let logs = logs.then_some("*/CloudTrail/*");
    logs.into_iter().chain(digests.then_some("*/CloudTrail-Digest/*")).collect()
}

/// What the scan lists by: folders of logs and digests, and the folder that holds those of an
/// organization's accounts.
fn prefixes(request: &IamRequest, roots: &[String]) -> Vec<String> {
    let mut prefixes = BTreeSet::new();
    for root in roots {
        prefixes.extend(folders_read(request).into_iter().map(|folder| format!("{root}{folder}")));
        if Reading::LogObjects.is_asked(&request.skipped_controls) {
            let organization = request.organization.as_deref().unwrap_or("o-*");
            prefixes.insert(format!("{root}{organization}/"));
        }
    }
    prefixes.into_iter().collect()
}

/// One statement for all buckets with the same prefixes.
fn names(request: &IamRequest, actions: &[&'static str]) -> Vec<Statement> {
    let mut of_prefixes: Vec<(Vec<String>, BTreeSet<String>)> = Vec::new();
    let mut add = |roots: &[String], bucket: String| {
        let prefixes = prefixes(request, roots);
        match of_prefixes.iter_mut().find(|known| known.0 == prefixes) {
            Some((_, buckets)) => {
                buckets.insert(bucket);
            }
            None => of_prefixes.push((prefixes, BTreeSet::from([bucket]))),
        }
    };
    if request.buckets.is_empty() {
        add(&any_folder(), bucket_arn(request, "*"));
    }
    for bucket in &request.buckets {
        add(&bucket.folders(), bucket_arn(request, bucket.name()));
    }
    of_prefixes.sort();
    let numbered = (1..).zip(of_prefixes).map(|(number, (prefixes, buckets))| {
        let number = if number == 1 { String::new() } else { number.to_string() };
        let sid = format!("{}{number}", Group::Names.sid());
        let values = prefixes.into_iter().map(Node::Text).collect();
        let conditions = vec![Condition { operator: "StringLike", key: "s3:prefix", values }];
        Statement { conditions, ..allow(sid, actions.to_vec(), buckets.into_iter().collect()) }
    });
    numbered.collect()
}

fn objects(request: &IamRequest) -> Vec<String> {
    let folders = folders_read(request);
    let below = |bucket: &str, roots: &[String]| -> Vec<String> {
        let objects = roots.iter().flat_map(|root| {
            let arn = format!("{}/{root}", bucket_arn(request, bucket));
            folders.iter().map(move |folder| format!("{arn}{folder}"))
        });
        objects.collect()
    };
    let mut objects = BTreeSet::new();
    if request.buckets.is_empty() {
        // The first wildcard stands for the bucket, and for a prefix if there is one.
        objects.extend(below("*", &any_folder()[..1]));
    }
    for bucket in &request.buckets {
        objects.extend(below(bucket.name(), &LogBucket::folders(bucket)));
    }
    objects.into_iter().collect()
}

/// Whether the recipient's policy is for a role that is assumed.
pub(super) const fn is_of_role(recipient: Recipient) -> bool {
    !matches!(recipient, Recipient::Caller)
}
