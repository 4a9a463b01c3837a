//! Why a finding has its status: one word each, for filters and comparisons.

use crate::word_enum::word_enum;

word_enum! {
    /// The reason of a finding's status.
    pub enum Reason {
        /// `KmsKeyId` is set.
        KmsKeySet = "kms_key_set",
        /// `KmsKeyId` is not set.
        NoKmsKey = "no_kms_key",
        /// The key's manager is the customer.
        CustomerManaged = "customer_managed",
        /// The key's manager is AWS.
        AwsManaged = "aws_managed",
        /// The key's account is not of the organization and not trusted.
        OutsideOrganization = "outside_organization",
        /// The key can seal new logs.
        Usable = "usable",
        /// The key's own account says that it does not exist.
        KeyGone = "key_gone",
        /// `KeyState` Disabled.
        Disabled = "disabled",
        /// Deletion is scheduled.
        PendingDeletion = "pending_deletion",
        /// Key material was never imported, or was deleted.
        PendingImport = "pending_import",
        /// `KeyState` Unavailable, such as a disconnected key store.
        Unavailable = "unavailable",
        /// Another state in which KMS refuses to make data keys.
        NotEnabled = "not_enabled",
        /// KMS does not tell the key's state, or refused a request because of it.
        KeyStateUnknown = "key_state_unknown",
        /// KMS does not tell who manages the key, or of which kind it is.
        KeyKindUnknown = "key_kind_unknown",
        /// Not a symmetric encryption key.
        NotSymmetric = "not_symmetric",
        /// The imported key material has expired.
        MaterialExpired = "material_expired",
        /// The key is not in the bucket's Region.
        WrongRegion = "wrong_region",
        /// The bucket's Region is not known.
        BucketRegionUnknown = "bucket_region_unknown",
        /// The key policy lets CloudTrail do what the control is about.
        PolicyAllows = "policy_allows",
        /// The policy hangs on something unknown, and CloudTrail sealed with the key just now.
        ObservedDelivery = "observed_delivery",
        /// A statement of the key policy forbids CloudTrail what the control is about.
        PolicyDenies = "policy_denies",
        /// No statement of the key policy lets CloudTrail do what the control is about.
        NotGranted = "not_granted",
        /// The grant stands under a condition on the encryption context, which the request never has.
        GrantDead = "grant_dead",
        /// The policy hangs on something that is not known.
        PolicyUnknown = "policy_unknown",
        /// The policy cannot be understood as one.
        PolicyMalformed = "policy_malformed",
        /// The policy forbids it, and yet CloudTrail sealed with the key just now.
        Contradiction = "contradiction",
        /// The grant to CloudTrail is bound by `aws:SourceArn`.
        BoundToTrail = "bound_to_trail",
        /// The grant to CloudTrail is bound by the trail in the encryption context only.
        BoundByContext = "bound_by_context",
        /// The grant to CloudTrail is bound by nothing but the trail's account.
        BoundToAccountOnly = "bound_to_account_only",
        /// The grant to CloudTrail serves anybody's trail.
        NotBound = "not_bound",
        /// Only named readers, and identities that an account's own policies choose, can decrypt.
        ReadersLimited = "readers_limited",
        /// Everybody can decrypt.
        EverybodyReads = "everybody_reads",
        /// An account outside the organization, which is not a trusted reader, can decrypt.
        OutsiderReads = "outsider_reads",
        /// Every identity, or every one of a kind, of accounts or of the organization can decrypt.
        WholeAccountReads = "whole_account_reads",
        /// Who can decrypt depends on something that cannot be determined.
        ReadersUnknown = "readers_unknown",
        /// Automatic rotation is on.
        RotationOn = "rotation_on",
        /// Automatic rotation is off.
        RotationOff = "rotation_off",
        /// KMS has no automatic rotation for a key of this kind.
        RotationNotSupported = "rotation_not_supported",
        /// Logging, and delivered lately.
        Delivering = "delivering",
        /// Logging is off.
        NotLogging = "not_logging",
        /// The latest delivery failed.
        DeliveryError = "delivery_error",
        /// The latest delivery failed, but another succeeded within the last hour.
        DeliveryErrorContradicted = "delivery_error_contradicted",
        /// Logging, but nothing was ever delivered.
        NeverDelivered = "never_delivered",
        /// The last delivery is too old.
        DeliveryStale = "delivery_stale",
        /// The bucket does not exist.
        BucketGone = "bucket_gone",
        /// The bucket belongs to another account than configured.
        BucketOwnerMismatch = "bucket_owner_mismatch",
        /// No account that was asked owns the bucket.
        BucketOwnerUnknown = "bucket_owner_unknown",
        /// Every object of the window is sealed under the trail's key.
        AllSealed = "all_sealed",
        /// A random sample is sealed, and what may deviate at most is tolerable.
        SampleSealed = "sample_sealed",
        /// The same of random clusters (account, Region, day), each of which weighs the same.
        ClusterSampleSealed = "cluster_sample_sealed",
        /// What was drawn is sealed, and too little to say so of all.
        SampleTooSmall = "sample_too_small",
        /// The window holds no log object.
        NoObjects = "no_objects",
        /// The members whose logs were looked for are the user's word only.
        PopulationDeclared = "population_declared",
        /// The newest digest is sealed under the trail's key.
        DigestSealed = "digest_sealed",
        /// The trail writes no digests.
        NoValidation = "no_validation",
        /// The window holds no digest of the trail.
        NoDigest = "no_digest",
        /// Every log that was looked at, from the oldest on, is sealed under the trail's key.
        HistorySealed = "history_sealed",
        /// Too many selected objects could not be read.
        UnreadableObjects = "unreadable_objects",
        /// The objects lie beside another trail's under one prefix and cannot be told apart.
        SharedPrefix = "shared_prefix",
        /// An object without encryption.
        Unencrypted = "unencrypted",
        /// An object under a key that its writer supplied.
        SseC = "sse_c",
        /// An object under S3's own key.
        SseS3 = "sse_s3",
        /// An object under an AWS managed key.
        AwsManagedKey = "aws_managed_key",
        /// An object under a key outside the organization.
        ForeignKey = "foreign_key",
        /// An object under the previous key, between objects under the present one.
        PreviousKey = "previous_key",
        /// An object under another key of the organization.
        WrongKey = "wrong_key",
        /// What is needed could not be read.
        Unread = "unread",
        /// Shadows of the trail contradict each other and its owner could not be read.
        ShadowsDisagree = "shadows_disagree",
        /// Every enabled Region is recorded.
        Covered = "covered",
        /// No trail records an enabled Region.
        NotCovered = "not_covered",
        /// A Region that no trail records was not read, or is not known to be enabled.
        CoverageUnread = "coverage_unread",
        /// What the only candidate records could not be read.
        SelectorsUnread = "selectors_unread",
        /// What the only candidate records is not understood.
        SelectorsNotUnderstood = "selectors_not_understood",
        /// Whether the only candidate logs could not be read.
        StatusUnread = "status_unread",
        /// A target that was read does not show the trail that should record it.
        TrailNotShown = "trail_not_shown",
        /// This version of the program does not judge the control yet.
        NotBuilt = "not_built",
        /// The account is not in use.
        AccountNotActive = "account_not_active",
        /// The user left the account out of this run.
        Excluded = "excluded",
        /// The user left the control out of this run.
        Skipped = "skipped",
    }
}
