//! The tables and their columns: public API, only ever appended to.

/// One file of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// One row per control and subject, passes included.
    Findings,
    /// One row per trail.
    Trails,
    /// One row per account x Region of the whole organization.
    Coverage,
    /// One row per operation that could not give its answer.
    Gaps,
    /// One row per looked-at log object.
    Samples,
    /// One row per account, whatever its state.
    Accounts,
    /// One row per KMS key that a trail or an event data store names.
    Keys,
    /// One row per CloudTrail Lake event data store.
    EventDataStores,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 8] = [
        Self::Findings,
        Self::Trails,
        Self::Coverage,
        Self::Gaps,
        Self::Samples,
        Self::Accounts,
        Self::Keys,
        Self::EventDataStores,
    ];

    /// The file's name.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Findings => "findings.csv",
            Self::Trails => "trails.csv",
            Self::Coverage => "coverage.csv",
            Self::Gaps => "gaps.csv",
            Self::Samples => "samples.csv",
            Self::Accounts => "accounts.csv",
            Self::Keys => "keys.csv",
            Self::EventDataStores => "event_data_stores.csv",
        }
    }
}

/// The columns of a table, in order. `population_source` and `scope` stand in every table, because a
/// table is often read alone.
#[must_use]
pub const fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Findings => FINDINGS,
        Table::Trails => TRAILS,
        Table::Coverage => COVERAGE,
        Table::Gaps => GAPS,
        Table::Samples => SAMPLES,
        Table::Accounts => ACCOUNTS,
        Table::Keys => KEYS,
        Table::EventDataStores => EVENT_DATA_STORES,
    }
}

const FINDINGS: &[&str] = &[
    "run_id",
    "finding_id",
    "control_id",
    "control_title",
    "severity",
    "status",
    "status_reason",
    "account_id",
    "account_name",
    "ou_path",
    "region",
    "resource_type",
    "resource_arn",
    "resource_name",
    "home_region",
    "is_organization_trail",
    "is_multi_region",
    "kms_key_arn",
    "key_account_id",
    "expected",
    "observed",
    "message",
    "evidence_api",
    "evidence_request_id",
    "evidence_at",
    "gap_ids",
    "remediation",
    "ou_names",
    "population_source",
    "scope",
];

const TRAILS: &[&str] = &[
    "run_id",
    "trail_arn",
    "name",
    "account_id",
    "account_name",
    "ou_path",
    "home_region",
    "verdict",
    "key_id_only_rule",
    "is_multi_region",
    "is_organization_trail",
    "bucket",
    "prefix",
    "bucket_region",
    "bucket_owner_account_id",
    "kms_key_id",
    "kms_key_arn",
    "includes_global_service_events",
    "log_file_validation",
    "has_custom_event_selectors",
    "has_insight_selectors",
    "sns_topic_arn",
    "log_group_arn",
    "described_from",
    "sightings",
    "status_regions",
    "logging_regions",
    "last_delivery_at",
    "delivery_errors",
    "population",
    "population_counted",
    "sample_method",
    "tested",
    "sealed",
    "unreadable",
    "left_population",
    "deviations",
    "records_read_events",
    "records_write_events",
    "excluded_event_sources",
    "ou_names",
    "population_source",
    "scope",
];

const COVERAGE: &[&str] = &[
    "run_id",
    "account_id",
    "account_name",
    "ou_path",
    "region",
    "outcome",
    "reason_code",
    "gap_id",
    "role_arn",
    "caller_arn",
    "trails_found",
    "api_calls",
    "throttles",
    "started_at",
    "finished_at",
    "event_data_stores_found",
    "ou_names",
    "population_source",
    "scope",
];

const GAPS: &[&str] = &[
    "run_id",
    "gap_id",
    "account_id",
    "account_name",
    "region",
    "operation",
    "class",
    "subject",
    "http_status",
    "aws_code",
    "message",
    "request_id",
    "attempts",
    "what_to_do",
    "ou_names",
    "population_source",
    "scope",
];

const SAMPLES: &[&str] = &[
    "run_id",
    "trail_arn",
    "bucket",
    "object_key",
    "version_id",
    "last_modified",
    "size",
    "etag",
    "sse_algorithm",
    "sse_kms_key_id",
    "bucket_key",
    "expected_key_arn",
    "result",
    "deviation_class",
    "selection",
    "selection_index",
    "request_id",
    "checked_at",
    "gap_id",
    "population_source",
    "scope",
];

const ACCOUNTS: &[&str] = &[
    "run_id",
    "account_id",
    "account_name",
    "state",
    "ou_path",
    "ou_names",
    "tags",
    "role_arn",
    "logs_sealed",
    "recorded_by",
    "regions_total",
    "regions_evaluated",
    "regions_partial",
    "regions_not_evaluated",
    "regions_excluded",
    "regions_disabled",
    "regions_not_active",
    "population_source",
    "scope",
];

const KEYS: &[&str] = &[
    "run_id",
    "key_arn",
    "kms_key_arn",
    "account_id",
    "account_name",
    "ou_path",
    "ou_names",
    "region",
    "presence",
    "manager",
    "state",
    "spec",
    "usage",
    "origin",
    "is_multi_region",
    "replica_of",
    "deletion_date",
    "valid_to",
    "rotation_enabled",
    "rotation_period_days",
    "policy_read",
    "policy_sha256",
    "policy_allows_cloudtrail",
    "policy_describe_key",
    "policy_scoped",
    "readers_limited",
    "readers",
    "trails",
    "event_data_stores",
    "gap_ids",
    "population_source",
    "scope",
];

const EVENT_DATA_STORES: &[&str] = &[
    "run_id",
    "event_data_store_arn",
    "name",
    "account_id",
    "account_name",
    "ou_path",
    "ou_names",
    "region",
    "status",
    "kms_key_id",
    "kms_key_arn",
    "is_multi_region",
    "is_organization_store",
    "retention_days",
    "gap_ids",
    "population_source",
    "scope",
];
