//! The one sink of a run: counts, progress on stderr, logs.

mod line;
mod time_left;

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::time::Instant;
use trailseal_aws::Aws;
use trailseal_model::{AccountId, Endpoint, Event, EventSink, GapClass, Operation};
use trailseal_record::v1::ThrottledKey;

use super::refusals::{Refusals, advice, problem};
use super::throttled::Throttled;
use crate::settings::Settings;
use crate::terminal::{self, Level};
use line::Progressed;
use time_left::{Phase, TimeLeft};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// A bar on a terminal, else a line now and then.
    Shown,
    /// Not at all.
    Quiet,
}

/// Takes every event of a run.
#[derive(Debug)]
pub(crate) struct RunEvents {
    bar: ProgressBar,
    is_bar: bool,
    progress: Progress,
    calls: Vec<AtomicU64>,
    throttles: AtomicU64,
    retries: AtomicU64,
    throttled: Throttled,
    begun: Instant,
    time_left: Mutex<TimeLeft<TIMED>>,
    accounts: AtomicU64,
    opened: AtomicU64,
    is_listed: AtomicBool,
    planned: AtomicU64,
    settled: AtomicU64,
    trails: AtomicU64,
    collected: AtomicU64,
    objects: AtomicU64,
    examined: AtomicU64,
    gaps: AtomicU64,
    refusals: Refusals,
    /// What to do where every account refuses the role; known once the run is connected.
    role: OnceLock<(String, String)>,
    refused_by: OnceLock<GapClass>,
    caller: OnceLock<AccountId>,
    organization: OnceLock<String>,
}

const LINE_EVERY: Duration = Duration::from_secs(5);
/// Of how many kinds of work the pace tells the time left: accounts, targets and objects. A trail takes as
/// long as its objects do.
const TIMED: usize = 3;
/// How finely the bar is divided.
const PARTS: u64 = 1000;

impl RunEvents {
    /// A sink with nothing counted yet.
    pub(crate) fn new(progress: Progress) -> Self {
        let is_terminal = std::io::stderr().is_terminal() && !terminal::is_json();
        let is_bar = progress == Progress::Shown && is_terminal;
        let target =
            if is_bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(PARTS), target);
        let style = ProgressStyle::with_template("[{bar:10}] {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        let zero = AtomicU64::default;
        Self {
            bar,
            is_bar,
            progress,
            calls: Operation::ALL.iter().map(|_| zero()).collect(),
            throttles: zero(),
            retries: zero(),
            throttled: Throttled::default(),
            begun: Instant::now(),
            time_left: Mutex::default(),
            accounts: zero(),
            opened: zero(),
            is_listed: AtomicBool::new(false),
            planned: zero(),
            settled: zero(),
            trails: zero(),
            collected: zero(),
            objects: zero(),
            examined: zero(),
            gaps: zero(),
            refusals: Refusals::default(),
            role: OnceLock::new(),
            refused_by: OnceLock::new(),
            caller: OnceLock::new(),
            organization: OnceLock::new(),
        }
    }

    /// Requests by operation, those that were made.
    pub(crate) fn calls(&self) -> BTreeMap<Operation, u64> {
        let counts = Operation::ALL.iter().zip(&self.calls);
        counts
            .map(|(operation, count)| (*operation, count.load(Ordering::Relaxed)))
            .filter(|it| it.1 > 0)
            .collect()
    }

