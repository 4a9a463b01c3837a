//! Latency and failures by chance, drawn from the seed and the request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Effect;
use super::shards::{HashedMap, Shards};
use crate::draw::Draw;
use crate::world::denial::PolicyKind;

/// Latency and random faults. Rates are fractions of all requests, 0 to 1; none by default.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RandomFaultSettings {
    /// Every answer takes this many milliseconds.
    pub latency_ms: u32,
    /// And up to this number more.
    pub jitter_ms: u32,
    /// Answers that throttle without a limit being reached.
    pub throttles: f64,
    /// Answers that are server errors.
    pub server_errors: f64,
    /// Connections that are reset.
    pub resets: f64,
    /// Requests that are never answered.
    pub hangs: f64,
    /// Answers that break off.
    pub truncations: f64,
    /// Requests that are denied for good, without a reason.
    pub denials: f64,
    /// How often a request that is struck fails before it passes, at least once; denials never pass.
    pub fail_times: u32,
}

impl RandomFaultSettings {
    /// The rates by name, and what each does. The name is drawn for, so that one rate does not
    /// change whom another strikes.
    fn rates(&self) -> [(&'static str, f64, Effect); 6] {
        [
            ("denials", self.denials, Effect::Denied(PolicyKind::Untold)),
            ("throttles", self.throttles, Effect::Throttled),
            ("server_errors", self.server_errors, Effect::ServerError),
            ("resets", self.resets, Effect::Reset),
            ("hangs", self.hangs, Effect::Hang),
            ("truncations", self.truncations, Effect::Truncated),
        ]
    }

    /// The first rate that is no fraction.
    #[must_use]
    pub fn mistake(&self) -> Option<String> {
        let rates = self.rates();
        let wrong = rates.iter().find(|it| !(0.0..=1.0).contains(&it.1))?;
        Some(format!("`{}` is {}, not a fraction from 0 to 1", wrong.0, wrong.1))
    }
}

/// The fault that strikes one request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stroke {
    /// What goes wrong.
    pub(crate) effect: Effect,
    /// How often the same request was struck before.
    pub(crate) attempt: u32,
}

/// Latency and random faults of a simulator.
#[derive(Debug, Default)]
pub struct RandomFaults {
    settings: RwLock<RandomFaultSettings>,
    is_stormy: AtomicBool,
    /// How often requests came that were struck; of the others, most of all, nothing is kept.
    attempts: Shards<HashedMap<u32>>,
}

