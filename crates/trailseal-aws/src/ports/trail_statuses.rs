//! Logging and delivery of a trail.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use trailseal_evaluator::ports::TrailStatuses;
use trailseal_model::{Answer, Arn, Gap, Operation, Target, TrailStatus};

use super::read::{present, time};
use crate::Aws;
use crate::call::{Ask, Unread};
use crate::failure::Failure;

impl TrailStatuses for Aws {
    async fn trail_status(
        &self,
        trail: &Arn,
        asked_in: Target,
    ) -> Result<Answer<TrailStatus>, Gap> {
        let Target { account, region } = asked_in;
        let ask = Ask::new(Operation::GetTrailStatus, account, region).on(trail.as_str());
        let client = self.clients.cloudtrail(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_trail_status().name(trail.as_str());
            request.customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_status(&output?);
        self.call(&ask, send, read).await
    }
}

fn read_status(output: &GetTrailStatusOutput) -> Result<TrailStatus, Unread> {
    Ok(TrailStatus {
        is_logging: output.is_logging().ok_or("GetTrailStatus without IsLogging")?,
        latest_delivery: time("LatestDeliveryTime", output.latest_delivery_time())?,
        latest_delivery_error: present(output.latest_delivery_error()).map(Into::into),
    })
}