    /// Throttled requests.
    pub(crate) fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }

    /// Requests that were made again after a failure.
    pub(crate) fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// The caller's account, once it is known.
    pub(crate) fn caller_account(&self) -> Option<AccountId> {
        self.caller.get().copied()
    }

    /// The organization, once its accounts are listed.
    pub(crate) fn organization(&self) -> Option<&str> {
        self.organization.get().map(String::as_str)
    }

    /// The rate limits that AWS enforced most often.
    pub(crate) fn throttled_keys(&self) -> Vec<ThrottledKey> {
        self.throttled.most()
    }

    /// Says who asks whom, before any member is asked: the wrong organization or role shows here.
    pub(crate) fn connected(&self, aws: &Aws, settings: &Settings) {
        self.role.get_or_init(|| (settings.role_name.0.clone(), advice(settings)));
        let caller = aws.caller();
        self.caller.get_or_init(|| caller.account);
        if self.progress == Progress::Quiet {
            return;
        }
        let has_external_id = settings.external_id.is_some();
        let external_id = if has_external_id { "with" } else { "without" };
        let text = format!(
            "caller {} in account {}; role {} in every other account, {external_id} an external id",
            caller.arn, caller.account, settings.role_name.0
        );
        self.say(Level::Info, "caller", &text, || {
            json!({
                "caller_arn": caller.arn.to_string(),
                "caller_account_id": caller.account.to_string(),
                "role_name": settings.role_name.0,
                "has_external_id": has_external_id,
            })
        });
        for endpoint in Endpoint::foreign(aws.endpoints()) {
            let text = format!("requests go to {endpoint}, which is not AWS's own endpoint");
            self.say(Level::Info, "endpoint", &text, || json!({ "endpoint": endpoint }));
        }
    }

    /// Shows how far the run is, for as long as it is polled.
    pub(crate) async fn show(&self) {
        if self.progress == Progress::Quiet {
            return std::future::pending().await;
        }
        let pause = if self.is_bar { Duration::from_millis(200) } else { LINE_EVERY };
        loop {
            tokio::time::sleep(pause).await;
            let progressed = self.progressed();
            if self.is_bar {
                self.bar.set_position(progressed.parts(PARTS));
                self.bar.set_message(progressed.line());
            } else {
                self.show_line(&progressed, &progressed.line());
            }
        }
    }

    /// Why the first accounts have all refused the role; ready when they have.
    pub(crate) async fn refused_everywhere(&self) -> GapClass {
        self.refusals.everywhere().await;
        self.refused_by.get().copied().unwrap_or(GapClass::RoleNotAssumable)
    }

    /// Notes that an account let the role in, by its answer.
    pub(crate) fn note_opened(&self) {
        self.refusals.note_opened();
    }

    /// Warns at once that every account refuses the role, for the rest of the scan takes long.
    fn check_refusals(&self, event: &Event<'_>) {
        let Some(class) = self.refusals.add(event) else { return };
        self.refused_by.get_or_init(|| class);
        let Some((role, advice)) = self.role.get() else { return };
        let problem = problem(class, role);
        let fields = || json!({ "problem": problem, "advice": advice });
        self.say(Level::Warn, "warning", &format!("{problem}; {advice}"), fields);
    }

    /// Writes one line above the bar, if there is one.
    fn say(&self, level: Level, kind: &str, text: &str, fields: impl FnOnce() -> Value) {
        if self.is_bar {
            self.bar.println(terminal::text_line(level, text).trim_end());
        } else {
            terminal::say(level, kind, text, fields);
        }
    }

    /// The organization and the number of its accounts, once these are known.
    fn listed(&self, organization: Option<&str>, is_complete: bool) {
        if self.progress == Progress::Quiet {
            return;
        }
        let accounts = self.accounts.load(Ordering::Relaxed);
        let doubt = if is_complete { "" } else { "; the list is not complete" };
        let whose =
            organization.map_or("no organization".to_owned(), |id| format!("organization {id}"));
        let text = format!("{whose}, {accounts} accounts listed{doubt}");
        self.say(Level::Info, "accounts_listed", &text, || {
            json!({
                "organization_id": organization,
                "accounts": accounts,
                "is_complete": is_complete,
            })
        });
    }

    fn show_line(&self, progressed: &Progressed, text: &str) {
        let Progressed { accounts, targets, trails, objects, .. } = progressed;
        self.say(Level::Info, "progress", text, || {
            json!({
                "accounts_opened": accounts.done,
                "accounts": accounts.total,
                "targets_settled": targets.done,
                "targets": targets.total,
                "trails_read": trails.done,
                "trails": trails.total,
                "objects_examined": objects.done,
                "objects": objects.total,
                "calls": progressed.calls,
                "throttles": progressed.throttles,
                "gaps": progressed.gaps,
                "elapsed_seconds": progressed.elapsed.as_secs(),
                "seconds_left": progressed.left.map(|left| left.as_secs()),
            })
        });
    }

    /// How far the run is now.
    fn progressed(&self) -> Progressed {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        // What is done is read first: it is never more than what was found.
        let phase = |done: &AtomicU64, total: &AtomicU64| {
            let done = get(done);
            Phase { done, total: get(total).max(done) }
        };
        let accounts = phase(&self.opened, &self.accounts);
        let targets = phase(&self.settled, &self.planned);
        let objects = phase(&self.examined, &self.objects);
        let is_listed = self.is_listed.load(Ordering::Relaxed);
        let elapsed = self.begun.elapsed();
        let is_known = is_listed && accounts.rest() == 0;
        let mut time_left = self.time_left.lock().unwrap_or_else(PoisonError::into_inner);
        let left = time_left.update(elapsed, [accounts, targets, objects], is_known);
        Progressed {
            accounts,
            is_listed,
            targets,
            trails: phase(&self.collected, &self.trails),
            objects,
            calls: self.calls.iter().map(get).sum(),
            throttles: get(&self.throttles),
            gaps: get(&self.gaps),
            elapsed,
            left,
        }
    }

    /// Takes the bar away, so that what follows stands on clean lines; else shows where it ended.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
        if self.progress == Progress::Shown && !self.is_bar {
            let progressed = self.progressed();
            self.show_line(&progressed, &progressed.last_line());
        }
    }
}

fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl EventSink for RunEvents {
    fn emit(&self, event: &Event<'_>) {
        self.check_refusals(event);
        match event {
            Event::AccountsListed { count } => add(&self.accounts, *count),
            Event::DirectoryEnded { organization, is_complete } => {
                self.is_listed.store(true, Ordering::Relaxed);
                if let Some(id) = organization {
                    self.organization.get_or_init(|| (*id).to_owned());
                }
                tracing::info!(is_complete, "directory ended");
                self.listed(*organization, *is_complete);
            }
            Event::AccountOpened { account, targets } => {
                add(&self.opened, 1);
                add(&self.planned, *targets);
                tracing::debug!(%account, targets, "account opened");
            }
            Event::TargetSettled { target, outcome } => {
                add(&self.settled, 1);
                tracing::trace!(account = %target.account, region = %target.region, %outcome, "target settled");
            }
            Event::TrailQueued => add(&self.trails, 1),
            Event::ObjectsQueued { count } => add(&self.objects, *count),
            Event::ObjectsExamined { count } => add(&self.examined, *count),
            Event::TrailCollected { trail } => {
                add(&self.collected, 1);
                tracing::debug!(%trail, "trail collected");
            }
            Event::Request { operation, account, region, attempt, took, failure } => {
                add(&self.calls[*operation as usize], 1);
                add(&self.retries, usize::from(*attempt > 1));
                if *failure == Some(GapClass::ThrottledOut) {
                    add(&self.throttles, 1);
                    self.throttled.count(*operation, *account, *region);
                }
                let failure = failure.map_or("none", GapClass::as_str);
                let account = account.map(|it| it.to_string());
                let region = region.map(trailseal_model::Region::name);
                tracing::trace!(%operation, account, region, attempt, ?took, failure, "request");
            }
            Event::GapRecorded { gap } => {
                add(&self.gaps, 1);
                let account = gap.account.map(|it| it.to_string());
                let region = gap.region.map(trailseal_model::Region::name);
                let (operation, class) = (gap.operation, gap.class);
                tracing::debug!(%operation, account, region, %class, "gap");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each event, and how many seconds later the next one is.
    async fn lines(events: &RunEvents, sequence: &[(Event<'_>, u64)]) -> Vec<String> {
        let mut lines = Vec::new();
        for (event, seconds) in sequence {
            events.emit(event);
            tokio::time::advance(Duration::from_secs(*seconds)).await;
            if *seconds > 0 {
                lines.push(events.progressed().line());
            }
        }
        lines
    }

    fn settled() -> Event<'static> {
        let region = trailseal_model::Region::new("us-east-1").unwrap();
        let target = trailseal_model::Target { account: account(), region };
        Event::TargetSettled { target, outcome: trailseal_model::Outcome::Evaluated }
    }

    fn account() -> AccountId {
        AccountId::new(1).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_left_is_said_once_the_work_is_known() {
        let events = RunEvents::new(Progress::Quiet);
        let listed = Event::DirectoryEnded { organization: None, is_complete: true };
        let opened = Event::AccountOpened { account: account(), targets: 4 };
        let sequence = [
            (Event::AccountsListed { count: 1 }, 10),
            (listed, 10),
            (opened, 10),
            (settled(), 10),
            (settled(), 10),
            (settled(), 10),
            (Event::TrailQueued, 0),
            (Event::ObjectsQueued { count: 9 }, 0),
            (Event::ObjectsExamined { count: 3 }, 10),
            (settled(), 0),
            (Event::ObjectsExamined { count: 6 }, 10),
        ];
        let expected = [
            "accounts 0/1+, 0/s",
            "accounts 0/1, 0/s",
            "1 account, targets 0/4, 0/s",
            "1 account, targets 1/4, 1 min left, 0/s",
            "1 account, targets 2/4, 36 s left, 0/s",
            "1 account, targets 3/4, 17 s left, 0/s",
            "1 account, targets 3/4, trails 0/1, objects 3/9, 20 s left, 0/s",
            "1 account, 4 targets, trails 0/1, 9 objects, 0/s",
        ];
        assert_eq!(lines(&events, &sequence).await, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn more_accounts_that_come_late_are_no_surprise() {
        let events = RunEvents::new(Progress::Quiet);
        let opened = || Event::AccountOpened { account: account(), targets: 2 };
        let sequence = [
            (Event::AccountsListed { count: 1 }, 1),
            (opened(), 0),
            (settled(), 1),
            (Event::AccountsListed { count: 2 }, 1),
            (Event::DirectoryEnded { organization: None, is_complete: true }, 1),
            (opened(), 0),
            (opened(), 1),
        ];
        let lines = lines(&events, &sequence).await;
        let (last, before) = lines.split_last().unwrap();
        assert!(before.iter().all(|line| !line.contains(" left")), "{before:?}");
        assert!(last.starts_with("3 accounts, targets 1/6, "), "{last}");
        assert!(last.contains(" left"), "{last}");
    }

    fn request(operation: Operation, failure: Option<GapClass>) -> Event<'static> {
        let took = Duration::ZERO;
        Event::Request { operation, account: None, region: None, attempt: 1, took, failure }
    }

    #[test]
    fn every_request_is_counted_once_and_throttles_beside_it() {
        let events = RunEvents::new(Progress::Quiet);
        events.emit(&request(Operation::AssumeRole, None));
        events.emit(&request(Operation::AssumeRole, Some(GapClass::ThrottledOut)));
        events.emit(&request(Operation::HeadObject, Some(GapClass::Denied)));
        assert_eq!(
            events.calls(),
            BTreeMap::from([(Operation::AssumeRole, 2), (Operation::HeadObject, 1)])
        );
        assert_eq!(events.throttles(), 1);
    }
}
