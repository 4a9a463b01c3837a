//! How a run stops before its end: by a signal, or because its time is over.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// How long requests under way are waited for once nothing more is asked.
pub(super) const GRACE: Duration = Duration::from_secs(3);

/// Asks a run to stop. Every part of the run that waits for long also waits for this.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    requested_by: Arc<watch::Sender<Option<&'static str>>>,
}

impl Stop {
    /// Nothing has asked for it yet.
    pub(crate) fn new() -> Self {
        Self { requested_by: Arc::new(watch::Sender::new(None)) }
    }

    /// Asks the run to stop, because of a signal of this name.
    pub(crate) fn request(&self, signal: &'static str) {
        self.requested_by.send_if_modified(|known| {
            let is_first = known.is_none();
            known.get_or_insert(signal);
            is_first
        });
    }

    /// The signal that asks the run to stop, once there is one.
    pub(crate) async fn requested(&self) -> &'static str {
        let mut requested_by = self.requested_by.subscribe();
        match requested_by.wait_for(Option::is_some).await.map(|known| *known) {
            Ok(Some(signal)) => signal,
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }
}

/// Ready when a run with this deadline stops asking; never without one.
pub(super) async fn asking_ends(start: Instant, deadline: Option<Duration>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(start + time_for_asking(deadline)).await,
        None => std::future::pending().await,
    }
}

/// How much of the time until a deadline is for asking: what is left is for judging and the reports, a
/// tenth of the time, but from five seconds to five minutes, and never more than half.
fn time_for_asking(deadline: Duration) -> Duration {
    let for_reports = (deadline / 10).clamp(Duration::from_secs(5), Duration::from_mins(5));
    // The answers under way are waited for within that time.
    deadline.saturating_sub(for_reports.min(deadline / 2)).saturating_sub(GRACE.min(deadline / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_time_is_kept_for_the_reports() {
        let left = |seconds: u64| {
            let deadline = Duration::from_secs(seconds);
            deadline.saturating_sub(time_for_asking(deadline)).as_secs_f64()
        };
        for (deadline, expected) in [(3000, 303.0), (600, 63.0), (20, 7.0), (10, 6.0), (1, 0.6)] {
            assert!((left(deadline) - expected).abs() < 1e-6, "{deadline}: {}", left(deadline));
        }
    }

    #[tokio::test]
    async fn the_first_signal_counts() {
        let stop = Stop::new();
        assert!(futures::FutureExt::now_or_never(stop.requested()).is_none());
        stop.request("SIGTERM");
        stop.request("SIGINT");
        assert_eq!(stop.requested().await, "SIGTERM");
    }
}
