//! Logging and delivery of a trail.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::get_trail_status::GetTrailStatusOutput;
use jiff::Timestamp;
use trailseal_model::question::{AnswerTo, GetTrailStatus};
use trailseal_model::{AccountId, Answer, Arn, Gap, GapClass, Operation, Target, TrailStatus};

use super::read::{present, time};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

impl AnswerTo<GetTrailStatus> for Aws {
    async fn answer_to(&self, question: GetTrailStatus) -> Result<Answer<TrailStatus>, Gap> {
        let GetTrailStatus { trail, asked_in: Target { account, region } } = question;
        let ask = Ask::new(Operation::GetTrailStatus, account, region).on(trail.as_str());
        let client = self.clients.cloudtrail(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            let request = client.get_trail_status().name(trail.as_str());
            request.customize().config_override(config).send()
        };
        let read = |output: Result<_, &Failure>| read_status(&output?);
        self.call(&ask, send, read).await.map_err(|gap| refused(gap, &trail, account))
    }
}

/// CloudTrail may refuse the ARN of an organization trail in a member's account. That is no missing
/// permission: whatever the role allows, AWS tells members nothing there.
fn refused(gap: Gap, trail: &Arn, asked: AccountId) -> Gap {
    let is_refused = gap.code.as_deref() == Some("CloudTrailARNInvalidException");
    let is_of_another = trail.account().is_some_and(|owner| owner != asked);
    let class = if is_refused && is_of_another { GapClass::NotTold } else { gap.class };
    Gap { class, ..gap }
}

fn read_status(output: &GetTrailStatusOutput) -> Result<TrailStatus, Unread> {
    Ok(TrailStatus {
        is_logging: output.is_logging().ok_or("GetTrailStatus without IsLogging")?,
        latest_delivery: time("LatestDeliveryTime", output.latest_delivery_time())?,
        latest_delivery_error: present(output.latest_delivery_error()).map(Into::into),
        latest_attempt: written(output.latest_delivery_attempt_time()),
        latest_success: written(output.latest_delivery_attempt_succeeded()),
    })
}

/// A time that AWS sends as text, often an empty one. These fields are "no longer in use", so a text
/// that is no time takes nothing from the answer.
fn written(text: Option<&str>) -> Option<Timestamp> {
    present(text)?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trail_of_another_account_is_not_told() {
        let trail = Arn::new("arn:aws:cloudtrail:us-east-1:000000000001:trail/main").unwrap();
        let check = |account: u64, code: &str, expected| {
            let gap = Gap::new(GapClass::Denied, Operation::GetTrailStatus);
            let gap = Gap { code: Some(code.into()), ..gap };
            let asked = AccountId::new(account).unwrap();
            assert_eq!(refused(gap, &trail, asked).class, expected, "{account} {code}");
        };
        check(2, "CloudTrailARNInvalidException", GapClass::NotTold);
        check(1, "CloudTrailARNInvalidException", GapClass::Denied);
        check(2, "AccessDeniedException", GapClass::Denied);
    }

    #[test]
    fn a_text_that_is_no_time_is_none() {
        let time = |text: &str| Some(text.parse::<Timestamp>().unwrap());
        let check = |text: &str, expected| assert_eq!(written(Some(text)), expected, "{text}");
        check("2026-11-30T10:17:00Z", time("2026-11-30T10:17:00Z"));
        check("2026-11-30T10:17:00.25Z", time("2026-11-30T10:17:00.25Z"));
        check(" 2026-11-30T11:17:00+01:00", time("2026-11-30T10:17:00Z"));
        for text in ["", " ", "never", "2026-11-30", "1606731420"] {
            check(text, None);
        }
        assert_eq!(written(None), None);
    }
}
