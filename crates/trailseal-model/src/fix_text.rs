//! What to do about a finding, by its control and reason: the one place that every report takes it
//! from.
//!
//! Each text is an order without its full stop. It holds for every case of its reason: what depends
//! on the case is named by the finding's message and by `observed`.

mod doubt;

use crate::controls::ControlId;
use crate::finding::Status;
use crate::reason::Reason;

/// What to do about a finding; `None` where nothing is to be done, because it passes or has no
/// meaning for its subject.
#[must_use]
pub const fn fix_text(control: ControlId, status: Status, reason: Reason) -> Option<&'static str> {
    match status {
        Status::Fail => Some(of_failure(control, reason)),
        Status::NotProven => Some(doubt::of_doubt(control, reason)),
        Status::Pass | Status::NotApplicable => None,
    }
}

/// Every reason for which a control has a text of its own at this status, with the text.
pub fn fix_texts(
    control: ControlId,
    status: Status,
) -> impl Iterator<Item = (Reason, &'static str)> {
    let of = move |reason: &Reason| Some((*reason, fix_text(control, status, *reason)?));
    Reason::ALL
        .iter()
        .filter_map(of)
        .filter(|it| it.1 != OTHER_FAILURE && it.1 != doubt::OTHER_DOUBT)
}

/// For a pair that no judge makes today.
const OTHER_FAILURE: &str = "bring what was observed to what is expected";
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
            "make the key usable again, as its state or KMS's words say (usually by reconnecting its custom key store), or give the trail another customer managed key in the bucket's Region"
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
            "change the statement of the key policy named in observed (findings.csv) so that it does not deny cloudtrail.amazonaws.com for this trail"
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
            "change the statement of the key policy named in observed (findings.csv) so that it does not deny cloudtrail.amazonaws.com kms:DescribeKey"
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
            "add aws:SourceArn with the trail's ARN to the condition of the statement named in observed (findings.csv)"
        }
        _ => OTHER_FAILURE,
    }
}

const fn readable(reason: Reason) -> &'static str {
    match reason {
        Reason::EverybodyReads => {
            "take the action that leads to decryption from the statement or grant named in observed (findings.csv), or name the readers in it one by one"
        }
        Reason::OutsiderReads => {
            "take the action that leads to decryption from the outside account in the statement or grant named in observed (findings.csv); if it is to read the logs, add it to trusted_readers in the configuration file"
        }
        Reason::WholeAccountReads => {
            "name the roles that read the logs in the statement named in observed (findings.csv), in place of whole accounts"
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
            "remove the cause of the delivery error, which is in the bucket, its policy, or the key and its policy"
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
            "let a multi-Region organization trail, or one of the account's own, record reads and writes there; a trail named in observed (findings.csv) needs only what it lacks"
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
        words.filter_map(|word| word.parse::<Reason>().ok()).collect()
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
                    let is_own = text != OTHER_FAILURE && text != doubt::OTHER_DOUBT;
                    assert!(is_own, "{control} {status} {reason}");
                    pairs += 1;
                }
            }
        }
        assert!(pairs > 90, "{pairs} pairs are documented");
    }
}
