//! What keeps failing is not asked for a while: one circuit per account, Region and operation, so
//! that an operation which fails keeps back itself alone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use trailseal_model::{AccountId, GapClass, Operation, Region};

/// Failures in a row, without an answer in between, that open a circuit.
const STREAK: u32 = 5;
/// And as long the row must last: requests that fail together in one moment are one hiccup.
const STREAK_LASTS: Duration = Duration::from_millis(500);
/// The first pause; each probe that fails doubles it.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// No request takes longer (the timeout of a whole request), so no probe does.
const PROBE: Duration = Duration::from_secs(30);

/// What is asked, and where.
pub(crate) type Site = (AccountId, Region, Operation);

/// The circuits of a run; only those are kept where something failed last.
#[derive(Debug, Default)]
pub(crate) struct Circuits {
    sites: Mutex<HashMap<Site, Circuit>>,
    /// How many are kept, so that a run without failures never takes the lock.
    kept: AtomicUsize,
}

#[derive(Debug)]
struct Circuit {
    failures: u32,
    since: Instant,
    last: GapClass,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    /// Nothing is sent before; then one probe is.
    until: Instant,
    pause: Duration,
    is_probed: bool,
}

impl Circuits {
    /// The failure that keeps the circuit open, if it is; nothing where a probe is due.
    pub(crate) fn opened_by(&self, site: Site) -> Option<GapClass> {
        let sites = self.unless_none()?;
        let circuit = sites.get(&site)?;
        circuit.open.filter(|it| Instant::now() < it.until).map(|_| circuit.last)
    }

    /// The same right before a request is sent; where a probe is due, this request is it, and all
    /// others are kept back until it is answered.
    pub(crate) fn enter(&self, site: Site) -> Result<(), GapClass> {
        let Some(mut sites) = self.unless_none() else { return Ok(()) };
        let Some(circuit) = sites.get_mut(&site) else { return Ok(()) };
        let Some(open) = &mut circuit.open else { return Ok(()) };
        let now = Instant::now();
        if now < open.until {
            return Err(circuit.last);
        }
        *open = Open { until: now + PROBE, is_probed: true, ..*open };
        Ok(())
    }

    /// What one request came to.
    pub(crate) fn note(&self, site: Site, failure: Option<GapClass>) {
        match failure {
            Some(
                class @ (GapClass::ServerError
                | GapClass::Timeout
                | GapClass::Connection
                | GapClass::Dns),
            ) => self.failed(site, class),
            // No answer of the service, but no failure of it either.
            Some(GapClass::ThrottledOut | GapClass::Tls | GapClass::Proxy) => {}
            // A denial is an answer too.
            _ => self.answered(site),
        }
    }

    fn failed(&self, site: Site, class: GapClass) {
        let now = Instant::now();
        let mut sites = self.lock();
        let circuit = match sites.entry(site) {
            Entry::Occupied(kept) => kept.into_mut(),
            Entry::Vacant(vacant) => {
                self.kept.fetch_add(1, Ordering::Relaxed);
                vacant.insert(Circuit { failures: 0, since: now, last: class, open: None })
            }
        };
        circuit.failures = circuit.failures.saturating_add(1);
        circuit.last = class;
        let pause = match circuit.open {
            Some(open) if open.is_probed => (open.pause * 2).min(LONGEST_PAUSE),
            None if circuit.failures >= STREAK && now - circuit.since >= STREAK_LASTS => PAUSE,
            // The row is too short; or it is open, and this was under way when it opened.
            _ => return,
        };
        circuit.open = Some(Open { until: now + pause, pause, is_probed: false });
    }

