//! What to do about a finding, by its control and reason: the one place that every report takes it
//! from. The texts are in each control's entry.
//!
//! Each text is an order without its full stop. It is true for every case of its reason; the finding's
//! message and `observed` name what depends on the case.

use super::{Control, ControlId};
use crate::finding::Status;
use crate::reason::Reason;

/// Orders by reason: each row has the reasons that it serves. A reason is in one row at most.
pub type FixTexts = &'static [(&'static [Reason], &'static str)];

/// For a failure without a text of its own, which no judge makes.
const OTHER_FAILURE: &str = "change what was observed to what is expected";

/// For a doubt without a text of its own, which no judge makes.
const OTHER_DOUBT: &str = "provide what the finding could not determine, remove the causes of the failed calls that it names, if any, and scan again";

/// AWS's answer lacks the value that decides, or has a new one.
pub(super) const KIND_UNKNOWN: &str = "compare the output of `aws kms describe-key` with the message: if KMS refuses because of the key's state, wait until the key is Enabled and scan again; if the value is new, scan with a newer version";

/// Two doubts that every control can have.
const COMMON_DOUBTS: FixTexts = &[
    (
        &[Reason::ShadowsDisagree],
        "let the audit role call cloudtrail:DescribeTrails in the trail's own account and home Region, or scan as a delegated administrator of the organization",
    ),
    (&[Reason::NotBuilt], "judge this control by hand: this version does not judge it"),
];

/// What to do about a finding; `None` where nothing is to be done, because it passes or has no
/// meaning for its subject.
#[must_use]
pub fn fix_text(control: ControlId, status: Status, reason: Reason) -> Option<&'static str> {
    let other = match status {
        Status::Fail => OTHER_FAILURE,
        Status::NotProven => OTHER_DOUBT,
        Status::Pass | Status::NotApplicable => return None,
    };
    Some(own_text(control, status, reason).unwrap_or(other))
}

/// Every reason for which a control has a text of its own at this status, with the text.
pub fn fix_texts(
    control: ControlId,
    status: Status,
) -> impl Iterator<Item = (Reason, &'static str)> {
    let of_reason = move |reason: &Reason| Some((*reason, own_text(control, status, *reason)?));
    Reason::ALL.iter().filter_map(of_reason)
}

fn own_text(control: ControlId, status: Status, reason: Reason) -> Option<&'static str> {
    let Control { failures, doubts, .. } = control.entry();
    match status {
        Status::Fail => find(failures, reason),
        Status::NotProven => find(doubts, reason).or_else(|| find(COMMON_DOUBTS, reason)),
        Status::Pass | Status::NotApplicable => None,
    }
}

fn find(texts: FixTexts, reason: Reason) -> Option<&'static str> {
    texts.iter().find(|(reasons, _)| reasons.contains(&reason)).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_or_has_no_meaning_needs_nothing() {
        for control in ControlId::ALL {
            for reason in Reason::ALL {
                assert_eq!(fix_text(*control, Status::Pass, *reason), None);
                assert_eq!(fix_text(*control, Status::NotApplicable, *reason), None);
                assert!(fix_text(*control, Status::Fail, *reason).is_some());
                assert!(fix_text(*control, Status::NotProven, *reason).is_some());
            }
        }
    }

    #[test]
    fn every_control_has_texts_that_need_no_other_file() {
        for control in ControlId::ALL {
            assert!(fix_texts(*control, Status::Fail).next().is_some(), "{control}");
            for status in [Status::Fail, Status::NotProven] {
                for (reason, text) in fix_texts(*control, status) {
                    assert!(!text.ends_with('.'), "{control} {reason}: {text}");
                    for word in ["docs/", ".md", "crates/", "README", "observed"] {
                        assert!(!text.contains(word), "{control} {reason}: {text}");
                    }
                }
            }
        }
    }

    /// The reasons of each status in the table of a control's page.
    fn documented(page: &str, status: Status) -> Vec<Reason> {
        let head = format!("| `{status}` | ");
        let rows = page.lines().filter_map(|line| line.strip_prefix(&head));
        let reasons = rows.filter_map(|row| row.split('|').next());
        let words = reasons.flat_map(|text| text.split('`').skip(1).step_by(2));
        words.filter_map(|word| word.parse::<Reason>().ok()).collect()
    }

    #[test]
    fn every_reason_of_a_control_s_page_has_a_text_of_its_own() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/controls/");
        let mut pairs = 0;
        for control in ControlId::ALL {
            let page = std::fs::read_to_string(format!("{folder}{control}.md")).unwrap();
            for status in [Status::Fail, Status::NotProven] {
                for reason in documented(&page, status) {
                    let own = own_text(*control, status, reason);
                    assert!(own.is_some(), "{control} {status} {reason}");
                    pairs += 1;
                }
            }
        }
        assert!(pairs > 90, "{pairs} pairs are documented");
    }

    /// The other direction of the test above: a text for a reason that the page does not list is for a
    /// finding that no judge makes.
    #[test]
    fn every_text_is_for_a_reason_of_the_page() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/controls/");
        for control in ControlId::ALL {
            let page = std::fs::read_to_string(format!("{folder}{control}.md")).unwrap();
            let Control { failures, doubts, .. } = control.entry();
            for (status, texts) in [(Status::Fail, failures), (Status::NotProven, doubts)] {
                let listed = documented(&page, status);
                for reason in texts.iter().flat_map(|(reasons, _)| *reasons) {
                    assert!(listed.contains(reason), "{control} {status} {reason}");
                }
            }
        }
    }

    #[test]
    fn a_reason_has_one_text() {
        for control in ControlId::ALL {
            let Control { failures, doubts, .. } = control.entry();
            for texts in [failures, doubts] {
                let reasons = || texts.iter().flat_map(|(reasons, _)| *reasons);
                let distinct: std::collections::BTreeSet<&Reason> = reasons().collect();
                assert_eq!(distinct.len(), reasons().count(), "{control}");
            }
        }
    }
}
