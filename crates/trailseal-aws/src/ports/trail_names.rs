//! The names of an account's trails, to check what its Regions show against.

use std::ops::ControlFlow;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudtrail::Config;
use aws_sdk_cloudtrail::operation::list_trails::ListTrailsOutput;
use aws_sdk_cloudtrail::types::TrailInfo;
use trailseal_evaluator::ports::{TrailListed, TrailNames};
use trailseal_model::{AccountId, Gap, Operation};

use super::read::{Page, Pages, listed, present_owned};
use super::trail_listing::{Identity, identify};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

impl TrailNames for Aws {
    async fn list_trails(&self, account: AccountId) -> Result<Vec<TrailListed>, Gap> {
        let region = self.default_region();
        let ask = Ask::new(Operation::ListTrails, account, region);
        let mut pages = Pages::new();
        loop {
            let client = self.clients.cloudtrail(region);
            let request = client.list_trails().set_next_token(pages.token());
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_page(&output?);
            let page = self.call(&ask, send, read).await?;
            match pages.add(&ask, page)? {
                ControlFlow::Break(whole) => return Ok(whole.value),
                ControlFlow::Continue(unfinished) => pages = unfinished,
            }
        }
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
