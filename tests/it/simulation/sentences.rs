//! Every sentence and every fix of a finding that fails or is not proven is true of its case: the
//! simulator knows what is there, and a table says what must hold for each control and reason.

use std::collections::BTreeMap;
use std::path::Path;

use trailseal_model::{ControlId, Reason, Status, fix_text};
use trailseal_sim::scenario::Scenario;
use trailseal_sim::world::Parts;
use trailseal_sim::world::key::{Key, KeyState, Rotation};
use trailseal_sim::world::trail::{ConsoleSelectors, EventDataStore, Selectors, Trail};

use super::rows;

type Row = BTreeMap<String, String>;

/// One finding with what the simulator knows of its subject.
struct Case<'a> {
    parts: &'a Parts,
    trail: Option<&'a Trail>,
    store: Option<&'a EventDataStore>,
    /// The key that the trail or store names, where the world holds it.
    key: Option<&'a Key>,
    finding: &'a Row,
    gaps: Vec<&'a Row>,
    /// Every trail that the scan saw.
    trails: &'a [Row],
}

impl<'a> Case<'a> {
    fn of(parts: &'a Parts, finding: &'a Row, gaps: &'a [Row], trails: &'a [Row]) -> Self {
        let arn = finding["resource_arn"].as_str();
        let trail = parts.trails.iter().find(|it| it.arn() == arn);
        let store = parts.stores.iter().find(|it| arn.ends_with(&*it.id));
        let named =
            trail.map_or_else(|| store.and_then(|it| it.key.as_deref()), |it| it.key.as_deref());
        let is_named = |key: &&Key| {
            let is_alias = |named: &str| key.aliases.iter().any(|it| named.ends_with(&**it));
            named.is_some_and(|it| it == key.arn() || it == &*key.id || is_alias(it))
        };
        let key = parts.keys.iter().find(is_named);
        let is_of_finding =
            |gap: &&Row| finding["gap_ids"].split(';').any(|it| it == gap["gap_id"]);
        let gaps = gaps.iter().filter(is_of_finding).collect();
        Self { parts, trail, store, key, finding, gaps, trails }
    }

    fn names_key(&self) -> bool {
        self.trail.is_some_and(|it| it.key.is_some())
    }

    fn is_in_state(&self, states: &[KeyState]) -> bool {
        self.key.is_some_and(|it| states.contains(&it.state))
    }

    fn has_bucket(&self) -> bool {
        self.trail.is_some_and(|trail| self.parts.buckets.iter().any(|it| it.name == trail.bucket))
    }

    fn has_gap_of(&self, operation: &str) -> bool {
        self.gaps.iter().any(|it| it["operation"] == operation)
    }

    /// Whether a member of the organization holds the key.
    fn is_key_inside(&self) -> bool {
        let owner = self.finding["kms_key_arn"].split(':').nth(4).unwrap_or_default();
        self.parts.accounts.iter().any(|it| it.id.to_string() == owner)
    }

    fn policy_holds(&self, parts: &[&str]) -> bool {
        self.key.is_some_and(|it| parts.iter().all(|part| it.policy.contains(part)))
    }

    /// Whether a trail that the text names records exactly this half.
    fn names_half(&self, wanted: &[Selectors]) -> bool {
        let names = |it: &&Trail| self.finding["message"].contains(&it.arn());
        self.parts.trails.iter().filter(names).any(|it| wanted.contains(&it.selectors))
    }
}

fn names_key(case: &Case<'_>) -> bool {
    case.names_key()
}

fn has_bucket(case: &Case<'_>) -> bool {
    case.has_bucket()
}

