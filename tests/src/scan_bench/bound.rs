//! What no program could go below, and how far above it ours is.

use std::time::Duration;

use serde_json::{Value, json};

use super::Organization;
use super::server::LATENCY_MS;
use super::watched::Taken;
use crate::Failure;

/// What a page of ListAccounts holds.
const ACCOUNTS_A_PAGE: u32 = 20;

/// Calls that wait for each other, beside the pages of accounts: GetCallerIdentity before them;
/// after the last of them AssumeRole, ListRegions and DescribeTrails of its account; then
/// HeadBucket, ListObjectsV2 and HeadObject of its trail.
const CHAIN: u32 = 7;

/// The longest that any published quota takes for what was called.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// The quota's name.
    pub name: String,
    /// (calls - burst) / rate of whoever paid for most calls.
    pub seconds: f64,
}

/// The most binding of the simulator's quotas at this share of them.
///
/// # Errors
/// When the report is none of the simulator's.
pub fn quota(peaks: &Value, share: f64) -> Result<Quota, Failure> {
    let mut longest = Quota { name: String::new(), seconds: 0.0 };
    for peak in peaks.as_array().ok_or("a report without peaks")? {
        let number = |name: &str| peak[name].as_f64().ok_or_else(|| format!("no {name}"));
        let calls = number("most_of_a_payer")?;
        let seconds = (calls - number("burst")? * share) / (number("per_second")? * share);
        if seconds > longest.seconds {
            let name = peak["limit"].as_str().unwrap_or_default().to_owned();
            longest = Quota { name, seconds };
        }
    }
    Ok(longest)
}

/// How many calls came faster than a published quota allows.
#[must_use]
pub fn exceeded(peaks: &Value) -> u64 {
    peaks.as_array().into_iter().flatten().filter_map(|it| it["exceeded"].as_u64()).sum()
}

/// The calls that must wait for each other, each for the mean latency.
#[must_use]
pub fn latency_chain(accounts: u32) -> f64 {
    let mean = f64::from(LATENCY_MS.0) + f64::from(LATENCY_MS.1) / 2.0;
    f64::from(accounts.div_ceil(ACCOUNTS_A_PAGE) + CHAIN) * mean / 1000.0
}

/// The replay by bare clients.
#[derive(Debug, Clone, Copy)]
pub struct Bare {
    /// Calls that were replayed.
    pub calls: u64,
    /// Of them, answered with an error.
    pub failed: u64,
    /// From the first to the last.
    pub wall: Duration,
    /// User and system time.
    pub cpu: Duration,
}

/// Everything that was measured.
#[derive(Debug)]
pub struct Measured {
    /// What was scanned.
    pub organization: Organization,
    /// The share of the quotas that the program was to take.
    pub share: f64,
    /// What the program took.
    pub program: Taken,
    /// Calls that the simulator understood, throttled ones among them.
    pub calls: u64,
    /// Calls of each operation.
    pub operations: Value,
    /// Calls that the simulator throttled.
    pub throttles: u64,
    /// Calls that came faster than a published quota allows.
    pub exceeded: u64,
    /// The most requests in flight at once.
    pub in_flight: u64,
    /// The most binding quota.
    pub quota: Quota,
    /// The same calls by bare clients.
    pub bare: Bare,
}

#[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
const fn each(time: Duration, calls: u64) -> f64 {
    time.as_secs_f64() * 1e6 / calls as f64
}

impl Measured {
    /// Processor time of the program for each call, in microseconds.
    #[must_use]
    pub const fn cpu_us_per_call(&self) -> f64 {
        each(self.program.cpu, self.calls)
    }

    /// Processor time of a bare client for each call, in microseconds.
    #[must_use]
    pub const fn bare_call_us(&self) -> f64 {
        each(self.bare.cpu, self.bare.calls)
    }

    /// How long bare clients take for all calls of the program, in seconds.
    #[must_use]
    pub const fn bare_s(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
        let calls = self.calls as f64;
        each(self.bare.wall, self.bare.calls) * calls / 1e6
    }

    /// The largest of the lower bounds, in seconds, and which it is.
    #[must_use]
    pub fn bound(&self) -> (f64, String) {
        let bounds = [
            (self.quota.seconds, format!("quota of {}", self.quota.name)),
            (self.bare_s(), "the same calls by bare clients".to_owned()),
            (latency_chain(self.organization.accounts), "latency".to_owned()),
        ];
        let [first, others @ ..] = bounds;
        others.into_iter().fold(first, |most, it| if it.0 > most.0 { it } else { most })
    }

    /// The time that was taken, as a multiple of the bound.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.program.wall.as_secs_f64() / self.bound().0
    }

    /// Processor time of each call, as a multiple of a bare client's.
    #[must_use]
    pub const fn cpu_ratio(&self) -> f64 {
        self.cpu_us_per_call() / self.bare_call_us()
    }

    /// All figures in one object.
    #[must_use]
    pub fn json(&self) -> Value {
        let round = |it: f64| (it * 100.0).round() / 100.0;
        let (bound, what) = self.bound();
        let Organization { accounts, regions, shape } = self.organization;
        json!({
            "accounts": accounts,
            "regions": regions,
            "scenario": super::word(shape),
            "share": self.share,
            "wall_s": round(self.program.wall.as_secs_f64()),
            "bound_s": round(bound),
            "bound_by": what,
            "ratio": round(self.ratio()),
            "bounds": {
                "quota_s": round(self.quota.seconds),
                "quota": self.quota.name,
                "bare_s": round(self.bare_s()),
                "latency_s": round(latency_chain(accounts)),
            },
            "cpu_s": round(self.program.cpu.as_secs_f64()),
            "calls": self.calls,
            "cpu_us_per_call": round(self.cpu_us_per_call()),
            "bare_call_us": round(self.bare_call_us()),
            "cpu_ratio": round(self.cpu_ratio()),
            "bare_calls": self.bare.calls,
            "peak_rss_mib": round(self.program.peak_rss_mib),
            "throttles": self.throttles,
            "exceeded": self.exceeded,
            "sockets": self.program.sockets,
            "in_flight": self.in_flight,
            "exit_code": self.program.status.code(),
            "operations": self.operations,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_binding_quota_is_that_of_whoever_paid_for_most() {
        let peaks = json!([
            { "limit": "DescribeTrails", "per_second": 10, "burst": 10, "most_of_a_payer": 18, "exceeded": 0 },
            { "limit": "ListAccounts", "per_second": 8, "burst": 12, "most_of_a_payer": 50, "exceeded": 2 },
        ]);
        let check = |share, name: &str, seconds| {
            let expected = Quota { name: name.to_owned(), seconds };
            assert_eq!(quota(&peaks, share).unwrap(), expected);
        };
        check(1.0, "ListAccounts", 4.75);
        check(0.5, "ListAccounts", 11.0);
        assert_eq!(exceeded(&peaks), 2);
        assert!(quota(&Value::Null, 1.0).is_err());
    }

    #[test]
    fn the_chain_has_every_page_of_accounts() {
        assert!((latency_chain(20) - 0.24).abs() < 1e-9);
        assert!((latency_chain(1000) - 1.71).abs() < 1e-9);
    }
}
