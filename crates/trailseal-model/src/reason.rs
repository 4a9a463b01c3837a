//! Why a finding has its status: one word each, for filters and comparisons.

use crate::word_enum::word_enum;

word_enum! {
    /// The reason for a finding's status.
    pub enum Reason {
        /// `KmsKeyId` is set.
        KmsKeySet = "kms_key_set",
        /// `KmsKeyId` is not set.
        NoKmsKey = "no_kms_key",
        /// The key's manager is the customer.
        CustomerManaged = "customer_managed",
        /// The key's manager is AWS.
        AwsManaged = "aws_managed",
        /// The key's account is outside the organization and not in `trusted_key_accounts`.
        OutsideOrganization = "outside_organization",
        /// The key can encrypt new logs.
        Usable = "usable",
        /// The key does not exist, according to its own account.
        KeyGone = "key_gone",
        /// `KeyState` is `Disabled`.
        Disabled = "disabled",
        /// The key is scheduled for deletion.
        PendingDeletion = "pending_deletion",
        /// The key material was never imported, or was deleted.
        PendingImport = "pending_import",
        /// `KeyState` is `Unavailable`, such as with a disconnected key store.
        Unavailable = "unavailable",
        /// The key is in another state in which KMS refuses to make data keys.
        NotEnabled = "not_enabled",
        /// DescribeKey names no known state, or KMS refused another request because of the key's state.
        KeyStateUnknown = "key_state_unknown",
        /// DescribeKey names no known manager or kind of the key.
        KeyKindUnknown = "key_kind_unknown",
        /// The key is not a symmetric encryption key.
        NotSymmetric = "not_symmetric",
        /// The imported key material expired.
        MaterialExpired = "material_expired",
        /// The key is not in the bucket's Region.
        WrongRegion = "wrong_region",
        /// The bucket's Region is not known.
        BucketRegionUnknown = "bucket_region_unknown",
        /// The key policy allows the call of CloudTrail that the control simulates.
        PolicyAllows = "policy_allows",
        /// The policy depends on something that cannot be determined, but CloudTrail encrypted a log with the
        /// key within the last hour.
        ObservedDelivery = "observed_delivery",
        /// A statement of the key policy denies the call of CloudTrail that the control simulates.
        PolicyDenies = "policy_denies",
        /// No statement of the key policy allows the call of CloudTrail that the control simulates.
        NotGranted = "not_granted",
        /// The only statement that allows the call has a condition on the encryption context, which the call
        /// never has.
        GrantDead = "grant_dead",
        /// The policy depends on something that cannot be determined.
        PolicyUnknown = "policy_unknown",
        /// The policy cannot be parsed.
        PolicyMalformed = "policy_malformed",
        /// The policy refuses the call, but CloudTrail encrypted a log with the key within the last hour.
        Contradiction = "contradiction",
        /// `aws:SourceArn` limits CloudTrail's permission to the trail.
        BoundToTrail = "bound_to_trail",
        /// Only the trail in the encryption context limits CloudTrail's permission to the trail.
        BoundByContext = "bound_by_context",
        /// Nothing but the trail's account limits CloudTrail's permission.
        BoundToAccountOnly = "bound_to_account_only",
        /// CloudTrail can use the key for anyone's trail.
        NotBound = "not_bound",
        /// Only named readers, and identities that an account's own IAM policies choose, can decrypt.
        ReadersLimited = "readers_limited",
        /// Anyone with an AWS account can decrypt.
        EverybodyReads = "everybody_reads",
        /// An account outside the organization can decrypt and is not in `trusted_readers`.
        OutsiderReads = "outsider_reads",
        /// Every identity, or every one of a kind, of one or more accounts or of the organization can decrypt.
        WholeAccountReads = "whole_account_reads",
        /// The readers depend on something that cannot be determined.
        ReadersUnknown = "readers_unknown",
        /// Automatic rotation is on.
        RotationOn = "rotation_on",
        /// Automatic rotation is off.
        RotationOff = "rotation_off",
        /// KMS does not rotate keys of this kind automatically.
        RotationNotSupported = "rotation_not_supported",
        /// The trail logs and delivered within the last 24 hours.
        Delivering = "delivering",
        /// Logging is off.
        NotLogging = "not_logging",
        /// The latest delivery failed.
        DeliveryError = "delivery_error",
        /// AWS reports a delivery error, but also a delivery within the last hour.
        DeliveryErrorContradicted = "delivery_error_contradicted",
        /// The trail logs, but AWS reports no delivery.
        NeverDelivered = "never_delivered",
        /// The last delivery is more than 24 hours old, or dated in the future.
        DeliveryStale = "delivery_stale",
        /// The bucket does not exist.
        BucketGone = "bucket_gone",
        /// Another account than configured owns the bucket.
        BucketOwnerMismatch = "bucket_owner_mismatch",
        /// The bucket's owner was not found.
        BucketOwnerUnknown = "bucket_owner_unknown",
        /// Every object of the window was examined and is encrypted with the trail's key.
        AllSealed = "all_sealed",
        /// Every object of a random sample is encrypted with the trail's key, and the upper bound of the
        /// deviating share is tolerable.
        SampleSealed = "sample_sealed",
        /// The same of random clusters (account, Region, day), each of which weighs the same.
        ClusterSampleSealed = "cluster_sample_sealed",
        /// Every drawn object is encrypted with the trail's key, but the sample is too small for a pass.
        SampleTooSmall = "sample_too_small",
        /// The window holds no log object.
        NoObjects = "no_objects",
        /// The members of the organization come from the user's file, which may leave accounts out.
        PopulationDeclared = "population_declared",
        /// The newest digest is encrypted with the trail's key.
        DigestSealed = "digest_sealed",
        /// The trail writes no digests.
        NoValidation = "no_validation",
        /// The window holds no digest of the trail.
        NoDigest = "no_digest",
        /// Every examined log, from the oldest on, is encrypted with the trail's key.
        HistorySealed = "history_sealed",
        /// Too many selected objects could not be read.
        UnreadableObjects = "unreadable_objects",
        /// Another trail delivers under the same prefix, and a deviating object may belong to it.
        SharedPrefix = "shared_prefix",
        /// An object is not encrypted.
        Unencrypted = "unencrypted",
        /// An object is encrypted with a key that its writer supplied (SSE-C).
        SseC = "sse_c",
        /// An object is encrypted with S3's own key (SSE-S3).
        SseS3 = "sse_s3",
        /// An object is encrypted with an AWS managed KMS key.
        AwsManagedKey = "aws_managed_key",
        /// An object is encrypted with a KMS key of an account outside the organization.
        ForeignKey = "foreign_key",
        /// An object is encrypted with the previous key, although older ones have the present key.
        PreviousKey = "previous_key",
        /// An object is encrypted with another KMS key of the organization.
        WrongKey = "wrong_key",
        /// A call that the control needs could not be read.
        Unread = "unread",
        /// The accounts that show the trail contradict each other, and its own account could not be read.
        ShadowsDisagree = "shadows_disagree",
        /// A trail records every enabled Region.
        Covered = "covered",
        /// No trail records an enabled Region.
        NotCovered = "not_covered",
        /// No known trail records a Region that was not read, or that is not known to be enabled.
        CoverageUnread = "coverage_unread",
        /// The event selectors of the only trail that may record a Region could not be read.
        SelectorsUnread = "selectors_unread",
        /// The event selectors of the only trail that may record a Region are not understood.
        SelectorsNotUnderstood = "selectors_not_understood",
        /// The status of the only trail that may record a Region could not be read.
        StatusUnread = "status_unread",
        /// DescribeTrails does not show the trail in a Region that the trail should record.
        TrailNotShown = "trail_not_shown",
        /// This version does not judge the control.
        NotBuilt = "not_built",
        /// The account is suspended, closed, or not activated yet.
        AccountNotActive = "account_not_active",
        /// The run leaves the account out.
        Excluded = "excluded",
        /// The run leaves the control out (`--skip-control`).
        Skipped = "skipped",
    }
}
