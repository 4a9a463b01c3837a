//! What could not be read: every gap in brief, and all of them by kind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use trailseal_model::record::v1::GapLine;

use crate::lists::{Names, Who};
use crate::text::{cut, number};

/// How many messages are kept for findings that name the gap. All of them are in gaps.csv.
const MAX_MESSAGES: usize = 1_000;
/// How many gaps a finding shows.
const MAX_GAPS: usize = 3;

/// Every gap, and the totals of each kind.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    briefs: HashMap<u64, Brief>,
    words: Words,
    messages: HashMap<u64, String>,
    /// By class, operation and what to do: what one change would mend is one kind.
    kinds: BTreeMap<(String, String, String), Kind>,
    pub(crate) by_class: BTreeMap<String, u64>,
    pub(crate) total: u64,
}

/// What is kept of every gap: there can be one for each account and Region.
#[derive(Debug, Clone, Copy)]
struct Brief {
    account: Option<u32>,
    region: Option<u32>,
    operation: u32,
    class: u32,
    code: Option<u32>,
    what_to_do: u32,
    /// The same without the Region, for all gaps with this cause.
    what_to_do_at_all: u32,
}

/// Texts that many gaps share, each once.
#[derive(Debug, Default)]
struct Words {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

#[derive(Debug)]
struct Kind {
    count: u64,
    accepted: u64,
    accounts: u64,
    last_account: Option<String>,
    regions: BTreeSet<String>,
    first: GapLine,
    example: Option<Example>,
}

/// The first gap of its kind that has something to say.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) who: Option<Who>,
    pub(crate) text: String,
}

/// All gaps of one class, operation and cause.
#[derive(Debug)]
pub(crate) struct GapKind {
    pub(crate) class: String,
    pub(crate) operation: String,
    pub(crate) count: String,
    /// How many of them somebody answers for; `None` if of none.
    pub(crate) accepted: Option<String>,
    pub(crate) accounts: String,
    pub(crate) regions: usize,
    pub(crate) what_to_do: String,
    pub(crate) example: Option<Example>,
}

/// One gap as a finding shows it.
#[derive(Debug, Clone)]
pub(crate) struct GapView {
    pub(crate) id: String,
    pub(crate) operation: String,
    pub(crate) class: String,
    pub(crate) code: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) what_to_do: String,
}

/// The first gaps of a finding, and how many more there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct GapViews {
    pub(crate) rows: Vec<GapView>,
    pub(crate) more: usize,
}

impl Words {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(known) = self.numbers.get(text) {
            return *known;
        }
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(cut(text));
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> String {
        self.texts.get(number as usize).cloned().unwrap_or_default()
    }
}

impl Gaps {
    pub(crate) fn add(&mut self, gap: &GapLine, names: &Names) {
        self.total += 1;
        *self.by_class.entry(gap.class.clone()).or_default() += 1;
        let what_to_do = gap.what_to_do_in(&[]);
        self.kinds
            .entry((gap.class.clone(), gap.operation.clone(), what_to_do.clone()))
            .or_insert_with(|| Kind::of(gap))
            .add(gap, names);
        let Some(id) = compact(&gap.gap_id) else { return };
        let words = &mut self.words;
        let brief = Brief {
            account: gap.account_id.as_deref().map(|it| words.number(it)),
            region: gap.region.as_deref().map(|it| words.number(it)),
            operation: words.number(&gap.operation),
            class: words.number(&gap.class),
            code: gap.aws_code.as_deref().map(|it| words.number(it)),
            what_to_do: words.number(&gap.what_to_do),
            what_to_do_at_all: words.number(&what_to_do),
        };
        self.briefs.insert(id, brief);
        // What findings of trails name has a subject; what targets lack has none.
        if let Some(message) = gap.message.as_deref().filter(|_| gap.subject.is_some())
            && self.messages.len() < MAX_MESSAGES
        {
            self.messages.insert(id, cut(message));
        }
    }

    /// A finding's gaps.
    pub(crate) fn views(&self, ids: &[String]) -> GapViews {
        let rows: Vec<GapView> = ids.iter().take(MAX_GAPS).map(|it| self.view(it)).collect();
        GapViews { more: ids.len() - rows.len(), rows }
    }

    fn view(&self, id: &str) -> GapView {
        let key = compact(id);
        let brief = key.and_then(|it| self.briefs.get(&it));
        let text = |it: u32| self.words.text(it);
        let class = brief.map(|it| text(it.class)).unwrap_or_default();
        GapView {
            id: cut(id),
            operation: brief.map(|it| text(it.operation)).unwrap_or_default(),
            what_to_do: brief.map(|it| text(it.what_to_do)).unwrap_or_default(),
            class,
            code: brief.and_then(|it| it.code).map(text),
            account: brief.and_then(|it| it.account).map(text),
            region: brief.and_then(|it| it.region).map(text),
            message: key.and_then(|it| self.messages.get(&it)).cloned(),
        }
    }

    /// What to do about a gap and all others with its cause.
    pub(crate) fn what_to_do(&self, id: &str) -> Option<String> {
        let brief = self.briefs.get(&compact(id)?)?;
        Some(self.words.text(brief.what_to_do_at_all))
    }

    /// Every kind of gap, the most frequent first.
    pub(crate) fn kinds(&mut self) -> Vec<GapKind> {
        let mut kinds: Vec<_> = std::mem::take(&mut self.kinds).into_iter().collect();
        kinds.sort_by_key(|(_, kind)| std::cmp::Reverse(kind.count));
        kinds
            .into_iter()
            .map(|((class, operation, _), kind)| GapKind {
                class: cut(&class),
                operation: cut(&operation),
                count: number(kind.count),
                accepted: (kind.accepted > 0).then(|| number(kind.accepted)),
                accounts: number(kind.accounts),
                regions: kind.regions.len(),
                what_to_do: cut(&kind.what_to_do()),
                example: kind.example,
            })
            .collect()
    }
}

impl Kind {
    fn of(gap: &GapLine) -> Self {
        Self {
            count: 0,
            accepted: 0,
            accounts: 0,
            last_account: None,
            regions: BTreeSet::new(),
            first: gap.clone(),
            example: None,
        }
    }

    /// Advice for every Region of the kind.
    fn what_to_do(&self) -> String {
        let regions: Vec<&str> = self.regions.iter().map(String::as_str).collect();
        self.first.what_to_do_in(&regions)
    }

    /// Gaps come sorted by account.
    fn add(&mut self, gap: &GapLine, names: &Names) {
        self.count += 1;
        self.accepted += u64::from(gap.exception_id.is_some());
        if gap.account_id.is_some() && self.last_account != gap.account_id {
            self.accounts += 1;
            self.last_account.clone_from(&gap.account_id);
        }
        if let Some(region) = gap.region.as_ref().filter(|it| !self.regions.contains(*it)) {
            self.regions.insert(region.clone());
        }
        let said = gap.message.as_ref().or(gap.aws_code.as_ref());
        if let Some(text) = said.filter(|_| self.example.is_none()) {
            let who = gap.account_id.as_deref().map(|it| names.who(it));
            self.example = Some(Example { who, text: cut(text) });
        }
    }
}

/// An id as a number: sixteen hexadecimal digits.
fn compact(id: &str) -> Option<u64> {
    if id.len() == 16 { u64::from_str_radix(id, 16).ok() } else { None }
}
