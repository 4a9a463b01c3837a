//! DescribeTrails, GetTrail and ListTrails.

use serde_json::{Map, Value, json};

use super::faults::check_name;
use super::find::{self, Named, is_at_home, is_in, trails_had};
use crate::service::paging::page;
use crate::service::{Call, Context};
use crate::wire::fault::Fault;
use crate::wire::{Input, Reply};
use crate::world::World;
use crate::world::trail::{Selectors, Trail};

/// The trails of this Region; with names, the named ones.
pub(super) fn describe_trails(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let world = context.world;
    let names = names(world, call)?;
    let with_shadows = call.flag("includeShadowTrails").unwrap_or(true);
    let trails = trails_had(world, call.session.account).filter(|it| {
        let is_asked = if names.is_empty() {
            !it.is_never_described && is_in(it, call.region)
        } else {
            !it.is_deleted_after_listing && names.iter().any(|name| name.is_of(it, call))
        };
        is_asked && (with_shadows || is_at_home(it, call))
    });
    let trails: Vec<_> = trails.map(|it| described(it, call)).collect();
    Ok(Reply::Json(json!({ "trailList": trails })))
}

/// `trailNameList`. What is no name, and no trail's either, is an error; an unknown name is not.
fn names<'a>(world: &World, call: &'a Call<'_>) -> Result<Vec<Named<'a>>, Fault> {
    let Input::Json(input) = &call.input else { return Ok(Vec::new()) };
    let Some(Value::Array(list)) = input.get("trailNameList") else { return Ok(Vec::new()) };
    let read = list.iter().map(|it| {
        let named = Named::read(world, it.as_str().unwrap_or_default())?;
        if let Named::Name(name) = named
            && !world.trails_of(call.session.account).any(|it| named.is_of(it, call))
        {
            check_name(name)?;
        }
        Ok(named)
    });
    read.collect()
}

/// One trail's settings.
pub(super) fn get_trail(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let trail = find::trail(context.world, call, "Name")?;
    Ok(Reply::Json(json!({ "Trail": described(trail, call) })))
}

/// How many trails ListTrails gives at once; AWS does not tell.
const TRAILS_A_PAGE: usize = 100;

/// The trails of the account in all Regions, each once.
pub(super) fn list_trails(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let account = call.session.account;
    let (trails, next) = page(
        context.world,
        &format!("ListTrails {account}"),
        trails_had(context.world, account),
        call.text("NextToken"),
        TRAILS_A_PAGE,
    )
    .ok_or_else(|| Fault::new(400, "ValidationException", "NextToken is not valid."))?;
    let trails: Vec<_> = trails
        .into_iter()
        .map(|it| json!({ "TrailARN": it.arn(), "Name": it.name, "HomeRegion": it.home.name() }))
        .collect();
    let mut output = json!({ "Trails": trails });
    if let Some(next) = next {
        output["NextToken"] = next.into();
    }
    Ok(Reply::Json(output))
}

/// A trail as the API shows it: a member that is not set is absent.
fn described(trail: &Trail, call: &Call<'_>) -> Value {
    let has_custom_selectors = trail.selectors != Selectors::All;
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("Name", (*trail.name).into());
    put("S3BucketName", (*trail.bucket).into());
    if let Some(prefix) = &trail.prefix {
        put("S3KeyPrefix", (**prefix).into());
    }
    if let Some(topic) = &trail.topic {
        let name = topic.arn.rsplit(':').next().unwrap_or_default();
        put("SnsTopicName", name.into());
        put("SnsTopicARN", (*topic.arn).into());
    }
    put("IncludeGlobalServiceEvents", trail.includes_global_events.into());
    put("IsMultiRegionTrail", trail.is_multi_region.into());
    put("HomeRegion", trail.home.name().into());
    put("TrailARN", trail.arn().into());
    put("LogFileValidationEnabled", trail.validates_log_files.into());
    if let Some(group) = &trail.log_group {
        let (partition, owner) = (trail.home.partition(), trail.owner);
        let role = format!("arn:{partition}:iam::{owner}:role/CloudTrail_CloudWatchLogs_Role");
        put("CloudWatchLogsLogGroupArn", (*group.arn).into());
        put("CloudWatchLogsRoleArn", role.into());
    }
    let key = trail.key.as_ref().filter(|_| !trail.keyless_copies.contains(&call.session.account));
    if let Some(key) = key {
        put("KmsKeyId", (**key).into());
    }
    put("HasCustomEventSelectors", has_custom_selectors.into());
    put("HasInsightSelectors", trail.deliveries.insights.into());
    put("IsOrganizationTrail", trail.is_organization.into());
    Value::Object(fields)
}
