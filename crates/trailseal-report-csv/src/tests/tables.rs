//! What the rows of findings, trails, coverage, gaps, exceptions and frameworks show.

use trailseal_model::{ControlId, Delivery, GapClass, Operation, Outcome, Reason, Status};
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::{
    AccountPrefixesLine, DifferingSightingsLine, EvidenceLine, FindingLine, Line, StatusLine,
};

use super::pack::{check, pack, row, rows, with};
use crate::Table;

/// The pack of a run with one finding beside what it refers to.
fn with_finding(finding: FindingLine) -> MemoryFolder {
    let mut lines = fixture::lines();
    lines.retain(|line| !matches!(line, Line::Finding(_)));
    lines.push(Line::Finding(Box::new(finding)));
    pack(lines)
}

fn call(operation: Operation, request_id: Option<&str>) -> EvidenceLine {
    EvidenceLine {
        operation,
        account_id: Some(fixture::id(1)),
        region: Some(fixture::region("us-east-1")),
        at: fixture::at("00:00:00.000"),
        request_id: request_id.map(str::to_owned),
    }
}

#[test]
fn a_finding_shows_its_control_its_trail_and_every_call_behind_it() {
    let old = fixture::trail_arn(2, "old");
    let (control, reason) = (ControlId::LogObjectsSealed, Reason::SseS3);
    let mut finding = fixture::finding(control, old.as_str(), Status::Fail, reason);
    finding.evidence = vec![
        call(Operation::HeadObject, Some("r1")),
        call(Operation::ListObjectsV2, Some("r2")),
        call(Operation::HeadObject, None),
        call(Operation::HeadObject, Some("r3")),
        call(Operation::HeadObject, Some("r1")),
    ];
    finding.gap_ids = vec!["g1".to_owned(), "g2".to_owned()];
    check(
        &rows(&with_finding(finding), Table::Findings)[0],
        &[
            ("control_id", "log-objects-sealed"),
            ("control_title", control.entry().title),
            ("severity", "high"),
            ("status", "fail"),
            ("status_reason", "sse_s3"),
            ("account_id", "000000000002"),
            ("ou_path", "o-example0001/r-root/ou-root-work/"),
            ("region", "us-east-1"),
            ("resource_type", "trail"),
            ("resource_arn", old.as_str()),
            ("resource_name", "old"),
            ("home_region", "us-east-1"),
            ("is_multi_region", "true"),
            ("is_organization_trail", "false"),
            ("kms_key_arn", fixture::key_arn(2).as_str()),
            ("key_account_id", "000000000002"),
            ("evidence_api", "HeadObject;ListObjectsV2"),
            ("evidence_request_ids", "r1;r2;r3"),
            ("evidence_at", "2026-11-20T00:00:00.000Z"),
            ("gap_ids", "g1;g2"),
        ],
    );
}

#[test]
fn account_covered_has_the_request_ids_of_all_its_calls() {
    let (control, reason) = (ControlId::AccountCovered, Reason::Covered);
    let mut finding = fixture::finding(control, "000000000001", Status::Pass, reason);
    let ids: Vec<String> = (0..34).map(|number| format!("request-{number}")).collect();
    finding.evidence =
        ids.iter().map(|id| call(Operation::DescribeTrails, Some(id.as_str()))).collect();
    let files = with_finding(finding);
    check(
        &rows(&files, Table::Findings)[0],
        &[("evidence_api", "DescribeTrails"), ("evidence_request_ids", &ids.join(";"))],
    );
}

#[test]
fn a_finding_of_an_account_leaves_the_trail_s_columns_empty() {
    let (control, reason) = (ControlId::AccountCovered, Reason::CoverageUnread);
    let finding = fixture::finding(control, "000000000005", Status::NotProven, reason);
    let finding = &rows(&with_finding(finding), Table::Findings)[0];
    check(finding, &[("resource_arn", "000000000005"), ("account_id", "000000000005")]);
    for column in [
        "region",
        "home_region",
        "is_multi_region",
        "is_organization_trail",
        "kms_key_arn",
        "key_account_id",
        "evidence_api",
        "evidence_request_ids",
        "evidence_at",
    ] {
        assert_eq!(finding[column], "", "{column}");
    }
}

