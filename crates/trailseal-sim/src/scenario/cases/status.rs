//! Cases about what GetTrailStatus and GetEventSelectors tell of a trail that is otherwise sealed.

use super::super::truth::Control::TrailDelivering;
use super::super::truth::Status::NotProven;
use super::super::truth::{FAILING, SEALED};
use super::{Case, EVERY_REGION, FilledAccount, ONE_REGION};
use crate::world::trail::{ConsoleSelectors, Selectors};
use jiff::SignedDuration;

/// A trail of half a day that delivers every quarter of an hour.
fn busy(place: &mut FilledAccount<'_>, change: impl FnOnce(&mut super::super::setup::Setup)) {
    place.trail(|it| {
        it.begin(12);
        it.deliveries.per_day = 96;
        change(it);
    });
}

/// A trail of every Region that records what the console wrote.
fn by_console(place: &mut FilledAccount<'_>, written: ConsoleSelectors) {
    place.wide_trail(|it| it.trail.selectors = Selectors::Console(written));
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "status-error-since-minutes",
        about: "Logs arrived within the hour, and the newest attempt, minutes ago, failed: delivery fails now.",
        build: |it| {
            busy(it, |it| {
                it.deliveries.until = Some(it.near.start - SignedDuration::from_mins(10));
                it.trail.logging.delivery_error = Some("AccessDenied".into());
            });
        },
        trails: &[FAILING],
        ..ONE_REGION
    },
    Case {
        id: "status-error-in-one-region-since-minutes",
        about: "Every Region delivered within the hour, and the newest attempt in one of them failed.",
        build: |it| {
            it.wide_trail(|it| {
                // Two or three files in each Region, fewer than a sample has.
                it.begin(2);
                it.deliveries.per_day = 36;
                it.deliveries.until = Some(it.near.start - SignedDuration::from_mins(15));
                it.trail.logging.delivery_error = Some("KMS.DisabledException".into());
                it.trail.logging.error_only_in = vec![(it.near.account, it.near.regions[2])];
            });
        },
        trails: &[FAILING],
        ..EVERY_REGION
    },
    Case {
        id: "status-error-without-attempts",
        about: "An error beside a log of this hour, and no texts that tell which of them is newer.",
        build: |it| {
            busy(it, |it| {
                it.err_before();
                it.trail.logging.hides_attempts = true;
            });
        },
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "status-without-attempts",
        about: "GetTrailStatus without the texts about attempts, which AWS no longer uses.",
        build: |it| it.wide_trail(|it| it.trail.logging.hides_attempts = true),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "status-started-again",
        about: "Logging was stopped and started again, so the trail logs, and StopLoggingTime is still told.",
        build: |it| {
            it.wide_trail(|it| it.trail.logging.stopped = Some(it.near.hours_ago(31)));
        },
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "status-other-channels",
        about: "The trail also notifies a topic and sends events to a log group, and all of it works.",
        build: |it| it.wide_trail(|it| it.send_elsewhere(None, None)),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "status-other-channels-fail",
        about: "Notifications and the log group fail; the logs arrive in the bucket all the same.",
        build: |it| {
            it.wide_trail(|it| {
                it.send_elsewhere(Some("AuthorizationError"), Some("Access denied"));
            });
        },
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-console",
        about: "An advanced selector as the console writes it, without a name, records management events.",
        build: |it| by_console(it, ConsoleSelectors::All),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-console-exclusions",
        about: "The console left out KMS and the RDS Data API in one field with two values; it is stated.",
        build: |it| by_console(it, ConsoleSelectors::WithoutKmsAndRdsData),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-console-split",
        about: "One selector of the console records what writes, another what reads: together all.",
        build: |it| by_console(it, ConsoleSelectors::WritesAndReads),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-console-beside-data",
        about: "Beside management events the console's selectors record data events and network activity.",
        build: |it| by_console(it, ConsoleSelectors::BesideData),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-console-write-only",
        about: "The console's selector leaves out events that read, so no Region is covered.",
        build: |it| by_console(it, ConsoleSelectors::WriteOnly),
        trails: &[SEALED],
        ..ONE_REGION
    },
];
