//! Answers from a journal, and into one.

use std::sync::Mutex;

use trailseal_model::question::ListTrails;
use trailseal_model::{Answers, BoxFuture, Gap, ask};

use super::*;

/// Answers each question with a name of its own, and keeps what it was asked.
#[derive(Default)]
struct Counting {
    asked: Mutex<Vec<AnyQuestion>>,
    once: Mutex<Vec<Operation>>,
    gap: Option<GapClass>,
}

impl Counting {
    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Answers for Counting {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let mut asked = self.asked.lock().unwrap();
        asked.push(question.clone());
        let name = format!("answer {}", asked.len());
        let result = match self.gap {
            Some(class) => Err(Gap { attempts: 3, ..question.gap(class) }),
            None => answer_of(&question, &[&name]),
        };
        Box::pin(std::future::ready(result))
    }

    fn ask_once(&self, operation: Operation) {
        self.once.lock().unwrap().push(operation);
    }
}

fn get(answers: &impl Answers, number: u64) -> AnyResult {
    block_on(answers.answer(buckets_of(number)))
}

/// A run that asked for these, and was then stopped.
fn kept(folder: &Path, inner: &Counting, numbers: &[u64]) -> Arc<Journal> {
    let writer = Arc::new(begin(folder));
    let answers = Journaled::new(inner, None, Some(Arc::clone(&writer)), AskAgain::nothing());
    for number in numbers {
        let _ = get(&answers, *number);
    }
    assert!(answers.reused().is_empty());
    writer.seal(EndReason::Cancelled).unwrap();
    Arc::new(Journal::read(folder).unwrap())
}

#[test]
fn a_continued_run_asks_only_what_is_missing_and_writes_only_that() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let inner = Counting::default();
    let journal = kept(&folder, &inner, &[1, 2]);
    assert_eq!(inner.asked(), 2);

    let writer = Arc::new(begin(&folder));
    let ask_again = AskAgain::when_continued(&[], &[]);
    let answers = Journaled::new(&inner, Some(journal), Some(Arc::clone(&writer)), ask_again);
    assert_eq!(get(&answers, 1), answer_of(&buckets_of(1), &["answer 1"]));
    assert_eq!(get(&answers, 3), answer_of(&buckets_of(3), &["answer 3"]));
    assert_eq!(inner.asked(), 3);
    assert_eq!(answers.reused(), [(Operation::ListBuckets, 2)].into());
    answers.ask_once(Operation::ListGrants);
    assert_eq!(*inner.once.lock().unwrap(), [Operation::ListGrants]);
    writer.seal(EndReason::Complete).unwrap();
    let journal = Journal::read(&folder).unwrap();
    assert_eq!((journal.len(), journal.questions(), journal.epochs()), (3, 3, 2));
}

#[test]
fn operations_are_asked_again_and_the_later_result_counts() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let denied = Counting { gap: Some(GapClass::Denied), ..Counting::default() };
    let journal = kept(&folder, &denied, &[1]);
    let inner = Counting::default();
    let again = AskAgain::when_continued(&[Operation::ListBuckets], &[]);
    let writer = Arc::new(begin(&folder));
    let answers = Journaled::new(&inner, Some(journal), Some(Arc::clone(&writer)), again);
    let _ = get(&answers, 1);
    assert_eq!((inner.asked(), answers.reused().len()), (1, 0));
    writer.seal(EndReason::Complete).unwrap();
    let later = Journal::read(&folder).unwrap();
    assert_eq!(later.get(&buckets_of(1)), Some(answer_of(&buckets_of(1), &["answer 1"])));
}

#[test]
fn gaps_are_asked_again_by_their_class() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let classes: Vec<GapClass> =
        GapClass::ALL.iter().copied().filter(|class| crate::record::is_kept(*class)).collect();
    let numbered = || (1..).zip(&classes);
    let gaps: Vec<_> = numbered()
        .map(|(number, class)| {
            let question = buckets_of(number);
            (question.clone(), Err(Gap { attempts: 3, ..question.gap(*class) }))
        })
        .collect();
    write(&folder, &gaps, None);
    let journal = Arc::new(Journal::read(&folder).unwrap());
    let asked_with = |ask_again: AskAgain| {
        let inner = Counting::default();
        let answers = Journaled::new(&inner, Some(Arc::clone(&journal)), None, ask_again);
        let asked: Vec<GapClass> = numbered()
            .filter(|(number, _)| get(&answers, *number).is_ok())
            .map(|(_, class)| *class)
            .collect();
        assert_eq!(asked.len(), inner.asked());
        let reused = (classes.len() - asked.len()) as u64;
        assert_eq!(answers.reused().values().sum::<u64>(), 3 * reused);
        asked
    };
    assert_eq!(asked_with(AskAgain::nothing()), []);
    let always = asked_with(AskAgain::when_continued(&[], &[]));
    for class in &classes {
        assert_eq!(always.contains(class), AskAgain::CLASSES.contains(class), "{class}");
        assert!(always.contains(class) || !class.is_retryable(), "{class}");
    }
    let one = asked_with(AskAgain::when_continued(&[], &[GapClass::DeniedByScp]));
    assert_eq!(one.len(), always.len() + 1);
    assert!(one.contains(&GapClass::DeniedByScp));
    assert_eq!(asked_with(AskAgain::when_continued(&[], &classes)), classes);
}

#[test]
fn a_replay_asks_nothing() {
    let out = tempfile::tempdir().unwrap();
    let folder = out.path().join(FOLDER);
    let journal = kept(&folder, &Counting::default(), &[1]);
    let answers =
        Journaled::new(Unanswered(GapClass::Cancelled), Some(journal), None, AskAgain::nothing());
    assert!(get(&answers, 1).is_ok());
    let gap = block_on(ask(&answers, ListTrails { account: account(1) })).unwrap_err();
    let expected = AnyQuestion::from(ListTrails { account: account(1) }).gap(GapClass::Cancelled);
    assert_eq!(gap, expected);
    answers.ask_once(Operation::ListTrails);
}

#[test]
fn the_end_of_a_run_is_not_kept() {
    for class in [GapClass::Deadline, GapClass::Cancelled] {
        let out = tempfile::tempdir().unwrap();
        let ended = Counting { gap: Some(class), ..Counting::default() };
        assert!(kept(&out.path().join(FOLDER), &ended, &[1, 2]).is_empty());
    }
}

/// An answer that cannot be kept is still an answer.
#[test]
fn an_answer_is_returned_when_the_writer_has_ended() {
    let out = tempfile::tempdir().unwrap();
    let writer = Arc::new(begin(&out.path().join(FOLDER)));
    writer.seal(EndReason::Disk).unwrap();
    let inner = Counting::default();
    let answers = Journaled::new(&inner, None, Some(writer), AskAgain::nothing());
    assert!(get(&answers, 1).is_ok());
}
