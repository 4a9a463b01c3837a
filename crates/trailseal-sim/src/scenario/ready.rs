//! The ready-made scenarios.

use jiff::Timestamp;
use toml::Spanned;

use super::{Scenario, ScenarioError, build};

/// The ready-made scenarios: names and texts.
pub const READY_MADE: &[(&str, &str)] = &[
    ("bench", BENCH),
    ("bench-worst", BENCH_WORST),
    ("cases", include_str!("../../scenarios/cases.toml")),
    ("china", include_str!("../../scenarios/china.toml")),
    ("demo", include_str!("../../scenarios/demo.toml")),
    ("govcloud", include_str!("../../scenarios/govcloud.toml")),
    ("landing-zone", include_str!("../../scenarios/landing-zone.toml")),
    ("small", include_str!("../../scenarios/small.toml")),
    ("standalone", include_str!("../../scenarios/standalone.toml")),
];

const BENCH: &str = include_str!("../../scenarios/bench.toml");
const BENCH_WORST: &str = include_str!("../../scenarios/bench-worst.toml");

/// The accounts that a large organization has beside its population.
const WELL_KNOWN: u32 = 3;

/// The shape of a large organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An organization trail, and a trail of its own in every tenth account.
    LandingZone,
    /// No organization trail, and a trail of its own in every account, in every second one event
    /// data stores too.
    Worst,
}

impl Scenario {
    /// The ready-made scenario with this name at this time.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn ready_made(name: &str, start: Timestamp) -> Result<Self, ScenarioError> {
        let found = READY_MADE.iter().find(|it| it.0 == name);
        let text = found.map(|it| it.1).ok_or_else(|| {
            let names: Vec<_> = READY_MADE.iter().map(|it| it.0).collect();
            let message = format!("there is no scenario `{name}`; there are {}", names.join(", "));
            ScenarioError { line: 0, message }
        })?;
        Self::from_toml(text, start)
    }

    /// An organization with these numbers of accounts, and of Regions in each.
    ///
    /// # Errors
    /// The partition has fewer Regions, or too few to be enabled in every account.
    pub fn bench(
        accounts: u32,
        regions: usize,
        shape: Shape,
        start: Timestamp,
    ) -> Result<Self, ScenarioError> {
        let text = match shape {
            Shape::LandingZone => BENCH,
            Shape::Worst => BENCH_WORST,
        };
        let mut file = build::read(text)?;
        file.regions = Some(Spanned::new(0..0, regions));
        for population in &mut file.population {
            population.accounts = accounts.saturating_sub(WELL_KNOWN);
        }
        build::make(text, &file, start)
    }
}
