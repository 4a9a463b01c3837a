//! What to do about a finding, by its control and reason: the one place that every report takes it
//! from.
//!
//! Each text is an order without its full stop. It holds for every case of its reason: what depends
//! on the case is named by the finding's message and by `observed`.

use crate::catalogue::ControlId;
use crate::finding::Status;
use crate::reason::Reason;

/// What to do about a finding; `None` where nothing is to be done, because it passes or has no
/// meaning for its subject.
#[must_use]
pub const fn fix_text(control: ControlId, status: Status, reason: Reason) -> Option<&'static str> {
    match status {
        Status::Fail => Some(of_failure(control, reason)),
        Status::NotProven => Some(of_doubt(control, reason)),
        Status::Pass | Status::NotApplicable => None,
    }
}

/// Every reason for which a control has a text of its own at this status, with the text.
pub fn fix_texts(
    control: ControlId,
    status: Status,
) -> impl Iterator<Item = (Reason, &'static str)> {
    let of = move |reason: &Reason| Some((*reason, fix_text(control, status, *reason)?));
    Reason::ALL.iter().filter_map(of).filter(|it| it.1 != OTHER_FAILURE && it.1 != OTHER_DOUBT)
}

/// For a pair that no judge makes today.
const OTHER_FAILURE: &str = "bring what was observed to what is expected";
/// The same where nothing was shown.
const OTHER_DOUBT: &str = "provide what the finding says is not known, remove the cause of the failed calls that it names, if any, and scan again";

const fn of_failure(control: ControlId, reason: Reason) -> &'static str {
    match control {
        ControlId::TrailKmsEncrypted => keyless(reason),
        ControlId::KeyCustomerManaged => aws_managed(reason),
        ControlId::KeyUsable => unusable(reason),
        ControlId::KeyPolicyAllowsCloudtrail => seal_refused(reason),
        ControlId::KeyPolicyDescribeKey => describe_refused(reason),
        ControlId::KeyPolicyScoped => unscoped(reason),
        ControlId::KeyReadersLimited => readable(reason),
        ControlId::KeyRotationEnabled => not_rotating(reason),
        ControlId::TrailDelivering => undelivered(reason),
        ControlId::LogObjectsSealed => unsealed_logs(reason),
        ControlId::DigestObjectsSealed => unsealed_digests(reason),
        ControlId::HistorySealed => unsealed_history(reason),
        ControlId::AccountCovered => uncovered(reason),
        ControlId::EventDataStoreKmsEncrypted => unsealed_store(reason),
    }
}

const fn keyless(reason: Reason) -> &'static str {
    match reason {
        Reason::NoKmsKey => {
            "create a customer managed key in the bucket's Region, let CloudTrail use it in the key policy, then set the key's ARN on the trail"
        }
        _ => OTHER_FAILURE,
    }
}

const fn aws_managed(reason: Reason) -> &'static str {
    match reason {
        Reason::AwsManaged => {
            "create a customer managed key in the bucket's Region, let CloudTrail use it in the key policy, then set its ARN on the trail in place of the AWS managed one"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unusable(reason: Reason) -> &'static str {
    match reason {
        Reason::WrongRegion => {
            "give the trail a customer managed key in the bucket's Region, or a bucket in the key's Region"
        }
        Reason::KeyGone => {
            "give the trail another customer managed key in the bucket's Region: let CloudTrail use it in the key policy, then replace the ARN on the trail; what was encrypted with the lost key cannot be read again"
        }
        Reason::Disabled => {
            "enable the key, or give the trail another customer managed key in the bucket's Region"
        }
        Reason::PendingDeletion => {
            "cancel the deletion of the key and enable it: once it is deleted, no log that was encrypted with it can be read"
        }
        Reason::PendingImport => {
            "import the key material, or give the trail another customer managed key in the bucket's Region"
        }
        Reason::Unavailable => {
            "make the key available again, usually by reconnecting its custom key store, or give the trail another customer managed key in the bucket's Region"
        }
        Reason::NotEnabled => {
            "wait until KMS shows the key as Enabled and scan again; if the state stays, give the trail another customer managed key in the bucket's Region"
        }
        Reason::NotSymmetric => {
            "give the trail a symmetric encryption key (SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT) in the bucket's Region"
        }
        Reason::MaterialExpired => {
            "import the key material again, or give the trail another customer managed key in the bucket's Region"
        }
        _ => OTHER_FAILURE,
    }
}

const fn seal_refused(reason: Reason) -> &'static str {
    match reason {
        Reason::PolicyDenies => {
            "change the statement of the key policy that observed names so that it does not deny cloudtrail.amazonaws.com for this trail"
        }
        Reason::NotGranted => {
            "allow cloudtrail.amazonaws.com in the key policy to call kms:GenerateDataKey*, under aws:SourceArn with the trail's ARN"
        }
        _ => OTHER_FAILURE,
    }
}

