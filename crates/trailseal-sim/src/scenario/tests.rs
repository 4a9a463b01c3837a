use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::cases::{self, GROUPS, Needs, ORGANIZATION_CASES};
use super::truth::{Control, Row, Status};
use super::{READY_MADE, Scenario};

fn start() -> Timestamp {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

fn ready(name: &str) -> Scenario {
    Scenario::ready_made(name, start()).unwrap()
}

#[test]
fn ids_are_unique_and_every_case_is_explained() {
    let ids: Vec<_> =
        cases::all().map(|it| it.id).chain(ORGANIZATION_CASES.iter().map(|it| it.id)).collect();
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len());
    assert!(ids.len() >= 70, "{}", ids.len());
    for case in cases::all() {
        assert!(case.about.ends_with('.') && case.about.len() > 20, "{}", case.id);
        let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        assert!(case.id.chars().all(is_plain), "{}", case.id);
    }
}

#[test]
fn ready_made_scenarios_are_made() {
    for (name, _) in READY_MADE {
        let scenario = ready(name);
        assert!(!scenario.expected.is_empty(), "{name}");
        let again = ready(name);
        assert_eq!(format!("{:?}", scenario.parts), format!("{:?}", again.parts), "{name}");
        assert_eq!(scenario.expected, again.expected, "{name}");
    }
}