#[test]
fn a_finding_of_a_store_shows_its_key_and_no_trail() {
    let mut lines = with!(EventDataStore, |store| {
        store.key_arn = Some(fixture::key_arn(1));
    });
    lines.retain(|line| match line {
        Line::Finding(finding) => finding.control_id == ControlId::EventDataStoreKmsEncrypted,
        _ => true,
    });
    check(
        &rows(&pack(lines), Table::Findings)[0],
        &[
            ("severity", "medium"),
            ("resource_arn", fixture::store().event_data_store_arn.as_str()),
            ("home_region", ""),
            ("is_organization_trail", ""),
            ("is_multi_region", "true"),
            ("kms_key_arn", fixture::key_arn(1).as_str()),
            ("key_account_id", "000000000001"),
        ],
    );
}

fn status(name: &str, is_logging: Option<bool>, delivery: Option<&str>) -> StatusLine {
    StatusLine {
        region: fixture::region(name),
        is_logging,
        latest_delivery: delivery.map(fixture::at),
        latest_delivery_error: (name == "eu-west-1").then(|| "AccessDenied".to_owned()),
        latest_attempt: None,
        latest_success: None,
        gap_id: None,
    }
}

fn differing(number: u64, fields: &[(&str, Option<&str>)]) -> DifferingSightingsLine {
    let owned =
        |(name, value): &(&str, Option<&str>)| ((*name).to_owned(), value.map(str::to_owned));
    DifferingSightingsLine {
        account_id: fixture::id(number),
        region: fixture::region("eu-west-1"),
        targets: number,
        fields: fields.iter().map(owned).collect(),
    }
}

#[test]
fn a_trail_shows_what_fails_its_bucket_and_its_delivery() {
    let files = pack(with!(Trail, |trail| if trail.account_id == fixture::id(2) {
        trail.status = vec![
            status("eu-west-1", Some(true), Some("23:50:00.000")),
            status("us-east-1", Some(true), Some("23:55:00.000")),
            status("us-west-2", None, None),
        ];
        trail.excluded_event_sources =
            vec!["kms.amazonaws.com".to_owned(), "rdsdata.amazonaws.com".to_owned()];
        trail.differing_sightings = vec![
            differing(3, &[("KmsKeyId", None), ("S3BucketName", Some("other"))]),
            differing(4, &[("KmsKeyId", Some("alias/x"))]),
        ];
    }));
    check(
        &row(&files, Table::Trails, "name", "old"),
        &[
            ("verdict", "unsealed"),
            ("key_id_only_rule", "pass"),
            ("failing_controls", "key-usable;key-rotation-enabled;trail-delivering"),
            ("not_proven_controls", "log-objects-sealed"),
            ("bucket", "logs-2"),
            ("bucket_region", "us-east-1"),
            ("bucket_owner_account_id", "000000000002"),
            ("status_regions", "3"),
            ("logging_regions", "2"),
            ("last_delivery_at", "2026-11-20T23:55:00.000Z"),
            ("delivery_errors", "eu-west-1=AccessDenied"),
            ("records_read_events", "true"),
            ("excluded_event_sources", "kms.amazonaws.com;rdsdata.amazonaws.com"),
            (
                "differing_sightings",
                "000000000003 eu-west-1 x3: KmsKeyId=, S3BucketName=other;000000000004 eu-west-1 x4: KmsKeyId=alias/x",
            ),
        ],
    );
}