const fn describe_refused(reason: Reason) -> &'static str {
    match reason {
        Reason::PolicyDenies => {
            "change the statement of the key policy that observed names so that it does not deny cloudtrail.amazonaws.com kms:DescribeKey"
        }
        Reason::GrantDead => {
            "move kms:DescribeKey to a statement without a condition on the encryption context, which this request never has"
        }
        Reason::NotGranted => {
            "allow cloudtrail.amazonaws.com in the key policy to call kms:DescribeKey, in a statement without a condition on the encryption context"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unscoped(reason: Reason) -> &'static str {
    match reason {
        Reason::NotBound | Reason::BoundToAccountOnly => {
            "add aws:SourceArn with the trail's ARN to the condition of the statement that observed names"
        }
        _ => OTHER_FAILURE,
    }
}

const fn readable(reason: Reason) -> &'static str {
    match reason {
        Reason::EverybodyReads => {
            "take kms:Decrypt from the statement or grant that observed names, or name the readers in it one by one"
        }
        Reason::OutsiderReads => {
            "take kms:Decrypt from the outside account in the statement or grant that observed names; if it is to read the logs, add it to trusted_readers in the configuration file"
        }
        Reason::WholeAccountReads => {
            "name the roles that read the logs in the statement that observed names, in place of whole accounts"
        }
        _ => OTHER_FAILURE,
    }
}

const fn not_rotating(reason: Reason) -> &'static str {
    match reason {
        Reason::RotationOff => {
            "turn on automatic rotation of the key; of a multi-Region replica, that of its primary key"
        }
        _ => OTHER_FAILURE,
    }
}

