//! Buckets: which an account owns, and where one is.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::Config;
use aws_sdk_s3::operation::head_bucket::HeadBucketOutput;
use aws_sdk_s3::operation::list_buckets::ListBucketsOutput;
use trailseal_model::question::{AnswerTo, HeadBucket, ListBuckets};
use trailseal_model::{Answer, BucketPresence, Gap, Operation, Region};

use super::read::{Page, listed, present, present_owned, read_pages};
use crate::Aws;
use crate::ask::Ask;
use crate::call::Unread;
use crate::failure::Failure;

/// Without a page size S3 refuses to list an account with very many buckets.
const PAGE: i32 = 1000;

impl AnswerTo<ListBuckets> for Aws {
    async fn answer_to(&self, question: ListBuckets) -> Result<Answer<Vec<String>>, Gap> {
        let region = self.default_region();
        let ask = Ask::new(Operation::ListBuckets, question.account, region);
        let listing = read_pages(&ask, async |token| {
            let request = self
                .clients
                .s3(region)
                .list_buckets()
                .max_buckets(PAGE)
                .set_continuation_token(token);
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

impl AnswerTo<HeadBucket> for Aws {
    async fn answer_to(&self, question: HeadBucket) -> Result<Answer<BucketPresence>, Gap> {
        let HeadBucket { bucket, account } = &question;
        // S3 names the bucket's Region wherever it is asked.
        let region = self.default_region();
        let ask = Ask::new(Operation::HeadBucket, *account, region).on(bucket);
        let client = self.clients.s3(region);
        let send = |credentials: SharedCredentialsProvider| {
            let config = Config::builder().credentials_provider(credentials);
            client.head_bucket().bucket(bucket).customize().config_override(config).send()
        };
        self.call(&ask, send, read_presence).await
    }
}

fn read_page(output: &ListBucketsOutput) -> Result<Page<String>, Unread> {
    let buckets = output.buckets.as_deref();
    let buckets = listed(buckets, output.continuation_token(), "ListBuckets without Buckets")?;
    let names = buckets.iter().map(|it| present_owned(it.name()));
    let items = names.collect::<Option<_>>().ok_or("a bucket without Name")?;
    Ok(Page { items, next_token: present_owned(output.continuation_token()) })
}

/// A refusal that names the bucket's Region is an answer: the bucket exists.
fn read_presence(output: Result<HeadBucketOutput, &Failure>) -> Result<BucketPresence, Unread> {
    let failure = match output {
        Ok(output) => {
            let region = present(output.bucket_region()).and_then(Region::new);
            return Ok(BucketPresence::Exists(region));
        }
        Err(failure) => failure,
    };
    match (failure.status, failure.bucket_region) {
        (Some(404), _) => Ok(BucketPresence::Gone),
        (Some(301 | 307), region) => Ok(BucketPresence::Exists(region)),
        (Some(400 | 403), Some(region)) => Ok(BucketPresence::Exists(Some(region))),
        _ => Err(failure.into()),
    }
}
