//! What the rows of findings, trails, coverage, gaps and samples show.

use trailseal_model::record::v1::Line;

use super::record::{
    ACCOUNT, KEY, STORE, TRAIL, account, cell, check, coverage, exception, finding, gap, key, pack,
    record, run, sample, sampled_cell, store, trail,
};
use crate::Table;

#[test]
fn a_finding_shows_its_control_its_trail_and_its_proof() {
    check(
        &pack(record("plain")),
        Table::Findings,
        &[
            ("control_id", "log-objects-sealed"),
            ("control_title", "The delivered log objects are encrypted with the trail's key"),
            ("severity", "high"),
            ("status", "fail"),
            ("status_reason", "sse_s3"),
            ("ou_path", "o-1/r-1/ou-1/"),
            ("home_region", "us-east-1"),
            ("is_multi_region", "true"),
            ("is_organization_trail", "false"),
            ("kms_key_arn", KEY),
            ("evidence_api", "HeadObject;ListObjectsV2"),
            ("evidence_request_id", "r1"),
            ("evidence_at", "2026-11-20T00:00:00.000Z"),
            ("gap_ids", "g1;g2"),
        ],
    );
}

#[test]
fn what_fails_or_is_not_proven_says_what_to_do_for_its_reason() {
    let remediation = |status: &str, reason: &str| {
        let Line::Finding(mut finding) = finding(status, "text") else { unreachable!() };
        finding.status_reason = reason.to_owned();
        let files = pack(vec![run(), Line::Finding(finding)]);
        cell(&files, Table::Findings, "remediation")
    };
    for status in ["pass", "not_applicable"] {
        assert_eq!(remediation(status, "sse_s3"), "", "{status}");
    }
    assert!(remediation("fail", "sse_s3").starts_with("find out what wrote these objects"));
    assert!(remediation("fail", "no_kms_key").ends_with("set the key's ARN on the trail"));
    assert!(remediation("not_proven", "shared_prefix").starts_with("give each trail a bucket"));
    assert_eq!(remediation("fail", "a reason of a later version"), "");
}

#[test]
fn a_finding_of_an_account_leaves_the_trail_s_columns_empty() {
    let Line::Finding(mut finding) = finding("not_proven", "text") else { unreachable!() };
    finding.control_id = "account-covered".to_owned();
    (finding.resource_type, finding.resource_arn) = ("account".to_owned(), ACCOUNT.to_owned());
    (finding.region, finding.evidence) = (None, Vec::new());
    let files = pack(vec![run(), Line::Finding(finding)]);
    check(
        &files,
        Table::Findings,
        &[
            ("resource_arn", ACCOUNT),
            ("region", ""),
            ("home_region", ""),
            ("is_multi_region", ""),
            ("kms_key_arn", ""),
            ("key_account_id", ""),
            ("evidence_api", ""),
            ("evidence_at", ""),
        ],
    );
}

#[test]
fn a_trail_shows_its_bucket_its_delivery_and_its_objects() {
    check(
        &pack(record("plain")),
        Table::Trails,
        &[
            ("verdict", "unsealed"),
            ("key_id_only_rule", "pass"),
            ("bucket_region", "us-east-1"),
            ("status_regions", "3"),
            ("logging_regions", "2"),
            ("last_delivery_at", "2026-11-19T23:55:00.000Z"),
            ("delivery_errors", "eu-west-1=AccessDenied"),
            ("population", "500"),
            ("population_counted", "true"),
            ("sample_method", "random"),
            ("deviations", "sse-s3=1;wrong-key=1"),
            ("sns_topic_arn", ""),
            ("sealed_since", "2026-11-15T00:00:00.000Z"),
            ("oldest_log_at", "2025-01-01T00:00:00.000Z"),
            ("history_deviations", "sse-s3=3"),
            ("newest_digest_result", "pass"),
            (
                "differing_sightings",
                "000000000003 eu-west-1 x2: KmsKeyId=, S3BucketName=other;000000000004 eu-west-1 x1: KmsKeyId=alias/x",
            ),
            ("members_asked", "5"),
            ("members_delivering", "3"),
            ("member_problems", "delivery_error=1;unread=1"),
            ("account_prefixes", "4"),
            ("accounts_without_prefix", "1"),
            ("unlisted_prefixes", "000000000007;000000000008"),
            ("records_read_events", "true"),
            ("records_write_events", "false"),
            ("excluded_event_sources", "kms.amazonaws.com;rdsdata.amazonaws.com"),
        ],
    );
}

