//! The names of an account's trails, to check what its Regions show against.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::list_trails::ListTrailsOutput;
use aws_sdk_cloudtrail::types::TrailInfo;
use trailseal_model::question::{AnswerTo, ListTrails};
use trailseal_model::{Answer, Gap, Operation, TrailListed};

use super::read::{Page, listed, present_owned, read_pages};
use super::trail_listing::{Identity, identify};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

impl AnswerTo<ListTrails> for Aws {
    async fn answer_to(&self, question: ListTrails) -> Result<Answer<Vec<TrailListed>>, Gap> {
        let region = self.default_region();
        let ask = Ask::new(Operation::ListTrails, question.account, region);
        let listing = read_pages(&ask, async |token| {
            let request = self.clients.cloudtrail(region).list_trails().set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_page(&output?);
            self.call(&ask, send, read).await
        });
        listing.await?.whole()
    }
}

fn read_page(output: &ListTrailsOutput) -> Result<Page<TrailListed>, Unread> {
    let trails = output.trails.as_deref();
    let trails = listed(trails, output.next_token(), "ListTrails without Trails")?;
    let items = trails.iter().map(read_trail).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: present_owned(output.next_token()) })
}

fn read_trail(trail: &TrailInfo) -> Result<TrailListed, Unread> {
    let Identity { arn, home_region, .. } = identify(trail.trail_arn(), trail.home_region())?;
    Ok(TrailListed { arn, home_region })
}
