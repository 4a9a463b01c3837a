//! Looks at selected log objects with HeadObject, each once.

use std::collections::HashMap;

use futures::StreamExt as _;
use trailseal_model::{Answer, Evidence, GapClass, GapId, Selection};

use super::log_location::{Listed, LogLocation};
use super::{Collector, IN_FLIGHT};
use crate::ports::{CollectPorts, ObjectHead};

/// What HeadObject came to.
#[derive(Debug, Clone)]
pub(super) enum Head {
    Found(Box<ObjectHead>, Evidence),
    /// Gone since it was listed.
    Vanished(Evidence),
    /// No call was made where an earlier one was refused.
    Unreadable(GapId),
}

/// One selected object.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) listed: Listed,
    pub(super) selection: Selection,
    pub(super) head: Head,
}

/// Everything of one trail that was looked at, in the order of selection.
pub(super) struct Looks<'a, P> {
    collector: &'a Collector<'a, P>,
    place: &'a LogLocation<'a>,
    pub(super) all: Vec<Look>,
    /// Where an object stands in it.
    known: HashMap<Listed, usize>,
    /// What was looked at elsewhere and is no row yet.
    remembered: HashMap<Listed, Head>,
    /// A bucket that refuses one object would refuse the others.
    refusal: Option<GapId>,
    is_open: bool,
}

impl<'a, P: CollectPorts> Looks<'a, P> {
    pub(super) fn new(collector: &'a Collector<'a, P>, place: &'a LogLocation<'a>) -> Self {
        let (all, known, remembered) = (Vec::new(), HashMap::new(), HashMap::new());
        Self { collector, place, all, known, remembered, refusal: None, is_open: false }
    }

    /// Looks at these, one at a time until one could be read.
    pub(super) async fn look(&mut self, selected: &[Listed], selection: Selection) {
        let mut waiting = selected;
        while let Some((listed, rest)) = waiting.split_first().filter(|_| !self.is_open) {
            self.look_at(*listed, selection).await;
            waiting = rest;
        }
        let mut new: Vec<Listed> =
            waiting.iter().filter(|it| !self.known.contains_key(it)).copied().collect();
        new.sort_unstable();
        new.dedup();
        let looks = &*self;
        let ask = |listed: Listed| async move { (listed, looks.ask(listed).await) };
        let heads: HashMap<Listed, Head> =
            futures::stream::iter(new).map(ask).buffered(IN_FLIGHT).collect().await;
        for listed in waiting {
            let head = heads.get(listed).cloned();
            self.add(*listed, selection, head);
        }
    }

    /// Looks at one.
    pub(super) async fn look_at(&mut self, listed: Listed, selection: Selection) -> &Look {
        let is_known = self.known.contains_key(&listed);
        let head = match self.refusal {
            _ if is_known => None,
            Some(gap) => Some(Head::Unreadable(gap)),
            None => Some(self.ask(listed).await),
        };
        match head {
            Some(Head::Found(..)) => self.is_open = true,
            Some(Head::Unreadable(gap)) if !self.collector.is_about_one_object(gap) => {
                self.refusal = self.refusal.or(Some(gap)).filter(|_| !self.is_open);
            }
            _ => {}
        }
        self.add(listed, selection, head);
        &self.all[self.all.len() - 1]
    }

    /// Looks at so many of these that are still there, in their order: whatever has vanished is
    /// replaced by the next one.
    pub(super) async fn look_at_so_many(
        &mut self,
        candidates: impl Iterator<Item = Listed>,
        count: usize,
        selection: Selection,
    ) {
        // A bucket that is being emptied must not keep the audit busy.
        let mut candidates = candidates.take(2 * count);
        let mut missing = count;
        while missing > 0 {
            let before = self.all.len();
            let next: Vec<Listed> = candidates.by_ref().take(missing).collect();
            if next.is_empty() {
                return;
            }
            self.look(&next, selection).await;
            missing -= self.all[before..].iter().filter(|it| !it.has_vanished()).count();
        }
    }

    /// The same outcome again where an object is known.
    fn add(&mut self, listed: Listed, selection: Selection, head: Option<Head>) {
        let head = head.unwrap_or_else(|| self.all[self.known[&listed]].head.clone());
        self.known.entry(listed).or_insert(self.all.len());
        self.all.push(Look { listed, selection, head });
    }

    async fn ask(&self, listed: Listed) -> Head {
        match self.remembered.get(&listed) {
            Some(head) => head.clone(),
            None => self.collector.head(self.place, listed).await,
        }
    }

    /// Keeps what an object came to, in case it is selected.
    pub(super) fn remember(&mut self, listed: Listed, head: &Head) {
        self.remembered.insert(listed, head.clone());
    }

    /// Keeps what was looked at elsewhere.
    pub(super) fn keep(&mut self, look: Look) {
        self.add(look.listed, look.selection, Some(look.head));
    }
}

impl Look {
    pub(super) const fn has_vanished(&self) -> bool {
        matches!(self.head, Head::Vanished(_))
    }

    pub(super) fn algorithm(&self) -> Option<&str> {
        match &self.head {
            Head::Found(head, _) => head.algorithm.as_deref(),
            Head::Vanished(_) | Head::Unreadable(_) => None,
        }
    }
}

impl<P: CollectPorts> Collector<'_, P> {
    /// What HeadObject says.
    pub(super) async fn head(&self, place: &LogLocation<'_>, listed: Listed) -> Head {
        match self.ports.head_object(place.reader, place.bucket, &place.key(listed)).await {
            Err(gap) => Head::Unreadable(self.gap(gap)),
            Ok(Answer { value: Some(head), evidence }) => Head::Found(Box::new(head), evidence),
            Ok(Answer { value: None, evidence }) => Head::Vanished(evidence),
        }
    }

    /// S3 answers a bare 400 for an object under a key of its writer; that says nothing of others.
    fn is_about_one_object(&self, gap: GapId) -> bool {
        self.gaps.get(gap).class == GapClass::MalformedAnswer
    }
}
