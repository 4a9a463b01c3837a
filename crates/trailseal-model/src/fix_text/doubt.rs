//! What to do where a control is not proven: what to grant, to set or to wait for.

use crate::controls::ControlId;
use crate::reason::Reason;

/// For a pair that no judge makes today.
pub(super) const OTHER_DOUBT: &str = "provide what the finding says is not known, remove the cause of the failed calls that it names, if any, and scan again";

/// What to do about a control that is not proven for this reason.
pub(super) const fn of_doubt(control: ControlId, reason: Reason) -> &'static str {
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
        // A control without doubts of its own. A reason that a control's page lists as not proven has
        // to have a text above: a test reads the pages.
        _ => OTHER_DOUBT,
    }
}

/// AWS's answer lacks the word that decides, or has a new one.
const KIND_UNKNOWN: &str = "compare what `aws kms describe-key` shows of the key with the message; if KMS refuses because of the key's state, wait until the key is Enabled and scan again; if the word is new, scan with a newer version";

const fn key_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::KeyKindUnknown | Reason::KeyStateUnknown => KIND_UNKNOWN,
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
            "name the readers in the statements or grants named in observed (findings.csv), in place of what cannot be determined"
        }
        (ControlId::KeyPolicyDescribeKey, Reason::PolicyUnknown) => {
            "put kms:DescribeKey for cloudtrail.amazonaws.com into a statement with no other condition than aws:SourceArn with the trail's ARN"
        }
        (_, Reason::PolicyUnknown) => {
            "use aws:SourceArn with the trail's ARN in the statement named in observed (findings.csv), in place of what cannot be determined"
        }
        (_, Reason::Contradiction) => {
            "look in CloudTrail's event history whether the key policy was changed lately (PutKeyPolicy), and scan again in an hour"
        }
        _ => OTHER_DOUBT,
    }
}

const fn rotation_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::KeyKindUnknown => KIND_UNKNOWN,
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
            "scan again in an hour; if the error stays, remove its cause, which is in the bucket, its policy, or the key and its policy"
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
            "make the trail's event selectors readable: the audit role in its owner's account needs cloudtrail:GetEventSelectors, and the failed call (gap_ids in gaps.csv) says what keeps it from answering"
        }
        Reason::SelectorsNotUnderstood => {
            "let the trail's event selectors record all management events, reads and writes, or add a trail that does"
        }
        Reason::StatusUnread => {
            "make the trail's status readable: the audit role in its owner's account needs cloudtrail:GetTrailStatus, and the failed call (gap_ids in gaps.csv) says what keeps it from answering"
        }
        Reason::TrailNotShown => {
            "scan again later, if the account or Region is new; if the trail stays away, look in that account and Region why"
        }
        _ => OTHER_DOUBT,
    }
}

const fn store_doubt(reason: Reason) -> &'static str {
    match reason {
        Reason::KeyKindUnknown => KIND_UNKNOWN,
        Reason::Unread => {
            "make the store and its key readable: the audit role needs cloudtrail:GetEventDataStore in the store's account and kms:DescribeKey in the key's, and the failed call (gap_ids in gaps.csv) says what keeps them from answering"
        }
        Reason::OutsideOrganization => {
            "if the key's account is to hold keys for the organization, add it to trusted_key_accounts in the configuration file; otherwise make a new store with a key of the organization"
        }
        _ => OTHER_DOUBT,
    }
}