#[test]
fn a_trail_shows_its_objects_and_its_members() {
    let files = pack(with!(Trail, |trail| {
        trail.members.asked = 5;
        trail.members.counts =
            [(Delivery::Delivering, 3), (Delivery::Error, 1), (Delivery::Unread, 1)].into();
        trail.history.sealed_since = Some(fixture::at("00:00:00.000"));
        trail.history.oldest = Some(fixture::at("00:01:00.000"));
        trail.account_prefixes = Some(AccountPrefixesLine {
            root: "AWSLogs/o-1/".to_owned(),
            found: 4,
            without: vec![fixture::id(1)],
            unlisted: vec![fixture::id(7), fixture::id(8)],
            others: 0,
            lists: 2,
            is_whole: true,
            gap_id: None,
        });
    }));
    check(
        &row(&files, Table::Trails, "name", "audit"),
        &[
            ("population", "590"),
            ("population_counted", "true"),
            ("sample_method", "random"),
            ("tested", "59"),
            ("deviations", ""),
            ("sealed_since", "2026-11-20T00:00:00.000Z"),
            ("oldest_log_at", "2026-11-20T00:01:00.000Z"),
            ("members_asked", "5"),
            ("members_delivering", "3"),
            ("member_problems", "unread=1;delivery_error=1"),
            ("account_prefixes", "4"),
            ("accounts_without_prefix", "1"),
            ("unlisted_prefixes", "000000000007;000000000008"),
        ],
    );
}

#[test]
fn coverage_cites_the_request_that_listed_the_trails() {
    let files = pack(with!(Coverage, |target| {
        target.covered_by = vec![fixture::trail_arn(1, "audit"), fixture::trail_arn(2, "old")];
        target.member_delivery = Some(Delivery::Error);
    }));
    let audit = fixture::trail_arn(1, "audit");
    let targets = rows(&files, Table::Coverage);
    let target = |id: &str, region: &str| {
        targets.iter().find(|row| row["account_id"] == id && row["region"] == region).unwrap()
    };
    check(
        target("000000000002", "us-east-1"),
        &[
            ("outcome", "evaluated"),
            ("reason_code", ""),
            ("request_id", "REQUEST-2-us-east-1"),
            ("role_arn", "arn:aws:iam::000000000002:role/TrailsealAudit"),
            ("trails_found", "1"),
            ("event_data_stores_found", "1"),
            ("covered_by", &format!("{audit};{}", fixture::trail_arn(2, "old"))),
            ("member_delivery", "delivery_error"),
            ("last_management_call_at", "2026-11-20T00:01:00.000Z"),
        ],
    );
    check(
        target("000000000004", "ap-south-2"),
        &[("outcome", "not_evaluated"), ("reason_code", "denied_by_scp"), ("request_id", "")],
    );
}

#[test]
fn a_gap_shows_aws_s_words_and_what_to_do() {
    let files = pack(fixture::lines());
    check(
        &row(&files, Table::Gaps, "account_id", "000000000004"),
        &[
            ("region", "ap-south-2"),
            ("operation", "DescribeTrails"),
            ("class", "denied_by_scp"),
            ("subject", ""),
            ("http_status", "403"),
            ("aws_code", "AccessDeniedException"),
            ("request_id", "REQUEST-GAP-4"),
            ("attempts", "1"),
            ("what_to_do", "exempt cloudtrail:DescribeTrails from the policy that denies it"),
            ("exception_id", &fixture::exception().exception_id),
        ],
    );
}

#[test]
fn rows_whose_account_was_not_listed_are_still_there() {
    let gap = fixture::gap(7, None, Operation::AssumeRole, GapClass::Denied);
    let files = pack(vec![
        Line::Run(Box::new(fixture::run())),
        Line::Gap(Box::new(gap)),
        Line::Coverage(Box::new(fixture::coverage(7, "us-east-1"))),
    ]);
    check(&rows(&files, Table::Gaps)[0], &[("account_id", "000000000007"), ("account_name", "")]);
    let target = &rows(&files, Table::Coverage)[0];
    check(target, &[("account_id", "000000000007"), ("role_arn", "")]);
}

#[test]
fn an_exception_shows_what_it_covers_and_who_owns_it() {
    let files = pack(fixture::lines());
    check(
        &rows(&files, Table::Exceptions)[0],
        &[
            ("exception_id", &fixture::exception().exception_id),
            ("kind", "gap"),
            ("entry", "1"),
            ("state", "in_force"),
            ("control_id", ""),
            ("class", "denied_by_scp"),
            ("accounts", "000000000004"),
            ("organizational_units", "ou-root-work"),
            ("regions", "ap-south-2"),
            ("operations", "DescribeTrails"),
            ("owner", "platform@example.com"),
            ("approved_by", "ciso@example.com"),
            ("approved_at", "2026-10-01"),
            ("expiry", "2027-03-31"),
            ("findings", "0"),
            ("gaps", "1"),
            ("targets", "1"),
        ],
    );
}

