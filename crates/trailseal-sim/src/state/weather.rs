//! Latency and failures by chance, drawn from the seed and the request.

use std::time::Duration;

use serde::Deserialize;

use super::{Effect, Facts};
use crate::draw::Draw;

/// What the weather is like. Rates are fractions of all requests, 0 to 1; fair weather is all zero.
#[derive(Debug, Clone, Copy, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WeatherSettings {
    /// Every answer takes this many milliseconds.
    pub latency_ms: u32,
    /// And up to so many more.
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
    /// How often a request that the weather strikes fails before it passes; denials never pass.
    pub fail_times: u32,
}

/// The weather.
#[derive(Debug, Default)]
pub struct Weather {}

impl Weather {
    /// Changes the weather.
    pub fn set(&self, _settings: WeatherSettings) {}

    /// How long the answer to this request takes, and what goes wrong with it.
    #[must_use]
    pub fn strike(&self, _request: Draw, _facts: &Facts<'_>) -> (Duration, Option<Effect>) {
        (Duration::ZERO, None)
    }
}
