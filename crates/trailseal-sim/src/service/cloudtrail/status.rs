//! GetTrailStatus: one Region of one account.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::find;
use crate::objects::{latest_digest, latest_log};
use crate::service::times::{seconds, within_second};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::trail::{Channel, Logging, Trail};

/// CloudTrail delivers every five minutes or so, and tries as often.
const SECONDS_BETWEEN_ATTEMPTS: i64 = 300;

/// What a trail has done in one account and Region.
struct Done<'a> {
    trail: &'a Trail,
    /// `LatestDeliveryError`.
    error: Option<&'a str>,
    /// When the newest log file was delivered.
    latest: Option<Timestamp>,
    /// When the newest digest file was delivered.
    digest: Option<Timestamp>,
}

/// How the trail does in the calling account and Region.
pub(super) fn get_trail_status(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let (world, now) = (context.world, call.now);
    let (account, region) = (call.session.account, call.region);
    let trail = find::trail(world, call, "Name")?;
    let only_in = &trail.logging.error_only_in;
    let error = trail.logging.delivery_error.as_deref();
    let validates = trail.validates_log_files;
    let done = Done {
        trail,
        error: error.filter(|_| only_in.is_empty() || only_in.contains(&(account, region))),
        latest: latest_log(world, trail, account, region, now),
        digest: validates.then(|| latest_digest(world, trail, account, region, now)).flatten(),
    };
    let mut output = Map::new();
    output.insert("IsLogging".to_owned(), trail.logging.is_on.into());
    put_texts(&mut output, &done, now);
    put_times(&mut output, &done, &Clock { world, now });
    put_errors(&mut output, &done);
    Ok(Reply::Json(output.into()))
}

/// The texts from before the times: "no longer in use", and mostly still sent.
fn put_texts(output: &mut Map<String, Value>, done: &Done<'_>, now: Timestamp) {
    let Done { trail, error, latest, .. } = *done;
    let Logging { is_on, started, stopped, is_error_past, hides_attempts, .. } = trail.logging;
    let tries_in_vain = error.is_some() && is_on && !is_error_past;
    let attempt = if tries_in_vain { latest.max(Some(last_attempt(now))) } else { latest };
    let notified = trail.topic.as_ref().and(latest);
    let is_heard = trail.topic.as_ref().is_some_and(|it| it.error.is_none());
    if !hides_attempts {
        for (name, time) in [
            ("LatestDeliveryAttemptTime", attempt),
            ("LatestDeliveryAttemptSucceeded", latest),
            ("LatestNotificationAttemptTime", notified),
            ("LatestNotificationAttemptSucceeded", notified.filter(|_| is_heard)),
        ] {
            output.insert(name.to_owned(), text(time).into());
        }
    }
    output.insert("TimeLoggingStarted".to_owned(), text(started).into());
    output.insert("TimeLoggingStopped".to_owned(), text(stopped).into());
}

/// Tells when things happened to the millisecond, and nothing of the future.
struct Clock<'a> {
    world: &'a World,
    now: Timestamp,
}

impl Clock<'_> {
    fn seconds(&self, trail: &Trail, what: &str, at: Timestamp) -> Value {
        let draw = self.world.draw("status").number(trail.owner.number()).word(&trail.name);
        let draw = draw.word(what).number(at.as_second().unsigned_abs());
        seconds(within_second(draw, at).min(self.now.max(at)))
    }
}

fn put_times(output: &mut Map<String, Value>, done: &Done<'_>, clock: &Clock<'_>) {
    let Done { trail, latest, digest, .. } = *done;
    let Logging { started, stopped, .. } = trail.logging;
    for (name, time) in [
        ("LatestDeliveryTime", latest),
        ("LatestDigestDeliveryTime", digest),
        ("LatestNotificationTime", trail.topic.as_ref().and(latest)),
        ("LatestCloudWatchLogsDeliveryTime", trail.log_group.as_ref().and(latest)),
        ("StartLoggingTime", started),
        ("StopLoggingTime", stopped),
    ] {
        if let Some(time) = time {
            output.insert(name.to_owned(), clock.seconds(trail, name, time));
        }
    }
}

fn put_errors(output: &mut Map<String, Value>, done: &Done<'_>) {
    let Done { trail, error, .. } = *done;
    let of_channel = |it: &'_ Option<Channel>| it.as_ref().and_then(|it| it.error.clone());
    for (name, error) in [
        ("LatestDeliveryError", error.map(Into::into)),
        // Digest files go to the same bucket under the same key.
        ("LatestDigestDeliveryError", error.filter(|_| trail.validates_log_files).map(Into::into)),
        ("LatestNotificationError", of_channel(&trail.topic)),
        ("LatestCloudWatchLogsDeliveryError", of_channel(&trail.log_group)),
    ] {
        if let Some(error) = error {
            output.insert(name.to_owned(), Value::from(&*error));
        }
    }
}

fn last_attempt(now: Timestamp) -> Timestamp {
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(SECONDS_BETWEEN_ATTEMPTS)).unwrap_or(now)
}

fn text(time: Option<Timestamp>) -> String {
    time.map(|it| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}
