use std::collections::BTreeSet;

use super::super::cases::{self, GROUPS, ORGANIZATION_CASES};
use super::super::{cases_page, truth};
use super::{Control, Status, has, ready};

/// What the description of the simulator names, and the case that shows it.
const NAMED: &[(&str, &str)] = &[
    ("key ok", "key-ok"),
    ("key disabled", "key-disabled"),
    ("key pending deletion", "key-pending-deletion"),
    ("key pending import", "key-pending-import"),
    ("key pending replica deletion", "key-pending-replica-deletion"),
    ("key unavailable", "key-unavailable"),
    ("key creating", "key-creating"),
    ("key updating", "key-updating"),
    ("expired imported material", "key-material-expired"),
    ("key gone", "key-gone"),
    ("key asymmetric", "key-asymmetric"),
    ("key in the wrong Region", "key-wrong-region"),
    ("key managed by AWS", "key-aws-managed"),
    ("key in another account, granted", "key-in-another-account"),
    ("key in another account, not granted", "key-in-another-account-not-granted"),
    ("key outside the organization", "key-outside-organization"),
    ("multi-Region primary", "key-multi-region-primary"),
    ("multi-Region replica", "key-multi-region-replica"),
    ("rotation off", "key-rotation-off"),
    ("rotation of 180 days", "key-rotation-180-days"),
    ("rotation unsupported", "key-rotation-unsupported"),
    ("policy without CloudTrail", "policy-none-for-cloudtrail"),
    ("policy without conditions", "policy-no-conditions"),
    ("policy without SourceArn", "policy-no-source-arn"),
    ("policy without context", "policy-no-context"),
    ("policy with another account's context", "policy-other-accounts-context"),
    ("policy with another trail's SourceArn", "policy-other-trails-source-arn"),
    ("wildcard in StringEquals", "policy-wildcard-in-string-equals"),
    ("explicit Deny", "policy-explicit-deny"),
    ("wildcard principal", "policy-wildcard-principal"),
    ("odd letter case and arrays", "policy-odd-case-and-arrays"),
    ("DescribeKey only under the context", "policy-describe-under-context"),
    ("no trail", "no-trail"),
    ("trail without key", "trail-no-key"),
    ("single-Region trails in three Regions", "trail-single-region-three-times"),
    ("two trails in one bucket with different prefixes", "trail-two-prefixes"),
    ("prefix with blanks and plus", "trail-prefix-with-blanks"),
    ("trail stopped", "trail-stopped"),
    ("trail never started", "trail-never-started"),
    ("delivery error", "trail-delivery-error"),
    ("stale trail", "trail-stale"),
    ("trail deleted between list and get", "trail-deleted-meanwhile"),
    ("bucket taken over by a stranger", "bucket-of-a-stranger"),
    ("bucket gone", "bucket-gone"),
    ("bucket in the log archive", "bucket-in-log-archive"),
    ("all objects sealed", "trail-every-region"),
    ("all objects AES256", "objects-all-aes256"),
    ("old AES256, then sealed", "objects-old-aes256-then-sealed"),
    ("interleaved", "objects-interleaved"),
    ("one bad in many", "objects-one-bad-in-many"),
    ("other key", "objects-other-key"),
    ("foreign account's key", "objects-strangers-key"),
    ("aws/s3 key", "objects-aws-managed-key"),
    ("DSSE", "objects-dsse"),
    ("SSE-C", "objects-customer-provided-key"),
    ("aws:kms without key id", "objects-key-untold"),
    ("replicas", "objects-replicas"),
    ("digests only", "objects-digests-only"),
    ("no objects", "objects-none"),
    ("more than 1,000 keys a day", "objects-many-a-day"),
    ("role missing", "access-role-missing"),
    ("CloudTrail denied", "access-cloudtrail-denied"),
    ("KMS denied", "access-kms-denied"),
    ("S3 denied", "access-s3-denied"),
    ("SCP for one Region", "access-region-denied"),
    ("bucket policy denies HEAD", "access-bucket-policy-denies-head"),
    ("suspended", "access-suspended"),
    ("closed", "access-closed"),
    ("pending closure", "access-pending-closure"),
    ("store with key", "store-with-key"),
    ("store without key", "store-without-key"),
    ("advanced selectors", "selectors-advanced"),
    ("write events only", "selectors-write-only"),
    ("an error since minutes", "status-error-since-minutes"),
    ("StopLoggingTime beside a running trail", "status-started-again"),
    ("notifications and a log group", "status-other-channels-fail"),
    ("the console's selectors", "selectors-console-exclusions"),
    ("DescribeKey without KeySpec", "key-described-as-of-old"),
    ("DescribeKey without any specification", "key-kind-untold"),
    ("KMSInvalidStateException from DescribeKey", "key-not-described-for-its-state"),
    ("grants of services", "grants-of-services"),
    ("a grant of a deleted role's session", "grants-deleted-session"),
    ("a grant to make grants", "grants-passing-on-no-decryption"),
    ("a retiring principal", "grants-retired-by-a-stranger"),
    ("an alias as an object's key", "objects-key-by-alias"),
    ("an algorithm that is not documented", "objects-algorithm-unknown"),
    ("an algorithm in upper case", "objects-algorithm-in-upper-case"),
    ("a Last-Modified that is no date", "objects-last-modified-odd"),
    ("every header of an object", "objects-every-header"),
    ("a Region enabled on request", "region-opted-in"),
    ("a formula as a name", "name-formula"),
    ("markup as a name", "name-markup"),
    ("any script as a name", "name-unicode"),
];

