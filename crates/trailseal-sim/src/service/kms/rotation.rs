//! GetKeyRotationStatus.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::describe::{check_state, created};
use super::find::{self, Reach};
use crate::service::times::seconds;
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::key::{Key, KeyState, MultiRegion, Rotation};

/// Milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Whether the key's material is rotated by itself, how often and when next.
pub(super) fn get_key_rotation_status(
    context: &Context<'_>,
    call: &Call<'_>,
) -> Result<Reply, Fault> {
    let key = find::permitted(context.world, call, Reach::OtherAccounts)?;
    check_state(key)?;
    if key.state == KeyState::Creating {
        let message = format!("{} is creating.", key.arn());
        return Err(Fault::new(400, "KMSInvalidStateException", message));
    }
    let governing = governing(context.world, key);
    let arn = key.arn();
    let days = match rotation(governing) {
        Rotation::Unsupported => {
            let message = format!("{arn} origin or key spec does not support automatic rotation.");
            return Err(Fault::new(400, "UnsupportedOperationException", message));
        }
        // KMS API reference: "While a KMS key is pending deletion, its key rotation status is
        // false".
        Rotation::Every(days) if !is_going(key) => days,
        Rotation::Off | Rotation::Every(_) => {
            return Ok(Reply::Json(json!({ "KeyId": arn, "KeyRotationEnabled": false })));
        }
    };
    let next = next_rotation(created(context.world, governing), days, call.now);
    Ok(Reply::Json(json!({
        "KeyId": arn,
        "KeyRotationEnabled": true,
        "RotationPeriodInDays": days,
        "NextRotationDate": next,
    })))
}

fn is_going(key: &Key) -> bool {
    matches!(key.state, KeyState::PendingDeletion | KeyState::PendingReplicaDeletion)
}

/// KMS developer guide, "Rotating multi-Region keys": the primary key decides for all.
fn governing<'a>(world: &'a World, key: &'a Key) -> &'a Key {
    match &key.multi_region {
        MultiRegion::Replica(primary, _) => {
            world.key(key.account, *primary, &key.id).unwrap_or(key)
        }
        _ => key,
    }
}

/// AWS managed keys are rotated every year; only symmetric keys outside of custom stores can be.
fn rotation(key: &Key) -> Rotation {
    let can_rotate =
        &*key.spec == "SYMMETRIC_DEFAULT" && matches!(&*key.origin, "AWS_KMS" | "EXTERNAL");
    if !can_rotate {
        Rotation::Unsupported
    } else if key.is_aws_managed {
        Rotation::Every(365)
    } else {
        key.rotation
    }
}

/// The first of the dates that a whole number of periods lies behind the creation, after now.
fn next_rotation(created: Timestamp, days: u32, now: Timestamp) -> Value {
    let period = DAY * i64::from(days.max(1));
    let (created, now) = (created.as_millisecond(), now.as_millisecond());
    let next = created + period * ((now - created).div_euclid(period) + 1);
    seconds(Timestamp::from_millisecond(next).unwrap_or_default())
}
