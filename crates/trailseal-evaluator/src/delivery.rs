//! What one answer of GetTrailStatus says of delivery.

use trailseal_model::{Answer, Delivery, Observed, Thresholds, TrailStatus};

use crate::age::{is_within, seconds};

/// What this status says at the time of its answer.
#[must_use]
pub fn delivery(status: &Observed<Answer<TrailStatus>>, thresholds: &Thresholds) -> Delivery {
    let Some(Answer { value: status, evidence }) = status.known() else { return Delivery::Unread };
    let is_fresh = |it| is_within(it, evidence.at, seconds(thresholds.fresh_within_seconds));
    let is_stale = |it| {
        // A delivery of exactly this age is not older than it.
        let at_most = seconds(thresholds.stale_after_seconds + 1);
        !is_within(it, evidence.at, at_most)
    };
    if !status.is_logging {
        return Delivery::NotLogging;
    }
    match (&status.latest_delivery_error, status.latest_delivery) {
        // The attempt that failed is the newest of all: no delivery speaks against it.
        (Some(_), _) if status.has_failed_since() => Delivery::Error,
        (Some(_), Some(at)) if is_fresh(at) => Delivery::Contradicted,
        (Some(_), _) => Delivery::Error,
        (None, None) => Delivery::Never,
        (None, Some(at)) if is_stale(at) => Delivery::Stale,
        (None, Some(_)) => Delivery::Delivering,
    }
}
