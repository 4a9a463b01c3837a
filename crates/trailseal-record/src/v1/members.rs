//! What an organization trail does for the organization's members, as lines.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{
    AccountId, AccountPrefixes, Answer, Delivery, MemberDelivery, Observed, Region, Target,
    TrailStatus,
};

use super::values::{GapNames, time};
use crate::Time;

/// GetTrailStatus in the members of the organization.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembersLine {
    /// In how many places (member x Region) it was asked; 0 also for a trail of one account.
    pub asked: u64,
    /// In how many more places the trail shows that were not asked, because AWS had refused the
    /// members with the lowest account ids.
    #[serde(default)]
    pub not_asked: u64,
    /// How many of those asked resulted in what.
    pub counts: BTreeMap<Delivery, u64>,
    /// Of each but the first of these, the worst first, a hundred places at most.
    pub places: Vec<MemberStatusLine>,
}

/// A trail's status in one Region of one member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemberStatusLine {
    /// The member.
    pub account_id: AccountId,
    /// The Region.
    pub region: Region,
    /// How delivery goes there.
    pub delivery: Delivery,
    /// `IsLogging`; `null` if unread.
    pub is_logging: Option<bool>,
    /// `LatestDeliveryTime`.
    pub latest_delivery: Option<Time>,
    /// `LatestDeliveryError`.
    pub latest_delivery_error: Option<String>,
    /// `LatestDeliveryAttemptTime`.
    #[serde(default)]
    pub latest_attempt: Option<Time>,
    /// `LatestDeliveryAttemptSucceeded`.
    #[serde(default)]
    pub latest_success: Option<Time>,
    /// Why it is unread.
    pub gap_id: Option<String>,
}

/// The folders of accounts in the bucket of an organization trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountPrefixesLine {
    /// The folder that they are in.
    pub root: String,
    /// Listed accounts that have one.
    pub found: u32,
    /// Listed accounts in use without one; empty unless every folder was listed.
    pub without: Vec<AccountId>,
    /// Accounts that have one and are not listed.
    pub unlisted: Vec<AccountId>,
    /// Folders whose names are no account's number.
    pub others: u32,
    /// ListObjectsV2 requests.
    pub lists: u32,
    /// Whether every folder was listed.
    pub is_whole: bool,
    /// Why some could not be.
    pub gap_id: Option<String>,
}

pub(super) fn members_line(members: &MemberDelivery, names: &GapNames<'_>) -> MembersLine {
    let places = Delivery::ALL.iter().rev().flat_map(|kind| {
        members.places(*kind).map(|(target, status)| place_line(*kind, target, status, names))
    });
    MembersLine {
        asked: members.asked(),
        not_asked: members.not_asked(),
        counts: members.counts().iter().map(|(kind, count)| (*kind, *count)).collect(),
        places: places.collect(),
    }
}

fn place_line(
    delivery: Delivery,
    target: Target,
    status: &Observed<Answer<TrailStatus>>,
    names: &GapNames<'_>,
) -> MemberStatusLine {
    let known = status.known().map(|answer| &answer.value);
    MemberStatusLine {
        account_id: target.account,
        region: target.region,
        delivery,
        is_logging: known.map(|status| status.is_logging),
        latest_delivery: time(known.and_then(|status| status.latest_delivery)),
        latest_delivery_error: known
            .and_then(|status| status.latest_delivery_error.as_deref())
            .map(str::to_owned),
        latest_attempt: time(known.and_then(|status| status.latest_attempt)),
        latest_success: time(known.and_then(|status| status.latest_success)),
        gap_id: status.gap().map(names),
    }
}

pub(super) fn prefixes_line(
    prefixes: &AccountPrefixes,
    names: &GapNames<'_>,
) -> AccountPrefixesLine {
    AccountPrefixesLine {
        root: prefixes.root.clone(),
        found: prefixes.found,
        without: prefixes.without.clone(),
        unlisted: prefixes.unlisted.clone(),
        others: prefixes.others,
        lists: prefixes.lists,
        is_whole: prefixes.is_whole,
        gap_id: prefixes.gap.map(names),
    }
}
