//! Every question and answer comes back as it was.

use proptest::prelude::*;
use trailseal_model::{Gap, GapClass};

use super::*;
use crate::record::{Record, end_line, is_kept, line_of};

fn read_back(question: &AnyQuestion, result: &AnyResult) -> (AnyQuestion, AnyResult) {
    let line = line_of(question, result).unwrap();
    let (feed, line) = line.split_last().unwrap();
    assert_eq!((*feed, line.contains(&b'\n')), (b'\n', false), "one line");
    match Record::read(line) {
        Ok(Record::Kept(question, result)) => (question, result),
        other => panic!("{other:?} of {}", String::from_utf8_lossy(line)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_kind_of_question_with_every_kind_of_answer(
        pairs in any::kinds().into_iter().map(|(_, pair)| pair).collect::<Vec<_>>(),
        gap in any::gap(),
        other in any::any_result(),
    ) {
        prop_assert_eq!(pairs.len(), AnyQuestion::OPERATIONS.len());
        for (question, value) in pairs {
            let Ok(Answer { evidence, .. }) = answer_of(&question, &[]) else { unreachable!() };
            let results = [Ok(Answer { value, evidence }), Err(gap.clone())];
            for result in results {
                prop_assert_eq!(read_back(&question, &result), (question.clone(), result));
            }
        }
        prop_assert_eq!(read_back(&other.0, &other.1), other);
    }
}

#[test]
fn the_strategies_have_every_question_once() {
    let operations: Vec<Operation> = any::kinds().iter().map(|(operation, _)| *operation).collect();
    assert_eq!(operations, AnyQuestion::OPERATIONS);
}

#[test]
fn gaps_of_every_class_but_two_are_kept() {
    let question = buckets_of(1);
    for class in GapClass::ALL {
        let result = Err(Gap { http_status: Some(403), ..question.gap(*class) });
        if is_kept(*class) {
            assert_eq!(read_back(&question, &result), (question.clone(), result));
        } else {
            assert!(matches!(*class, GapClass::Deadline | GapClass::Cancelled), "{class}");
            assert_eq!(line_of(&question, &result), None);
        }
    }
}

#[test]
fn a_reason_to_end_is_its_word() {
    for end in [EndReason::Complete, EndReason::Cancelled, EndReason::Deadline, EndReason::Disk] {
        assert_eq!(end_line(end), format!("{{\"end\":\"{end}\"}}\n").into_bytes());
    }
}

/// A field that this program does not know makes it another question; an answer may say more.
#[test]
fn what_is_unknown_in_a_question_is_refused_and_in_an_answer_is_passed_over() {
    let question: AnyQuestion = buckets_of(1);
    let line =
        String::from_utf8(line_of(&question, &answer_of(&question, &["x"])).unwrap()).unwrap();
    let read = |line: &str| Record::read(line.trim_end().as_bytes());
    let asked =
        line.replace("\"account\":\"000000000001\"}}", "\"account\":\"000000000001\",\"new\":1}}");
    assert_ne!(asked, line);
    let why = read(&asked).unwrap_err();
    assert_eq!(why, "an answer to ListBuckets that this program does not know");
    let answered = line.replace("\"attempts\":2", "\"attempts\":2,\"new\":1");
    assert_ne!(answered, line);
    assert!(matches!(read(&answered), Ok(Record::Kept(kept, _)) if kept == question));
}
