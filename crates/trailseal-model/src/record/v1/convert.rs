//! Trails, samples, findings, gaps and coverage as lines.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::gap_line::GapLine;
use super::history::{digest_line, history_line};
use super::members::{members_line, prefixes_line};
use super::sampling::sampling_line;
use super::values::{GapNames, gap_ids, text, time};
use super::{
    BucketLine, CoverageLine, DifferingSightingsLine, EvidenceLine, FindingLine, StatusLine,
    ThresholdsLine, TrailLine,
};
use crate::{
    AccountId, Answer, Arn, BucketFacts, BucketOwner, BucketPresence, Coverage, CoverageRow,
    DescribedFrom, DifferingSightings, Evidence, Exception, ExceptionMatches, Finding, Gap,
    ManagementEvents, Observed, Region, Subject, Target, Thresholds, TrailFacts, TrailStatus,
    Verdict,
};

pub(super) fn bucket_line(bucket: &BucketFacts, names: &GapNames<'_>) -> BucketLine {
    let presence = match bucket.presence.known().map(|it| it.value) {
        Some(BucketPresence::Exists(_)) => "exists",
        Some(BucketPresence::Gone) => "gone",
        None => "unread",
    };
    let owner_gap = match bucket.owner {
        BucketOwner::Unread(gap) => Some(gap),
        BucketOwner::Account(..) | BucketOwner::NotFound => None,
    };
    BucketLine {
        bucket: bucket.name.clone(),
        presence: presence.to_owned(),
        region: text(bucket.region()),
        owner_account_id: text(bucket.owner.account()),
        configured_owner_account_id: text(bucket.configured_owner),
        gap_ids: gap_ids(bucket.presence.gap().into_iter().chain(owner_gap), names),
    }
}

pub(super) fn trail_line(
    trail: &TrailFacts,
    verdict: Verdict,
    confidence: f64,
    names: &GapNames<'_>,
) -> TrailLine {
    let description = &trail.description;
    let described_from = match trail.described_from {
        DescribedFrom::Home => "home",
        DescribedFrom::DelegatedAdministrator => "delegated_administrator",
        DescribedFrom::AgreeingShadows => "agreeing_shadows",
        DescribedFrom::DisagreeingShadows => "disagreeing_shadows",
    };
    let events = match trail.recorded_events().map(|answer| &answer.value) {
        Some(ManagementEvents::Recorded { read, write, excluded_sources }) => {
            Some((*read, *write, excluded_sources.clone()))
        }
        Some(ManagementEvents::NotUnderstood(_)) | None => None,
    };
    let key_id_only_rule = if description.kms_key_id.is_some() { "pass" } else { "fail" };
    TrailLine {
        trail_arn: description.arn.to_string(),
        name: description.name.clone(),
        account_id: description.owner.to_string(),
        home_region: description.home_region.to_string(),
        described_from: described_from.to_owned(),
        sightings: trail.sightings() as u64,
        differing_sightings: trail.differing.iter().map(differing_line).collect(),
        bucket: description.bucket.clone(),
        prefix: description.prefix.clone(),
        kms_key_id: description.kms_key_id.clone(),
        key_arn: text(trail.key.as_ref()),
        is_multi_region: description.is_multi_region,
        is_organization_trail: description.is_organization_trail,
        includes_global_service_events: description.includes_global_service_events,
        log_file_validation: description.log_file_validation,
        has_custom_event_selectors: description.has_custom_event_selectors,
        has_insight_selectors: description.has_insight_selectors,
        sns_topic_arn: description.sns_topic_arn.clone(),
        log_group_arn: description.log_group_arn.clone(),
        status: trail.status.iter().map(|it| status_line(it, names)).collect(),
        members: members_line(&trail.members, names),
        records_read_events: events.as_ref().map(|it| it.0),
        records_write_events: events.as_ref().map(|it| it.1),
        excluded_event_sources: events.map(|it| it.2).unwrap_or_default(),
        sampling: sampling_line(&trail.sample, confidence, names),
        account_prefixes: trail.prefixes.as_ref().map(|it| prefixes_line(it, names)),
        history: history_line(&trail.history, names),
        digest: digest_line(&trail.digest, names),
        verdict: verdict.to_string(),
        key_id_only_rule: key_id_only_rule.to_owned(),
    }
}

