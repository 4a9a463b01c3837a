//! What was read before an interruption of many hours does not look fresh after it.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::SignedDuration;
use trailseal_model::AnyQuestion;

use super::{Ended, cut_off, resumed};
use crate::simulation::{of_text, rows};

/// The policy of the key leaves open whether CloudTrail can use it, and logs arrive all the time.
const ORGANIZATION: &str = r#"
seed = 7

[[account]]
name = "Management"
duty = "management"

[[account]]
name = "shop"
case = "policy-unknown-and-delivering"
"#;

/// Status and reason of the control that a delivery helps to prove.
fn judged(out: &Path) -> (String, String) {
    let is_of_it = |row: &BTreeMap<String, String>| {
        row["control_id"] == "key-policy-allows-cloudtrail" && !row["resource_arn"].is_empty()
    };
    let row = rows(out, "findings.csv").into_iter().find(is_of_it).unwrap();
    (row["status"].clone(), row["status_reason"].clone())
}

#[tokio::test(start_paused = true)]
async fn a_policy_read_at_hour_0_and_an_object_seen_at_hour_23_never_corroborate_each_other() {
    let whole = Ended::of_scenario(of_text(ORGANIZATION), &[]).await;
    let proven = ("pass".to_owned(), "observed_delivery".to_owned());
    assert_eq!(judged(&whole.out), proven);
    let unproven = ("not_proven".to_owned(), "policy_unknown".to_owned());
    for (hours, expected) in [(0, proven), (23, unproven)] {
        let earlier = SignedDuration::from_hours(hours);
        let mut manifest = whole.journal().manifest().clone();
        manifest.started_at -= earlier;
        // Everything but the objects was read before the interruption.
        let mut records = whole.records();
        records.retain(|(question, _)| {
            !matches!(question, AnyQuestion::HeadObject(_) | AnyQuestion::ListObjects(_))
        });
        for (_, result) in &mut records {
            if let Ok(answer) = result {
                answer.evidence.at -= earlier;
            }
        }
        let around = tempfile::tempdir().unwrap();
        let out = cut_off(around.path(), &manifest, &records).await;
        let (_, scanned) = resumed(&whole.scenario, &out, &[]).await;
        scanned.unwrap();
        assert_eq!(judged(&out), expected, "{hours} hours");
    }
}
