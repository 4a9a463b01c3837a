//! What an organization trail does for the organization's members, as lines.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::{GapNames, text, time};
use crate::{AccountPrefixes, Answer, Delivery, MemberDelivery, Observed, Target, TrailStatus};

/// GetTrailStatus in the members of the organization.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MembersLine {
    /// In how many places (member x Region) it was asked; 0 also for a trail of one account.
    pub asked: u64,
    /// In how many more places the trail shows that were not asked, because AWS had refused the
    /// members with the lowest account ids.
    #[serde(default)]
    pub not_asked: u64,
    /// How many of those asked resulted in what: `delivering`, `not_told`, `stale`, `never_delivered`,
    /// `error_contradicted`, `unread`, `delivery_error` or `not_logging`.
    pub counts: BTreeMap<String, u64>,
    /// Of each but the first of these, the worst first, a hundred places at most.
    pub places: Vec<MemberStatusLine>,
}

/// A trail's status in one Region of one member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MemberStatusLine {
    /// The member.
    pub account_id: String,
    /// The Region.
    pub region: String,
    /// What it came to.
    pub delivery: String,
    /// `IsLogging`; `None` if unread.
    pub is_logging: Option<bool>,
    /// `LatestDeliveryTime`, UTC.
    pub latest_delivery: Option<String>,
    /// `LatestDeliveryError`.
    pub latest_delivery_error: Option<String>,
    /// `LatestDeliveryAttemptTime`, UTC.
    #[serde(default)]
    pub latest_attempt: Option<String>,
    /// `LatestDeliveryAttemptSucceeded`, UTC.
    #[serde(default)]
    pub latest_success: Option<String>,
    /// Why it is unread.
    pub gap_id: Option<String>,
}

/// The folders of accounts in the bucket of an organization trail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountPrefixesLine {
    /// What they lie under.
    pub root: String,
    /// Listed accounts that have one.
    pub found: u32,
    /// Listed accounts in use without one; empty unless every folder was listed.
    pub without: Vec<String>,
    /// Accounts that have one and are not listed.
    pub unlisted: Vec<String>,
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
        counts: members.counts().iter().map(|(k, v)| (k.to_string(), *v)).collect(),
        places: places.collect(),
    }
}

fn place_line(
    delivery: Delivery,
    target: Target,
    status: &Observed<Answer<TrailStatus>>,
    names: &GapNames<'_>,
) -> MemberStatusLine {
    let known = status.known().map(|it| &it.value);
    MemberStatusLine {
        account_id: target.account.to_string(),
        region: target.region.to_string(),
        delivery: delivery.to_string(),
        is_logging: known.map(|it| it.is_logging),
        latest_delivery: known.and_then(|it| it.latest_delivery).map(time),
        latest_delivery_error: text(known.and_then(|it| it.latest_delivery_error.as_ref())),
        latest_attempt: known.and_then(|it| it.latest_attempt).map(time),
        latest_success: known.and_then(|it| it.latest_success).map(time),
        gap_id: status.gap().map(names),
    }
}

pub(super) fn prefixes_line(
    prefixes: &AccountPrefixes,
    names: &GapNames<'_>,
) -> AccountPrefixesLine {
    let words = |accounts: &[crate::AccountId]| accounts.iter().map(ToString::to_string).collect();
    AccountPrefixesLine {
        root: prefixes.root.clone(),
        found: prefixes.found,
        without: words(&prefixes.without),
        unlisted: words(&prefixes.unlisted),
        others: prefixes.others,
        lists: prefixes.lists,
        is_whole: prefixes.is_whole,
        gap_id: prefixes.gap.map(names),
    }
}
