//! What a scan asks at most, as numbers: the one place for them. `docs/operations/cost.md` states them,
//! and `tests/it/simulation/cost.rs` compares that page and whole scans with them.

/// Lists beside those of the window, for each trail: 28 to find since when everything is sealed, and 3
/// pages of digests.
pub const LISTS_BESIDE_THE_WINDOW: u64 = 28 + 3;
/// Heads beside those of the window, for each trail: 25 to find since when everything is sealed, and
/// the newest digest.
pub const HEADS_BESIDE_THE_WINDOW: u64 = 25 + 1;
/// Heads that find a change of the key inside the window, for each trail.
pub const HEADS_AROUND_A_KEY_CHANGE: u64 = 20;
/// Heads of the objects of the newest minute, for each account and Region of a trail.
pub const HEADS_OF_AN_ACCOUNT_REGION: u64 = 16;
/// Folders of accounts on a page of ListObjectsV2.
pub const FOLDERS_A_PAGE: u64 = 1000;
/// Grants on a page of ListGrants.
pub const GRANTS_A_PAGE: u64 = 100;
/// Accounts on a page of ListAccounts.
pub const ACCOUNTS_A_PAGE: u64 = 20;

/// Trails that a Region of an account can show, those of other Regions and of the organization
/// included. Source: CloudTrail user guide, "Quotas in AWS CloudTrail"; it cannot be increased.
pub const TRAILS_A_REGION: u64 = 5;
/// Event data stores of a Region of an account. Source: as for trails.
pub const STORES_A_REGION: u64 = 10;
/// Grants of a key that a plan counts with at most. KMS allows 50,000 (KMS developer guide, "Resource
/// quotas"), which would say nothing about the keys of trails: they have few, if any.
pub const GRANTS_A_KEY: u64 = 1000;

/// USD for 1,000 requests that list (ListObjectsV2, ListBuckets): list price of S3 Standard in us-east-1.
pub const USD_FOR_1000_LISTS: f64 = 0.005;
/// USD for 1,000 other requests (HeadObject, HeadBucket): list price of S3 Standard in us-east-1.
pub const USD_FOR_1000_HEADS: f64 = 0.0004;
/// Where the prices are published.
pub const PRICE_SOURCE: &str = "https://aws.amazon.com/s3/pricing/";
/// The day on which the prices were written down here.
pub const PRICE_DATE: &str = "2026-12-01";

/// Seconds that one call is assumed to take, where many are on their way at the same time.
pub const SECONDS_A_CALL: f64 = 0.1;

/// Lists of one trail at most, for a listing budget of the window, without those of its accounts and
/// Regions.
#[must_use]
pub const fn lists_of_a_trail(listing_budget: u64) -> u64 {
    listing_budget + LISTS_BESIDE_THE_WINDOW
}

/// Heads of one trail at most, for a sample size, without those of its accounts and Regions.
#[must_use]
pub const fn heads_of_a_trail(sample_size: u64) -> u64 {
    2 * sample_size + HEADS_AROUND_A_KEY_CHANGE + HEADS_BESIDE_THE_WINDOW
}
