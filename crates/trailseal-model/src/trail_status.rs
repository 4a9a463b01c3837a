//! How delivery of a trail goes in one Region.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Logging and delivery of a trail in one Region, from GetTrailStatus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailStatus {
    /// `IsLogging`.
    pub is_logging: bool,
    /// `LatestDeliveryTime`.
    #[serde(with = "crate::serde_text::optional", default)]
    pub latest_delivery: Option<Timestamp>,
    /// `LatestDeliveryError`: free text of S3, verbatim.
    pub latest_delivery_error: Option<Box<str>>,
    /// `LatestDeliveryAttemptTime`; AWS sends it as text, which is empty before the first attempt.
    #[serde(with = "crate::serde_text::optional", default)]
    pub latest_attempt: Option<Timestamp>,
    /// `LatestDeliveryAttemptSucceeded`: when the last attempt that succeeded was made, likewise.
    #[serde(with = "crate::serde_text::optional", default)]
    pub latest_success: Option<Timestamp>,
}

impl TrailStatus {
    /// The last delivery that AWS reports, by whichever of its two fields is later.
    #[must_use]
    pub fn last_success(&self) -> Option<Timestamp> {
        self.latest_success.max(self.latest_delivery)
    }

    /// Whether an attempt is newer than every delivery that succeeded: beside an error that is the
    /// attempt which failed. On trails that deliver, AWS sends equal times.
    #[must_use]
    pub fn has_failed_since(&self) -> bool {
        self.latest_attempt.is_some() && self.latest_attempt > self.last_success()
    }
}
