//! Whose folders lie in an organization trail's bucket, against the accounts that are listed.

use std::collections::BTreeSet;

use trailseal_model::{AccountId, AccountPrefixes, Want};

use super::Members;
use super::log_location::LogLocation;
use super::object_source::{Examiner, ObjectSource};

/// Pages of folders that are listed at most: enough for 50,000 accounts, so that who fills the bucket
/// with folders cannot keep a run busy.
const MAX_PAGES: u32 = 50;

impl<S: ObjectSource> Examiner<'_, S> {
    /// Lists the folders of accounts, 1,000 a call.
    pub(super) async fn prefixes(&self, place: &LogLocation, members: &Members) -> AccountPrefixes {
        let root = place.root.clone();
        let mut found = AccountPrefixes { root, ..AccountPrefixes::default() };
        let mut holding = BTreeSet::new();
        let mut start_after = None;
        while found.lists < MAX_PAGES {
            found.lists += 1;
            match self.source.list(&place.root, start_after, Want::Folders).await {
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
                    start_after = answer.value.next;
                }
                Err(gap) => {
                    found.gap = Some(self.gap(gap));
                    break;
                }
            }
            if start_after.is_none() {
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
