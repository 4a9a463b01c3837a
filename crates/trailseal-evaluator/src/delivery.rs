//! What one answer of GetTrailStatus says of delivery.

use jiff::{SignedDuration, Timestamp};
use trailseal_model::{Answer, Delivery, Observed, Thresholds, TrailStatus};

/// What this status says at this time.
#[must_use]
pub fn delivery(
    status: &Observed<Answer<TrailStatus>>,
    thresholds: &Thresholds,
    as_of: Timestamp,
) -> Delivery {
    let Some(Answer { value: status, .. }) = status.known() else { return Delivery::Unread };
    let age = |at: Timestamp| as_of.duration_since(at);
    let is_fresh = |at| age(at) < SignedDuration::from_secs(thresholds.fresh_within_seconds);
    let is_stale = |at| age(at) > SignedDuration::from_secs(thresholds.stale_after_seconds);
    if !status.is_logging {
        return Delivery::NotLogging;
    }
    match (&status.latest_delivery_error, status.latest_delivery) {
        (Some(_), Some(at)) if is_fresh(at) => Delivery::Contradicted,
        (Some(_), _) => Delivery::Error,
        (None, None) => Delivery::Never,
        (None, Some(at)) if is_stale(at) => Delivery::Stale,
        (None, Some(_)) => Delivery::Delivering,
    }
}