#[test]
fn sampling_shows_what_was_drawn_from_what_and_what_follows() {
    let files = pack(record("plain"));
    check(
        &files,
        Table::Sampling,
        &[
            ("window_start", "2026-11-13T00:00:00.000Z"),
            ("prefix_lists", "2"),
            ("sample_method", "random"),
            ("estimand", "object"),
            ("population", "500"),
            ("eligible", "400"),
            ("algorithm", "trailseal-sampling/1"),
            ("seed", "7"),
            ("selected", "59"),
            ("unreadable", "1"),
            ("switched_at", "2026-11-15T00:00:00.000Z"),
            ("deviations", "sse-s3=1;wrong-key=1"),
            ("upper_bound", "0.1275"),
            ("is_within_rate", "false"),
            ("gap_ids", "g1"),
        ],
    );
    check(&files, Table::SampledCells, &[("objects", "500"), ("keys_sha256", "5e1f")]);
}

#[test]
fn a_bound_within_the_rate_is_none_beside_a_deviation() {
    let within = |bound: Option<f64>, deviations: usize| {
        let Line::Trail(mut it) = trail("p") else { unreachable!("a trail") };
        it.sampling.upper_bound = bound;
        it.sampling.deviations = it.sampling.deviations.into_iter().take(deviations).collect();
        cell(&pack(vec![run(), Line::Trail(it)]), Table::Sampling, "is_within_rate")
    };
    assert_eq!(within(Some(0.05), 0), "true");
    assert_eq!(within(Some(0.0501), 0), "false");
    assert_eq!(within(Some(0.01), 1), "false");
    assert_eq!(within(None, 0), "");
}

#[test]
fn each_row_has_the_command_that_does_it_again() {
    let files = pack(vec![run(), sampled_cell("it's/"), sample("a b'c")]);
    assert_eq!(
        cell(&files, Table::Samples, "command"),
        r"aws s3api head-object --bucket 'logs' --key 'a b'\''c'"
    );
    assert_eq!(
        cell(&files, Table::SampledCells, "command"),
        r#"aws s3api list-objects-v2 --bucket 'logs' --prefix 'it'\''s/' --start-after 'it'\''s/a' --query 'Contents[].[Key]' --output text | BEFORE='it'\''s/z' LC_ALL=C awk '$0 < ENVIRON["BEFORE"]' | sha256sum"#
    );
}

#[test]
fn coverage_shows_who_looked_and_as_whom() {
    check(
        &pack(record("plain")),
        Table::Coverage,
        &[
            ("outcome", "evaluated"),
            ("reason_code", ""),
            ("role_arn", "arn:aws:iam::000000000001:role/TrailsealAudit"),
            ("caller_arn", "arn:aws:iam::000000000003:role/audit"),
            ("trails_found", "1"),
            ("event_data_stores_found", "2"),
            ("ou_names", "plain"),
            ("covered_by", &format!("{TRAIL};arn:other")),
            ("member_delivery", "delivery_error"),
            ("last_management_call_at", "2026-11-20T12:00:07.000Z"),
        ],
    );
}

#[test]
fn what_is_absent_is_an_empty_cell() {
    let files = pack(record("plain"));
    check(
        &files,
        Table::Samples,
        &[("version_id", ""), ("sse_kms_key_id", ""), ("bucket_key", ""), ("gap_id", "")],
    );
    check(&files, Table::Gaps, &[("request_id", ""), ("http_status", "403")]);
}

#[test]
fn rows_whose_account_was_not_listed_still_stand() {
    let files = pack(vec![run(), gap("s", "m"), coverage()]);
    check(&files, Table::Gaps, &[("account_id", ACCOUNT), ("account_name", "")]);
    check(&files, Table::Coverage, &[("account_id", ACCOUNT), ("role_arn", "")]);
}

