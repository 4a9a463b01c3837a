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
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 5] =
        [Self::Findings, Self::Trails, Self::Coverage, Self::Gaps, Self::Samples];

    /// The file's name.
    #[must_use]
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Findings => "findings.csv",
            Self::Trails => "trails.csv",
            Self::Coverage => "coverage.csv",
            Self::Gaps => "gaps.csv",
            Self::Samples => "samples.csv",
        }
    }
}

/// The columns of a table, in order.
#[must_use]
pub const fn columns(table: Table) -> &'static [&'static str] {
    match table {
        Table::Findings => FINDINGS,
        Table::Trails => TRAILS,
        Table::Coverage => COVERAGE,
        Table::Gaps => GAPS,
        Table::Samples => SAMPLES,
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
];