const fn undelivered(reason: Reason) -> &'static str {
    match reason {
        Reason::BucketGone => {
            "create the bucket again in an account of yours before its name is taken, with CloudTrail's bucket policy, or give the trail another bucket"
        }
        Reason::BucketOwnerMismatch => {
            "give the trail a bucket of the configured account; if the owner is right, correct bucket_owners in the configuration file"
        }
        Reason::NotLogging => {
            "start logging of the trail, and find out who stopped it (StopLogging in CloudTrail's event history)"
        }
        Reason::DeliveryError => {
            "remove the cause of the error that observed names: it lies with the bucket, its policy, or the key and its policy"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unsealed_logs(reason: Reason) -> &'static str {
    match reason {
        Reason::NoKmsKey => {
            "create a customer managed key in the bucket's Region, let CloudTrail use it in the key policy, then set the key's ARN on the trail"
        }
        Reason::Unencrypted | Reason::SseS3 | Reason::PreviousKey | Reason::WrongKey => {
            "find out what wrote these objects: samples.csv has their times, and PutObject, CopyObject and UpdateTrail events tell who; if the trail's key was changed just now, scan again when new logs have arrived"
        }
        Reason::SseC => {
            "find the writer that encrypts these objects with keys of its own, and stop it"
        }
        Reason::AwsManagedKey => {
            "if the trail's own key is managed by AWS, replace it by a customer managed one; otherwise find out what writes or copies these objects"
        }
        Reason::ForeignKey => {
            "find out what wrote these objects and stop it: the account that holds their key can take it away"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unsealed_digests(reason: Reason) -> &'static str {
    match reason {
        Reason::SseS3 => {
            "if the trail's key was set within the last two hours, scan again later; if new digests stay so, ask AWS Support, because digests follow the trail's key"
        }
        Reason::AwsManagedKey => {
            "if the trail's own key is managed by AWS, replace it by a customer managed one; otherwise find out what wrote the digest"
        }
        Reason::Unencrypted
        | Reason::SseC
        | Reason::PreviousKey
        | Reason::WrongKey
        | Reason::ForeignKey => {
            "find out what wrote the digest: samples.csv has its time, and PutObject and CopyObject events of the bucket tell who; if the trail's key was changed just now, scan again later"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unsealed_history(reason: Reason) -> &'static str {
    match reason {
        Reason::Unencrypted
        | Reason::SseC
        | Reason::SseS3
        | Reason::AwsManagedKey
        | Reason::ForeignKey
        | Reason::PreviousKey
        | Reason::WrongKey => {
            "decide whether older logs are to be encrypted with the trail's key: if so, copy them in place with it; if not, write the decision down"
        }
        _ => OTHER_FAILURE,
    }
}

const fn uncovered(reason: Reason) -> &'static str {
    match reason {
        Reason::NotCovered => {
            "let a multi-Region organization trail, or one of the account's own, record reads and writes there; a trail that observed names needs only what it lacks"
        }
        _ => OTHER_FAILURE,
    }
}

const fn unsealed_store(reason: Reason) -> &'static str {
    match reason {
        Reason::NoKmsKey => {
            "set a customer managed key on the event data store; choose it with care, because it cannot be changed or removed later"
        }
        Reason::KeyGone | Reason::AwsManaged => {
            "make a new event data store with a customer managed key and stop the ingestion of this one, because the key of a store cannot be changed"
        }
        _ => OTHER_FAILURE,
    }
}

const fn of_doubt(control: ControlId, reason: Reason) -> &'static str {
    match (control, reason) {
        (_, Reason::ShadowsDisagree) => {
            "let the audit role read the trail in its own account (cloudtrail:DescribeTrails in its home Region), or scan as a delegated administrator of the organization"
        }
        (_, Reason::NotBuilt) => "judge it by hand: this version does not judge this control",
        (ControlId::KeyCustomerManaged | ControlId::KeyUsable, _) => key_doubt(reason),
        (
            ControlId::KeyPolicyAllowsCloudtrail
            | ControlId::KeyPolicyDescribeKey
            | ControlId::KeyPolicyScoped
            | ControlId::KeyReadersLimited,
            _,
        ) => policy_doubt(control, reason),
        (ControlId::KeyRotationEnabled, _) => rotation_doubt(reason),
        (ControlId::TrailDelivering, _) => delivery_doubt(reason),
        (ControlId::LogObjectsSealed, _) => log_doubt(reason),
        (ControlId::DigestObjectsSealed, _) => digest_doubt(reason),
        (ControlId::HistorySealed, _) => history_doubt(reason),
        (ControlId::AccountCovered, _) => coverage_doubt(reason),
        (ControlId::EventDataStoreKmsEncrypted, _) => store_doubt(reason),
        (ControlId::TrailKmsEncrypted, _) => OTHER_DOUBT,
    }
}

const fn key_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::Unread => {
            "make the key readable: the audit role in the key's account needs kms:DescribeKey, and the failed call (gap_ids in gaps.csv) says what keeps it from answering"
        }
        Reason::OutsideOrganization => {
            "if the key's account is to hold keys for the organization, add it to trusted_key_accounts in the configuration file; otherwise give the trail a key of the organization"
        }
        Reason::BucketRegionUnknown => {
            "make the bucket's Region readable (HeadBucket needs s3:ListBucket in the bucket's account); if the bucket is gone, create it again or give the trail another"
        }
        _ => OTHER_DOUBT,
    }
}