#[test]
fn a_finding_of_a_store_shows_its_key_and_no_trail() {
    let Line::Finding(mut finding) = finding("fail", "text") else { unreachable!("a finding") };
    finding.control_id = "event-data-store-kms-encrypted".to_owned();
    finding.resource_type = "event_data_store".to_owned();
    finding.resource_arn = STORE.to_owned();
    finding.resource_name = "=1+1".to_owned();
    let files = pack(vec![run(), account("name"), key(), store("=1+1"), Line::Finding(finding)]);
    check(
        &files,
        Table::Findings,
        &[
            ("severity", "medium"),
            ("resource_arn", STORE),
            ("resource_name", "'=1+1"),
            ("home_region", ""),
            ("is_organization_trail", ""),
            ("is_multi_region", "true"),
            ("kms_key_arn", KEY),
            ("key_account_id", "000000000002"),
        ],
    );
}

#[test]
fn an_exception_says_what_it_covers_and_who_answers_for_it() {
    let files = pack(vec![run(), exception("plain")]);
    check(
        &files,
        Table::Exceptions,
        &[
            ("exception_id", "x1"),
            ("kind", "gap"),
            ("entry", "2"),
            ("state", "in_force"),
            ("control_id", ""),
            ("class", "denied_by_scp"),
            ("accounts", "000000000001;000000000002"),
            ("regions", "eu-west-1"),
            ("operations", ""),
            ("approved_by", "plain"),
            ("approved_at", ""),
            ("expiry", "2027-03-31"),
            ("findings", "1"),
            ("gaps", "2"),
            ("targets", "3"),
        ],
    );
}

#[test]
fn what_is_accepted_names_its_exceptions_and_keeps_its_status() {
    let ids = || vec!["x1".to_owned(), "x2".to_owned()];
    let Line::Finding(mut finding) = finding("fail", "text") else { unreachable!() };
    finding.exception_ids = ids();
    let Line::Gap(mut gap) = gap("text", "text") else { unreachable!() };
    gap.exception_id = Some("x1".to_owned());
    let Line::Coverage(mut coverage) = coverage() else { unreachable!() };
    (coverage.outcome, coverage.exception_ids) = ("not_evaluated".to_owned(), ids());
    let lines = vec![run(), Line::Gap(gap), Line::Finding(finding), Line::Coverage(coverage)];
    let files = pack(lines);
    check(&files, Table::Findings, &[("status", "fail"), ("exception_ids", "x1;x2")]);
    check(&files, Table::Gaps, &[("class", "denied"), ("exception_id", "x1")]);
    check(&files, Table::Coverage, &[("outcome", "not_evaluated"), ("exception_ids", "x1;x2")]);
    let plain = pack(record("plain"));
    check(&plain, Table::Findings, &[("exception_ids", "")]);
    check(&plain, Table::Gaps, &[("exception_id", "")]);
    check(&plain, Table::Coverage, &[("exception_ids", "")]);
}

#[test]
fn a_finding_says_where_catalogs_file_its_control() {
    let of = |control: &str| {
        let Line::Finding(mut it) = finding("pass", "text") else { unreachable!() };
        it.control_id = control.to_owned();
        cell(&pack(vec![run(), Line::Finding(it)]), Table::Findings, "control_ids")
    };
    let rotation = "cis-aws-foundations@1.4.0:3.8;cis-aws-foundations@1.5.0:3.8;\
                    cis-aws-foundations@2.0.0:3.8;cis-aws-foundations@3.0.0:3.6;\
                    cis-aws-foundations@4.0:3.6;cis-aws-foundations@5.0.0:3.6;\
                    cis-aws-foundations@6.0:4.6;cis-aws-foundations@7.0:4.6;aws-fsbp:KMS.4";
    assert_eq!(of("key-rotation-enabled"), rotation);
    assert!(of("trail-kms-encrypted").contains(";pci-dss@3.2.1:3.4;pci-dss@4.0.1:10.3.2;"));
    assert_eq!(of("log-objects-sealed"), "");
    assert_eq!(of("of-another-version"), "");
}
