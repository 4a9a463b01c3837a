//! Cases about the key itself.

use super::super::encryption::How;
use super::super::policy;
use super::super::setup::Setup;
use super::super::truth::Control::{
    DigestObjectsSealed, HistorySealed, KeyCustomerManaged, KeyPolicyAllowsCloudtrail,
    KeyPolicyDescribeKey, KeyPolicyScoped, KeyReadersLimited, KeyRotationEnabled, KeyUsable,
    LogObjectsSealed, TrailDelivering,
};
use super::super::truth::Status::{Fail, NotApplicable, NotProven};
use super::super::truth::{EMPTY, FAILING, NOTHING_GRANTED, SEALED, UNREAD_KEY, UNREAD_POLICY};
use super::{Case, Needs, ONE_REGION};
use crate::world::key::{KeyState, Rotation};
use crate::world::region::Region;

/// Two days, inside the window that samples are drawn from.
const TWO_DAYS: i64 = 48;

/// Puts the key into this state two days ago: delivery fails since then.
fn broken(setup: &mut Setup, state: KeyState) {
    setup.key.state = state;
    setup.fail_for(TWO_DAYS);
}

/// Makes the key one with imported material, which KMS does not rotate.
fn imported(setup: &mut Setup) {
    setup.key.origin = "EXTERNAL".into();
    setup.rotate(Rotation::Unsupported);
}

/// A key that never could seal: nothing was delivered, and errors are told.
fn useless(setup: &mut Setup) {
    setup.deliver_nothing();
    setup.trail.logging.delivery_error = Some("AccessDenied".into());
}

/// Puts the key into an account outside the organization.
fn strange(setup: &mut Setup) {
    setup.key.account = setup.near.stranger;
}

