//! Buckets, and the objects in them.

use jiff::SignedDuration;
use trailseal_model::{
    AccountId, AnyAnswer, AnyQuestion, BucketPresence, ObjectHead, ObjectsListed, Want,
};

use super::{World, key_of};
use crate::plan::{HOME, Plan, now};

impl World {
    pub(super) fn of_buckets(&self, question: &AnyQuestion) -> Option<AnyAnswer> {
        Some(match question {
            AnyQuestion::ListBuckets(question) => {
                let of_all = || (0..self.plan.accounts).map(Plan::account).collect();
                let owners: Vec<AccountId> = match self.plan.archive.map(Plan::account) {
                    None => vec![question.account],
                    Some(archive) if archive == question.account => of_all(),
                    Some(_) => Vec::new(),
                };
                let owned = owners.into_iter().map(|owner| format!("logs-{owner}"));
                AnyAnswer::ListBuckets(owned.chain(["other".to_owned()]).collect())
            }
            AnyQuestion::HeadBucket(_) => {
                AnyAnswer::HeadBucket(BucketPresence::Exists(Some(Self::home())))
            }
            AnyQuestion::ListObjects(question) => {
                let after = question.start_after.as_deref().unwrap_or_default();
                let page = self.page(&question.prefix, after, question.want);
                AnyAnswer::ListObjects(page)
            }
            AnyQuestion::HeadObject(question) => {
                let owner = question.bucket.trim_start_matches("logs-");
                AnyAnswer::HeadObject(Some(ObjectHead {
                    last_modified: Some(now()),
                    size: Some(1234),
                    etag: Some("0123456789abcdef".to_owned()),
                    algorithm: Some("aws:kms".to_owned()),
                    kms_key_id: Some(key_of(owner.parse().expect("an account"))),
                    bucket_key: Some(true),
                    ..ObjectHead::default()
                }))
            }
            _ => return None,
        })
    }

    fn page(&self, prefix: &str, after: &str, want: Want) -> ObjectsListed {
        let most = usize::from(want.most());
        if want == Want::Folders {
            let mut folders = self.folders(prefix, after);
            let is_truncated = folders.len() > most;
            folders.truncate(most);
            return ObjectsListed::of_page(want, Vec::new(), folders, is_truncated);
        }
        let mut keys = keys_under(prefix, after, self.plan.objects_a_day);
        let page: Vec<String> = keys.by_ref().take(most).collect();
        let is_truncated = keys.next().is_some();
        ObjectsListed::of_page(want, page, Vec::new(), is_truncated)
    }

    /// The folders of accounts in the organization trail's bucket: everyone has delivered something.
    fn folders(&self, prefix: &str, after: &str) -> Vec<String> {
        let accounts = (0..self.plan.accounts).map(Plan::account);
        let folders = accounts.map(|account| format!("{prefix}{account}/"));
        folders.filter(|folder| **folder > *after).collect()
    }
}

/// Days before [`now`] from which there are objects.
const DAYS: i64 = 40;

/// Keys after another one, of log objects or digests in a cell or in one day of it, in S3's order:
/// only the home Region has any.
fn keys_under(prefix: &str, after: &str, count: u32) -> impl Iterator<Item = String> {
    // ...AWSLogs/[o-id/]<account>/CloudTrail[-Digest]/<region>/[YYYY/MM/DD/]
    let is_digest = prefix.contains("/CloudTrail-Digest/");
    let kind = if is_digest { "CloudTrail-Digest" } else { "CloudTrail" };
    let (folder, rest) = prefix.split_once(&format!("/{kind}/")).unwrap_or_default();
    let trail = if folder.starts_with("central/") { "organization" } else { "own" };
    let account = folder.rsplit('/').next().unwrap_or_default().to_owned();
    let (region, day) = rest.split_once('/').unwrap_or_default();
    let cell = format!("{folder}/{kind}/{region}/");
    let (region, day, after) = (region.to_owned(), day.to_owned(), after.to_owned());
    let days = if region == HOME { DAYS } else { 0 };
    let days = (1 - days..=0).map(|it| now() + SignedDuration::from_hours(24 * it));
    let days = days.map(|it| it.strftime("%Y/%m/%d/").to_string());
    // Whole days before what is asked for need not be made.
    let first =
        after.strip_prefix(&cell).and_then(|it| it.get(..11)).unwrap_or_default().to_owned();
    let days = days.filter(move |it| it.starts_with(&day) && *it >= first);
    let count = if is_digest { 12 } else { count };
    days.flat_map(move |folder| {
        let (account, region, cell) = (account.clone(), region.clone(), cell.clone());
        let date = folder.replace('/', "");
        (0..count).map(move |index| {
            let start = format!("{cell}{folder}{account}_{kind}_{region}");
            if is_digest {
                return format!("{start}_{trail}_{HOME}_{date}T{index:02}0000Z.json.gz");
            }
            let (hour, minute) = (index / 60 % 24, index % 60);
            format!("{start}_{date}T{hour:02}{minute:02}Z_{index:016}.json.gz")
        })
    })
    .filter(move |it| *it > after)
}