/// What must hold for a control and reason: a part of the sentence, one of the fix, and the fact that
/// makes both true.
type Pair = (&'static str, &'static str, &'static str, &'static str, fn(&Case<'_>) -> bool);

const PAIRS: &[Pair] = &[
    // Keys.
    (
        "trail-kms-encrypted",
        "no_kms_key",
        "has no KMS key",
        "set the key's ARN on the trail",
        |it| !it.names_key(),
    ),
    (
        "key-customer-managed",
        "aws_managed",
        "AWS manages the key",
        "replace the AWS managed key",
        |it| it.key.is_some_and(|it| it.is_aws_managed),
    ),
    (
        "key-customer-managed",
        "outside_organization",
        "outside the organization",
        "trusted_key_accounts",
        |it| !it.is_key_inside(),
    ),
    ("key-customer-managed", "unread", "could not be read", "kms:DescribeKey", |it| it.names_key()),
    ("key-usable", "unread", "could not be read", "kms:DescribeKey", |it| it.names_key()),
    (
        "key-usable",
        "wrong_region",
        "CloudTrail needs both in the same Region",
        "in the bucket's Region, or a bucket in the key's",
        |it| it.names_key(),
    ),
    ("key-usable", "key_gone", "no longer exists", "another customer managed key", |it| {
        it.names_key() && it.key.is_none()
    }),
    ("key-usable", "disabled", "disabled", "enable the key", |it| {
        it.is_in_state(&[KeyState::Disabled])
    }),
    ("key-usable", "pending_deletion", "pending deletion", "cancel the deletion", |it| {
        it.is_in_state(&[KeyState::PendingDeletion, KeyState::PendingReplicaDeletion])
    }),
    ("key-usable", "pending_import", "pending import", "import the key material", |it| {
        it.is_in_state(&[KeyState::PendingImport])
    }),
    ("key-usable", "material_expired", "material expired", "import the key material again", |it| {
        it.key.is_some_and(|it| it.valid_to.is_some())
    }),
    (
        "key-customer-managed",
        "key_kind_unknown",
        "its manager is not known",
        "describe-key",
        |it| it.key.is_some_and(|key| key.invalid_state.is_some()),
    ),
    ("key-usable", "key_kind_unknown", "names no known kind", "describe-key", |it| {
        it.key.is_some_and(|key| !key.omits.is_empty())
    }),
    ("key-usable", "unavailable", "", "make the key usable again", |it| {
        it.is_in_state(&[KeyState::Unavailable])
            || it.key.is_some_and(|it| it.invalid_state.is_some())
    }),
    ("key-usable", "not_enabled", "not enabled", "wait until KMS shows the key as Enabled", |it| {
        it.is_in_state(&[KeyState::Creating]) || it.key.is_some_and(|it| it.invalid_state.is_some())
    }),
    ("key-usable", "not_symmetric", "not a symmetric", "a symmetric encryption key", |it| {
        it.key.is_some_and(|it| &*it.spec != "SYMMETRIC_DEFAULT")
    }),
    (
        "key-usable",
        "bucket_region_unknown",
        "the bucket's Region could not be read",
        "HeadBucket",
        |it| it.has_gap_of("HeadBucket") || !it.has_bucket(),
    ),
    (
        "key-rotation-enabled",
        "rotation_off",
        "does not rotate automatically",
        "turn on automatic rotation",
        |it| it.key.is_some_and(|it| it.rotation != Rotation::Unsupported),
    ),
    (
        "key-rotation-enabled",
        "pending_deletion",
        "is pending deletion",
        "decide about the deletion",
        |it| it.is_in_state(&[KeyState::PendingDeletion, KeyState::PendingReplicaDeletion]),
    ),
    ("key-rotation-enabled", "unread", "", "kms:GetKeyRotationStatus", |it| it.names_key()),
    // Key policies.
    (
        "key-policy-allows-cloudtrail",
        "policy_denies",
        "does not let CloudTrail encrypt",
        "does not deny",
        |it| it.policy_holds(&["Deny"]),
    ),
    (
        "key-policy-allows-cloudtrail",
        "not_granted",
        "no statement allows it",
        "allow cloudtrail.amazonaws.com",
        |it| it.key.is_some(),
    ),
    (
        "key-policy-allows-cloudtrail",
        "policy_unknown",
        " that cannot be determined (",
        "replace the condition that cannot be determined",
        |it| it.policy_holds(&["Condition"]),
    ),
    (
        "key-policy-allows-cloudtrail",
        "policy_malformed",
        "is malformed",
        "replace the key policy with a valid one",
        |it| it.key.is_some(),
    ),
    ("key-policy-allows-cloudtrail", "contradiction", "but a log of", "PutKeyPolicy", |it| {
        it.key.is_some()
    }),
    ("key-policy-allows-cloudtrail", "unread", "", "kms:GetKeyPolicy", |it| it.names_key()),
    (
        "key-policy-allows-cloudtrail",
        "outside_organization",
        "outside the organization",
        "a key of the organization",
        |it| !it.is_key_inside(),
    ),
    (
        "key-policy-describe-key",
        "policy_denies",
        "does not let CloudTrail describe",
        "does not deny",
        |it| it.policy_holds(&["Deny"]),
    ),
    (
        "key-policy-describe-key",
        "grant_dead",
        "only with an encryption context",
        "without a condition on the encryption context",
        |it| it.policy_holds(&["EncryptionContext"]),
    ),
    ("key-policy-describe-key", "not_granted", "no statement allows it", "kms:DescribeKey", |it| {
        it.key.is_some()
    }),
    (
        "key-policy-describe-key",
        "policy_unknown",
        " that cannot be determined (",
        "whose only condition is aws:SourceArn",
        |it| it.policy_holds(&["Condition"]),
    ),
    (
        "key-policy-describe-key",
        "policy_malformed",
        "is malformed",
        "replace the key policy with a valid one",
        |it| it.key.is_some(),
    ),
    ("key-policy-describe-key", "unread", "", "kms:GetKeyPolicy", |it| it.names_key()),
    (
        "key-policy-describe-key",
        "outside_organization",
        "outside the organization",
        "a key of the organization",
        |it| !it.is_key_inside(),
    ),
    ("key-policy-scoped", "not_bound", "for anyone's trail", "add aws:SourceArn", |it| {
        it.policy_holds(&["cloudtrail.amazonaws.com"]) || it.policy_holds(&["\"*\""])
    }),
    (
        "key-policy-scoped",
        "bound_to_account_only",
        "by the account alone",
        "add aws:SourceArn",
        |it| it.policy_holds(&["cloudtrail.amazonaws.com"]),
    ),
    (
        "key-policy-scoped",
        "policy_unknown",
        " that cannot be determined (",
        "aws:SourceArn",
        |it| it.policy_holds(&["Condition"]),
    ),
    (
        "key-policy-scoped",
        "policy_malformed",
        "is malformed",
        "replace the key policy with a valid one",
        |it| it.key.is_some(),
    ),
    ("key-policy-scoped", "unread", "", "kms:GetKeyPolicy", |it| it.names_key()),
    (
        "key-policy-scoped",
        "outside_organization",
        "outside the organization",
        "a key of the organization",
        |it| !it.is_key_inside(),
    ),
    (
        "key-readers-limited",
        "everybody_reads",
        "Anyone with an AWS account can decrypt",
        "leads to decryption from the statement or grant",
        |it| it.policy_holds(&["*"]),
    ),
    (
        "key-readers-limited",
        "outsider_reads",
        "outside the organization",
        "trusted_readers",
        |it| it.key.is_some(),
    ),
    ("key-readers-limited", "whole_account_reads", "", "instead of whole accounts", |it| {
        it.policy_holds(&["*"])
    }),
    ("key-readers-limited", "readers_unknown", "", "instead of what cannot be determined", |it| {
        it.key.is_some()
    }),
    (
        "key-readers-limited",
        "policy_malformed",
        "is malformed",
        "replace the key policy with a valid one",
        |it| it.key.is_some(),
    ),
    ("key-readers-limited", "unread", "", "kms:ListGrants", |it| it.names_key()),
    (
        "key-readers-limited",
        "outside_organization",
        "outside the organization",
        "a key of the organization",
        |it| !it.is_key_inside(),
    ),
    // Delivery.
    ("trail-delivering", "not_logging", "not logging in", "start logging", |it| {
        it.trail.is_some_and(|it| !it.logging.is_on)
    }),
    (
        "trail-delivering",
        "delivery_error",
        "delivery error '",
        "remove the cause of the delivery error",
        |it| it.trail.is_some_and(|it| it.logging.is_on && it.logging.delivery_error.is_some()),
    ),
    (
        "trail-delivering",
        "delivery_error_contradicted",
        "together with a delivery at",
        "scan again in an hour",
        |it| it.trail.is_some_and(|it| it.logging.delivery_error.is_some()),
    ),
    ("trail-delivering", "bucket_gone", "does not exist", "create the bucket again", |it| {
        !it.has_bucket()
    }),
    ("trail-delivering", "bucket_owner_mismatch", "owns the bucket", "bucket_owners", has_bucket),
    ("trail-delivering", "bucket_owner_unknown", "the bucket", "--log-archive-account", has_bucket),
    (
        "trail-delivering",
        "never_delivered",
        "AWS reports no delivery there",
        "wait 15 minutes",
        |it| it.trail.is_some_and(|it| it.logging.is_on),
    ),
    ("trail-delivering", "delivery_stale", "the last delivery in", "quiet since", |it| {
        it.trail.is_some_and(|it| it.logging.is_on)
    }),
    ("trail-delivering", "unread", "status unread in", "cloudtrail:GetTrailStatus", |it| {
        it.has_gap_of("GetTrailStatus") || it.has_gap_of("AssumeRole")
    }),
    // Objects.
    (
        "log-objects-sealed",
        "no_kms_key",
        "has no KMS key",
        "set the key's ARN on the trail",
        |it| !it.names_key(),
    ),
    (
        "log-objects-sealed",
        "unencrypted",
        "', not encrypted",
        "find out what wrote these objects",
        names_key,
    ),
    ("log-objects-sealed", "sse_c", "SSE-C", "keys of its own", names_key),
    ("log-objects-sealed", "sse_s3", "SSE-S3", "find out what wrote these objects", names_key),
    (
        "log-objects-sealed",
        "aws_managed_key",
        "an AWS managed KMS key",
        "managed by AWS, replace it with",
        names_key,
    ),
    (
        "log-objects-sealed",
        "foreign_key",
        "not among the organization's",
        "can take it away",
        names_key,
    ),
    (
        "log-objects-sealed",
        "previous_key",
        "in use before",
        "find out what wrote these objects",
        names_key,
    ),
    (
        "log-objects-sealed",
        "wrong_key",
        "another KMS key than the trail's",
        "find out what wrote these objects",
        names_key,
    ),
    ("log-objects-sealed", "no_objects", "s3://", "wait until the trail has delivered", has_bucket),
    (
        "log-objects-sealed",
        "unreadable_objects",
        "is not known (",
        "remove the cause that the message names",
        has_bucket,
    ),
    (
        "log-objects-sealed",
        "shared_prefix",
        "Another trail delivers under the prefix",
        "a bucket or prefix of its own",
        |it| {
            let bucket = it.trail.map(|it| &it.bucket);
            it.parts.trails.iter().filter(|other| Some(&other.bucket) == bucket).count() > 1
        },
    ),
    (
        "log-objects-sealed",
        "bucket_gone",
        "the bucket does not exist",
        "create the bucket again",
        |it| !it.has_bucket(),
    ),
    (
        "log-objects-sealed",
        "sample_too_small",
        "the sample is too small",
        "--sample-size",
        has_bucket,
    ),
    ("log-objects-sealed", "unread", "", "s3:ListBucket", |it| !it.gaps.is_empty()),
    (
        "digest-objects-sealed",
        "unencrypted",
        "is not encrypted",
        "find out what wrote the digest",
        names_key,
    ),
    ("digest-objects-sealed", "sse_c", "SSE-C", "find out what wrote the digest", names_key),
    (
        "digest-objects-sealed",
        "sse_s3",
        "SSE-S3",
        "encrypts digests with the trail's key",
        names_key,
    ),
    (
        "digest-objects-sealed",
        "aws_managed_key",
        "an AWS managed KMS key",
        "managed by AWS, replace it with",
        names_key,
    ),
    (
        "digest-objects-sealed",
        "wrong_key",
        "another KMS key than the trail's",
        "find out what wrote the digest",
        names_key,
    ),
    (
        "digest-objects-sealed",
        "foreign_key",
        "not among the organization's",
        "find out what wrote the digest",
        names_key,
    ),
    (
        "digest-objects-sealed",
        "no_digest",
        "CloudTrail-Digest/",
        "LatestDigestDeliveryError",
        |it| it.trail.is_some_and(|it| it.validates_log_files),
    ),
    (
        "digest-objects-sealed",
        "unreadable_objects",
        " is not known: ",
        "remove the cause that the message names",
        has_bucket,
    ),
    (
        "digest-objects-sealed",
        "bucket_gone",
        "the bucket does not exist",
        "create the bucket again",
        |it| !it.has_bucket(),
    ),
    ("digest-objects-sealed", "unread", "", "s3:ListBucket", |it| !it.gaps.is_empty()),
    ("history-sealed", "unencrypted", "which is not encrypted", "copy them in place", names_key),
    ("history-sealed", "sse_c", "SSE-C", "copy them in place", names_key),
    ("history-sealed", "sse_s3", "SSE-S3", "copy them in place", names_key),
    (
        "history-sealed",
        "aws_managed_key",
        "an AWS managed KMS key",
        "copy them in place",
        names_key,
    ),
    (
        "history-sealed",
        "foreign_key",
        "not among the organization's",
        "copy them in place",
        names_key,
    ),
    ("history-sealed", "previous_key", "in use before", "copy them in place", names_key),
    (
        "history-sealed",
        "wrong_key",
        "another KMS key than the trail's",
        "copy them in place",
        names_key,
    ),
    (
        "history-sealed",
        "no_objects",
        "no log object was found in s3://",
        "wait until the trail has delivered",
        has_bucket,
    ),
    (
        "history-sealed",
        "unreadable_objects",
        " is not known (",
        "remove the cause that the message names",
        has_bucket,
    ),
    ("history-sealed", "shared_prefix", "may belong to another trail", "stay mixed", has_bucket),
    (
        "history-sealed",
        "bucket_gone",
        "the bucket does not exist",
        "create the bucket again",
        |it| !it.has_bucket(),
    ),
    ("history-sealed", "unread", "", "s3:ListBucket", |it| !it.gaps.is_empty()),
    // Accounts and stores.
    (
        "account-covered",
        "not_covered",
        "No trail records reads and writes in",
        "record reads and writes there",
        |it| it.trail.is_none(),
    ),
    (
        "account-covered",
        "coverage_unread",
        "its trails were not all listed",
        "be assumed in the account",
        |it| it.trail.is_none(),
    ),
    (
        "account-covered",
        "selectors_unread",
        "the event selectors of a trail that may record it were not read",
        "cloudtrail:GetEventSelectors",
        |it| it.has_gap_of("GetEventSelectors"),
    ),
    (
        "account-covered",
        "status_unread",
        "whether a trail that may record it logs",
        "cloudtrail:GetTrailStatus",
        |it| it.trail.is_none(),
    ),
    (
        "account-covered",
        "trail_not_shown",
        "was not among the trails listed there",
        "scan again later",
        |it| it.trail.is_none(),
    ),
    (
        "account-covered",
        "shadows_disagree",
        "contradict each other",
        "cloudtrail:DescribeTrails",
        |it| it.trail.is_none(),
    ),
    (
        "event-data-store-kms-encrypted",
        "no_kms_key",
        "has no KMS key",
        "set a customer managed key",
        |it| it.store.is_some_and(|it| it.key.is_none()),
    ),
    (
        "event-data-store-kms-encrypted",
        "aws_managed",
        "AWS manages the key",
        "create a new event data store",
        |it| it.key.is_some_and(|it| it.is_aws_managed),
    ),
    (
        "event-data-store-kms-encrypted",
        "key_gone",
        "no longer exists",
        "create a new event data store",
        |it| it.key.is_none(),
    ),
    (
        "event-data-store-kms-encrypted",
        "unread",
        "could not be read",
        "cloudtrail:GetEventDataStore",
        |it| !it.gaps.is_empty(),
    ),
    (
        "event-data-store-kms-encrypted",
        "outside_organization",
        "outside the organization",
        "trusted_key_accounts",
        |it| it.store.is_some(),
    ),
];

/// For every control of a trail whose sightings contradict each other.
const DISAGREE: Pair =
    ("", "shadows_disagree", "contradict each other", "cloudtrail:DescribeTrails", |it| {
        it.trail.is_some_and(|it| !it.keyless_copies.is_empty())
    });

/// Words of a sentence or fix, and what must hold wherever they are.
type Claim = (&'static str, fn(&Case<'_>) -> bool);

const CLAIMS: &[Claim] = &[
    ("start logging", |it| it.trail.is_some_and(|it| !it.logging.is_on)),
    ("set the key's ARN on the trail", |it| !it.names_key()),
    ("has no KMS key", |it| !it.names_key()),
    ("the bucket does not exist", |it| !it.has_bucket()),
    ("names no bucket", |_| false),
    ("not listed completely", |it| it.gaps.is_empty() || it.has_gap_of("ListObjectsV2")),
    ("ListObjectsV2", |it| it.has_gap_of("ListObjectsV2")),
    ("HeadObject was", |it| it.has_gap_of("HeadObject")),
    ("the statement of the key policy that denies", |it| {
        it.finding["observed"].contains("denied by statement")
    }),
    ("the statement that decides", |it| it.finding["observed"].contains("tatement")),
    ("the statement that allows CloudTrail", |it| it.finding["observed"].contains("tatement")),
    ("statement or grant", |it| {
        it.finding["observed"].contains("tatement") || it.finding["observed"].contains("grant")
    }),
    ("named in observed", |_| false),
    ("the cause of the delivery error", |it| {
        let error = it.trail.and_then(|it| it.logging.delivery_error.as_deref());
        error.is_some_and(|error| it.finding["observed"].contains(error))
    }),
    ("s3://", |it| {
        let prefix = it.trail.and_then(|it| it.prefix.as_deref()).map(|it| format!("{it}/"));
        let bucket = it.trail.map(|it| &*it.bucket).unwrap_or_default();
        let root = format!("s3://{bucket}/{}AWSLogs/", prefix.unwrap_or_default());
        it.finding["message"].contains(&root)
    }),
    ("records writes only", |it| {
        it.names_half(&[Selectors::WriteOnly, Selectors::Console(ConsoleSelectors::WriteOnly)])
    }),
    ("records reads only", |it| it.names_half(&[Selectors::ReadOnly])),
    ("records no management events", |it| it.names_half(&[Selectors::DataOnly])),
    ("no trail of the account or its organization was seen", |it| {
        let is_of_account = |row: &Row| row["account_id"] == it.finding["account_id"];
        !it.trails.iter().any(|row| is_of_account(row) || row["is_organization_trail"] == "true")
    }),
    ("docs/", |_| false),
];

/// `HeadObject was denied` needs a gap of that operation which was denied.
fn denials_without_gap(case: &Case<'_>, text: &str) -> Vec<String> {
    let operation = |it: &str| it.rsplit([' ', '(']).next().unwrap_or_default().to_owned();
    let heads = text.match_indices(" was denied").map(|it| operation(&text[..it.0]));
    let is_denied = |operation: &String| {
        let is_it =
            |gap: &Row| gap["operation"] == *operation && gap["class"].starts_with("denied");
        case.gaps.iter().copied().any(is_it)
    };
    heads.filter(|it| !is_denied(it)).collect()
}

/// What is to be done about a finding, by its control and reason alone: the fix of its cause names the
/// thing to change, and may be another one's.
fn order(finding: &Row) -> &'static str {
    let control: ControlId = finding["control_id"].parse().unwrap();
    let status: Status = finding["status"].parse().unwrap();
    let reason: Reason = finding["status_reason"].parse().unwrap();
    fix_text(control, status, reason).unwrap_or_default()
}

