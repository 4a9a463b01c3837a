//! One trail: its facts and its seal chain.

use trailseal_model::controls::SealLink;
use trailseal_model::{DescribedFrom, SampleMethod, SampleResult, Status, Verdict};
use trailseal_record::v1::{DifferingSightingsLine, SampleLine, SamplingLine, TrailLine};

use crate::findings::Finding;
use crate::inventory::{BucketFacts, Inventory, KeyFacts};
use crate::lists::{Names, Who};
use crate::members;
use crate::ranked::{Ranked, Shown};
use crate::text::{cut, number, when, yes_no};
use crate::words::{self, Mark};

/// How many log objects of one trail the page shows.
pub(crate) const MAX_OBJECTS: usize = 3;
/// How many trails are open.
pub(crate) const MAX_OPEN: usize = 20;
/// How many delivery errors.
const MAX_ERRORS: usize = 3;
/// How many ways in which others show it.
const MAX_DIFFERING: usize = 3;

/// One trail as the page shows it.
#[derive(Debug)]
pub(crate) struct Trail {
    pub(crate) anchor: usize,
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) who: Who,
    pub(crate) home_region: String,
    pub(crate) verdict: Verdict,
    /// What a rule on `KmsKeyId` alone says.
    pub(crate) rule: Mark,
    pub(crate) described_from: Option<&'static str>,
    pub(crate) sightings: String,
    /// What others show otherwise, one sentence each, and how many more there are.
    pub(crate) differing: (Vec<String>, usize),
    pub(crate) bucket: Option<String>,
    pub(crate) bucket_facts: Option<BucketFacts>,
    pub(crate) prefix: Option<String>,
    pub(crate) key_id: Option<String>,
    pub(crate) key: Option<KeyFacts>,
    pub(crate) reach: String,
    pub(crate) events: String,
    pub(crate) delivery: Delivery,
    pub(crate) sampling: Sampling,
    pub(crate) members: Option<String>,
    pub(crate) folders: Option<String>,
    pub(crate) legs: Vec<Leg>,
    pub(crate) objects: Ranked<Object>,
}

/// One link of the seal chain.
#[derive(Debug)]
pub(crate) struct Leg {
    link: SealLink,
    pub(crate) title: &'static str,
    pub(crate) question: &'static str,
    pub(crate) findings: Vec<Finding>,
}

/// What GetTrailStatus said, over all Regions where it was asked.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) logging: String,
    pub(crate) latest: String,
    pub(crate) errors: Vec<(String, String)>,
    pub(crate) more_errors: usize,
}

/// What of the window was examined.
#[derive(Debug)]
pub(crate) struct Sampling {
    pub(crate) method: SampleMethod,
    pub(crate) sentence: String,
    pub(crate) numbers: Vec<(&'static str, String)>,
    pub(crate) deviations: Vec<(String, String)>,
}

/// One log object that was examined.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) name: String,
    pub(crate) result: Mark,
    pub(crate) deviation: Option<String>,
    pub(crate) encryption: String,
    pub(crate) key: Option<String>,
    pub(crate) modified: String,
    pub(crate) request_id: Option<String>,
    pub(crate) checked_at: Option<String>,
}

const fn leg(link: SealLink, title: &'static str, question: &'static str) -> Leg {
    Leg { link, title, question, findings: Vec::new() }
}

fn legs() -> Vec<Leg> {
    vec![
        leg(SealLink::Trail, "Trail", "Does the trail name a KMS key?"),
        leg(SealLink::Key, "Key", "Is it a key of the customer, and can it seal?"),
        leg(
            SealLink::Policy,
            "Policy",
            "Does the key policy let CloudTrail seal this trail's logs?",
        ),
        leg(SealLink::Delivery, "Delivery", "Do logs arrive?"),
        leg(
            SealLink::Objects,
            "Objects",
            "Are the delivered objects encrypted with the trail's key?",
        ),
    ]
}

