//! What the rows of keys, buckets and statuses say.

use trailseal_model::{Arn, BucketReading, KeyReading, ManagedBy};
use trailseal_record::v1::StatusLine;

use super::{
    ANY, Allowed, Case, FAIL, NO_PASS, NO_PROOF_OF_FAILURE, NOT_APPLICABLE, NOT_PROVEN, PASS,
};

impl Case<'_> {
    /// The controls about the trail's key, as far as the key's row tells.
    pub(super) fn of_key(&self, control: &str) -> Allowed {
        if self.is_keyless() {
            return NOT_APPLICABLE;
        }
        let Some(key) = self.key else { return NO_PASS };
        let is_of_aws = key.manager == Some(ManagedBy::Aws);
        match (control, key.presence) {
            ("key-customer-managed", KeyReading::Exists) => self.customer_managed(),
            ("key-customer-managed", KeyReading::Gone) => NOT_APPLICABLE,
            ("key-customer-managed", _) => NOT_PROVEN,
            ("key-usable", KeyReading::Exists) => self.usable(),
            // The key's ARN alone shows that the bucket is in another Region.
            ("key-usable", KeyReading::Unread) => &["fail", "not_proven"],
            ("key-usable", _) => FAIL,
            (_, KeyReading::Gone) => NOT_APPLICABLE,
            _ if is_of_aws => NOT_APPLICABLE,
            ("key-rotation-enabled", _) => match key.rotation_enabled {
                Some(true) => NO_PROOF_OF_FAILURE,
                Some(false) => &["fail", "not_applicable", "not_proven"],
                None => &["not_proven", "not_applicable"],
            },
            // The policy itself decides; without it nothing passes and nothing fails, but that a
            // policy which is no JSON is read and not understood.
            _ if key.policy.is_none() => &["not_proven"],
            _ => ANY,
        }
    }

    fn customer_managed(&self) -> Allowed {
        let Some(key) = self.key else { return NO_PASS };
        let owner = key.resolved_arn.as_ref().and_then(Arn::account);
        let is_inside = owner.is_some_and(|owner| self.rows.accounts.contains(&owner));
        match key.manager {
            Some(ManagedBy::Aws) => FAIL,
            Some(ManagedBy::Customer) if is_inside => PASS,
            // A trusted account may hold it.
            Some(ManagedBy::Customer) => NO_PROOF_OF_FAILURE,
            None => NOT_PROVEN,
        }
    }

    fn usable(&self) -> Allowed {
        let Some(key) = self.key else { return NO_PASS };
        let is_on = matches!(key.state.as_deref(), Some("Enabled" | "Updating"));
        let is_right = key.spec.as_deref() == Some("SYMMETRIC_DEFAULT")
            && key.usage.as_deref() == Some("ENCRYPT_DECRYPT");
        if is_on && is_right && key.deletion_date.is_none() { ANY } else { NO_PASS }
    }

    /// Delivery, as far as the rows of bucket and statuses tell.
    pub(super) fn delivering(&self) -> Allowed {
        let is_gone = self.bucket.is_some_and(|bucket| bucket.presence == BucketReading::Gone);
        let mut statuses = self.trail.status.iter();
        if is_gone || statuses.any(|status| status.is_logging == Some(false)) {
            return FAIL;
        }
        let delivers = |status: &StatusLine| {
            status.is_logging == Some(true)
                && status.latest_delivery.is_some()
                && status.latest_delivery_error.is_none()
        };
        let has_owner = self.bucket.is_some_and(|bucket| bucket.owner_account_id.is_some());
        let is_right =
            has_owner && !self.trail.status.is_empty() && self.trail.status.iter().all(delivers);
        // The rows show how old the newest delivery is, but not when it was asked.
        if is_right { ANY } else { NO_PASS }
    }
}
