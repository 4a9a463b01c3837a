//! Examines selected log objects, each once.

use std::collections::HashMap;

use futures::StreamExt as _;
use trailseal_model::{GapClass, GapId, Selection};

use super::IN_FLIGHT;
use super::log_location::{Listed, LogLocation};
use super::object_source::{Examiner, ObjectSource};
use crate::examined_object::{ExaminedObject, HeadAnswer};

/// Everything of one trail that was examined, in the order of selection.
pub(super) struct Examined<'a, S> {
    examiner: &'a Examiner<'a, S>,
    location: &'a LogLocation,
    pub(super) objects: Vec<ExaminedObject>,
    /// The names of these as they were listed.
    pub(super) listed: Vec<Listed>,
    /// The position of an object among them.
    known: HashMap<Listed, usize>,
    /// What was examined elsewhere and is no row yet.
    remembered: HashMap<Listed, HeadAnswer>,
    /// A bucket that refuses one object would refuse the others.
    refusal: Option<GapId>,
    is_open: bool,
}

impl<'a, S: ObjectSource> Examined<'a, S> {
    pub(super) fn new(examiner: &'a Examiner<'a, S>, location: &'a LogLocation) -> Self {
        Self {
            examiner,
            location,
            objects: Vec::new(),
            listed: Vec::new(),
            known: HashMap::new(),
            remembered: HashMap::new(),
            refusal: None,
            is_open: false,
        }
    }

    /// Examines these, one at a time until one could be read.
    pub(super) async fn examine(&mut self, selected: &[Listed], selection: Selection) {
        let mut waiting = selected;
        let queued = self.examiner.queue(selected.len());
        while let Some((listed, rest)) = waiting.split_first().filter(|_| !self.is_open) {
            queued.end_one();
            self.examine_one(*listed, selection).await;
            waiting = rest;
        }
        let mut new: Vec<Listed> =
            waiting.iter().filter(|listed| !self.known.contains_key(listed)).copied().collect();
        new.sort_unstable();
        new.dedup();
        let examined = &*self;
        let queued = &queued;
        let ask = |listed: Listed| async move {
            let answer = examined.ask(listed).await;
            queued.end_one();
            (listed, answer)
        };
        let answers: HashMap<Listed, HeadAnswer> =
            futures::stream::iter(new).map(ask).buffered(IN_FLIGHT).collect().await;
        for listed in waiting {
            let answer = answers.get(listed).cloned();
            self.add(*listed, selection, answer);
        }
    }

    /// Examines one.
    pub(super) async fn examine_one(
        &mut self,
        listed: Listed,
        selection: Selection,
    ) -> &ExaminedObject {
        let is_known = self.known.contains_key(&listed);
        let answer = match self.refusal {
            _ if is_known => None,
            Some(gap) => Some(HeadAnswer::Unread(gap)),
            None => Some(self.ask(listed).await),
        };
        match answer {
            Some(HeadAnswer::Found(..)) => self.is_open = true,
            Some(HeadAnswer::Unread(gap)) if !self.examiner.is_about_one_object(gap) => {
                self.refusal = self.refusal.or(Some(gap)).filter(|_| !self.is_open);
            }
            _ => {}
        }
        self.add(listed, selection, answer);
        &self.objects[self.objects.len() - 1]
    }

    /// Examines this number of candidates that are still there, in their order: a vanished one is
    /// replaced by the next.
    pub(super) async fn examine_number(
        &mut self,
        candidates: impl Iterator<Item = Listed>,
        count: usize,
        selection: Selection,
    ) {
        // A bucket that is being emptied must not keep the audit busy.
        let mut candidates = candidates.take(2 * count);
        let mut missing = count;
        while missing > 0 {
            let before = self.objects.len();
            let next: Vec<Listed> = candidates.by_ref().take(missing).collect();
            if next.is_empty() {
                return;
            }
            self.examine(&next, selection).await;
            missing -= self.objects[before..].iter().filter(|object| !object.is_gone()).count();
        }
    }

    /// The same answer again where an object is known.
    fn add(&mut self, listed: Listed, selection: Selection, answer: Option<HeadAnswer>) {
        let answer = answer.unwrap_or_else(|| self.objects[self.known[&listed]].answer.clone());
        self.known.entry(listed).or_insert(self.objects.len());
        self.listed.push(listed);
        self.objects.push(ExaminedObject {
            key: self.location.key(listed),
            named_at: listed.at(),
            account_region: self.location.cluster(listed.cluster),
            selection,
            answer,
        });
    }

    async fn ask(&self, listed: Listed) -> HeadAnswer {
        match self.remembered.get(&listed) {
            Some(answer) => answer.clone(),
            None => self.examiner.head(self.location, listed).await,
        }
    }

    /// Keeps the answer about an object, in case it is selected.
    pub(super) fn remember(&mut self, listed: Listed, answer: &HeadAnswer) {
        self.remembered.insert(listed, answer.clone());
    }

    /// Keeps what was examined elsewhere.
    pub(super) fn keep(&mut self, listed: Listed, selection: Selection, answer: HeadAnswer) {
        self.add(listed, selection, Some(answer));
    }
}

impl<S: ObjectSource> Examiner<'_, S> {
    /// S3 answers a bare 400 for an object under a key of its writer; that says nothing of others.
    fn is_about_one_object(&self, gap: GapId) -> bool {
        self.gaps.get(gap).class == GapClass::MalformedAnswer
    }
}