const fn policy_doubt(control: ControlId, reason: Reason) -> &'static str {
    match (control, reason) {
        (ControlId::KeyReadersLimited, Reason::Unread) => {
            "make the key's policy and grants readable: the audit role in the key's account needs kms:GetKeyPolicy and kms:ListGrants, and the failed call (gap_ids in gaps.csv) says what keeps them from answering"
        }
        (_, Reason::Unread) => {
            "make the key policy readable: the audit role in the key's account needs kms:GetKeyPolicy, and the failed call (gap_ids in gaps.csv) says what keeps it from answering"
        }
        (_, Reason::OutsideOrganization) => {
            "give the trail a key of the organization, or let the owner of the key's account judge its policy: it can be read in that account only"
        }
        (_, Reason::PolicyMalformed) => {
            "put a valid policy on the key; the message says what is wrong with this one"
        }
        (ControlId::KeyReadersLimited, Reason::ReadersUnknown) => {
            "name the readers in the statements that observed names, in place of what cannot be determined"
        }
        (ControlId::KeyPolicyDescribeKey, Reason::PolicyUnknown) => {
            "put kms:DescribeKey for cloudtrail.amazonaws.com into a statement with no other condition than aws:SourceArn with the trail's ARN"
        }
        (_, Reason::PolicyUnknown) => {
            "use aws:SourceArn with the trail's ARN in the statement that observed names, in place of what cannot be determined"
        }
        (_, Reason::Contradiction) => {
            "look in CloudTrail's event history whether the key policy was changed lately (PutKeyPolicy), and scan again in an hour"
        }
        _ => OTHER_DOUBT,
    }
}

const fn rotation_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::PendingDeletion => {
            "decide about the deletion first: cancel it, or give the trail another customer managed key"
        }
        Reason::Unread => {
            "make the key's rotation readable: the audit role in the key's account needs kms:GetKeyRotationStatus and kms:DescribeKey, and the failed call (gap_ids in gaps.csv) says what keeps them from answering"
        }
        _ => OTHER_DOUBT,
    }
}

const fn delivery_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::BucketOwnerUnknown => {
            "name the account that owns the trail's bucket (--log-archive-account, or bucket_owners in the configuration file), and let the audit role there call s3:ListAllMyBuckets"
        }
        Reason::Unread => {
            "make the trail's status readable: the audit role needs cloudtrail:GetTrailStatus where the failed calls (gap_ids in gaps.csv) were made, and they say what keeps it from answering"
        }
        Reason::DeliveryErrorContradicted => {
            "scan again in an hour; if the error stays, remove its cause, which lies with the bucket, its policy, or the key and its policy"
        }
        Reason::NeverDelivered => {
            "make a call that the trail records in that Region, wait 15 minutes and scan again; if nothing arrives, check the bucket policy and the key policy"
        }
        Reason::DeliveryStale => {
            "check whether that Region was quiet since: if the trail had something to record, check the bucket policy and the key policy; if the time is in the future, check this machine's clock"
        }
        _ => OTHER_DOUBT,
    }
}

const fn log_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::SampleTooSmall => {
            "draw more objects (--sample-size), or from a shorter time (--window), so that the bound comes within --tolerable-rate"
        }
        Reason::PopulationDeclared => {
            "scan where Organizations lists the accounts (the management account or a delegated administrator), in place of --accounts-file"
        }
        Reason::NoObjects => {
            "wait until the trail has delivered logs to the place that the message names, or look further back (--window)"
        }
        Reason::UnreadableObjects => {
            "remove the cause that the message names: where a call was denied, the audit role in the bucket's account needs s3:GetObject on the logs; where a header tells no key, write the objects again with the trail's key"
        }
        Reason::SharedPrefix => "give each trail a bucket or prefix of its own",
        Reason::BucketGone => {
            "create the bucket again in an account of yours, or give the trail another; trail-delivering fails for it, too"
        }
        Reason::Unread => {
            "remove what the message names: the audit role in the bucket's account needs s3:ListBucket and s3:GetObject on the logs; where no call failed, scan a shorter time (--window)"
        }
        _ => OTHER_DOUBT,
    }
}

