//! Cases about what was delivered.

use super::super::encryption::{EncryptedSince, How};
use super::super::setup::Setup;
use super::super::truth::Control::{
    DigestObjectsSealed, HistorySealed, LogObjectsSealed, TrailDelivering,
};
use super::super::truth::Status::{Fail, NotApplicable, NotProven};
use super::super::truth::{EMPTY, Row, SEALED};
use super::{Case, ONE_REGION};
use crate::world::bucket::ExtraObject;
use crate::world::trail::{Odd, Replication, Seal};

/// Logs inside the window are encrypted otherwise, digests are not.
const LOGS_DEVIATE: Row = SEALED.but(&[(LogObjectsSealed, Fail), (HistorySealed, Fail)]);

/// Logs inside the window are encrypted otherwise, and digests too.
const ALL_DEVIATE: Row = LOGS_DEVIATE.but(&[(DigestObjectsSealed, Fail)]);

/// Only what is older than the last change of the key is encrypted otherwise.
const HISTORY_DEVIATES: Row = SEALED.but(&[(HistorySealed, Fail)]);

/// What S3 tells of the objects does not say which key encrypts them.
const UNREADABLE: Row = SEALED.but(&[
    (LogObjectsSealed, NotProven),
    (DigestObjectsSealed, NotProven),
    (HistorySealed, NotProven),
]);

/// Five days: inside the window, and fewer log files than a sample has.
const FIVE_DAYS: i64 = 5 * 24;

