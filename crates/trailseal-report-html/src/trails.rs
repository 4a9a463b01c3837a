//! All trails: those that are shown, the worst first, and the totals.

use std::collections::{BTreeMap, HashMap};

use trailseal_model::{SampleMethod, Status, Verdict};
use trailseal_record::v1::{SampleLine, TrailLine};

use crate::bar::{Bar, Part};
use crate::findings::Finding;
use crate::inventory::Inventory;
use crate::lists::Names;
use crate::ranked::{Ranked, Shown};
use crate::trail::{Object, Trail};
use crate::words::{self, Mark};

/// How many trails the page shows in full.
pub(crate) const MAX_TRAILS: usize = 100;

/// Adds up trails. What comes after them in the record belongs to the shown ones only.
#[derive(Debug)]
pub(crate) struct TrailTotals {
    verdicts: BTreeMap<Verdict, u64>,
    methods: BTreeMap<SampleMethod, u64>,
    rule_passes: u64,
    contrasts: u64,
    list: Ranked<Trail>,
    shown: Shown<Trail>,
    places: HashMap<String, usize>,
}

/// A trail with the log objects to show of it.
#[derive(Debug)]
pub(crate) struct ShownTrail {
    pub(crate) trail: Trail,
    pub(crate) objects: Shown<Object>,
}

/// The section.
#[derive(Debug)]
pub(crate) struct Trails {
    pub(crate) total: u64,
    pub(crate) by_verdict: BTreeMap<Verdict, u64>,
    /// In the order sealed, unsealed, unproven.
    pub(crate) verdicts: Vec<(Mark, u64)>,
    /// How many trails' objects were examined by each method, and what that can show.
    pub(crate) methods: Vec<(&'static str, u64, &'static str)>,
    /// Trails that a rule on `KmsKeyId` alone passes.
    pub(crate) rule_passes: u64,
    /// Those of them that are not sealed.
    pub(crate) contrasts: u64,
    pub(crate) bar: Bar,
    pub(crate) rows: Vec<ShownTrail>,
    pub(crate) rest: Option<String>,
}

impl TrailTotals {
    pub(crate) fn new() -> Self {
        Self {
            verdicts: BTreeMap::new(),
            methods: BTreeMap::new(),
            rule_passes: 0,
            contrasts: 0,
            list: Ranked::new(MAX_TRAILS),
            shown: Shown { rows: Vec::new(), total: 0 },
            places: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, line: &TrailLine, inventory: &Inventory, names: &Names) {
        let verdict = line.verdict;
        let trail = Trail::of(line, inventory, names);
        *self.verdicts.entry(verdict).or_default() += 1;
        *self.methods.entry(trail.sampling.method).or_default() += 1;
        self.rule_passes += u64::from(line.key_id_only_rule == Status::Pass);
        self.contrasts += u64::from(trail.is_contrast());
        let rank = match verdict {
            Verdict::Unsealed => 0,
            Verdict::Unproven => 1,
            Verdict::Sealed => 2,
        };
        self.list.push(rank, || trail);
    }

    /// Says that no more trails come, so it is certain which are shown.
    pub(crate) fn close(&mut self) {
        self.shown = std::mem::replace(&mut self.list, Ranked::new(0)).finish();
        for (anchor, trail) in (1..).zip(&mut self.shown.rows) {
            trail.anchor = anchor;
            self.places.insert(trail.arn.clone(), anchor - 1);
        }
    }

    /// A trail's place on the page, if it is shown in full.
    pub(crate) fn anchor(&self, arn: &str) -> Option<usize> {
        self.places.get(arn).map(|it| it + 1)
    }

    pub(crate) fn add_finding(&mut self, arn: &str, finding: Finding) {
        if let Some(place) = self.places.get(arn) {
            self.shown.rows[*place].add_finding(finding);
        }
    }

    pub(crate) fn add_object(&mut self, line: &SampleLine) {
        if let Some(place) = self.places.get(line.trail_arn.as_str()) {
            self.shown.rows[*place].add_object(line);
        }
    }

    pub(crate) fn finish(self) -> Trails {
        let count = |it: Verdict| self.verdicts.get(&it).copied().unwrap_or_default();
        let verdicts: Vec<(Mark, u64)> =
            Verdict::ALL.iter().map(|it| (words::verdict(*it), count(*it))).collect();
        let method = |it: &SampleMethod| {
            let count = self.methods.get(it).copied().unwrap_or_default();
            (it.as_str(), count, what_it_shows(*it))
        };
        let rest = self.shown.rest();
        let rows = self.shown.rows.into_iter().map(|mut trail| {
            let objects = trail.close();
            ShownTrail { trail, objects }
        });
        Trails {
            total: self.shown.total,
            by_verdict: self.verdicts,
            bar: Bar::new(verdicts.iter().map(|it| Part::new(it.0, it.1))),
            verdicts,
            methods: SampleMethod::ALL.iter().map(method).collect(),
            rule_passes: self.rule_passes,
            contrasts: self.contrasts,
            rows: rows.collect(),
            rest,
        }
    }
}

/// What examining objects by this method can show.
const fn what_it_shows(method: SampleMethod) -> &'static str {
    match method {
        SampleMethod::All => {
            "every log object that was listed in the window was selected. This is no sample, so nothing is estimated."
        }
        SampleMethod::Random => {
            "the window was listed whole, and a simple random sample was drawn without replacement. The bound is hypergeometric, exact for a population of known size."
        }
        SampleMethod::Clusters => {
            "there was too much to list. Clusters (account, Region, day) were drawn at random with replacement, empty ones again, and a random log object in each. The bound is Clopper-Pearson's, for the cluster-weighted rate, in which every cluster weighs the same."
        }
        SampleMethod::Partial => {
            "some log objects were examined, none of them drawn at random: this is no statistical sample, no rate follows from it, and it can show a failure but never a pass."
        }
        SampleMethod::Nothing => "no log object was selected, so the objects show nothing.",
    }
}