#[test]
fn every_named_case_exists() {
    for (what, id) in NAMED {
        assert!(cases::find(id).is_some(), "{what}: {id}");
    }
}

#[test]
fn ids_are_unique_plain_and_explained() {
    let own = cases::all().map(|it| (it.id, it.about));
    let of_all: Vec<_> = own.chain(ORGANIZATION_CASES.iter().map(|it| (it.id, it.about))).collect();
    let ids: BTreeSet<_> = of_all.iter().map(|it| it.0).collect();
    let sentences: BTreeSet<_> = of_all.iter().map(|it| it.1).collect();
    assert_eq!((ids.len(), sentences.len()), (of_all.len(), of_all.len()));
    assert!(cases::all().count() >= 70);
    for (id, about) in of_all {
        let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        assert!(id.chars().all(is_plain), "{id}");
        assert!(about.ends_with('.') && !about.contains('\n'), "{id}: {about}");
    }
}

#[test]
fn the_cases_show_every_control_with_every_status_it_can_have() {
    let scenario = ready("cases");
    for control in Control::ALL {
        for status in [Status::Pass, Status::Fail] {
            assert!(has(&scenario, control, status), "{control:?} {status:?}");
        }
    }
    for control in Control::ALL.into_iter().skip(1) {
        assert!(has(&scenario, control, Status::NotProven), "{control:?}");
    }
}

#[test]
fn the_page_has_a_line_for_every_case_and_its_differences() {
    let page = cases_page();
    for case in cases::all() {
        let line = page.lines().find(|it| it.starts_with(&format!("| `{}` |", case.id))).unwrap();
        assert_eq!(line.replace("\\|", "").matches('|').count(), 4, "{line}");
        for row in case.trails {
            for control in truth::Row::controls() {
                let is_special = row.status(*control) != Status::Pass;
                assert!(!is_special || line.contains(control.id()), "{line}: {control:?}");
            }
        }
    }
    let line = page.lines().find(|it| it.starts_with("| `key-disabled` |")).unwrap();
    assert!(
        line.ends_with("| fail: key-usable, trail-delivering<br>account-covered: fail |"),
        "{line}"
    );
    assert_eq!(page.matches("\n## ").count(), GROUPS.len() + 1);
}