const fn digest_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::NoDigest => {
            "if log file validation was turned on within the last two hours, scan again later; otherwise find out why no digest is delivered (LatestDigestDeliveryError of GetTrailStatus)"
        }
        _ => log_doubt(reason),
    }
}

const fn history_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::NoObjects => {
            "wait until the trail has delivered logs and scan again; older logs may have been deleted or moved by a lifecycle rule"
        }
        Reason::SharedPrefix => {
            "give each trail a bucket or prefix of its own; what is there already stays mixed"
        }
        _ => log_doubt(reason),
    }
}

const fn coverage_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::CoverageUnread => {
            "let the audit role be assumed in the account and list its trails and Regions there, as the failed calls (gap_ids in gaps.csv) say, or cover it by an organization trail"
        }
        Reason::SelectorsUnread => {
            "make the trail's event selectors readable: the audit role in its owner's account needs cloudtrail:GetEventSelectors"
        }
        Reason::SelectorsNotUnderstood => {
            "let the trail's event selectors record all management events, reads and writes, or add a trail that does"
        }
        Reason::StatusUnread => {
            "make the trail's status readable: the audit role in its owner's account needs cloudtrail:GetTrailStatus"
        }
        Reason::TrailNotShown => {
            "scan again later, if the account or Region is new; if the trail stays away, look in that account and Region why"
        }
        _ => OTHER_DOUBT,
    }
}

const fn store_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::Unread => {
            "make the store and its key readable: the audit role needs cloudtrail:GetEventDataStore in the store's account and kms:DescribeKey in the key's, and the failed call (gap_ids in gaps.csv) says what keeps them from answering"
        }
        Reason::OutsideOrganization => {
            "if the key's account is to hold keys for the organization, add it to trusted_key_accounts in the configuration file; otherwise make a new store with a key of the organization"
        }
        _ => OTHER_DOUBT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_or_has_no_meaning_needs_nothing() {
        for control in ControlId::ALL {
            for reason in Reason::ALL {
                assert_eq!(fix_text(*control, Status::Pass, *reason), None);
                assert_eq!(fix_text(*control, Status::NotApplicable, *reason), None);
                assert!(fix_text(*control, Status::Fail, *reason).is_some());
                assert!(fix_text(*control, Status::NotProven, *reason).is_some());
            }
        }
    }

    #[test]
    fn every_control_has_texts_and_none_names_a_file_of_the_repository() {
        for control in ControlId::ALL {
            assert!(fix_texts(*control, Status::Fail).next().is_some(), "{control}");
            for status in [Status::Fail, Status::NotProven] {
                for (reason, text) in fix_texts(*control, status) {
                    assert!(!text.ends_with('.'), "{control} {reason}: {text}");
                    for word in ["docs/", ".md", "crates/", "README"] {
                        assert!(!text.contains(word), "{control} {reason}: {text}");
                    }
                }
            }
        }
    }

    /// The reasons of each status in the table of a control's page.
    fn documented(page: &str, status: Status) -> Vec<Reason> {
        let head = format!("| `{status}` | ");
        let rows = page.lines().filter_map(|line| line.strip_prefix(&head));
        let cells = rows.filter_map(|it| it.split('|').next());
        let words = cells.flat_map(|it| it.split('`').skip(1).step_by(2));
        words.filter_map(Reason::from_word).collect()
    }

    #[test]
    fn every_reason_of_a_control_s_page_has_a_text_of_its_own() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/controls/");
        let mut pairs = 0;
        for control in ControlId::ALL {
            let page = std::fs::read_to_string(format!("{folder}{control}.md")).unwrap();
            for status in [Status::Fail, Status::NotProven] {
                for reason in documented(&page, status) {
                    let text = fix_text(*control, status, reason).unwrap();
                    let is_own = text != OTHER_FAILURE && text != OTHER_DOUBT;
                    assert!(is_own, "{control} {status} {reason}");
                    pairs += 1;
                }
            }
        }
        assert!(pairs > 90, "{pairs} pairs are documented");
    }
}
