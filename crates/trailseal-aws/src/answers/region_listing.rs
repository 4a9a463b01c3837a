//! The Regions of an account, asked in its own session: the quota is then the account's own.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_account::Config;
use aws_sdk_account::operation::list_regions::ListRegionsOutput;
use aws_sdk_account::types::RegionOptStatus;
use trailseal_model::question::{AnswerTo, ListRegions};
use trailseal_model::{Answer, Gap, Operation, Region, RegionStatus};

use super::read::{Page, listed, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// The most that the service gives at once; there are fewer Regions.
const PAGE: i32 = 50;

impl AnswerTo<ListRegions> for Aws {
    async fn answer_to(&self, question: ListRegions) -> Result<Answer<Vec<RegionStatus>>, Gap> {
        let region = self.default_region();
        let ask = Ask::new(Operation::ListRegions, question.account, region);
        let listing = read_pages(&ask, async |token| {
            let request =
                self.clients.account(region).list_regions().max_results(PAGE).set_next_token(token);
            let send = |credentials: SharedCredentialsProvider| {
                let config = Config::builder().credentials_provider(credentials);
                request.clone().customize().config_override(config).send()
            };
            let read = |output: Result<_, &Failure>| read_page(&output?);
            self.call(&ask, send, read).await
        });
        let regions = listing.await?.whole()?;
        if !regions.value.iter().any(|status| status.is_enabled) {
            // Without a Region to ask in, the account would be lost without a gap.
            return Err(ask.malformed("ListRegions names no enabled Region"));
        }
        Ok(regions)
    }
}

fn read_page(output: &ListRegionsOutput) -> Result<Page<RegionStatus>, Unread> {
    let regions = output.regions.as_deref();
    let regions = listed(regions, output.next_token(), "ListRegions without Regions")?;
    let items = regions.iter().map(read_region).collect::<Result<_, _>>()?;
    Ok(Page { items, next_token: present_owned(output.next_token()) })
}

fn read_region(region: &aws_sdk_account::types::Region) -> Result<RegionStatus, Unread> {
    let name = region.region_name().unwrap_or_default();
    let status = region.region_opt_status().map_or("", RegionOptStatus::as_str);
    Ok(RegionStatus {
        region: Region::new(name).ok_or_else(|| format!("`{name}` is not a Region"))?,
        // One that is being enabled takes no calls yet, one that is being disabled none any more. A
        // word that this version does not know is looked at rather than left out.
        is_enabled: !matches!(status, "DISABLED" | "ENABLING" | "DISABLING"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regions_that_take_calls_are_enabled() {
        let check = |status: &str, expected: bool| {
            let region = aws_sdk_account::types::Region::builder()
                .region_name("me-south-1")
                .region_opt_status(RegionOptStatus::from(status))
                .build();
            assert_eq!(read_region(&region).unwrap().is_enabled, expected, "{status}");
        };
        for status in ["ENABLED", "ENABLED_BY_DEFAULT", "SOMETHING_NEW"] {
            check(status, true);
        }
        for status in ["DISABLED", "ENABLING", "DISABLING"] {
            check(status, false);
        }
    }
}
