//! Answers from a journal, and into one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use trailseal_model::{Answers, AnyQuestion, AnyResult, BoxFuture, GapClass, Operation};

use crate::journal::Journal;
use crate::writer::Writer;

/// Which kept results are not taken, so that their questions are asked again.
#[derive(Debug, Clone, Default)]
pub struct AskAgain {
    operations: Vec<Operation>,
    classes: Vec<GapClass>,
}

impl AskAgain {
    /// The classes of gaps that a later process always asks again: what may pass by itself, and what
    /// depends on the credentials, the machine or the network of the process.
    pub const CLASSES: &'static [GapClass] = &[
        GapClass::ThrottledOut,
        GapClass::Timeout,
        GapClass::Dns,
        GapClass::Connection,
        GapClass::ServerError,
        GapClass::CircuitOpen,
        GapClass::Tls,
        GapClass::Proxy,
        GapClass::ClockSkew,
        GapClass::ExpiredCredentials,
        GapClass::Panic,
    ];

    /// Takes every result that is kept, gaps of any class included: a replay.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// What a run that is continued asks again: these operations whatever they resulted in, gaps of
    /// these classes, and those of [`CLASSES`](Self::CLASSES).
    #[must_use]
    pub fn when_continued(operations: &[Operation], classes: &[GapClass]) -> Self {
        let classes = Self::CLASSES.iter().chain(classes).copied().collect();
        Self { operations: operations.to_vec(), classes }
    }

    fn asks(&self, operation: Operation, result: &AnyResult) -> bool {
        self.operations.contains(&operation)
            || result.as_ref().is_err_and(|gap| self.classes.contains(&gap.class))
    }
}

/// Answers from a journal where it can, else from what it wraps, whose answers it keeps.
#[derive(Debug)]
pub struct Journaled<A> {
    inner: A,
    kept: Option<Arc<Journal>>,
    writer: Option<Arc<Writer>>,
    ask_again: AskAgain,
    reused: Mutex<BTreeMap<Operation, u64>>,
}

impl<A: Answers> Journaled<A> {
    /// Reads from a journal, writes to one, or both. What is taken from the journal is not written
    /// again.
    #[must_use]
    pub fn new(
        inner: A,
        kept: Option<Arc<Journal>>,
        writer: Option<Arc<Writer>>,
        ask_again: AskAgain,
    ) -> Self {
        Self { inner, kept, writer, ask_again, reused: Mutex::default() }
    }

    /// How many requests were behind the answers and gaps that were taken from the journal.
    #[must_use]
    pub fn reused(&self) -> BTreeMap<Operation, u64> {
        self.reused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn reusable(&self, question: &AnyQuestion) -> Option<AnyResult> {
        let kept = self.kept.as_ref()?;
        let operation = question.operation();
        if self.ask_again.operations.contains(&operation) {
            return None;
        }
        let result = kept.get(question)?;
        if self.ask_again.asks(operation, &result) {
            return None;
        }
        let requests = match &result {
            Ok(answer) => answer.evidence.attempts,
            Err(gap) => gap.attempts,
        };
        let mut reused = self.reused.lock().unwrap_or_else(PoisonError::into_inner);
        *reused.entry(operation).or_default() += u64::from(requests);
        Some(result)
    }
}

impl<A: Answers> Answers for Journaled<A> {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        Box::pin(async move {
            if let Some(result) = self.reusable(&question) {
                return result;
            }
            let Some(writer) = &self.writer else { return self.inner.answer(question).await };
            let result = self.inner.answer(question.clone()).await;
            // Before the asker has it: what follows from an answer is never kept without the answer.
            writer.append(&question, &result).await;
            result
        })
    }

    fn ask_once(&self, operation: Operation) {
        self.inner.ask_once(operation);
    }
}

/// Asks nothing: every question is a gap of this class. A replay has it behind the journal.
#[derive(Debug, Clone, Copy)]
pub struct Unanswered(pub GapClass);

impl Answers for Unanswered {
    fn answer(&self, question: AnyQuestion) -> BoxFuture<'_, AnyResult> {
        let gap = question.gap(self.0);
        Box::pin(std::future::ready(Err(gap)))
    }

    fn ask_once(&self, _: Operation) {}
}
