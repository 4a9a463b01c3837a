//! The one sink of a run: counts, progress on stderr, logs.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trailseal_model::{Event, EventSink, GapClass, Operation};

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
    accounts: AtomicU64,
    planned: AtomicU64,
    settled: AtomicU64,
    trails: AtomicU64,
    collected: AtomicU64,
    gaps: AtomicU64,
}

const LINE_EVERY: Duration = Duration::from_secs(5);

impl RunEvents {
    /// A sink with nothing counted yet.
    pub(crate) fn new(progress: Progress) -> Self {
        let is_bar = progress == Progress::Shown && std::io::stderr().is_terminal();
        let target =
            if is_bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let style = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} targets, {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        let zero = AtomicU64::default;
        Self {
            bar,
            is_bar,
            progress,
            calls: Operation::ALL.iter().map(|_| zero()).collect(),
            throttles: zero(),
            accounts: zero(),
            planned: zero(),
            settled: zero(),
            trails: zero(),
            collected: zero(),
            gaps: zero(),
        }
    }

    /// Requests by operation, those that were made.
    pub(crate) fn calls(&self) -> BTreeMap<&'static str, u64> {
        let counts = Operation::ALL.iter().zip(&self.calls);
        counts
            .map(|(operation, count)| (operation.as_str(), count.load(Ordering::Relaxed)))
            .filter(|it| it.1 > 0)
            .collect()
    }

    /// Throttled requests.
    pub(crate) fn throttles(&self) -> u64 {
        self.throttles.load(Ordering::Relaxed)
    }

    /// Shows how far the run is, for as long as it is polled.
    pub(crate) async fn show(&self) {
        if self.progress == Progress::Quiet {
            return std::future::pending().await;
        }
        let pause = if self.is_bar { Duration::from_millis(200) } else { LINE_EVERY };
        loop {
            tokio::time::sleep(pause).await;
            if self.is_bar {
                self.bar.set_length(self.planned.load(Ordering::Relaxed));
                self.bar.set_position(self.settled.load(Ordering::Relaxed));
                self.bar.set_message(self.rest_of_line());
            } else {
                self.show_line();
            }
        }
    }

    fn show_line(&self) {
        let (settled, planned) = (&self.settled, &self.planned);
        let (settled, planned) = (settled.load(Ordering::Relaxed), planned.load(Ordering::Relaxed));
        eprintln!("trailseal: {settled} of {planned} targets, {}", self.rest_of_line());
    }

    fn rest_of_line(&self) -> String {
        let get = |it: &AtomicU64| it.load(Ordering::Relaxed);
        let calls: u64 = self.calls.iter().map(get).sum();
        format!(
            "{} accounts, {} of {} trails, {calls} calls, {} throttled, {} gaps",
            get(&self.accounts),
            get(&self.collected),
            get(&self.trails),
            get(&self.throttles),
            get(&self.gaps)
        )
    }

    /// Takes the bar away, so that what follows stands on clean lines; else shows where it ended.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
        if self.progress == Progress::Shown && !self.is_bar {
            self.show_line();
        }
    }
}

fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl EventSink for RunEvents {
    fn emit(&self, event: &Event<'_>) {
        match event {
            Event::AccountsListed { count } => add(&self.accounts, *count),
            Event::DirectoryEnded { is_complete } => tracing::info!(is_complete, "directory ended"),
            Event::AccountOpened { account, targets } => {
                add(&self.planned, *targets);
                tracing::debug!(%account, targets, "account opened");
            }
            Event::TargetSettled { target, outcome } => {
                add(&self.settled, 1);
                tracing::trace!(account = %target.account, region = %target.region, %outcome, "target settled");
            }
            Event::TrailQueued => add(&self.trails, 1),
            Event::TrailCollected { trail } => {
                add(&self.collected, 1);
                tracing::debug!(%trail, "trail collected");
            }
            Event::Request { operation, account, region, attempt, took, failure } => {
                add(&self.calls[*operation as usize], 1);
                if *failure == Some(GapClass::ThrottledOut) {
                    add(&self.throttles, 1);
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
        assert_eq!(events.calls(), BTreeMap::from([("AssumeRole", 2), ("HeadObject", 1)]));
        assert_eq!(events.throttles(), 1);
    }
}