#[test]
fn what_is_accepted_names_its_exceptions_and_keeps_its_status() {
    let ids = || vec!["x1".to_owned(), "x2".to_owned()];
    let files = pack(with!(Finding, |finding| finding.exception_ids = ids()));
    check(&rows(&files, Table::Findings)[0], &[("status", "fail"), ("exception_ids", "x1;x2")]);
    let files = pack(with!(Coverage, |target| {
        (target.outcome, target.exception_ids) = (Outcome::NotEvaluated, ids());
    }));
    let expected = [("outcome", "not_evaluated"), ("exception_ids", "x1;x2")];
    check(&rows(&files, Table::Coverage)[0], &expected);
}

#[test]
fn a_finding_shows_where_catalogs_file_its_control() {
    let ids = |control: ControlId, subject: &str| {
        let finding = fixture::finding(control, subject, Status::Pass, Reason::Covered);
        rows(&with_finding(finding), Table::Findings)[0]["control_ids"].clone()
    };
    let audit = fixture::trail_arn(1, "audit");
    let rotation = "cis-aws-foundations@1.4.0:3.8;cis-aws-foundations@1.5.0:3.8;\
                    cis-aws-foundations@2.0.0:3.8;cis-aws-foundations@3.0.0:3.6;\
                    cis-aws-foundations@4.0:3.6;cis-aws-foundations@5.0.0:3.6;\
                    cis-aws-foundations@6.0:4.6;cis-aws-foundations@7.0:4.6;aws-fsbp:KMS.4";
    assert_eq!(ids(ControlId::KeyRotationEnabled, audit.as_str()), rotation);
    let encrypted = ids(ControlId::TrailKmsEncrypted, audit.as_str());
    assert!(encrypted.contains(";pci-dss@3.2.1:3.4;pci-dss@4.0.1:10.3.2;"));
    assert_eq!(ids(ControlId::LogObjectsSealed, audit.as_str()), "");
}

#[test]
fn each_requirement_shows_how_the_findings_of_its_control_went() {
    let files = pack(fixture::lines());
    let requirements = rows(&files, Table::Frameworks);
    let requirement = |framework: &str, version: &str, id: &str| {
        let is_meant = |row: &&super::pack::Cells| {
            row["framework"] == framework
                && row["framework_version"] == version
                && row["requirement_id"] == id
        };
        requirements.iter().find(is_meant).unwrap()
    };
    check(
        requirement("cis-aws-foundations", "5.0.0", "3.1"),
        &[
            ("framework_title", "CIS AWS Foundations Benchmark"),
            ("control_id", "account-covered"),
            ("control_title", ControlId::AccountCovered.entry().title),
            ("mapped_by", "Prowler"),
            ("worst_status", "not_proven"),
            ("failed", "0"),
            ("not_proven", "2"),
            ("passed", "2"),
            ("not_applicable", "1"),
        ],
    );
    check(
        requirement("aws-fsbp", "", "KMS.4"),
        &[("control_id", "key-rotation-enabled"), ("worst_status", "fail"), ("failed", "1")],
    );
    check(
        requirement("pci-dss", "4.0.1", "10.3.2"),
        &[("control_id", "trail-kms-encrypted"), ("worst_status", "pass"), ("passed", "1")],
    );
    let ids = ControlId::ALL.iter().map(|control| control.framework_ids().len());
    assert_eq!(requirements.len(), ids.sum::<usize>(), "each id of each control has a row");
}

#[test]
fn a_requirement_without_findings_has_no_status() {
    let files = pack(vec![Line::Run(Box::new(fixture::run()))]);
    let requirements = rows(&files, Table::Frameworks);
    assert!(requirements.iter().all(|row| row["worst_status"].is_empty() && row["failed"] == "0"));
}