/// What is wrong with the sentences of a scan's findings.
pub(super) fn wrong(scenario: &Scenario, folder: &Path) -> Vec<String> {
    let (findings, gaps) = (rows(folder, "findings.csv"), rows(folder, "gaps.csv"));
    let trails = rows(folder, "trails.csv");
    let is_judged = |it: &&Row| ["fail", "not_proven"].contains(&&*it["status"]);
    let mut wrong = Vec::new();
    for finding in findings.iter().filter(is_judged) {
        let case = Case::of(&scenario.parts, finding, &gaps, &trails);
        let (control, reason) = (&finding["control_id"], &finding["status_reason"]);
        let (message, fix) = (&finding["message"], order(finding));
        let pair = PAIRS.iter().find(|it| it.0 == control && it.1 == reason);
        let pair = pair.or(Some(&DISAGREE).filter(|it| it.1 == reason));
        let mut complain = |what: &str| {
            let subject = &finding["resource_arn"];
            wrong.push(format!("{control} {reason}: {what}: {message} | {fix} | {subject}"));
        };
        let Some((_, _, says, does, holds)) = pair else {
            complain("the table lacks it");
            continue;
        };
        if !holds(&case) {
            complain("the fact does not hold");
        }
        if !message.contains(says) || !fix.contains(does) {
            complain("another sentence or fix than the table has");
        }
        for (claim, is_true) in CLAIMS {
            if (message.contains(claim) || fix.contains(claim)) && !is_true(&case) {
                complain(&format!("`{claim}` is not true"));
            }
        }
        for operation in denials_without_gap(&case, message) {
            complain(&format!("no gap of {operation} was a denial"));
        }
    }
    wrong
}
