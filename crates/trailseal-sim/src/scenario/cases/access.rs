//! Cases about what the audit is not let see.

use super::super::setup::Setup;
use super::super::truth::Control::{
    KeyCustomerManaged, KeyRotationEnabled, KeyUsable, LogObjectsSealed, TrailDelivering,
};
use super::super::truth::Status::NotProven;
use super::super::truth::{EMPTY, KEYLESS, SEALED, UNREAD_KEY, UNREAD_POLICY};
use super::{Case, EVERY_REGION, FilledAccount, NOT_IN_USE, ONE_REGION};
use crate::world::account::AccountState;
use crate::world::denial::PolicyKind;
use crate::world::region::{Region, RegionSet};

/// A service control policy denies CloudTrail in this Region.
fn policy_for(place: &mut FilledAccount<'_>, region: Region) {
    let regions = RegionSet::NONE.with(region);
    place.denies(PolicyKind::ServiceControl, true, &["cloudtrail:*"], regions);
}

/// An account with a trail of every Region, whose role lacks these actions.
fn lacking(place: &mut FilledAccount<'_>, actions: &[&str]) {
    place.wide_trail(|_| {});
    place.lacks(actions);
}

/// An account in this state, with a trail that no caller can read.
fn in_state(place: &mut FilledAccount<'_>, state: AccountState) {
    place.wide_trail(|_| {});
    place.becomes(state);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "access-role-missing",
        about: "The audit role is missing: whether the account has a trail is unknown.",
        build: |it| {
            it.wide_trail(|_| {});
            it.account.roles = [].into();
        },
        covered: NotProven,
        ..ONE_REGION
    },
    Case {
        id: "access-cloudtrail-denied",
        about: "The role may not call CloudTrail: trails and stores cannot be listed.",
        build: |it| {
            let home = it.near.regions[0];
            it.store(home);
            lacking(it, &["cloudtrail:*"]);
        },
        covered: NotProven,
        ..ONE_REGION
    },
    Case {
        id: "access-status-denied",
        about: "The role may not read the trail's status, so whether it logs is not known.",
        build: |it| lacking(it, &["cloudtrail:GetTrailStatus"]),
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        covered: NotProven,
        ..ONE_REGION
    },
    Case {
        id: "access-selectors-denied",
        about: "The role may not read the trail's selectors, so what it records is not known.",
        build: |it| lacking(it, &["cloudtrail:GetEventSelectors"]),
        trails: &[SEALED],
        covered: NotProven,
        ..ONE_REGION
    },
    Case {
        id: "access-list-trails-denied",
        about: "The role may not list trails across Regions, which only serves as a cross-check.",
        build: |it| lacking(it, &["cloudtrail:ListTrails"]),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "access-regions-denied",
        about: "The role may not list the account's Regions: all of the partition are tried.",
        build: |it| lacking(it, &["account:ListRegions"]),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "access-kms-denied",
        about: "The role may not ask KMS anything; objects are still compared with the key's ARN.",
        build: |it| lacking(it, &["kms:*"]),
        trails: &[SEALED.but(UNREAD_KEY)],
        ..EVERY_REGION
    },
    Case {
        id: "access-describe-key-denied",
        about: "The role may not describe the key, and may read its policy and rotation.",
        build: |it| lacking(it, &["kms:DescribeKey"]),
        trails: &[SEALED.but(&[(KeyCustomerManaged, NotProven), (KeyUsable, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "access-key-policy-denied",
        about: "The role may describe the key, and not read its policy.",
        build: |it| lacking(it, &["kms:GetKeyPolicy"]),
        trails: &[SEALED.but(UNREAD_POLICY)],
        ..EVERY_REGION
    },
    Case {
        id: "access-key-rotation-denied",
        about: "The role may not read whether the key rotates.",
        build: |it| lacking(it, &["kms:GetKeyRotationStatus"]),
        trails: &[SEALED.but(&[(KeyRotationEnabled, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "access-s3-denied",
        about: "The role may not ask S3 anything: not even who owns the bucket is known.",
        build: |it| lacking(it, &["s3:*"]),
        trails: &[EMPTY.but(&[(TrailDelivering, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "access-objects-denied",
        about: "The role may list the bucket, and not look at objects; a 403 is never unencrypted.",
        build: |it| lacking(it, &["s3:GetObject"]),
        trails: &[EMPTY],
        ..EVERY_REGION
    },
    Case {
        id: "access-listing-denied",
        about: "The role may not list the bucket.",
        build: |it| lacking(it, &["s3:ListBucket"]),
        trails: &[EMPTY],
        ..EVERY_REGION
    },
    Case {
        id: "access-bucket-policy-denies-head",
        about: "The bucket's policy denies everybody to look at objects, listing them is let.",
        build: |it| it.wide_trail(|it| it.bucket.denied_actions = ["s3:GetObject".into()].into()),
        trails: &[EMPTY],
        ..EVERY_REGION
    },
    Case {
        id: "access-no-key-objects-denied",
        about: "The trail has no key, and the role may not look at objects.",
        build: |it| {
            it.wide_trail(Setup::without_key);
            it.lacks(&["s3:GetObject"]);
        },
        trails: &[KEYLESS.but(&[(LogObjectsSealed, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "access-region-denied",
        about: "A service control policy denies CloudTrail in one Region where the trail records.",
        build: |it| {
            it.wide_trail(|_| {});
            let region = it.near.regions[1];
            policy_for(it, region);
        },
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "access-region-of-the-only-trail-denied",
        about: "A service control policy denies CloudTrail in the Region of the only trail: it is not seen.",
        build: |it| {
            it.trail(|_| {});
            let region = it.near.regions[0];
            policy_for(it, region);
        },
        ..ONE_REGION
    },
    Case {
        id: "access-suspended",
        about: "The account is suspended: nothing is asked there.",
        build: |it| in_state(it, AccountState::Suspended),
        ..NOT_IN_USE
    },
    Case {
        id: "access-closed",
        about: "The account is closed: nothing is asked there.",
        build: |it| in_state(it, AccountState::Closed),
        ..NOT_IN_USE
    },
    Case {
        id: "access-pending-activation",
        about: "The account is not activated yet: nothing is asked there.",
        build: |it| in_state(it, AccountState::PendingActivation),
        ..NOT_IN_USE
    },
    Case {
        id: "access-pending-closure",
        about: "The account is being closed and still works: it is audited like any other.",
        build: |it| in_state(it, AccountState::PendingClosure),
        trails: &[SEALED],
        ..EVERY_REGION
    },
];
