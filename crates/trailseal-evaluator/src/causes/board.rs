//! Collects causes while findings and gaps are read, each known by its key.

use std::collections::HashMap;

use trailseal_model::{CauseKind, ControlId, Finding, GapClass, GapId, Reason, Status, Subject};

/// What makes a cause this cause and no other: its id is a hash of these three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct CauseKey {
    pub(super) kind: CauseKind,
    pub(super) subject: String,
    pub(super) aspect: &'static str,
}

impl CauseKey {
    pub(super) fn new(kind: CauseKind, subject: impl Into<String>, aspect: &'static str) -> Self {
        Self { kind, subject: subject.into(), aspect }
    }

    /// The subject itself, where nothing else is to be changed.
    pub(super) fn of_subject(subject: &Subject, reason: Reason) -> Self {
        let kind = match subject {
            Subject::Trail(_) => CauseKind::Trail,
            Subject::Account(_) => CauseKind::Account,
            Subject::EventDataStore(_) => CauseKind::EventDataStore,
        };
        Self::new(kind, subject.key(), reason.as_str())
    }
}

/// Which judgement shows a cause: its fix is the fix of that. The least one counts, so that it does not
/// depend on which finding came first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// A control with this outcome for this subject.
    Finding(ControlId, Status, Reason, Subject),
    /// What keeps accounts from being covered, and whatever else has a fix of its own.
    Own,
    /// Gaps.
    Gap,
}

impl From<&Finding> for Origin {
    fn from(finding: &Finding) -> Self {
        let (control, subject) = (finding.control(), finding.subject().clone());
        Self::Finding(control, finding.status(), finding.reason(), subject)
    }
}

/// What keeps one finding from passing.
#[derive(Debug, Default)]
pub(super) struct Blockers {
    /// Facts, the one that explains the finding first.
    pub(super) facts: Vec<(CauseKey, Origin)>,
    /// What was not read.
    pub(super) gaps: Vec<GapId>,
    /// Whether the gaps come before the facts.
    pub(super) gaps_first: bool,
}

impl Blockers {
    pub(super) fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.gaps.is_empty()
    }

    pub(super) fn push(&mut self, key: CauseKey, origin: impl Into<Origin>) {
        self.facts.push((key, origin.into()));
    }

    pub(super) fn extend(&mut self, facts: impl IntoIterator<Item = (CauseKey, Origin)>) {
        self.facts.extend(facts);
    }
}

/// One cause under construction.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) key: CauseKey,
    pub(super) origin: Origin,
    /// The worst class of its gaps, by rank.
    pub(super) rank: usize,
}

/// Every cause so far, and which finding and gap has which.
#[derive(Debug, Default)]
pub(super) struct Board {
    pub(super) drafts: Vec<Draft>,
    known: HashMap<CauseKey, usize>,
    /// Of each finding: nothing, or its causes by their places, the primary one first.
    pub(super) of_findings: Vec<Option<Vec<usize>>>,
    /// Of each gap, by the place of its id.
    pub(super) of_gaps: Vec<usize>,
}

impl Board {
    fn place(&mut self, key: CauseKey, origin: Origin) -> usize {
        if let Some(place) = self.known.get(&key).copied() {
            let draft = &mut self.drafts[place];
            if origin < draft.origin {
                draft.origin = origin;
            }
            return place;
        }
        let place = self.drafts.len();
        self.known.insert(key.clone(), place);
        self.drafts.push(Draft { key, origin, rank: usize::MAX });
        place
    }

    /// Adds the cause of the next gap.
    pub(super) fn add_gap(&mut self, key: CauseKey, class: GapClass) {
        let place = self.place(key, Origin::Gap);
        let draft = &mut self.drafts[place];
        draft.rank = draft.rank.min(class.rank());
        self.of_gaps.push(place);
    }

    /// Adds the causes of the next finding; `None` for one that needs none.
    pub(super) fn add_finding(&mut self, blockers: Option<Blockers>) {
        let Some(Blockers { facts, gaps, gaps_first }) = blockers else {
            self.of_findings.push(None);
            return;
        };
        let facts: Vec<usize> =
            facts.into_iter().map(|(key, origin)| self.place(key, origin)).collect();
        let mut unread: Vec<usize> =
            gaps.iter().filter_map(|gap| self.of_gaps.get(gap.index()).copied()).collect();
        unread.sort_unstable();
        unread.dedup();
        unread.sort_by(|one, other| {
            let by = |place: usize| (self.drafts[place].rank, &self.drafts[place].key);
            by(*one).cmp(&by(*other))
        });
        let (first, second) = if gaps_first { (unread, facts) } else { (facts, unread) };
        let mut places = Vec::new();
        for place in first.into_iter().chain(second) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        self.of_findings.push(Some(places));
    }
}
