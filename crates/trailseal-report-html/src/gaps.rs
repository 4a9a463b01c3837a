//! What could not be read: every gap in brief, and all of them by class and operation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use trailseal_model::{AccountId, GapClass, Operation, Region};
use trailseal_record::v1::GapLine;

use crate::causes::{CauseLink, CauseLinks, CauseTotals};
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
    kinds: BTreeMap<(GapClass, Operation), Kind>,
    pub(crate) by_class: BTreeMap<GapClass, u64>,
    pub(crate) total: u64,
}

/// What is kept of every gap, because each account and Region can have one.
#[derive(Debug, Clone, Copy)]
struct Brief {
    account: Option<AccountId>,
    region: Option<Region>,
    operation: Operation,
    class: GapClass,
    code: Option<u32>,
    cause: Option<u32>,
}

/// Texts that many gaps share, each once.
#[derive(Debug, Default)]
struct Words {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

#[derive(Debug, Default)]
struct Kind {
    count: u64,
    accepted: u64,
    accounts: u64,
    last_account: Option<AccountId>,
    regions: BTreeSet<Region>,
    causes: BTreeMap<String, u64>,
    example: Option<Example>,
}

/// The first gap of its kind that has something to say.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) who: Option<Who>,
    pub(crate) text: String,
}

/// All gaps of one class and operation.
#[derive(Debug)]
pub(crate) struct GapKind {
    pub(crate) class: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) count: String,
    /// How many of them are accepted; `None` if none is.
    pub(crate) accepted: Option<String>,
    pub(crate) accounts: String,
    pub(crate) regions: usize,
    pub(crate) causes: CauseLinks,
    pub(crate) example: Option<Example>,
}

/// One gap as a finding shows it.
#[derive(Debug, Clone)]
pub(crate) struct GapView {
    pub(crate) id: String,
    pub(crate) operation: &'static str,
    pub(crate) class: &'static str,
    pub(crate) code: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) cause: Option<CauseLink>,
}

/// The first gaps of a finding, and how many more it has.
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
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map_or("", String::as_str)
    }
}

impl Gaps {
    pub(crate) fn add(&mut self, gap: &GapLine, names: &Names) {
        self.total += 1;
        *self.by_class.entry(gap.class).or_default() += 1;
        self.kinds.entry((gap.class, gap.operation)).or_default().add(gap, names);
        let Some(id) = compact(&gap.gap_id) else { return };
        let words = &mut self.words;
        let brief = Brief {
            account: gap.account_id,
            region: gap.region,
            operation: gap.operation,
            class: gap.class,
            code: gap.aws_code.as_deref().map(|code| words.number(code)),
            cause: gap.cause_id.as_deref().map(|cause| words.number(cause)),
        };
        self.briefs.insert(id, brief);
        // A gap that findings of trails name has a subject; one that a target lacks has none.
        if let Some(message) = gap.message.as_deref().filter(|_| gap.subject.is_some())
            && self.messages.len() < MAX_MESSAGES
        {
            self.messages.insert(id, cut(message));
        }
    }

    /// A finding's gaps.
    pub(crate) fn views(&self, ids: &[String], causes: &CauseTotals) -> GapViews {
        let shown = ids.iter().take(MAX_GAPS);
        let rows: Vec<GapView> = shown.map(|id| self.view(id, causes)).collect();
        GapViews { more: ids.len() - rows.len(), rows }
    }

    fn view(&self, id: &str, causes: &CauseTotals) -> GapView {
        let key = compact(id);
        let brief = key.and_then(|key| self.briefs.get(&key));
        GapView {
            id: cut(id),
            operation: brief.map_or("", |brief| brief.operation.as_str()),
            class: brief.map_or("", |brief| brief.class.as_str()),
            code: brief.and_then(|brief| brief.code).map(|code| cut(self.words.text(code))),
            account: brief.and_then(|brief| brief.account).map(|account| account.to_string()),
            region: brief.and_then(|brief| brief.region).map(|region| region.to_string()),
            message: key.and_then(|key| self.messages.get(&key)).cloned(),
            cause: self.cause(id).map(|cause| causes.link(cause)),
        }
    }

    /// The id of the cause of a gap.
    pub(crate) fn cause(&self, id: &str) -> Option<&str> {
        let brief = self.briefs.get(&compact(id)?)?;
        Some(self.words.text(brief.cause?))
    }

    /// All gaps by class and operation, the most frequent first.
    pub(crate) fn kinds(&mut self, causes: &CauseTotals) -> Vec<GapKind> {
        let mut kinds: Vec<_> = std::mem::take(&mut self.kinds).into_iter().collect();
        kinds.sort_by_key(|(_, kind)| std::cmp::Reverse(kind.count));
        kinds
            .into_iter()
            .map(|((class, operation), kind)| GapKind {
                class: class.as_str(),
                operation: operation.as_str(),
                count: number(kind.count),
                accepted: (kind.accepted > 0).then(|| number(kind.accepted)),
                accounts: number(kind.accounts),
                regions: kind.regions.len(),
                causes: most_frequent(&kind.causes, causes),
                example: kind.example,
            })
            .collect()
    }
}

/// The causes behind the most of what was counted, the most frequent first.
pub(crate) fn most_frequent(counts: &BTreeMap<String, u64>, causes: &CauseTotals) -> CauseLinks {
    let mut ids: Vec<(&String, u64)> = counts.iter().map(|(id, count)| (id, *count)).collect();
    ids.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    CauseLinks::of(causes, ids.into_iter().map(|(id, _)| id))
}

impl Kind {
    /// Gaps come sorted by account.
    fn add(&mut self, gap: &GapLine, names: &Names) {
        self.count += 1;
        self.accepted += u64::from(gap.exception_id.is_some());
        if gap.account_id.is_some() && self.last_account != gap.account_id {
            self.accounts += 1;
            self.last_account = gap.account_id;
        }
        self.regions.extend(gap.region);
        if let Some(cause) = &gap.cause_id {
            match self.causes.get_mut(cause) {
                Some(count) => *count += 1,
                None => _ = self.causes.insert(cause.clone(), 1),
            }
        }
        let said = gap.message.as_ref().or(gap.aws_code.as_ref());
        if let Some(text) = said.filter(|_| self.example.is_none()) {
            let who = gap.account_id.map(|account| names.who(account));
            self.example = Some(Example { who, text: cut(text) });
        }
    }
}

/// An id as a number: sixteen hexadecimal digits.
fn compact(id: &str) -> Option<u64> {
    if id.len() == 16 { u64::from_str_radix(id, 16).ok() } else { None }
}