/// Puts the key into a Region where the bucket is not.
fn in_another_region(setup: &mut Setup, region: Region) {
    setup.key.region = region;
    useless(setup);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "key-ok",
        about: "A customer managed key with the policy that AWS documents; every log is sealed.",
        build: |it| it.trail(|_| {}),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-disabled",
        about: "The key was disabled two days ago, and delivery fails since then.",
        build: |it| it.trail(|it| broken(it, KeyState::Disabled)),
        trails: &[FAILING.but(&[(KeyUsable, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-pending-deletion",
        about: "The key's deletion is scheduled; KMS then tells that it does not rotate, whatever is set.",
        build: |it| {
            it.trail(|it| {
                broken(it, KeyState::PendingDeletion);
                it.key.deletion_date = Some(it.near.hours_ago(-20 * 24));
            });
        },
        trails: &[FAILING.but(&[(KeyUsable, Fail), (KeyRotationEnabled, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "key-pending-replica-deletion",
        about: "The primary key's deletion waits for its replica's; KMS then hides whether it rotates.",
        build: |it| {
            it.trail(|it| {
                it.primary(it.near.regions[1]);
                broken(it, KeyState::PendingReplicaDeletion);
            });
        },
        trails: &[FAILING.but(&[(KeyUsable, Fail), (KeyRotationEnabled, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "key-pending-import",
        about: "The key waits for material that was never imported.",
        build: |it| {
            it.trail(|it| {
                imported(it);
                it.key.state = KeyState::PendingImport;
                useless(it);
            });
        },
        trails: &[EMPTY.but(&[
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotApplicable),
            (TrailDelivering, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-material-expired",
        about: "The imported material expired two days ago.",
        build: |it| {
            it.trail(|it| {
                imported(it);
                broken(it, KeyState::PendingImport);
                it.key.valid_to = Some(it.near.hours_ago(TWO_DAYS));
            });
        },
        trails: &[FAILING.but(&[(KeyUsable, Fail), (KeyRotationEnabled, NotApplicable)])],
        ..ONE_REGION
    },
    Case {
        id: "key-material-expires-later",
        about: "The imported material will expire in three weeks; until then it seals.",
        build: |it| {
            it.trail(|it| {
                imported(it);
                it.key.valid_to = Some(it.near.hours_ago(-21 * 24));
            });
        },
        trails: &[SEALED.but(&[(KeyRotationEnabled, NotApplicable)])],
        ..ONE_REGION
    },
    Case {
        id: "key-unavailable",
        about: "The custom key store of the key is disconnected since two days.",
        build: |it| {
            it.trail(|it| {
                it.key.origin = "AWS_CLOUDHSM".into();
                it.rotate(Rotation::Unsupported);
                broken(it, KeyState::Unavailable);
            });
        },
        trails: &[FAILING.but(&[(KeyUsable, Fail), (KeyRotationEnabled, NotApplicable)])],
        ..ONE_REGION
    },
    Case {
        id: "key-creating",
        about: "The key is still being made; KMS does not tell yet whether it rotates.",
        build: |it| {
            it.trail(|it| {
                it.key.state = KeyState::Creating;
                useless(it);
            });
        },
        trails: &[EMPTY.but(&[
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotProven),
            (TrailDelivering, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-updating",
        about: "The primary Region of the key is being changed, and the key seals meanwhile.",
        build: |it| {
            it.trail(|it| {
                it.primary(it.near.regions[1]);
                it.key.state = KeyState::Updating;
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-gone",
        about: "The key was deleted: its own account does not find it; earlier logs are encrypted with it.",
        build: |it| {
            it.trail(|it| {
                it.makes_key = false;
                it.fail_for(TWO_DAYS);
            });
        },
        trails: &[FAILING.but(&[
            (KeyUsable, Fail),
            (KeyCustomerManaged, NotApplicable),
            (KeyPolicyAllowsCloudtrail, NotApplicable),
            (KeyPolicyDescribeKey, NotApplicable),
            (KeyPolicyScoped, NotApplicable),
            (KeyReadersLimited, NotApplicable),
            (KeyRotationEnabled, NotApplicable),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-asymmetric",
        about: "The key is an RSA key, which CloudTrail cannot use and KMS does not rotate.",
        build: |it| {
            it.trail(|it| {
                it.key.spec = "RSA_2048".into();
                it.rotate(Rotation::Unsupported);
                useless(it);
            });
        },
        trails: &[EMPTY.but(&[
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotApplicable),
            (TrailDelivering, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-hmac",
        about: "The key makes message authentication codes and cannot encrypt.",
        build: |it| {
            it.trail(|it| {
                it.key.spec = "HMAC_256".into();
                it.key.usage = "GENERATE_VERIFY_MAC".into();
                it.rotate(Rotation::Unsupported);
                useless(it);
            });
        },
        trails: &[EMPTY.but(&[
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotApplicable),
            (TrailDelivering, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-wrong-region",
        about: "The key is in another Region than the bucket, so CloudTrail delivers nothing.",
        build: |it| it.trail(|it| in_another_region(it, it.near.regions[1])),
        trails: &[EMPTY.but(&[(KeyUsable, Fail), (TrailDelivering, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-wrong-region-unread",
        about: "The key cannot be read, but its ARN alone shows that it is not in the bucket's Region.",
        build: |it| {
            it.trail(|it| in_another_region(it, it.near.regions[1]));
            it.lacks(&["kms:*"]);
        },
        trails: &[EMPTY.but(UNREAD_KEY).but(&[(KeyUsable, Fail), (TrailDelivering, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-aws-managed",
        about: "The trail names aws/s3, which AWS manages; logs are encrypted with it, without digests.",
        build: |it| {
            it.trail(|it| {
                it.key.is_aws_managed = true;
                it.key.aliases = vec!["alias/aws/s3".into()];
                it.without_digests();
            });
        },
        trails: &[SEALED.but(&[
            (KeyCustomerManaged, Fail),
            (KeyPolicyAllowsCloudtrail, NotApplicable),
            (KeyPolicyDescribeKey, NotApplicable),
            (KeyPolicyScoped, NotApplicable),
            (KeyReadersLimited, NotApplicable),
            (KeyRotationEnabled, NotApplicable),
            (LogObjectsSealed, Fail),
            (DigestObjectsSealed, NotApplicable),
            (HistorySealed, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-in-another-account",
        about: "The key is in the audit account, whose policy grants this trail what it needs.",
        build: |it| {
            it.trail(|it| {
                it.key.account = it.near.audit;
                it.policy = policy::documented_across_accounts;
            });
        },
        trails: &[SEALED],
        needs: Needs::Organization,
        ..ONE_REGION
    },
    Case {
        id: "key-in-another-account-not-granted",
        about: "The key is in the audit account, whose policy knows another trail only.",
        build: |it| {
            it.trail(|it| {
                it.key.account = it.near.audit;
                it.policy = |facts| {
                    let other = &facts.other_trail();
                    policy::documented(&policy::Facts { trail_arn: other, ..*facts })
                };
                it.fail_for(TWO_DAYS);
            });
        },
        trails: &[FAILING.but(NOTHING_GRANTED)],
        needs: Needs::Organization,
        ..ONE_REGION
    },
    Case {
        id: "key-outside-organization",
        about: "The key is in an account outside the organization, and no role of it may read the key.",
        build: |it| it.trail(strange),
        trails: &[SEALED.but(UNREAD_KEY)],
        ..ONE_REGION
    },
    Case {
        id: "key-outside-organization-shown",
        about: "The key is outside the organization; it may be described from here, its policy not read.",
        build: |it| {
            it.trail(|it| {
                strange(it);
                it.policy = policy::documented_across_accounts;
            });
        },
        trails: &[SEALED.but(&[(KeyCustomerManaged, NotProven)]).but(UNREAD_POLICY)],
        ..ONE_REGION
    },
    Case {
        id: "key-multi-region-primary",
        about: "The key is the primary of a multi-Region key.",
        build: |it| it.trail(|it| it.primary(it.near.regions[1])),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-multi-region-replica",
        about: "The key is a replica of a primary in another Region, and takes its rotation.",
        build: |it| it.trail(|it| it.replica(it.near.regions[1])),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-multi-region-replica-not-rotated",
        about: "The key is a replica of a primary that does not rotate.",
        build: |it| {
            it.trail(|it| {
                it.replica(it.near.regions[1]);
                it.rotate(Rotation::Off);
            });
        },
        trails: &[SEALED.but(&[(KeyRotationEnabled, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-multi-region-objects-under-primary",
        about: "Logs are encrypted with the primary of the trail's replica: the same key in the same account.",
        build: |it| {
            it.trail(|it| {
                it.replica(it.near.regions[1]);
                it.encrypt(How::PrimaryKey);
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-rotation-off",
        about: "The key does not rotate.",
        build: |it| it.trail(|it| it.rotate(Rotation::Off)),
        trails: &[SEALED.but(&[(KeyRotationEnabled, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-rotation-180-days",
        about: "The key rotates every 180 days.",
        build: |it| it.trail(|it| it.rotate(Rotation::Every(180))),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-rotation-unsupported",
        about: "The key has imported material, which KMS does not rotate.",
        build: |it| it.trail(imported),
        trails: &[SEALED.but(&[(KeyRotationEnabled, NotApplicable)])],
        ..ONE_REGION
    },
];
