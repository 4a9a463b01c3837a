//! GetTrailStatus: one Region of one account.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::find;
use crate::objects::{latest_digest, latest_log};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;

/// CloudTrail delivers every five minutes or so, and tries as often.
const SECONDS_BETWEEN_ATTEMPTS: i64 = 300;

/// How the trail does in the calling account and Region.
pub(super) fn get_trail_status(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let (world, now) = (context.world, call.now);
    let (account, region) = (call.session.account, call.region);
    let trail = find::trail(world, call, "Name")?;
    let logging = &trail.logging;
    let only_in = &logging.error_only_in;
    let error = logging.delivery_error.as_deref();
    let error = error.filter(|_| only_in.is_empty() || only_in.contains(&(account, region)));
    let latest = latest_log(world, trail, account, region, now);
    let validates = trail.validates_log_files;
    let digest = validates.then(|| latest_digest(world, trail, account, region, now)).flatten();
    let attempt = if error.is_some() && logging.is_on { Some(last_attempt(now)) } else { latest };
    // The texts are from before the times: "no longer in use", and still sent.
    let mut output = json!({
        "IsLogging": logging.is_on,
        "LatestDeliveryAttemptTime": text(attempt),
        "LatestDeliveryAttemptSucceeded": text(latest),
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "TimeLoggingStarted": text(logging.started),
        "TimeLoggingStopped": text(logging.stopped),
    });
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            output[name] = value;
        }
    };
    put("LatestDeliveryTime", latest.map(seconds));
    put("LatestDigestDeliveryTime", digest.map(seconds));
    put("StartLoggingTime", logging.started.map(seconds));
    put("StopLoggingTime", logging.stopped.map(seconds));
    put("LatestDeliveryError", error.map(Value::from));
    // Digest files go to the same bucket under the same key.
    put("LatestDigestDeliveryError", error.filter(|_| validates).map(Value::from));
    Ok(Reply::Json(output))
}

fn last_attempt(now: Timestamp) -> Timestamp {
    let second = now.as_second();
    Timestamp::from_second(second - second.rem_euclid(SECONDS_BETWEEN_ATTEMPTS)).unwrap_or(now)
}

fn text(time: Option<Timestamp>) -> String {
    time.map(|it| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

fn seconds(time: Timestamp) -> Value {
    time.as_second().into()
}
