//! Cases about trails: how many, where, and whether they deliver.

use super::super::encryption::{EncryptedSince, How};
use super::super::setup::Setup;
use super::super::truth::Control::{
    DigestObjectsSealed, HistorySealed, KeyUsable, LogObjectsSealed, TrailDelivering,
};
use super::super::truth::Status::{Fail, NotProven};
use super::super::truth::{EMPTY, FAILING, KEYLESS, SEALED};
use super::{Case, EVERY_REGION, FilledAccount, Needs, ONE_REGION};
use crate::world::bucket::Readers;
use crate::world::trail::{Seal, Selectors};

/// A trail of three days into the bucket with this name: two such trails together deliver fewer
/// log files than a sample has.
fn in_a_shared_bucket(setup: &mut Setup, bucket: &str) {
    setup.bucket.name = bucket.into();
    setup.begin(72);
}

/// The name of the bucket that two trails share.
fn shared(place: &FilledAccount<'_>) -> String {
    format!("shared-trail-logs-{}", place.near.account)
}

pub(super) const NO_TRAIL: Case =
    Case { id: "no-trail", about: "The account has no trail at all.", build: |_| {}, ..ONE_REGION };

pub(super) const CASES: &[Case] = &[
    NO_TRAIL,
    Case {
        id: "trail-every-region",
        about: "One trail records every Region, sealed: what every account should have.",
        build: |it| it.wide_trail(|_| {}),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "trail-no-key",
        about: "The trail records every Region and has no KMS key.",
        build: |it| it.wide_trail(Setup::without_key),
        trails: &[KEYLESS],
        ..EVERY_REGION
    },
    Case {
        id: "trail-no-key-bucket-default",
        about: "The trail has no key; the bucket's default encryption has, which does not help.",
        build: |it| {
            it.trail(|it| {
                let default = it.key.arn();
                it.without_key();
                it.makes_key = true;
                it.bucket.default_seal = Seal::Kms(default.into());
            });
        },
        trails: &[KEYLESS],
        ..ONE_REGION
    },
    Case {
        id: "trail-no-key-objects-sealed",
        about: "The trail has no key, and something else encrypts the logs later: not by the trail.",
        build: |it| {
            it.trail(|it| {
                it.without_key();
                it.encrypt(How::OtherKey);
            });
        },
        trails: &[KEYLESS],
        ..ONE_REGION
    },
    Case {
        id: "trail-no-key-no-objects",
        about: "The trail has no key and has not delivered yet.",
        build: |it| {
            it.trail(|it| {
                it.without_key();
                it.begin(2);
                it.deliver_nothing();
            });
        },
        trails: &[KEYLESS.but(&[(LogObjectsSealed, NotProven), (TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-single-region-three-times",
        about: "Three trails record one Region each; fourteen Regions are not covered.",
        build: |it| {
            for region in it.near.regions {
                it.trail(|it| {
                    it.home_in(region);
                    it.bucket.name = format!("{}-{region}", it.bucket.name).into();
                });
            }
        },
        trails: &[SEALED, SEALED, SEALED],
        needs: Needs::Commercial,
        ..ONE_REGION
    },
    Case {
        id: "trail-two-prefixes",
        about: "Two trails deliver to one bucket under different prefixes; the second has no key.",
        build: |it| {
            let bucket = shared(it);
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                it.trail.prefix = Some("security".into());
            });
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                it.makes_bucket = false;
                it.without_key();
                it.trail.prefix = Some("operations".into());
            });
        },
        trails: &[SEALED, KEYLESS],
        ..ONE_REGION
    },
    Case {
        id: "trail-one-prefix-two-keys",
        about: "Two trails with a key each deliver to one bucket and prefix: either key is right.",
        build: |it| {
            let bucket = shared(it);
            it.trail(|it| in_a_shared_bucket(it, &bucket));
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                it.makes_bucket = false;
            });
        },
        trails: &[SEALED, SEALED],
        ..ONE_REGION
    },
    Case {
        id: "trail-one-prefix-one-keyless",
        about: "A trail without a key delivers beside one with a key: which trail a log belongs to is unknown.",
        build: |it| {
            let bucket = shared(it);
            it.trail(|it| in_a_shared_bucket(it, &bucket));
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                it.makes_bucket = false;
                it.without_key();
            });
        },
        trails: &[
            SEALED.but(&[(LogObjectsSealed, NotProven), (HistorySealed, NotProven)]),
            KEYLESS,
        ],
        ..ONE_REGION
    },
    Case {
        id: "trail-one-prefix-digest-under-siblings-key",
        about: "Two trails share bucket and prefix; the second's digests are encrypted with the first's key: a digest's name tells its trail, so that key is wrong.",
        build: |it| {
            let bucket = shared(it);
            let mut first_key: Box<str> = "".into();
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                first_key = it.key.arn().into();
            });
            it.trail(|it| {
                in_a_shared_bucket(it, &bucket);
                it.makes_bucket = false;
                it.siblings_key = first_key;
                it.digests =
                    Some(vec![EncryptedSince { hours_ago: 72, how: How::SiblingsKey, odd: None }]);
            });
        },
        trails: &[SEALED, SEALED.but(&[(DigestObjectsSealed, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-one-prefix-older-logs-under-siblings-key",
        about: "Two trails share bucket and prefix; the second began first and stopped ten days ago, so that only older logs are encrypted with its key: either key is right at any age.",
        build: |it| {
            let bucket = shared(it);
            it.trail(|it| {
                it.bucket.name = bucket.as_str().into();
                it.begin(15 * 24);
            });
            it.trail(|it| {
                it.bucket.name = bucket.into();
                it.makes_bucket = false;
                it.stop(10 * 24);
            });
        },
        trails: &[SEALED, SEALED.but(&[(TrailDelivering, Fail), (DigestObjectsSealed, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-prefix-with-blanks",
        about: "The prefix has blanks, a plus and a percent sign in it.",
        build: |it| it.trail(|it| it.trail.prefix = Some("audit logs/a+b 100%".into())),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "trail-stopped",
        about: "Logging was stopped six hours ago.",
        build: |it| it.wide_trail(|it| it.stop(6)),
        trails: &[FAILING],
        ..ONE_REGION
    },
    Case {
        id: "trail-never-started",
        about: "Logging was never started.",
        build: |it| {
            it.trail(|it| {
                it.trail.logging.is_on = false;
                it.trail.logging.started = None;
                it.deliver_nothing();
            });
        },
        trails: &[EMPTY.but(&[(TrailDelivering, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-delivery-error",
        about: "Delivery fails for five hours.",
        build: |it| it.trail(|it| it.fail_for(5)),
        trails: &[FAILING],
        ..ONE_REGION
    },
    Case {
        id: "trail-delivery-error-recovered",
        about: "The status shows an error beside a newest attempt that succeeded this hour: both are reported.",
        build: |it| {
            it.trail(|it| {
                it.deliver_often();
                it.err_before();
            });
        },
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-delivery-error-in-one-region",
        about: "Delivery fails in one Region, which is quiet; the worst Region speaks for the trail.",
        build: |it| {
            it.wide_trail(|it| {
                let [_, failing, _] = it.near.regions;
                let regions = it.near.partition.regions();
                let delivering = regions.filter(|it| !it.is_opt_in() && *it != failing);
                it.deliveries.only_regions = delivering.collect();
                it.trail.logging.delivery_error = Some("AccessDenied".into());
                it.trail.logging.error_only_in = vec![(it.near.account, failing)];
            });
        },
        trails: &[FAILING],
        ..EVERY_REGION
    },
    Case {
        id: "trail-quiet-region",
        about: "One Region has never delivered: it logs, and that is all that is known.",
        build: |it| {
            it.wide_trail(|it| {
                let [_, quiet, _] = it.near.regions;
                let regions = it.near.partition.regions();
                let delivering = regions.filter(|it| !it.is_opt_in() && *it != quiet);
                it.deliveries.only_regions = delivering.collect();
            });
        },
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        ..EVERY_REGION
    },
    Case {
        id: "trail-stale",
        about: "Logging is on, there is no error, and the last delivery was three days ago.",
        build: |it| it.trail(|it| it.deliveries.until = Some(it.near.hours_ago(72))),
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-new",
        about: "Logging was started two hours ago, and nothing has been delivered yet.",
        build: |it| {
            it.trail(|it| {
                it.begin(2);
                it.deliver_nothing();
            });
        },
        trails: &[EMPTY.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "trail-deleted-meanwhile",
        about: "The trail is listed, and deleted before it is asked for: whether it logs is not known.",
        build: |it| it.wide_trail(|it| it.trail.is_deleted_after_listing = true),
        trails: &[SEALED.but(&[(TrailDelivering, NotProven)])],
        covered: NotProven,
        ..ONE_REGION
    },
    Case {
        id: "bucket-gone",
        about: "The bucket was deleted: nothing tells any more whether the key is in its Region.",
        build: |it| {
            it.trail(|it| {
                it.makes_bucket = false;
                it.fail_for(48);
            });
        },
        trails: &[EMPTY.but(&[(KeyUsable, NotProven), (TrailDelivering, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "bucket-of-a-stranger",
        about: "The bucket was deleted and its name taken by a stranger: its owner is found nowhere.",
        build: |it| it.trail(|it| it.bucket.owner = it.near.stranger),
        trails: &[EMPTY.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "bucket-in-log-archive",
        about: "The bucket is in the log archive account, which all the organization may read.",
        build: |it| {
            it.trail(|it| {
                it.bucket.owner = it.near.log_archive;
                it.bucket.readers = Readers::Organization;
            });
        },
        trails: &[SEALED],
        needs: Needs::Organization,
        ..ONE_REGION
    },
    Case {
        id: "selectors-advanced",
        about: "Advanced selectors record read and write management events.",
        build: |it| it.wide_trail(|it| it.trail.selectors = Selectors::AllAdvanced),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "trail-listed-and-never-shown",
        about: "ListTrails names a second trail that no Region shows: it exists, and it is not judged.",
        build: |it| {
            it.wide_trail(|_| {});
            it.trail(|it| it.trail.is_never_described = true);
        },
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-exclusions",
        about: "Management events but those of KMS and the RDS Data API are recorded; it is stated.",
        build: |it| it.wide_trail(|it| it.trail.selectors = Selectors::AllButKmsAndRdsData),
        trails: &[SEALED],
        ..EVERY_REGION
    },
    Case {
        id: "selectors-write-only",
        about: "Events that read are not recorded, so no Region is covered.",
        build: |it| it.wide_trail(|it| it.trail.selectors = Selectors::WriteOnly),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "selectors-read-only",
        about: "Events that write are not recorded, so no Region is covered.",
        build: |it| it.wide_trail(|it| it.trail.selectors = Selectors::ReadOnly),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "selectors-data-only",
        about: "Only data events are recorded, so no Region is covered.",
        build: |it| it.wide_trail(|it| it.trail.selectors = Selectors::DataOnly),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "selectors-split",
        about: "One trail records what writes, another what reads: neither covers a Region by itself.",
        build: |it| {
            it.wide_trail(|it| it.trail.selectors = Selectors::WriteOnly);
            it.wide_trail(|it| it.trail.selectors = Selectors::ReadOnly);
        },
        trails: &[SEALED, SEALED],
        ..ONE_REGION
    },
];
