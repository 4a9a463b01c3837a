//! Cases about what KMS's answers leave out: members that came later than the API, and an answer
//! that is an error.

use super::super::setup::Setup;
use super::super::truth::Control::{KeyCustomerManaged, KeyRotationEnabled, KeyUsable};
use super::super::truth::Status::{Fail, NotApplicable, NotProven};
use super::super::truth::{Control, Status};
use super::super::truth::{EMPTY, FAILING, SEALED};
use super::{Case, ONE_REGION};
use crate::world::key::{KeyState, Rotation};

/// `KeySpec` came in 2021 beside `CustomerMasterKeySpec` of 2019.
const WITHOUT_SPEC: &[&str] = &["KeySpec"];

/// What answers of the API's first years do not have, `CreationDate` included, which KMS documents
/// as always there and the model as optional.
const AS_OF_OLD: &[&str] = &["KeySpec", "CreationDate", "MultiRegion"];

/// Nothing of what kind the key is.
const WITHOUT_KIND: &[&str] =
    &["KeySpec", "CustomerMasterKeySpec", "EncryptionAlgorithms", "CreationDate", "MultiRegion"];

/// Two days, inside the window that samples are drawn from.
const TWO_DAYS: i64 = 48;

/// A key in this state since two days, described without these members: delivery fails since then.
fn broken(setup: &mut Setup, state: KeyState, omits: &'static [&'static str]) {
    setup.key.state = state;
    setup.key.omits = omits;
    setup.fail_for(TWO_DAYS);
}

/// A key whose deletion is scheduled does not rotate.
const GOING: &[(Control, Status)] = &[(KeyUsable, Fail), (KeyRotationEnabled, NotProven)];

pub(super) const CASES: &[Case] = &[
    Case {
        id: "key-spec-by-its-old-name",
        about: "DescribeKey has CustomerMasterKeySpec and no KeySpec: the same under its old name.",
        build: |it| it.trail(|it| it.key.omits = WITHOUT_SPEC),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-described-as-of-old",
        about: "DescribeKey has neither KeySpec, nor CreationDate, nor MultiRegion.",
        build: |it| it.trail(|it| it.key.omits = AS_OF_OLD),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "key-disabled-described-as-of-old",
        about: "A disabled key, described without KeySpec, CreationDate and MultiRegion.",
        build: |it| it.trail(|it| broken(it, KeyState::Disabled, AS_OF_OLD)),
        trails: &[FAILING.but(&[(KeyUsable, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-pending-deletion-described-as-of-old",
        about: "A key on its way to deletion, described without KeySpec, CreationDate and MultiRegion.",
        build: |it| {
            it.trail(|it| {
                broken(it, KeyState::PendingDeletion, AS_OF_OLD);
                it.key.deletion_date = Some(it.near.hours_ago(-10 * 24));
            });
        },
        trails: &[FAILING.but(GOING)],
        ..ONE_REGION
    },
    Case {
        id: "key-pending-replica-deletion-described-as-of-old",
        about: "A primary key whose deletion waits for its replica's, described without KeySpec and MultiRegion.",
        build: |it| {
            it.trail(|it| {
                it.primary(it.near.regions[1]);
                broken(it, KeyState::PendingReplicaDeletion, AS_OF_OLD);
            });
        },
        trails: &[FAILING.but(GOING)],
        ..ONE_REGION
    },
    Case {
        id: "key-asymmetric-by-its-old-name",
        about: "CustomerMasterKeySpec alone tells that the key is an RSA key.",
        build: |it| {
            it.trail(|it| {
                it.key.spec = "RSA_4096".into();
                it.key.omits = WITHOUT_SPEC;
                it.rotate(Rotation::Unsupported);
                it.deliver_nothing();
                it.trail.logging.delivery_error = Some("AccessDenied".into());
            });
        },
        trails: &[EMPTY.but(&[
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotApplicable),
            (Control::TrailDelivering, Fail),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "key-kind-untold",
        about: "The key is enabled, and DescribeKey has no specification under either name: its kind is not known.",
        build: |it| it.trail(|it| it.key.omits = WITHOUT_KIND),
        trails: &[SEALED.but(&[(KeyUsable, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "key-disabled-kind-untold",
        about: "The key is disabled, which decides; DescribeKey has no specification under either name.",
        build: |it| it.trail(|it| broken(it, KeyState::Disabled, WITHOUT_KIND)),
        trails: &[FAILING.but(&[(KeyUsable, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "key-not-described-for-its-state",
        about: "KMS answers DescribeKey with KMSInvalidStateException: the key does not work now, and its manager is not known.",
        build: |it| {
            it.trail(|it| {
                it.key.origin = "AWS_CLOUDHSM".into();
                it.rotate(Rotation::Unsupported);
                it.key.state = KeyState::Unavailable;
                let message = "The custom key store of the key is not connected.";
                it.key.invalid_state = Some(message.into());
                it.fail_for(TWO_DAYS);
            });
        },
        trails: &[FAILING.but(&[
            (KeyCustomerManaged, NotProven),
            (KeyUsable, Fail),
            (KeyRotationEnabled, NotProven),
        ])],
        ..ONE_REGION
    },
];
