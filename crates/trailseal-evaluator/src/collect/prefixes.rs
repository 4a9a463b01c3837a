//! Whose folders lie in an organization trail's bucket, against the accounts that are listed.

use std::collections::BTreeSet;

use trailseal_model::{AccountId, AccountPrefixes};

use super::Members;
use super::log_location::LogLocation;
use super::object_source::{Examiner, ObjectSource};
use crate::ports::ObjectRange;

/// Pages of folders that are listed at most: enough for 50,000 accounts, so that who fills the bucket
/// with folders cannot keep a run busy.
const MAX_PAGES: u32 = 50;

impl<S: ObjectSource> Examiner<'_, S> {
    /// Lists the folders of accounts, 1,000 a call.
    pub(super) async fn prefixes(
        &self,
        place: &LogLocation<'_>,
        members: &Members,
    ) -> AccountPrefixes {
        let root = place.root.clone();
        let mut found = AccountPrefixes { root, ..AccountPrefixes::default() };
        let mut holding = BTreeSet::new();
        let mut token = None;
        while found.lists < MAX_PAGES {
            found.lists += 1;
            let range = ObjectRange {
                bucket: place.bucket,
                prefix: &place.root,
                start_after: None,
                most: ObjectRange::PAGE,
                by_folder: true,
            };
            match self.source.list(range, token).await {
                Ok(answer) => {
                    for folder in &answer.value.folders {
                        match account_of(&place.root, folder) {
                            Some(account) => {
                                holding.insert(account);
                            }
                            None => found.others += 1,
                        }
                    }
                    found.listed_by = Some(answer.evidence);
                    token = answer.value.next_token;
                }
                Err(gap) => {
                    found.gap = Some(self.gap(gap));
                    break;
                }
            }
            if token.is_none() {
                found.is_whole = true;
                break;
            }
        }
        reconcile(&mut found, &holding, members);
        found
    }
}

/// The account whose folder this is.
fn account_of(root: &str, folder: &str) -> Option<AccountId> {
    folder.strip_prefix(root)?.strip_suffix('/')?.parse().ok()
}

fn reconcile(found: &mut AccountPrefixes, holding: &BTreeSet<AccountId>, members: &Members) {
    let (listed, unlisted): (Vec<AccountId>, Vec<AccountId>) =
        holding.iter().partition(|it| members.all.contains(it));
    found.found = u32::try_from(listed.len()).unwrap_or(u32::MAX);
    found.unlisted = unlisted;
    if found.is_whole {
        let without = members.audited.iter().filter(|it| !holding.contains(it));
        found.without = without.copied().collect();
        found.without.sort_unstable();
    }
}
