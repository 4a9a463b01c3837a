//! Latency and failures by chance, drawn from the seed and the request.

use std::time::Duration;

use super::{Effect, Facts};
use crate::draw::Draw;

/// The weather.
#[derive(Debug, Default)]
pub struct Weather {}

impl Weather {
    /// How long the answer to this request takes, and what goes wrong with it.
    #[must_use]
    pub fn strike(&self, _request: Draw, _facts: &Facts<'_>) -> (Duration, Option<Effect>) {
        (Duration::ZERO, None)
    }
}
