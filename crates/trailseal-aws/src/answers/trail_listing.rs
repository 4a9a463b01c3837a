//! The trails that one target shows.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::types::Trail;
use trailseal_model::question::{AnswerTo, DescribeTrails};
use trailseal_model::{AccountId, Answer, Arn, Gap, Operation, Region, Target, TrailDescription};

use super::read::{present, present_owned};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

impl AnswerTo<DescribeTrails> for Aws {
    async fn answer_to(
        &self,
        question: DescribeTrails,
    ) -> Result<Answer<Vec<TrailDescription>>, Gap> {
        let Target { account, region } = question.target;
        let ask = Ask::new(Operation::DescribeTrails, account, region);
        let client = self.clients.cloudtrail(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.describe_trails().include_shadow_trails(true);
            request.customize().config_override(config).send()
        };
        let read = |output: Result<
            aws_sdk_cloudtrail::operation::describe_trails::DescribeTrailsOutput,
            &Failure,
        >| {
            let output = output?;
            let trails = output.trail_list.as_deref().ok_or("DescribeTrails without trailList")?;
            trails.iter().map(read_trail).collect()
        };
        self.call(&ask, send, read).await
    }
}

/// What tells a trail from all others, and where it lives.
pub(super) struct Identity {
    pub(super) arn: Arn,
    pub(super) owner: AccountId,
    pub(super) home_region: Region,
}

/// The identity in `TrailARN` and `HomeRegion`, else the ARN's Region.
pub(super) fn identify(arn: Option<&str>, home: Option<&str>) -> Result<Identity, Unread> {
    let arn = present(arn).ok_or("a trail without TrailARN")?;
    let arn = Arn::new(arn).ok_or_else(|| format!("`{arn}` is not a trail's ARN"))?;
    let home_region = match present(home) {
        Some(name) => Region::new(name),
        None => arn.region(),
    };
    Ok(Identity {
        owner: arn.account().ok_or_else(|| format!("{arn} has no owner"))?,
        home_region: home_region.ok_or_else(|| format!("{arn} has no home Region"))?,
        arn,
    })
}

/// One trail. What cannot be identified fails the whole target: dropping it would hide a trail.
fn read_trail(trail: &Trail) -> Result<TrailDescription, Unread> {
    let Identity { arn, owner, home_region } = identify(trail.trail_arn(), trail.home_region())?;
    Ok(TrailDescription {
        name: match present(trail.name()) {
            Some(name) => name.to_owned(),
            None => arn.resource().trim_start_matches("trail/").to_owned(),
        },
        home_region,
        owner,
        bucket: present_owned(trail.s3_bucket_name()),
        prefix: present_owned(trail.s3_key_prefix()),
        kms_key_id: present_owned(trail.kms_key_id()),
        is_multi_region: trail.is_multi_region_trail().unwrap_or(false),
        is_organization_trail: trail.is_organization_trail().unwrap_or(false),
        includes_global_service_events: trail.include_global_service_events().unwrap_or(false),
        log_file_validation: trail.log_file_validation_enabled().unwrap_or(false),
        has_custom_event_selectors: trail.has_custom_event_selectors().unwrap_or(false),
        has_insight_selectors: trail.has_insight_selectors().unwrap_or(false),
        sns_topic_arn: present_owned(trail.sns_topic_arn()),
        log_group_arn: present_owned(trail.cloud_watch_logs_log_group_arn()),
        arn,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

    #[test]
    fn what_is_missing_comes_from_the_arn() {
        let trail = Trail::builder().trail_arn(ARN).kms_key_id("").s3_key_prefix("").build();
        let trail = read_trail(&trail).unwrap();
        assert_eq!(trail.name, "main");
        assert_eq!(trail.home_region, Region::new("eu-west-1").unwrap());
        assert_eq!(trail.owner.to_string(), "111122223333");
        assert_eq!((trail.kms_key_id, trail.prefix, trail.bucket), (None, None, None));
    }

    #[test]
    fn a_prefix_stays_as_aws_gives_it() {
        let trail = Trail::builder().trail_arn(ARN).s3_key_prefix("a b/c+d").build();
        assert_eq!(read_trail(&trail).unwrap().prefix.as_deref(), Some("a b/c+d"));
    }

    #[test]
    fn a_trail_that_cannot_be_identified_is_not_dropped() {
        for trail in [
            Trail::builder().name("main").build(),
            Trail::builder().trail_arn("main").build(),
            Trail::builder().trail_arn("arn:aws:cloudtrail:eu-west-1::trail/main").build(),
            Trail::builder().trail_arn("arn:aws:cloudtrail::111122223333:trail/main").build(),
        ] {
            assert!(matches!(read_trail(&trail), Err(Unread::Malformed(_))), "{trail:?}");
        }
    }
}
