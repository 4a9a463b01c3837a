//! Looks at the newest digest of a trail, in the home Region of its owner. A digest is the only
//! object whose name tells the trail, and it comes each hour, activity or not.

use trailseal_model::{Selection, TrailDescription, Want};

use super::log_location::LogLocation;
use super::object_source::{Examiner, ObjectSource};
use crate::examined_object::{DigestListing, ExaminedObject, HeadAnswer};
use crate::object_name::AccountRegion;

/// Pages at most: a page holds the digests of five trails for a week.
const MAX_PAGES: u32 = 3;

impl<S: ObjectSource> Examiner<'_, S> {
    /// Lists the digests of the window, and looks at the newest one.
    pub(super) async fn digest(
        &self,
        description: &TrailDescription,
        place: &LogLocation,
    ) -> (DigestListing, Option<ExaminedObject>) {
        let mut listing = DigestListing::default();
        if !description.log_file_validation {
            return (listing, None);
        }
        let home = AccountRegion { account: description.owner, region: description.home_region };
        let found = self.newest_digest(description, place, home, &mut listing).await;
        let Some((named_at, key)) = found else { return (listing, None) };
        let answer = self.head_of(&key).await;
        if let HeadAnswer::Unread(gap) = answer {
            listing.gaps.push(gap);
        }
        let (account_region, selection) = (home, Selection::Digest);
        (listing, Some(ExaminedObject { key, named_at, account_region, selection, answer }))
    }

    async fn newest_digest(
        &self,
        description: &TrailDescription,
        place: &LogLocation,
        home: AccountRegion,
        listing: &mut DigestListing,
    ) -> Option<(jiff::Timestamp, String)> {
        let prefix = home.digest_prefix(&place.root);
        let day = jiff::tz::Offset::UTC.to_datetime(place.window.start);
        let mut start_after = Some(format!("{prefix}{}", day.strftime("%Y/%m/%d/")));
        let mut newest = None;
        for _ in 0..MAX_PAGES {
            let page = match self.source.list(&prefix, start_after.take(), Want::Names).await {
                Ok(page) => page,
                Err(gap) => {
                    listing.gaps.push(self.gap(gap));
                    return None;
                }
            };
            listing.listed_by = Some(page.evidence);
            let of_trail = page.value.keys.into_iter().filter_map(|key| {
                let (name, region) = (&description.name, description.home_region);
                let at = home.digest_time(&place.root, &key, name, region)?;
                Some((at, key))
            });
            newest = of_trail.chain(newest.take()).max();
            start_after = page.value.next;
            listing.is_cut = start_after.is_some();
            if start_after.is_none() {
                break;
            }
        }
        newest
    }
}
