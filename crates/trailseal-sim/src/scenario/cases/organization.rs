//! Trails of the whole organization, owned by the management account.

use super::super::seals::How;
use super::super::setup::Setup;
use super::super::truth::Control::{HistorySealed, LogObjectsSealed, TrailDelivering};
use super::super::truth::Status::{self, Fail, NotProven, Pass};
use super::super::truth::{KEYLESS, Row, SEALED};
use crate::world::trail::{Odd, Selectors};

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
    /// What an audit must say of the trail.
    pub row: Row,
    /// `pass` where it covers every active account that has its home Region enabled; else their own
    /// trails decide.
    pub covers: Status,
}

/// Every such trail.
pub const ORGANIZATION_CASES: &[OrganizationCase] = &[
    OrganizationCase {
        id: "organization-sealed",
        about: "Key in the management account, bucket in the log archive; every log is sealed.",
        change: |_| {},
        row: SEALED,
        covers: Pass,
    },
    OrganizationCase {
        id: "organization-no-key",
        about: "The organization trail has no key.",
        change: Setup::without_key,
        row: KEYLESS,
        covers: Pass,
    },
    OrganizationCase {
        id: "organization-interleaved",
        about: "A third of the logs lie under S3's keys though the trail names a key.",
        change: |it| it.lie_oddly(Odd::EveryNth(3), How::Aes256),
        row: SEALED.but(&[(LogObjectsSealed, Fail), (HistorySealed, Fail)]),
        covers: Pass,
    },
    OrganizationCase {
        id: "organization-stopped",
        about: "Logging was stopped two days ago, so nothing is covered since.",
        change: |it| it.stop(48),
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        covers: Fail,
    },
    OrganizationCase {
        id: "organization-write-only",
        about: "The organization trail leaves out events that read.",
        change: |it| it.trail.selectors = Selectors::WriteOnly,
        row: SEALED,
        covers: Fail,
    },
    OrganizationCase {
        id: "organization-member-refused",
        about: "One member's logs are refused: only that member is told so, and the owner sees nothing.",
        change: |it| {
            it.fail_for_a_member();
            it.silence_a_member();
        },
        row: SEALED.but(&[(TrailDelivering, Fail)]),
        covers: Pass,
    },
    OrganizationCase {
        id: "organization-member-error-beside-delivery",
        about: "One member is told of an error, and its logs arrived within the hour all the same.",
        change: |it| {
            it.fail_for_a_member();
            it.deliveries.per_day = 48;
        },
        row: SEALED.but(&[(TrailDelivering, NotProven)]),
        covers: Pass,
    },
    OrganizationCase {
        id: "organization-member-silent",
        about: "Nothing ever arrived from one member, and nobody is told why: it may just be quiet.",
        change: Setup::silence_a_member,
        row: SEALED,
        covers: Pass,
    },
];

impl OrganizationCase {
    /// The trail with this id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        ORGANIZATION_CASES.iter().find(|it| it.id == id)
    }
}