impl Trail {
    pub(crate) fn of(line: &TrailLine, inventory: &Inventory, names: &Names) -> Self {
        let optional = |it: &Option<String>| it.as_deref().filter(|it| !it.is_empty()).map(cut);
        Self {
            anchor: 0,
            // Not cut: findings and objects are matched by it.
            arn: line.trail_arn.to_string(),
            name: cut(&line.name),
            who: names.who(line.account_id),
            home_region: line.home_region.to_string(),
            verdict: line.verdict,
            rule: words::status(line.key_id_only_rule),
            described_from: described_from(line.described_from),
            sightings: number(line.sightings),
            differing: differing(line),
            bucket: optional(&line.bucket),
            bucket_facts: line.bucket.as_deref().and_then(|it| inventory.bucket(it, names)),
            prefix: optional(&line.prefix),
            key_id: optional(&line.kms_key_id),
            key: line.key_arn.as_ref().and_then(|arn| inventory.key(arn)),
            reach: reach(line),
            events: events(line),
            delivery: Delivery::of(line),
            sampling: Sampling::of(&line.sampling),
            members: members::delivery(&line.members),
            folders: line.account_prefixes.as_ref().map(members::folders),
            legs: legs(),
            objects: Ranked::new(MAX_OBJECTS),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        words::verdict(self.verdict)
    }

    /// Whether it is shown open: only the first ones, so that the page stays readable.
    pub(crate) const fn is_open(&self) -> bool {
        !self.is_sealed() && self.anchor <= MAX_OPEN
    }

    const fn is_sealed(&self) -> bool {
        matches!(self.verdict, Verdict::Sealed)
    }

    /// Whether a rule on `KmsKeyId` alone would have passed what is not sealed.
    pub(crate) fn is_contrast(&self) -> bool {
        !self.is_sealed() && self.rule == words::status(Status::Pass)
    }

    pub(crate) fn add_finding(&mut self, finding: Finding) {
        let leg = self.legs.iter_mut().find(|leg| Some(leg.link) == finding.entry().link);
        if let Some(leg) = leg {
            leg.findings.push(finding);
        }
    }

    pub(crate) fn add_object(&mut self, line: &SampleLine) {
        let (rank, mark) = of_result(line.result);
        self.objects.push(rank, || Object::of(line, mark));
    }

    /// The objects to show.
    pub(crate) fn close(&mut self) -> Shown<Object> {
        std::mem::replace(&mut self.objects, Ranked::new(0)).finish()
    }
}

impl Leg {
    /// The worst of its essential controls; of all, where none of them is essential.
    pub(crate) fn mark(&self) -> Mark {
        let worst = |essential: bool| {
            let of_kind = self.findings.iter().filter(|it| it.entry().essential || !essential);
            of_kind.max_by_key(|finding| badness(finding))
        };
        worst(true).or_else(|| worst(false)).map_or(words::NOT_JUDGED, Finding::mark)
    }
}

/// A control that was skipped keeps its link from looking right.
fn badness(finding: &Finding) -> u8 {
    match finding.status {
        Status::NotApplicable if finding.is_skipped() => 2,
        Status::NotApplicable => 0,
        Status::Pass => 1,
        Status::NotProven => 3,
        Status::Fail => 4,
    }
}

fn of_result(result: SampleResult) -> (usize, Mark) {
    let mark = |class, symbol, label| Mark { class, symbol, label, word: result.as_str() };
    match result {
        SampleResult::Deviation => (0, mark("bad", "✕", "deviation")),
        SampleResult::Unreadable => (1, mark("open", "?", "unreadable")),
        SampleResult::Pass => (2, mark("good", "✓", "sealed")),
        SampleResult::SharedPrefixKey => {
            (2, mark("good", "✓", "sealed with the key of another trail of this prefix"))
        }
        SampleResult::PreEnablement => (3, mark("none", "–", "before encryption was turned on")),
        SampleResult::PreviousKey => (3, mark("none", "–", "before the key was changed")),
        SampleResult::Replaced => (3, mark("none", "–", "replaced meanwhile")),
    }
}

const fn described_from(source: DescribedFrom) -> Option<&'static str> {
    match source {
        DescribedFrom::Home => None,
        DescribedFrom::DelegatedAdministrator => Some("as the delegated administrator saw it"),
        DescribedFrom::AgreeingShadows => Some(
            "from copies in other Regions or accounts, which agree; its home Region was not read",
        ),
        DescribedFrom::DisagreeingShadows => Some(
            "from copies in other Regions or accounts, which contradict each other; its home Region was not read",
        ),
    }
}

fn differing(line: &TrailLine) -> (Vec<String>, usize) {
    let all = &line.differing_sightings;
    let sentence = |it: &DifferingSightingsLine| {
        let field = |(name, value): (&String, &Option<String>)| {
            format!("{name} is {}", value.as_deref().unwrap_or("not set"))
        };
        let fields: Vec<String> = it.fields.iter().map(field).collect();
        let (account, region) = (&it.account_id, &it.region);
        cut(&format!(
            "{} of them, first {account} in {region}: {}",
            number(it.targets),
            fields.join(", ")
        ))
    };
    (
        all.iter().take(MAX_DIFFERING).map(sentence).collect(),
        all.len().saturating_sub(MAX_DIFFERING),
    )
}

