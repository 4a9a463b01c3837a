//! CloudTrail: trails, their status and selectors, and event data stores.

mod faults;
mod find;
mod selectors;
mod status;
mod stores;
mod tags;
#[cfg(test)]
mod tests;
mod trails;

use super::{Answer, Call, Operation, Payer, Quota};
use crate::world::World;

/// What an operation is about.
type Resource = fn(&World, &Call<'_>) -> String;

/// Its operations.
pub const OPERATIONS: &[Operation] = &[
    operation("DescribeTrails", "cloudtrail:DescribeTrails", nothing, trails::describe_trails),
    operation("GetTrail", "cloudtrail:GetTrail", named_trail, trails::get_trail),
    operation("ListTrails", "cloudtrail:ListTrails", nothing, trails::list_trails),
    operation("GetTrailStatus", "cloudtrail:GetTrailStatus", named_trail, status::get_trail_status),
    operation(
        "GetEventSelectors",
        "cloudtrail:GetEventSelectors",
        selected_trail,
        selectors::get_event_selectors,
    ),
    operation(
        "ListEventDataStores",
        "cloudtrail:ListEventDataStores",
        nothing,
        stores::list_event_data_stores,
    ),
    operation(
        "GetEventDataStore",
        "cloudtrail:GetEventDataStore",
        stores::named_store,
        stores::get_event_data_store,
    ),
    operation("ListTags", "cloudtrail:ListTags", tags::first_resource, tags::list_tags),
];

/// AWS general reference, "CloudTrail endpoints and quotas": each of these has ten a second in each
/// Region. The service's own words say "for your account".
const fn operation(
    name: &'static str,
    action: &'static str,
    resource: Resource,
    answer: Answer,
) -> Operation {
    let quota = Quota { bucket: action, per_second: 10, burst: 10, payer: Payer::RegionStatus };
    Operation { name, action: Some(action), is_read: true, quota, resource, answer }
}

/// Service authorization reference: these operations know no resource, and CloudTrail's messages
/// then name none.
fn nothing(_: &World, _: &Call<'_>) -> String {
    String::new()
}

fn named_trail(world: &World, call: &Call<'_>) -> String {
    find::arn_of(world, call, "Name")
}

fn selected_trail(world: &World, call: &Call<'_>) -> String {
    find::arn_of(world, call, "TrailName")
}
