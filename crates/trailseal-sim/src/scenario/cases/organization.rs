//! Trails of the whole organization, owned by the management account.

use jiff::SignedDuration;

use super::super::encryption::How;
use super::super::setup::Setup;
use super::super::truth::Control::{HistorySealed, LogObjectsSealed, TrailDelivering};
use super::super::truth::Status::{self, Fail, NotProven, Pass};
use super::super::truth::{KEYLESS, Row, SEALED, UNKNOWN};
use crate::world::trail::{ConsoleSelectors, Odd, Selectors};

/// A trail of the organization, and what an audit must say of it.
#[derive(Debug)]
pub struct OrganizationCase {
    /// Its id.
    pub id: &'static str,
    /// What is special about it, in one sentence.
    pub about: &'static str,
    /// Changes a sealed trail of every Region, with its key in the management account and its
    /// bucket in the log archive.
    pub change: fn(&mut Setup),
    /// Actions that the audit role lacks in the management account, which owns the trail.
    pub denied: &'static [&'static str],
    /// Whose audit it must be.
    pub auditor: Auditor,
    /// What an audit must say of the trail.
    pub row: Row,
    /// `pass` where it covers every active account that has its home Region enabled; `fail` where
    /// their own trails decide; `not_proven` where it may cover what these do not.
    pub covers: Status,
}

/// Whose audit a truth is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auditor {
    /// Anybody's.
    Anybody,
    /// The management account's.
    Management,
    /// The delegated administrator's.
    Administrator,
}

/// What the rows begin with.
const ALL_SEALED: OrganizationCase = OrganizationCase {
    id: "",
    about: "",
    change: |_| {},
    denied: &[],
    auditor: Auditor::Anybody,
    row: SEALED,
    covers: Pass,
};

/// CloudTrail tells nothing in the management account.
const OWNER_UNREAD: OrganizationCase = OrganizationCase { denied: &["cloudtrail:*"], ..ALL_SEALED };

/// Every such trail.
pub const ORGANIZATION_CASES: &[OrganizationCase] = &[
    OrganizationCase {
        id: "organization-sealed",
        about: "Key in the management account, bucket in the log archive; every log is sealed.",
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-no-key",
        about: "The organization trail has no key.",
        change: Setup::without_key,
        row: KEYLESS,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-interleaved",
        about: "A third of the logs are encrypted with S3's keys though the trail names a key.",
        change: |it| it.encrypt_some(Odd::EveryNth(3), How::Aes256),
        row: SEALED.but(&[(LogObjectsSealed, Fail), (HistorySealed, Fail)]),
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-stopped",
        about: "Logging was stopped two days ago, so nothing is covered since.",
        change: |it| it.stop(48),
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        covers: Fail,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-write-only",
        about: "The organization trail leaves out events that read.",
        change: |it| it.trail.selectors = Selectors::WriteOnly,
        covers: Fail,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-data-events-only",
        about: "The organization trail records data events only, so it covers nothing.",
        change: |it| it.trail.selectors = Selectors::DataOnly,
        covers: Fail,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-one-region",
        about: "The organization trail records its home Region only: the others are not covered.",
        change: |it| it.trail.is_multi_region = false,
        covers: Fail,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-owner-unread-administrator",
        about: "The owner tells nothing; the delegated administrator sees the trail, asks for its status and for what it records.",
        auditor: Auditor::Administrator,
        ..OWNER_UNREAD
    },
    OrganizationCase {
        id: "organization-owner-unread-members-agree",
        about: "The owner cannot be read, and its members show the trail alike; what it records and whether it logs is unknown.",
        auditor: Auditor::Management,
        row: SEALED.but(&[(TrailDelivering, NotProven)]),
        covers: NotProven,
        ..OWNER_UNREAD
    },
    OrganizationCase {
        id: "organization-owner-unread-members-disagree",
        about: "The owner tells nothing, and one of its members shows the trail without its key.",
        auditor: Auditor::Management,
        change: |it| it.trail.keyless_copies = vec![it.near.log_archive],
        row: UNKNOWN,
        covers: NotProven,
        ..OWNER_UNREAD
    },
    OrganizationCase {
        id: "organization-owner-unread-administrator-contradicted",
        about: "The owner tells nothing, and a member contradicts what the delegated administrator sees.",
        auditor: Auditor::Administrator,
        change: |it| it.trail.keyless_copies = vec![it.near.log_archive],
        row: UNKNOWN,
        covers: NotProven,
        ..OWNER_UNREAD
    },
    OrganizationCase {
        id: "organization-member-contradicts",
        about: "One of the members shows the trail without its key; the owner, who is read, decides.",
        change: |it| it.trail.keyless_copies = vec![it.near.log_archive],
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-member-refused",
        about: "One member's logs are refused: only that member's status shows the error, and the owner's does not.",
        change: |it| {
            it.fail_for_a_member();
            it.silence_a_member();
        },
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-member-error-beside-delivery",
        about: "One member's status shows an error, and its newest attempt, of this hour, succeeded all the same.",
        change: |it| {
            it.fail_for_a_member();
            it.trail.logging.is_error_past = true;
            it.deliveries.per_day = 48;
        },
        row: SEALED.but(&[(TrailDelivering, NotProven)]),
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-member-error-since-minutes",
        about: "One member's logs arrived within the hour, and its newest attempt, minutes ago, failed.",
        change: |it| {
            it.fail_for_a_member();
            it.deliveries.per_day = 48;
            it.deliveries.until = Some(it.near.start - SignedDuration::from_mins(15));
        },
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-members-refuse",
        about: "CloudTrail refuses the trail's ARN in the members that show it: the owner alone decides.",
        change: |it| it.trail.refuses_members = true,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-members-refuse-no-key",
        about: "The trail has no key, and CloudTrail refuses its ARN in the members that show it.",
        change: |it| {
            it.without_key();
            it.trail.refuses_members = true;
        },
        row: KEYLESS,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-members-refuse-stopped",
        about: "Logging was stopped two days ago, and CloudTrail refuses the ARN in the members.",
        change: |it| {
            it.stop(48);
            it.trail.refuses_members = true;
        },
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        covers: Fail,
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-owner-unread-members-refuse",
        about: "The owner tells nothing; members show the trail alike, and CloudTrail refuses its ARN there.",
        auditor: Auditor::Management,
        change: |it| it.trail.refuses_members = true,
        row: SEALED.but(&[(TrailDelivering, NotProven)]),
        covers: NotProven,
        ..OWNER_UNREAD
    },
    OrganizationCase {
        id: "organization-other-channels",
        about: "The trail also notifies a topic and sends events to a log group, which fails.",
        change: |it| it.send_elsewhere(None, Some("Access denied")),
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-selectors-console",
        about: "The console's advanced selector leaves out KMS and the RDS Data API; it is stated.",
        change: |it| {
            it.trail.selectors = Selectors::Console(ConsoleSelectors::WithoutKmsAndRdsData);
        },
        ..ALL_SEALED
    },
    OrganizationCase {
        id: "organization-member-silent",
        about: "Nothing ever arrived from one member, and no status shows why: it may just be quiet.",
        change: Setup::silence_a_member,
        ..ALL_SEALED
    },
];

impl OrganizationCase {
    /// The trail with this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        ORGANIZATION_CASES.iter().find(|it| it.id == id)
    }
}
