//! Looks at the newest digest of a trail, in the home Region of its owner. A digest is the only
//! object whose name tells the trail, and it comes each hour, activity or not.

use trailseal_model::{Answer, DigestSample, Selection, TrailDescription};

use super::Collector;
use super::heads::Head;
use super::log_location::LogLocation;
use super::trace::Trace;
use crate::object_name::AccountRegion;
use crate::ports::{CollectPorts, ObjectRange};

/// Pages at most: a page holds the digests of five trails for a week.
const MAX_PAGES: u32 = 3;

impl<P: CollectPorts> Collector<'_, P> {
    /// Lists the digests of the window, and looks at the newest one.
    pub(super) async fn digest(
        &self,
        description: &TrailDescription,
        place: &LogLocation<'_>,
    ) -> (DigestSample, Option<Trace>) {
        let mut sample = DigestSample::default();
        if !description.log_file_validation {
            return (sample, None);
        }
        let cell = AccountRegion { account: description.owner, region: description.home_region };
        let Some((at, key)) = self.newest_digest(description, place, cell, &mut sample).await
        else {
            return (sample, None);
        };
        let head = match self.ports.head_object(place.reader, place.bucket, &key).await {
            Err(gap) => {
                let gap = self.gap(gap);
                sample.gaps.push(gap);
                Head::Unreadable(gap)
            }
            Ok(Answer { value: Some(head), evidence }) => Head::Found(Box::new(head), evidence),
            Ok(Answer { value: None, evidence }) => Head::Vanished(evidence),
        };
        let (region, selection) = (cell.region, Selection::Digest);
        (sample, Some(Trace { key, at, region, selection, head }))
    }

    async fn newest_digest(
        &self,
        description: &TrailDescription,
        place: &LogLocation<'_>,
        cell: AccountRegion,
        sample: &mut DigestSample,
    ) -> Option<(jiff::Timestamp, String)> {
        let prefix = cell.digest_prefix(&place.root);
        let day = jiff::tz::Offset::UTC.to_datetime(place.window.start);
        let start_after = format!("{prefix}{}", day.strftime("%Y/%m/%d/"));
        let start_after = Some(start_after.as_str());
        let (mut newest, mut token) = (None, None);
        for _ in 0..MAX_PAGES {
            let (bucket, most) = (place.bucket, ObjectRange::PAGE);
            let range =
                ObjectRange { bucket, prefix: &prefix, start_after, most, by_folder: false };
            let page = match self.ports.list_objects(place.reader, range, token.take()).await {
                Ok(page) => page,
                Err(gap) => {
                    sample.gaps.push(self.gap(gap));
                    return None;
                }
            };
            sample.listed_by = Some(page.evidence);
            let of_trail = page.value.keys.into_iter().filter_map(|key| {
                let (name, home) = (&description.name, description.home_region);
                let at = cell.digest_time(&place.root, &key, name, home)?;
                Some((at, key))
            });
            newest = of_trail.chain(newest.take()).max();
            token = page.value.next_token;
            sample.is_cut = token.is_some();
            if token.is_none() {
                break;
            }
        }
        newest
    }
}