pub(super) const CASES: &[Case] = &[
    Case {
        id: "objects-all-aes256",
        about: "The trail names a key, and everything it delivered is encrypted with S3's keys.",
        build: |it| it.trail(|it| it.encrypt(How::Aes256)),
        trails: &[ALL_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-old-aes256-then-sealed",
        about: "The key was set three days ago; what is older is encrypted with S3's keys.",
        build: |it| it.trail(|it| it.encrypt_until(72, How::Aes256)),
        trails: &[HISTORY_DEVIATES],
        ..ONE_REGION
    },
    Case {
        id: "objects-very-old-aes256-then-sealed",
        about: "The key was set twenty days ago, before the window of the samples.",
        build: |it| it.trail(|it| it.encrypt_until(20 * 24, How::Aes256)),
        trails: &[HISTORY_DEVIATES],
        ..ONE_REGION
    },
    Case {
        id: "objects-previous-key-then-sealed",
        about: "The key was changed three days ago; what is older is encrypted with the previous key.",
        build: |it| it.trail(|it| it.encrypt_until(72, How::OtherKey)),
        trails: &[HISTORY_DEVIATES],
        ..ONE_REGION
    },
    Case {
        id: "objects-interleaved",
        about: "Every third log is encrypted with S3's keys, up to now.",
        build: |it| it.trail(|it| it.encrypt_some(Odd::EveryNth(3), How::Aes256)),
        trails: &[LOGS_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-one-bad-in-many",
        about: "One log of two days ago is encrypted with S3's keys among forty that are sealed.",
        build: |it| {
            it.trail(|it| {
                it.begin(FIVE_DAYS);
                it.encrypt_some(Odd::NewestBefore(it.near.hours_ago(48)), How::Aes256);
            });
        },
        trails: &[LOGS_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-newest-bad",
        about: "Only the newest log of all is encrypted with S3's keys.",
        build: |it| {
            it.trail(|it| {
                it.begin(FIVE_DAYS);
                it.deliveries.until = Some(it.near.hours_ago(1));
                it.encrypt_some(Odd::NewestBefore(it.near.hours_ago(1)), How::Aes256);
            });
        },
        trails: &[LOGS_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-other-key",
        about: "Everything is encrypted with another key of the same account.",
        build: |it| it.trail(|it| it.encrypt(How::OtherKey)),
        trails: &[ALL_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-strangers-key",
        about: "Everything is encrypted with a key of an account outside the organization.",
        build: |it| it.trail(|it| it.encrypt(How::StrangersKey)),
        trails: &[ALL_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-aws-managed-key",
        about: "Everything is encrypted with aws/s3, the key that AWS manages.",
        build: |it| it.trail(|it| it.encrypt(How::AwsManagedKey)),
        trails: &[ALL_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-dsse",
        about: "Everything is encrypted twice under the trail's key: sealed, and noted.",
        build: |it| it.trail(|it| it.encrypt(How::TrailKeyTwice)),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-customer-provided-key",
        about: "One log needs a key that comes with each request: HEAD without it is a bare 400.",
        build: |it| {
            it.trail(|it| {
                it.begin(FIVE_DAYS);
                it.encrypt_some(Odd::NewestBefore(it.near.hours_ago(48)), How::CustomerProvided);
            });
        },
        trails: &[LOGS_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-key-untold",
        about: "Everything is encrypted with SSE-KMS, and S3 does not name the key: as good as unread.",
        build: |it| it.trail(|it| it.encrypt(How::UntoldKey)),
        trails: &[UNREADABLE],
        ..ONE_REGION
    },
    Case {
        id: "objects-key-by-alias",
        about: "S3 tells an alias as the key, which names another key tomorrow: as good as unread.",
        build: |it| it.trail(|it| it.encrypt(How::TrailKeyAlias)),
        trails: &[UNREADABLE],
        ..ONE_REGION
    },
    Case {
        id: "objects-algorithm-unknown",
        about: "S3 tells an algorithm that it does not document, beside the trail's key.",
        build: |it| it.trail(|it| it.encrypt(How::UnknownAlgorithm)),
        trails: &[UNREADABLE],
        ..ONE_REGION
    },
    Case {
        id: "objects-algorithm-in-upper-case",
        about: "The algorithm comes as AWS:KMS, which S3 does not document and compares by letter case.",
        build: |it| it.trail(|it| it.encrypt(How::UpperCaseAlgorithm)),
        trails: &[UNREADABLE],
        ..ONE_REGION
    },
    Case {
        id: "objects-last-modified-odd",
        about: "Last-Modified is no date of HTTP; the rest of the answers to HeadObject is read all the same.",
        build: |it| it.trail(|it| it.deliveries.has_odd_dates = true),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-unencrypted",
        about: "Nothing is encrypted, as before S3 encrypted all objects.",
        build: |it| it.trail(|it| it.encrypt(How::Unencrypted)),
        trails: &[ALL_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-digests-only",
        about: "Only digests were delivered, sealed; there is no log to examine.",
        build: |it| it.trail(|it| it.deliveries.per_day = 0),
        trails: &[SEALED.but(&[
            (TrailDelivering, NotProven),
            (LogObjectsSealed, NotProven),
            (HistorySealed, NotProven),
        ])],
        ..ONE_REGION
    },
    Case {
        id: "objects-none",
        about: "Logging is on for a month, and neither logs nor digests were ever delivered.",
        build: |it| it.trail(Setup::deliver_nothing),
        trails: &[EMPTY.but(&[(TrailDelivering, NotProven)])],
        ..ONE_REGION
    },
    Case {
        id: "objects-many-a-day",
        about: "1,500 logs a day in one Region: more than one listing holds, all sealed.",
        build: |it| it.trail(|it| it.deliveries.per_day = 1_500),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-many-a-day-newest-bad",
        about: "1,500 logs a day, and only the newest is encrypted with S3's keys: the census examines it.",
        build: |it| {
            it.trail(|it| {
                it.deliveries.per_day = 1_500;
                it.deliveries.until = Some(it.near.hours_ago(1));
                it.encrypt_some(Odd::NewestBefore(it.near.hours_ago(1)), How::Aes256);
            });
        },
        trails: &[LOGS_DEVIATE],
        ..ONE_REGION
    },
    Case {
        id: "objects-bucket-key",
        about: "An S3 bucket key stands between the trail's key and the objects.",
        build: |it| it.trail(|it| it.deliveries.uses_bucket_key = true),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-replicas",
        about: "The objects are copies that S3 replication made, under the trail's key.",
        build: |it| it.trail(|it| it.deliveries.replication = Some(Replication::Replica)),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-every-header",
        about: "The bucket keeps versions, has a bucket key and replicates: all of it is in the headers.",
        build: |it| {
            it.trail(|it| {
                it.bucket.is_versioned = true;
                it.deliveries.uses_bucket_key = true;
                it.deliveries.replication = Some(Replication::Completed);
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-replication-failed",
        about: "Replication of the objects failed, which says nothing of how these are encrypted.",
        build: |it| it.trail(|it| it.deliveries.replication = Some(Replication::Failed)),
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "objects-insights-and-junk",
        about: "Insight files, near misses of log names and foreign files are beside the logs.",
        build: |it| {
            it.trail(|it| {
                it.deliveries.insights = true;
                let (account, home) = (it.near.account, it.trail.home);
                let day = it.near.hours_ago(48).strftime("%Y/%m/%d").to_string();
                let logs = format!("AWSLogs/{account}/CloudTrail/{home}/{day}");
                let stamp = it.near.hours_ago(48).strftime("%Y%m%dT%H%MZ").to_string();
                let stem = format!("{logs}/{account}_CloudTrail_{home}_{stamp}");
                it.bucket.extra = [
                    "AWSLogs/".to_owned(),
                    format!("{stem}_aB3dE5gH7jK9mN1p.json"),
                    format!("{stem}_short.json.gz"),
                    format!("{logs}/notes of the audit.txt"),
                    format!("AWSLogs/{account}/elasticloadbalancing/{home}/{day}/some.log.gz"),
                    "inventory/manifest.json".to_owned(),
                ]
                .map(|key| ExtraObject { key: key.into(), size: 512, seal: Seal::Aes256 })
                .into();
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "digests-aes256",
        about: "Logs are sealed, and digests are encrypted with S3's keys up to now.",
        build: |it| {
            it.trail(|it| {
                it.digests =
                    Some(vec![EncryptedSince { hours_ago: 720, how: How::Aes256, odd: None }]);
            });
        },
        trails: &[SEALED.but(&[(DigestObjectsSealed, Fail)])],
        ..ONE_REGION
    },
    Case {
        id: "digests-aes256-then-sealed",
        about: "Logs are sealed; digests are since ten days, when CloudTrail began to seal them.",
        build: |it| {
            it.trail(|it| {
                it.digests = Some(vec![
                    EncryptedSince { hours_ago: 720, how: How::Aes256, odd: None },
                    EncryptedSince { hours_ago: 240, how: How::TrailKey, odd: None },
                ]);
            });
        },
        trails: &[SEALED],
        ..ONE_REGION
    },
    Case {
        id: "digests-not-wanted",
        about: "Log file validation is off, so there are no digests.",
        build: |it| it.trail(Setup::without_digests),
        trails: &[SEALED.but(&[(DigestObjectsSealed, NotApplicable)])],
        ..ONE_REGION
    },
    Case {
        id: "digests-missing",
        about: "Log file validation is on, and no digest was ever delivered.",
        build: |it| it.trail(|it| it.digests = Some(Vec::new())),
        trails: &[SEALED.but(&[(DigestObjectsSealed, NotProven)])],
        ..ONE_REGION
    },
];