    fn answered(&self, site: Site) {
        let Some(mut sites) = self.unless_none() else { return };
        if sites.remove(&site).is_some() {
            self.kept.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn unless_none(&self) -> Option<MutexGuard<'_, HashMap<Site, Circuit>>> {
        (self.kept.load(Ordering::Relaxed) > 0).then(|| self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Site, Circuit>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Option<GapClass> = Some(GapClass::ServerError);

    fn site(operation: Operation) -> Site {
        (AccountId::new(1).unwrap(), Region::new("eu-west-1").unwrap(), operation)
    }

    /// Seconds from one failure to the next, ahead of each.
    async fn after(pauses: &[f64], failure: Option<GapClass>) -> Circuits {
        let circuits = Circuits::default();
        for pause in pauses {
            tokio::time::sleep(Duration::from_secs_f64(*pause)).await;
            circuits.note(site(Operation::DescribeKey), failure);
        }
        circuits
    }

    #[tokio::test(start_paused = true)]
    async fn five_failures_in_a_row_open_it_here_and_nowhere_else() {
        for class in [GapClass::ServerError, GapClass::Timeout, GapClass::Connection, GapClass::Dns]
        {
            let circuits = after(&[0.2; 4], Some(class)).await;
            assert_eq!(circuits.enter(site(Operation::DescribeKey)), Ok(()));
            circuits.note(site(Operation::DescribeKey), Some(class));
            assert_eq!(circuits.opened_by(site(Operation::DescribeKey)), Some(class));
            assert_eq!(circuits.enter(site(Operation::DescribeKey)), Err(class));
            // Of the same service.
            assert_eq!(circuits.enter(site(Operation::ListGrants)), Ok(()));
            let here = site(Operation::DescribeKey);
            let (account, region) = (AccountId::new(2).unwrap(), Region::new("eu-west-2").unwrap());
            assert_eq!(circuits.enter((account, here.1, here.2)), Ok(()));
            assert_eq!(circuits.enter((here.0, region, here.2)), Ok(()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn failures_of_one_moment_are_a_hiccup() {
        let circuits = after(&[0.01; 40], FAILED).await;
        assert_eq!(circuits.opened_by(site(Operation::DescribeKey)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_ends_the_row_and_a_throttle_does_not() {
        for (class, expected) in [
            (None, None),
            (Some(GapClass::Denied), None),
            (Some(GapClass::MalformedAnswer), None),
            (Some(GapClass::ThrottledOut), Some(GapClass::ServerError)),
            (Some(GapClass::Proxy), Some(GapClass::ServerError)),
        ] {
            let circuits = after(&[0.2; 4], FAILED).await;
            circuits.note(site(Operation::DescribeKey), class);
            circuits.note(site(Operation::DescribeKey), FAILED);
            assert_eq!(circuits.opened_by(site(Operation::DescribeKey)), expected, "{class:?}");
        }
        let never = after(&[0.2; 9], Some(GapClass::Tls)).await;
        assert_eq!(never.opened_by(site(Operation::DescribeKey)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_probe_goes_through_and_closes_it_or_keeps_it_open_for_twice_as_long() {
        let circuits = after(&[0.2; 5], FAILED).await;
        let site = site(Operation::DescribeKey);
        for pause in [5, 10, 20, 30, 30] {
            // What was under way does not count.
            circuits.note(site, FAILED);
            tokio::time::sleep(Duration::from_millis(1000 * pause - 1)).await;
            assert!(circuits.enter(site).is_err());
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(circuits.opened_by(site), None, "a probe is due");
            assert_eq!(circuits.enter(site), Ok(()));
            assert!(circuits.enter(site).is_err(), "one is enough");
            circuits.note(site, FAILED);
        }
        tokio::time::sleep(LONGEST_PAUSE).await;
        assert_eq!(circuits.enter(site), Ok(()));
        circuits.note(site, None);
        assert_eq!(circuits.enter(site), Ok(()));
        assert_eq!(circuits.kept.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_never_answered_is_followed_by_another() {
        let circuits = after(&[0.2; 5], FAILED).await;
        tokio::time::sleep(PAUSE).await;
        assert_eq!(circuits.enter(site(Operation::DescribeKey)), Ok(()));
        tokio::time::sleep(PROBE).await;
        assert_eq!(circuits.enter(site(Operation::DescribeKey)), Ok(()));
    }
}