fn reach(line: &TrailLine) -> String {
    let regions = if line.is_multi_region { "all Regions" } else { "its home Region only" };
    let accounts =
        if line.is_organization_trail { "the whole organization" } else { "its own account" };
    format!("{regions}, {accounts}")
}

fn events(line: &TrailLine) -> String {
    let answer = |it: Option<bool>| yes_no(it);
    let mut text = format!(
        "read: {}, write: {}",
        answer(line.records_read_events),
        answer(line.records_write_events)
    );
    if !line.excluded_event_sources.is_empty() {
        text.push_str("; left out: ");
        text.push_str(&cut(&line.excluded_event_sources.join(", ")));
    }
    text
}

impl Delivery {
    fn of(line: &TrailLine) -> Self {
        let count =
            |answer: Option<bool>| line.status.iter().filter(|it| it.is_logging == answer).count();
        let (on, off, unread) = (count(Some(true)), count(Some(false)), count(None));
        let asked = line.status.len();
        let mut parts = match asked {
            0 => vec!["asked in no Region".to_owned()],
            _ => vec![format!("on in {on} of {asked} Regions where it was asked")],
        };
        let others = [(off, "off"), (unread, "not read")].into_iter().filter(|it| it.0 > 0);
        parts.extend(others.map(|(count, word)| format!("{word} in {count}")));
        let latest = line.status.iter().filter_map(|it| it.latest_delivery).max();
        let failed: Vec<(String, String)> = line
            .status
            .iter()
            .filter_map(|it| {
                Some((it.region.to_string(), cut(it.latest_delivery_error.as_deref()?)))
            })
            .collect();
        Self {
            logging: parts.join(", "),
            latest: latest.map_or_else(|| "none seen".to_owned(), when),
            more_errors: failed.len().saturating_sub(MAX_ERRORS),
            errors: failed.into_iter().take(MAX_ERRORS).collect(),
        }
    }
}

impl Sampling {
    fn of(line: &SamplingLine) -> Self {
        let sentence = sentence(line);
        let listed = number(line.population);
        let listed = if line.population_counted { listed } else { format!("at least {listed}") };
        let numbers = vec![
            ("in the window", listed),
            ("examined", number(u64::from(line.examined))),
            ("selected for the verdict", number(u64::from(line.selected))),
            ("of these sealed", number(u64::from(line.sealed))),
            ("unreadable", number(u64::from(line.unreadable))),
            (
                "older than the last change of encryption or key",
                number(u64::from(line.left_population)),
            ),
        ];
        let deviations = line.deviations.iter();
        let deviations = deviations
            .map(|(class, count)| (class.to_string(), number(u64::from(*count))))
            .collect();
        Self { method: line.method, sentence, numbers, deviations }
    }
}

/// What was selected of the window, and what may deviate at most.
fn sentence(line: &SamplingLine) -> String {
    // Rounded up when the record was written; here up to hundredths of a percent.
    let bound = line.upper_bound.map(|it| format!("{} %", (it * 1e4 - 1e-6).ceil() / 1e2 + 0.0));
    let bound = bound.unwrap_or_else(|| "all".to_owned());
    match (line.method, line.population_counted) {
        (SampleMethod::All, _) => {
            "The whole window was listed, and every log object in it was selected.".to_owned()
        }
        (SampleMethod::Random, _) => format!(
            "A simple random sample was drawn from {} log objects. Of these, {bound} deviate at most.",
            number(line.eligible)
        ),
        (SampleMethod::Clusters, _) => format!(
            "There was too much to list, so {} clusters (account, Region, day) were drawn at random, {} of them empty, and a random log object in each. The cluster-weighted rate of deviations is {bound} at most.",
            number(u64::from(line.clusters_drawn)),
            number(u64::from(line.clusters_empty))
        ),
        (SampleMethod::Partial, true) => {
            "The trail has no key, so log objects were examined until one showed it.".to_owned()
        }
        (SampleMethod::Partial, false) => {
            "The window could not be listed to its end, so only the newest of what was listed were examined. That is no statistical sample: it can show a failure, never a pass.".to_owned()
        }
        (SampleMethod::Nothing, _) => "No log object was selected.".to_owned(),
    }
}

impl Object {
    fn of(line: &SampleLine, result: Mark) -> Self {
        let optional = |it: &Option<String>| it.as_deref().map(cut);
        Self {
            name: cut(&line.object_key),
            result,
            deviation: line.deviation_class.map(|class| class.to_string()),
            encryption: optional(&line.sse_algorithm).unwrap_or_else(|| "none shown".to_owned()),
            key: optional(&line.sse_kms_key_id),
            modified: line.last_modified.map_or_else(String::new, when),
            request_id: optional(&line.request_id),
            checked_at: line.checked_at.map(when),
        }
    }
}
