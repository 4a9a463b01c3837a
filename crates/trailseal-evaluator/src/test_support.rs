//! Small values for the tests of this crate.

use jiff::Timestamp;
use trailseal_model::{AccountId, Arn, Evidence, Operation, Region, TrailDescription};

pub(crate) fn account(number: u64) -> AccountId {
    AccountId::new(number).unwrap()
}

pub(crate) fn region(name: &str) -> Region {
    Region::new(name).unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        operation: Operation::DescribeTrails,
        account: Some(account(1)),
        region: Some(region("us-east-1")),
        at: time("2026-11-20T00:00:00Z"),
        request_id: Some("request".into()),
        attempts: 1,
        throttles: 0,
    }
}

pub(crate) const KEY: &str = "arn:aws:kms:us-east-1:000000000001:key/11111111-2222";

pub(crate) fn trail(name: &str) -> TrailDescription {
    let arn = Arn::new(&format!("arn:aws:cloudtrail:us-east-1:000000000001:trail/{name}")).unwrap();
    TrailDescription {
        arn,
        name: name.to_owned(),
        home_region: region("us-east-1"),
        owner: account(1),
        bucket: Some("logs".to_owned()),
        prefix: None,
        kms_key_id: Some(KEY.to_owned()),
        is_multi_region: false,
        is_organization_trail: false,
        includes_global_service_events: true,
        log_file_validation: false,
        has_custom_event_selectors: false,
        has_insight_selectors: false,
        sns_topic_arn: None,
        log_group_arn: None,
    }
}
