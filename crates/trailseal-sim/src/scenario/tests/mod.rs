mod delivered;
mod named;
mod organizations;
mod policies;
mod rules;
mod text;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::truth::{Control, Status};
use super::{READY_MADE, Scenario};

/// When every audit begins.
fn start() -> Timestamp {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

fn ready(name: &str) -> Scenario {
    Scenario::ready_made(name, start()).unwrap()
}

/// The truth by subject and control.
fn truth(scenario: &Scenario) -> BTreeMap<(&str, &str), &str> {
    let rows = scenario.expected.iter();
    let truth: BTreeMap<_, _> = rows.map(|it| ((&*it.subject, it.control), it.status)).collect();
    assert_eq!(truth.len(), scenario.expected.len(), "a subject has a control twice");
    truth
}

/// The statuses that a control has somewhere in a scenario.
fn has(scenario: &Scenario, control: Control, status: Status) -> bool {
    scenario.expected.iter().any(|it| it.control == control.id() && it.status == status.word())
}

#[test]
fn the_same_text_and_time_give_the_same_organization() {
    for (name, _) in READY_MADE {
        let (scenario, again) = (ready(name), ready(name));
        assert!(format!("{:?}", scenario.parts) == format!("{:?}", again.parts), "{name}");
        assert!(scenario.expected == again.expected, "{name}");
        assert!(!scenario.expected.is_empty(), "{name}");
    }
}