impl RandomFaults {
    /// Changes the settings; requests that were struck before begin anew.
    pub fn set(&self, settings: RandomFaultSettings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
        self.attempts.each().for_each(|mut it| *it = HashedMap::default());
        self.is_stormy.store(settings != RandomFaultSettings::default(), Ordering::Relaxed);
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> RandomFaultSettings {
        *self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the answer to this request takes.
    pub(crate) fn delay(&self, request: Draw) -> Duration {
        if !self.is_stormy.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        let RandomFaultSettings { latency_ms, jitter_ms, .. } = self.settings();
        let jitter = request.word("jitter").fraction() * f64::from(jitter_ms);
        Duration::from_secs_f64((f64::from(latency_ms) + jitter) / 1000.0)
    }

    /// What goes wrong with this request, if anything.
    pub(crate) fn strike(&self, request: Draw) -> Option<Stroke> {
        if !self.is_stormy.load(Ordering::Relaxed) {
            return None;
        }
        let settings = self.settings();
        let struck = settings.rates().into_iter();
        let (_, _, effect) = struck.into_iter().find(|it| request.word(it.0).fraction() < it.1)?;
        let mut attempts = self.attempts.of(request.value());
        let attempts = attempts.entry(request.value()).or_default();
        let attempt = *attempts;
        *attempts = attempt.saturating_add(1);
        let is_for_good = matches!(effect, Effect::Denied(_));
        (is_for_good || attempt < settings.fail_times.max(1)).then_some(Stroke { effect, attempt })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stormy(settings: RandomFaultSettings) -> RandomFaults {
        let random_faults = RandomFaults::default();
        random_faults.set(settings);
        random_faults
    }

    fn request(number: u64) -> Draw {
        Draw::new(7).word("request").number(number)
    }

    #[test]
    fn fair_weather_strikes_nobody_and_keeps_nothing() {
        let random_faults = stormy(RandomFaultSettings::default());
        assert!((0..1000).all(|it| random_faults.strike(request(it)).is_none()));
        assert_eq!(random_faults.delay(request(1)), Duration::ZERO);
    }

    #[test]
    fn each_rate_strikes_its_part_in_its_way() {
        let check = |settings: RandomFaultSettings, expected: &Effect| {
            let random_faults = stormy(settings);
            let strokes: Vec<_> =
                (0..4000).filter_map(|it| random_faults.strike(request(it))).collect();
            assert!((320..480).contains(&strokes.len()), "{expected:?}: {}", strokes.len());
            assert!(strokes.iter().all(|it| it.effect == *expected && it.attempt == 0));
            let kept: usize = random_faults.attempts.each().map(|it| it.len()).sum();
            assert_eq!(kept, strokes.len(), "only struck requests are kept");
        };
        let fair = RandomFaultSettings::default();
        check(RandomFaultSettings { throttles: 0.1, ..fair }, &Effect::Throttled);
        check(RandomFaultSettings { server_errors: 0.1, ..fair }, &Effect::ServerError);
        check(RandomFaultSettings { resets: 0.1, ..fair }, &Effect::Reset);
        check(RandomFaultSettings { hangs: 0.1, ..fair }, &Effect::Hang);
        check(RandomFaultSettings { truncations: 0.1, ..fair }, &Effect::Truncated);
        check(RandomFaultSettings { denials: 0.1, ..fair }, &Effect::Denied(PolicyKind::Untold));
    }

    #[test]
    fn struck_requests_fail_so_often_and_pass_then() {
        for (fail_times, expected) in [(0, 1), (1, 1), (3, 3)] {
            let settings =
                RandomFaultSettings { server_errors: 1.0, fail_times, ..Default::default() };
            let random_faults = stormy(settings);
            let attempts: Vec<_> =
                (0..6).filter_map(|_| Some(random_faults.strike(request(1))?.attempt)).collect();
            assert_eq!(attempts, (0..expected).collect::<Vec<_>>(), "{fail_times}");
            random_faults.set(settings);
            assert!(random_faults.strike(request(1)).is_some(), "new settings begin anew");
        }
        let denials = stormy(RandomFaultSettings { denials: 1.0, ..Default::default() });
        assert!((0..6).all(|_| denials.strike(request(1)).is_some()), "denials never pass");
    }

    #[test]
    fn the_order_of_requests_changes_nothing() {
        let settings = RandomFaultSettings {
            throttles: 0.2,
            resets: 0.1,
            fail_times: 2,
            ..Default::default()
        };
        let (forward, backward) = (stormy(settings), stormy(settings));
        let round = |random_faults: &RandomFaults, numbers: &mut dyn Iterator<Item = u64>| {
            let mut strokes: Vec<_> =
                numbers.map(|it| (it, random_faults.strike(request(it)))).collect();
            strokes.sort_by_key(|it| it.0);
            strokes
        };
        for _ in 0..4 {
            let expected = round(&forward, &mut (0..500));
            assert_eq!(round(&backward, &mut (0..500).rev()), expected);
        }
    }

    #[test]
    fn latency_has_its_jitter() {
        let random_faults =
            stormy(RandomFaultSettings { latency_ms: 20, jitter_ms: 10, ..Default::default() });
        let delays: Vec<_> =
            (0..100).map(|it| random_faults.delay(request(it)).as_micros()).collect();
        assert!(delays.iter().all(|it| (20_000..30_000).contains(it)));
        assert!(delays.iter().max().unwrap() - delays.iter().min().unwrap() > 5000);
    }

    #[test]
    fn a_rate_is_a_fraction() {
        assert_eq!(RandomFaultSettings::default().mistake(), None);
        for wrong in [-0.1, 1.5, f64::NAN] {
            let settings = RandomFaultSettings { resets: wrong, ..Default::default() };
            assert!(settings.mistake().unwrap().contains("`resets`"), "{wrong}");
        }
    }
}