fn differing_line(it: &DifferingSightings) -> DifferingSightingsLine {
    let field =
        |(name, value): &(&'static str, Option<String>)| ((*name).to_owned(), value.clone());
    DifferingSightingsLine {
        account_id: it.first.account.to_string(),
        region: it.first.region.to_string(),
        targets: it.targets,
        fields: it.fields.iter().map(field).collect(),
    }
}

fn status_line(
    (region, status): &(Region, Observed<Answer<TrailStatus>>),
    names: &GapNames<'_>,
) -> StatusLine {
    let known = status.known().map(|it| &it.value);
    StatusLine {
        region: region.to_string(),
        is_logging: known.map(|it| it.is_logging),
        latest_delivery: known.and_then(|it| it.latest_delivery).map(time),
        latest_delivery_error: text(known.and_then(|it| it.latest_delivery_error.as_ref())),
        latest_attempt: known.and_then(|it| it.latest_attempt).map(time),
        latest_success: known.and_then(|it| it.latest_success).map(time),
        gap_id: status.gap().map(names),
    }
}

pub(super) fn gap_line(gap: &Gap, exception: Option<&Exception>) -> GapLine {
    GapLine {
        gap_id: gap.stable_id(),
        account_id: text(gap.account),
        region: text(gap.region),
        operation: gap.operation.to_string(),
        class: gap.class.to_string(),
        subject: text(gap.subject.as_ref()),
        http_status: gap.http_status,
        aws_code: text(gap.code.as_ref()),
        message: text(gap.message.as_ref()),
        request_id: text(gap.request_id.as_ref()),
        attempts: gap.attempts,
        what_to_do: gap.what_to_do(),
        exception_id: exception.map(Exception::stable_id),
    }
}

/// A finding as its line; `store_names` has the name of each event data store.
pub(super) fn finding_line(
    finding: &Finding,
    store_names: &BTreeMap<&Arn, &str>,
    names: &GapNames<'_>,
    excepted: &ExceptionMatches,
) -> FindingLine {
    let subject = finding.subject();
    let (resource_type, region, resource_name) = match subject {
        Subject::Trail(arn) => {
            let name = arn.resource().strip_prefix("trail/").unwrap_or(arn.resource());
            ("trail", text(arn.region()), name.to_owned())
        }
        Subject::Account(account) => ("account", None, account.to_string()),
        Subject::EventDataStore(arn) => {
            let id = arn.resource().strip_prefix("eventdatastore/").unwrap_or(arn.resource());
            let name = store_names.get(arn).map_or(id, |it| it);
            ("event_data_store", text(arn.region()), name.to_owned())
        }
    };
    FindingLine {
        finding_id: finding.stable_id(),
        control_id: finding.control().to_string(),
        status: finding.status().to_string(),
        status_reason: finding.reason().to_string(),
        message: finding.message().to_owned(),
        account_id: text(subject.account()).unwrap_or_default(),
        region,
        resource_type: resource_type.to_owned(),
        resource_arn: subject.key(),
        resource_name,
        expected: finding.expected().to_owned(),
        observed: finding.observed().to_owned(),
        evidence: finding.evidence().iter().map(evidence_line).collect(),
        gap_ids: gap_ids(finding.gaps().iter().copied(), names),
        exception_ids: excepted.of_finding(finding).map(Exception::stable_id).collect(),
    }
}

fn evidence_line(evidence: &Evidence) -> EvidenceLine {
    EvidenceLine {
        operation: evidence.operation.to_string(),
        account_id: text(evidence.account),
        region: text(evidence.region),
        at: time(evidence.at),
        request_id: text(evidence.request_id.as_ref()),
    }
}

pub(super) fn coverage_line(
    coverage: &Coverage,
    (account, row): (AccountId, &CoverageRow),
    covered_by: &[Arn],
    started: Timestamp,
    names: &GapNames<'_>,
    excepted: &ExceptionMatches,
) -> CoverageLine {
    let after = |ms: u32| {
        let at = started + jiff::SignedDuration::from_millis(i64::from(ms));
        (row.api_calls > 0).then(|| time(at))
    };
    let target = Target { account, region: row.region };
    CoverageLine {
        account_id: account.to_string(),
        region: row.region.to_string(),
        outcome: row.outcome.to_string(),
        reason_code: text(row.reason),
        gap_id: row.gap.map(names),
        trails_found: row.trails_found,
        stores_found: row.stores_found,
        api_calls: row.api_calls,
        throttles: row.throttles,
        started_at: after(row.started),
        finished_at: after(row.finished),
        newest_log: text(row.newest_log),
        newest_log_at: row.newest_log_at().map(time),
        exception_ids: excepted.of_target(target).map(Exception::stable_id).collect(),
        covered_by: covered_by.iter().map(ToString::to_string).collect(),
        member_delivery: text(row.member_delivery),
        last_management_call_at: coverage.last_management_call_at(target).map(time),
        request_id: coverage.request_id(target),
    }
}

pub(super) fn thresholds_line(thresholds: Thresholds) -> ThresholdsLine {
    ThresholdsLine {
        tolerable_rate: thresholds.tolerable_rate,
        confidence: thresholds.confidence,
        sample_size: thresholds.sample_size,
        listing_budget: thresholds.listing_budget,
        stale_after_seconds: thresholds.stale_after_seconds,
        fresh_within_seconds: thresholds.fresh_within_seconds,
        switch_tolerance_seconds: thresholds.switch_tolerance_seconds,
    }
}
